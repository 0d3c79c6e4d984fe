"""Whom of the demonstration's people to be, and what to look at as them."""

from __future__ import annotations

from collections.abc import Mapping

from kvitto.access.roles import ROLES, Role
from kvitto.language import Phrase, phrase

VISITS: Mapping[str, tuple[Phrase, Phrase]] = {
    "astrid@lindqvist.example": (
        ROLES[Role.ACCOUNT_ADMINISTRATOR].name,
        phrase("invoices, daily usage, the Account Center, and a request for a copy to answer"),
    ),
    "erik@lindqvist.example": (
        ROLES[Role.READER].name,
        phrase("a subscription whose invoices are not shared, and the copy that was asked for"),
    ),
    "saskia@harbour.example": (
        ROLES[Role.BILLING_PROFILE_OWNER].name,
        phrase("a billing profile with invoice sections, transactions and who holds a role"),
    ),
    "karin@fjallbygd.example": (
        ROLES[Role.ENTERPRISE_ADMINISTRATOR].name,
        phrase("usage and charges of an enrollment by month, its credits and its policies"),
    ),
    "olle@fjallbygd.example": (
        ROLES[Role.DEPARTMENT_ADMINISTRATOR].name,
        phrase("one department of it, and what belongs to that alone"),
    ),
    "ilze@baltmoln.example": (
        ROLES[Role.GLOBAL_ADMINISTRATOR].name,
        phrase("the Partner Center: customers, credit earned, reconciliation files"),
    ),
    "roberts@juras.example": (
        phrase("Customer of the partner"),
        phrase("what a customer of a partner sees of the same charges"),
    ),
    "ebba@norrsken.example": (
        phrase("Operator of the office"),
        phrase("what came in, what was refused, what is due, who signed in"),
    ),
}
"""By their address: what they are, and what there is to see."""
