"""Why a draft may not be issued as it is: what the law asks for is missing (EN 16931 BR-AE, BR-IC, BR-G; BT-111)."""

from __future__ import annotations

from collections.abc import Iterator

from kvitto.agreements.hierarchy import InvoiceScope
from kvitto.invoicing.invoice import Invoice
from kvitto.invoicing.tax import NEEDS_BUYER_VAT_NUMBER, NEEDS_REASON, NEEDS_SELLER_VAT_NUMBER
from kvitto.language import Phrase, phrase


def obstacles(scope: InvoiceScope, draft: Invoice) -> tuple[Phrase, ...]:
    """A sentence for each thing that holds the draft of this scope back; none if it may be issued."""
    return tuple(_missing(scope, draft))


def _missing(scope: InvoiceScope, draft: Invoice) -> Iterator[Phrase]:
    category = scope.account.tax.category
    if category in NEEDS_SELLER_VAT_NUMBER and not scope.seller.party.vat_number:
        yield phrase(
            "Tax category {category} needs the seller's VAT number. Add it to the seller in the agreements file.",
            category=category,
        )
    if category in NEEDS_BUYER_VAT_NUMBER and not (draft.sold_to.vat_number or draft.bill_to.vat_number):
        yield phrase(
            "Tax category {category} needs the buyer's VAT number. Add it to account {account} in the agreements file.",
            category=category,
            account=scope.account.id,
        )
    if category in NEEDS_REASON and not scope.account.tax.reason:
        yield phrase(
            "Tax category {category} needs a reason, which is printed. Add it to account {account} in the agreements"
            " file.",
            category=category,
            account=scope.account.id,
        )
    wanted = scope.seller.accounting_currency
    if draft.totals.tax and wanted and wanted != draft.currency and not draft.accounting_tax:
        yield phrase(
            "Tax must also be shown in {quote}, and no exchange rate from {base} to {quote} is valid on {day}. Add it"
            " to the agreements file and apply that.",
            base=draft.currency,
            quote=wanted,
            day=draft.tax_point_date,
        )
