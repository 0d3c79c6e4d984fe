"""Where the life of an invoice meets the ledger of credit lots."""

from __future__ import annotations

from datetime import datetime

from kvitto.invoicing.invoice import Invoice


def give_back_lots(credit_note: Invoice, at: datetime) -> None:
    """Give back to the lots what they paid of what the credit note gives back."""


def take_from_lots(invoice: Invoice, at: datetime) -> None:
    """Take from the lots what the newly issued invoice says they paid."""
