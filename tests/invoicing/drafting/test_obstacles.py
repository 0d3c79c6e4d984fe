"""What holds a draft back."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from kvitto.agreements.hierarchy import InvoiceScope, TaxTreatment
from kvitto.invoicing.drafting import obstacles
from tests.invoicing.cast import charged, mosp
from tests.invoicing.test_drafting import drafted


def between(category: str, seller: str, buyer: str, reason: str = "Because") -> InvoiceScope:
    """A sale of this tax category between holders of these VAT numbers."""
    scope = mosp()
    sold_to = replace(scope.account.sold_to, vat_number=buyer)
    tax = TaxTreatment(category, Decimal(25 if category == "S" else 0), reason)
    party = replace(scope.seller.party, vat_number=seller)
    return replace(
        scope, seller=replace(scope.seller, party=party), account=replace(scope.account, sold_to=sold_to, tax=tax)
    )


@pytest.mark.parametrize(
    ("category", "seller", "buyer", "missing"),
    [
        ("AE", "SE1", "LV1", []),
        ("AE", "SE1", "", ["the buyer's VAT number. Add it to account daugava"]),
        ("AE", "", "", ["the seller's VAT number", "the buyer's VAT number"]),
        ("K", "SE1", "", ["Tax category K needs the buyer's VAT number"]),
        ("G", "SE1", "", []),
        ("G", "", "", ["the seller's VAT number"]),
        ("O", "", "", []),
        ("E", "", "", []),
        ("Z", "", "", []),
        ("S", "", "", []),
    ],
)
def test_some_categories_need_vat_numbers(category: str, seller: str, buyer: str, missing: list[str]) -> None:
    """Reverse charge those of both (BR-AE-2, BR-IC-2), exports the seller's (BR-G-2)."""
    scope = between(category, seller, buyer)
    found = [str(sentence) for sentence in obstacles(scope, drafted(scope, [charged("1")]))]
    assert len(found) == len(missing)
    assert all(part in sentence for part, sentence in zip(missing, found, strict=True))


@pytest.mark.parametrize("category", ["E", "AE", "K", "G", "O"])
def test_what_is_not_taxed_needs_a_reason(category: str) -> None:
    """BR-E-10 and its like."""
    scope = between(category, "SE1", "LV1", reason="")
    (sentence,) = obstacles(scope, drafted(scope, [charged("1")]))
    assert f"Tax category {category} needs a reason" in str(sentence)
