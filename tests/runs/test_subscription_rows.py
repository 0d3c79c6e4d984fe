"""Subscriptions as a list shows them: own charges of the open period, and the latest invoice or why there is none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from pytest_django import Settings

from kvitto.invoicing.absence import Reason
from kvitto.invoicing.status import Status
from kvitto.money import total
from kvitto.records.agreements import tree
from kvitto.runs.office import Office
from kvitto.runs.period_rows import period_rows
from kvitto.runs.subscription_rows import SubscriptionRow, subscription_rows
from tests.portal import small_office
from tests.portal.small_office import CREDIT, DISKS, LAB, MEMORY, TRIAL, YOUNG

pytestmark = pytest.mark.database


@pytest.fixture
def small(office: Callable[..., Office], tmp_path: Path, settings: Settings) -> Office:
    """The portal's small office, on 20 March 2024."""
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.MD5PasswordHasher"
    ]  # quick, for people nobody signs in as
    made = office(clock=date(2024, 3, 20))
    small_office.build(made, tmp_path)
    return made


def _rows(office: Office) -> dict[str, SubscriptionRow]:
    places = list(tree().places())
    all_scopes = {place.invoice_scope for place in places}
    rows = subscription_rows(office, places, {place.scope for place in places}, all_scopes)
    assert [row.place for row in rows] == places
    return {row.place.subscription.id: row for row in rows}


def test_each_row_tells_the_open_period_and_the_latest_invoice_or_reason(small: Office) -> None:
    """Invoiced, covered by its credit, free, too young: each as it is."""
    rows = _rows(small)
    lab = rows[LAB].invoice
    assert lab
    assert (lab.period.start, rows[LAB].status) == (date(2024, 2, 5), Status.DUE)
    reasons = {name: row.absence.code for name, row in rows.items() if row.absence}
    assert reasons == {CREDIT: Reason.CREDIT_NOT_EXCEEDED, TRIAL: Reason.FREE_TRIAL, YOUNG: Reason.TOO_NEW}
    period = rows[LAB].period
    assert period
    assert date(2024, 3, 20) in period


def test_the_charges_of_a_profiles_subscriptions_add_up_to_the_profiles(small: Office) -> None:
    """Each subscription is told its own part of what its billing profile comes to."""
    rows = _rows(small)
    scope = tree().invoice_scope(rows[DISKS].place.scope)
    assert scope
    parts = [row.charges for row in (rows[DISKS], rows[MEMORY]) if row.charges is not None]
    assert len(parts) == 2
    assert total(parts, "USD") == period_rows(small, scope)[0].total
    assert rows[DISKS].invoice == rows[MEMORY].invoice


def test_what_may_not_be_seen_is_not_told(small: Office) -> None:
    """Without the right: no charges, no invoice, and no reason for none."""
    places = list(tree().places())
    for row in subscription_rows(small, places, may_see_charges=(), may_see_invoices=()):
        assert (row.charges, row.invoice, row.status, row.absence) == (None, None, None, None)


def test_before_it_begins_a_subscription_has_no_open_period(small: Office) -> None:
    """A clock before the start finds nothing to estimate."""
    early = replace(small, clock=small.now().replace(year=2023, month=1))
    rows = _rows(early)
    assert {row.period for row in rows.values()} == {None}
    assert {row.charges for row in rows.values()} == {None}
