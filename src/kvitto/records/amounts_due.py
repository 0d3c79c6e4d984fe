"""What many documents come to, and what is left to pay of them, added up by the database.

The same rule as `invoicing.status`: what was asked for, less what was credited, paid and not reversed or refunded;
never below zero for one invoice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum, When
from django.db.models.functions import Coalesce

from kvitto.invoicing.invoice import DocumentType
from kvitto.invoicing.payments import PaymentKind
from kvitto.invoicing.status import Status
from kvitto.money import EXACT, Money
from kvitto.records.links import LinkKind
from kvitto.records.models import InvoiceLink, InvoiceRecord, PaymentRecord
from kvitto.records.payments import SIGN


@dataclass(frozen=True)
class AmountDue:
    """What is to pay in one currency: the amount, of how many invoices, and how much of it is past due."""

    amount: Money
    invoices: int
    past_due: Money


def unpaid(invoices: QuerySet[InvoiceRecord]) -> QuerySet[InvoiceRecord]:
    """Those of the invoices of which something is left to pay, each with it in minor units as `left`."""
    in_force = PaymentRecord.objects.filter(invoice=OuterRef("pk"), reverses=None, reversed_by=None).order_by()
    signed = Case(
        *(When(kind=kind.value, then=F("amount_minor") * sign) for kind, sign in SIGN.items() if sign),
        default=0,
        output_field=IntegerField(),
    )
    notes = InvoiceRecord.objects.filter(refers_to=OuterRef("pk"), document_type=DocumentType.CREDIT_NOTE).order_by()
    paid = _sum(in_force.values("invoice"), signed)
    credited = _sum(notes.values("refers_to"), F("payable_minor"))
    failed = in_force.filter(kind=PaymentKind.FAILED)
    own = invoices.filter(document_type=DocumentType.INVOICE)
    left = F("payable_minor") - Coalesce(paid, 0) - Coalesce(credited, 0)
    return own.annotate(left=left, has_failed=Exists(failed)).filter(left__gt=0)


def past_due(invoices: QuerySet[InvoiceRecord], today: date) -> QuerySet[InvoiceRecord]:
    """Those whose due date has passed, or for which a charge was tried in vain, as far as they are not paid."""
    return unpaid(invoices).filter(_past_due(today))


def in_status(documents: QuerySet[InvoiceRecord], status: Status, today: date) -> QuerySet[InvoiceRecord]:
    """Those of the documents that are in this status on this day of the seller's calendar."""
    is_void = Exists(InvoiceLink.objects.filter(invoice=OuterRef("pk"), kind=LinkKind.VOID))
    if status is Status.VOID:
        return documents.filter(is_void)
    standing = documents.exclude(is_void)
    late = past_due(standing, today).values("pk")
    match status:
        case Status.PAST_DUE:
            return standing.filter(pk__in=late)
        case Status.DUE:
            return standing.filter(pk__in=unpaid(standing).values("pk")).exclude(pk__in=late)
        case _:
            return standing.exclude(pk__in=unpaid(standing).values("pk"))


def totals_of(documents: QuerySet[InvoiceRecord]) -> tuple[Money, ...]:
    """What the invoices among them come to, less the credit notes, by currency. One query."""
    found: dict[str, Decimal] = {}
    sums: Any = documents.order_by("currency").values("currency", "currency_decimals", "document_type")
    for row in sums.annotate(total=Sum("payable_minor")):
        amount = Decimal(row["total"]).scaleb(-row["currency_decimals"])
        signed = -amount if row["document_type"] == DocumentType.CREDIT_NOTE else amount
        found[row["currency"]] = EXACT.add(found.get(row["currency"], Decimal(0)), signed)
    return tuple(Money(amount, currency) for currency, amount in found.items())


def amounts_due(invoices: QuerySet[InvoiceRecord], today: date) -> list[AmountDue]:
    """What is left to pay of all of them, by currency. One query."""
    sums: Any = unpaid(invoices).order_by("currency").values("currency", "currency_decimals")
    sums = sums.annotate(total=Sum("left"), count=Count("pk"), late=Coalesce(Sum("left", filter=_past_due(today)), 0))
    return [
        AmountDue(
            _money(row["total"], row["currency"], row["currency_decimals"]),
            row["count"],
            _money(row["late"], row["currency"], row["currency_decimals"]),
        )
        for row in sums
    ]


def _past_due(today: date) -> Q:
    return Q(due_date__lt=today) | Q(has_failed=True)


def _sum(rows: QuerySet[Any, Any], expression: Any) -> Subquery:
    return Subquery(rows.annotate(minor=Sum(expression)).values("minor"), output_field=IntegerField())


def _money(minor: int, currency: str, decimals: int) -> Money:
    return Money(Decimal(minor).scaleb(-decimals), currency)
