"""What went wrong is said on a page of its own, in the reader's language, and betrays nothing."""

from __future__ import annotations

import errno
from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path
from pytest_django import Settings

from kvitto.errors import UnableTo
from kvitto.language import phrase
from kvitto.records.models import Person

pytestmark = pytest.mark.database


def _raising(error: Exception) -> Callable[[HttpRequest], HttpResponse]:
    def view(request: HttpRequest) -> HttpResponse:
        raise error

    return view


urlpatterns = [
    path("fault/", _raising(RuntimeError("the secret inside"))),
    path("full/", _raising(OSError(errno.ENOSPC, "No space left on device"))),
    path("senseless/", _raising(SuspiciousOperation("odd"))),
    path("forbidden/", _raising(PermissionDenied())),
    path("unable/", _raising(UnableTo(phrase("The usage of {day} is missing.", day="1 May")))),
    path("", include("kvitto.config.urls")),
]
handler400 = "kvitto.portal.error_pages.bad_request"
handler403 = "kvitto.portal.error_pages.forbidden"
handler404 = "kvitto.portal.error_pages.not_found"
handler500 = "kvitto.portal.error_pages.server_error"


@pytest.fixture
def visitor(db: None, settings: Settings) -> Client:
    """Someone signed in, on an office with pages that go wrong."""
    settings.ROOT_URLCONF = __name__
    client = Client(raise_request_exception=False)
    client.force_login(Person.objects.create_user("anna@nordlys.example", name="Anna"))
    return client


@pytest.mark.parametrize(
    ("address", "status", "title"),
    [
        ("/fault/", 500, "Something went wrong on our side"),
        ("/senseless/", 400, "could not be understood"),
        ("/forbidden/", 403, "You may not open this page"),
        ("/unable/", 409, "The usage of 1 May is missing."),
        ("/nothing/", 404, "There is no such page for you"),
    ],
)
def test_each_kind_of_trouble_has_a_page(visitor: Client, address: str, status: int, title: str) -> None:
    """The status, a title, and a way on; nothing of the program's inside."""
    answer = visitor.get(address)
    page = answer.content.decode()
    assert answer.status_code == status
    assert title in page
    assert "Go to the start page" in page
    assert '<html lang="en">' in page
    for inside in ("secret", "Traceback", "RuntimeError"):
        assert inside not in page


def test_a_fault_is_logged(visitor: Client, caplog: pytest.LogCaptureFixture) -> None:
    """The page says that the fault was written to the log: it was."""
    visitor.get("/fault/")
    assert any(record.exc_info and "the secret inside" in str(record.exc_info[1]) for record in caplog.records)


def test_an_office_that_can_keep_or_read_nothing_says_to_come_back(
    visitor: Client, caplog: pytest.LogCaptureFixture
) -> None:
    """Without a question to the database, which may be what is broken; the cause is in the log."""

    def silent(*_: object) -> None:
        message = "database or disk is full"
        raise OperationalError(message)

    with connection.execute_wrapper(silent):
        answers = [visitor.get("/profile/"), visitor.post("/language/", {"language": "sv"})]
    answers.append(visitor.get("/full/"))
    for answer in answers:
        assert answer.status_code == 503
        assert "The office cannot answer at the moment" in answer.content.decode()
    assert any(record.exc_info and "disk is full" in str(record.exc_info[1]) for record in caplog.records)


def test_a_form_from_before_the_sign_in_is_explained(db: None) -> None:
    """A missing or old token is no riddle."""
    answer = Client(enforce_csrf_checks=True).post("/sign-in/", {"login": "x@example.org"})
    assert answer.status_code == 403
    assert "This form is too old" in answer.content.decode()


def test_an_unknown_host_is_turned_away(db: None) -> None:
    """Names that are not in the settings get the page for bad requests."""
    answer = Client(headers={"host": "evil.example"}).get("/sign-in/")
    assert answer.status_code == 400
    assert "could not be understood" in answer.content.decode()


def test_a_page_not_found_looks_the_same_signed_out(client: Client, db: None) -> None:
    """No sign-in is asked for what is not there."""
    assert client.get("/nothing/").status_code == 404
