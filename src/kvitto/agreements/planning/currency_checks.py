"""Partners whose prices and invoices are in two currencies, and the exchange rate between them."""

from __future__ import annotations

from collections.abc import Iterator

from kvitto.agreements.exchange_rates import ExchangeRate
from kvitto.agreements.hierarchy import BillingAccount, BillingProfile
from kvitto.agreements.planning.plan import Agreements, Plan
from kvitto.language import Phrase, phrase


def currency_refusals(plan: Plan, agreements: Agreements) -> Iterator[Phrase]:
    """A sentence for each billing profile that could not be invoiced because no rate of its currencies is agreed."""
    values = {key: versions[-1].value for key, versions in agreements.versions.items()}
    values |= {change.key: change.value for change in plan.changes}
    accounts = {each.id: each for each in values.values() if isinstance(each, BillingAccount) and each.pricing_currency}
    if not accounts:
        return
    pairs = {each.id for each in values.values() if isinstance(each, ExchangeRate)}
    changed = {change.value.id for change in plan.changes}
    for profile in values.values():
        account = accounts.get(profile.account_id) if isinstance(profile, BillingProfile) else None
        if not isinstance(profile, BillingProfile) or account is None or not {profile.id, account.id} & changed:
            continue
        currency = profile.currency or account.currency
        if currency != account.pricing_currency and f"{account.pricing_currency}-{currency}" not in pairs:
            yield phrase(
                "{id}: its prices are in {base} and its invoices in {quote}, but no exchange rate from {base} to "
                "{quote} is agreed. Put one into {rates}.",
                id=profile.id,
                base=account.pricing_currency,
                quote=currency,
                rates="[[exchange_rates]]",
            )
