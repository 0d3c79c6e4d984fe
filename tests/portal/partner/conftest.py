"""The partner's office, built once and loaded by each test."""

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
from kvitto.records.office import set_office_fact
from kvitto.runs.office import Office
from tests.kept_offices import laid_out
from tests.portal.partner import cast

CLOCK = midnight(date(2024, 3, 20))
Visit = Callable[..., Client]


@pytest.fixture(scope="session")
def partner_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the office lies once a test has built it."""
    return tmp_path_factory.mktemp("partner-office")


@pytest.fixture
def partner_office(db: None, partner_home: Path, settings: Settings) -> Office:
    """The office, in the test's database, and as the one that the pages serve."""
    return _open(partner_home, settings)


@pytest.fixture
def live_partner_office(transactional_db: None, partner_home: Path, settings: Settings) -> Office:
    """The same where a server in another thread can see it."""
    return _open(partner_home, settings)


def _open(home: Path, settings: Settings) -> Office:
    make_home(home)
    office = Office(home=home, clock=CLOCK)
    set_office_fact("usage_buckets", "8")
    laid_out(office, cast.build, lambda: cast.build(office))
    settings.OFFICE = office
    cache.clear()
    return office


@pytest.fixture
def as_(partner_office: Office) -> Callable[[str], Client]:
    """A browser of one of the people."""

    def client(name: str) -> Client:
        opened = Client()
        opened.force_login(Person.objects.get(email=cast.mail(name)))
        return opened

    return client
