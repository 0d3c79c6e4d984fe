"""What the processes of the tests of retention tell."""

from __future__ import annotations

import json
from collections.abc import Sequence


def tell(_arguments: Sequence[str]) -> None:
    """Print what is left of invoices and files, and what is wrong with guards, numbers, the trail and the store."""
    from tests.faults import start_django

    office = start_django()
    from kvitto.records.audit_check import verify
    from kvitto.records.guards import missing_guards
    from kvitto.records.models import InvoiceRecord
    from kvitto.records.retention import unexplained_numbers
    from kvitto.runs.check_store import check_store

    folders = (office.documents_folder, office.usage_folder)
    damage = check_store(office).damage
    told = {
        "documents": sorted(InvoiceRecord.objects.values_list("number", flat=True)),
        "files": sorted(path.name for folder in folders for path in folder.rglob("*") if path.is_file()),
        "wrong": [*missing_guards(), *unexplained_numbers(), *map(str, verify().faults), *map(str, damage)],
    }
    print(json.dumps(told))  # noqa: T201 - how a process answers
