"""What the processes of the tests of the audit trail do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime


def write_many(arguments: Sequence[str]) -> None:
    """Add forty entries, in turns alone and three at once."""
    from tests.faults import start_django

    start_django()
    from kvitto.records.audit import Door, Note, Result, note_many

    noon = datetime(2024, 3, 20, 12, tzinfo=UTC)
    one = Note("invoice.issue", Result.DONE, Door.RUN, noon, facts={"writer": arguments[0]})
    for count in (1, 3) * 10:
        note_many([one] * count)


def tell(_arguments: Sequence[str]) -> None:
    """Print how many entries there are, and how many faults."""
    from tests.faults import start_django

    start_django()
    from kvitto.records.audit_check import verify

    report = verify()
    print(report.entries, len(report.faults))  # noqa: T201 - how a process answers
