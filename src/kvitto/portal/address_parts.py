"""Parts of addresses that are more than text."""

from __future__ import annotations

from datetime import date

from django.urls import reverse

from kvitto.agreements.hierarchy import InvoiceScope


class FirstDay:
    """A billing period named by its first day: 2024-02-05."""

    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> date:
        """The day; ValueError (then: no such page) for a day no calendar has."""
        return date.fromisoformat(value)

    def to_url(self, value: date) -> str:
        """The day as addresses write it."""
        return value.isoformat()


def address_of(scope: InvoiceScope) -> str:
    """The beginning of the addresses of this invoice scope's pages: /subscriptions/ID/ or /billing-profiles/ID/."""
    name = "profile_invoices" if scope.profile else "subscription_invoices"
    return reverse(name, args=[scope.scope.id]).removesuffix("invoices/")
