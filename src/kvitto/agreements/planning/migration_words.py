"""What a change of agreement means for invoices, downloads, roles and credit, said before it is done."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from kvitto.agreements.declaration.declared import Declaration
from kvitto.agreements.hierarchy import AgreementType, BillingAccount, Subscription
from kvitto.agreements.offers import OFFER_NAMES, OfferKind
from kvitto.language import Phrase, phrase, phrases

_STAY = (OfferKind.PAY_AS_YOU_GO, OfferKind.SUPPORT)


def consequences(office: Declaration, account: BillingAccount, day: date) -> Iterator[Phrase]:
    """A sentence for each consequence of the account's change on that day."""
    going = [
        each
        for each in office.subscriptions
        if each.account_id == account.id and (each.ended_on is None or each.ended_on > day)
    ]
    yield phrases("{count} subscription moves.", "{count} subscriptions move.", len(going))
    yield phrase(
        "Invoices: use before {day} is still invoiced by {account} on the usual days, also where that is a part of a "
        "period. From {day} on each billing profile is invoiced for calendar months, the first one only in part.",
        day=day,
        account=account.name,
    )
    yield phrase(
        "Downloads: invoices made by {account} stay there, and whoever could see them still can. Later ones stand "
        "under the billing profile.",
        account=account.name,
    )
    yield from _roles(account)
    yield from _offers(going)
    yield from _credit(office, account, going, day)


def _roles(account: BillingAccount) -> Iterator[Phrase]:
    if account.agreement is AgreementType.MOSP:
        yield phrase(
            "Roles: the Account Administrator becomes billing account owner. Where others were allowed to download "
            "invoices, owners, contributors, readers and billing readers of the subscription become readers of its "
            "billing profile; nobody else sees its invoices."
        )
    else:
        yield phrase(
            "Roles: enterprise administrators own the billing profile and every invoice section, department "
            "administrators own the section of their department, account owners may create subscriptions in theirs. "
            "Nobody owns the billing account yet; write into the file who shall."
        )


def _offers(going: list[Subscription]) -> Iterator[Phrase]:
    for each in going:
        if each.offer.kind not in _STAY:
            yield phrase(
                "Offer: {name} ({id}) is {offer} until then and pay-as-you-go afterwards.",
                name=each.name,
                id=each.id,
                offer=OFFER_NAMES[each.offer.kind],
            )


def _credit(office: Declaration, account: BillingAccount, going: list[Subscription], day: date) -> Iterator[Phrase]:
    holders = {account.id, *(each.id for each in going)}
    for lot in office.lots:
        if lot.scope.id in holders and (lot.expires_on is None or lot.expires_on > day):
            yield phrase(
                "Credit: what is left of {id} stays behind and cannot be used for later use. Write it at the billing "
                "profile, as new credit, if it shall go along.",
                id=lot.id,
            )
