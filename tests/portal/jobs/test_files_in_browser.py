"""From the button to the file by keyboard alone, with a worker behind the page; and closing with its progress."""

from __future__ import annotations

import shutil
import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from pytest_django import Settings

from kvitto.records.jobs import LEASE
from kvitto.records.models import InvoiceRecord, Job, Person
from kvitto.runs.jobs.kinds import EVERY_KIND
from kvitto.runs.jobs.work import Worker
from kvitto.runs.office import Office
from tests.portal.small_office import ADMINISTRATOR, LAB, PASSWORD
from tests.portal.windows import IN_BROWSER, Open, find_no_fault, tab_to

pytestmark = IN_BROWSER
OPERATOR = "olga@norrsken.example"


def working(office: Office) -> None:
    """Do what waits, as the worker's process does."""
    Worker(office, EVERY_KIND, uuid.uuid4()).do_waiting()


@pytest.mark.parametrize("width", [390, 1440])
def test_a_large_file_is_prepared_and_fetched_by_keyboard(
    live_office: Office, settings: Settings, open_window: Open, width: int
) -> None:
    """The page follows by itself, also when the worker that had the job is dead."""
    shutil.rmtree(live_office.prepared_folder, ignore_errors=True)
    office = replace(live_office, prepare_from_rows=10)
    settings.OFFICE = office
    page = open_window(width, ADMINISTRATOR)
    page.goto(f"/subscriptions/{LAB}/periods/2024-01-05/")
    tab_to(page, "Prepare usage file")
    page.keyboard.press("Enter")
    page.wait_for_url("**/downloads/")
    expect(page.get_by_text("Waiting")).to_be_visible()
    find_no_fault(page, "a file that waits")
    job = Job.objects.get()
    dead = {"state": "running", "holder": uuid.uuid4(), "steps_done": 30, "steps_total": 64}
    Job.objects.filter(pk=job.pk).update(**dead)
    page.get_by_text("30 of 64 rows").wait_for()
    expect(page.get_by_role("progressbar")).to_be_visible()
    Job.objects.filter(pk=job.pk).update(beat_at=job.beat_at - 2 * LEASE)  # type: ignore[operator]
    working(office)
    expect(page.get_by_text("Your file is ready.")).to_be_visible()
    find_no_fault(page, "a file that is ready")
    page.reload()
    tab_to(page, "Download: Usage of Lab")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.suggested_filename == f"usage-{LAB}-2024-01-05.csv"
    assert download.value.path().read_bytes().startswith("\N{ZERO WIDTH NO-BREAK SPACE}".encode())


def test_without_scripts_the_page_is_looked_at_again(
    live_office: Office, settings: Settings, open_window: Open
) -> None:
    """By a link."""
    shutil.rmtree(live_office.prepared_folder, ignore_errors=True)
    office = replace(live_office, prepare_from_rows=10)
    settings.OFFICE = office
    page = open_window(1440, ADMINISTRATOR, java_script_enabled=False)
    page.goto(f"/subscriptions/{LAB}/periods/2024-01-05/")
    page.get_by_role("button", name="Prepare usage file").click()
    expect(page.get_by_text("Waiting")).to_be_visible()
    working(office)
    page.get_by_role("link", name="Look again").click()
    expect(page.get_by_text("Your file is ready.")).to_be_visible()


def test_closing_shows_how_far_it_is_and_what_came_of_it(
    live_office: Office, settings: Settings, open_window: Open
) -> None:
    """Worked out, confirmed, followed and reported, on one keyboard."""
    office = replace(live_office, clock=live_office.now() + timedelta(days=17))
    settings.OFFICE = office
    Person.objects.create_user(OPERATOR, PASSWORD, name="Olga Ek", is_operator=True)
    page = open_window(1440, OPERATOR)
    page.goto("/operator/due/")
    find_no_fault(page, "what is due")
    page.reload()
    tab_to(page, "Work out what closing would do")
    page.keyboard.press("Enter")
    page.wait_for_url("**/operator/jobs/*/")
    working(office)
    page.get_by_role("link", name="Close what is due").click()
    page.wait_for_url("**/operator/close/**")
    before = InvoiceRecord.objects.count()
    tab_to(page, "Issue ")
    page.keyboard.press("Enter")
    page.wait_for_url("**/operator/jobs/*/")
    find_no_fault(page, "closing")
    working(office)
    expect(page.get_by_text("Everything that was due is closed.")).to_be_visible()
    find_no_fault(page, "the report of closing")
    assert InvoiceRecord.objects.count() > before
