"""By when the law wants an invoice to be issued (invoice-standards.md §7); a missed limit is the operator's alarm."""

from __future__ import annotations

from datetime import date, timedelta

from kvitto.agreements.hierarchy import InvoiceScope
from kvitto.periods import month_after

# The member states of the European Union; a service sold from one to another is invoiced by the 15th of the next month.
EUROPEAN_UNION = frozenset({
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV",
    "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
})  # fmt: skip
_DAY_OF_NEXT_MONTH = 15
_DAYS_AFTER_SUPPLY = timedelta(days=15)


def issue_limit(scope: InvoiceScope, last_day: date) -> date | None:
    """The last legal day to issue the invoice of a period that ends with `last_day`; None if the law names none.

    Between two member states: the 15th of the next month. Inside the Netherlands: the same. From Latvia otherwise: 15
    days after the supply. From other sellers without undue delay, which is no day.
    """
    seller, buyer = scope.seller.party.address.country, scope.account.sold_to.address.country
    across = seller != buyer and {seller, buyer} <= EUROPEAN_UNION
    if across or seller == "NL":
        return month_after(last_day).replace(day=_DAY_OF_NEXT_MONTH)
    return last_day + _DAYS_AFTER_SUPPLY if seller == "LV" else None
