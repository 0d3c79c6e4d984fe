"""An invoice with all that was recorded of it, under the published names (invoices.md §4).

Choices: days are ISO 8601, amounts texts with their currency beside them. `rebillDetails` nests: of a replaced invoice
the one that replaced it, and what replaced that.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from kvitto.invoicing.invoice import Allowance, DocumentType, Invoice
from kvitto.invoicing.payments import PaymentKind
from kvitto.invoicing.refunds import Refund, RefundStep
from kvitto.invoicing.status import Standing
from kvitto.money import EXACT, Money, exact_sum
from kvitto.records.invoices import issued_called, load
from kvitto.records.links import LinkKind, linked, links_of
from kvitto.records.models import DocumentRecord
from kvitto.records.payments import payments_of, standing_of
from kvitto.records.refunds import refunds_of
from kvitto.runs.invoice_life.giving_back import legal_today
from kvitto.runs.office import Office

_FREE_CREDIT = frozenset(("monthly-credit", "free-trial", "promotional", "sponsorship", "service-credit"))
_PREPAYMENT = frozenset(("prepayment", "prepaid-key", "purchased"))


def published_record(office: Office, number: str) -> dict[str, Any]:
    """The record of one invoice or credit note as JSON. Raises `NotIssued` or `Altered`."""
    invoice = load(number)
    standing = standing_of(issued_called(number))
    recorded = payments_of([number]).get(number, ())
    is_credit_note = invoice.document_type is DocumentType.CREDIT_NOTE
    return {
        "name": number,
        "documentType": invoice.document_type.value,
        "invoiceType": invoice.kind.value,
        "status": standing.status_on(legal_today(office)).value,
        "invoiceDate": invoice.issue_date.isoformat(),
        "dueDate": invoice.due_date.isoformat(),
        "invoicePeriodStartDate": invoice.period.start.isoformat(),
        "invoicePeriodEndDate": invoice.period.last_day.isoformat(),
        "billingProfileId": invoice.profile_id or None,
        "billingProfileDisplayName": invoice.profile_name or None,
        "subscriptionId": invoice.subscription_id or None,
        "subscriptionDisplayName": invoice.subscription_name or None,
        "purchaseOrderNumber": invoice.purchase_order or None,
        "isMonthlyInvoice": invoice.kind.value == "AzureServices" and not is_credit_note and invoice.edition == 1,
        **_amounts(invoice, standing),
        "specialTaxationType": "SubtotalLevel",
        "payments": [
            {
                "date": one.on_day.isoformat(),
                "amount": _said(one.amount),
                "paymentMethodFamily": one.method_family,
                "paymentMethodType": one.method,
                "paymentType": "credited" if one.kind is PaymentKind.REFUND else "debited",
                "reference": one.reference,
            }
            for one in recorded
            if one.is_in_force and one.kind is not PaymentKind.FAILED
        ],
        "failedPayments": [
            {"date": one.on_day.isoformat(), "failedPaymentReason": one.reason}
            for one in recorded
            if one.is_in_force and one.kind is PaymentKind.FAILED
        ],
        "documents": _documents(number),
        "rebillDetails": _rebill_details(number),
        "billedDocumentId": linked(number, LinkKind.REBILL) or None,
        "creditForDocumentId": invoice.refers_to.number if is_credit_note and invoice.refers_to else None,
        "refundDetails": [_refund(refund, linked(number, LinkKind.REBILL)) for refund in refunds_of(number)],
        "links": [
            {"kind": link.kind.value, "invoice": link.invoice, "other": link.other}
            for link in links_of([number]).get(number, ())
        ],
    }


def _amounts(invoice: Invoice, standing: Standing) -> dict[str, Any]:
    totals, currency = invoice.totals, invoice.currency

    def money(amount: Decimal) -> dict[str, str]:
        return _said(Money(amount, currency).rounded(invoice.seller.address.country))

    prepaid = (one.amount for one in invoice.prepayments)
    return {
        "billedAmount": money(totals.lines),
        "freeAzureCreditApplied": money(_of(invoice.allowances, _FREE_CREDIT)),
        "azurePrepaymentApplied": money(EXACT.add(exact_sum(prepaid), _of(invoice.allowances, _PREPAYMENT))),
        "subTotal": money(totals.without_tax),
        "taxAmount": money(totals.tax),
        "totalAmount": money(totals.payable),
        "creditAmount": money(standing.credited.amount),
        "amountDue": money(standing.amount_due.amount),
        "amountOnAccount": money(standing.on_account.amount),
    }


def _of(allowances: tuple[Allowance, ...], reasons: frozenset[str]) -> Decimal:
    return exact_sum(allowance.amount for allowance in allowances if allowance.reason in reasons)


def _documents(number: str) -> list[dict[str, str]]:
    documents = DocumentRecord.objects.filter(invoice_id=number).order_by("id")
    return [
        {"kind": kind, "language": language, "name": path.rpartition("/")[2], "source": "DRS"}
        for kind, language, path in documents.values_list("kind", "language", "path")
    ]


def _rebill_details(number: str) -> dict[str, Any] | None:
    replacement = linked(number, LinkKind.REBILL)
    if not replacement:
        return None
    return {
        "invoiceDocumentId": replacement,
        "creditNoteDocumentId": linked(number, LinkKind.VOID) or None,
        "rebillDetails": _rebill_details(replacement),
    }


def _refund(refund: Refund, rebill: str) -> dict[str, Any]:
    def day(step: RefundStep) -> str | None:
        event = refund.event(step)
        return event.on_day.isoformat() if event else None

    paid_out, approved = refund.event(RefundStep.COMPLETED), refund.event(RefundStep.APPROVED)
    return {
        "refundOperationId": refund.reference,
        "refundStatus": refund.status.value,
        "refundReason": refund.events[0].reason,
        "requestedOn": day(RefundStep.REQUESTED),
        "approvedOn": day(RefundStep.APPROVED),
        "completedOn": day(RefundStep.COMPLETED),
        "amountRequested": _said(refund.events[0].amount),
        "amountRefunded": _said(paid_out.amount) if paid_out else None,
        "creditNoteId": approved.credit_note or None if approved else None,
        "rebillInvoiceId": rebill or None,
    }


def _said(amount: Money) -> dict[str, str]:
    return {"currency": amount.currency, "value": f"{amount.amount:f}"}
