"""The portal under several names, as `hosts` in kvitto.toml lists them."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from pytest_django import Settings

from kvitto.records.models import Person
from kvitto.runs.office import Office
from tests.portal.small_office import ADMINISTRATOR, LAB

pytestmark = pytest.mark.database

NAMES = ("portal.norrsken.example", "preview.norrsken.example")


@pytest.mark.parametrize("address", ["/subscriptions/", f"/subscriptions/{LAB}/invoices/"])
def test_a_page_is_the_same_under_each_of_its_names(office: Office, settings: Settings, address: str) -> None:
    """Deep links lead there under both; no link on a page leads from one name to the other."""
    settings.ALLOWED_HOSTS = list(NAMES)
    pages = []
    for name in NAMES:
        client = Client(headers={"host": name})
        signed_out = client.get(address)
        assert signed_out.headers["Location"] == f"/sign-in/?next={address}"
        client.force_login(Person.objects.get(email=ADMINISTRATOR))
        answer = client.get(address)
        assert answer.status_code == 200
        pages.append(re.sub(r'"csrfmiddlewaretoken" value="[^"]+"', "", answer.content.decode()))
        assert not any(other in pages[-1] for other in NAMES)
    assert pages[0] == pages[1]
