"""The small tables of an agreements file as they are written: seller, person, party, tax, offer, credit, rate."""

from __future__ import annotations

from typing import Any

from kvitto.agreements.credit_lots import CreditLot
from kvitto.agreements.declaration.codes import STANDARD_RATE
from kvitto.agreements.declaration.declared import PERSON, DeclaredGroup, DeclaredPerson, DeclaredRate, DeclaredRole
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


def written_person(person: DeclaredPerson) -> dict[str, Any]:
    """One of the `[[people]]`."""
    return filled(
        {
            "email": person.email,
            "name": person.name,
            "language": person.language,
            "time_zone": person.time_zone,
            "kind": person.kind if person.kind != PERSON else "",
            "directory": person.directory,
            "directories": list(person.directories),
        }
    )


def written_group(group: DeclaredGroup) -> dict[str, Any]:
    """One of the `[[groups]]`."""
    return filled({"id": group.id, "name": group.name, "members": list(group.members)})


def written_role(role: DeclaredRole) -> dict[str, Any]:
    """One of the `roles` of a thing."""
    return filled({"person": role.person, "group": role.group, "role": role.role.value})


def written_rate(declared: DeclaredRate) -> dict[str, Any]:
    """One of the `[[exchange_rates]]`."""
    rate = declared.rate
    return {
        "base": rate.base,
        "quote": rate.quote,
        "rate": plain(rate.rate),
        "valid_from": declared.valid_from,
        "quoted_on": rate.quoted_on,
        "source": rate.source,
    }


def written_lot(lot: CreditLot) -> dict[str, Any]:
    """One of the `credits` of a thing."""
    return filled(
        {
            "id": lot.id,
            "name": lot.name,
            "source": lot.source.value,
            "amount": plain(lot.amount.amount),
            "starts_on": lot.starts_on,
            "expires_on": lot.expires_on,
            "treatment": lot.treatment.value,
            "purchase_order": lot.purchase_order,
        }
    )


def filled(table: dict[str, Any]) -> dict[str, Any]:
    """The table without what is empty."""
    return {key: value for key, value in table.items() if value not in (None, "", [], {})}
