"""What was recorded because of agreements, as far as it says which of them can still change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from kvitto.agreements.planning.plan import Key
from kvitto.money import Money


@dataclass(frozen=True)
class Recorded:
    """What invoices were made, and what credit they took.

    `invoiced`: kind and id of accounts, and of what invoices are made for → the end of the latest period invoiced.
    `credit_used`: id of a lot → what invoices took from it and did not give back.
    """

    invoiced: Mapping[Key, date] = field(default_factory=dict)
    credit_used: Mapping[str, Money] = field(default_factory=dict)
