"""Every reason why there is no invoice, asked of a whole office: real agreements, usage and closes under each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from pytest_django import Settings

from kvitto.access.roles import Role
from kvitto.agreements.hierarchy import Scope, ScopeKind
from kvitto.agreements.invoice_kinds import InvoiceKind
from kvitto.money import Money
from kvitto.periods import Period
from kvitto.records.agreements import own_invoice_scope
from kvitto.records.gate import Action, is_allowed
from kvitto.records.models import Person, Revision, RoleAssignment
from kvitto.runs.apply_agreements import apply
from kvitto.runs.closing.issue_invoices import close
from kvitto.runs.explain_absence import UnableToExplain, why
from kvitto.runs.export_agreements import migration
from kvitto.runs.office import Office
from kvitto.runs.period_rows import period_rows
from tests.kept_offices import laid_out
from tests.runs.closing.agreement_offices import EA, IN_OPEN, MCA, MOSP, MPA, buyer, opened, used
from tests.runs.offices import at, written

pytestmark = [pytest.mark.django_db, pytest.mark.database]

OFFERS = f"""
[[mosp_accounts]]
id = "offers"
name = "Offers"
created_on = 2016-01-01
currency = "USD"
language = "en"
administrator = "anna@example.com"
directory = "offers-tenant"
{buyer("mosp_accounts").replace('name = "Nordlys AB"', 'name = "Nordlys AB"' + chr(10) + 'email = "dag@example.com"')}
[[mosp_accounts.subscriptions]]
id = "trial"
name = "Trial"
offer = "free-trial"
started_on = 2024-01-01
[[mosp_accounts.subscriptions]]
id = "benefit"
name = "Benefit"
offer = "monthly-credit"
monthly_credit = "5"
started_on = 2024-01-01
[[mosp_accounts.subscriptions]]
id = "idle"
name = "Idle"
started_on = 2016-01-01
roles = [{{ person = "bo@example.com", role = "reader" }}]
[mosp_accounts.subscriptions.policies]
allow-others-to-download-invoice = "on"
"""
WHOLE = f"{MOSP}{MCA}{EA}{MPA.format(rate='0.9', since='2023-12-01')}{IN_OPEN}{OFFERS}"
USES = (
    ("lab", "cpu", "100", "2024-01-10"),
    ("trial", "cpu", "100", "2024-01-10"),
    ("benefit", "cpu", "50", "2024-01-10"),  # 5.00: exactly the credit
    ("forge", "cpu", "300", "2024-01-10"),  # 30.00: exactly the prepayment
    ("ovens", "cpu", "100", "2024-01-10"),
    ("prepaid", "cpu", "40", "2024-01-10"),
)
CLOSED_ON = date(2024, 3, 2)


@pytest.fixture
def unclosed(office: Callable[..., Office], settings: Settings) -> Office:
    """The office before anything was closed."""
    settings.OFFICE = made = office(CLOSED_ON)
    laid_out(made, "every reason", lambda: _build(made))
    return made


def _build(made: Office) -> None:
    opened(made, WHOLE)
    Person.objects.filter(email__in=("anna@example.com", "bo@example.com")).update(directory="offers-tenant")
    Person.objects.filter(email="eva@example.com").update(directory="own", directories=["offers-tenant"])
    RoleAssignment.objects.create(
        person=Person.objects.get(email="eva@example.com"), role=Role.READER, scope_kind="subscription",
        scope_key="idle", valid_from=date(2024, 1, 1), recorded_in=Revision.objects.latest("number"),
    )  # fmt: skip
    used(made, *USES)


@pytest.fixture
def whole(unclosed: Office) -> Office:
    """The office after all of January was closed."""
    assert laid_out(unclosed, "every reason, closed", lambda: close(unclosed)).issued
    return unclosed


def on(office: Office, month: int, day: int) -> Office:
    """The office on a day of 2024."""
    return at(office, date(2024, month, day))


SERVICES, MARKETPLACE, SUPPORT = InvoiceKind
# reason; what is asked for, for which period, by whom (empty: the office), on which day of 2024, of which kind
ROWS = [
    ("N1", "lab", "2024-01-05", "", (2, 3), None),  # day 29
    ("N2", "lab", "2024-01-05", "", (2, 4), None),  # day 30, the last of the period
    ("N3", "lab", "2024-01-05", "", (2, 5), None),
    (None, "lab", "2024-01-05", "", (3, 2), None),
    ("N2", "lab", "2024-03-05", "anna", (3, 20), None),
    ("N2", "cork", "2024-03", "bo", (3, 20), None),
    ("N2", "euros", "2024-03", "anna", (3, 20), None),
    ("N4", "trial", "2024-01", "", (3, 2), None),
    ("N5", "benefit", "2024-01", "anna", (3, 2), None),
    ("N6", "idle", "2024-01", "", (3, 2), None),
    ("N6", "lab", "2024-01", "", (3, 2), MARKETPLACE),
    (None, "cork", "2024-01", "", (3, 2), None),  # an invoice over the fee of its support plan alone
    (None, "plan", "2024-01-05", "", (1, 20), None),  # in advance
    ("N7", "lab", "2024-01-05", "bo", (3, 2), None),  # sees the list, may not open the invoice
    ("N7", "plan", "2024-01-05", "cia", (3, 2), None),
    ("N8", "waves", "2024-01", "cia", (3, 2), None),
    ("N9", "idle", "2016-11", "bo", (3, 2), None),
    ("N6", "idle", "2016-12", "bo", (3, 2), None),
    ("N6", "idle", "2016-11", "anna", (3, 2), None),
    ("N10", "lab", "2024-01-05", "nobody", (3, 2), None),
    ("N10", "no-such-thing", "2024-01-05", "nobody", (3, 2), None),
    ("N11", "benefit", "2024-01", "dag", (3, 2), None),
    ("N12", "idle", "2024-01", "eva", (3, 2), None),
    ("N13", "works", "2024-01", "bo", (3, 2), None),
    ("N13", "forge", "2024-01", "cia", (3, 2), None),
    ("N14", "works", "2024-01", "anna", (3, 2), None),
    ("N14", "works", "2024-01", "anna", (1, 20), None),
    ("N15", "ovens", "2024-01", "cia", (3, 2), None),
    (None, "ovens", "2024-01", "anna", (3, 9), None),
    ("N8", "euros", "2024-01", "bo", (3, 2), None),
    ("N16", "prepaid", "2024-01-05", "anna", (3, 2), None),
    ("N18", "plan", "2024-01-05", "anna", (3, 2), SERVICES),
    ("N18", "lab", "2024-01-05", "anna", (3, 2), SUPPORT),
    ("N18", "cork", "2024-01", "", (3, 2), MARKETPLACE),
]


def test_every_reason_is_given_where_it_holds(unclosed: Office) -> None:
    """One row after the other in the order of their days, with the day on both sides of a boundary."""
    RoleAssignment.objects.create(
        person=Person.objects.get(email="cia@example.com"), role=Role.READER, scope_kind="subscription",
        scope_key="plan", valid_from=date(2024, 1, 1), recorded_in=Revision.objects.latest("number"),
    )  # fmt: skip
    closes = [(1, 5), (3, 2), (3, 9)]
    expected, told = sorted(ROWS, key=lambda row: row[4]), []
    for _, name, period, who, day, kind in expected:
        while closes and closes[0] <= day:
            close(on(unclosed, *closes.pop(0)))
        answer = why(on(unclosed, *day), name, period, f"{who}@example.com" if who else None, kind)
        told.append((answer.reason, name, period, who, day, kind))
    assert told == expected


def test_help_and_days_are_named(unclosed: Office) -> None:
    """Before the close: the day on which it changes."""
    n1 = why(on(unclosed, 2, 3), "lab", "2024-01-05")
    assert (n1.changes_on, n1.invoice_day) == (date(2024, 2, 4), date(2024, 3, 2))
    n14 = why(on(unclosed, 1, 20), "works", "2024-01", "anna@example.com")
    assert (n14.changes_on, n14.invoice_day) == (date(2024, 2, 14), date(2024, 2, 14))


def test_help_is_named(whole: Office) -> None:
    """Sentence, advice, day and people."""
    n7 = why(whole, "lab", "2024-01-05", "bo@example.com")
    assert n7.helpers == ("Anna",)
    n15 = why(whole, "ovens", "2024-01", "cia@example.com")
    assert (n15.helpers, str(n15.sentences[1])) == (
        ("Reseller",),
        "Ask Reseller for the invoice and for the usage behind it.",
    )
    n18 = why(whole, "lab", "2024-01-05", "anna@example.com", SUPPORT)
    assert str(n18.sentences[1]) == "Choose the subscription of the support plan: Plan."
    n12 = why(whole, "idle", "2024-01", "eva@example.com")
    assert str(n12.sentences[1]) == "Switch to the directory offers-tenant."


def test_who_may_not_see_invoices_is_told_the_same_before_and_after_one_is_made(whole: Office) -> None:
    """For everyone without the right, asking about every kind of scope: closing changes no answer."""
    asked = [
        (who, name, period, kind)
        for who, name, period in (
            ("cia", "waves", "2024-02"), ("cia", "ovens", "2024-02"), ("bo", "works", "2024-01"),
            ("cia", "forge", "2024-01"), ("dag", "forge", "2024-01"), ("bo", "euros", "2024-02"),
            ("nobody", "lab", "2024-02-05"), ("dag", "benefit", "2024-02"), ("eva", "idle", "2024-02"),
        )
        for kind in (None, *InvoiceKind)
    ]  # fmt: skip

    def answers(office: Office) -> list[object]:
        return [why(office, name, period, f"{who}@example.com", kind) for who, name, period, kind in asked]

    used(whole, ("waves", "cpu", "10", "2024-02-10"), ("ovens", "cpu", "10", "2024-02-10"))
    before = answers(whole)
    later = on(whole, 4, 9)
    assert close(later).issued
    assert answers(later) == before
    assert all(answer.invoice is None and answer.period is None for answer in before)  # type: ignore[attr-defined]


def test_after_a_move_the_scope_to_choose_is_told(whole: Office) -> None:
    """N17 from the day on which the account became another; before it, the subscription's own periods stay."""
    found = migration(on(whole, 3, 10), "nordlys", date(2024, 3, 20))
    apply(on(whole, 3, 10), written(whole, "moved.toml", found.text))
    later = on(whole, 5, 20)
    told = why(later, "lab", "2024-04", "anna@example.com")
    assert (told.reason, str(told.sentences[1])) == (
        "N17",
        "Switch the scope to Lab (lab-profile). Invoices of before stay with the subscription.",
    )
    assert why(later, "nordlys", "2024-04").reason == "N17"
    assert why(later, "lab", "2024-01-05", "anna@example.com").invoice
    assert why(later, "lab", "2024-01-05", "nobody@example.com").reason == "N10"
    assert why(later, "lab-profile", "2024-04").reason == "N3"
    with pytest.raises(UnableToExplain, match="is not invoiced as a whole"):
        why(whole, "harbour", "2024-01")


def test_invoices_of_a_support_plan_are_the_administrators_alone(whole: Office) -> None:
    """A reader sees the plan, and neither its list of invoices nor whether there are any."""
    reader = Person.objects.get(email="cia@example.com")
    RoleAssignment.objects.create(
        person=reader, role=Role.READER, scope_kind="subscription", scope_key="plan", valid_from=date(2024, 1, 1),
        recorded_in=Revision.objects.latest("number"),
    )  # fmt: skip
    plan = Scope(ScopeKind.SUBSCRIPTION, "plan")
    assert is_allowed(reader, plan, Action.SEE_SUBSCRIPTION)
    assert not is_allowed(reader, plan, Action.SEE_INVOICES)
    answers = [why(whole, "plan", period, reader) for period in ("2024-01-05", "2024-02-05")]
    assert [(one.reason, one.period, one.helpers) for one in answers] == [("N7", None, ("Anna",))] * 2


def test_the_list_says_the_same(whole: Office) -> None:
    """Each row without an invoice has the reason that is given for its period and kind."""
    for scope in (
        *(Scope(ScopeKind.SUBSCRIPTION, key) for key in ("lab", "plan", "benefit", "idle", "prepaid")),
        Scope(ScopeKind.BILLING_ACCOUNT, "works"),
        Scope(ScopeKind.BILLING_PROFILE, "euros"),
    ):
        found = own_invoice_scope(scope)
        assert found
        for row in period_rows(whole, found)[:3]:
            answer = why(whole, scope.id, row.period.start.isoformat(), kind=row.kind)
            assert (answer.reason, answer.invoice) == (row.absence.code if row.absence else None, row.invoice)


def test_a_period_that_was_invoiced_in_part_is_listed_as_both_parts(
    office: Callable[..., Office], settings: Settings
) -> None:
    """What was invoiced before a move was known keeps its invoice; what is left of the period is still to come."""
    without_plan = MOSP[: MOSP.rindex("[[mosp_accounts.subscriptions]]")]
    settings.OFFICE = made = opened(office(date(2024, 4, 3)), without_plan)
    used(made, ("lab", "cpu", "100", "2024-02-10"), ("lab", "cpu", "10", "2024-03-06"))
    (invoice,) = (one for one in close(made).issued if one.period.start == date(2024, 2, 5))
    found = migration(made, "nordlys", date(2024, 3, 10))
    apply(made, written(made, "moved.toml", found.text))
    assert why(made, "lab", "2024-02-05").invoice == invoice
    left = why(made, "lab", "2024-03-05")
    assert (left.reason, left.period) == ("N3", Period(date(2024, 3, 5), date(2024, 3, 10)))
    scope = own_invoice_scope(Scope(ScopeKind.SUBSCRIPTION, "lab"))
    assert scope
    latest, before, *_ = period_rows(made, scope)
    assert (latest.period, latest.total) == (left.period, Money(Decimal(1), "USD"))
    assert (before.period, before.invoice) == (Period(date(2024, 2, 5), date(2024, 3, 5)), invoice)
