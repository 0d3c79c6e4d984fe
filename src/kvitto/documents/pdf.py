"""The invoice as a PDF: PDF/A-3a to keep, PDF/UA-1 to read aloud. The only place that knows Typst."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path

import typst

from kvitto import __version__
from kvitto.agreements.hierarchy import AgreementType
from kvitto.documents.fonts import FONT_FOLDERS, FONT_VERSIONS
from kvitto.documents.kinds import Voided
from kvitto.documents.sheet import Part, Sheet, sheet_of, summary_sheet_of
from kvitto.invoicing.invoice import Invoice
from kvitto.language import Language, catalogue_digest

_TEMPLATE = Path(__file__).with_name("invoice.typ")
MOST_PAGES = 40  # of a document of an enrollment
_PAGES = re.compile(rb"/Type/Pages/Count (\d+)")  # our renderer writes one flat tree of pages
_STANDARDS: list[typst.PDFStandard] = ["a-3a", "ua-1"]


def render(
    invoice: Invoice, language: Language, *, copy: bool, made_at: datetime, voided: Voided | None = None
) -> bytes:
    """The sheet in this language, marked as a copy if it is one. The same arguments always give the same bytes.

    `made_at` is the moment of issue: it is the document's date, whenever the document is made. `voided` puts a notice
    on the copy of an invoice that was undone.
    """
    return _compiled(sheet_of(invoice, language, copy=copy, voided=voided), made_at)


def render_parts(invoice: Invoice, language: Language, *, made_at: datetime) -> list[bytes]:
    """The original: one document, or, of an enrollment, as many as it takes for none to have more than 40 pages.

    Each part is a whole document with a number of its own ("K-2024-000017-2"), "Part 2 of 3" under its title, and
    page numbers from 1. Source: invoices.md §8; other agreements keep one document of any length.
    """
    compiler = _compiler()
    whole = _pdf(compiler, sheet_of(invoice, language, copy=False), made_at)
    made, documents = [whole], 1
    most_documents = len(invoice.lines) if invoice.agreement == AgreementType.EA else 1
    while max(map(pages_of, made)) > MOST_PAGES and documents < most_documents:
        documents = max(documents + 1, pages_of(whole) // MOST_PAGES + 1)
        parts = _parts(len(invoice.lines), documents)
        made = [_pdf(compiler, sheet_of(invoice, language, copy=False, part=part), made_at) for part in parts]
    return made


def pages_of(document: bytes) -> int:
    """How many pages a PDF made here has."""
    found = _PAGES.search(document)
    return int(found[1]) if found else 0


def render_summary(invoice: Invoice, language: Language, *, made_at: datetime) -> bytes:
    """The short document of an enrollment's invoice: page 1, and totals by product family."""
    return _compiled(summary_sheet_of(invoice, language), made_at)


def made_with(language: Language) -> str:
    """The renderer, template, fonts and catalogue a document is made with, each with its version or digest."""
    template = hashlib.sha256(_TEMPLATE.read_bytes()).hexdigest()
    parts = (
        f"kvitto {__version__}",
        f"typst {version('typst')}",
        f"template sha256:{template}",
        *FONT_VERSIONS,
        f"catalogue {language.code} {catalogue_digest(language)}",
    )
    return "; ".join(parts)


def _parts(lines: int, documents: int) -> list[Part]:
    """So many lines in so many documents, as evenly as can be."""
    bounds = [lines * number // documents for number in range(documents + 1)]
    return [Part(number + 1, documents, bounds[number], bounds[number + 1]) for number in range(documents)]


def _compiled(sheet: Sheet, made_at: datetime) -> bytes:
    return _pdf(_compiler(), sheet, made_at)


def _compiler() -> typst.Compiler:
    return typst.Compiler(_TEMPLATE, root=_TEMPLATE.parent, font_paths=_fonts())


def _pdf(compiler: typst.Compiler, sheet: Sheet, made_at: datetime) -> bytes:
    moment = made_at.astimezone(UTC).replace(microsecond=0)  # a PDF's date has whole seconds
    inputs = {"sheet": json.dumps(sheet, sort_keys=True)}
    document = compiler.compile(format="pdf", sys_inputs=inputs, pdf_standards=_STANDARDS, timestamp=moment)
    if not isinstance(document, bytes):
        message = "Typst gave no single document"
        raise TypeError(message)
    return document


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(path) for path in FONT_FOLDERS]
    )
