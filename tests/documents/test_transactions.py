"""The file of an enrollment's invoice lines: its columns, and that they add up."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from decimal import Decimal

from kvitto.documents.transactions import HEAD_COLUMNS, LINE_COLUMNS, transactions_csv
from kvitto.invoicing.invoice import DocumentType, Invoice
from kvitto.money import exact_sum
from tests.documents.kinds_cast import billed, enrollment_invoice, line, section


def rows_of(invoice: Invoice) -> list[dict[str, str]]:
    """The rows as a spreadsheet reads them."""
    return list(csv.DictReader(io.StringIO(transactions_csv(invoice).decode("utf-8-sig"), newline="")))


def total(rows: list[dict[str, str]], column: str) -> Decimal:
    """The sum of a column."""
    return exact_sum(Decimal(row[column]) for row in rows)


def test_a_row_has_every_fact_of_its_line() -> None:
    """One row per line, in the order they are printed."""
    rows = rows_of(enrollment_invoice())
    assert list(rows[0]) == [*HEAD_COLUMNS, *LINE_COLUMNS]
    assert rows[0] == {
        "Invoice Number": "K-2024-000017", "Invoice Date": "03/05/2024", "Document Type": "Invoice",
        "Agreement Number": "E-8812345", "Bill To Customer Number": "daugava",
        "Bill To Customer Name": "Harbour Logistics B.V.", "Bill To Customer Country": "NL",
        "Sold To Number": "daugava", "Sold To Name": "Harbour Logistics B.V.", "Sold To Country": "NL",
        "Ship To Number": "", "Ship To Name": "Harbour Logistics B.V., warehouse 7", "Ship To Country": "NL",
        "End Customer Name": "Noordzee Data Centres N.V.", "End Customer Country": "NL",
        "Purchase Order Number": "PO-2024-0042", "Billing Currency": "EUR", "Transaction Type": "Debit Invoice",
        "Line Item Number": "1", "Usage Country": "NL", "Delivery": "", "MS Part Number": "D0s v5",
        "Item Name": "D0s v5", "Product Family": "Virtual machines", "License Type": "", "Price Level": "",
        "Billing Option": "", "Taxable": "No", "Pool": "", "Service Period Start Date": "02/01/2024",
        "Service Period End Date": "02/29/2024", "Reason Code": "", "Description": "", "Quantity": "3001.08025",
        "Unit Price": "0.4", "Extended Amount": "1200.43", "Commitment Usage": "500", "Net Amount": "700.43",
        "Tax Rate": "0", "Tax Amount": "0", "Total": "700.43", "Is Third Party": "No",
    }  # fmt: skip
    assert [row["Is Third Party"] for row in rows][-2:] == ["Yes", "No"]


def test_columns_add_up_to_the_invoice() -> None:
    """Net = Extended − Commitment, Total = Net + Tax, in every row and in all."""
    made = [line(f"{number}.333", f"Meter {number}", credit=Decimal("0.10")) for number in range(1, 40)]
    plain = billed(enrollment_invoice(), [section("usage", "usage", *made)])
    invoice = replace(plain, totals=replace(plain.totals, allowances=Decimal("3.90")))
    rows = rows_of(invoice)
    assert total(rows, "Extended Amount") == invoice.totals.lines
    assert total(rows, "Commitment Usage") == Decimal("3.90")
    assert total(rows, "Tax Amount") == invoice.totals.tax
    for row in rows:
        extended, commitment, net = (
            Decimal(row[name]) for name in ("Extended Amount", "Commitment Usage", "Net Amount")
        )
        assert net == extended - commitment
        assert Decimal(row["Total"]) == net + Decimal(row["Tax Amount"])


def test_credit_note_is_a_credit_memo_with_positive_amounts() -> None:
    """The type of transaction says which way the money goes."""
    rows = rows_of(replace(enrollment_invoice(), document_type=DocumentType.CREDIT_NOTE))
    assert {(row["Document Type"], row["Transaction Type"]) for row in rows} == {("Credit Note", "Credit Memo")}
    assert all(Decimal(row["Total"]) >= 0 for row in rows)


def test_names_that_start_like_a_formula_are_made_harmless() -> None:
    """In every column of free text."""
    invoice = replace(enrollment_invoice(), purchase_order="=1+1", account_id="@A1")
    row = rows_of(invoice)[0]
    assert (row["Purchase Order Number"], row["Sold To Number"]) == ("'=1+1", "'@A1")
