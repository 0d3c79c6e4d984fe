"""Offices with a real mail server, and passwords that cost no time."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from kvitto.records.models import Person
from tests.mail_server import Postbox, mail_server
from tests.portal.identity.people import office_with, person


@pytest.fixture(autouse=True)
def plain_office(settings: Settings) -> None:
    """An office that sends no mail and asks nobody."""
    settings.OFFICE = office_with()


@pytest.fixture
def postbox(settings: Settings) -> Iterator[Postbox]:
    """A real mail server, which the office sends through."""
    with mail_server() as box:
        settings.OFFICE = office_with(mail=box.server)
        yield box


@pytest.fixture
def anna(db: None) -> Person:
    """Somebody with a password."""
    return person()
