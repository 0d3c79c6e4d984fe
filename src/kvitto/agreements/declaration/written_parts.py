"""The small tables of an agreements file as they are written: seller, party, tax, offer."""

from __future__ import annotations

from typing import Any

from kvitto.agreements.declaration.codes import STANDARD_RATE
from kvitto.agreements.hierarchy import Party, Seller, TaxTreatment
from kvitto.agreements.offers import Offer
from kvitto.money import plain


def written_seller(seller: Seller) -> dict[str, Any]:
    """`[seller]`."""
    return {
        "id": seller.id,
        **(written_party(seller.party) or {}),
        "time_zone": seller.time_zone,
        "series": seller.series,
        "payment_instructions": seller.payment_instructions,
        "number_form": seller.number_form,
        **_given("credit_note_series", seller.credit_note_series),
        **_given("accounting_currency", seller.accounting_currency),
        **_given("tax_registration", seller.tax_registration),
        **_given("payable_rounding", {each.currency: plain(each.step) for each in seller.payable_rounding}),
    }


def written_party(party: Party | None) -> dict[str, Any] | None:
    """`sold_to`, `bill_to`, `ship_to` or `party`; None for none."""
    if party is None:
        return None
    return {
        "name": party.name,
        "street": party.address.street,
        **_given("postal_code", party.address.postal_code),
        "city": party.address.city,
        "country": party.address.country,
        **_given("company_number", party.company_number),
        **_given("vat_number", party.vat_number),
        **_given("email", party.email),
    }


def written_tax(tax: TaxTreatment) -> dict[str, Any]:
    """`tax`; the rate only where the file asks for one."""
    rate = plain(tax.rate) if tax.category == STANDARD_RATE and not tax.country else ""
    return {
        "category": tax.category,
        **_given("rate", rate),
        **_given("reason", tax.reason),
        **_given("country", tax.country),
        **_given("reason_code", tax.reason_code),
    }


def written_offer(offer: Offer) -> dict[str, Any]:
    """The `offer` of a subscription with what belongs to it."""
    return {
        "offer": offer.kind.value,
        **_given("offer_id", offer.id),
        **_given("monthly_credit", plain(offer.monthly_credit.amount) if offer.monthly_credit else ""),
        **_given("monthly_fee", plain(offer.monthly_fee.amount) if offer.monthly_fee else ""),
    }


def _given(key: str, value: Any) -> dict[str, Any]:
    return {key: value} if value else {}
