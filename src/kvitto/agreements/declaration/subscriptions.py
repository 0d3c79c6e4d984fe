"""A subscription of an agreements file: its offer, its life, and the credit it holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from kvitto.agreements.billing_periods import LAST_ANNIVERSARY_DAY, anniversary_day_of
from kvitto.agreements.credit_lots import LotSource
from kvitto.agreements.declaration.credits import read_credits
from kvitto.agreements.declaration.fitting import fitting_policies, fitting_roles
from kvitto.agreements.declaration.found import Found
from kvitto.agreements.declaration.toml_table import Table
from kvitto.agreements.hierarchy import AgreementType, BillingAccount, Scope, ScopeKind, Subscription
from kvitto.agreements.offer_table import published_offer
from kvitto.agreements.offers import Offer, OfferKind
from kvitto.language import phrase
from kvitto.money import Money, currency_decimals
from kvitto.periods import Period

UNKNOWN_DAY = date.min  # stands for a day that could not be read; the file is refused anyway

_OFFERS = {
    AgreementType.MOSP: tuple(OfferKind),
    AgreementType.MCA: (OfferKind.PAY_AS_YOU_GO, OfferKind.SUPPORT),
    AgreementType.EA: (OfferKind.PAY_AS_YOU_GO,),
    AgreementType.MPA: (OfferKind.PAY_AS_YOU_GO,),
}
_WITHOUT_CREDIT = (OfferKind.PAY_AS_YOU_GO, OfferKind.SUPPORT)
_SOURCES = (LotSource.PROMOTIONAL, LotSource.SPONSORSHIP, LotSource.PURCHASED, LotSource.SERVICE_CREDIT)
_SOURCE_OF_OFFER = {OfferKind.FREE_TRIAL: LotSource.FREE_TRIAL, OfferKind.AZURE_IN_OPEN: LotSource.PREPAID_KEY}


@dataclass(frozen=True)
class Place:
    """Where a subscription stands below its account: at most one of these."""

    section_id: str = ""
    enrollment_account_id: str = ""
    customer_id: str = ""


def read_subscription(table: Table, found: Found, account: BillingAccount, place: Place = Place()) -> None:
    """One of the `subscriptions` of an account, invoice section, enrollment account or customer."""
    mosp = account.agreement is AgreementType.MOSP
    subscription_id = found.id_of(table, ScopeKind.SUBSCRIPTION)
    scope = Scope(ScopeKind.SUBSCRIPTION, subscription_id)
    name = table.text("name")
    offer = _offer(table, account, found.seller.party.address.country)
    started_on = table.day("started_on") or UNKNOWN_DAY
    own_day = anniversary_day_of(started_on)
    subscription = Subscription(
        id=subscription_id,
        account_id=account.id,
        name=name,
        offer=offer,
        started_on=started_on,
        anniversary_day=table.whole("anniversary_day", 1, LAST_ANNIVERSARY_DAY, own_day) if mosp else 1,
        ended_on=table.day("ended_on", required=False),
        known_as=found.usage_names(table, subscription_id),
        section_id=place.section_id,
        enrollment_account_id=place.enrollment_account_id,
        customer_id=place.customer_id,
        management_group_id=_management_group(table, found),
        suspended=_suspended(table, started_on),
        spending_limit=_spending_limit(table, offer.kind),
        cost_center=table.text("cost_center", required=False),
    )
    if subscription.ended_on and subscription.ended_on <= subscription.started_on:
        table.wrong("ended_on", phrase("after {day}, the day it started", day=subscription.started_on))
    found.subscriptions.append(subscription)
    found.roles_in(table, scope, fitting_roles(account, scope.kind))
    if mosp:
        own_source = _SOURCE_OF_OFFER.get(offer.kind)
        read_credits(table, found, scope, account.currency, (*_SOURCES, *((own_source,) if own_source else ())))
        found.policies_in(table, scope, fitting_policies(account, scope.kind))
    table.finish()


def _offer(table: Table, account: BillingAccount, seller_country: str) -> Offer:
    """The `offer` with what it needs; pay-as-you-go if none is named."""
    kind = OfferKind(table.choice("offer", _OFFERS[account.agreement], default=OfferKind.PAY_AS_YOU_GO))
    decimals = currency_decimals(account.currency, seller_country)

    def money(key: str, wanted: OfferKind) -> Money | None:
        if kind is not wanted:
            if wanted in _OFFERS[account.agreement] and table.decimal(key) is not None:
                table.wrong(key, phrase("left out unless the offer is {offer}", offer=wanted))
            return None
        amount = table.amount(key, decimals)
        return None if amount is None else Money(amount, account.currency)

    credit = money("monthly_credit", OfferKind.MONTHLY_CREDIT)
    fee = money("monthly_fee", OfferKind.SUPPORT)
    offer_id = table.id("offer_id", required=False)
    published = published_offer(offer_id)
    if published and published.kind is not kind:
        table.wrong("offer_id", phrase("the id of an offer of the kind {offer}", offer=kind))
    return Offer(kind, credit, fee, offer_id)


def _spending_limit(table: Table, offer: OfferKind) -> bool:
    limit = table.flag("spending_limit")
    if limit and offer in _WITHOUT_CREDIT:
        table.wrong("spending_limit", phrase("left out for an offer without credit"))
    return limit


def _management_group(table: Table, found: Found) -> str:
    group = table.id("management_group", required=False)
    if group and group not in found.management_groups:
        must = phrase("the id of a group that this file lists under {groups}", groups="[[management_groups]]")
        table.wrong("management_group", must)
    return group


def _suspended(table: Table, started_on: date) -> tuple[Period, ...]:
    """`suspended`: spans of days in which it could not be used, each with its first day and the day it was back."""
    spans = []
    for inner in table.tables("suspended"):
        start, end = inner.day("from"), inner.day("to")
        inner.finish()
        if start and start < started_on:
            inner.wrong("from", phrase("on or after {day}, the day it started", day=started_on))
        elif start and end and end <= start:
            inner.wrong("to", phrase("after {day}, the first day it was suspended", day=start))
        elif start and end:
            spans.append(Period(start, end))
    spans.sort()
    if any(later.start <= earlier.end for earlier, later in pairwise(spans)):
        table.wrong("suspended", phrase("spans of days that neither touch nor overlap"))
    return tuple(spans)
