"""Invoices that the tests of documents know by name, made by the same rules as real ones."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pypdfium2

from kvitto.agreements.hierarchy import TaxTreatment
from kvitto.invoicing.drafting import DraftFacts, draft
from kvitto.invoicing.invoice import Invoice, PreviousInvoice
from kvitto.language import LANGUAGES, Language
from kvitto.periods import Period
from tests.invoicing.cast import FEBRUARY, ISSUED_ON, KNOWN, charged, mca, monthly_credit, mosp, price, subscription

ISSUED_AT = datetime(2024, 3, 5, 9, 30, tzinfo=UTC)
ENGLISH = LANGUAGES["en"]
JANUARY = PreviousInvoice("K-2024-000003", Period(date(2024, 1, 1), date(2024, 2, 1)), Decimal("10.00"))
CATEGORIES = ("Databases", "Networking", "Storage", "Virtual machines")


def lab_invoice(lines: int = 3, names: Sequence[str] = (), previous: PreviousInvoice | None = JANUARY) -> Invoice:
    """An issued MOSP invoice with so many lines in at most four categories; `names` are its meters in turn."""
    prices = {
        number + 1: price(
            number + 1, f"m{number:05}", names[number % len(names)] if names else f"Meter {number:05}",
            CATEGORIES[number * len(CATEGORIES) // lines],
        )
        for number in range(lines)
    }  # fmt: skip
    charges = [charged(f"{number}.123456789", meter=f"m{number:05}", price_id=number + 1) for number in range(lines)]
    return _issued(draft(DraftFacts(mosp(), FEBRUARY, charges, prices, ISSUED_ON, KNOWN, previous=previous)))


def riga_invoice(sections: int = 2, lines: int = 2, treatment: TaxTreatment | None = None) -> Invoice:
    """An issued MCA invoice with so many sections, each with two subscriptions that have so many lines."""
    named = tuple((f"s{number}", f"Section {number:02}") for number in range(sections))
    members = [subscription(f"{section}-{name}", section=section) for section, _ in named for name in ("a", "b")]
    prices = {number: price(number, f"m{number:05}", f"Meter {number:05}") for number in range(1, lines + 1)}
    scope = mca(*members, sections=named)
    scope = replace(scope, account=replace(scope.account, tax=treatment or scope.account.tax))
    charges = [
        charged("1.005", member.id, meter=f"m{number:05}", price_id=number) for member in members for number in prices
    ]
    return _issued(draft(DraftFacts(scope, FEBRUARY, charges, prices, ISSUED_ON, KNOWN)))


def credit_invoice() -> Invoice:
    """An issued MOSP invoice of 20 dollars of which a monthly credit takes 15."""
    scope = mosp(monthly_credit("15.00"))
    return _issued(
        draft(DraftFacts(scope, FEBRUARY, [charged("20")], {1: price()}, ISSUED_ON, KNOWN, previous=JANUARY))
    )


def text_of(document: bytes, pages: slice = slice(None)) -> str:
    """The text of a PDF as a program finds it, with plain blanks and without the marks where words may break."""
    pdf = pypdfium2.PdfDocument(io.BytesIO(document))
    texts = [pdf[number].get_textpage().get_text_range() for number in range(len(pdf))[pages]]
    return plain_blanks("\n".join(texts).replace("\u200b", "").replace("\ufffe", ""))


def plain_blanks(text: str) -> str:
    """The text with one ordinary blank for every run of blanks of any kind and width."""
    return " ".join(text.split())


def pages_of(document: bytes) -> int:
    """How many pages a PDF has."""
    return len(pypdfium2.PdfDocument(io.BytesIO(document)))


def every_language() -> list[Language]:
    """The languages, for parametrised tests."""
    return list(LANGUAGES.values())


def _issued(invoice: Invoice) -> Invoice:
    return replace(invoice, number="K-2024-000017")
