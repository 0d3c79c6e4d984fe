"""What protects the pages: headers, cookies, the health check, and settings that pass Django's own inspection."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from kvitto.config.home import make_home
from kvitto.records.kept import let_go
from kvitto.records.remembered import forget
from kvitto.runs.office import Office
from tests.command import Command
from tests.portal.small_office import ADMINISTRATOR, LAB, PROFILE, PROFILE_OWNER

USAGE = f"/subscriptions/{LAB}/periods/2024-03-05/"
pytestmark = pytest.mark.database


def test_nothing_but_our_own_files_may_load(client: Client, db: None) -> None:
    """A strict policy, and pages that hold no script, style or handler of their own."""
    answer = client.get("/sign-in/")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "address",
    ["/subscriptions/", f"/subscriptions/{LAB}/invoices/", f"/subscriptions/{LAB}/periods/2024-02-05/", "/password/"],
)
def test_pages_hold_no_inline_style_or_script(office: Office, sign_in: Callable[[str], Client], address: str) -> None:
    """What the policy would block is not there to begin with, and nothing comes from elsewhere."""
    page = sign_in(ADMINISTRATOR).get(address).content.decode()
    assert not re.search(r"\sstyle=|<style|\son\w+=|javascript:", page)
    assert all("src=" in script for script in re.findall(r"<script[^>]*>", page))
    assert not re.search(r"(?:src|href|action)=\"(?:https?:)?//", page)


def test_pages_of_people_are_kept_by_no_cache(office: Office, sign_in: Callable[[str], Client]) -> None:
    """Shared caches may not keep them, and the browser asks again."""
    client = sign_in(ADMINISTRATOR)
    for address in ("/subscriptions/", f"/subscriptions/{LAB}/invoices/"):
        assert client.get(address).headers["Cache-Control"] == "private, no-store"


def test_style_and_scripts_are_served_with_their_digest(client: Client, db: None) -> None:
    """An address changes with the content, so browsers may keep the file for a year."""
    page = client.get("/sign-in/").content.decode()
    found = re.search(r'href="(/static/portal/kvitto\.css\?v=[0-9a-f]{12})"', page)
    assert found
    answer = client.get(found[1])
    assert answer.status_code == 200
    assert "max-age=31536000" in answer.headers["Cache-Control"]
    answer.close()


def test_the_health_check_answers_without_a_session(client: Client, db: None) -> None:
    """Whoever watches the office gets "ok", and no cookie."""
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")
    assert not answer.cookies


def test_the_health_check_notices_a_lost_database(client: Client, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """503 when the database does not answer."""

    def lost() -> None:
        raise DatabaseError

    with monkeypatch.context() as patched:
        patched.setattr(connection, "cursor", lost)
        assert client.get("/healthz").status_code == 503


def test_behind_https_the_settings_pass_djangos_inspection(tmp_path: Path) -> None:
    """`manage check --deploy` has nothing to say about an office with secure = true."""
    make_home(tmp_path)
    result = subprocess.run(
        [sys.executable, "-m", "django", "check", "--deploy", "--fail-level", "INFO"],
        env=Command(tmp_path).all_environment(KVITTO_SECURE="true", DJANGO_SETTINGS_MODULE="kvitto.config.settings"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("person", [ADMINISTRATOR, PROFILE_OWNER])
def test_queries_do_not_grow_with_rows(
    office: Office,
    sign_in: Callable[[str], Client],
    person: str,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    """Four subscriptions or one, many periods or few: the same number of queries, for every page."""
    client = sign_in(person)
    addresses = {
        ADMINISTRATOR: ["/subscriptions/", f"/subscriptions/{LAB}/invoices/", USAGE],
        PROFILE_OWNER: ["/subscriptions/", f"/billing-profiles/{PROFILE}/invoices/"],
    }
    for address in addresses[person]:
        with django_assert_max_num_queries(50 if address == "/subscriptions/" else 85):
            client.get(address)


def test_more_subscriptions_cost_no_more_queries(office: Office, sign_in: Callable[[str], Client]) -> None:
    """The list of two found subscriptions (one has an invoice, one has none) and that of all four ask equally often.

    Whoever asks is the first to do so: nothing is kept or remembered.
    """
    from django.test.utils import CaptureQueriesContext

    client = sign_in(ADMINISTRATOR)
    counts = []
    for search in ("a", ""):  # Lab and Trial
        cache.clear()
        forget()
        let_go(office.home, most=0)
        with CaptureQueriesContext(connection) as queries:
            client.get("/subscriptions/", {"search": search})
        counts.append(len(queries))
    assert counts[0] == counts[1]
