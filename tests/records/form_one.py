"""An office as its first version left it: invoices in form 1, documents and guards, in a database of then."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

KEPT = Path(__file__).parent / "data" / "form_one.json"
_TABLES = ("records_numberseries", "records_invoicerecord", "records_documentrecord")
_REFUSAL = "SELECT RAISE(ABORT, 'rows of {table} are never changed or removed');"
_SAME = {
    "records_invoicerecord": "(number = NEW.number) OR (scope_kind = NEW.scope_kind AND scope_key = NEW.scope_key AND"
    " period_start = NEW.period_start)",
    "records_documentrecord": "(id = NEW.id) OR (invoice_id = NEW.invoice_id AND kind = NEW.kind AND"
    " language = NEW.language)",
}


def rows() -> dict[str, list[dict[str, Any]]]:
    """The rows of then, by table; documents with the bytes that this test gives them."""
    found: dict[str, list[dict[str, Any]]] = json.loads(KEPT.read_text(encoding="utf-8"))
    for document in found["records_documentrecord"]:
        content = content_of(document)
        document |= {"bytes": len(content), "digest": hashlib.sha256(content).hexdigest()}
    return found


def content_of(document: dict[str, Any]) -> bytes:
    """What stands in the file of a document; no version of today could make it."""
    return f"%PDF as it was made for {document['invoice_id']}".encode()


def make(_arguments: Sequence[str] = ()) -> None:
    """The office, by the first migration and nothing later."""
    from django.core.management import call_command
    from django.db import connection

    from kvitto.config.home import make_home
    from tests.faults import start_django
    from tests.lifted_guards import lift_guards

    office = _home(make_home)
    assert start_django()
    call_command("migrate", "records", "0001", verbosity=0)
    lift_guards()
    with connection.cursor() as cursor:
        for table in _TABLES:
            for row in rows()[table]:
                marks = ", ".join(["%s"] * len(row))
                cursor.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", list(row.values()))
        _guard_as_then(cursor, connection.vendor)
    for document in rows()["records_documentrecord"]:
        path = office / "documents" / document["path"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content_of(document))


def _home(make_home: Any) -> Path:
    import os

    home = Path(os.environ["KVITTO_HOME"])
    make_home(home)
    return home


def _guard_as_then(cursor: Any, vendor: str) -> None:
    for table, same in _SAME.items():
        if vendor == "postgresql":
            for event, each in (("UPDATE", "ROW"), ("DELETE", "ROW"), ("TRUNCATE", "STATEMENT")):
                name = f"guard_{table}_{event.lower()}"
                cursor.execute(
                    f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH {each}"
                    " EXECUTE FUNCTION kvitto_refuse_change()"
                )
                cursor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")
            continue
        refusal = _REFUSAL.format(table=table)
        for event in ("UPDATE", "DELETE"):
            cursor.execute(
                f"CREATE TRIGGER guard_{table}_{event.lower()} BEFORE {event} ON {table} BEGIN {refusal} END"
            )
        cursor.execute(
            f"CREATE TRIGGER guard_{table}_replace BEFORE INSERT ON {table}"
            f" WHEN EXISTS (SELECT 1 FROM {table} WHERE {same}) BEGIN {refusal} END"
        )
