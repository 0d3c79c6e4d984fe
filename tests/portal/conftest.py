"""An office with one of everything, its pages through Django's client, and the same office for a real browser."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from kvitto.config.home import make_home
from kvitto.periods import midnight
from kvitto.records.models import Person
from kvitto.runs.office import Office
from tests.kept_offices import laid_out
from tests.portal import small_office, whole_office
from tests.portal.windows import browser, open_window

__all__ = ["browser", "open_window"]  # fixtures of all files beside this one

CLOCK = midnight(date(2024, 3, 20))


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Where the offices lie once a test has built them, so that the next ones only load them."""
    return {"folder": tmp_path_factory.mktemp("small-office"), "whole": tmp_path_factory.mktemp("whole-office")}


@pytest.fixture
def office(db: None, built: dict[str, Path], settings: Settings) -> Office:
    """The small office, in the test's database, and as the one that the pages serve."""
    return _open(built["folder"], small_office.build, settings)


@pytest.fixture
def live_office(transactional_db: None, built: dict[str, Path], settings: Settings) -> Office:
    """The same office where a server in another thread can see it."""
    return _open(built["folder"], small_office.build, settings)


@pytest.fixture
def whole(db: None, built: dict[str, Path], settings: Settings) -> Office:
    """The office with every form of agreement, in the test's database, and as the one that the pages serve."""
    return _open(built["whole"], whole_office.build, settings)


@pytest.fixture
def live_whole(transactional_db: None, built: dict[str, Path], settings: Settings) -> Office:
    """The same where a server in another thread can see it."""
    return _open(built["whole"], whole_office.build, settings)


def _open(folder: Path, build: Callable[[Office, Path], None], settings: Settings) -> Office:
    make_home(folder)
    small = Office(home=folder, clock=CLOCK)
    laid_out(small, build, lambda: build(small, folder))
    settings.OFFICE = small
    cache.clear()
    return small


@pytest.fixture
def sign_in(client: Client) -> Callable[[str], Client]:
    """Signs a person in by their address and gives back the client."""

    def signed_in(email: str) -> Client:
        client.force_login(Person.objects.get(email=email))
        return client

    return signed_in


@pytest.fixture(autouse=True)
def quick_passwords(settings: Settings) -> None:
    """The real hasher takes its time on purpose; these tests sign in often."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
