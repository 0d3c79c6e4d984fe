"""Several invoices as one ZIP archive: all of them or none, at once or prepared."""

from __future__ import annotations

import io
import shutil
import uuid
import zipfile
from collections.abc import Callable

import pytest
from django.http import HttpResponseBase
from django.test import Client

from kvitto.records.invoices import list_invoices
from kvitto.records.jobs import JobState
from kvitto.records.models import AuditEntry, Job, RoleAssignment
from kvitto.runs.jobs import invoice_files
from kvitto.runs.jobs.kinds import EVERY_KIND
from kvitto.runs.jobs.work import Worker
from kvitto.runs.office import Office
from tests.portal.small_office import ADMINISTRATOR, LAB, PROFILE_OWNER, READER, STRANGER

SignIn = Callable[[str], Client]
pytestmark = pytest.mark.database
ADDRESS = "/downloads/invoices/"


@pytest.fixture
def numbers(office: Office) -> list[str]:
    """The Lab's invoices, oldest first."""
    shutil.rmtree(office.prepared_folder, ignore_errors=True)
    return sorted(invoice.number for invoice in list_invoices() if invoice.scope.id == LAB)


def others() -> str:
    """The number of an invoice of somebody else."""
    return next(invoice.number for invoice in list_invoices() if invoice.scope.id != LAB)


def archive(content: bytes) -> dict[str, bytes]:
    """The files of an archive, which is whole."""
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        assert opened.testzip() is None
        return {name: opened.read(name) for name in opened.namelist()}


def chosen(client: Client, numbers: list[str], **more: str) -> HttpResponseBase:
    """What the form answers."""
    return client.post(ADDRESS, {"number": numbers, **more})


def test_a_few_come_at_once(numbers: list[str], sign_in: SignIn) -> None:
    """The same bytes as single downloads, under clean names; one chosen twice is there once; the same bytes again."""
    client = sign_in(ADMINISTRATOR)
    answer = chosen(client, [*numbers, numbers[0]])
    assert answer.headers["Content-Disposition"] == f'attachment; filename="invoices-{len(numbers)}.zip"'
    content = answer.getvalue()
    files = archive(content)
    assert sorted(files) == [f"{number}.pdf" for number in numbers]
    assert all(files[f"{number}.pdf"] == client.get(f"/invoices/{number}.pdf").getvalue() for number in numbers)
    assert chosen(client, numbers).getvalue() == content
    assert not Job.objects.exists()
    single = chosen(client, numbers[:1]).headers["Content-Disposition"]
    assert single == f'attachment; filename="{numbers[0]}.zip"'


def test_with_usage_they_are_prepared(office: Office, numbers: list[str], sign_in: SignIn) -> None:
    """Each invoice with the file that adds up to it; asked for twice it is one job."""
    client = sign_in(ADMINISTRATOR)
    for _ in range(2):
        assert chosen(client, numbers, usage="on").headers["Location"] == "/downloads/"
    assert f"{len(numbers)} invoices with their usage" in client.get("/downloads/").content.decode()
    Worker(office, EVERY_KIND, uuid.uuid4()).do_waiting()
    job = Job.objects.get()
    assert (job.state, job.steps_done) == (JobState.DONE, len(numbers))
    files = archive(client.get(f"/downloads/{job.pk}/file").getvalue())
    assert sorted(files) == sorted(name for number in numbers for name in (f"{number}.pdf", f"{number}-usage.csv"))
    assert numbers[0].encode() in files[f"{numbers[0]}-usage.csv"]


def test_many_are_prepared(
    office: Office, numbers: list[str], sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More than can be made while one waits."""
    monkeypatch.setattr(invoice_files, "AT_ONCE", 1)
    client = sign_in(ADMINISTRATOR)
    assert chosen(client, numbers).status_code == 302
    Worker(office, EVERY_KIND, uuid.uuid4()).do_waiting()
    assert len(archive(client.get(f"/downloads/{Job.objects.get().pk}/file").getvalue())) == len(numbers)


def test_one_of_somebody_else_hides_all(numbers: list[str], sign_in: SignIn) -> None:
    """The answer is that for numbers that never were, wherever it stands among them; nothing is made."""
    client = sign_in(ADMINISTRATOR)
    for wrong in (others(), "K-1999-000001", "../../etc/passwd", "x" * 500, "\x00"):
        for order in ([wrong, *numbers], [*numbers, wrong]):
            assert chosen(client, order).status_code == 404
            assert chosen(client, order, usage="on").status_code == 404
    assert chosen(sign_in(STRANGER), numbers).status_code == 404
    assert chosen(sign_in(PROFILE_OWNER), numbers).status_code == 404
    assert chosen(sign_in(READER), numbers).status_code == 403
    assert chosen(sign_in(READER), [*numbers, others()]).status_code == 404
    assert not Job.objects.exists()
    assert not AuditEntry.objects.filter(action="document.download", outcome="allowed").exists()


def test_nothing_and_too_much_are_said(
    office: Office, numbers: list[str], sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the page from which it was asked for."""
    monkeypatch.setattr(invoice_files, "AT_MOST", 1)
    client, page = sign_in(ADMINISTRATOR), f"http://testserver/subscriptions/{LAB}/invoices/"
    for some, says in (([], "Choose at least one invoice."), (numbers, "Choose at most 1 invoice at a time.")):
        answer = client.post(ADDRESS, {"number": some}, headers={"Referer": page}, follow=True)
        assert answer.redirect_chain == [(page, 302)]
        assert says in answer.content.decode()
    elsewhere = client.post(ADDRESS, headers={"Referer": "https://elsewhere.example/"})
    assert elsewhere.headers["Location"] == "/"


def test_what_was_packed_is_closed_with_the_role(office: Office, numbers: list[str], sign_in: SignIn) -> None:
    """One invoice that one may no longer have closes the whole archive."""
    client = sign_in(ADMINISTRATOR)
    chosen(client, numbers, usage="on")
    Worker(office, EVERY_KIND, uuid.uuid4()).do_waiting()
    job = Job.objects.get()
    RoleAssignment.objects.filter(person__email=ADMINISTRATOR).delete()
    assert client.get(f"/downloads/{job.pk}/file").status_code == 404


def test_only_a_form_of_ours_asks(numbers: list[str]) -> None:
    """Another site cannot, and a link cannot."""
    from kvitto.records.models import Person

    client = Client(enforce_csrf_checks=True)
    client.force_login(Person.objects.get(email=ADMINISTRATOR))
    assert client.post(ADDRESS, {"number": numbers}).status_code == 403
    assert client.get(ADDRESS).status_code == 405
