"""A part of what is invoiced together: an invoice section, customer, department, enrollment account, subscription."""

from __future__ import annotations

from dataclasses import replace

from kvitto.agreements.hierarchy import InvoiceScope, Scope, ScopeKind


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
