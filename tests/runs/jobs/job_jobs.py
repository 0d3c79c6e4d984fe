"""What the processes of the tests of killed workers do."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any


def make(_arguments: Sequence[str] = ()) -> None:
    """An office with usage that is due, a person who may see it, and two jobs: their file, and closing."""
    from tests.faults import make_office, start_django
    from tests.runs.offices import FIRST_CLOSE, WITHOUT_QUAY, at, made

    make_office()
    office = made(at(start_django(), FIRST_CLOSE), agreements=WITHOUT_QUAY)
    from kvitto.agreements.hierarchy import Scope, ScopeKind
    from kvitto.records.models import Person
    from kvitto.runs.jobs.close_due import ask_to_close
    from kvitto.runs.jobs.usage_file import ask_for_usage_file

    person = Person.objects.get(email="anna@daugava.example")
    ask_for_usage_file(office, person, Scope(ScopeKind.SUBSCRIPTION, "lab"), date(2024, 2, 1))
    ask_to_close(office, person)


def work(arguments: Sequence[str]) -> None:
    """Do what waits of these kinds; a process that died before is long silent."""
    from tests.faults import start_django

    office = start_django()
    from kvitto.records.jobs import LEASE
    from kvitto.records.models import Job
    from kvitto.runs.jobs.work import Worker
    from tests.runs.offices import FIRST_CLOSE, at

    Job.objects.filter(state="running").update(beat_at=datetime.now(UTC) - 2 * LEASE)
    Worker(at(office, FIRST_CLOSE), arguments, uuid.uuid4()).do_waiting()


def tell(_arguments: Sequence[str] = ()) -> None:
    """Print how the jobs ended, which files lie there, and what was issued."""
    from tests.faults import start_django

    office = start_django()
    from kvitto.records.models import InvoiceRecord, Job, NumberSeries

    folder = office.prepared_folder
    told: dict[str, Any] = {
        "jobs": [[job.kind, job.state, _steady(job.result)] for job in Job.objects.order_by("kind")],
        "files": sorted(
            hashlib.sha256(path.read_bytes()).hexdigest()
            for path in (folder.iterdir() if folder.is_dir() else ())
            if not path.name.startswith(".")
        ),
        "invoices": sorted(InvoiceRecord.objects.values_list("number", "facts_digest")),
        "taken": sorted(NumberSeries.objects.values_list("name", "latest_number")),
    }
    print(json.dumps(told, sort_keys=True))  # noqa: T201 - how a process answers


def _steady(result: dict[str, Any]) -> dict[str, Any]:
    """Without what tells one run from another."""
    return {name: value for name, value in result.items() if name not in {"file", "documents"}}
