"""The PDF of an invoice: what it says in each language, how it is tagged, where it breaks, and that it never fails."""

from __future__ import annotations

import io
from dataclasses import replace
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pikepdf
import pytest

from kvitto.agreements.hierarchy import TaxTreatment
from kvitto.documents import words
from kvitto.documents.glyphs import BOX
from kvitto.documents.pdf import made_with, render
from kvitto.invoicing.invoice import Invoice
from kvitto.language import LANGUAGES, Language, format_date, format_money, format_period, speaking
from kvitto.money import Money
from tests.documents.cast import (
    ENGLISH,
    ISSUED_AT,
    credit_invoice,
    every_language,
    lab_invoice,
    pages_of,
    plain_blanks,
    riga_invoice,
    text_of,
)

in_every_language = pytest.mark.parametrize("language", every_language(), ids=lambda language: language.code)
PAGE_ONE = slice(0, 1)
DETAILS = slice(1, None)


def made(invoice: Invoice, language: Language = ENGLISH, *, copy: bool = False) -> bytes:
    """The document of the invoice, issued at a fixed moment."""
    return render(invoice, language, copy=copy, made_at=ISSUED_AT)


@in_every_language
def test_page_one_says_who_what_period_how_much_until_when_and_how(language: Language) -> None:
    """Page 1 alone answers a payer's questions, in the reader's language and ways of writing."""
    invoice = lab_invoice()
    text = text_of(made(invoice, language), PAGE_ONE)
    with speaking(language.code):
        expected = (
            invoice.number,
            invoice.seller.name,
            invoice.bill_to.name,
            str(words.AMOUNT_TO_PAY),
            format_money(Money(invoice.totals.payable, "USD")),
            format_period(invoice.period),
            format_date(invoice.issue_date),
            str(words.pay_by(invoice.due_date)),
            invoice.payment_instructions,
            str(words.CHECK_THIS_INVOICE),
        )
    for said in expected:
        assert _letters(said) in _letters(text)


@in_every_language
def test_every_line_is_on_the_sheet_with_its_quantity_price_and_amount(language: Language) -> None:
    """The details hold each line, and the amounts as the language writes them."""
    invoice = lab_invoice(lines=5)
    text = text_of(made(invoice, language), DETAILS)
    for line in invoice.lines:
        assert line.meter_name in text
        with speaking(language.code):
            assert format_money(Money(line.amount, "USD")).removesuffix("\N{NO-BREAK SPACE}USD") in text


def test_tax_summary_and_monthly_credit_stand_on_page_one() -> None:
    """The credit is taken off before tax, and the tax row names rate and base."""
    text = text_of(made(credit_invoice()), PAGE_ONE)
    assert "Virtual machines 20.00 Adjustments: Monthly credit −15.00 Subtotal without tax 5.00" in text
    assert "Tax, 25% of 5.00 USD 1.25 Grand total with tax 6.25 Amount to pay 6.25" in text


def test_change_since_the_invoice_before_is_one_line() -> None:
    """Page 1 says how much more or less it is than last time, and names that invoice."""
    text = text_of(made(credit_invoice()), PAGE_ONE)
    assert "3.75 USD less than invoice K-2024-000003 for 1 – 31 Jan 2024, which came to 10.00 USD." in text.replace(
        "1–31", "1 – 31"
    )


def test_reverse_charge_is_said_with_its_reason_and_a_tax_row_of_zero() -> None:
    """A sheet without tax under category AE says who accounts for it."""
    text = text_of(made(riga_invoice(treatment=TaxTreatment("AE", Decimal(0), "Article 196"))), PAGE_ONE)
    assert "Reverse charge: the customer accounts for the tax. Article 196" in text
    assert "Tax, 0% of 8.08 USD 0.00" in text


def test_reason_that_only_repeats_the_note_is_said_once() -> None:
    """A seller who writes "Reverse charge" as the reason does not say it twice."""
    text = text_of(made(riga_invoice(treatment=TaxTreatment("AE", Decimal(0), "Reverse charge"))), PAGE_ONE)
    assert text.count("Reverse charge") == 1


def test_outside_the_scope_of_tax_no_tax_line_is_shown() -> None:
    """Category O has no tax row and no total without tax, only the seller's reason."""
    text = text_of(made(riga_invoice(treatment=TaxTreatment("O", Decimal(0), "Not subject to VAT"))), PAGE_ONE)
    assert "Not subject to VAT" in text
    assert "Tax," not in text
    assert str(words.TOTAL_WITHOUT_TAX) not in text


def test_invoice_for_nothing_is_one_page_that_says_so() -> None:
    """An MCA invoice over a month without usage has no details, nothing to pay, and no way to pay it."""
    invoice = riga_invoice(lines=0)
    text = text_of(made(invoice))
    assert pages_of(made(invoice)) == 1
    assert "There was no usage in this period." in text
    assert "There is nothing to pay." in text
    assert str(words.HOW_TO_PAY) not in text


def test_unrounded_sum_is_information_and_never_a_line() -> None:
    """The small print of page 1 states the exact charges and what rounding changed."""
    invoice = riga_invoice(sections=1)
    document = made(invoice)
    sentence = "Before each line was rounded, the charges came to 4.02 USD. Rounding changed them by 0.02 USD."
    assert sentence in text_of(document, PAGE_ONE)
    assert "Rounding" not in text_of(document, DETAILS)


@in_every_language
def test_copy_says_so_under_the_title(language: Language) -> None:
    """A copy in another language is marked, and names the language of the original; the original is not marked."""
    with speaking(language.code):
        mark = str(words.COPY)
    assert mark in text_of(made(lab_invoice(), language, copy=True), PAGE_ONE)
    if language.code == "en":
        assert "Language of the original: Latvian" in text_of(made(lab_invoice(), language, copy=True), PAGE_ONE)
        assert mark not in text_of(made(lab_invoice(), language), PAGE_ONE)


@in_every_language
def test_document_is_tagged_archival_and_in_its_language(language: Language) -> None:
    """PDF/A-3a and PDF/UA-1 are declared, with language, title and marked structure."""
    with pikepdf.open(io.BytesIO(made(lab_invoice(), language))) as pdf:
        root: Any = pdf.Root
        assert str(root.Lang).split("-")[0] == language.locale.language
        assert bool(root.MarkInfo.Marked)
        assert "/StructTreeRoot" in root
        metadata = pdf.open_metadata()
        assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("3", "A")
        assert metadata["pdfuaid:part"] == "1"
        assert "K-2024-000017" in str(metadata["dc:title"])


def test_lines_are_a_table_with_heads_for_screen_readers() -> None:
    """The structure holds tables whose heads are head cells, and headings for the parts of page 1."""
    with pikepdf.open(io.BytesIO(made(lab_invoice()))) as pdf:
        root: Any = pdf.Root
        kinds = list(_kinds(root.StructTreeRoot))
    assert kinds.count("/H1") == 1
    assert kinds.count("/H2") >= 3
    assert kinds.count("/Table") == 2
    assert kinds.count("/TH") >= 6


def test_same_invoice_gives_the_same_bytes() -> None:
    """Rendering is a function of the facts, the language and the moment of issue."""
    assert made(riga_invoice()) == made(riga_invoice())
    assert made(riga_invoice()) != made(riga_invoice(), LANGUAGES["sv"])
    assert b"D:20240305093000" in made(lab_invoice())


def test_moment_of_issue_may_have_any_zone_and_fraction() -> None:
    """The document's date is the moment of issue in UTC, in whole seconds, wherever the clock stood."""
    riga = ISSUED_AT.astimezone(ZoneInfo("Europe/Riga")).replace(microsecond=123456)
    assert render(lab_invoice(), ENGLISH, copy=False, made_at=riga) == made(lab_invoice())


NASTY_NAMES = (
    "VM 😀 \N{MAN}\u200d\N{WOMAN}\u200d\N{GIRL}",
    "خدمة سحابية",
    "שירות ענן",
    "บริการคลาวด์",
    "bell\x07 nul\x00 escape\x1b",
    "\u202eright to left\u202c",
    "lone \ud83d surrogate",
    "#set page(width: 1pt) *bold* $x$ @reference \\ ",
    "{} [] {meter} %s",
    "A" * 300,
    "/subscriptions/0000/resourceGroups/prod-westeurope/providers/Compute/virtualMachines/postgresql-benchmark-000123",
    "e\u0301\u0301\u0301\u0301",
    "ไ\ufe0f\u0e00\U000e0001\U0010ffff",
    "हिन्दी 日本語 한국어 Ελληνικά Кириллица",
    "\n\t \u00a0",
)


@in_every_language
def test_no_name_stops_a_document(language: Language) -> None:
    """Whatever a name holds, the sheet is made; what cannot be shown is a box, and the small print says so."""
    invoice = replace(
        lab_invoice(lines=30, names=NASTY_NAMES), purchase_order=NASTY_NAMES[0], account_name=NASTY_NAMES[1]
    )
    party = replace(invoice.bill_to, name=NASTY_NAMES[0] + NASTY_NAMES[9])
    invoice = replace(invoice, bill_to=party, seller=replace(invoice.seller, name=NASTY_NAMES[2]))
    text = text_of(made(invoice, language))
    assert BOX in text
    assert "#set page(width: 1pt)" in text
    with speaking(language.code):
        assert _letters(str(words.BOXES)) in _letters(text)


def test_sheet_without_boxes_does_not_explain_them() -> None:
    """The explanation stands only where a box stands."""
    assert BOX not in text_of(made(lab_invoice()))


def test_heads_repeat_and_every_page_has_its_number() -> None:
    """Each page of details has the heads, the service category, the invoice number and "page x of y"."""
    document = made(lab_invoice(lines=150))
    count = pages_of(document)
    assert count > 4
    for number in range(count):
        text = text_of(document, slice(number, number + 1))
        assert f"Page {number + 1} of {count}" in text
        assert "K-2024-000017" in text
        if number:
            assert text.count("Unit price") == 1
            assert any(category in text for category in ("Databases", "Networking", "Storage", "Virtual machines"))


@pytest.mark.parametrize("lines", range(25, 60, 2))
def test_subtotals_stay_with_two_lines(lines: int) -> None:
    """Wherever the page ends, a total has at least two lines of its category above it, on its own page."""
    document = made(lab_invoice(lines=lines))
    for number in range(1, pages_of(document)):
        text = text_of(document, slice(number, number + 1))
        before_first_total = text.split("Total", maxsplit=1)[0]
        if "Total" in text:
            assert before_first_total.count("Meter ") >= 2


def test_many_sections_are_one_row_on_page_one_and_all_in_the_details() -> None:
    """Page 1 stays one page: with many sections it gives their number."""
    document = made(riga_invoice(sections=12))
    assert "Charges of 12 invoice sections" in text_of(document, PAGE_ONE)
    assert all(f"Total Section {number:02}" in text_of(document, DETAILS) for number in range(12))
    assert "Page 1 of" in text_of(document, PAGE_ONE)


def test_lines_of_several_subscriptions_name_theirs() -> None:
    """In a section that holds several subscriptions each line says whose it is."""
    text = text_of(made(riga_invoice(sections=1)), DETAILS)
    assert "S0-A" in text
    assert "S0-B" in text


def test_thousands_of_lines_are_no_trouble() -> None:
    """An invoice of thousands of lines is made whole."""
    document = made(lab_invoice(lines=2000))
    assert pages_of(document) > 30
    assert "Meter 01999" in text_of(document, slice(-1, None))


def test_made_with_names_renderer_fonts_and_catalogue() -> None:
    """What a stored document was made with can be read beside it."""
    parts = made_with(LANGUAGES["sv"])
    for name in ("kvitto ", "typst ", "template sha256:", "fontpkg-noto-sans ", "noto-cjk-sans-otc ", "catalogue sv "):
        assert name in parts


def _letters(text: str) -> str:
    """The text without blanks: lines of a sheet break wherever they must."""
    return plain_blanks(text).replace(" ", "").replace("\u2060", "")


def _kinds(element: Any) -> Any:
    """The kinds of structure elements below this one."""
    kids = element.get("/K", [])
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary):
            if "/S" in kid:
                yield str(kid["/S"])
            yield from _kinds(kid)
