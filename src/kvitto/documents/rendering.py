"""All documents of an invoice, made of its facts alone; in parallel processes where that pays.

Nothing here touches the database or a file of the office, so that processes that know no office may import it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from multiprocessing import get_context

from kvitto.documents.kinds import DocumentKind, kinds_of
from kvitto.documents.pdf import render_parts, render_summary
from kvitto.documents.transactions import transactions_csv
from kvitto.errors import UnableTo
from kvitto.invoicing.invoice import Invoice
from kvitto.language import LANGUAGES

_WORTH_PROCESSES = 200  # invoices; starting processes costs about as much as the documents of so many


@dataclass(frozen=True)
class ToRender:
    """An invoice whose documents are wanted, and the moment that they say they were made."""

    invoice: Invoice
    made_at: datetime


@dataclass(frozen=True)
class Document:
    """One document, or one part of it, counted from 1."""

    kind: DocumentKind
    part: int
    content: bytes


@dataclass(frozen=True)
class Documents:
    """The documents of one invoice, or what kept them from being made."""

    made: tuple[Document, ...] = ()
    trouble: UnableTo | None = None


Renderer = Callable[[Sequence[ToRender]], Iterator[Documents]]  # makes the documents of invoices, in their order


def render_all(wanted: ToRender) -> Documents:
    """All documents of one invoice, its sheet first, in the payer's language."""
    try:
        return Documents(tuple(_documents(wanted)))
    except UnableTo as error:
        return Documents(trouble=error)


@contextmanager
def renderer(invoices: int, worth_processes: int = _WORTH_PROCESSES) -> Iterator[Renderer]:
    """What makes the documents of about so many invoices, given some at a time: this process, or several for many."""
    processes = os.cpu_count() or 1
    if processes == 1 or invoices < worth_processes:
        yield lambda wanted: map(render_all, wanted)
        return
    # Forking a process that has threads (DuckDB's) is not safe, so each starts anew.
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        yield lambda wanted: pool.map(render_all, wanted, chunksize=8)


def _documents(wanted: ToRender) -> Iterator[Document]:
    for kind in kinds_of(wanted.invoice):
        for part, content in enumerate(_rendered(kind, wanted), start=1):
            yield Document(kind, part, content)


def _rendered(kind: DocumentKind, wanted: ToRender) -> list[bytes]:
    """The document, or its parts."""
    invoice, language = wanted.invoice, LANGUAGES[wanted.invoice.language]
    match kind:
        case DocumentKind.TRANSACTIONS_CSV:
            return [transactions_csv(invoice)]
        case DocumentKind.SUMMARY_PDF:
            return [render_summary(invoice, language, made_at=wanted.made_at)]
        case _:
            return render_parts(invoice, language, made_at=wanted.made_at)
