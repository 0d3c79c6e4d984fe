"""The office that money pages are looked at in, built once and loaded by each test."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.cache import cache
from pytest_django import Settings

from kvitto.config.home import make_home
from kvitto.periods import midnight
from kvitto.runs.office import Office
from tests.kept_offices import laid_out
from tests.portal.money import money_office


@pytest.fixture(scope="session")
def money_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the office lies."""
    return tmp_path_factory.mktemp("money-office")


@pytest.fixture
def money(db: None, money_folder: Path, settings: Settings) -> Office:
    """The office in the test's database, and as the one that the pages serve."""
    return _open(money_folder, settings)


@pytest.fixture
def live_money(transactional_db: None, money_folder: Path, settings: Settings) -> Office:
    """The same where a server in another thread can see it."""
    return _open(money_folder, settings)


def _open(folder: Path, settings: Settings) -> Office:
    make_home(folder)
    office = Office(home=folder, clock=midnight(money_office.TODAY))
    settings.OFFICE = office
    laid_out(office, money_office.build, lambda: money_office.build(office))
    cache.clear()
    return office
