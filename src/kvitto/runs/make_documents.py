"""Documents of issued invoices, made once and kept; copies and usage files, made when they are asked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import transaction

from kvitto import __version__
from kvitto.agreements.hierarchy import InvoiceScope
from kvitto.agreements.invoice_kinds import InvoiceKind
from kvitto.documents.kinds import DocumentKind, Voided, kept_as, sheet_kind
from kvitto.documents.pdf import made_with, render
from kvitto.documents.rendering import Documents, ToRender, render_all, renderer
from kvitto.documents.usage_files.stream import write_csv
from kvitto.errors import UnableTo
from kvitto.invoicing.invoice import Invoice
from kvitto.language import LANGUAGES, phrase
from kvitto.periods import Period
from kvitto.rating.charge import Unpriced
from kvitto.records.invoices import load
from kvitto.records.links import LinkKind, linked
from kvitto.records.models import DocumentRecord, InvoiceRecord
from kvitto.runs.document_files import DamagedDocument, digest_of, keep, kept, sweep
from kvitto.runs.office import Office
from kvitto.runs.period_charges import charges_of_period

__all__ = (
    "DamagedDocument", "KeptDocument", "NoSuchDocument", "UnknownLanguage", "UsageFile", "document", "documents_of",
    "invoice_pdf", "kept_documents", "kept_documents_of", "render_missing", "usage_csv",
)  # fmt: skip

_TOGETHER = 500  # invoices whose facts and documents are held at once


class UnknownLanguage(UnableTo):
    """Documents are not made in this language."""


class NoSuchDocument(UnableTo):
    """The invoice has no document of this kind."""


@dataclass(frozen=True)
class KeptDocument:
    """A document that is kept: `name` is what it is asked for by ("invoice-pdf", its second part "invoice-pdf-2")."""

    name: str
    kind: DocumentKind
    part: int
    file_name: str
    bytes: int


def render_missing(office: Office, tell: Callable[[int, int], None] = lambda _done, _of: None) -> int:
    """Make and keep the documents of every issued invoice and credit note that has none; how many were made.

    `tell(done, of)` is told on the way for how many invoices it is done.

    All documents of one invoice are recorded together, so it has all or none. May be run at any time and by several at
    once; a run that was cut short is completed by the next one. An invoice whose facts were altered is left out, and
    its `Altered` is raised after the others are done.
    """
    sweep(office.documents_folder)
    missing = InvoiceRecord.objects.filter(documents__isnull=True).order_by("number")
    numbers = list(missing.values_list("number", flat=True))
    made, trouble = 0, list[UnableTo]()
    with renderer(len(numbers)) as render_some:
        for first in range(0, len(numbers), _TOGETHER):
            wanted = list(_intact(numbers[first : first + _TOGETHER], trouble))
            for one, documents in zip(wanted, render_some(wanted), strict=True):
                trouble += [documents.trouble] if documents.trouble else []
                made += _keep(office, one.invoice, documents)
            tell(min(first + _TOGETHER, len(numbers)), len(numbers))
    if trouble:
        raise trouble[0]
    return made


def _intact(numbers: Iterable[str], trouble: list[UnableTo]) -> Iterator[ToRender]:
    """The invoices of these numbers; what is wrong with the others is added to the trouble."""
    for number in numbers:
        try:
            yield _to_render(number)
        except UnableTo as error:
            trouble.append(error)


def documents_of(office: Office, number: str) -> tuple[KeptDocument, ...]:
    """The documents of this invoice or credit note, its sheet first; made now if they were not. Raises `NotIssued`."""
    return tuple(_described(record) for record in _records(office, number))


def kept_documents(number: str) -> tuple[KeptDocument, ...]:
    """The documents of this invoice that were made already, its sheet first."""
    return tuple(_described(record) for record in DocumentRecord.objects.filter(invoice_id=number).order_by("id"))


def kept_documents_of(numbers: Iterable[str]) -> dict[str, tuple[KeptDocument, ...]]:
    """The same of some invoices, by number; one query."""
    found: dict[str, tuple[KeptDocument, ...]] = {}
    for record in DocumentRecord.objects.filter(invoice_id__in=sorted(set(numbers))).order_by("id"):
        found[record.invoice_id] = (*found.get(record.invoice_id, ()), _described(record))
    return found


def document(office: Office, number: str, name: str) -> bytes:
    """The stored document of this name; see `KeptDocument`.

    Raises `NotIssued`, `Altered`, `NoSuchDocument`, and `DamagedDocument` if the file is not what was stored.
    """
    records = {record.kind: record for record in _records(office, number)}
    if name not in records:
        raise NoSuchDocument(
            phrase(
                "{number} has no document “{name}”. It has: {names}.",
                number=number, name=name, names=tuple(records),
            )
        )  # fmt: skip
    record = records[name]
    return kept(office.documents_folder / record.path, record.digest, number)


def invoice_pdf(office: Office, number: str, language: str | None = None) -> bytes:
    """The sheet of an invoice or credit note: the stored one, or, in another language than the payer's, a copy.

    A copy is marked as such, is one document of any length, and says so if the invoice was voided since; what is stored
    never changes. Of a sheet that is stored in parts this is the first; see `documents_of`. `language` is a code such
    as "sv"; None is the payer's. Raises `NotIssued`, `Altered`, `UnknownLanguage` and `DamagedDocument`.
    """
    invoice = load(number)
    if language is None or language == invoice.language:
        return document(office, number, sheet_kind(invoice).value)
    if language not in LANGUAGES:
        raise UnknownLanguage(
            phrase(
                "There are no documents in “{language}”. There are: {codes}.", language=language, codes=tuple(LANGUAGES)
            )
        )
    return render(invoice, LANGUAGES[language], copy=True, made_at=_issued_at(number), voided=voided_by(number))


def voided_by(number: str) -> Voided | None:
    """What undid the invoice; None if it stands."""
    credit_note = linked(number, LinkKind.VOID)
    return Voided(credit_note, linked(number, LinkKind.REBILL)) if credit_note else None


class UsageFile(Iterator[bytes]):
    """A usage file in pieces, to be taken once. `unpriced`: usage that is not in it because it waits for a price.

    `rows_at_most`: how many charges were rated; those of other parts of the scope are among them.
    """

    def __init__(
        self, opened: ExitStack, unpriced: Iterable[Unpriced], pieces: Iterator[bytes], rows_at_most: int = 0
    ) -> None:
        self.unpriced = tuple(unpriced)
        self.rows_at_most = rows_at_most
        self._opened, self._pieces = opened, pieces

    def __next__(self) -> bytes:
        try:
            return next(self._pieces)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the rated usage; the end of the file does so too."""
        self._opened.close()


def usage_csv(
    office: Office,
    scope: InvoiceScope,
    period: Period,
    *,
    bom: bool = True,
    kind: InvoiceKind = InvoiceKind.SERVICES,
) -> UsageFile:
    """The daily usage behind the period's invoice of this kind as a flat CSV file, in pieces.

    See `documents.usage_files.columns`.

    An issued period is rated at its invoice's own as-of and has a rounding row per line, so that it adds up to the
    invoice for ever; an open one is rated at what is known now. `scope` may be a part of an invoice scope: then the
    rows are those of its subscriptions. Whatever can fail fails before the first piece; see `charges_of_period`.
    """
    opened = ExitStack()
    found = opened.enter_context(charges_of_period(office, scope, period, kind))
    pieces = write_csv(found.invoice, found.charges(), subscriptions=found.subscriptions, scope=found.scope, bom=bom)
    return UsageFile(opened, found.unpriced(), pieces, found.rated.charge_count())


def _records(office: Office, number: str) -> list[DocumentRecord]:
    records = DocumentRecord.objects.filter(invoice_id=number).order_by("id")
    if not records.exists():
        _make(office, number)
    return list(records.all())


def _described(record: DocumentRecord) -> KeptDocument:
    kind = next(kind for kind in DocumentKind if record.kind == kind or record.kind.startswith(f"{kind}-"))
    part = int(record.kind.removeprefix(kind).lstrip("-") or 1)
    suffix = {DocumentKind.SUMMARY_PDF: "-summary", DocumentKind.TRANSACTIONS_CSV: "-transactions"}.get(kind, "")
    ending = "csv" if kind.is_csv else "pdf"
    counted = f"-{part}" if part > 1 else ""
    return KeptDocument(record.kind, kind, part, f"{record.invoice_id}{suffix}{counted}.{ending}", record.bytes)


def _issued_at(number: str) -> datetime:
    return InvoiceRecord.objects.values_list("issued_at", flat=True).get(number=number)


def _make(office: Office, number: str) -> int:
    """Make and keep the documents of one invoice: how many, and 0 if somebody else was quicker."""
    wanted = _to_render(number)
    documents = render_all(wanted)
    if documents.trouble:
        raise documents.trouble
    return _keep(office, wanted.invoice, documents)


def _to_render(number: str) -> ToRender:
    return ToRender(load(number), _issued_at(number))


def _keep(office: Office, invoice: Invoice, documents: Documents) -> int:
    """Keep the files and then record them together: how many, and 0 if somebody else was quicker."""
    language = LANGUAGES[invoice.language]
    prepared = []
    for one in documents.made:
        path = _path(invoice, one.kind, one.part, one.content)
        keep(office.documents_folder, path, one.content)
        prepared.append((kept_as(one.kind, one.part), one.kind, path, one.content))
    made = 0
    with transaction.atomic():
        for name, kind, path, content in prepared:
            _document, is_new = DocumentRecord.objects.get_or_create(
                invoice_id=invoice.number,
                kind=name,
                language=language.code,
                defaults={
                    "path": path.as_posix(),
                    "bytes": len(content),
                    "digest": digest_of(content),
                    "made_with": f"kvitto {__version__}" if kind.is_csv else made_with(language),
                },
            )
            made += int(is_new)
    return made


def file_number(number: str) -> str:
    """How the names of all files of a document begin, before the first point."""
    return re.sub("[^A-Za-z0-9-]", "_", number)


def _path(invoice: Invoice, kind: DocumentKind, part: int, content: bytes) -> Path:
    number = file_number(invoice.number)
    is_sheet = kind is sheet_kind(invoice)
    name = "" if is_sheet and part == 1 else f"{kept_as(kind, part)}."
    ending = "csv" if kind.is_csv else "pdf"
    code = LANGUAGES[invoice.language].code
    return Path(str(invoice.issue_date.year)) / f"{number}.{name}{code}.{digest_of(content)[:8]}.{ending}"
