"""Corrections of closed periods for usage that came late.

Amounts are worked out by hand: hours × 0.10 USD, and 25 percent of tax.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from kvitto.invoicing.invoice import DocumentType, Invoice
from kvitto.money import exact_sum
from kvitto.records.corrections import correcting_documents
from kvitto.records.invoices import load, load_all
from kvitto.records.models import InvoiceRecord, NumberSeries
from kvitto.runs.closing import issue_invoices
from kvitto.runs.closing.close_report import CloseReport, LateUsage
from kvitto.runs.closing.issue_invoices import close
from kvitto.runs.invoice_life.rebill import rebill
from kvitto.runs.invoice_life.void import void
from kvitto.runs.office import Office
from tests.runs.offices import AGREEMENTS, FIRST_CLOSE, at, import_price, import_rows, made_and_closed, written

pytestmark = [pytest.mark.django_db, pytest.mark.database]
MakeOffice = Callable[..., Office]
MARCH_CLOSE = date(2024, 4, 10)
APRIL_CLOSE = date(2024, 5, 10)


@pytest.fixture
def billed(office: MakeOffice) -> Office:
    """The small office after it closed February: Lab owes 1.01 before tax, Cork office 10.38."""
    return made_and_closed(office(FIRST_CLOSE))


def late(office: Office, *uses: str) -> None:
    """Usage of February or March that comes now: "lab cpu 30 2024-02-05"."""
    rows = []
    for number, use in enumerate(uses):
        subscription, meter, hours, day = use.split()
        rows.append(f"late-{use}-{number},{subscription},vm,{meter},{hours},{day}T10:00:00Z")
    import_rows(at(office, APRIL_CLOSE), rows, f"late-{'-'.join(uses)[:60].replace(' ', '_')}.csv")


def march(office: Office) -> CloseReport:
    """Some usage of March by Lab and Waves, and the close that invoices it."""
    late(office, "lab cpu 10 2024-03-05", "waves cpu 10 2024-03-05")
    return close(at(office, MARCH_CLOSE))


def told(report: CloseReport, scope: str) -> LateUsage:
    """What the report says of the late usage of a scope."""
    (one,) = [one for one in report.late_usage if one.invoice.scope.id == scope]
    return one


def sentences(late: LateUsage) -> list[str]:
    """What is told of it, with plain blanks."""
    return [str(one).replace("\N{NO-BREAK SPACE}", " ") for one in late.told]


def document(report: CloseReport, scope: str) -> Invoice:
    """The invoice that was issued for the scope."""
    (number,) = [one.number for one in report.issued if one.scope.id == scope]
    return load(number)


def corrections(documents: Iterable[Invoice]) -> list[tuple[str, Decimal, Decimal]]:
    """Meter, quantity and amount of the lines that correct an earlier period."""
    return [
        (line.meter, line.quantity, line.amount) for one in documents for line in one.lines if line.corrects is not None
    ]


def net_of_february(scope: str) -> Decimal:
    """What all documents together bill for February, before tax: less credit notes, and what is void."""
    total = []
    for record in InvoiceRecord.objects.filter(scope_key=scope):
        invoice = load(record.number)
        sign = -1 if invoice.document_type is DocumentType.CREDIT_NOTE else 1
        own = invoice.period.start == date(2024, 2, 1)
        lines = [line for line in invoice.lines if (own and not line.corrects) or _corrects_february(line.corrects)]
        total += [sign * line.amount for line in lines]
        if own:
            total += [-sign * allowance.amount for allowance in invoice.allowances]
    return exact_sum(total)


def _corrects_february(corrects: object) -> bool:
    period = getattr(corrects, "period", None)
    return period is not None and period.start == date(2024, 2, 1) and getattr(corrects, "cause", "") == "late-usage"


def test_more_usage_stands_on_the_next_invoice(billed: Office) -> None:
    """30 hours of February came in March: 3.00 before tax, with the invoice, period and cause they belong to."""
    late(billed, "lab cpu 30 2024-02-05")
    waiting = told(close(billed), "lab")
    assert sentences(waiting) == ["3.00 USD without tax waits for the next invoice."]
    report = march(billed)
    invoice = document(report, "lab")
    (line,) = [line for line in invoice.lines if line.corrects]
    assert line.corrects
    assert (line.corrects.invoice_number, line.corrects.period.start, line.corrects.cause) == (
        "K-2024-000003", date(2024, 2, 1), "late-usage",
    )  # fmt: skip
    assert (line.quantity, line.unit_price, line.amount) == (Decimal(30), Decimal("0.1"), Decimal("3.00"))
    assert (invoice.totals.lines, invoice.totals.tax, invoice.totals.payable) == (
        Decimal("4.00"), Decimal("1.00"), Decimal("5.00"),
    )  # fmt: skip
    outcome = told(report, "lab")
    assert (outcome.rows, outcome.billed_on) == (1, invoice.number)
    assert sentences(outcome) == [f"3.00 USD without tax stands on invoice {invoice.number}."]


def test_what_another_close_bills_meanwhile_is_not_billed_again(
    billed: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whenever it happens between two steps of this one: more, and less, of a period without a next invoice."""
    late(billed, "lab cpu 30 2024-02-05", "waves cpu -5 2024-02-06")
    here = at(billed, MARCH_CLOSE)
    steps = ("late_periods", "work_out", "give_back", "portions_of", "close_portions", "bill_alone")

    def others_close_before(step: str) -> Callable[..., Any]:
        own = getattr(issue_invoices, step)

        def after_others(*given: Any, **named: Any) -> Any:
            monkeypatch.undo()
            close(here)
            return own(*given, **named)

        return after_others

    for count, step in enumerate(steps, 1):
        late(billed, f"lab cpu {count} 2024-02-0{count}", f"waves cpu -{count} 2024-02-1{count}")
        monkeypatch.setattr(issue_invoices, step, others_close_before(step))
        close(here)
        more, less = 30 + count * (count + 1) // 2, 5 + count * (count + 1) // 2
        assert net_of_february("lab") == Decimal("1.01") + Decimal(more) / 10, step
        assert net_of_february("cork") == Decimal("10.38") - Decimal(less) / 10, step


def test_closing_again_changes_nothing(billed: Office) -> None:
    """A correction is billed once; the late usage is no longer told."""
    late(billed, "lab cpu 30 2024-02-05", "waves cpu -5 2024-02-06")
    march(billed)
    before = dict(InvoiceRecord.objects.values_list("number", "facts"))
    again = close(at(billed, MARCH_CLOSE))
    assert (again.issued, again.late_usage) == ((), ())
    assert dict(InvoiceRecord.objects.values_list("number", "facts")) == before


def test_less_usage_is_a_credit_note_at_once(billed: Office) -> None:
    """5 hours less of Waves: 0.50 and its tax are given back of the invoice, and nothing waits."""
    late(billed, "waves cpu -5 2024-02-06")
    outcome = told(close(billed), "cork")
    (number,) = outcome.credit_notes
    note = load(number)
    assert note.refers_to
    assert (note.refers_to.number, note.refers_to.cause) == (outcome.invoice.number, "late-usage")
    assert (note.totals.lines, note.totals.tax, note.totals.payable) == (
        Decimal("0.50"), Decimal("0.13"), Decimal("0.63"),
    )  # fmt: skip
    assert corrections([note]) == [("cpu", Decimal(5), Decimal("0.50"))]


def test_both_in_one_period_are_one_net(billed: Office) -> None:
    """Tides 20 hours more, Waves 5 less, both in the invoice of one profile: 1.50 more."""
    late(billed, "tides cpu 20 2024-02-05", "waves cpu -5 2024-02-06")
    report = march(billed)
    assert corrections([document(report, "cork")]) == [
        ("cpu", Decimal(20), Decimal("2.00")), ("cpu", Decimal(-5), Decimal("-0.50")),
    ]  # fmt: skip
    assert told(report, "cork").credit_notes == ()


def test_no_more_is_given_back_than_there_is(billed: Office) -> None:
    """500 hours less than the 10.105 of Lab: all of it is given back, and what is beyond is told."""
    late(billed, "lab cpu -500 2024-02-06")
    outcome = told(close(billed), "lab")
    (note,) = [load(number) for number in outcome.credit_notes]
    assert (note.totals.without_tax, note.totals.with_tax) == (Decimal("1.01"), Decimal("1.26"))
    assert sentences(outcome) == [
        f"1.01 USD without tax was given back: {note.number}.",
        "48.99 USD without tax cannot be given back, because nothing is left of what was billed.",
    ]
    late(billed, "lab cpu 600 2024-02-07")  # 610.105 - 500 = 110.105 hours in all
    march(billed)
    assert net_of_february("lab") == Decimal("11.01")


def test_a_second_late_file_corrects_what_came_since(billed: Office) -> None:
    """First 30 hours more on March's invoice, then 35 less: given back of February's first, then of March's."""
    late(billed, "lab cpu 30 2024-02-05")
    march_number = told(march(billed), "lab").billed_on
    late(billed, "lab cpu -35 2024-02-08")
    outcome = told(close(at(billed, MARCH_CLOSE)), "lab")
    given = [load(number) for number in outcome.credit_notes]
    assert [(note.refers_to.number, note.totals.without_tax) for note in given if note.refers_to] == [
        ("K-2024-000003", Decimal("1.01")), (march_number, Decimal("2.49")),
    ]  # fmt: skip
    assert net_of_february("lab") == Decimal("0.51")  # 10.105 + 30 - 35 = 5.105 hours
    assert close(at(billed, MARCH_CLOSE)).late_usage == ()


def test_a_third_file_counts_from_the_second(billed: Office) -> None:
    """Each file is billed once, whatever came between."""
    late(billed, "lab cpu 30 2024-02-05")
    march(billed)
    late(billed, "lab cpu 0.04 2024-02-09")  # not a cent alone, with the rest it is
    late(billed, "lab cpu 0.006 2024-02-10", "lab cpu 7 2024-04-02")
    close(at(billed, APRIL_CLOSE))
    assert net_of_february("lab") == Decimal("4.02")  # 40.151 hours


def test_usage_that_changes_no_amount_is_told(billed: Office) -> None:
    """A minute is no cent; each close says so."""
    late(billed, "lab cpu 0.01 2024-02-09")
    assert sentences(told(close(billed), "lab")) == ["No amount changes."]


def test_a_subscription_that_ended_gets_an_invoice_of_its_own(office: MakeOffice) -> None:
    """There is no next invoice: another edition of February's, with its period, refers to it."""
    agreements = AGREEMENTS.replace('id = "lab"\n', 'id = "lab"\nended_on = 2024-03-01\n', 1)
    small = made_and_closed(office(FIRST_CLOSE), agreements=agreements)
    late(small, "lab cpu 30 2024-02-05")
    report = close(at(small, date(2024, 3, 20)))
    invoice = document(report, "lab")
    assert told(report, "lab").billed_on == invoice.number
    assert (invoice.edition, invoice.period.start, invoice.totals.payable) == (2, date(2024, 2, 1), Decimal("3.75"))
    assert invoice.refers_to
    assert (invoice.refers_to.number, invoice.refers_to.cause) == ("K-2024-000003", "late-usage")
    assert report.documents_made == 1
    late(small, "lab cpu 10 2024-02-06")
    second = document(close(at(small, date(2024, 3, 21))), "lab")
    assert (second.edition, second.totals.lines) == (3, Decimal("1.00"))
    assert net_of_february("lab") == Decimal("5.01")


def test_a_period_without_an_invoice_does_not_make_a_correction_wait(billed: Office) -> None:
    """Lab used nothing in March: February's correction has an invoice of its own, and March names none before it."""
    late(billed, "lab cpu 30 2024-02-05")
    report = close(at(billed, MARCH_CLOSE))
    assert document(report, "lab").edition == 2
    assert [one.absence.code.value for one in report.without_invoice if one.scope.scope.id == "lab"] == ["N6"]


def test_the_next_invoice_names_the_whole_invoice_before(billed: Office) -> None:
    """An invoice that only corrects is not the one before."""
    late(billed, "lab cpu 30 2024-02-05")
    close(at(billed, MARCH_CLOSE))
    late(billed, "lab cpu 10 2024-03-05")
    previous = document(close(at(billed, MARCH_CLOSE)), "lab").previous
    assert previous
    assert previous.number == "K-2024-000003"


def test_a_credit_that_was_used_up_pays_no_more(office: MakeOffice) -> None:
    """51 hours are 5.10, of which 5.00 is credit; 10 hours more are 1.00 more, and 20 less leave 4.10, so nothing."""
    small = made_and_closed(office(FIRST_CLOSE), ["1,credit,vm,cpu,51,2024-02-10T10:00:00Z"])
    late(small, "credit cpu 10 2024-02-05", "credit cpu 60 2024-03-10")
    invoice = document(close(at(small, MARCH_CLOSE)), "credit")
    assert corrections([invoice]) == [("cpu", Decimal(10), Decimal("1.00"))]
    totals = invoice.totals
    assert (totals.lines, totals.allowances, totals.without_tax) == (Decimal("7.00"), Decimal("5.00"), Decimal("2.00"))
    assert net_of_february("credit") == Decimal("1.10")
    late(small, "credit cpu -20 2024-02-06")
    outcome = told(close(at(small, MARCH_CLOSE)), "credit")
    assert outcome.credit_notes
    assert net_of_february("credit") == Decimal(0)


def test_usage_without_a_price_then_is_priced_by_what_came_later(billed: Office) -> None:
    """Held back with a sentence, like an invoice; once there is a price for that day, it is billed with it."""
    late(billed, "lab gpu 2 2024-02-05")
    report = march(billed)
    (cause,) = told(report, "lab").causes
    assert "2 rows" not in str(cause)
    assert "1 row of meter gpu has no price: 5 February 2024" in str(cause)
    assert not report.is_complete
    import_price(at(billed, MARCH_CLOSE), "gpu,3,2024-01-01", "cpu,9,2024-01-01")  # for cpu too late
    late(billed, "lab cpu 10 2024-04-05", "lab cpu 10 2024-02-05")
    invoice = document(close(at(billed, APRIL_CLOSE)), "lab")
    assert corrections([invoice]) == [("cpu", Decimal(10), Decimal("1.00")), ("gpu", Decimal(2), Decimal("6.00"))]


def test_prices_and_names_are_those_of_then(billed: Office) -> None:
    """A new price and a new tax change nothing for a closed period."""
    import_price(billed, "cpu,0.2,2024-01-01")
    from kvitto.runs.apply_agreements import apply

    apply(billed, written(billed, "new.toml", AGREEMENTS.replace('rate = "25"', 'rate = "12"')))
    late(billed, "lab cpu 30 2024-02-05")
    invoice = document(march(billed), "lab")
    assert [(group.rate, group.taxable, group.tax) for group in invoice.tax_groups] == [
        (Decimal(25), Decimal("3.00"), Decimal("0.75")), (Decimal(12), Decimal("2.00"), Decimal("0.24")),
    ]  # fmt: skip


def test_a_void_invoice_is_not_corrected_until_it_is_rebilled(billed: Office) -> None:
    """The report says why; the new invoice takes part again."""
    void(billed, "K-2024-000003")
    late(billed, "lab cpu 30 2024-02-05")
    report = march(billed)
    assert "is void and was not replaced" in str(told(report, "lab").told[0])
    assert report.is_complete
    rebill(at(billed, MARCH_CLOSE), "K-2024-000003")
    late(billed, "lab cpu 1 2024-04-05")
    invoice = document(close(at(billed, APRIL_CLOSE)), "lab")
    assert corrections([invoice]) == [("cpu", Decimal(30), Decimal("3.00"))]


def test_a_correction_is_billed_again_when_its_invoice_is_void(billed: Office) -> None:
    """March's invoice carried it and is voided: the next close finds it unbilled again."""
    late(billed, "lab cpu 30 2024-02-05")
    number = told(march(billed), "lab").billed_on
    void(at(billed, MARCH_CLOSE), number)
    late(billed, "lab cpu 1 2024-04-05")
    invoice = document(close(at(billed, APRIL_CLOSE)), "lab")
    assert corrections([invoice]) == [("cpu", Decimal(30), Decimal("3.00"))]


@pytest.mark.parametrize("as_known_now", [False, True])
def test_an_invoice_that_is_rebilled_later_bills_nothing_twice(billed: Office, *, as_known_now: bool) -> None:
    """Rebilled as known now it holds the late usage itself: what a correction had billed of it is given back."""
    late(billed, "lab cpu 30 2024-02-05")
    march(billed)
    rebill(at(billed, MARCH_CLOSE), "K-2024-000003", as_known_now=as_known_now)
    close(at(billed, MARCH_CLOSE))
    in_force = [
        invoice for invoice in load_all() if invoice.number != "K-2024-000003" and invoice.subscription_id == "lab"
    ]
    notes = [one for one in in_force if one.document_type is DocumentType.CREDIT_NOTE and one.refers_to]
    kept = [one for one in notes if one.refers_to and one.refers_to.cause == "late-usage"]
    rebilled = next(one for one in in_force if one.edition == 2 and one.document_type is DocumentType.INVOICE)
    correcting = exact_sum(amount for _, _, amount in corrections([one for one in in_force if not one.refers_to]))
    given = exact_sum(one.totals.without_tax for one in kept)
    assert rebilled.totals.without_tax + correcting - given == Decimal("4.01")
    assert given == (Decimal("3.00") if as_known_now else Decimal(0))
    before = InvoiceRecord.objects.count()
    close(at(billed, MARCH_CLOSE))
    assert InvoiceRecord.objects.count() == before


def test_a_month_bills_corrections_on_its_invoices_alone(billed: Office) -> None:
    """Closing March alone carries February's correction, but gives back nothing of February."""
    late(billed, "lab cpu 30 2024-02-05", "waves cpu -5 2024-02-06", "lab cpu 10 2024-03-05")
    report = close(at(billed, MARCH_CLOSE), "2024-03")
    assert told(report, "lab").billed_on
    assert told(report, "cork").credit_notes == ()
    assert told(close(at(billed, MARCH_CLOSE)), "cork").credit_notes


def test_nothing_is_asked_for_where_nothing_is_late(
    billed: Office, django_assert_max_num_queries: Callable[..., object], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No file is opened and nothing is rated for corrections; two queries find that out."""
    from kvitto.records.agreements import invoice_scopes
    from kvitto.records.in_force import invoices_in_force
    from kvitto.runs.closing import late_usage

    monkeypatch.setattr(late_usage, "daily_sums", None)
    invoices, scopes = invoices_in_force(), {one.scope: one for one in invoice_scopes()}
    with django_assert_max_num_queries(3):  # type: ignore[attr-defined]
        assert late_usage.late_periods(billed, invoices, scopes) == []


def test_corrections_are_known_by_their_links(billed: Office) -> None:
    """By the corrected period, with what they knew; a void one is not in force."""
    late(billed, "lab cpu 30 2024-02-05")
    number = told(march(billed), "lab").billed_on
    ((key, (one,)),) = correcting_documents().items()
    assert (key.scope.id, key.start, one.number, one.is_in_force) == ("lab", date(2024, 2, 1), number, True)
    assert one.as_of == load(number).as_of
    void(at(billed, MARCH_CLOSE), number)
    ((_, (one,)),) = correcting_documents().items()
    assert not one.is_in_force


def test_numbers_have_no_gaps(billed: Office) -> None:
    """Invoices, corrections and credit notes take every number of their series."""
    late(billed, "lab cpu 30 2024-02-05", "waves cpu -5 2024-02-06")
    march(billed)
    taken = list(NumberSeries.objects.values_list("latest_number", flat=True))
    assert sum(taken) == InvoiceRecord.objects.count()
