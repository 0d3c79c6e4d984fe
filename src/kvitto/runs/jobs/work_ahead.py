"""Working out ahead what lists show of periods without an invoice: after usage, agreements or prices came, and daily.

Nobody asks for it: the process that does it looks by itself whether anything is new. It stands in a lane of its own, so
that neither a file nor a closing waits for it, and what it was cut short in is kept as far as it came.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from kvitto.records import jobs
from kvitto.records.jobs import JobState
from kvitto.records.models import Job
from kvitto.runs.estimates import refresh
from kvitto.runs.jobs.job import REFRESH, Asked, Tell
from kvitto.runs.office import Office
from kvitto.runs.rate_period import current_as_of
from kvitto.runs.usage_ahead import work_usage_ahead

_KEPT_FOR = timedelta(days=2)


def ask_to_work_ahead(office: Office) -> Job | None:
    """A job that works out what is known now, unless one is open; the same one as before if nothing is new today."""
    as_of = current_as_of()
    if not as_of.revision or Job.objects.filter(kind=REFRESH, state__in=jobs.OPEN).exists():
        return None
    Job.objects.filter(kind=REFRESH, ended_at__lt=office.now() - _KEPT_FOR).delete()
    known = {"sequence": as_of.usage_sequence, "revision": as_of.revision, "day": office.today().isoformat()}
    return jobs.ask(REFRESH, known, None, at=office.now(), beat=datetime.now(UTC), alike=tuple(JobState), for_all=True)


def refresh_estimates(office: Office, _asked: Asked, tell: Tell) -> Mapping[str, Any]:
    """Work out every estimate that is not kept as it is known now, and what takes longest to show of daily usage."""
    tell(0, None)
    periods = refresh(office, tell)
    return {"periods": periods, "large": work_usage_ahead(office, progress=tell)}
