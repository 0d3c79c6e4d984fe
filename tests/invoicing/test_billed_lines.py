"""Which charges stand on which invoice."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from kvitto.agreements.hierarchy import InvoiceScope
from kvitto.agreements.invoice_kinds import InvoiceKind
from kvitto.agreements.offers import Offer, OfferKind
from kvitto.agreements.price_sheet import ChargeKind, Price
from kvitto.invoicing.billed_lines import billed_lines, held_back
from kvitto.money import Money
from kvitto.rating.charge import Unpriced
from tests.invoicing.cast import FEBRUARY, charged, enrolled, mca, mosp, price, subscription

SOLD = {number: replace(price(number, kind.value), kind=kind) for number, kind in enumerate(ChargeKind, start=1)}
LINES = [charged("1", meter=one.meter, price_id=number) for number, one in SOLD.items()]
SERVICES, MARKETPLACE, SUPPORT = InvoiceKind


def meters(scope: InvoiceScope, kind: InvoiceKind) -> set[str]:
    """The meters on the invoice of this kind; they are called like the kind of charge."""
    return {line.meter for line in billed_lines(scope, FEBRUARY, kind, LINES, SOLD)}


def test_pay_as_you_go_has_three_invoices() -> None:
    """Marketplace and reservations together, support alone, and all the rest (agreements.md §4.1)."""
    assert meters(mosp(), SERVICES) == {"usage", "separate", "licence"}
    assert meters(mosp(), MARKETPLACE) == {"marketplace", "reservation"}
    assert meters(mosp(), SUPPORT) == {"support"}


def test_a_profile_has_everything_on_one() -> None:
    """Agreements.md §5."""
    assert meters(mca(subscription(section="s1")), SERVICES) == {kind.value for kind in ChargeKind}


@pytest.mark.parametrize(("country", "apart"), [("AU", True), ("JP", True), ("SG", True), ("LV", False)])
def test_an_enrollments_marketplace_stands_apart_in_three_countries(country: str, apart: bool) -> None:  # noqa: FBT001 - a column
    """Australia, Japan and Singapore (agreements.md §6.2); reservations stay with the services."""
    scope = enrolled("lab")
    sold_to = replace(scope.account.sold_to, address=replace(scope.account.sold_to.address, country=country))
    scope = replace(scope, account=replace(scope.account, sold_to=sold_to))
    assert meters(scope, MARKETPLACE) == ({"marketplace"} if apart else set())
    assert ("marketplace" in meters(scope, SERVICES)) is not apart
    assert "reservation" in meters(scope, SERVICES)


def test_fees_stand_beside_usage() -> None:
    """A support plan of a profile is one more line, in the order of lines."""
    support = Offer(OfferKind.SUPPORT, monthly_fee=Money(Decimal(100), "USD"))
    scope = mca(subscription(section="s1"), subscription("plan", offer=support, section="s1"))
    found = billed_lines(scope, FEBRUARY, SERVICES, [charged("1")], {1: price()})
    assert [(line.subscription, line.amount) for line in found] == [("lab", Decimal(1)), ("plan", Decimal(100))]


def left(meter: str) -> Unpriced:
    """Usage without a price."""
    return Unpriced("lab", FEBRUARY.start, "lab", meter, "s", date(2024, 2, 5), "no-price", 1)


@pytest.mark.parametrize(("kind", "held"), [(SERVICES, ["D8s", "new"]), (MARKETPLACE, ["firewall"]), (SUPPORT, [])])
def test_usage_without_a_price_holds_one_invoice_back(kind: InvoiceKind, held: list[str]) -> None:
    """That of the kind under which its meter was sold last; a meter that never was belongs to services."""
    prices: list[Price] = [
        price(1, "D8s"),
        replace(price(3, "firewall"), kind=ChargeKind.MARKETPLACE, valid_from=date(2024, 1, 1)),
        price(2, "firewall"),
        replace(price(4, "new"), kind=ChargeKind.MARKETPLACE, price_sheet="another"),
    ]
    unpriced = [left("D8s"), left("firewall"), left("new")]
    assert [one.meter for one in held_back(mosp(), kind, unpriced, prices)] == held
