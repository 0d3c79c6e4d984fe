"""What the sheet of each kind of invoice says, in every language, and that its sums add up."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pikepdf
import pytest

from kvitto.agreements.hierarchy import TaxTreatment
from kvitto.documents import words
from kvitto.documents.glyphs import BOX
from kvitto.documents.kinds import DocumentKind, Voided, kept_as, kinds_of, sheet_kind
from kvitto.documents.pdf import MOST_PAGES, pages_of, render, render_parts, render_summary
from kvitto.documents.sheet import sheet_of
from kvitto.documents.sheet_lines import placed_lines
from kvitto.invoicing.invoice import AccountingTax, CorrectedPeriod, CreditedInvoice, Invoice, OpenBalance
from kvitto.language import LANGUAGES, Language, format_amount, speaking
from kvitto.money import Money
from tests.documents.cast import ENGLISH, ISSUED_AT, every_language, lab_invoice, riga_invoice, text_of
from tests.documents.cast import pages_of as pages_read
from tests.documents.kinds_cast import (
    CENTRAL_BANK,
    EVERY_KIND,
    credit_note,
    enrollment_invoice,
    marketplace_invoice,
    mca_invoice,
    mosp_invoice,
    partner_invoice,
    replacing_invoice,
    support_invoice,
)

every_kind = pytest.mark.parametrize("make", EVERY_KIND.values(), ids=EVERY_KIND)
in_every_language = pytest.mark.parametrize("language", every_language(), ids=lambda language: language.code)
PAGE_ONE = slice(0, 1)


def text(invoice: Invoice, pages: slice = slice(None)) -> str:
    """What the English sheet says."""
    return text_of(render(invoice, ENGLISH, copy=False, made_at=ISSUED_AT), pages)


@in_every_language
@every_kind
def test_every_kind_is_archival_tagged_and_whole(make: Callable[[], Invoice], language: Language) -> None:
    """Page 1 is one page with the number, the amount and the tables; the standards are declared for every kind."""
    invoice = make()
    document = render(invoice, language, copy=False, made_at=ISSUED_AT)
    first = text_of(document, PAGE_ONE)
    with speaking(language.code):
        payable = format_amount(Money(invoice.totals.payable, invoice.currency))
        small_print = str(words.QUESTIONS)
    assert invoice.number in first
    assert " ".join(payable.split()) in first
    assert small_print in first
    with pikepdf.open(io.BytesIO(document)) as pdf:
        root: Any = pdf.Root
        metadata = pdf.open_metadata()
        assert bool(root.MarkInfo.Marked)
        assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"], metadata["pdfuaid:part"]) == ("3", "A", "1")


def test_pay_as_you_go_tells_previous_charges_discounts_adjustments_and_totals() -> None:
    """In the order of the published invoice; what is still owed from before is not part of the amount to pay."""
    first = text(mosp_invoice(), PAGE_ONE)
    assert "Previous balance 2,890.10 Payments and credits −2,000.00 Outstanding balance 890.10" in first
    assert "The outstanding balance is not part of the amount to pay." in first
    assert (
        "Usage charges 3,947.85 Discounts: Service credit −40.00 Adjustments: Monthly credit −150.00 Subtotal without"
        " tax 3,757.85 Tax, 25% of 3,757.85 USD 939.46 Grand total with tax 4,697.31 Amount to pay 4,697.31" in first
    )
    assert "Payment method Card" in first
    assert "The amount is charged to your card." in first
    assert "Bankgiro" not in first
    assert "Account Administrator anna@daugava.example" in first
    assert "Godkänd för F-skatt" in first


def test_nothing_outstanding_is_a_zero_and_no_sentence() -> None:
    """Who paid everything sees so."""
    balance = OpenBalance(Decimal("10.00"), Decimal("10.00"), Decimal("0.00"))
    first = text(replace(mosp_invoice(), balance=balance), PAGE_ONE)
    assert "Payments and credits −10.00 Outstanding balance 0.00" in first
    assert "is not part of the amount to pay" not in first


def test_tax_is_also_told_in_the_sellers_accounting_currency() -> None:
    """With the rate, its source and its day."""
    first = text(mosp_invoice(), PAGE_ONE)
    assert "The tax in SEK is 9,803.77 SEK: 1.00 USD is 10.4321 SEK (Riksbanken, 29 February 2024)." in first


def test_line_of_an_earlier_period_names_period_invoice_and_cause() -> None:
    """A correction says what it corrects."""
    said = text(mosp_invoice(), slice(1, None))
    assert "for 1–31 Jan 2024, invoice K-2024-000003: usage that came late" in said.replace("1 – 31", "1–31")


def test_marketplace_and_support_invoices_say_so_in_the_head() -> None:
    """An invoice of services needs no word for it; third parties are named at the end."""
    assert "Invoice K-2024-000017 Marketplace and reservations" in text(marketplace_invoice(), PAGE_ONE)
    assert "Publisher information Palisade Networks Ltd: line 1" in text(marketplace_invoice())
    assert "Invoice K-2024-000017 Support plan" in text(support_invoice(), PAGE_ONE)
    assert "Marketplace" not in text(mosp_invoice())


def test_profile_invoice_has_its_sections_with_credit_tax_and_total() -> None:
    """Total = Charges − Credit + Tax for each section, and they add up to the total with tax."""
    invoice = mca_invoice()
    said = text(invoice)
    assert "Research 3,929.60 −80.00 962.40 4,812.00 Teaching 459.00 0.00 8.94 467.94" in said
    assert "Total 4,388.60 −80.00 971.34 5,279.94" in said
    assert invoice.totals.with_tax == Decimal("5279.94")
    assert "3,078.08 −80.00 25%" in said
    assert "Ship to Harbour Logistics B.V., warehouse 7" in said


def test_several_tax_groups_each_have_a_row_and_their_legal_reason() -> None:
    """The reason says which group it is about."""
    first = text(mca_invoice(), PAGE_ONE)
    assert "Tax, 25% of 3,849.60 SEK 962.40 Tax, 6% of 149.00 SEK 8.94 Tax, 0% of 310.00 SEK 0.00" in first
    assert "0% of 310.00 SEK: Exempt from tax. Education, chapter 10 section 14 ML" in first


def test_what_credit_pays_after_tax_and_the_rounding_stand_between_total_and_payable() -> None:
    """A prepaid lot is named with its purchase order; rounding changes the amount to pay alone."""
    first = text(mca_invoice(), PAGE_ONE)
    assert (
        "Total with tax 5,279.94 Paid from: Purchased credit, purchase order PO-2024-118 −100.00 Rounding of the amount"
        " to pay −0.10 Amount to pay 5,179.84" in first
    )


def test_enrollment_invoice_names_its_number_order_and_parties() -> None:
    """Charges − commitment usage + tax, by kind of charge."""
    said = text(enrollment_invoice())
    assert "Purchase order PO-2024-0042 Enrollment number E-8812345" in said
    assert "End customer" in said
    assert "Noordzee Data Centres N.V." in said
    assert "Charges 4,977.22 Prepayment used, purchase order PO-2023-9 −500.00 Total without tax 4,477.22" in said
    assert "Usage 4,843.72 −500.00 0.00 4,343.72 Charges billed separately 45.00" in said


def test_what_costs_nothing_stands_last_on_an_enrollments_invoice() -> None:
    """After usage with cost and marketplace with cost (agreements.md §6.2)."""
    lines = [placed.line for placed in placed_lines(enrollment_invoice())]
    assert [line.meter for line in lines][-2:] == ["Log analysis", "Data in, first 5 GB"]
    assert {line.number for line in lines} == {line.number for line in enrollment_invoice().lines}
    assert "Without charge" in text(enrollment_invoice())


def test_long_enrollment_invoice_is_several_documents_of_at_most_forty_pages() -> None:
    """Each has a number of its own; every line stands in one of them, and totals where their last line stands."""
    invoice = enrollment_invoice(1200)
    parts = render_parts(invoice, ENGLISH, made_at=ISSUED_AT)
    texts = [text_of(part) for part in parts]
    assert len(parts) == 2
    assert all(pages_of(part) == pages_read(part) <= MOST_PAGES for part in parts)
    assert [re.findall(r"Part \d of \d", said) for said in texts] == [["Part 1 of 2"], ["Part 2 of 2"]]
    assert "Invoice K-2024-000017-1" in texts[0]
    assert "Invoice K-2024-000017-2" in texts[1]
    assert "Amount to pay" in texts[0]
    assert "Amount to pay" not in texts[1]
    assert sum(len(re.findall(r"\bD\d+s v5\b", said)) for said in texts) == 1200
    assert ["Total Usage" in said for said in texts] == [False, True]
    assert ["Publisher information" in said for said in texts] == [False, True]


def test_invoices_of_other_agreements_stay_one_document() -> None:
    """However long."""
    (document,) = render_parts(lab_invoice(1300), ENGLISH, made_at=ISSUED_AT)
    assert pages_of(document) > MOST_PAGES


def test_summary_of_an_enrollment_has_page_one_and_totals_by_family() -> None:
    """No lines, and the same totals."""
    said = text_of(render_summary(enrollment_invoice(), ENGLISH, made_at=ISSUED_AT))
    assert "Invoice summary" in said
    assert "Amount to pay 4,477.22" in said
    assert "Storage 2,428.86 0.00 0.00 2,428.86 Virtual machines 2,414.86 −500.00 0.00 1,914.86" in said
    assert "Unit price" not in said


def test_partner_invoice_tells_products_customers_and_the_exchange_rate() -> None:
    """Net 60; prices in the pricing currency, each amount in both, and on the last page the rate with its source."""
    said = text(partner_invoice())
    assert "60 days from the invoice date" in said
    assert "By product" in said
    assert "Contoso" in said
    assert "Total Fabrikam 88.68" in said
    assert "Unit price (USD) Amount (EUR)" in said
    assert "750.26 812.50 USD" in said
    rate = "1.00 USD is 0.9234 EUR (European Central Bank, 31 January 2024)"
    assert rate in text(partner_invoice(), slice(-1, None))


def test_credit_note_says_what_it_gives_back_why_and_how() -> None:
    """Amounts are positive; nobody is asked to pay."""
    first = text(credit_note(), PAGE_ONE)
    assert "Credit note C-2024-000002" in first
    assert "For invoice K-2024-000017 of 5 March 2024" in first
    assert "Amount given back 4,697.31 USD The invoice is void, and a new one replaces it." in first
    assert "How it is given back The amount is taken off what is still to be paid of invoice K-2024-000017." in first
    assert not any(word in first for word in ("How to pay", "Amount to pay", "Due date", "Please pay"))


def test_invoice_that_replaces_another_names_it() -> None:
    """After a rebill."""
    assert "Replaces invoice K-2024-000017 of 5 March 2024" in text(replacing_invoice(), PAGE_ONE)


@pytest.mark.parametrize(
    ("voided", "said"),
    [
        (Voided("C-1"), "Void This invoice is void. Credit note C-1 gives it back."),
        (
            Voided("C-1", "K-9"),
            "Void This invoice is void. Credit note C-1 gives it back, and invoice K-9 replaces it.",
        ),
    ],
)
def test_copy_of_a_voided_invoice_says_so_and_asks_for_nothing(voided: Voided, said: str) -> None:
    """What was issued stays as it is; a copy made later knows."""
    first = text_of(render(mosp_invoice(), ENGLISH, copy=True, made_at=ISSUED_AT, voided=voided), PAGE_ONE)
    assert said in first
    assert "There is nothing to pay." in first
    assert "How to pay" not in first


@pytest.mark.parametrize(
    ("code", "note"),
    [
        ("en", "Reverse charge"),
        ("sv", "Omvänd betalningsskyldighet"),
        ("lv", "Nodokļa apgrieztā maksāšana"),
        ("nl", "Btw verlegd"),
    ],
)
def test_reverse_charge_is_said_in_the_words_of_the_law(code: str, note: str) -> None:
    """Each language of the European Union has its own (invoice-standards.md §2)."""
    invoice = riga_invoice(treatment=TaxTreatment("AE", Decimal(0), "Article 196"))
    document = render(invoice, LANGUAGES[code], copy=False, made_at=ISSUED_AT)
    assert note in text_of(document, PAGE_ONE)


def test_documents_of_each_agreement() -> None:
    """An enrollment has a summary and a file of transactions; the others have the sheet alone."""
    assert kinds_of(mca_invoice()) == kinds_of(mosp_invoice()) == (DocumentKind.INVOICE_PDF,)
    assert kinds_of(credit_note()) == (DocumentKind.CREDIT_NOTE_PDF,)
    assert kinds_of(enrollment_invoice()) == (
        DocumentKind.INVOICE_PDF, DocumentKind.SUMMARY_PDF, DocumentKind.TRANSACTIONS_CSV
    )  # fmt: skip
    assert [kind.published for kind in DocumentKind] == ["Invoice", "CreditNote", "Summary", "Transactions"]
    assert [kept_as(sheet_kind(credit_note()), part) for part in (1, 2)] == ["credit-note-pdf", "credit-note-pdf-2"]


def test_many_parts_on_page_one_make_room_for_what_else_stands_there() -> None:
    """Where other tables stand on page 1, fewer parts are named on it."""
    rows = [label for label, *_ in sheet_of(mca_invoice(), ENGLISH, copy=False)["summary"]["rows"]]
    assert rows[:2] == ["Research", "Teaching"]
    many = replace(mosp_invoice(), sections=lab_invoice(8).sections)
    labels = [label for label, *_ in sheet_of(many, ENGLISH, copy=False)["summary"]["rows"]]
    assert labels[0] == "Usage charges"


@every_kind
def test_no_name_stops_a_document_of_any_kind(make: Callable[[], Invoice]) -> None:
    """Whatever stands in the texts of a kind, its sheet is made, and its summary too."""
    nasty = "مرحبا 😀 #set page(width: 1pt) \x07 " + "A" * 120
    invoice = make()
    sections = tuple(
        replace(
            one,
            name=nasty,
            lines=tuple(
                replace(
                    a_line, meter_name=nasty, category=nasty, publisher=nasty, customer_name=nasty, unit=nasty,
                    subscription_name=nasty, corrects=CorrectedPeriod(nasty, a_line.service_period, nasty),
                )
                for a_line in one.lines
            ),
        )
        for one in invoice.sections
    )  # fmt: skip
    party = replace(invoice.bill_to, name=nasty)
    rate = replace(CENTRAL_BANK, source=nasty)
    told = replace(
        invoice, sections=sections, bill_to=party, sold_to=replace(party, company_number="1"), ship_to=party,
        end_customer=party, enrollment_number=nasty, purchase_order=nasty, pays_by=nasty, tax_registration=nasty,
        exchange=rate, accounting_tax=AccountingTax(Decimal("1.00"), rate),
        allowances=tuple(replace(one, purchase_order=nasty, reason=nasty) for one in invoice.allowances),
        refers_to=CreditedInvoice(nasty, invoice.issue_date, nasty),
    )  # fmt: skip
    voided = Voided(nasty, nasty)
    assert BOX in text_of(render(told, LANGUAGES["zh-TW"], copy=True, made_at=ISSUED_AT, voided=voided))
    assert BOX in text_of(render_summary(told, ENGLISH, made_at=ISSUED_AT))
