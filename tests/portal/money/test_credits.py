"""Credits as pages tell them: lots, what became of them, balances; monthly credit, prepayment, and by profile."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kvitto.invoicing.credit_history import EventType
from kvitto.portal.money import credits as pages
from kvitto.records.models import LotEntry
from kvitto.runs.credits import adjust_lot, credit_of
from kvitto.runs.invoice_life.void import void
from kvitto.runs.office import Office
from tests.portal.money.money_office import ADMINISTRATOR, COST_READER, OWNER
from tests.portal.money.words import amount_of, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.database]
SignIn = Callable[[str], Client]
PROFILE, ENROLLMENT = "/billing-profiles/cork/credits/", "/billing-accounts/works/credits/"


@pytest.mark.parametrize(("address", "named", "who"), [(PROFILE, "cork", OWNER), (ENROLLMENT, "works", ADMINISTRATOR)])
def test_the_page_says_what_the_command_says(
    money: Office, sign_in: SignIn, address: str, named: str, who: str
) -> None:
    """Balances, each lot with its life, and every event with its change and balance."""
    told, credit = text_of(sign_in(who), address), credit_of(money, named)
    assert amount_of(credit.summary.current) in told
    assert amount_of(credit.summary.estimated) in told
    for lot in credit.lots:
        assert f"{amount_of(lot.state.lot.amount)} {amount_of(lot.state.left)}" in told
        last = lot.state.lot.expires_on and lot.state.lot.expires_on - timedelta(days=1)
        assert ("up to and including 31 December 2024" if last else "it does not expire") in told
    for event in credit.events:
        assert amount_of(event.amount) in told
        if event.balance is not None:
            assert f"{amount_of(event.balance)} {amount_of(event.amount)}" in told
    assert {one.type for one in credit.events} >= {EventType.NEW_CREDIT, EventType.PENDING_CHARGES}


def test_lots_say_what_they_are_and_what_they_pay_for(money: Office, sign_in: SignIn) -> None:
    """Status and treatment in words; which charges are eligible."""
    told = text_of(sign_in(OWNER), PROFILE)
    assert "Promotional credit lowers the charges before tax Used up" in told
    assert "Purchased credit pays what is due after tax Active" in told
    assert "Credit pays for usage and for reservations." in told
    prepaid = text_of(sign_in(ADMINISTRATOR), ENROLLMENT)
    assert "Prepayment balance 30.00 USD" in prepaid
    assert "these are overage" in prepaid


def test_what_a_void_gave_back_and_what_was_adjusted_is_told(money: Office, sign_in: SignIn) -> None:
    """With the document, and the reason in words; what an operator wrote beside it stays in the office."""
    number = str(LotEntry.objects.filter(lot="gift").exclude(invoice=None).values_list("invoice", flat=True).get())
    note = void(money, number).credit_note.number
    adjust_lot(money, "balance", Decimal("2.5"), "O7", "slow disks, told by phone")
    told = text_of(sign_in(OWNER), PROFILE)
    assert f"Settled on an invoice {number}" in told
    assert f"Given back {note}" in told
    assert "Adjustment Technical concession" in told
    assert "told by phone" not in told
    assert told.index("Adjustment") < told.index("New credit")


def test_documents_are_led_to_only_where_they_open(money: Office, sign_in: SignIn) -> None:
    """Who reads an enrollment sees its credit, and not its invoices."""
    page = sign_in(OWNER).get(ENROLLMENT).content.decode()
    assert "Prepayment balance" in page
    assert 'href="/invoices/' not in page


def test_the_monthly_credit_of_the_open_period(money: Office, sign_in: SignIn) -> None:
    """How much of it is used, to whoever sees the invoices of the subscription."""
    told = text_of(sign_in(ADMINISTRATOR), "/subscriptions/study/credits/")
    assert "Left of the monthly credit, 5 Feb" in told
    assert "37.94 USD" in told
    assert "Credit of this period 50.00 USD" in told
    assert "Used so far 12.06 USD" in told
    assert "Lab has no credit." in text_of(sign_in(OWNER), "/subscriptions/lab/credits/")
    assert sign_in(COST_READER).get("/subscriptions/lab/credits/").status_code == 403


def test_an_account_lists_the_balance_of_each_profile(money: Office, sign_in: SignIn) -> None:
    """And leads to it."""
    client = sign_in(ADMINISTRATOR)
    told = text_of(client, "/billing-accounts/harbour/credits/")
    assert f"Cork cork {amount_of(credit_of(money, 'cork').summary.current)}" in told
    assert f'href="{PROFILE}"' in client.get("/billing-accounts/harbour/credits/").content.decode()


def test_events_are_shown_some_at_a_time(money: Office, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """As many queries for many of them as for few."""
    client, counts = sign_in(OWNER), []
    for cents in (1, 40):
        for number in range(cents):
            adjust_lot(money, "balance", Decimal("0.01"), "O7", "", f"{cents}-{number}")
        client.get(PROFILE)
        with CaptureQueriesContext(connection) as queries:
            told = text_of(client, PROFILE)
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert "1–25 of 45" in told
    monkeypatch.setattr(pages, "_EVENTS", 40)
    assert "41–45 of 45" in text_of(client, f"{PROFILE}?page=999")
    assert "1–40 of 45" in text_of(client, f"{PROFILE}?page=%00")
