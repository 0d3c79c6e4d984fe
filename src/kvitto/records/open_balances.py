"""What payers still owed when their next invoice is made: the previous charges of a pay-as-you-go invoice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import QuerySet

from kvitto.agreements.hierarchy import Scope, ScopeKind
from kvitto.agreements.invoice_kinds import InvoiceKind
from kvitto.invoicing.invoice import DocumentType, OpenBalance
from kvitto.invoicing.payments import PaymentKind
from kvitto.records.invoices import Payer, records_of
from kvitto.records.models import InvoiceRecord, PaymentRecord
from kvitto.records.payments import SIGN

_AT_ONCE = 500  # parameters of a query; databases have a limit


def open_balances(
    payers: Iterable[Payer], before: datetime, kind: InvoiceKind = InvoiceKind.SERVICES
) -> dict[Payer, OpenBalance]:
    """What each payer owed after the latest invoice issued up to `before`, and what became of it since.

    `previous`: all that was open when that invoice was issued, itself included; `settled`: what was paid or credited
    since; `outstanding`: what is still open, below zero if something is on account. It follows what was recorded until
    then, so each invoice goes on from where the one before ended. Payers without an invoice of this kind are left out.
    """
    wanted = set(payers)
    documents: dict[Payer, list[_Document]] = defaultdict(list)
    for records in records_of(payer.scope for payer in wanted):
        found = list(_documents(records.filter(kind=kind, issued_at__lte=before)))
        moved = _moved([one.number for one in found], before)
        for one in found:
            documents[one.payer].append(one)
            one.moves += moved.get(one.number, ())
    return {
        payer: balance
        for payer, found in documents.items()
        if payer in wanted and (balance := _balance(found)) is not None
    }


@dataclass
class _Document:
    """A document with the money that moved for it; amounts in minor units, below zero for what goes back."""

    payer: Payer
    number: str
    is_invoice: bool
    currency: str
    decimals: int
    issued_at: datetime
    asked_for: int
    moves: list[tuple[datetime, int]]


def _balance(documents: Sequence[_Document]) -> OpenBalance | None:
    invoices = [one for one in documents if one.is_invoice]
    if not invoices:
        return None
    latest = max(invoices, key=lambda one: (one.issued_at, one.number))
    same = [one for one in documents if one.currency == latest.currency]
    moves = [move for one in same for move in one.moves]
    previous = sum(one.asked_for for one in same if one.issued_at <= latest.issued_at)
    previous -= sum(minor for at, minor in moves if at < latest.issued_at)
    outstanding = sum(one.asked_for for one in same) - sum(minor for _, minor in moves)
    return OpenBalance(
        *(Decimal(minor).scaleb(-latest.decimals) for minor in (previous, previous - outstanding, outstanding))
    )


def _documents(records: QuerySet[InvoiceRecord]) -> Iterator[_Document]:
    for scope_kind, key, account, number, document_type, currency, decimals, issued_at, minor in records.values_list(
        "scope_kind", "scope_key", "account_key", "number", "document_type", "currency", "currency_decimals",
        "issued_at", "payable_minor",
    ):  # fmt: skip
        is_invoice = document_type == DocumentType.INVOICE
        asked_for = minor if is_invoice else -minor
        payer = Payer(Scope(ScopeKind(scope_kind), key), account)
        yield _Document(payer, number, is_invoice, currency, decimals, issued_at, asked_for, [])


def _moved(numbers: Sequence[str], before: datetime) -> dict[str, list[tuple[datetime, int]]]:
    """When how much came for each document; a reversal takes away what its record said."""
    found: dict[str, list[tuple[datetime, int]]] = defaultdict(list)
    for some in _portions(numbers):
        rows = PaymentRecord.objects.filter(invoice_id__in=some, recorded_at__lte=before)
        for number, at, kind, reverses, minor in rows.values_list(
            "invoice_id", "recorded_at", "kind", "reverses__kind", "amount_minor"
        ):
            came = -SIGN[PaymentKind(reverses)] * minor if reverses else SIGN[PaymentKind(kind)] * minor
            found[number].append((at, came))
    return found


def _portions(values: Sequence[str]) -> Iterator[Sequence[str]]:
    for first in range(0, len(values), _AT_ONCE):
        yield values[first : first + _AT_ONCE]
