"""When everything was closed last, and what was held back then: so a look at what is due needs no rating.

A period that was due then, was not held back and has no invoice, has none for a reason; each close looks at it again,
because usage may have come since.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from kvitto.agreements.billing_periods import invoice_due_at
from kvitto.records.office import office_fact, set_office_fact
from kvitto.runs.closing.close_report import Blocked
from kvitto.runs.closing.periods_to_close import Due
from kvitto.runs.office import Office

_FACT = "last_close"


@dataclass(frozen=True)
class LastClose:
    """The moment of the last close of everything, None before the first, and the periods that it held back."""

    at: datetime | None
    held: frozenset[tuple[str, ...]]

    def left(self, office: Office, one: Due) -> bool:
        """True if the period was not due then, or was held back: the next close may issue its invoice."""
        return (
            self.at is None
            or _key(one) in self.held
            or invoice_due_at(one.scope, one.period, office.cutoff, one.kind) > self.at
        )


def keep_last_close(office: Office, blocked: Iterable[Blocked]) -> None:
    """Everything that is due was closed now, but for what was held back."""
    facts = {"at": office.now().isoformat(), "held": sorted(_key(one) for one in blocked)}
    set_office_fact(_FACT, json.dumps(facts))


def last_close() -> LastClose:
    """What was kept of the last close."""
    text = office_fact(_FACT)
    if not text:
        return LastClose(None, frozenset())
    facts = json.loads(text)
    return LastClose(datetime.fromisoformat(facts["at"]), frozenset(tuple(key) for key in facts["held"]))


def _key(one: Due | Blocked) -> tuple[str, ...]:
    return one.scope.scope.kind.value, one.scope.scope.id, one.period.start.isoformat(), one.kind.value
