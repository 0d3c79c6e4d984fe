"""The spending limit of a subscription: taken away by its Account Administrator, and turned on again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from kvitto.agreements.hierarchy import Scope, ScopeKind
from kvitto.agreements.subscription_state_words import ToldState
from kvitto.invoicing.spending_limit import Removal
from kvitto.records import gate
from kvitto.records.agreements import own_invoice_scope, tree
from kvitto.records.audit import Door
from kvitto.records.invoices import list_invoices, load
from kvitto.records.models import AgreementRecord, AuditEntry, Person
from kvitto.runs.closing.issue_invoices import close
from kvitto.runs.office import Office
from kvitto.runs.spending_limit import SpendingLimit, UnableToChangeLimit, limit_of, remove_limit, restore_limit
from kvitto.runs.subscription_state import states_of
from tests.runs.offices import AGREEMENTS, at, import_rows, made

pytestmark = [pytest.mark.django_db, pytest.mark.database]
MakeOffice = Callable[..., Office]

LIMITED = AGREEMENTS.replace('monthly_credit = "5.00"', 'monthly_credit = "5.00"\nspending_limit = true').replace(
    'offer = "free-trial"\n', 'offer = "free-trial"\nspending_limit = true\n'
)
CREDIT, TRIAL, LAB = (Scope(ScopeKind.SUBSCRIPTION, key) for key in ("credit", "trial", "lab"))
NOW, NEXT = date(2024, 3, 10), date(2024, 4, 1)
ON = (True, None)


@pytest.fixture
def small(office: MakeOffice) -> Office:
    """The small office on 10 March, with two limits; eight dollars of five were used since the first."""
    there = made(office(NOW), agreements=LIMITED)
    import_rows(there, ["8,credit,vm3,cpu,80,2024-03-04T10:00:00Z"], "march.csv")
    return there


def anna() -> Person:
    """The Account Administrator."""
    return Person.objects.get(email="anna@daugava.example")


def how(limit: SpendingLimit | None) -> tuple[bool, date | None]:
    """On or off, and when it returns."""
    assert limit
    return limit.is_on, limit.returns_on


def invoiced(office: Office, month: int) -> Decimal:
    """What an invoice of the period of that month asks for before tax; closing is on the tenth of the month after."""
    close(at(office, date(2024, month + 1, 10)), f"2024-{month:02}")
    numbers = [one.number for one in list_invoices([CREDIT]) if one.period.start.month == month]
    return load(numbers[0]).totals.without_tax if numbers else Decimal(0)


def test_while_it_is_on_nothing_beyond_the_credit_is_billed(small: Office) -> None:
    """Eight dollars, five of credit: no invoice."""
    assert how(limit_of(small, CREDIT)) == ON
    assert invoiced(small, 3) == 0


def test_taken_away_for_this_period_all_of_it_is_billed_and_the_next_is_limited(small: Office) -> None:
    """Three dollars beyond the credit in March; none of April's, when the limit is back."""
    limit = remove_limit(small, anna(), CREDIT, Removal.THIS_PERIOD)
    assert how(limit) == (False, NEXT)
    assert how(limit_of(at(small, date(2024, 3, 31)), CREDIT)) == (False, NEXT)
    assert how(limit_of(at(small, NEXT), CREDIT)) == ON
    import_rows(at(small, date(2024, 4, 20)), ["9,credit,vm3,cpu,80,2024-04-04T10:00:00Z"], "april.csv")
    assert [invoiced(small, month) for month in (3, 4)] == [Decimal(3), 0]


def test_taken_away_for_good_it_stays_off_until_it_is_turned_on_again(small: Office) -> None:
    """From the period after the one in which it is turned on."""
    limit = remove_limit(small, anna(), CREDIT, Removal.INDEFINITELY)
    assert how(limit) == (False, None)
    assert limit.may_return_on == NEXT
    may = date(2024, 5, 20)
    assert how(limit_of(at(small, may), CREDIT)) == (False, None)
    again = restore_limit(at(small, may), anna(), CREDIT)
    assert how(again) == (False, date(2024, 6, 1))
    assert how(limit_of(at(small, date(2024, 6, 1)), CREDIT)) == ON


def test_what_comes_back_may_be_taken_away_for_good(small: Office) -> None:
    """And something off for good is not turned into something off for a period."""
    remove_limit(small, anna(), CREDIT, Removal.THIS_PERIOD)
    assert how(remove_limit(small, anna(), CREDIT, Removal.INDEFINITELY)) == (False, None)
    with pytest.raises(UnableToChangeLimit, match="Turn it on again instead"):
        remove_limit(small, anna(), CREDIT, Removal.THIS_PERIOD)


def test_doing_it_twice_changes_nothing_more(small: Office) -> None:
    """Neither versions nor the audit trail."""

    def recorded() -> tuple[int, int]:
        return AgreementRecord.objects.filter(key="credit").count(), AuditEntry.objects.count()

    remove_limit(small, anna(), CREDIT, Removal.THIS_PERIOD)
    before = recorded()
    remove_limit(small, anna(), CREDIT, Removal.THIS_PERIOD)
    restore_limit(small, anna(), CREDIT)
    assert recorded() == before


def test_what_was_known_before_stays_known(small: Office) -> None:
    """The revision before still says that the limit was on that day."""
    before = AgreementRecord.objects.latest("recorded_in").recorded_in_id
    remove_limit(small, anna(), CREDIT, Removal.INDEFINITELY)
    for revision, is_on in ((before, True), (None, False)):
        scope = own_invoice_scope(CREDIT, revision, NOW)
        assert scope
        assert scope.subscriptions[0].spending_limit is is_on
    earlier = own_invoice_scope(CREDIT, on=date(2024, 3, 9))
    assert earlier
    assert earlier.subscriptions[0].spending_limit


def test_a_trial_loses_it_for_good(small: Office) -> None:
    """No credit comes with a later period, so it cannot come back."""
    limit = limit_of(small, TRIAL)
    assert limit
    assert limit.removals == (Removal.INDEFINITELY,)
    with pytest.raises(UnableToChangeLimit, match="for good only"):
        remove_limit(small, anna(), TRIAL, Removal.THIS_PERIOD)
    limit = remove_limit(small, anna(), TRIAL, Removal.INDEFINITELY)
    assert limit.may_return_on is None
    with pytest.raises(UnableToChangeLimit, match="cannot be turned on again"):
        restore_limit(small, anna(), TRIAL)


def test_pay_as_you_go_has_none(small: Office) -> None:
    """There is nothing to take away."""
    assert limit_of(small, LAB) is None
    with pytest.raises(UnableToChangeLimit, match="has no spending limit"):
        remove_limit(small, anna(), LAB, Removal.INDEFINITELY)


def test_nobody_but_the_account_administrator(small: Office) -> None:
    """A stranger learns nothing, and both tries are in the audit trail; the operator may."""
    bo, stranger = (Person.objects.get(email=email) for email in ("bo@daugava.example", "nobody@elsewhere.example"))
    with pytest.raises(gate.Refused):
        remove_limit(small, bo, LAB, Removal.INDEFINITELY)
    for scope in (CREDIT, Scope(ScopeKind.SUBSCRIPTION, "none-such")):
        with pytest.raises(gate.NotFound, match="that you could see"):
            remove_limit(small, stranger, scope, Removal.INDEFINITELY)
    tried = list(AuditEntry.objects.order_by("-number").values_list("action", "outcome")[:3])
    assert tried == [("spending-limit.remove", "not-found")] * 2 + [("spending-limit.remove", "refused")]
    assert how(remove_limit(small, None, CREDIT, Removal.THIS_PERIOD, Door.COMMAND)) == (False, NEXT)
    entry = AuditEntry.objects.latest("number")
    assert (entry.action, entry.outcome, entry.who, entry.scope_key) == ("spending-limit.remove", "done", "", "credit")


def test_the_state_follows_on_the_same_day(small: Office) -> None:
    """Reached on the fourth; taken away for the period, it is active again, and reached no more."""
    assert not _told(small).is_active
    remove_limit(small, anna(), CREDIT, Removal.THIS_PERIOD)
    assert _told(small).is_active


def _told(office: Office) -> ToldState:
    (place,) = [place for place in tree().places() if place.scope == CREDIT]
    return states_of(office, [place])[CREDIT]
