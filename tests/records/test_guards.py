"""What was issued cannot be changed, by raw SQL neither."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from kvitto.records.guards import UnableToTrustRecords, check_guards, missing_guards
from kvitto.records.models import DocumentRecord, InvoiceRecord
from tests.lifted_guards import lift_guards

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def invoice() -> InvoiceRecord:
    """An issued invoice with its document."""
    record = InvoiceRecord.objects.create(
        number="K-2024-000001", scope_kind="subscription", scope_key="lab", account_key="daugava",
        period_start=date(2024, 2, 1), period_end=date(2024, 3, 1), issue_date=date(2024, 3, 5),
        due_date=date(2024, 4, 4), issued_at=datetime(2024, 3, 5, tzinfo=UTC), currency="USD", payable_minor=125,
        currency_decimals=2, total_unrounded=Decimal(1), usage_sequence=1, revision=1,
        facts="{}", facts_digest="0" * 64,
    )  # fmt: skip
    DocumentRecord.objects.create(
        invoice=record, kind="invoice-pdf", language="lv", path="x.pdf", bytes=1, digest="0" * 64, made_with="typst"
    )
    return record


def refused(statement: str) -> bool:
    """True if the database refuses the statement."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except DatabaseError:
        return True
    return False


CHANGES = [
    "UPDATE records_invoicerecord SET payable_minor = 0",
    "UPDATE records_invoicerecord SET number = 'K-2024-000002'",
    "UPDATE records_invoicerecord SET facts = facts",
    "DELETE FROM records_documentrecord",
    "UPDATE records_documentrecord SET digest = 'x'",
]


@pytest.mark.parametrize("statement", CHANGES)
def test_raw_sql_cannot_change_what_was_issued(invoice: InvoiceRecord, statement: str) -> None:
    """UPDATE and DELETE are refused on both tables, and the row stays as it was."""
    assert refused(statement)
    invoice.refresh_from_db()
    assert invoice.payable_minor == 125


def test_an_invoice_without_a_document_cannot_be_removed_either(invoice: InvoiceRecord) -> None:
    """The guard refuses DELETE by itself, not only the document that refers to the invoice."""
    invoice.number, invoice.period_start = "K-2024-000002", date(2024, 3, 1)
    invoice.save(force_insert=True)
    assert refused("DELETE FROM records_invoicerecord WHERE number = 'K-2024-000002'")


def test_rows_cannot_be_replaced_on_sqlite(invoice: InvoiceRecord) -> None:
    """INSERT OR REPLACE would remove the old row without firing a guard of DELETE."""
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite has INSERT OR REPLACE")
    columns = "number, scope_kind, scope_key, account_key, period_start, period_end, issue_date, due_date, issued_at"
    rest = "currency, currency_decimals, total_unrounded, usage_sequence, revision, facts, facts_digest"
    copied = f"{columns}, {rest}"
    assert refused(
        f"INSERT OR REPLACE INTO records_invoicerecord ({copied}, payable_minor)"
        f" SELECT {copied}, 0 FROM records_invoicerecord"
    )
    other_number = copied.replace("number", "'K-9' AS number", 1)
    assert refused(
        f"INSERT OR REPLACE INTO records_invoicerecord ({copied}, payable_minor)"
        f" SELECT {other_number}, 0 FROM records_invoicerecord"
    )
    assert refused("INSERT OR REPLACE INTO records_documentrecord SELECT * FROM records_documentrecord")


def test_tables_cannot_be_truncated_on_postgresql(invoice: InvoiceRecord) -> None:
    """TRUNCATE fires no guard of rows, so it has its own; also for a session that says it only replicates."""
    if connection.vendor != "postgresql":
        pytest.skip("only PostgreSQL has TRUNCATE")
    assert refused("TRUNCATE records_documentrecord")
    assert refused("TRUNCATE records_invoicerecord CASCADE")
    assert refused("SET LOCAL session_replication_role = replica; UPDATE records_invoicerecord SET payable_minor = 0")


def test_new_invoices_can_be_added(invoice: InvoiceRecord) -> None:
    """The guards refuse change, not growth."""
    invoice.number, invoice.period_start = "K-2024-000002", date(2024, 3, 1)
    invoice.save(force_insert=True)
    assert InvoiceRecord.objects.count() == 2


def test_every_guard_stands_after_a_migration() -> None:
    """A fresh database has them all."""
    assert missing_guards() == []
    check_guards()


def test_a_migration_puts_lost_guards_back() -> None:
    """SQLite loses them when a table is remade; the migration's end brings them back."""
    lift_guards()
    assert missing_guards()
    call_command("migrate", verbosity=0)
    assert missing_guards() == []


def test_a_missing_guard_is_named_and_refuses_the_start() -> None:
    """The sentence says which guard and what to do."""
    name, table = "guard_records_invoicerecord_update", "records_invoicerecord"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {name}" + (f" ON {table}" if connection.vendor == "postgresql" else ""))
    assert missing_guards() == ["records_invoicerecord: update"]
    with pytest.raises(UnableToTrustRecords, match="records_invoicerecord: update missing"):
        check_guards()


def test_an_altered_guard_counts_as_missing() -> None:
    """A trigger of the right name that refuses less is no guard."""
    name, table = "guard_records_invoicerecord_update", "records_invoicerecord"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {name}")
        else:
            cursor.execute(f"DROP TRIGGER {name}")
            cursor.execute(f"CREATE TRIGGER {name} BEFORE UPDATE ON {table} WHEN 0 BEGIN SELECT 1; END")
    assert missing_guards() == ["records_invoicerecord: update"]


def test_an_altered_function_leaves_no_guard_on_postgresql() -> None:
    """All triggers call one function; whoever empties it takes all guards away."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite's guards have no function")
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE OR REPLACE FUNCTION kvitto_refuse_change() RETURNS trigger LANGUAGE plpgsql"
            " AS $$BEGIN RETURN NEW; END$$"
        )
    unguarded = {guard.partition(":")[0] for guard in missing_guards()}
    assert unguarded >= {"records_invoicerecord", "records_documentrecord", "records_auditentry", "records_tombstone"}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", [1, 2])
def test_a_committing_test_leaves_an_empty_and_guarded_database(invoice: InvoiceRecord, turn: int) -> None:
    """Twice in a row: the invoice that the first turn committed is gone, the guards are there."""
    assert InvoiceRecord.objects.count() == 1
    assert missing_guards() == []
    assert refused(CHANGES[0])
