"""Amounts and references that people name for an invoice."""

from __future__ import annotations

from decimal import Inexact

from kvitto.errors import UnableTo
from kvitto.language import phrase
from kvitto.money import EXACT, Money
from kvitto.records.models import InvoiceRecord

_LONGEST_REFERENCE = 60


class WrongReference(UnableTo):
    """The reference is empty or too long."""


class WrongAmount(UnableTo):
    """The amount cannot be one of this invoice."""


def check_amount(amount: Money, invoice: InvoiceRecord) -> int:
    """The amount in minor units of the invoice's currency.

    Raises `WrongAmount` unless it is in that currency, above zero, and of whole minor units.
    """
    if amount.currency != invoice.currency:
        raise WrongAmount(
            phrase(
                "Invoice {number} is in {currency}, so an amount in {other} cannot be recorded for it.",
                number=invoice.number, currency=invoice.currency, other=amount.currency,
            )
        )  # fmt: skip
    try:
        minor = int(EXACT.to_integral_exact(EXACT.scaleb(amount.amount, invoice.currency_decimals)))
    except Inexact as error:
        raise WrongAmount(
            phrase(
                "An amount in {currency} has at most {decimals} decimals here.",
                currency=amount.currency, decimals=invoice.currency_decimals,
            )
        ) from error  # fmt: skip
    if minor <= 0:
        raise WrongAmount(phrase("Say an amount above zero for invoice {number}.", number=invoice.number))
    return minor


def check_reference(reference: str) -> None:
    """Raise `WrongReference` unless the reference can be kept."""
    if not reference.strip() or len(reference) > _LONGEST_REFERENCE:
        raise WrongReference(phrase("Say a reference of one to {most} characters.", most=_LONGEST_REFERENCE))
