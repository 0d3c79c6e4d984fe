"""Closing periods."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Self

import pytest

from kvitto.agreements.hierarchy import Scope, ScopeKind
from kvitto.invoicing.numbering import UnableToNumber
from kvitto.language import Phrase
from kvitto.money import Money, exact_sum
from kvitto.periods import calendar_month
from kvitto.records.invoices import altered_invoices, load
from kvitto.records.models import InvoiceRecord, NumberSeries
from kvitto.runs.closing.close_report import CloseReport
from kvitto.runs.closing.issue_invoices import UnableToClose, close
from kvitto.runs.office import Office
from tests.runs.offices import (
    AGREEMENTS,
    FEBRUARY_ROWS,
    FIRST_CLOSE,
    at,
    import_price,
    import_rows,
    made,
    written,
)

pytestmark = [pytest.mark.django_db, pytest.mark.database]
MakeOffice = Callable[..., Office]
FEBRUARY = calendar_month(date(2024, 2, 1))


@pytest.fixture
def small(office: MakeOffice) -> Office:
    """The small office with its usage of February, on the day on which all of February is due."""
    return made(office(FIRST_CLOSE))


def reasons(report: CloseReport) -> dict[str, str]:
    """Code of the reason by scope, for the periods without an invoice."""
    return {one.scope.scope.id: one.absence.code.value for one in report.without_invoice}


def causes(report: CloseReport) -> dict[str, list[str]]:
    """Sentences by scope, for the invoices that are held back."""
    return {one.scope.scope.id: [str(cause) for cause in one.causes] for one in report.blocked}


def test_everything_that_is_due_is_issued_and_everything_else_is_told(small: Office) -> None:
    """Each period that began is in one list: issued, without invoice and why, or not due and when."""
    report = close(small)
    assert {(one.scope.id, one.payable.amount) for one in report.issued} == {
        ("cork", Decimal("12.98")), ("quay", Decimal("0.00")), ("lab", Decimal("1.26")),
    }  # fmt: skip
    assert reasons(report) == {"credit": "N5", "trial": "N4", "idle": "N6"}
    not_due = {(one.scope.scope.id, one.period.start.month): one for one in report.not_due}
    assert sorted(not_due) == [
        ("cork", 3), ("credit", 3), ("idle", 3), ("lab", 3), ("quay", 3), ("trial", 3), ("young", 2),
    ]  # fmt: skip
    assert not_due["lab", 3].invoice_at.date() == date(2024, 4, 10)
    assert not_due["young", 2].absence.code.value == "N1"
    assert (report.blocked, report.late_usage, report.issued_before) == ((), (), ())
    assert report.is_complete


def test_an_invoice_holds_the_facts_of_its_charges(small: Office) -> None:
    """Lines, tax, dates and as-of; the exact total is the sum of the charges."""
    numbers = {one.scope.id: one.number for one in close(small).issued}
    invoice = load(numbers["lab"])
    assert [(line.quantity, line.amount_unrounded, line.amount) for line in invoice.lines] == [
        (Decimal("10.105"), Decimal("1.0105"), Decimal("1.01"))
    ]
    assert (invoice.totals.tax, invoice.totals.payable) == (Decimal("0.25"), Decimal("1.26"))
    assert (invoice.issue_date, invoice.due_date) == (date(2024, 3, 10), date(2024, 4, 9))
    assert invoice.as_of.usage_sequence == len(FEBRUARY_ROWS)
    assert invoice.tax_point_date == date(2024, 2, 29)
    cork = load(numbers["cork"])
    assert [(section.name, len(section.lines)) for section in cork.sections] == [("Research", 2)]
    assert cork.totals.unrounded == exact_sum(line.amount_unrounded for line in cork.lines) == Decimal("10.375")


def test_every_invoice_has_its_document_after_closing(small: Office) -> None:
    """The PDFs are made by the same run."""
    report = close(small)
    assert report.documents_made == len(report.issued) == 3
    assert InvoiceRecord.objects.filter(documents=None).count() == 0


def test_closing_twice_issues_nothing_twice(small: Office) -> None:
    """The second run finds what the first one made."""
    first = close(small)
    second = close(small)
    assert second.issued == ()
    assert {one.number for one in second.issued_before} == {one.number for one in first.issued}
    assert reasons(second) == reasons(first)
    assert NumberSeries.objects.get().latest_number == 3
    assert second.documents_made == 0


def test_nothing_is_due_before_its_day(small: Office) -> None:
    """On 4 March nothing is issued, on the 5th the profiles, on the 10th the subscriptions."""
    issued = [[one.scope.id for one in close(at(small, date(2024, 3, day))).issued] for day in (4, 5, 9, 10)]
    assert issued == [[], ["cork", "quay"], [], ["lab"]]


def test_a_month_limits_the_periods_by_their_last_day(small: Office) -> None:
    """In April, `--month 2024-02` issues February only; the young subscription's period ends in March."""
    april = at(small, date(2024, 4, 30))
    february = close(april, "2024-02")
    assert {one.period for one in february.issued} == {FEBRUARY}
    march = close(april, "2024-03")
    assert {one.scope.id for one in march.issued} == {"young", "cork", "quay"}
    assert march.issued_before == ()
    assert {one.period.last_day.month for one in march.without_invoice} == {3}


def test_a_month_that_is_none_is_refused(small: Office) -> None:
    """With the form it should have."""
    with pytest.raises(UnableToClose, match="“February” is no month"):
        close(small, "February")


def test_a_later_invoice_names_the_one_before(small: Office) -> None:
    """March's invoice of the profile tells number and amount of February's."""
    close(small)
    report = close(at(small, date(2024, 4, 5)))
    (number,) = [one.number for one in report.issued if one.scope.id == "cork"]
    previous = load(number).previous
    assert previous
    assert (previous.period, previous.payable) == (FEBRUARY, Decimal("12.98"))
    assert load(previous.number).period == FEBRUARY


def test_usage_without_a_price_holds_its_invoice_back_and_nothing_else(small: Office) -> None:
    """Meter, days and rows are named; once the price is there, the invoice follows with the next number."""
    import_rows(small, ["20,lab,vm1,gpu,1,2024-02-05T00:00:00Z", "21,lab,vm1,gpu,1,2024-02-07T00:00:00Z"], "more.csv")
    report = close(small)
    sentence = (
        "Subscription lab: 2 rows of meter gpu have no price: 5 February 2024 and 7 February 2024. Import one that is"
        " valid then."
    )
    assert causes(report) == {"lab": [sentence]}
    assert not report.is_complete
    assert {one.scope.id for one in report.issued} == {"cork", "quay"}
    import_price(small, "gpu,2,2024-02-01")
    (lab,) = close(small).issued
    assert (lab.number, lab.unrounded.amount) == ("K-2024-000003", Decimal("5.0105"))


def test_usage_without_a_price_keeps_a_credit_from_being_said_to_cover(small: Office) -> None:
    """The credit subscription is held back, not told N5."""
    import_rows(small, ["20,credit,vm3,gpu,1,2024-02-05T00:00:00Z"], "more.csv")
    report = close(small)
    assert "credit" in causes(report)
    assert "credit" not in reasons(report)


def test_charges_below_zero_are_held_back(small: Office) -> None:
    """An invoice is never negative."""
    import_rows(small, ["20,lab,vm1,cpu,-500,2024-02-05T00:00:00Z"], "more.csv")
    (sentence,) = causes(close(small))["lab"]
    assert "an invoice is never below zero" in sentence


def test_a_credit_that_is_exceeded_is_taken_off_before_tax(small: Office) -> None:
    """One cent more than the credit: charges of 5.01 less 5.00, and tax on 0.01."""
    import_rows(small, ["20,credit,vm3,cpu,30.1,2024-02-05T00:00:00Z"], "more.csv")
    (number,) = [one.number for one in close(small).issued if one.scope.id == "credit"]
    totals = load(number).totals
    assert (totals.lines, totals.allowances, totals.without_tax, totals.tax) == (
        Decimal("5.01"), Decimal(5), Decimal("0.01"), Decimal(0),
    )  # fmt: skip


def test_charges_equal_to_the_credit_are_covered(small: Office) -> None:
    """5.00 of charges, 5.00 of credit: no invoice."""
    import_rows(small, ["20,credit,vm3,cpu,30,2024-02-05T00:00:00Z"], "more.csv")
    assert reasons(close(small))["credit"] == "N5"


def test_usage_that_comes_too_late_changes_no_invoice(small: Office) -> None:
    """Rows accepted after the invoice was issued are told by each close, and wait for the next invoice."""
    close(small)
    before = {record.number: record.facts for record in InvoiceRecord.objects.all()}
    import_rows(
        small,
        [
            "20,lab,vm1,cpu,1,2024-02-05T00:00:00Z",
            "21,lab,vm1,cpu,1,2024-02-06T00:00:00Z",
            "22,waves,vm1,cpu,1,2024-02-06T00:00:00Z",
            "23,lab,vm1,cpu,1,2024-03-06T00:00:00Z",
        ],
        "late.csv",
    )
    report = close(small)
    assert {(one.invoice.scope.id, one.rows) for one in report.late_usage} == {("lab", 2), ("cork", 1)}
    assert report.is_complete
    assert {record.number: record.facts for record in InvoiceRecord.objects.all()} == before


def test_late_usage_may_still_make_an_invoice_where_there_was_none(small: Office) -> None:
    """A period without an invoice takes whatever is accepted, until it is issued."""
    close(small)
    import_rows(small, ["20,idle,vm1,cpu,1,2024-02-05T00:00:00Z"], "late.csv")
    report = close(small)
    assert [one.scope.id for one in report.issued] == ["idle"]
    assert "idle" not in reasons(report)


def test_a_clock_before_the_latest_invoice_is_refused(small: Office) -> None:
    """Before anything is rated; the sentence says both days."""
    close(small)
    with pytest.raises(UnableToNumber, match="the office's date is 9 March 2024"):
        close(at(small, date(2024, 3, 9)))


def test_the_engine_must_agree_with_the_reference(small: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """One digit of difference holds that invoice back, names line and both numbers, and lets the others pass."""
    from kvitto.runs.rate_period import rate_scopes

    class Wrong:
        """An engine that is wrong in the twelfth decimal of one line."""

        def __init__(self, *arguments: object) -> None:
            self.rated = rate_scopes(*arguments)  # type: ignore[arg-type]

        def __enter__(self) -> Self:
            return self

        def __exit__(self, *_: object) -> None:
            self.rated.close()

        def unpriced(self) -> object:
            return self.rated.unpriced()

        def lines(self) -> object:
            from dataclasses import replace

            return [
                replace(line, amount=line.amount + Decimal("1e-12")) if line.subscription == "lab" else line
                for line in self.rated.lines()
            ]

    monkeypatch.setattr("kvitto.runs.rated_periods.rate_scopes", Wrong)
    report = close(small)
    (sentence,) = causes(report)["lab"]
    assert "amount is 1.010500000001 by the engine and 1.0105 by the reference" in sentence
    assert {one.scope.id for one in report.issued} == {"cork", "quay"}


def test_an_issued_invoice_keeps_its_price_and_its_names(small: Office) -> None:
    """New prices and names make other invoices, never this one."""
    number = next(one.number for one in close(small).issued if one.scope.id == "lab")
    before = load(number)
    import_price(small, "cpu,0.2,2024-01-01")
    from kvitto.runs.apply_agreements import apply

    apply(small, written(small, "changed.toml", AGREEMENTS.replace('name = "Lab"', 'name = "Renamed"')))
    assert close(small).issued == ()
    assert load(number) == before
    assert altered_invoices() == []


def test_days_are_not_billed_twice_when_billing_days_change(small: Office) -> None:
    """After an issued February, an anniversary day of 15 would bill 15–29 February again: held back with the reason."""
    from kvitto.agreements.billing_periods import periods_of
    from kvitto.records.agreements import invoice_scopes
    from kvitto.records.invoices import list_invoices
    from kvitto.runs.closing.periods_to_close import periods_to_close
    from kvitto.runs.rate_period import current_as_of

    close(small)
    from dataclasses import replace

    (lab,) = (scope for scope in invoice_scopes() if scope.scope == Scope(ScopeKind.SUBSCRIPTION, "lab"))
    moved = replace(lab, subscriptions=(replace(lab.subscriptions[0], anniversary_day=15),))
    later = at(small, date(2024, 4, 30))
    found = periods_to_close(later, [moved], list_invoices(), current_as_of(), None)
    assert [one.period.start.isoformat() for one in found.blocked] == ["2024-02-15"]
    assert "were already invoiced" in str(found.blocked[0].causes[0])
    assert len(list(periods_of(moved, date(2024, 4, 30)))) == 4


def test_progress_is_told(small: Office) -> None:
    """How many periods are finished, up to all that were due, and then how many of their documents."""
    told: list[tuple[str, int, int]] = []

    def progress(what: Phrase, done: int, of: int) -> None:
        told.append((str(what), done, of))

    close(small, progress=progress)
    *closing, documents = told
    assert closing[-1] == ("Closing billing periods", 6, 6)
    assert [done for _, done, _ in closing] == sorted(done for _, done, _ in closing)
    assert documents == ("Making documents", 3, 3)


def test_an_office_without_agreements_has_nothing_to_close(office: MakeOffice) -> None:
    """Every list is empty."""
    assert close(office(FIRST_CLOSE)) == CloseReport()


def test_an_invoice_over_zero_is_issued_for_a_profile_without_usage(small: Office) -> None:
    """The MCA exception."""
    (quay,) = (one for one in close(small).issued if one.scope.id == "quay")
    assert quay.payable == Money(Decimal("0.00"), "USD")
    assert load(quay.number).lines == ()
