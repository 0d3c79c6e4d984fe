"""Exchange rates, as they were believed at any revision."""

from __future__ import annotations

from kvitto.agreements.dated import Dated
from kvitto.agreements.exchange_rates import ExchangeRate
from kvitto.agreements.facts import EXCHANGE_RATE, from_facts
from kvitto.records.agreement_rows import in_order
from kvitto.records.models import AgreementRecord
from kvitto.records.revisions import believed


def exchange_rates(revision: int | None = None) -> tuple[Dated[ExchangeRate], ...]:
    """All rates believed at the revision (None: now) with the days on which they hold, oldest first."""
    rows = in_order(believed(AgreementRecord.objects.filter(kind=EXCHANGE_RATE), revision))
    read = ((from_facts(row.kind, row.facts), row.days) for row in rows)
    return tuple(Dated(rate, days) for rate, days in read if isinstance(rate, ExchangeRate))
