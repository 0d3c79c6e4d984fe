"""What is not billed yet, under each agreement; and the billing history of a subscription."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from pytest_django import Settings

from kvitto.agreements.hierarchy import Scope, ScopeKind
from kvitto.agreements.invoice_kinds import InvoiceKind
from kvitto.periods import midnight
from kvitto.records import gate
from kvitto.records.agreements import own_invoice_scope
from kvitto.records.invoices import load
from kvitto.runs.asked_scope import UnableToFindScope
from kvitto.runs.billing_history import UnableToShowHistory, billing_history
from kvitto.runs.closing.issue_invoices import close
from kvitto.runs.invoice_life.void import void
from kvitto.runs.office import Office
from kvitto.runs.period_rows import period_rows
from kvitto.runs.statement import Statement, UnableToState, statement_of
from tests.kept_offices import laid_out
from tests.runs.closing.agreement_offices import EA, MCA, MOSP, MPA, opened, used
from tests.runs.offices import at

pytestmark = [pytest.mark.django_db, pytest.mark.database]
WHOLE = f"{MOSP}{MCA}{EA}{MPA.format(rate='0.9', since='2023-12-01')}"
USES = (
    ("lab", "cpu", "100", "2024-01-10"), ("lab", "guard", "3", "2024-01-12"), ("lab", "cpu", "20", "2024-02-06"),
    ("waves", "cpu", "50", "2024-01-10"), ("waves", "cpu", "10", "2024-02-02"),
    ("forge", "cpu", "250", "2024-01-10"), ("forge", "cpu", "100", "2024-02-02"),
    ("ovens", "cpu", "100", "2024-01-10"),
)  # fmt: skip
NOW = date(2024, 2, 4)  # the months of January wait for their invoices, February is open; so is the cycle of the Lab


@pytest.fixture
def whole(office: Callable[..., Office], settings: Settings) -> Office:
    """A customer under each agreement, before anything was closed but the first month of the support plan."""
    settings.OFFICE = made = office(NOW)

    def build() -> None:
        close(at(opened(made, WHOLE), date(2024, 1, 5)))
        used(made, *USES)

    laid_out(made, "stated", build)
    return made


def told(statement: Statement) -> list[tuple[str, str, str, Decimal, Decimal]]:
    """First day, name, kind, charges and what is left of them without tax, of each row."""
    return [
        (
            row.period.start.isoformat(), str(statement.name_of(row)), row.kind.value.removeprefix("Azure"),
            row.estimate.charges.amount, row.estimate.without_tax.amount,
        )
        for row in statement.rows
        if row.estimate
    ]  # fmt: skip


def amounts(statement: Statement) -> tuple[Decimal, Decimal, Decimal]:
    """Charges, credit, and what is left."""
    return (statement.charges.amount, statement.credit.amount, statement.without_tax.amount)


def test_a_profile_shows_the_month_to_date_and_the_last_one_until_it_is_invoiced(whole: Office) -> None:
    """4 of promotional credit go to January; what lots pay after tax lowers no charge."""
    found = statement_of(whole, "cork")
    assert told(found) == [
        ("2024-02-01", "Month to date", "Services", Decimal(30), Decimal(30)),
        ("2024-01-01", "Last month, pending", "Services", Decimal(34), Decimal(30)),
    ]
    assert amounts(found) == (Decimal(64), Decimal(4), Decimal(60))
    assert found.moment == midnight(NOW)
    later = at(whole, date(2024, 2, 5))
    close(later)
    assert [row.period.start.month for row in statement_of(later, "cork").rows] == [2]


def test_an_enrollment_shows_what_its_prepayment_leaves(whole: Office) -> None:
    """30 are prepaid: January takes 25 of it, February the rest."""
    found = statement_of(whole, "works")
    assert told(found) == [
        ("2024-02-01", "Month to date", "Services", Decimal(10), Decimal(5)),
        ("2024-01-01", "Last month, pending", "Services", Decimal(25), Decimal(0)),
    ]
    assert amounts(found) == (Decimal(35), Decimal(30), Decimal(5))


def test_a_partners_profile_is_estimated_in_its_currency(whole: Office) -> None:
    """Priced in dollars less 15 percent, billed in euros."""
    found = statement_of(whole, "euros")
    assert [(row[0], row[3]) for row in told(found)] == [("2024-02-01", Decimal(0)), ("2024-01-01", Decimal("7.65"))]
    assert found.charges.currency == "EUR"


def test_a_subscription_shows_every_kind_of_invoice_to_come(whole: Office) -> None:
    """The open cycle, and the Marketplace's month that waits for the 9th; the months of nothing bought are left out."""
    found = statement_of(at(whole, date(2024, 2, 6)), "lab")
    assert [row[:4] for row in told(found)] == [
        ("2024-02-05", "Up to now", "Services", Decimal(2)),
        ("2024-01-05", "Waiting for its invoice", "Services", Decimal(10)),
        ("2024-01-05", "Waiting for its invoice", "Marketplace", Decimal(6)),
    ]
    assert statement_of(whole, "plan").rows == ()  # its open month was invoiced in advance


def test_it_says_what_is_still_to_come(whole: Office) -> None:
    """Usage until the cut-off; a month after its cut-off has nothing to come."""
    open_month, january = statement_of(whole, "cork").rows
    assert [str(sentence) for sentence in open_month.still_to_come] == [
        "Usage up to and including 29 February 2024 is still added if it is accepted before 4 Mar 2024 00:00 UTC."
    ]
    assert january.still_to_come == ()
    (before_cutoff,) = statement_of(at(whole, date(2024, 2, 3)), "cork").rows[1].still_to_come
    assert "Usage up to and including 31 January 2024" in str(before_cutoff)


def test_usage_without_a_price_is_told(whole: Office) -> None:
    """It is in no sum."""
    used(whole, ("waves", "mystery", "1", "2024-02-03"))
    row = statement_of(whole, "cork").rows[0]
    told = [str(sentence) for sentence in row.still_to_come]
    assert "1 row of usage has no price yet, and is not in this estimate." in told


@pytest.mark.parametrize(
    ("name", "who", "expected"),
    [
        ("lab", "anna", None),
        ("lab", "bo", None),
        ("lab", "nobody", gate.NotFound),
        ("no-such-thing", "nobody", gate.NotFound),
        ("cork", "bo", None),
        ("waves", "bo", None),  # an invoice manager, asking by a subscription
        ("waves", "cia", UnableToState),  # a section of the profile alone
        ("works", "bo", None),  # reads
        ("forge", "cia", UnableToState),  # a department
        ("ovens", "cia", gate.Refused),  # a partner's customer
        ("euros", "anna", None),
    ],
)
def test_who_sees_a_statement(whole: Office, name: str, who: str, expected: type[Exception] | None) -> None:
    """Whoever sees all the charges of what is invoiced together."""
    if expected is None:
        assert statement_of(whole, name, f"{who}@example.com") == statement_of(whole, name)
    else:
        with pytest.raises(expected):
            statement_of(whole, name, f"{who}@example.com")


def test_what_is_not_invoiced_as_a_whole_has_no_statement(whole: Office) -> None:
    """An account with several profiles, and nothing at all."""
    with pytest.raises(UnableToState, match="Name one of its subscriptions"):
        statement_of(whole, "harbour")
    with pytest.raises(UnableToFindScope):
        statement_of(whole, "no-such-thing")


def test_the_history_holds_six_periods_and_the_unbilled_one(whole: Office) -> None:
    """Of each kind of invoice, newest first, each with its invoice or the reason for none."""
    later = at(whole, date(2024, 9, 20))
    close(later)
    history = billing_history(later, "lab", "anna@example.com")
    assert [row.period.start for row in history.unbilled] == [date(2024, 9, 5)]
    services = [row for row in history.rows if row.kind is InvoiceKind.SERVICES]
    assert [row.period.start.month for row in services] == [8, 7, 6, 5, 4, 3]
    assert {row.absence.code.value for row in services if row.absence} == {"N3", "N6"}
    marketplace = [row for row in history.rows if row.kind is InvoiceKind.MARKETPLACE]
    assert [row.total and row.total.amount for row in marketplace] == [Decimal("7.50")]
    plan = billing_history(later, "plan")
    assert len(plan.rows) == 6
    assert all(row.invoice for row in plan.rows)


def test_a_voided_invoice_stays_the_one_of_its_period(whole: Office) -> None:
    """With its credit note beside it."""
    later = at(whole, date(2024, 3, 20))
    close(later)
    number = next(row.invoice.number for row in billing_history(later, "lab").rows if row.invoice)
    note = void(later, number).credit_note.number
    row = next(row for row in billing_history(later, "lab").rows if row.invoice and row.invoice.number == number)
    assert (row.status, [other.number for other in row.others]) == ("Void", [note])
    assert load(note).refers_to


@pytest.mark.parametrize(
    ("who", "sentence"),
    [
        (
            "bo",
            "You may use instead: the list of invoices in the portal, daily usage in the portal and the usage files",
        ),
        ("nobody", "There is no lab here that you could see."),
    ],
)
def test_the_history_is_the_account_administrators_alone(whole: Office, who: str, sentence: str) -> None:
    """An owner is told what there is instead; a stranger nothing."""
    with pytest.raises((gate.Refused, gate.NotFound)) as refused:
        billing_history(whole, "lab", f"{who}@example.com")
    assert sentence in str(refused.value.phrase)


def test_other_agreements_have_no_billing_history(whole: Office) -> None:
    """They have lists of their own."""
    for name in ("cork", "waves", "works"):
        with pytest.raises(UnableToShowHistory, match="never bought online"):
            billing_history(whole, name)


def test_a_missing_exchange_rate_leaves_the_list_readable(office: Callable[..., Office]) -> None:
    """The row has no estimate and says what is missing."""
    made = opened(office(NOW), MPA.format(rate="0.9", since="2024-02-01"))
    used(made, ("ovens", "cpu", "100", "2024-01-10"))
    scope = own_invoice_scope(Scope(ScopeKind.BILLING_PROFILE, "euros"))
    assert scope
    january = period_rows(made, scope)[-1]
    assert (january.estimate, january.total) == (None, None)
    assert "needs an exchange rate from USD to EUR" in str(january.still_to_come[-1])
