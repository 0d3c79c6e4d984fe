"""What periods come to, from what is kept if it was made from all that is known now, else worked out and kept.

An estimate shows its moment. A list may show one that is up to a day old while newer usage is worked in, if the office
works ahead (`refresh`); everything else, and what any agreement, price or credit changed, is always as known now.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeGuard

from kvitto.agreements.hierarchy import InvoiceScope, Scope
from kvitto.agreements.invoice_kinds import InvoiceKind
from kvitto.errors import UnableTo
from kvitto.invoicing.absence import Amounts
from kvitto.invoicing.invoice import AsOf
from kvitto.invoicing.settlement import LotState, taken_of
from kvitto.invoicing.statement import Estimate
from kvitto.language import Phrase
from kvitto.money import Money, zero
from kvitto.periods import Period
from kvitto.plain_facts import as_text, read
from kvitto.records.agreements import invoice_scopes
from kvitto.records.in_force import invoices_in_force
from kvitto.records.kept import KeptAnswer, MadeFrom, keep, kept, let_go
from kvitto.records.lot_states import lots_of, lots_of_scopes
from kvitto.records.retention import buried_periods
from kvitto.runs.listed_periods import main_kind, unbilled_periods
from kvitto.runs.made_from import Knowledge
from kvitto.runs.office import Office
from kvitto.runs.rate_period import current_as_of
from kvitto.runs.rated_periods import RatedPeriod, amounts_of, rate_periods
from kvitto.runs.scope_versions import ScopeVersions

ONE_DAY = timedelta(days=1)
_WORKS_AHEAD = "estimates are refreshed"
_AT_ONCE = 2_000  # scopes of one rating while the office works ahead
_MOST_KEPT = 2_000_000  # answers: about 1 GB
_NOTHING = MadeFrom("", "")

ScopePeriod = tuple[InvoiceScope, Period]
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Taken:
    """What a period would take of a lot."""

    lot: str
    amount: Money


@dataclass(frozen=True)
class Known:
    """What is kept of a period."""

    has_usage: bool
    unpriced_rows: int
    estimate: Estimate | None
    amounts: Amounts
    taken: tuple[Taken, ...] = ()


@dataclass(frozen=True)
class KnownPeriod:
    """What one scope comes to in one period on its invoice of one kind, as known at `moment`.

    `estimate` is None where charges cannot be worked out; `obstacles` say why.
    """

    scope: InvoiceScope
    period: Period
    kind: InvoiceKind
    moment: datetime
    known: Known
    obstacles: tuple[Phrase, ...] = ()


def known_periods(
    office: Office,
    scope_periods: Sequence[ScopePeriod],
    as_of: AsOf,
    kind: InvoiceKind = InvoiceKind.SERVICES,
    *,
    may_be_older: bool = False,
) -> list[KnownPeriod]:
    """All of them in their order. What is not kept is rated in one go, and kept.

    `may_be_older`: of an office that works ahead, what was known up to a day ago may stand where only usage came.
    """
    if not scope_periods:
        return []
    asked = _Asked(office, scope_periods, as_of, kind, oldest=_oldest(office) if may_be_older else None)
    missing = asked.missing()
    if missing:
        asked.take(rate_periods(office, [scope_periods[index] for index in missing], as_of, kind), missing)
    return asked.answers()


def own_charges_of(
    office: Office, period: KnownPeriod, subscriptions: Collection[str], as_of: AsOf
) -> Mapping[str, Money]:
    """The part of the charges that is each of these subscriptions'; tiers are filled by all of the scope.

    It is as old as the period that is given, and empty if its charges cannot be worked out.
    """
    scope, estimate = period.scope, period.known.estimate
    if estimate is None:
        return {}
    if len(scope.subscriptions) == 1:
        return {scope.subscriptions[0].id: estimate.charges}
    made_from = Knowledge(as_of, [period.period]).made_from(scope, period.period, period.kind)
    questions = {each: _question("own", scope, period.period, period.kind, each) for each in subscriptions}
    found = kept(office.home, list(questions.values()))
    if all(_is_good(found.get(question), made_from, period.moment) for question in questions.values()):
        return {each: read(Money, json.loads(found[question].answer)) for each, question in questions.items()}
    (rated,) = rate_periods(office, [(scope, period.period)], as_of, period.kind)
    own = own_charges(rated)
    return {each: own[each] for each in subscriptions if each in own}


def own_charges(rated: RatedPeriod) -> dict[str, Money]:
    """What of a period's rounded lines is each subscription's; together they are its charges."""
    found = {each.id: zero(rated.scope.currency) for each in rated.scope.subscriptions}
    for line in rated.preview.lines:
        amount = Money(line.amount, rated.scope.currency)
        found[line.subscription_id] = found[line.subscription_id] + amount
    return found


def refresh(office: Office, progress: Progress | None = None) -> int:
    """Work out what every period without an invoice comes to, as known now, so that pages find it; how many there are.

    Run it after usage came in, and once a day. `progress(done, of)` is told on the way. It may be ended at any time.
    """
    as_of, today = current_as_of(), office.today()
    issued: dict[tuple[Scope, InvoiceKind], list[Period]] = defaultdict(list)
    for one in invoices_in_force():
        issued[one.scope, one.kind].append(one.period)
    scopes = invoice_scopes(as_of.revision)
    versions = ScopeVersions(as_of.revision)
    done, count = 0, 0
    for first in range(0, len(scopes), _AT_ONCE):
        some = scopes[first : first + _AT_ONCE]
        buried = buried_periods([scope.scope for scope in some])
        for kind in (InvoiceKind.SERVICES, InvoiceKind.SUPPORT):
            wanted = [
                (then, period)
                for scope in some
                if main_kind(scope) is kind
                for period in unbilled_periods(
                    scope, today, kind, (*issued[scope.scope, kind], *buried.get(scope.scope, ()))
                )
                if (then := versions.for_period(scope, period))
            ]
            found = known_periods(office, wanted, as_of, kind)
            count += len(found)
        done += len(some)
        if progress:
            progress(done, len(scopes))
    keep(office.home, [KeptAnswer(_WORKS_AHEAD, _NOTHING, office.now(), "")])
    let_go(office.home, _MOST_KEPT)
    return count


class _Asked:
    """Some periods, with what is kept of them; scope by scope, because an earlier period leaves less credit."""

    def __init__(
        self,
        office: Office,
        scope_periods: Sequence[ScopePeriod],
        as_of: AsOf,
        kind: InvoiceKind,
        oldest: datetime | None,
    ) -> None:
        self._office, self._kind, self._oldest = office, kind, oldest
        self._asked = scope_periods
        self._now = office.now()
        self._knowledge = Knowledge(as_of, [period for _, period in scope_periods])
        self._lots = lots_of_scopes({scope.scope for scope, _ in scope_periods})
        self._questions = [_question("estimate", scope, period, kind) for scope, period in scope_periods]
        self._kept = kept(office.home, self._questions)
        self._found: dict[int, KnownPeriod] = {}

    def missing(self) -> list[int]:
        """The positions of those that must be rated: of a scope all of its periods, if one of them is not kept."""
        by_scope: dict[Scope, list[int]] = defaultdict(list)
        for index, (scope, _) in enumerate(self._asked):
            by_scope[scope.scope].append(index)
        missing: list[int] = []
        for indexes in by_scope.values():
            if not self._finds(sorted(indexes, key=lambda index: self._asked[index][1])):
                missing += indexes
        return sorted(missing)

    def take(self, rated: Sequence[RatedPeriod], indexes: Sequence[int]) -> None:
        """Answer with what was rated of the missing ones, and keep it."""
        # Whole before it is kept: a file that cannot be written to must not cost an answer.
        answers = [one for pair in zip(rated, indexes, strict=True) for one in self._worked_out(*pair)]
        keep(self._office.home, answers)

    def answers(self) -> list[KnownPeriod]:
        """All of them, once none is missing."""
        return [self._found[index] for index in range(len(self._asked))]

    def _finds(self, indexes: Sequence[int]) -> bool:
        """True if the periods of a scope, oldest first, are all kept as they are now."""
        taken: dict[str, Money] = {}
        found = {}
        for index in indexes:
            scope, period = self._asked[index]
            lots = self._left(scope, period, taken)
            one = self._kept.get(self._questions[index])
            if not _is_good(one, self._made_from(index, lots), self._oldest):
                return False
            known = read(Known, json.loads(one.answer))
            moment = self._now if one.made_from == self._made_from(index, lots) else one.made_at
            found[index] = KnownPeriod(scope, period, self._kind, moment, known)
            for each in known.taken:
                taken[each.lot] = each.amount + taken[each.lot] if each.lot in taken else each.amount
        self._found |= found
        return True

    def _left(self, scope: InvoiceScope, period: Period, taken: Mapping[str, Money]) -> tuple[LotState, ...]:
        if scope.scope not in self._lots:
            return ()
        own = lots_of(scope.scope, period, self._kind)
        return tuple(replace(one, left=one.left - taken[one.lot.id]) if one.lot.id in taken else one for one in own)

    def _worked_out(self, rated: RatedPeriod, index: int) -> Iterator[KeptAnswer]:
        """What is to be kept of a rated period. One that something keeps from being invoiced is not."""
        made_from = self._made_from(index, rated.lots)
        known = Known(
            rated.has_usage,
            sum(one.rows for one in rated.unpriced),
            _estimate(rated),
            amounts_of(rated),
            self._taken(rated),
        )
        self._found[index] = KnownPeriod(rated.scope, rated.period, self._kind, self._now, known, rated.obstacles)
        if rated.obstacles or known.estimate is None:
            return
        yield KeptAnswer(self._questions[index], made_from, self._now, as_text(known))
        if len(rated.scope.subscriptions) > 1:
            plain = self._made_from(index, ())
            for each, amount in own_charges(rated).items():
                question = _question("own", rated.scope, rated.period, self._kind, each)
                yield KeptAnswer(question, plain, self._now, as_text(amount))

    def _taken(self, rated: RatedPeriod) -> tuple[Taken, ...]:
        """Of its lots, without what it took already without an invoice."""
        if rated.scope.scope not in self._lots or rated.obstacles:
            return ()
        now = {state.lot.id: state.left for state in self._lots[rated.scope.scope]}
        own = {state.lot.id: state.left for state in lots_of(rated.scope.scope, rated.period, self._kind)}
        return tuple(Taken(lot, amount - (own[lot] - now[lot])) for lot, amount in taken_of(rated.preview).items())

    def _made_from(self, index: int, lots: Sequence[LotState]) -> MadeFrom:
        return self._knowledge.made_from(*self._asked[index], self._kind, *lots)


def _is_good(one: KeptAnswer | None, made_from: MadeFrom, oldest: datetime | None) -> TypeGuard[KeptAnswer]:
    """True if it was made from the same, or, where older ones may stand, from the same but for newer usage."""
    if one is None or one.made_from.agreed != made_from.agreed:
        return False
    return one.made_from == made_from or (oldest is not None and one.made_at >= oldest)


def _oldest(office: Office) -> datetime | None:
    """The moment from which on kept estimates may stand while newer usage is worked in; None if nobody does that."""
    since = office.now() - ONE_DAY
    last = kept(office.home, [_WORKS_AHEAD]).get(_WORKS_AHEAD)
    return since if last and since <= last.made_at <= office.now() else None


def _question(what: str, scope: InvoiceScope, period: Period, kind: InvoiceKind, part: str = "") -> str:
    return json.dumps([
        what, scope.scope.kind, scope.scope.id, scope.digest[:16], period.start.isoformat(), period.end.isoformat(),
        kind, part,
    ])  # fmt: skip


def _estimate(rated: RatedPeriod) -> Estimate | None:
    try:
        return rated.estimate
    except UnableTo:
        return None  # its obstacles say why
