"""The operator's pages: for everybody else they do not exist; what they say is what the commands say."""

from __future__ import annotations

import csv
import io
import shutil
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from kvitto.records.jobs import JobState
from kvitto.records.models import AuditEntry, InvoiceRecord, Job, Person
from kvitto.runs.jobs.kinds import EVERY_KIND
from kvitto.runs.jobs.work import Worker
from kvitto.runs.office import Office
from kvitto.runs.take_in_usage import take_in
from tests.portal.small_office import ADMINISTRATOR, LAB, PASSWORD, PROFILE_OWNER, STRANGER

SignIn = Callable[[str], Client]
pytestmark = pytest.mark.database
OPERATOR = "olga@norrsken.example"
PAGES = (
    "/operator/", "/operator/imports/", "/operator/refused/", "/operator/refused.csv", "/operator/unpriced/",
    "/operator/due/", "/operator/close/", "/operator/sign-ins/", "/operator/kept/",
)  # fmt: skip
FORMS = ("/operator/due/work-out/", "/operator/close/", "/operator/check/verify-trail/", "/operator/check/check-store/")


@pytest.fixture
def olga(office: Office, sign_in: SignIn) -> Client:
    """The office's operator, who holds no role on any bill."""
    Person.objects.create_user(OPERATOR, PASSWORD, name="Olga Ek", is_operator=True)
    return sign_in(OPERATOR)


@pytest.fixture
def april(office: Office, settings: Settings) -> Office:
    """Seventeen days later: more is due."""
    later = replace(office, clock=office.now() + timedelta(days=17))
    settings.OFFICE = later
    return later


def text(client: Client, address: str, **query: str) -> str:
    """The page at this address."""
    answer = client.get(address, query)
    assert answer.status_code == 200, answer.status_code
    return " ".join(answer.getvalue().decode().split())


def work(office: Office) -> Job:
    """Do what waits, and give back the last job."""
    Worker(office, EVERY_KIND, uuid.uuid4()).do_waiting()
    return Job.objects.latest("beat_at")


def refuse_some(office: Office, tmp_path: Path) -> None:
    """Take in a file with three rows that cannot be accepted, one of which a spreadsheet would calculate."""
    shutil.copyfile(office.home / "usage.toml", tmp_path / "usage.toml")
    (tmp_path / "bad.csv").write_text(
        "id,at,subscription,resource,meter,seconds\n"
        f"=1+1,2024-03-10T06:00:00Z,nobody,vm,d2,60\n"
        f"b,2024-03-10T06:00:00Z,{LAB},vm,d2,many\n"
        f"c,2024-03-10T06:00:00Z,{LAB},vm,d2,few\n"
    )
    take_in(office, tmp_path / "usage.toml", [tmp_path / "bad.csv"])


@pytest.mark.parametrize("email", [ADMINISTRATOR, PROFILE_OWNER, STRANGER])
def test_for_everybody_else_there_are_no_such_pages(office: Office, sign_in: SignIn, email: str) -> None:
    """By whatever method; the answer is that for an address that never was."""
    client = sign_in(email)
    job = Job.objects.create(kind="close", created_at=office.now())
    nothing = client.get("/never/was/")
    for address in (*PAGES, *FORMS, f"/operator/jobs/{job.pk}/"):
        for answer in (client.get(address), client.post(address)):
            assert (answer.status_code, address) == (404, address)
            assert ("There is no such page for you" in answer.content.decode()) == (
                "There is no such page for you" in nothing.content.decode()
            )
    assert Job.objects.count() == 1
    assert "Operator" not in client.get("/").content.decode()


def test_an_operator_opens_no_bill(olga: Client) -> None:
    """What runs the office is not what one may read."""
    assert olga.get(f"/subscriptions/{LAB}/invoices/").status_code == 404
    assert olga.get(f"/invoices/{InvoiceRecord.objects.first().number}/").status_code == 404  # type: ignore[union-attr]
    assert "/operator/" in olga.get("/").content.decode()


def test_who_no_longer_is_an_operator_finds_nothing(olga: Client) -> None:
    """From the next page on."""
    assert olga.get("/operator/").status_code == 200
    Person.objects.filter(email=OPERATOR).update(is_operator=False)
    assert olga.get("/operator/").status_code == 404


def test_the_overview_begins_with_what_is_due(office: Office, olga: Client) -> None:
    """Nothing on the day on which everything was closed; the next date, the last file, the missing backup."""
    page = text(olga, "/operator/")
    assert "Billing periods due now</dt><dd>0</dd>" in page
    assert "<dd>usage.csv</dd>" in page
    assert "No backup was ever made." in page
    assert "can be closed then" in page


def test_files_that_came_in_are_listed_with_what_became_of_their_rows(
    office: Office, olga: Client, tmp_path: Path
) -> None:
    """Accepted, known, refused; by the file's name, for where it lies is nobody's concern."""
    refuse_some(office, tmp_path)
    page = text(olga, "/operator/imports/")
    assert str(tmp_path) not in page + text(olga, "/operator/refused/") + text(olga, "/operator/")
    assert page.index("bad.csv") < page.index("usage.csv")
    assert "What came in" in page
    assert '<a href="/operator/refused/?source=meters">3</a>' in page


def test_refused_rows_are_told_with_reason_line_and_column(office: Office, olga: Client, tmp_path: Path) -> None:
    """By reason, with a filter; as a file whose cells no spreadsheet calculates."""
    assert "No row is refused." in text(olga, "/operator/refused/")
    refuse_some(office, tmp_path)
    page = text(olga, "/operator/refused/")
    assert "unknown subscription" in page
    assert "=1+1,2024" in page
    assert 'Total</th><td role="cell" class="number lead">3</td>' in page
    filtered = text(olga, "/operator/refused/", reason="quantity-not-a-number")
    assert "many" in filtered
    assert "=1+1" not in filtered
    answer = olga.get("/operator/refused.csv")
    rows = list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
    assert [row["Line"] for row in rows] == ["2", "3", "4"]
    assert {row["File"] for row in rows} == {"bad.csv"}
    assert rows[0]["Row"].startswith("'=1+1,")
    assert AuditEntry.objects.filter(action="operator.download").count() == 1


def test_lists_page_on_the_server(
    office: Office, olga: Client, tmp_path: Path, django_assert_max_num_queries: Callable[..., object]
) -> None:
    """Questions to the database do not grow with the rows."""
    shutil.copyfile(office.home / "usage.toml", tmp_path / "usage.toml")
    lines = "".join(f"x{number},2024-03-10T06:00:00Z,nobody,vm,d2,60\n" for number in range(120))
    (tmp_path / "bad.csv").write_text("id,at,subscription,resource,meter,seconds\n" + lines)
    take_in(office, tmp_path / "usage.toml", [tmp_path / "bad.csv"])
    for _ in range(60):
        olga.post("/sign-in/", {"login": ADMINISTRATOR, "password": "wrong"})
    with django_assert_max_num_queries(15):  # type: ignore[attr-defined]
        assert "1–50 of 120" in text(olga, "/operator/refused/")
    with django_assert_max_num_queries(14):  # type: ignore[attr-defined]
        text(olga, "/operator/sign-ins/", what="all")
    with django_assert_max_num_queries(14):  # type: ignore[attr-defined]
        text(olga, "/operator/imports/")


def test_closing_is_worked_out_then_confirmed_then_done(april: Office, olga: Client) -> None:
    """The page before says how many and how much; the report says the same; the numbers follow on without a gap."""
    before = InvoiceRecord.objects.count()
    due = text(olga, "/operator/due/")
    assert "Billing periods due now</dt><dd>0</dd>" not in due
    assert "is not worked out yet" in text(olga, "/operator/close/")
    address = olga.post("/operator/due/work-out/").headers["Location"]
    assert "Look again" in text(olga, address)
    preview = work(april)
    assert InvoiceRecord.objects.count() == before
    count = preview.result["invoices"]
    assert count > 0
    assert "Everything" not in text(olga, address)
    confirm = olga.get("/operator/close/")
    assert f"Issue {count} invoice" in confirm.getvalue().decode()
    known = confirm.context["known"]
    first = olga.post("/operator/close/", {"known": known}).headers["Location"]
    assert olga.post("/operator/close/", {"known": known}).headers["Location"] == first
    job = work(april)
    assert reverse("operator_job", args=[job.pk]) == first
    assert (job.result["issued"], job.result["amounts"]) == (count, preview.result["amounts"])
    assert InvoiceRecord.objects.count() == before + count
    assert job.steps_done == job.steps_total
    report = text(olga, first)
    assert "Everything that was due is closed." in report
    assert job.result["first"] in report
    assert "Nothing is due." in text(olga, "/operator/close/")
    assert AuditEntry.objects.filter(action="period.close", door="portal").count() == 2


def test_a_confirmation_that_is_out_of_date_closes_nothing(april: Office, olga: Client, tmp_path: Path) -> None:
    """Usage came in while the page stood open."""
    known = olga.get("/operator/close/").context["known"]
    shutil.copyfile(april.home / "usage.toml", tmp_path / "usage.toml")
    (tmp_path / "more.csv").write_text(
        f"id,at,subscription,resource,meter,seconds\nmore,2024-03-10T06:00:00Z,{LAB},vm,d2,60\n"
    )
    take_in(april, tmp_path / "usage.toml", [tmp_path / "more.csv"])
    page = olga.post("/operator/close/", {"known": known}, follow=True).content.decode()
    assert "What is due has changed since you opened this page." in page
    assert not Job.objects.exists()


def test_what_has_no_price_is_told_and_holds_its_invoice_back(april: Office, olga: Client, tmp_path: Path) -> None:
    """In a due period under what is held back, in an open one on its own page."""
    shutil.copyfile(april.home / "usage.toml", tmp_path / "usage.toml")
    (tmp_path / "odd.csv").write_text(
        "id,at,subscription,resource,meter,seconds\n"
        f"due,2024-03-10T06:00:00Z,disks-0005,vm,unheard-of,60\n"
        f"open,2024-04-05T06:00:00Z,{LAB},vm,unheard-of,60\n"
    )
    take_in(april, tmp_path / "usage.toml", [tmp_path / "odd.csv"])
    assert "Nobody has looked for it yet." in text(olga, "/operator/unpriced/")
    olga.post("/operator/due/work-out/")
    work(april)
    held, waiting = text(olga, "/operator/due/"), text(olga, "/operator/unpriced/")
    assert "1 row of meter unheard-of has no price" in held
    assert "Subscription disks-0005" in held
    assert f"Subscription {LAB}" in waiting
    olga.post("/operator/close/", {"known": olga.get("/operator/close/").context["known"]})
    job = work(april)
    assert (job.result["blocked_count"], job.result["is_complete"]) == (1, False)
    assert "1 row of meter unheard-of has no price" in text(olga, f"/operator/jobs/{job.pk}/")


def test_sign_ins_and_refusals_are_told_by_name(office: Office, olga: Client, client: Client) -> None:
    """An address that nobody has stays a hash."""
    other = Client()
    other.post("/sign-in/", {"login": ADMINISTRATOR, "password": "wrong"})
    other.post("/sign-in/", {"login": "who@nowhere.example", "password": "wrong"})
    other.post("/sign-in/", {"login": ADMINISTRATOR, "password": PASSWORD})
    page = text(olga, "/operator/sign-ins/")
    assert "Anna Lindqvist" in page
    assert "nowhere" not in page
    assert "not known" in page
    refused = text(olga, "/operator/sign-ins/", outcome="refused", email=ADMINISTRATOR)
    assert refused.count("Anna Lindqvist</th>") + refused.count("Anna Lindqvist<span") == 1
    assert "Nothing of the kind" in text(olga, "/operator/sign-ins/", email="who@nowhere.example")
    assert "Write a day as year, month, day: 2024-03-20." in text(olga, "/operator/sign-ins/", since="yesterday")
    assert "Anna Lindqvist" in text(olga, "/operator/sign-ins/", since="2024-03-20")


@pytest.mark.parametrize("kind", ["verify-trail", "check-store"])
def test_checks_are_jobs_with_a_result(office: Office, olga: Client, kind: str) -> None:
    """Found whole; what is wrong is told."""
    address = olga.post(f"/operator/check/{kind}/").headers["Location"]
    work(office)
    assert "Everything is as it was written." in text(olga, address)
    assert "As it was written" in text(olga, "/operator/kept/")
    assert olga.post("/operator/check/close/").status_code == 404


def test_a_damaged_store_is_told(office: Office, olga: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """With what is missing."""
    address = olga.post("/operator/check/check-store/").headers["Location"]
    work(replace(office, home=tmp_path))
    page = text(olga, address)
    assert "is missing. Restore it from a backup." in page
    assert "faults were found." in page


def test_a_job_that_failed_waits_for_the_operator(office: Office, olga: Client) -> None:
    """On the overview until it was looked at."""
    job = Job.objects.create(
        kind="close", state=JobState.FAILED, created_at=office.now(), beat_at=office.now(), ended_at=office.now(),
        problem={"text": "It broke.", "plural": "", "count": 1, "values": {}},
    )  # fmt: skip
    assert "1 job could not be done." in text(olga, "/operator/")
    assert "It broke." in text(olga, f"/operator/jobs/{job.pk}/")
    assert "could not be done." not in text(olga, "/operator/")
    assert olga.get(f"/operator/jobs/{uuid.uuid4()}/").status_code == 404


def test_what_is_due_asks_as_much_for_many_as_for_few(
    april: Office, olga: Client, django_assert_max_num_queries: Callable[..., object]
) -> None:
    """The overview, the list, and the question before closing."""
    for address in ("/operator/", "/operator/due/", "/operator/close/", "/operator/unpriced/", "/operator/kept/"):
        text(olga, address)
        with django_assert_max_num_queries(32):  # type: ignore[attr-defined]
            text(olga, address)


def test_numbers_that_are_not_a_page_show_the_nearest(office: Office, olga: Client, tmp_path: Path) -> None:
    """What somebody types into an address breaks nothing."""
    refuse_some(office, tmp_path)
    for query in ({"page": "0"}, {"page": "x"}, {"page": "99999"}, {"reason": "none"}, {"source": "\x00"}):
        assert olga.get("/operator/refused/", query).status_code == 200
        assert olga.get("/operator/imports/", query).status_code == 200
    for query in ({"since": "2024-13-01"}, {"email": "\x00"}, {"what": "x", "outcome": "y", "page": "-1"}):
        assert olga.get("/operator/sign-ins/", query).status_code == 200
