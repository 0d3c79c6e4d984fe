"""The small tables of an agreements file: seller, party, tax treatment."""

from __future__ import annotations

from decimal import Decimal

from kvitto.agreements.declaration.codes import CURRENCIES, STANDARD_RATE, TAX_CATEGORIES, countries, time_zones
from kvitto.agreements.declaration.number_form import number_form_must
from kvitto.agreements.declaration.official_numbers import company_number_must, vat_number_must
from kvitto.agreements.declaration.toml_table import Table
from kvitto.agreements.hierarchy import Address, CurrencyStep, Party, Seller, TaxTreatment
from kvitto.language import Phrase, phrase
from kvitto.money import PRICE, RATE

_COUNTRY = phrase("a country code of ISO 3166 such as SE")
_CURRENCY = phrase("a currency code of ISO 4217 such as EUR")
TIME_ZONE = phrase("a time zone such as Europe/Stockholm")
_SERIES = phrase("one to five capital letters from A to Z")
_LETTERS = "[A-Z]{1,5}"
_REASON_CODE = phrase("a code of the VATEX list such as VATEX-EU-AE")
_VATEX = "VATEX-[A-Z0-9-]{1,40}"
_HIGHEST_RATE = 100


def read_seller(table: Table) -> Seller:
    """The `[seller]` table."""
    seller = Seller(
        id=table.id("id", default="seller"),
        party=_party(table),
        time_zone=table.choice("time_zone", time_zones(), TIME_ZONE),
        series=(series := table.matching("series", _LETTERS, _SERIES)),
        payment_instructions=table.text("payment_instructions"),
        credit_note_series=(own := table.matching("credit_note_series", _LETTERS, _SERIES, required=False)),
        number_form=_number_form(table, one_series=own in {"", series}),
        accounting_currency=read_currency(table, "accounting_currency", required=False),
        payable_rounding=_steps(table),
        tax_registration=table.text("tax_registration", required=False),
    )
    table.finish()
    return seller


def _number_form(table: Table, *, one_series: bool) -> str:
    form = table.text("number_form", default=Seller.number_form, required=False)
    if must := number_form_must(form, one_series=one_series):
        if table.has("number_form"):
            table.wrong("number_form", must)
        return Seller.number_form
    return form


def _steps(table: Table) -> tuple[CurrencyStep, ...]:
    """`payable_rounding`: a table of currencies, each with the smallest step of an amount to pay."""
    steps = []
    inner = table.table("payable_rounding", required=False)
    for currency in inner.written_keys():
        step = inner.decimal(currency)
        if currency not in CURRENCIES:
            table.mistakes.wrong(inner.at(currency), currency, _CURRENCY)
        elif step is not None and (step <= 0 or not PRICE.holds(step)):
            inner.wrong(currency, phrase("a step above 0, such as “1” or “0.05”"))
        elif step is not None:
            steps.append(CurrencyStep(currency, step))
    return tuple(sorted(steps, key=lambda step: step.currency))


def read_party(table: Table) -> Party:
    """`sold_to` or `bill_to`."""
    party = _party(table)
    table.finish()
    return party


def _party(table: Table) -> Party:
    party = Party(
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
    country = party.address.country
    if party.company_number and (must := company_number_must(party.company_number, country)):
        table.wrong("company_number", must)
    if party.vat_number and (must := vat_number_must(party.vat_number, country)):
        table.wrong("vat_number", must)
    return party


def read_currency(table: Table, key: str = "currency", *, required: bool = True) -> str:
    """The `currency` of an account, or another currency."""
    return table.choice(key, CURRENCIES, _CURRENCY, required=required)


def read_tax(table: Table) -> TaxTreatment:
    """The `tax` of an account: EN 16931 category, rate in percent, and the reason for none where one is needed.

    With a `country`, the rates are those of that country on each day, and `rate` is left out.
    """
    category = table.choice("category", TAX_CATEGORIES)
    rate = table.decimal("rate")
    reason = table.text("reason", required=TAX_CATEGORIES.get(category, False))
    country = table.choice("country", countries(), _COUNTRY, required=False)
    reason_code = table.matching("reason_code", _VATEX, _REASON_CODE, required=False)
    if country and table.has("rate"):
        table.wrong("rate", phrase("left out where a country is given: its rates of each day are used"))
    elif rate is None and not (table.has("rate") or country) and table.is_table and category == STANDARD_RATE:
        table.mistakes.missing(table.at("rate"), _rate_of(category))
    elif rate is not None and category and not _is_rate_of(category, rate):
        table.wrong("rate", _rate_of(category))
    for key, value in (("reason", reason), ("reason_code", reason_code)):
        if value and not TAX_CATEGORIES.get(category, True):
            table.wrong(key, phrase("left out for category {category}", category=category))
    table.finish()
    return TaxTreatment(category, rate or Decimal(0), reason, country, reason_code)


def _is_rate_of(category: str, rate: Decimal) -> bool:
    return (0 < rate <= _HIGHEST_RATE and RATE.holds(rate)) if category == STANDARD_RATE else rate == 0


def _rate_of(category: str) -> Phrase:
    if category == STANDARD_RATE:
        return phrase("a rate in percent above 0 and up to 100, with at most six decimals")
    return phrase("0 for category {category}", category=category)
