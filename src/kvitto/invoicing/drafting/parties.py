"""Whom an invoice is between, and what is said of them on it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from kvitto.agreements.hierarchy import InvoiceScope, Party
from kvitto.invoicing.tax import OUTSIDE


def parties(scope: InvoiceScope) -> dict[str, Any]:
    """The fields of an invoice that name seller, buyer and agreement.

    Of an indirect enrollment the sold-to party is the end customer too: a channel partner stands between, of whom the
    agreement knows the name alone. An invoice outside the scope of VAT tells no VAT ids (EN 16931 BR-O-2 to BR-O-4).
    """
    seller, account, profile, subscription = scope.seller, scope.account, scope.profile, scope.subscription
    is_indirect = account.enrollment is not None and account.enrollment.is_indirect
    named = {
        "seller": seller.party,
        "sold_to": account.sold_to,
        "bill_to": scope.bill_to,
        "ship_to": scope.ship_to,
        "end_customer": account.sold_to if is_indirect else None,
    }
    return {
        "agreement": account.agreement.value,
        "purchase_order": scope.purchase_order,
        "language": scope.language,
        "seller_id": seller.id,
        "payment_instructions": seller.payment_instructions,
        "tax_registration": seller.tax_registration,
        "account_id": account.id,
        "account_name": account.name,
        "account_administrator": account.administrator,
        "profile_id": profile.id if profile else "",
        "profile_name": profile.name if profile else "",
        "subscription_id": subscription.id if subscription else "",
        "subscription_name": subscription.name if subscription else "",
        "offer": subscription.offer.kind.value if subscription else "",
        "pays_by": account.pays_by.value,
        "enrollment_number": account.enrollment.number if account.enrollment else "",
        **{role: _told(party, scope) for role, party in named.items()},
    }


def _told(party: Party | None, scope: InvoiceScope) -> Party | None:
    return replace(party, vat_number="") if party and scope.account.tax.category == OUTSIDE else party
