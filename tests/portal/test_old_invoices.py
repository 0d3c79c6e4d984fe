"""Invoices of periods before December 2016 are the Account Administrator's alone: others see no amounts of them."""

from __future__ import annotations

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
from tests.every_agreement import build, give, invoice, scope_of

pytestmark = [pytest.mark.django_db, pytest.mark.database]
RULE = "Invoices of periods before December 2016 open to the Account Administrator only."
AMOUNT = "0.01"


@pytest.mark.parametrize(
    ("role", "on", "is_hidden"),
    [(Role.READER, "subscription", True), (Role.ACCOUNT_ADMINISTRATOR, "account", False)],
)
def test_lists_keep_the_amounts_of_old_invoices_to_who_may_open_them(
    tmp_path: Path, settings: Settings, role: Role, on: str, *, is_hidden: bool
) -> None:
    """In the list of the subscription's periods and in that of all subscriptions; the reason stands in their place."""
    make_home(tmp_path)
    settings.OFFICE = Office(home=tmp_path, clock=midnight(date(2016, 12, 20)))
    build({"own": ""})
    person = Person.objects.create_user("reader@example.com", name="Reader")
    give(person, role, scope_of("own", "mosp", on))
    invoice("K-2", "own", "mosp", date(2016, 11, 1))
    client = Client()
    client.force_login(person)
    for page in (f"/subscriptions/{scope_of('own', 'mosp', 'subscription').id}/invoices/", "/subscriptions/"):
        text = client.get(page).content.decode()
        assert (RULE in text) is is_hidden
        assert (AMOUNT in text) is not is_hidden
        assert ("/invoices/K-2/" in text) is not is_hidden
