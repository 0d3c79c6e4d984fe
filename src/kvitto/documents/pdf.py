"""The invoice as a PDF: PDF/A-3a to keep, PDF/UA-1 to read aloud. The only place that knows Typst."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path

import typst

from kvitto import __version__
from kvitto.documents.fonts import FONT_FOLDERS, FONT_VERSIONS
from kvitto.documents.sheet import sheet_of
from kvitto.invoicing.invoice import Invoice
from kvitto.language import Language, catalogue_digest

_TEMPLATE = Path(__file__).with_name("invoice.typ")
_STANDARDS: list[typst.PDFStandard] = ["a-3a", "ua-1"]


def render(invoice: Invoice, language: Language, *, copy: bool, made_at: datetime) -> bytes:
    """The sheet in this language, marked as a copy if it is one. The same arguments always give the same bytes.

    `made_at` is the moment of issue: it is the document's date, whenever the document is made.
    """
    sheet = json.dumps(sheet_of(invoice, language, copy=copy), sort_keys=True)
    moment = made_at.astimezone(UTC).replace(microsecond=0)  # a PDF's date has whole seconds
    compiler = typst.Compiler(_TEMPLATE, root=_TEMPLATE.parent, font_paths=_fonts())
    document = compiler.compile(format="pdf", sys_inputs={"sheet": sheet}, pdf_standards=_STANDARDS, timestamp=moment)
    if not isinstance(document, bytes):
        message = "Typst gave no single document"
        raise TypeError(message)
    return document


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


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(path) for path in FONT_FOLDERS]
    )
