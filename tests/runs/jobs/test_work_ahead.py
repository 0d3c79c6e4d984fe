"""Working ahead: the office asks itself once for everything new, and finds every estimate worked out afterwards."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, timedelta

import pytest

from kvitto.records.jobs import JobState, cancel
from kvitto.records.models import Job
from kvitto.runs.apply_agreements import apply
from kvitto.runs.estimates import refresh
from kvitto.runs.jobs.job import REFRESH
from kvitto.runs.jobs.kinds import LANES
from kvitto.runs.jobs.work import Worker
from kvitto.runs.jobs.work_ahead import ask_to_work_ahead
from kvitto.runs.office import Office
from tests.runs.offices import AGREEMENTS, at, written

pytestmark = pytest.mark.django_db
FIRST_DAY = date(2024, 3, 1)


@pytest.fixture
def march(office: Callable[..., Office]) -> Office:
    """An office that has agreed on something, and issued nothing yet."""
    early = office(clock=date(2024, 2, 1))
    apply(early, written(early, "agreements.toml", AGREEMENTS))
    return at(early, FIRST_DAY)


def _work(office: Office) -> int:
    return Worker(office, LANES["ahead"], uuid.uuid4()).do_waiting()


def test_an_office_without_agreements_has_nothing_to_work_out(office: Callable[..., Office]) -> None:
    """It asks for nothing."""
    assert ask_to_work_ahead(office()) is None


def test_what_is_known_is_worked_out_once(march: Office) -> None:
    """However often it is looked at; the next day it is worked out again, because it shows its moment."""
    first = ask_to_work_ahead(march)
    assert first
    assert ask_to_work_ahead(march) is None
    assert _work(march) == 1
    done = Job.objects.get(kind=REFRESH)
    assert done.state == JobState.DONE
    assert done.result
    assert done.result["periods"] == refresh(march) > 0
    assert done.steps_done == done.steps_total
    assert ask_to_work_ahead(march) == first
    assert _work(march) == 0
    tomorrow = at(march, FIRST_DAY + timedelta(days=1))
    assert ask_to_work_ahead(tomorrow) != first
    assert _work(tomorrow) == 1


def test_what_is_new_is_worked_out_again(march: Office) -> None:
    """Agreements here; usage and prices count alike."""
    ask_to_work_ahead(march)
    _work(march)
    apply(march, written(march, "more.toml", AGREEMENTS.replace("Bo Billing", "Bo Biller")))
    ask_to_work_ahead(march)
    assert _work(march) == 1


def test_what_was_cancelled_stays_so_until_there_is_news(march: Office) -> None:
    """Else it could never be stopped."""
    job = ask_to_work_ahead(march)
    assert job
    cancel(job, at=march.now())
    assert ask_to_work_ahead(march) == job
    assert _work(march) == 0


def test_no_file_and_no_closing_waits_for_it() -> None:
    """It has a lane of its own."""
    assert [lane for lane, kinds in LANES.items() if REFRESH in kinds] == ["ahead"]
    assert LANES["ahead"] == (REFRESH,)
