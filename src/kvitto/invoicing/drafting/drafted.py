"""The story of a draft: lines in order, what credit pays of them, tax on the rest, and what is left to pay."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from kvitto.agreements.billing_periods import due_date
from kvitto.agreements.hierarchy import InvoiceScope
from kvitto.invoicing.drafting.facts import DraftFacts
from kvitto.invoicing.drafting.lines import exchange_of
from kvitto.invoicing.drafting.parties import parties
from kvitto.invoicing.drafting.sections import ordered_lines, sections_of
from kvitto.invoicing.drafting.totals import accounting_tax, groups_of, totals_of
from kvitto.invoicing.invoice import AsOf, Invoice, OpenBalance, PreviousInvoice
from kvitto.invoicing.settlement import settle
from kvitto.invoicing.tax import currency_rate


def draft(facts: DraftFacts) -> Invoice:
    """The invoice of these facts, with an empty number.

    Amounts are in the scope's currency, rounded to the decimals that the seller's country asks for. Raises
    `NoExchangeRate` if a partner's prices cannot be converted, `UnknownTaxRate` if a rate of tax is not known, KeyError
    for charges of a stranger or without their price.
    """
    headings, lines = ordered_lines(facts)
    settlement = settle(facts.scope, lines, facts.lots, facts.kind)
    groups = groups_of(facts, settlement)
    prepayments = settlement.prepayments(groups)
    totals = totals_of(facts, settlement, groups, prepayments)
    exchange = exchange_of(facts)
    return Invoice(
        **parties(facts.scope),
        number="",
        currency=facts.scope.currency,
        issue_date=facts.issue_date,
        due_date=due_date(facts.scope, facts.issue_date),
        tax_point_date=facts.period.last_day,
        period=facts.period,
        payment_terms_days=facts.scope.payment_terms_days,
        sections=sections_of(headings, settlement.lines),
        allowances=settlement.allowances,
        tax_groups=groups,
        totals=totals,
        previous=facts.previous,
        as_of=facts.as_of,
        kind=facts.kind,
        edition=facts.edition,
        refers_to=facts.refers_to,
        prepayments=prepayments,
        accounting_tax=accounting_tax(facts, totals.tax),
        exchange=currency_rate(exchange) if exchange else None,
        balance=facts.balance,
    )


def completed(  # noqa: PLR0913 - what is known only when it is issued
    drafted: Invoice,
    scope: InvoiceScope,
    issue_date: date,
    as_of: AsOf,
    *,
    previous: PreviousInvoice | None = None,
    balance: OpenBalance | None = None,
) -> Invoice:
    """The draft of this scope as `draft` makes it on that day with these facts; the day decides when it is due alone.

    So what was drafted to look at it does not have to be drafted again to issue it.
    """
    return replace(
        drafted, issue_date=issue_date, due_date=due_date(scope, issue_date), as_of=as_of, previous=previous,
        balance=balance,
    )  # fmt: skip
