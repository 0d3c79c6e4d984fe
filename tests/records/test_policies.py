"""Policies: who may set which, what is refused, and what is kept of what they were."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from kvitto.access.policies import Policy
from kvitto.access.roles import Role
from kvitto.agreements.hierarchy import Scope
from kvitto.records import gate
from kvitto.records.models import AuditEntry, Person, PolicySetting, Revision
from kvitto.records.policies import SetMeanwhile, UnableToSet, policies_on, set_policy
from tests.every_agreement import build, give, scope_of

pytestmark = pytest.mark.django_db

NOW = datetime(2017, 3, 20, 12, tzinfo=UTC)
SHARED = Policy.INVOICES_SHARED
WHO_SETS = [  # agreement, part, policy, value; who may, who may not
    ("mosp", "subscription", SHARED, "on", Role.ACCOUNT_ADMINISTRATOR, Role.OWNER),
    ("mca", "profile", Policy.MARKETPLACE_PURCHASES, "NotAllowed", Role.BILLING_PROFILE_CONTRIBUTOR,
     Role.BILLING_PROFILE_READER),
    ("mca", "profile", Policy.SECTION_LABELS, "NotAllowed", Role.BILLING_ACCOUNT_OWNER, Role.INVOICE_MANAGER),
    ("ea", "account", Policy.ACCOUNT_OWNERS_VIEW_CHARGES, "Allowed", Role.ENTERPRISE_ADMINISTRATOR,
     Role.ENTERPRISE_ADMINISTRATOR_READ_ONLY),
    ("ea", "account", Policy.DEPARTMENT_ADMINISTRATORS_VIEW_CHARGES, "Disabled", Role.ENTERPRISE_ADMINISTRATOR,
     Role.PARTNER_ADMINISTRATOR),
    ("indirect", "account", Policy.MARKUP, "Published", Role.PARTNER_ADMINISTRATOR, Role.ENTERPRISE_ADMINISTRATOR),
    ("mpa", "customer", Policy.CUSTOMER_VIEWS_CHARGES, "Allowed", Role.GLOBAL_ADMINISTRATOR, Role.HELPDESK_AGENT),
    ("mpa", "customer", Policy.CUSTOMER_PURCHASES, "on", Role.ADMIN_AGENT, Role.GLOBAL_ADMINISTRATOR),
]  # fmt: skip
HELD_ON = {Role.OWNER: "subscription", **dict.fromkeys(
    (Role.BILLING_PROFILE_CONTRIBUTOR, Role.BILLING_PROFILE_READER, Role.INVOICE_MANAGER), "profile"
)}  # fmt: skip


@pytest.fixture(autouse=True)
def agreements() -> None:
    """Customers under every agreement."""
    build({"own": "", "other": ""})


def person(agreement: str, role: Role) -> Person:
    """Somebody with this role."""
    found = Person.objects.create_user(f"{role}@example.com", name="Somebody")
    give(found, role, scope_of("own", agreement, HELD_ON.get(role, "account")))
    return found


@pytest.mark.parametrize(("agreement", "part", "policy", "value", "may", "may_not"), WHO_SETS)
def test_who_sets_what(agreement: str, part: str, policy: Policy, value: str, may: Role, may_not: Role) -> None:
    """By the decision; a refusal changes nothing and is noted."""
    scope = scope_of("own", agreement, part)
    with pytest.raises(gate.Refused):
        set_policy(person(agreement, may_not), scope, policy, value, NOW)
    assert policies_on([scope]) == {scope: {}}
    assert set_policy(person(agreement, may), scope, policy, value, NOW)
    assert policies_on([scope]) == {scope: {policy: value}}
    noted = AuditEntry.objects.filter(action="policy.set").order_by("number").values_list("outcome", "scope_key")
    assert list(noted) == [("refused", scope.id), ("done", scope.id)]


def test_what_it_was_is_kept() -> None:
    """The value of each day, and what was believed at each revision; the same value again records nothing."""
    scope = scope_of("own", "mosp", "subscription")
    assert not set_policy(None, scope, SHARED, "off", NOW)  # as it is unless set
    assert set_policy(None, scope, SHARED, "on", NOW)
    on_since = Revision.objects.latest("number").number
    assert not set_policy(None, scope, SHARED, "on", NOW + timedelta(days=1))
    assert set_policy(None, scope, SHARED, "off", NOW + timedelta(days=10))
    assert policies_on([scope])[scope] == {SHARED: "off"}
    assert policies_on([scope], on=date(2017, 3, 19))[scope] == {}
    assert policies_on([scope], on=date(2017, 3, 29))[scope] == {SHARED: "on"}
    assert policies_on([scope], on=date(2017, 3, 30))[scope] == {SHARED: "off"}
    assert policies_on([scope], revision=on_since)[scope] == {SHARED: "on"}
    assert PolicySetting.objects.count() == 3


def test_twice_on_one_day_the_last_one_holds() -> None:
    """One value a day; the other is still to be found in its revision."""
    scope = scope_of("own", "mosp", "subscription")
    set_policy(None, scope, SHARED, "on", NOW)
    first = Revision.objects.latest("number").number
    set_policy(None, scope, SHARED, "off", NOW)
    assert policies_on([scope], on=NOW.date())[scope] == {SHARED: "off"}
    assert policies_on([scope], revision=first)[scope] == {SHARED: "on"}


@pytest.mark.parametrize(
    ("scope", "policy", "value", "said"),
    [
        (scope_of("own", "mca", "subscription"), SHARED, "on", "is not a policy of own-mca-subscription"),
        (scope_of("own", "mosp", "account"), SHARED, "on", "is not a policy of own-mosp-account"),
        (scope_of("own", "mosp", "subscription"), SHARED, "Allowed", "it can be: on and off"),
        (scope_of("own", "mca", "profile"), Policy.MARKUP, "Locked", "is not a policy of own-mca-profile"),
    ],
)
def test_what_cannot_be_set(scope: Scope, policy: Policy, value: str, said: str) -> None:
    """A policy of other things, or a value that it cannot have: also by the operator."""
    with pytest.raises(UnableToSet) as raised:
        set_policy(None, scope, policy, value, NOW)
    assert said in str(raised.value.phrase)


def test_of_a_thing_of_others_nothing_is_told() -> None:
    """Neither that it is there, nor that it has no such policy."""
    administrator = person("mosp", Role.ACCOUNT_ADMINISTRATOR)
    for scope in (scope_of("other", "mosp", "subscription"), scope_of("other", "mca", "subscription")):
        with pytest.raises(gate.NotFound):
            set_policy(administrator, scope, SHARED, "on", NOW)


def test_what_somebody_else_set_meanwhile_is_not_set_over() -> None:
    """Whoever looked before they did is asked again; the same wish of two people is one change."""
    scope, policy = scope_of("own", "ea", "account"), Policy.ACCOUNT_OWNERS_VIEW_CHARGES
    assert set_policy(None, scope, policy, "Allowed", NOW, was="NotAllowed")
    with pytest.raises(SetMeanwhile):
        set_policy(None, scope, policy, "Disabled", NOW, was="NotAllowed")
    assert not set_policy(None, scope, policy, "Allowed", NOW, was="NotAllowed")
    assert policies_on([scope]) == {scope: {policy: "Allowed"}}
