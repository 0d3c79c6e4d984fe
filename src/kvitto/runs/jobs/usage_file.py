"""Preparing the usage file of a large period: made aside, and fetched when it is ready.

Whether the person may have it is asked when they ask for it, when it is made, and each time it is fetched.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any

from kvitto.agreements.hierarchy import InvoiceScope, Scope, ScopeKind
from kvitto.agreements.parts import name_of_part
from kvitto.periods import Period
from kvitto.records import jobs
from kvitto.records.gate import Action
from kvitto.records.in_force import invoice_in_force
from kvitto.records.jobs import JobState
from kvitto.records.models import Job, Person
from kvitto.records.remembered import remembered
from kvitto.records.usage_files import manifest, rows_at_most
from kvitto.runs.asked_period import AskedPeriod, asked_period
from kvitto.runs.jobs.job import USAGE_FILE, Asked, Tell
from kvitto.runs.jobs.prepared_files import write_prepared
from kvitto.runs.make_documents import usage_csv
from kvitto.runs.office import Office
from kvitto.runs.rate_period import current_as_of
from kvitto.usage.store import count_rows

_ALIKE = (*jobs.OPEN, JobState.DONE)


def is_large(office: Office, scope: InvoiceScope, period: Period) -> bool:
    """True if so much usage lies behind the period's file that it is prepared first, not streamed."""
    subscriptions, months = [each.id for each in scope.subscriptions], period.months()
    if rows_at_most(months, subscriptions) < office.prepare_from_rows:
        return False
    files = tuple(office.usage_folder / path for path in manifest(months, subscriptions))

    def count() -> tuple[int, int]:
        return count_rows(files, subscriptions, period), 1

    rows = remembered(("rows", files, period, scope.digest), count)  # files of usage never change
    return rows >= office.prepare_from_rows


def ask_for_usage_file(office: Office, person: Person, asked: Scope, day: date) -> Job:
    """A job that makes the usage file of the period that begins on the day; the same one while nothing has changed.

    Raises `NotFound`, `Refused` and `TooManyJobs`.
    """
    found = asked_period(office, person, asked, day, Action.DOWNLOAD_USAGE)
    same = {
        "scope": [asked.kind.value, asked.id],
        "day": day.isoformat(),
        "directory": person.current_directory,
        "known": _known(found),
    }
    parameters = {**same, "of": name_of_part(found.scope, asked), "end": found.period.end.isoformat()}
    now, beat = office.now(), datetime.now(UTC)
    return jobs.ask(USAGE_FILE, parameters, person, at=now, beat=beat, alike=_ALIKE, same_as=same)


def prepare_usage_file(office: Office, asked: Asked, tell: Tell) -> Mapping[str, Any]:
    """Make the file. Raises what asking for it raises, for what changed meanwhile, and what rating raises."""
    assert asked.person  # noqa: S101 - nobody else asks for usage files
    found = require_usage_file(office, asked.person, asked.parameters)
    scope = asked_scope(asked.parameters)
    content = usage_csv(office, found.scope, found.period)
    rows = 0

    def counted() -> Iterator[bytes]:
        nonlocal rows
        rows = -1  # the heads are no row
        for piece in content:
            rows += piece.count(b"\r\n")
            tell(max(rows, 0), max(content.rows_at_most, rows))
            yield piece

    tell(0, content.rows_at_most or None)
    try:
        file = write_prepared(office, f"{asked.id}.csv", counted())
    finally:
        content.close()
    return {
        **file.facts(),
        "name": f"usage-{scope.id}-{found.period.start.isoformat()}.csv",
        "rows": rows,
    }


def require_usage_file(office: Office, person: Person, parameters: Mapping[str, Any]) -> AskedPeriod:
    """The period of a job, if the person may have its usage file now. Raises `NotFound` and `Refused`."""
    person.look_from(parameters["directory"])
    day = date.fromisoformat(parameters["day"])
    return asked_period(office, person, asked_scope(parameters), day, Action.DOWNLOAD_USAGE)


def asked_scope(parameters: Mapping[str, Any]) -> Scope:
    """The thing whose usage was asked for."""
    kind, key = parameters["scope"]
    return Scope(ScopeKind(kind), key)


def _known(found: AskedPeriod) -> list[object]:
    """What the file follows from: the as-of of the invoice, or what is known now; and which subscriptions it shows."""
    issued = invoice_in_force(found.scope.scope, found.period)
    as_of = issued.as_of if issued else current_as_of()
    shown = sorted(each.id for each in found.scope.subscriptions)
    return [issued.number if issued else "", as_of.usage_sequence, as_of.revision, shown]
