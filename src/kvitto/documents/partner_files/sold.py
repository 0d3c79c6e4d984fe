"""What both files say of whom and what a line is about, and of its price before the credit that the partner earned."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from kvitto.agreements.hierarchy import Customer, InvoiceScope, Subscription
from kvitto.agreements.price_sheet import Price
from kvitto.documents.usage_files.columns import harmless
from kvitto.invoicing.invoice import Line


@dataclass(frozen=True)
class Sold:
    """What the lines of an invoice are about: `scope`, as it was then, and the prices by their ids.

    `subscriptions`: the ids of those that may be told; None for all.
    """

    scope: InvoiceScope
    prices: Mapping[int, Price]
    subscriptions: Collection[str] | None = None

    def tells(self, subscription_id: str) -> bool:
        """True if something of this subscription may stand in the file."""
        return self.subscriptions is None or subscription_id in self.subscriptions

    def subscription(self, line: Line) -> Subscription | None:
        """Whose usage it is, if that is known."""
        return self._subscriptions.get(line.subscription_id)

    def partner(self) -> str:
        """The partner's id: that of its directory, where one is recorded."""
        return harmless(self.scope.account.directory or self.scope.account.id)

    def customer(self, line: Line) -> tuple[str, str, str, str]:
        """Id, name, domain and country of the customer; the domain is that of their directory."""
        found = self._customer(line)
        if found is None:
            return (harmless(line.customer_id), harmless(line.customer_name), "", "")
        return (harmless(found.id), harmless(found.name), harmless(found.directory), found.party.address.country)

    def earned_percent(self, line: Line) -> int:
        """The percentage of the price that the partner earned."""
        price = self.prices.get(line.price_id)
        return price.earned_credit if price else 0

    def price_before_credit(self, line: Line) -> Decimal:
        """The unit price before the earned credit; what the line says where the price is not known."""
        price = self.prices.get(line.price_id)
        steps = price.tiers if price else ()
        return next((one.unit_price for one in steps if one.from_quantity == line.tier_from), line.unit_price)

    def _customer(self, line: Line) -> Customer | None:
        return next((one for one in self.scope.customers if one.id == line.customer_id), None)

    @cached_property
    def _subscriptions(self) -> Mapping[str, Subscription]:
        return {one.id: one for one in self.scope.subscriptions}
