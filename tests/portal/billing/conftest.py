"""Offices of other tests that the billing area is looked at in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from kvitto.access.roles import Role
from kvitto.config.home import make_home
from kvitto.periods import midnight
from kvitto.records.models import Person
from kvitto.runs.office import Office
from tests.every_agreement import build, give, scope_of
from tests.portal.test_enterprise_and_partner_pages import visit
from tests.portal.test_every_agreement_in_browser import numbers

__all__ = ["numbers", "visit"]

As = Callable[..., Client]


@pytest.fixture
def as_role(tmp_path: Path, settings: Settings, db: None) -> As:
    """A browser of somebody new with this role at a customer that has every agreement; the office has two of them."""
    make_home(tmp_path)
    settings.OFFICE = Office(home=tmp_path, clock=midnight(date(2017, 3, 20)))
    build({"own": "", "other": ""})

    def client(role: Role, agreement: str, part: str, customer: str = "own") -> Client:
        person = Person.objects.create_user(f"{role}-{agreement}-{part}-{customer}@example.com", name="Somebody")
        give(person, role, scope_of(customer, agreement, part))
        opened = Client()
        opened.force_login(person)
        return opened

    return client
