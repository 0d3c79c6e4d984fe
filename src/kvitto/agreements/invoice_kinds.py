"""The kinds of invoice an agreement has, and on which of them a charge stands (agreements.md §4.1, §6.2)."""

from __future__ import annotations

from enum import StrEnum

from kvitto.agreements.hierarchy import AgreementType, InvoiceScope
from kvitto.agreements.price_sheet import ChargeKind

_SEPARATE_MARKETPLACE = frozenset(("AU", "JP", "SG"))  # where an enrollment's marketplace charges stay apart
_ON_MARKETPLACE_INVOICE = frozenset((ChargeKind.MARKETPLACE, ChargeKind.RESERVATION))


class InvoiceKind(StrEnum):
    """What an invoice bills; the values are the published names of `invoiceType`.

    MOSP has all three, each on an invoice of its own. The other agreements bill everything as SERVICES, but an
    enrollment in Australia, Japan or Singapore has its marketplace charges apart.
    """

    SERVICES = "AzureServices"
    MARKETPLACE = "AzureMarketplace"  # third parties and reservations
    SUPPORT = "AzureSupport"


def invoice_kind_of(charge: ChargeKind, scope: InvoiceScope) -> InvoiceKind:
    """The kind of invoice on which a charge of this scope stands."""
    match scope.account.agreement:
        case AgreementType.MOSP if charge is ChargeKind.SUPPORT:
            return InvoiceKind.SUPPORT
        case AgreementType.MOSP if charge in _ON_MARKETPLACE_INVOICE:
            return InvoiceKind.MARKETPLACE
        case AgreementType.EA if charge is ChargeKind.MARKETPLACE and _is_apart(scope):
            return InvoiceKind.MARKETPLACE
        case _:
            return InvoiceKind.SERVICES


def invoice_kinds(scope: InvoiceScope) -> tuple[InvoiceKind, ...]:
    """The kinds of invoice that the scope can have; one without charges of a kind has no invoice of it."""
    if scope.account.agreement is AgreementType.MOSP:
        return tuple(InvoiceKind)
    is_apart = scope.account.agreement is AgreementType.EA and _is_apart(scope)
    return (InvoiceKind.SERVICES, InvoiceKind.MARKETPLACE) if is_apart else (InvoiceKind.SERVICES,)


def _is_apart(scope: InvoiceScope) -> bool:
    return scope.account.sold_to.address.country in _SEPARATE_MARKETPLACE
