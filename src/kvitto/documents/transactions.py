"""The lines of an enrollment's invoice or credit note as a CSV file (invoices.md §8). Names are never translated.

Extended Amount is quantity × unit price, rounded once as on the invoice; Net Amount = Extended − Commitment Usage;
Tax Amount is the line's share of its group's tax (`line_sums`); Total = Net + Tax. Each of these columns adds up to
the invoice. Lines stand as they are printed, with those that cost nothing last. On a credit note amounts are positive,
and Transaction Type says so. Without a fact behind them, and so always empty: Delivery, License Type, Price Level,
Billing Option, Pool, and the number of ship-to. The file has the form of the usage file: RFC 4180, UTF-8, MM/DD/YYYY.
"""

from __future__ import annotations

import csv
import io

from kvitto.agreements.price_sheet import ChargeKind
from kvitto.documents.line_sums import Sums, sums_by_line
from kvitto.documents.sheet_lines import placed_lines
from kvitto.documents.usage_files.columns import harmless, written_day
from kvitto.invoicing.invoice import DocumentType, Invoice, Line
from kvitto.language import ENGLISH, speaking
from kvitto.money import plain

HEAD_COLUMNS = (
    "Invoice Number", "Invoice Date", "Document Type", "Agreement Number", "Bill To Customer Number",
    "Bill To Customer Name", "Bill To Customer Country", "Sold To Number", "Sold To Name", "Sold To Country",
    "Ship To Number", "Ship To Name", "Ship To Country", "End Customer Name", "End Customer Country",
    "Purchase Order Number", "Billing Currency", "Transaction Type",
)  # fmt: skip
LINE_COLUMNS = (
    "Line Item Number", "Usage Country", "Delivery", "MS Part Number", "Item Name", "Product Family", "License Type",
    "Price Level", "Billing Option", "Taxable", "Pool", "Service Period Start Date", "Service Period End Date",
    "Reason Code", "Description", "Quantity", "Unit Price", "Extended Amount", "Commitment Usage", "Net Amount",
    "Tax Rate", "Tax Amount", "Total", "Is Third Party",
)  # fmt: skip


def transactions_csv(invoice: Invoice) -> bytes:
    """One row per line. The same invoice always gives the same bytes."""
    text = io.StringIO()
    text.write("\N{ZERO WIDTH NO-BREAK SPACE}")  # tells spreadsheets that the text is UTF-8
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow((*HEAD_COLUMNS, *LINE_COLUMNS))
    head, sums = _head(invoice), sums_by_line(invoice)
    with speaking(ENGLISH.code):
        lines = [placed.line for placed in placed_lines(invoice)]
    for line in lines:
        writer.writerow((*head, *_line(line, sums[line.number], invoice)))
    return text.getvalue().encode("utf-8", errors="replace")


def _head(invoice: Invoice) -> tuple[str, ...]:
    is_credit_note = invoice.document_type is DocumentType.CREDIT_NOTE
    ship_to, end_customer = invoice.ship_to, invoice.end_customer
    return (
        harmless(invoice.number),
        written_day(invoice.issue_date),
        "Credit Note" if is_credit_note else "Invoice",
        harmless(invoice.enrollment_number),
        harmless(invoice.account_id),
        harmless(invoice.bill_to.name),
        invoice.bill_to.address.country,
        harmless(invoice.account_id),
        harmless(invoice.sold_to.name),
        invoice.sold_to.address.country,
        "",
        harmless(ship_to.name) if ship_to else "",
        ship_to.address.country if ship_to else "",
        harmless(end_customer.name) if end_customer else "",
        end_customer.address.country if end_customer else "",
        harmless(invoice.purchase_order),
        invoice.currency,
        "Credit Memo" if is_credit_note else "Debit Invoice",
    )


def _line(line: Line, sums: Sums, invoice: Invoice) -> tuple[str, ...]:
    corrects = line.corrects
    used_in = invoice.ship_to or invoice.sold_to
    return (
        str(line.number),
        used_in.address.country,
        "",
        harmless(line.meter),
        harmless(line.meter_name or line.meter),
        harmless(line.category),
        "",
        "",
        "",
        "Yes" if line.tax_rate else "No",
        "",
        written_day(line.service_period.start),
        written_day(line.service_period.last_day),
        corrects.cause if corrects else "",
        harmless(f"Correction of {corrects.invoice_number}") if corrects else "",
        plain(line.quantity),
        plain(line.unit_price),
        plain(sums.charges),
        plain(sums.credit),
        plain(sums.net),
        plain(line.tax_rate),
        plain(sums.tax),
        plain(sums.total),
        "Yes" if line.publisher or line.charge_kind is ChargeKind.MARKETPLACE else "No",
    )
