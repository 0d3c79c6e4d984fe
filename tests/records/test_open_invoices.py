"""The list of all invoices holds exactly those that open one by one, whatever is held and set."""

from __future__ import annotations

from datetime import date
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from kvitto.access.policies import POLICIES, Policy
from kvitto.access.roles import Role
from kvitto.agreements.hierarchy import Scope
from kvitto.agreements.invoice_kinds import InvoiceKind
from kvitto.records import gate
from kvitto.records.invoices import list_invoices
from kvitto.records.models import InvoiceRecord, Person, PolicySetting, RoleAssignment
from kvitto.records.open_invoices import open_invoices
from tests.every_agreement import AGREEMENTS, PARTS, build, give, invoice, let, scope_of

pytestmark = [pytest.mark.django_db, pytest.mark.database]

SCOPES = [
    scope_of(customer, agreement, part)
    for customer in ("own", "bound")
    for agreement in AGREEMENTS
    for part in (*PARTS[agreement], "group")
]
HELD = some.lists(some.tuples(some.sampled_from(list(Role)), some.sampled_from(SCOPES)), max_size=6)
SET = some.lists(
    some.tuples(some.sampled_from(list(Policy)), some.sampled_from(SCOPES), some.integers(0, 2)), max_size=4
)
MONTHS = (date(2016, 11, 1), date(2016, 12, 1))  # on both sides of the day from which others may see invoices


@pytest.fixture(autouse=True)
def invoices() -> None:
    """Of every agreement, kind and age, for two customers, one of them bound to a directory."""
    build({"own": "", "bound": "tenant-b"})
    for customer in ("own", "bound"):
        for agreement in AGREEMENTS:
            for kind in InvoiceKind if agreement == "mosp" else (InvoiceKind.SERVICES,):
                for month in MONTHS:
                    invoice(f"{customer}-{agreement}-{kind}-{month}", customer, agreement, month, kind)


def opens(person: Person, number: str) -> bool:
    """True if the invoice opens by its number."""
    try:
        gate.invoice_for(person, number, gate.Action.SEE_INVOICES)
    except (gate.NotFound, gate.Refused):
        return False
    return True


def check(person: Person) -> None:
    """The list against the single questions."""
    every = InvoiceRecord.objects.values_list("number", flat=True)
    listed = open_invoices(gate.everything_of(person)).values_list("number", flat=True)
    assert sorted(listed) == sorted(number for number in every if opens(person, number))


def test_every_role_where_kind_and_age_decide() -> None:
    """Each role alone, on each part of an account that buys online."""
    issued = list_invoices()
    for role, part in product(Role, (*PARTS["mosp"], "group")):
        person = Person.objects.create_user(f"{role}-{part}@example.com", name="Somebody")
        give(person, role, scope_of("own", "mosp", part))
        everything = gate.everything_of(person)
        listed = open_invoices(everything).values_list("number", flat=True)
        assert sorted(listed) == sorted(one.number for one in issued if not everything.why_closed(one)), role


@settings(
    max_examples=15, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much],
)  # fmt: skip
@given(held=HELD, policies=SET, directory=some.sampled_from(("", "tenant-b")))
def test_whatever_is_held_and_set(
    held: list[tuple[Role, Scope]], policies: list[tuple[Policy, Scope, int]], directory: str
) -> None:
    """Several roles together, policies of every value, looked at from any directory."""
    person, _ = Person.objects.get_or_create(email="somebody@example.com", defaults={"directory": directory})
    person.look_from(directory)
    RoleAssignment.objects.filter(person=person).delete()
    PolicySetting.objects.all().delete()
    for role, scope in held:
        give(person, role, scope)
    for policy, scope, at in policies:
        values = POLICIES[policy].values
        let(scope, policy, values[at % len(values)])
    check(person)


def test_an_account_is_one_condition() -> None:
    """However many subscriptions an administrator has, the query names the account alone."""
    person = Person.objects.create_user("admin@example.com", name="Admin")
    give(person, Role.ACCOUNT_ADMINISTRATOR, scope_of("own", "mosp", "account"))
    query = str(open_invoices(gate.everything_of(person)).query)
    assert "own-mosp-account" in query
    assert "own-mosp-subscription" not in query


def test_nobody_is_shown_nothing() -> None:
    """Neither who holds nothing, nor who may not sign in any more."""
    person = Person.objects.create_user("admin@example.com", name="Admin")
    assert not open_invoices(gate.everything_of(person)).exists()
    give(person, Role.ACCOUNT_ADMINISTRATOR, scope_of("own", "mosp", "account"))
    assert open_invoices(gate.everything_of(person)).count() == len(InvoiceKind) * len(MONTHS)
    person.is_active = False
    check(person)
