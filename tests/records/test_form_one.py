"""A database of the first version: its invoices survive every migration as they were, and can be worked with."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from pathlib import Path

from kvitto.agreements.invoice_kinds import InvoiceKind
from kvitto.invoicing.canonical import from_text
from kvitto.invoicing.credit_notes import credit_note_over, full_credit_note
from kvitto.invoicing.invoice import DocumentType
from kvitto.money import Money
from tests.faults import COMMAND, Job, run_jobs
from tests.records.form_one import content_of, rows

INVOICES = rows()["records_invoicerecord"]


def test_form_one_is_read_with_the_defaults_of_what_it_lacks() -> None:
    """Its invoices are first editions of service invoices; their digests are those of their texts."""
    for row in INVOICES:
        assert json.loads(row["facts"])["form"] == 1
        assert hashlib.sha256(row["facts"].encode()).hexdigest() == row["facts_digest"]
        invoice = from_text(row["facts"])
        assert (invoice.number, invoice.document_type, invoice.kind, invoice.edition) == (
            row["number"], DocumentType.INVOICE, InvoiceKind.SERVICES, 1,
        )  # fmt: skip


def test_invoices_in_form_one_can_be_given_back() -> None:
    """Their lines name no tax group: there was one."""
    for row in INVOICES:
        invoice = from_text(row["facts"])
        whole = full_credit_note(invoice, [], "void", date(2024, 4, 1))
        assert (whole.totals, whole.tax_groups) == (invoice.totals, invoice.tax_groups)
        if invoice.totals.with_tax:
            half = Money(invoice.totals.with_tax / 2, invoice.currency).rounded("SE")
            part = credit_note_over(invoice, [], half, "refund", date(2024, 4, 1))
            rest = full_credit_note(invoice, [part], "void", date(2024, 4, 1))
            assert part.totals.payable + rest.totals.payable == invoice.totals.payable


def test_a_database_of_the_first_version_is_brought_up_to_date(tmp_path: Path, own_database: dict[str, str]) -> None:
    """Facts, digests and documents are untouched, every guard stands, and the commands read them."""
    home = tmp_path / "office"
    environment = {**own_database, "KVITTO_CLOCK": "2024-03-10"}
    numbers = [row["number"] for row in INVOICES]
    calls = [
        ("tests.records.form_one:make", []),
        (COMMAND, ["invoices", "list"]),
        (COMMAND, ["init"]),
        ("tests.runs.closing_jobs:tell_invoices", []),
        (COMMAND, ["invoices", "list", "--json"]),
        *((COMMAND, ["invoices", "download", number, "--out", str(tmp_path / number)]) for number in numbers),
    ]
    outcomes = run_jobs([Job(home, call, arguments, environment=environment) for call, arguments in calls])
    made, too_early, *others = outcomes
    assert made.status == 0, made.err
    assert too_early.status == 1
    assert "The database is not up to date with this version of Kvitto." in too_early.err
    assert [outcome.status for outcome in others] == [0] * len(others), [outcome.err for outcome in others]
    _, told, listed, *_ = others
    found = json.loads(told.out)
    assert found["facts"] == {row["number"]: row["facts"] for row in INVOICES}
    assert found["numbers_taken"] == {"K-2024": 3}
    assert found["wrong"] == []
    assert {one["number"]: (one["total"], one["status"]) for one in json.loads(listed.out)} == {
        "K-2024-000001": ("12.98", "Due"), "K-2024-000002": ("0.00", "Paid"), "K-2024-000003": ("1.26", "Due"),
    }  # fmt: skip
    for document in rows()["records_documentrecord"]:
        assert (tmp_path / document["invoice_id"]).read_bytes() == content_of(document)
