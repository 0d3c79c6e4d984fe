"""Statements of unbilled charges: of the open period, and of ended ones whose invoice is still to come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from kvitto.access.actions import Action
from kvitto.agreements.hierarchy import Scope, ScopeKind
from kvitto.agreements.invoice_kinds import InvoiceKind
from kvitto.documents import words
from kvitto.language import Phrase, phrase
from kvitto.portal.navigation import open_entry
from kvitto.portal.permission import person_of
from kvitto.portal.scope_words import kind_of
from kvitto.records import gate
from kvitto.records.agreements import own_invoice_scope
from kvitto.runs.period_rows import PeriodRow, period_rows
from kvitto.runs.service_charges import ServiceCharges, service_charges
from kvitto.runs.statement import Statement
from kvitto.runs.statement import statement as statement_of

_SERVICES = phrase("Services")
_WITHOUT_INVOICE = phrase("No invoice")


@dataclass(frozen=True)
class StatedPeriod:
    """A row of the statement with its services. `is_in_sum`: False of a period that never has an invoice."""

    row: PeriodRow
    name: Phrase
    kind: Phrase | None
    services: tuple[ServiceCharges, ...]
    is_in_sum: bool
    has_file: bool


@require_safe
def statement_page(request: HttpRequest, kind: ScopeKind, id: str) -> HttpResponse:  # noqa: A002 - the address calls it id
    """The unbilled charges of a billing profile or an enrollment."""
    person, scope = person_of(request), Scope(kind, id)
    path = open_entry(person, scope, "statement")
    found = own_invoice_scope(scope)
    if found is None:
        raise gate.NotFound(phrase("There is no {id} here that you could see.", id=id))
    rows = period_rows(settings.OFFICE, found)
    may_download = path.may(Action.DOWNLOAD_USAGE)
    context = {
        **statement_context(statement_of(settings.OFFICE, found, rows), rows, kind.value, may_download=may_download),
        "path": path,
        "here": "statement",
        "title": phrase("Unbilled charges"),
        "kind": kind_of(kind, path.account),
    }
    return render(request, "portal/money/statement.html", context)


def statement_context(
    found: Statement, rows: Sequence[PeriodRow], scope_kind: str, *, may_download: bool
) -> dict[str, Any]:
    """What the template shows of a statement; `rows`: all its periods, `scope_kind` names the addresses of files."""
    others = [row for row in rows if row.is_current and not row.invoice and row not in found.rows]
    shown = [*found.rows, *others]
    services = service_charges(settings.OFFICE, found.scope, shown)
    periods = [
        StatedPeriod(
            row,
            found.name_of(row) if row in found.rows else _WITHOUT_INVOICE,
            _kind_of(row, shown),
            told,
            is_in_sum=row in found.rows,
            has_file=may_download and row.kind is InvoiceKind.SERVICES,
        )
        for row, told in zip(shown, services, strict=True)
    ]
    return {
        "scope": found.scope,
        "name": found.scope.name,
        "statement": found,
        "periods": periods,
        "has_credit": any(row.estimate and row.estimate.credit for row in shown),
        "period_page": f"{scope_kind}_period",
        "period_file": f"{scope_kind}_csv",
    }


def _kind_of(row: PeriodRow, shown: Sequence[PeriodRow]) -> Phrase | None:
    """Said where there are several kinds of invoice."""
    if len({one.kind for one in shown}) == 1:
        return None
    return words.KINDS.get(row.kind) or _SERVICES
