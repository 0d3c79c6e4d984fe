"""How a billing account stands, in words."""

from __future__ import annotations

from datetime import date

from kvitto.agreements.hierarchy import BillingAccount
from kvitto.language import Phrase, phrase


def standing_of(account: BillingAccount, today: date) -> Phrase:
    """Active, or why it is not: moved to another account, an enrollment before or after its term."""
    if account.moved_to and account.moved_on:
        if account.moved_on <= today:
            return phrase("Became {account} on {day}", account=account.moved_to, day=account.moved_on)
        return phrase("Becomes {account} on {day}", account=account.moved_to, day=account.moved_on)
    if account.enrollment:
        if today < account.enrollment.starts_on:
            return phrase("Begins on {day}", day=account.enrollment.starts_on)
        if account.enrollment.ends_on and account.enrollment.ends_on <= today:
            return phrase("Expired")
    return phrase("Active")
