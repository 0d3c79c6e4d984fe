"""What would be invoiced now, rated once in a process for as long as all it is made from stays.

For pages that list the lines of drafts: they are too many to be kept beside the database, and rating a billing profile
takes half a second.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence

from kvitto.agreements.hierarchy import InvoiceScope, Scope
from kvitto.agreements.invoice_kinds import InvoiceKind
from kvitto.errors import UnableTo
from kvitto.invoicing.invoice import AsOf, Invoice
from kvitto.invoicing.settlement_lots import LotState
from kvitto.periods import Period
from kvitto.records.lot_states import lots_of, lots_of_scopes
from kvitto.records.remembered import recall, remember
from kvitto.runs.made_from import Knowledge
from kvitto.runs.office import Office
from kvitto.runs.rated_periods import RatedPeriod, rate_periods

_SERVICES = InvoiceKind.SERVICES


def drafts_of(
    office: Office, scope_periods: Sequence[tuple[InvoiceScope, Period]], as_of: AsOf
) -> dict[Scope, tuple[Invoice, ...]]:
    """The drafts of services of each scope, its periods in the order given; those that can be worked out.

    An earlier period of a scope leaves less credit to a later one.
    """
    asked: dict[Scope, list[tuple[InvoiceScope, Period]]] = defaultdict(list)
    for one in scope_periods:
        asked[one[0].scope].append(one)
    keys = _keys(office, asked, as_of)
    found: dict[Scope, tuple[Invoice, ...]] = {
        scope: known for scope, key in keys.items() if (known := recall(key)) is not None
    }
    rated: dict[Scope, list[RatedPeriod]] = defaultdict(list)
    missing = [one for scope, own in asked.items() if scope not in found for one in own]
    for found_now in rate_periods(office, missing, as_of) if missing else ():
        rated[found_now.scope.scope].append(found_now)
    for scope, periods in rated.items():
        found[scope] = drafts = _previews(periods)
        remember(keys[scope], drafts, 1 + sum(len(draft.lines) for draft in drafts))
    return found


def _keys(
    office: Office, asked: dict[Scope, list[tuple[InvoiceScope, Period]]], as_of: AsOf
) -> dict[Scope, tuple[Hashable, ...]]:
    """What the drafts of each scope are remembered under: all they are made from, with what is left of its credit."""
    knowledge = Knowledge(as_of, [period for own in asked.values() for _, period in own])
    with_lots = lots_of_scopes(asked.keys())
    return {
        scope: (
            "drafts",
            office.home,
            tuple(
                (period, knowledge.made_from(whole, period, _SERVICES, *_lots(scope, period, with_lots)))
                for whole, period in own
            ),
        )
        for scope, own in asked.items()
    }


def _lots(scope: Scope, period: Period, with_lots: Mapping[Scope, tuple[LotState, ...]]) -> tuple[object, ...]:
    return (with_lots[scope], lots_of(scope, period, _SERVICES)) if scope in with_lots else ()


def _previews(periods: Sequence[RatedPeriod]) -> tuple[Invoice, ...]:
    drafts = []
    for one in periods:
        try:
            drafts.append(one.preview)
        except UnableTo:  # charges that cannot be worked out yet, such as without an exchange rate
            continue
    return tuple(drafts)
