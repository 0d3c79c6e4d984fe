"""How many of a thing an agreement may hold."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from kvitto.agreements.facts import Agreed
from kvitto.agreements.hierarchy import AgreementType, Department, ManagementGroup
from kvitto.agreements.limits import STANDARD, Limits, limit_refusals
from tests.agreements.cast import account, subscription

CREATED = date(2024, 1, 1)


def refused(*values: Agreed, transferred: tuple[str, ...] = (), limits: Limits = STANDARD) -> list[str]:
    """The sentences."""
    return [str(one) for one in limit_refusals(values, transferred, limits)]


def test_a_new_mosp_account_begins_with_five_subscriptions_at_most() -> None:
    """Six in its first 30 days are one too many; a transferred one and one that began later do not count."""
    holder = account(created_on=CREATED)
    six = [subscription(f"s{number}", date(2024, 1, 30)) for number in range(6)]
    assert refused(holder, *six) == [
        "a: 6 subscriptions would begin in the first 30 days of the account; at most 5 may."
    ]
    assert refused(holder, *six, transferred=("s3",)) == []
    assert refused(holder, *six[:5], subscription("s6", date(2024, 1, 31))) == []
    assert refused(holder, *six, limits=replace(STANDARD, new_account_subscriptions=None)) == []


def test_an_enrollment_account_holds_five_thousand_with_those_that_ended() -> None:
    """The limit is a setting: here two."""
    few = replace(STANDARD, enrollment_account_subscriptions=2)
    three = [subscription(f"s{n}", CREATED, owner="o", ended_on=date(2024, 2, 1)) for n in range(3)]
    assert refused(*three, limits=few) == [
        "o: it would hold 3 subscriptions, those that ended among them; at most 2 may be there."
    ]
    assert refused(*three) == []
    assert STANDARD.enrollment_account_subscriptions == 5000


def test_a_customer_agreement_has_a_limit_only_if_one_is_set() -> None:
    """The older figure of 20 is a setting."""
    holder = account(agreement=AgreementType.MCA)
    many = [subscription(f"s{number}", CREATED, section="x") for number in range(21)]
    assert refused(holder, *many) == []
    assert len(refused(holder, *many, limits=replace(STANDARD, account_subscriptions=20))) == 1


def test_the_name_of_a_department_has_three_characters() -> None:
    """Blanks do not count."""
    assert refused(Department("d", "a", " IT ")) == ["d: the name of a department has at least 3 characters."]
    assert refused(Department("d", "a", "Lab")) == []


def test_management_groups_stand_in_six_levels_and_never_below_themselves() -> None:
    """The seventh is one too many; a circle is told as such."""
    groups = [ManagementGroup(f"g{n}", "G", f"g{n - 1}" if n else "") for n in range(7)]
    assert refused(*groups[:6]) == []
    assert refused(*groups) == ["g6: management groups stand in at most 6 levels."]
    circle = [ManagementGroup("a", "A", "b"), ManagementGroup("b", "B", "a")]
    assert refused(*circle) == [f"{key}: the management group would stand below itself." for key in "ab"]
