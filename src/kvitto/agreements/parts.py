"""A part of what is invoiced together: an invoice section, customer, department, enrollment account, subscription."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from kvitto.agreements.hierarchy import (
    Customer,
    Department,
    EnrollmentAccount,
    InvoiceScope,
    InvoiceSection,
    Scope,
    ScopeKind,
    Subscription,
)

_Named = Subscription | InvoiceSection | Customer | Department | EnrollmentAccount


def part_of(scope: InvoiceScope, asked: Scope) -> InvoiceScope:
    """The asked part of a scope, with its subscriptions alone; the scope itself if that was asked for."""
    if asked == scope.scope:
        return scope
    accounts = {each.id for each in scope.enrollment_accounts if each.department_id == asked.id}
    names = {
        ScopeKind.SUBSCRIPTION: lambda each: each.id == asked.id,
        ScopeKind.INVOICE_SECTION: lambda each: each.section_id == asked.id,
        ScopeKind.CUSTOMER: lambda each: each.customer_id == asked.id,
        ScopeKind.ENROLLMENT_ACCOUNT: lambda each: each.enrollment_account_id == asked.id,
        ScopeKind.DEPARTMENT: lambda each: each.enrollment_account_id in accounts,
    }
    own = tuple(filter(names[asked.kind], scope.subscriptions))
    sections = {each.section_id for each in own}
    return replace(scope, subscriptions=own, sections=tuple(each for each in scope.sections if each.id in sections))


def name_of_part(scope: InvoiceScope, asked: Scope) -> str:
    """What the asked part is called; the name of the scope itself if that was asked for."""
    parts: dict[ScopeKind, Iterable[_Named]] = {
        ScopeKind.SUBSCRIPTION: scope.subscriptions,
        ScopeKind.INVOICE_SECTION: scope.sections,
        ScopeKind.CUSTOMER: scope.customers,
        ScopeKind.DEPARTMENT: scope.departments,
        ScopeKind.ENROLLMENT_ACCOUNT: scope.enrollment_accounts,
    }
    return next((part.name for part in parts.get(asked.kind, ()) if part.id == asked.id), scope.name)
