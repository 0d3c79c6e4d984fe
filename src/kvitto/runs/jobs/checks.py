"""Checks that read everything, as jobs: whether the audit trail and the usage store are as they were written."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from kvitto.records import jobs
from kvitto.records.models import Job, Person
from kvitto.records.phrase_facts import phrase_facts
from kvitto.runs.audit_head import verify_trail
from kvitto.runs.check_store import check_store
from kvitto.runs.jobs.job import Asked, Tell
from kvitto.runs.office import Office

_LISTED = 100


def ask_for_check(office: Office, person: Person, kind: str) -> Job:
    """A job of this kind; the one that is open already, whoever asked for it."""
    return jobs.ask(kind, {}, person, at=office.now(), beat=datetime.now(UTC), for_all=True)


def check_trail(office: Office, _asked: Asked, tell: Tell) -> Mapping[str, Any]:
    """Read the whole audit trail."""
    tell(0, None)
    report = verify_trail(office)
    return {
        "entries": report.entries,
        "head": [report.head.number, report.head.digest],
        "faults": [phrase_facts(fault.sentence) for fault in report.faults[:_LISTED]],
        "fault_count": len(report.faults),
    }


def check_usage(office: Office, _asked: Asked, tell: Tell) -> Mapping[str, Any]:
    """Read every file of the usage store."""
    tell(0, None)
    report = check_store(office)
    return {
        "files": report.files,
        "rows": report.rows,
        "sequence": report.sequence,
        "orphans": len(report.orphans),
        "faults": [phrase_facts(fault) for fault in report.damage[:_LISTED]],
        "fault_count": len(report.damage),
    }
