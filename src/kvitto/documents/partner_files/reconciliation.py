"""The reconciliation file of a partner's invoice: one row for each line (usage-files.md §5), in English.

| Column | What stands in it |
| --- | --- |
| UnitPrice, EffectiveUnitPrice | before and after the credit that the partner earned |
| PriceAdjustmentDescription | the percentage of that credit |
| Subtotal | the amount of the line, as it is printed; of a credit note it is negative |
| TaxTotal, Total | 0, and the subtotal: tax is reckoned on the sum of the lines and stands on the invoice alone |
| Quantity, BillableQuantity | what is billed, in UnitType |
| ChargeType | cycleCharge; new, of a reservation; customerCredit, of a credit note |
| ChargeStartDate, ChargeEndDate | the days the line is about |
| CreditReasonCode | why a credit note, or a line that corrects another period, was made |
| CustomerDomainName | the directory of the customer |

Σ Subtotal is the sum of the invoice's lines. Without a fact behind them, and so always empty: MPNID, ResellerMPNID,
OrderId, OrderDate, AvailabilityId, PublisherId, TermAndBillingCycle, AlternateId, ReservationOrderId, ReferenceID,
ProductQualifiers, PromotionID. The file has the form of the usage file: RFC 4180, UTF-8, MM/DD/YYYY.
"""

from __future__ import annotations

import csv
import io

from kvitto.agreements.price_sheet import ChargeKind
from kvitto.documents.partner_files.sold import Sold
from kvitto.documents.usage_files.columns import harmless, written_day
from kvitto.invoicing.invoice import DocumentType, Invoice, Line
from kvitto.money import EXACT, plain

COLUMNS = (
    "PartnerId", "CustomerId", "CustomerName", "CustomerDomainName", "CustomerCountry", "InvoiceNumber", "MPNID",
    "ResellerMPNID", "OrderId", "OrderDate", "ProductId", "SkuId", "AvailabilityId", "SkuName", "ProductName",
    "ChargeType", "UnitPrice", "Quantity", "Subtotal", "TaxTotal", "Total", "Currency", "PriceAdjustmentDescription",
    "PublisherName", "PublisherId", "SubscriptionDescription", "SubscriptionId", "ChargeStartDate", "ChargeEndDate",
    "TermAndBillingCycle", "EffectiveUnitPrice", "UnitType", "AlternateId", "BillableQuantity", "BillingFrequency",
    "PricingCurrency", "PCToBCExchangeRate", "PCToBCExchangeRateDate", "MeterDescription", "ReservationOrderId",
    "CreditReasonCode", "SubscriptionStartDate", "SubscriptionEndDate", "ReferenceID", "ProductQualifiers",
    "PromotionID",
)  # fmt: skip


def reconciliation_csv(invoice: Invoice, sold: Sold) -> bytes:
    """One row per line that may be told, in the order of the lines. The same facts always give the same bytes."""
    text = io.StringIO()
    text.write("\N{ZERO WIDTH NO-BREAK SPACE}")  # tells spreadsheets that the text is UTF-8
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(_row(line, invoice, sold) for line in invoice.lines if sold.tells(line.subscription_id))
    return text.getvalue().encode("utf-8", errors="replace")


def _row(line: Line, invoice: Invoice, sold: Sold) -> tuple[str, ...]:
    is_credit_note = invoice.document_type is DocumentType.CREDIT_NOTE
    amount = plain(EXACT.minus(line.amount) if is_credit_note else line.amount)
    exchange, subscription = invoice.exchange, sold.subscription(line)
    earned = sold.earned_percent(line)
    ended_on = subscription.ended_on if subscription else None
    return (
        sold.partner(),
        *sold.customer(line),
        harmless(invoice.number),
        *("", "", "", ""),
        harmless(line.category),
        harmless(line.meter),
        "",
        harmless(line.meter_name or line.meter),
        harmless(line.category),
        _charge_type(line, is_credit_note=is_credit_note),
        plain(sold.price_before_credit(line)),
        plain(line.quantity),
        amount,
        "0",
        amount,
        invoice.currency,
        f"{earned}% Partner earned credit" if earned else "",
        harmless(line.publisher),
        "",
        harmless(line.subscription_name),
        harmless(line.subscription_id),
        written_day(line.service_period.start),
        written_day(line.service_period.last_day),
        "",
        plain(line.unit_price),
        harmless(line.unit),
        "",
        plain(line.quantity),
        "Monthly",
        exchange.base if exchange else invoice.currency,
        plain(exchange.rate) if exchange else "1",
        written_day(exchange.quoted_on) if exchange else "",
        harmless(" - ".join(part for part in (line.category, line.meter_name, line.region) if part)),
        "",
        _reason(line, invoice),
        written_day(subscription.started_on) if subscription else "",
        written_day(ended_on) if ended_on else "",
        *("", "", ""),
    )


def _charge_type(line: Line, *, is_credit_note: bool) -> str:
    if is_credit_note:
        return "customerCredit"
    return "new" if line.charge_kind is ChargeKind.RESERVATION else "cycleCharge"


def _reason(line: Line, invoice: Invoice) -> str:
    if line.corrects:
        return line.corrects.cause
    return invoice.refers_to.cause if invoice.refers_to else ""
