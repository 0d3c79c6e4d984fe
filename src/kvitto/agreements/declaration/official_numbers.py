"""Company and VAT numbers of a party: whether their check digits are right, as far as the country's rule is known.

python-stdnum knows the rules. A number of a country that it does not know is taken as it is.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from stdnum.util import get_cc_module

from kvitto.language import Phrase, phrase

# Registers of companies whose numbers have a check digit; elsewhere a company number is taken as it is.
_COMPANY_NUMBERS = {
    "AU": ("au.acn", "au.abn"),
    "BE": ("be.vat",),
    "CH": ("ch.uid",),
    "DK": ("dk.cvr",),
    "EE": ("ee.registrikood",),
    "FI": ("fi.ytunnus",),
    "FR": ("fr.siren", "fr.siret"),
    "LV": ("lv.pvn",),
    "NO": ("no.orgnr",),
    "SE": ("se.orgnr",),
    "TW": ("tw.ubn",),
}
# VAT numbers of the European Union begin with the country's code, but Greece's with EL and Northern Ireland's with XI.
_VAT_PREFIXES = {"EL": "GR", "XI": "GB"}
_GREECE = "GR"


def vat_number_must(number: str, country: str) -> Phrase | None:
    """What the VAT number of a party in this country must be, if it is not that; None if it is right or unknown.

    The number may be that of another country: then its first two letters say of which.
    """
    compact = number.replace(" ", "").replace(".", "").replace("-", "").upper()
    if compact.startswith(_GREECE):
        return phrase("a Greek VAT number, which begins with {prefix} and not with {found}", prefix="EL", found=_GREECE)
    own = _rule(country)
    if own and own.is_valid(number):
        return None
    prefix = compact[:2]
    foreign = _rule(_VAT_PREFIXES.get(prefix, prefix)) if prefix.isalpha() else None
    if foreign:
        bare = compact[2:] if prefix in _VAT_PREFIXES else number
        if foreign.is_valid(bare):
            return None
        return phrase("a VAT number of {country} with the right check digits", country=prefix)
    return phrase("a VAT number of {country} with the right check digits", country=country) if own else None


def company_number_must(number: str, country: str) -> Phrase | None:
    """What the company number of a party in this country must be, if it is not that; None if it is right or unknown."""
    rules = [import_module(f"stdnum.{name}") for name in _COMPANY_NUMBERS.get(country, ())]
    if not rules or any(rule.is_valid(number) for rule in rules):
        return None
    return phrase("a company number of {country} with the right check digits", country=country)


def _rule(country: str) -> Any:
    """The module that knows the country's VAT numbers, or None."""
    return get_cc_module(country.lower(), "vat")
