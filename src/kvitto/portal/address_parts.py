"""Parts of addresses that are more than text."""

from __future__ import annotations

from datetime import date

from django.urls import register_converter, reverse

from kvitto.agreements.hierarchy import InvoiceScope, ScopeKind


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
    """The beginning of the addresses of this invoice scope's pages, such as /billing-profiles/ID/."""
    return reverse(INVOICE_PAGES[scope.scope.kind], args=[scope.scope.id]).removesuffix("invoices/")


INVOICE_PAGES = {
    ScopeKind.SUBSCRIPTION: "subscription_invoices",
    ScopeKind.BILLING_PROFILE: "profile_invoices",
    ScopeKind.BILLING_ACCOUNT: "account_invoices",
}
PLURALS = {
    ScopeKind.SUBSCRIPTION: "subscriptions",
    ScopeKind.BILLING_PROFILE: "billing-profiles",
    ScopeKind.BILLING_ACCOUNT: "billing-accounts",
    ScopeKind.INVOICE_SECTION: "invoice-sections",
    ScopeKind.DEPARTMENT: "departments",
    ScopeKind.ENROLLMENT_ACCOUNT: "enrollment-accounts",
    ScopeKind.CUSTOMER: "customers",
}
"""How addresses call the things whose usage has a page."""

register_converter(FirstDay, "first_day")  # here, so that every family's addresses may use it
