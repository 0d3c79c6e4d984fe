"""The spending limit and the state of a subscription, on its page and in the list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from django.test import Client
from pytest_django import Settings

from kvitto.agreements.hierarchy import Scope, ScopeKind
from kvitto.periods import midnight
from kvitto.runs.office import Office
from kvitto.runs.spending_limit import limit_of
from tests.portal.small_office import ADMINISTRATOR, COST_READER, CREDIT, LAB, READER, STRANGER

SignIn = Callable[[str], Client]
pytestmark = pytest.mark.database
FORM, LIST = f"/subscriptions/{CREDIT}/spending-limit/", f"/subscriptions/{CREDIT}/invoices/"
SCOPE = Scope(ScopeKind.SUBSCRIPTION, CREDIT)


def test_the_administrator_turns_it_on_and_takes_it_away(office: Office, sign_in: SignIn) -> None:
    """On again from the next period; taken away for good before that, it does not come back."""
    page = sign_in(ADMINISTRATOR).get(LIST).content.decode()
    assert "The spending limit is off. What is used beyond the credit is billed." in page
    assert f'action="{FORM}"' in page
    for value, sentence in (
        ("restore", "is on again from 1 April 2024"),
        ("indefinitely", "The spending limit is off. What is used"),
    ):
        done = sign_in(ADMINISTRATOR).post(FORM, {"value": value}, follow=True)
        assert done.redirect_chain == [(LIST, 302)]
        assert sentence in done.content.decode()
    limit = limit_of(office, SCOPE)
    assert limit
    assert (limit.is_on, limit.returns_on) == (False, None)


def test_the_same_form_twice_does_no_harm(office: Office, sign_in: SignIn) -> None:
    """It says how it stands."""
    for _ in range(2):
        done = sign_in(ADMINISTRATOR).post(FORM, {"value": "restore"}, follow=True)
        assert "is on again from 1 April 2024" in done.content.decode()


@pytest.mark.parametrize(
    ("email", "subscription", "answer"),
    [(READER, LAB, 403), (COST_READER, LAB, 403), (READER, CREDIT, 404), (STRANGER, CREDIT, 404)],
)
def test_nobody_else_changes_it(office: Office, sign_in: SignIn, email: str, subscription: str, answer: int) -> None:
    """Whatever role they hold, and whatever the form says."""
    for value in ("indefinitely", "restore", "nonsense"):
        done = sign_in(email).post(f"/subscriptions/{subscription}/spending-limit/", {"value": value})
        assert done.status_code == answer


def test_a_form_that_was_tampered_with_changes_nothing(office: Office, sign_in: SignIn) -> None:
    """Nor does one for a subscription that sells without credit; and nothing happens by following a link."""
    administrator = sign_in(ADMINISTRATOR)
    assert administrator.post(FORM, {"value": "for-ever"}).status_code == 409
    assert administrator.post(f"/subscriptions/{LAB}/spending-limit/", {"value": "indefinitely"}).status_code == 409
    assert administrator.get(FORM).status_code == 405
    assert "Spending limit" not in administrator.get(f"/subscriptions/{LAB}/invoices/").content.decode()


def test_what_is_past_due_is_told_in_the_list_and_on_the_page(
    office: Office, sign_in: SignIn, settings: Settings
) -> None:
    """To whoever sees the invoices; somebody who sees the cost alone learns nothing of it."""
    settings.OFFICE = replace(office, clock=midnight(date(2024, 6, 1)))
    for address in ("/subscriptions/", f"/subscriptions/{LAB}/invoices/"):
        page = sign_in(ADMINISTRATOR).get(address).content.decode()
        assert "An invoice is past due." in page
        assert "unless what is past due is paid before that day." in page
    page = sign_in(COST_READER).get("/subscriptions/").content.decode()
    assert "Lab" in page
    assert "past due" not in page
