"""A partner's customer: list prices where the partner lets it, and everywhere else by name whom to ask (N15)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from tests.portal.partner.cast import ACTOR, BAKER
from tests.portal.partner.test_pages import FEBRUARY, OPEN, REFUSED, text

As = Callable[[str], Client]
ASK = (
    "You buy from Riga Cloud, who receives the invoices and usage files. Ask Riga Cloud for a copy: sales@riga.example."
)
CLOSED = (
    "You buy from Riga Cloud, who does not let you view charges here. Ask Riga Cloud to allow it: sales@riga.example."
)


@pytest.mark.parametrize("name", [BAKER, ACTOR])
def test_every_place_says_whom_to_ask(as_: As, name: str) -> None:
    """Start page, list of subscriptions, the subscription, its invoices and files, all invoices, Account Center."""
    client, subscription = as_(name), {BAKER: "ovens", ACTOR: "lights"}[name]
    for address, status in (
        ("/", OPEN),
        ("/subscriptions/", OPEN),
        (f"/subscriptions/{subscription}/", OPEN),
        ("/invoices/", OPEN),
        ("/search/?q=K-2024", OPEN),
        (f"/subscriptions/{subscription}/invoices/", REFUSED),
        (f"/subscriptions/{subscription}/periods/2024-02-01/usage.csv", REFUSED),
        ("/account-center/", REFUSED),
    ):
        page = text(client, address, status)
        assert ASK in page, address
        assert FEBRUARY not in page, address


def test_with_the_policy_costs_are_at_list_prices_before_tax(as_: As) -> None:
    """Never the partner's price, its earned credit, or that there is an invoice."""
    page = text(as_(BAKER), "/subscriptions/ovens/periods/2024-02-01/")
    assert "At list prices, before tax; Riga Cloud, from whom you buy, bills you." in page
    assert "39.354840" in page
    assert ASK in page
    assert "Final" not in page
    assert "23." not in page


def test_unit_prices_name_their_currency_where_it_is_another(as_: As) -> None:
    """Prices are in dollars, cost in euro; the partner's are less the credit it earns."""
    for name, address, price in (
        (BAKER, "/subscriptions/ovens/periods/2024-02-01/?by=meter", ">1.5<"),
        ("adm", "/customers/bakery/periods/2024-02-01/?by=meter", ">0.85<"),
    ):
        page = text(as_(name), address)
        assert "Unit price, USD" in page
        assert "Cost, EUR" in page
        assert price in page


def test_without_the_policy_no_cost_is_shown(as_: As) -> None:
    """The page and the list say who could change that."""
    client = as_(ACTOR)
    page = text(client, "/subscriptions/lights/periods/2024-02-01/", REFUSED)
    assert CLOSED in page
    assert CLOSED in text(client, "/subscriptions/")


def test_the_partner_is_not_told_to_ask_itself(as_: As) -> None:
    """Nor is somebody who has nothing to do with it."""
    for name in ("adm", "hel", "vera"):
        assert "You buy from" not in text(as_(name), "/")
