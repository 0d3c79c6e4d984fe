"""The ready words and numbers of the sheet, and where the template is told to put them."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

import pytest

from kvitto.agreements.hierarchy import Address
from kvitto.documents.sheet import sheet_of
from kvitto.invoicing.invoice import Invoice
from kvitto.language import LANGUAGES
from tests.documents.cast import ENGLISH, credit_invoice, lab_invoice, riga_invoice
from tests.documents.kinds_cast import enrollment_invoice


def billed_to(country: str) -> Invoice:
    """The lab's invoice to a buyer in this country."""
    invoice = lab_invoice()
    party = replace(invoice.bill_to, address=Address("Street 1\nFloor 2", "12345", "City", country))
    return replace(invoice, bill_to=party)


@pytest.mark.parametrize(
    ("country", "window", "paper"), [("DE", "left", "a4"), ("SE", "right", "a4"), ("US", "left", "us-letter")]
)
def test_address_stands_where_the_buyers_envelopes_have_their_window(country: str, window: str, paper: str) -> None:
    """Swedish envelopes have the window at the right; North America uses Letter paper."""
    sheet = sheet_of(billed_to(country), ENGLISH, copy=False)
    assert (sheet["window"], sheet["paper"]) == (window, paper)


def test_address_has_its_lines_and_the_country_in_the_readers_language() -> None:
    """Street lines stay lines; postal code and city are one; the country is named."""
    sheet = sheet_of(billed_to("DE"), LANGUAGES["sv"], copy=False)
    assert sheet["bill_to"][1:] == ["Street 1", "Floor 2", "12345 City", "Tyskland"]


def test_other_parties_are_named_only_if_they_are_somebody_else() -> None:
    """The legal buyer is named where the invoice goes to another address; so are ship-to and end customer."""
    assert not sheet_of(lab_invoice(), ENGLISH, copy=False)["parties"]
    (sold_to,) = sheet_of(billed_to("DE"), ENGLISH, copy=False)["parties"]
    assert (sold_to["label"], sold_to["lines"][:2]) == ("Sold to", ["Daugavas Dati SIA", "Brīvības iela 2"])
    labels = [party["label"] for party in sheet_of(enrollment_invoice(), ENGLISH, copy=False)["parties"]]
    assert labels == ["Ship to", "End customer"]


def test_facts_that_are_not_there_have_no_row() -> None:
    """No empty labels: a MOSP invoice has a subscription and an offer, an MCA invoice a profile and its order."""
    mosp, mca = (dict(sheet_of(invoice, ENGLISH, copy=False)["facts"]) for invoice in (lab_invoice(), riga_invoice()))
    assert (mosp["Subscription"], mosp["Offer"]) == ("Lab", "Pay-as-you-go")
    assert not {"Billing profile", "Purchase order"} & set(mosp)
    assert (mca["Billing profile"], mca["Purchase order"]) == ("Riga office", "PO-7")
    assert not {"Subscription", "Offer"} & set(mca)
    assert all(value for value in (*mosp.values(), *mca.values()))


def test_page_one_says_what_the_charges_are_for() -> None:
    """Invoice sections if there are several, else service categories; a sum of them only before a deduction."""
    rows = {
        "sections": [label for label, *_ in sheet_of(riga_invoice(), ENGLISH, copy=False)["summary"]["rows"]],
        "categories": [label for label, *_ in sheet_of(lab_invoice(4), ENGLISH, copy=False)["summary"]["rows"]],
        "credit": [label for label, *_ in sheet_of(credit_invoice(), ENGLISH, copy=False)["summary"]["rows"]],
    }
    assert rows["sections"][:3] == ["Section 00", "Section 01", "Total without tax"]
    assert rows["categories"][:4] == ["Databases", "Networking", "Storage", "Virtual machines"]
    assert rows["credit"][:3] == ["Virtual machines", "Adjustments: Monthly credit", "Subtotal without tax"]


def test_numbers_are_told_how_to_align() -> None:
    """Each quantity knows how many decimals it lacks, so that all of them meet at the decimal sign."""
    invoice = lab_invoice(3)
    (section,) = invoice.sections
    quantities = (Decimal(1234), Decimal("0.5"), Decimal("2.123456789012"))
    lines = tuple(
        replace(line, quantity=quantity, category="One")
        for line, quantity in zip(section.lines, quantities, strict=True)
    )
    sheet = sheet_of(replace(invoice, sections=(replace(section, lines=lines),)), ENGLISH, copy=False)
    shown = [line["quantity"] for line in sheet["sections"][0]["groups"][0]["lines"]]
    assert shown == [["1,234", "", [4, 8], 1], ["0.5", "", [3, 8], 0], ["2.1234", "56789012", [0, 0], 0]]
    assert sheet["extent"]["quantity"] == [len("1,234") + 1 + 4, 8]


def test_emphasis_in_chinese_is_not_by_weight() -> None:
    """The font for Chinese has one weight: the template is told to use size."""
    assert not sheet_of(lab_invoice(), LANGUAGES["zh-TW"], copy=False)["bold"]
    assert all(
        sheet_of(lab_invoice(), language, copy=False)["bold"] for code, language in LANGUAGES.items() if code != "zh-TW"
    )


def test_sheet_without_rounding_does_not_speak_of_it() -> None:
    """Where every line came out even, nothing is said."""
    prints = [
        " ".join(sheet_of(invoice, ENGLISH, copy=False)["small_print"][0])
        for invoice in (credit_invoice(), riga_invoice())
    ]
    assert "rounded" not in prints[0]
    assert "Before each line was rounded" in prints[1]


@pytest.mark.parametrize("language", LANGUAGES.values(), ids=LANGUAGES)
def test_sheet_is_plain_data(language: object) -> None:
    """The template is given texts, lists and small whole numbers, and nothing it could calculate money with."""
    sheet = sheet_of(lab_invoice(), language, copy=True)  # type: ignore[arg-type]
    assert json.loads(json.dumps(sheet)) == sheet
