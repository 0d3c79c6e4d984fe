"""Preparing a large usage file from its page: asked for once, done behind the page, fetched, and gone after a week."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import Settings

from kvitto.records import jobs
from kvitto.records.jobs import JobState
from kvitto.records.models import AuditEntry, Job, Person, RoleAssignment
from kvitto.runs.erase_person import erase_person
from kvitto.runs.jobs.kinds import EVERY_KIND
from kvitto.runs.jobs.mine import unseen
from kvitto.runs.jobs.prepared_files import sweep_prepared
from kvitto.runs.jobs.work import Worker
from kvitto.runs.office import Office
from tests.portal.small_office import ADMINISTRATOR, COST_READER, LAB, PROFILE_OWNER, READER, STRANGER

SignIn = Callable[[str], Client]
pytestmark = pytest.mark.database
PERIOD = f"/subscriptions/{LAB}/periods/2024-01-05/"


@pytest.fixture
def large(office: Office, settings: Settings) -> Office:
    """The small office, where more than ten rows are many."""
    shutil.rmtree(office.prepared_folder, ignore_errors=True)
    changed = replace(office, prepare_from_rows=10)
    settings.OFFICE = changed
    return changed


def work(office: Office) -> int:
    """Do what waits, as the process behind the portal does."""
    return Worker(office, EVERY_KIND, uuid.uuid4()).do_waiting()


def prepared(office: Office, client: Client) -> Job:
    """A file that was asked for on the period's page and is ready."""
    assert client.post(f"{PERIOD}prepare/").headers["Location"] == "/downloads/"
    work(office)
    return Job.objects.latest("created_at")


def body(client: Client, address: str) -> bytes:
    """The file at this address."""
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.getvalue()


def test_a_small_file_comes_at_once(office: Office, sign_in: SignIn) -> None:
    """And its page offers nothing else."""
    client = sign_in(ADMINISTRATOR)
    assert "usage.csv" in client.get(PERIOD).content.decode()
    assert b"Cost" in body(client, f"{PERIOD}usage.csv")
    assert not Job.objects.exists()


def test_a_large_file_is_prepared_first_and_is_the_same_file(
    large: Office, office: Office, sign_in: SignIn, settings: Settings
) -> None:
    """From the button to the bytes; asking twice gives one job, also when it is ready."""
    client = sign_in(ADMINISTRATOR)
    page = client.get(PERIOD).content.decode()
    assert 'action="prepare/"' in page
    assert "usage.csv" not in page
    assert "it is prepared first" in client.get(f"{PERIOD}usage.csv").content.decode()
    for _ in range(2):
        assert client.post(f"{PERIOD}prepare/").status_code == 302
    waiting = client.get("/downloads/").content.decode()
    assert "Waiting" in waiting
    assert "hx-trigger" in waiting
    assert work(large) == 1
    job = Job.objects.get()
    assert (job.state, job.steps_done) == (JobState.DONE, job.steps_total)
    client.post(f"{PERIOD}prepare/")
    assert Job.objects.get() == job
    ready = client.get("/downloads/").content.decode()
    assert "Your file is ready." in ready
    assert "hx-trigger" not in ready.partition('id="files"')[2]
    assert f"CSV, {job.result['rows']} rows" in ready
    answer = client.get(f"/downloads/{job.pk}/file")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="usage-{LAB}-2024-01-05.csv"'
    content = answer.getvalue()
    assert answer.headers["Content-Length"] == str(len(content))
    settings.OFFICE = office
    assert content == body(client, f"{PERIOD}usage.csv")
    assert content.count(b"\r\n") - 1 == job.result["rows"]


def test_the_frame_tells_until_it_was_looked_at(large: Office, sign_in: SignIn) -> None:
    """On every page."""
    client = sign_in(ADMINISTRATOR)
    prepared(large, client)
    anna = Person.objects.get(email=ADMINISTRATOR)
    assert unseen(anna) == 1
    assert "1 new download" in client.get("/subscriptions/").content.decode()
    client.get("/downloads/")
    assert unseen(anna) == 0
    assert "new download" not in client.get("/subscriptions/").content.decode()


def test_nobody_else_has_it(large: Office, sign_in: SignIn) -> None:
    """Not by its address, not to remove it, not in their list; and asking is refused to whom the file is."""
    job = prepared(large, sign_in(ADMINISTRATOR))
    for email in (READER, PROFILE_OWNER, STRANGER):
        client = sign_in(email)
        assert client.get(f"/downloads/{job.pk}/file").status_code == 404
        assert client.post(f"/downloads/{job.pk}/remove/").status_code == 404
        assert client.post(f"/downloads/{job.pk}/again/").status_code == 404
        assert str(job.pk) not in client.get("/downloads/").content.decode()
    assert client.get(f"/downloads/{uuid.uuid4()}/file").status_code == 404
    for email, answer in ((COST_READER, 403), (PROFILE_OWNER, 404), (STRANGER, 404)):
        assert sign_in(email).post(f"{PERIOD}prepare/").status_code == answer
    assert sign_in(ADMINISTRATOR).post(f"/subscriptions/{LAB}/periods/2024-01-06/prepare/").status_code == 404


def test_a_role_that_was_withdrawn_closes_the_file(large: Office, sign_in: SignIn) -> None:
    """It is asked again when the file is fetched, and noted."""
    client = sign_in(READER)
    job = prepared(large, client)
    assert body(client, f"/downloads/{job.pk}/file")
    RoleAssignment.objects.filter(person__email=READER).delete()
    assert client.get(f"/downloads/{job.pk}/file").status_code == 404
    noted = AuditEntry.objects.filter(action="document.download", facts__contains=str(job.pk)).order_by("number")
    assert [(entry.outcome, entry.scope_key) for entry in noted] == [("allowed", LAB), ("not-found", LAB)]


def test_a_role_that_was_withdrawn_before_stops_the_work(large: Office, sign_in: SignIn) -> None:
    """The job ends with the sentence, and no file is made."""
    client = sign_in(READER)
    client.post(f"{PERIOD}prepare/")
    RoleAssignment.objects.filter(person__email=READER).delete()
    work(large)
    job = Job.objects.get()
    assert job.state == JobState.FAILED
    assert not (large.prepared_folder / f"{job.pk}.csv").exists()
    assert "Not prepared" in client.get("/downloads/").content.decode()
    assert client.post(f"/downloads/{job.pk}/again/").status_code == 404


def test_a_file_that_was_changed_or_lost_is_not_handed_out(large: Office, sign_in: SignIn) -> None:
    """It can be prepared again."""
    client = sign_in(ADMINISTRATOR)
    job = prepared(large, client)
    (large.prepared_folder / job.result["file"]).write_bytes(b"something else")
    assert client.get(f"/downloads/{job.pk}/file").headers["Location"] == "/downloads/"
    assert "no longer there" in client.get("/downloads/").content.decode()
    assert client.post(f"/downloads/{job.pk}/again/").status_code == 302
    work(large)
    assert body(client, f"/downloads/{Job.objects.get(state=JobState.DONE).pk}/file")
    assert str(job.pk) not in client.get("/downloads/").content.decode()


def test_a_file_can_be_removed_and_its_making_stopped(large: Office, sign_in: SignIn) -> None:
    """Once more does no harm."""
    client = sign_in(ADMINISTRATOR)
    job = prepared(large, client)
    assert client.post(f"/downloads/{job.pk}/remove/").status_code == 302
    assert not (large.prepared_folder / job.result["file"]).exists()
    assert client.post(f"/downloads/{job.pk}/remove/").status_code == 404
    client.post(f"{PERIOD}prepare/")
    other = Job.objects.exclude(pk=job.pk).get()
    client.post(f"/downloads/{other.pk}/remove/")
    assert work(large) == 0
    assert "No file was prepared for you." in client.get("/downloads/").content.decode()


def test_files_are_kept_for_seven_days(large: Office, sign_in: SignIn) -> None:
    """Then the file and its line go; files of nobody go at once, also those of somebody who was erased."""
    client = sign_in(ADMINISTRATOR)
    job = prepared(large, client)
    assert "Kept up to and including 27 March 2024" in client.get("/downloads/").content.decode()
    last_moment = replace(large, clock=large.now() + timedelta(days=7))
    assert sweep_prepared(last_moment) == 0
    (large.prepared_folder / f"{uuid.uuid4()}.csv").write_bytes(b"of nobody")
    assert sweep_prepared(replace(large, clock=large.now() + timedelta(days=7, seconds=1))) == 2
    assert list(large.prepared_folder.iterdir()) == []
    assert not Job.objects.filter(pk=job.pk).exists()
    prepared(large, client)
    erase_person(large, ADMINISTRATOR, even_if_last=True)
    assert not Job.objects.exists()
    assert list(large.prepared_folder.iterdir()) == []


def test_so_many_at_a_time(large: Office, sign_in: SignIn) -> None:
    """More is said, and changes nothing."""
    client, anna = sign_in(ADMINISTRATOR), Person.objects.get(email=ADMINISTRATOR)
    for number in range(jobs.MOST_OPEN):
        jobs.ask("usage-file", {"number": number}, anna, at=large.now(), beat=large.now())
    Job.objects.update(
        parameters={"of": "Lab", "day": "2024-01-05", "end": "2024-02-05", "scope": ["subscription", LAB]}
    )
    page = client.post(f"{PERIOD}prepare/", follow=True).content.decode()
    assert "10 things are being prepared for you already." in page
    assert Job.objects.count() == jobs.MOST_OPEN


def test_the_list_asks_as_much_for_many_as_for_few(
    large: Office, sign_in: SignIn, django_assert_max_num_queries: Callable[..., object]
) -> None:
    """Questions to the database do not grow with the files."""
    client = sign_in(ADMINISTRATOR)
    job = prepared(large, client)
    client.get("/downloads/")
    for _ in range(30):
        job.pk = uuid.uuid4()
        job.save(force_insert=True)
    with django_assert_max_num_queries(14):  # type: ignore[attr-defined]
        page = client.get("/downloads/").content.decode()
    assert "1–20 of 31" in page
