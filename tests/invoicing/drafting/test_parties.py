"""Whom an invoice is between."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from kvitto.agreements.hierarchy import Address, InvoiceScope, Party, PaysBy, TaxTreatment
from kvitto.agreements.invoice_kinds import InvoiceKind
from kvitto.invoicing.drafting import DraftFacts, draft
from kvitto.invoicing.invoice import Invoice, OpenBalance
from tests.invoicing.cast import FEBRUARY, ISSUED_ON, KNOWN, charged, enrolled, mca, mosp, price, subscription

WAREHOUSE = Party("Noliktava", Address("Ostas iela 1", "LV-1034", "Rīga", "LV"))


def invoiced(scope: InvoiceScope) -> Invoice:
    """The draft of one line."""
    return draft(DraftFacts(scope, FEBRUARY, [charged("1")], {1: price()}, ISSUED_ON, KNOWN))


def test_an_enrollment_is_named_by_its_number() -> None:
    """It stands on the invoice, and is the purchase order number where none was given (agreements.md §6.3)."""
    invoice = invoiced(enrolled("lab"))
    assert (invoice.agreement, invoice.enrollment_number, invoice.purchase_order) == (
        "EnterpriseAgreement", "8812345", "8812345",
    )  # fmt: skip
    assert (invoice.profile_id, invoice.subscription_id, invoice.offer, invoice.end_customer) == ("", "", "", None)
    scope = enrolled("lab")
    ordered = replace(scope, account=replace(scope.account, purchase_order="PO-9"))
    assert invoiced(ordered).purchase_order == "PO-9"


def test_an_indirect_enrollment_has_an_end_customer() -> None:
    """Whoever is behind the channel partner."""
    scope = enrolled("lab", partner="Partneris SIA")
    assert invoiced(scope).end_customer == scope.account.sold_to


def test_a_ship_to_address_and_the_way_of_paying_are_copied() -> None:
    """The profile's before the account's."""
    scope = mca(subscription("lab", section="s1"))
    assert scope.profile
    paid = replace(scope, account=replace(scope.account, pays_by=PaysBy.CARD, ship_to=scope.account.sold_to))
    assert invoiced(paid).ship_to == scope.account.sold_to
    assert invoiced(replace(paid, profile=replace(scope.profile, ship_to=WAREHOUSE))).ship_to == WAREHOUSE
    assert invoiced(paid).pays_by == "card"
    assert invoiced(mosp()).ship_to is None


def test_what_the_law_asks_the_seller_to_say_is_said() -> None:
    """BT-32."""
    scope = mosp()
    told = replace(scope, seller=replace(scope.seller, tax_registration="Godkänd för F-skatt"))
    assert invoiced(told).tax_registration == "Godkänd för F-skatt"


def test_outside_the_scope_of_tax_no_vat_number_is_told() -> None:
    """BR-O-2 to BR-O-4; every other category shows them."""
    scope = mosp()
    buyer = replace(scope.account.sold_to, vat_number="LV40000000001")
    outside = replace(scope.account, sold_to=buyer, tax=TaxTreatment("O", Decimal(0), "Not subject to VAT"))
    invoice = invoiced(replace(scope, account=outside))
    assert (invoice.seller.vat_number, invoice.sold_to.vat_number, invoice.bill_to.vat_number) == ("", "", "")
    assert invoice.sold_to.name == buyer.name
    rated = invoiced(replace(scope, account=replace(outside, tax=scope.account.tax)))
    assert (rated.seller.vat_number, rated.sold_to.vat_number) == ("SE556000000001", "LV40000000001")


def test_kind_edition_and_balance_are_told() -> None:
    """As the caller gives them."""
    balance = OpenBalance(Decimal(10), Decimal(4), Decimal(6))
    facts = DraftFacts(mosp(), FEBRUARY, [], {}, ISSUED_ON, KNOWN, InvoiceKind.MARKETPLACE, balance=balance, edition=2)
    invoice = draft(facts)
    assert (invoice.kind, invoice.balance, invoice.edition) == (InvoiceKind.MARKETPLACE, balance, 2)
