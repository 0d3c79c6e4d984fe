"""The small tables of an agreements file: seller, person, party, tax treatment, offer."""

from __future__ import annotations

from decimal import Decimal

from kvitto.agreements.declaration.codes import CURRENCIES, STANDARD_RATE, TAX_CATEGORIES, countries, time_zones
from kvitto.agreements.declaration.declared import DeclaredPerson
from kvitto.agreements.declaration.toml_table import Table
from kvitto.agreements.hierarchy import Address, AgreementType, BillingAccount, Party, Seller, TaxTreatment
from kvitto.agreements.offers import Offer, OfferKind
from kvitto.language import LANGUAGES, Phrase, phrase
from kvitto.money import RATE, Money, currency_decimals

_COUNTRY = phrase("a country code of ISO 3166 such as SE")
_CURRENCY = phrase("a currency code of ISO 4217 such as EUR")
_TIME_ZONE = phrase("a time zone such as Europe/Stockholm")
_SERIES = phrase("one to five capital letters from A to Z")
_HIGHEST_RATE = 100


def read_seller(table: Table) -> Seller:
    """The `[seller]` table."""
    seller = Seller(
        id=table.id("id", default="seller"),
        party=_party(table),
        time_zone=table.choice("time_zone", time_zones(), _TIME_ZONE),
        series=table.matching("series", "[A-Z]{1,5}", _SERIES),
        payment_instructions=table.text("payment_instructions"),
    )
    table.finish()
    return seller


def read_person(table: Table) -> DeclaredPerson:
    """One of the `[[people]]`."""
    person = DeclaredPerson(
        email=table.email("email"),
        name=table.text("name"),
        language=table.choice("language", LANGUAGES, required=False),
        time_zone=table.choice("time_zone", time_zones(), _TIME_ZONE, required=False),
    )
    table.finish()
    return person


def read_party(table: Table) -> Party:
    """`sold_to` or `bill_to`."""
    party = _party(table)
    table.finish()
    return party


def _party(table: Table) -> Party:
    return Party(
        name=table.text("name"),
        address=Address(
            street=table.text("street"),
            postal_code=table.text("postal_code", required=False),  # not every country has them
            city=table.text("city"),
            country=table.choice("country", countries(), _COUNTRY),
        ),
        company_number=table.text("company_number", required=False),
        vat_number=table.text("vat_number", required=False),
        email=table.email("email", required=False),
    )


def read_currency(table: Table) -> str:
    """The `currency` of an account."""
    return table.choice("currency", CURRENCIES, _CURRENCY)


def read_tax(table: Table) -> TaxTreatment:
    """The `tax` of an account: EN 16931 category, rate in percent, and the reason for none where one is needed."""
    category = table.choice("category", TAX_CATEGORIES)
    rate = table.decimal("rate")
    reason = table.text("reason", required=TAX_CATEGORIES.get(category, False))
    if rate is None and not table.has("rate") and table.is_table and category == STANDARD_RATE:
        table.mistakes.missing(table.at("rate"), _rate_of(category))
    elif rate is not None and category and not _is_rate_of(category, rate):
        table.wrong("rate", _rate_of(category))
    if reason and not TAX_CATEGORIES.get(category, True):
        table.wrong("reason", phrase("left out for category {category}", category=category))
    table.finish()
    return TaxTreatment(category, rate or Decimal(0), reason)


def _is_rate_of(category: str, rate: Decimal) -> bool:
    return (0 < rate <= _HIGHEST_RATE and RATE.holds(rate)) if category == STANDARD_RATE else rate == 0


def _rate_of(category: str) -> Phrase:
    if category == STANDARD_RATE:
        return phrase("a rate in percent above 0 and up to 100, with at most six decimals")
    return phrase("0 for category {category}", category=category)


def read_offer(table: Table, account: BillingAccount, seller_country: str) -> Offer:
    """The `offer` of a subscription with its `monthly_credit`; pay-as-you-go if none is named, always so under MCA."""
    mca = account.agreement is AgreementType.MCA
    options = (
        (OfferKind.PAY_AS_YOU_GO,) if mca else (OfferKind.PAY_AS_YOU_GO, OfferKind.FREE_TRIAL, OfferKind.MONTHLY_CREDIT)
    )
    kind = OfferKind(table.choice("offer", options, default=OfferKind.PAY_AS_YOU_GO))
    if mca:
        return Offer(kind)
    credit = table.decimal("monthly_credit")
    if kind is not OfferKind.MONTHLY_CREDIT:
        if table.has("monthly_credit"):
            table.wrong(
                "monthly_credit", phrase("left out unless the offer is {offer}", offer=OfferKind.MONTHLY_CREDIT)
            )
        return Offer(kind)
    decimals = currency_decimals(account.currency, seller_country)
    must = phrase("an amount above 0 with at most {decimals} decimals, such as “150”", decimals=decimals)
    if credit is None:
        if not table.has("monthly_credit"):
            table.mistakes.missing(table.at("monthly_credit"), must)
        return Offer(kind)
    if credit <= 0 or not _has_decimals(credit, decimals):
        table.wrong("monthly_credit", must)
    return Offer(kind, Money(credit, account.currency))


def _has_decimals(amount: Decimal, decimals: int) -> bool:
    return int(amount.as_tuple().exponent) >= -decimals
