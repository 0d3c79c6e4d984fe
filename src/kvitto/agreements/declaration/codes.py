"""Lists of codes that other bodies keep: currencies, countries, VAT categories, time zones."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones

from babel import Locale


def _codes(*lines: str) -> frozenset[str]:
    return frozenset(code for line in lines for code in line.split())


# ISO 4217, the currencies in use; funds, metals and test codes are left out.
CURRENCIES = _codes(
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP",
    "CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF",
    "IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD",
    "MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB",
    "RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD",
    "UYU UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG",
)

# CLDR's two-letter regions that ISO 3166 has not assigned.
_NOT_IN_ISO_3166 = _codes("AC CP CQ DG EA EU EZ IC QO TA UN XA XB XK ZZ")

# EN 16931 VAT categories (UNCL 5305) and whether a reason must be given: BR-E-10, BR-AE-10, BR-IC-10, BR-G-10 and
# BR-O-10 ask for one, BR-S-10 and BR-Z-10 forbid it.
TAX_CATEGORIES = {"S": False, "Z": False, "E": True, "AE": True, "K": True, "G": True, "O": True}
STANDARD_RATE = "S"
_ALPHA_2 = 2


@cache
def countries() -> frozenset[str]:
    """ISO 3166 alpha-2 codes."""
    regions = map(str, Locale("en").territories)
    return frozenset(code for code in regions if code.isalpha() and len(code) == _ALPHA_2) - _NOT_IN_ISO_3166


@cache
def time_zones() -> frozenset[str]:
    """Names of the IANA time zones known here."""
    return frozenset(available_timezones())
