"""Periods with the charges known for them: the common ground of estimates, invoices and the reasons for none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cached_property

from kvitto.agreements.billing_periods import invoice_due_at, too_new_until
from kvitto.agreements.dated import Dated
from kvitto.agreements.exchange_rates import ExchangeRate
from kvitto.agreements.hierarchy import AgreementType, InvoiceScope, Scope
from kvitto.agreements.invoice_days import TOO_NEW
from kvitto.agreements.invoice_kinds import InvoiceKind, invoice_kinds
from kvitto.agreements.offers import Offer, OfferKind
from kvitto.agreements.price_sheet import Price
from kvitto.errors import UnableTo
from kvitto.invoicing.absence import AbsenceFacts, Amounts, Terms, Timing, depends_on_amounts
from kvitto.invoicing.drafting import DraftFacts, draft, obstacles
from kvitto.invoicing.invoice import AsOf, Invoice, OpenBalance, PreviousInvoice
from kvitto.invoicing.settlement import LotState, covered_by_credit, taken_of
from kvitto.invoicing.statement import Estimate, estimate
from kvitto.language import Phrase
from kvitto.money import Money, zero
from kvitto.periods import Period
from kvitto.rating.charge import ChargeLine, Unpriced
from kvitto.rating.engine import RatedUsage
from kvitto.records.exchange_rates import exchange_rates
from kvitto.records.lot_states import lots_of, lots_of_scopes
from kvitto.runs.office import Office
from kvitto.runs.own_charges import may_be_charged, own_charges
from kvitto.runs.rate_period import rate_scopes

_NO_OFFER = Offer(OfferKind.PAY_AS_YOU_GO)  # a profile or enrollment has none of its own, and no reason asks for it
_NOTHING_KNOWN = AsOf(usage_sequence=0, revision=0)


@dataclass(frozen=True)
class RatedPeriod:
    """What one scope used in one period comes to on its invoice of one kind, and what of it has no price.

    `prices` are those of the lines, by id; `rates` the exchange rates it needs; `lots` the credit as it is before.
    """

    scope: InvoiceScope
    period: Period
    lines: tuple[ChargeLine, ...] = ()
    unpriced: tuple[Unpriced, ...] = ()
    kind: InvoiceKind = InvoiceKind.SERVICES
    prices: Mapping[int, Price] = field(default_factory=dict)
    rates: tuple[Dated[ExchangeRate], ...] = ()
    lots: tuple[LotState, ...] = ()

    @property
    def has_usage(self) -> bool:
        """True if any usage was accepted, also if it comes to nothing."""
        return bool(self.lines or self.unpriced)

    @cached_property
    def preview(self) -> Invoice:
        """Its invoice as it would be now, as far as usage has prices, with neither issue date nor as-of to rely on.

        Raises as `draft` does.
        """
        return draft(self.facts(self.period.last_day, _NOTHING_KNOWN))

    @property
    def estimate(self) -> Estimate:
        """What it comes to without tax. Raises as `draft` does."""
        return estimate(self.preview)

    @cached_property
    def obstacles(self) -> tuple[Phrase, ...]:
        """What beside usage without a price keeps it from being invoiced, such as a missing VAT number or rate."""
        try:
            return obstacles(self.scope, self.preview)
        except UnableTo as error:
            return (error.phrase,)

    def facts(
        self,
        issue_date: date,
        as_of: AsOf,
        *,
        previous: PreviousInvoice | None = None,
        balance: OpenBalance | None = None,
    ) -> DraftFacts:
        """What its invoice is drafted from."""
        return DraftFacts(
            self.scope, self.period, self.lines, self.prices, issue_date, as_of, self.kind, previous, balance,
            self.lots, self.rates,
        )  # fmt: skip


def rate_periods(
    office: Office,
    scope_periods: Sequence[tuple[InvoiceScope, Period]],
    as_of: AsOf,
    kind: InvoiceKind = InvoiceKind.SERVICES,
) -> list[RatedPeriod]:
    """Rate all of them in one go, in their order, for their invoices of this kind; see `rated_periods`."""
    if not may_be_charged(scope_periods, as_of, kind):
        return rated_periods(None, scope_periods, as_of, kind)
    with rate_scopes(office, scope_periods, as_of, kind) as rated:
        return rated_periods(rated, scope_periods, as_of, kind)


def rated_periods(
    rated: RatedUsage | None, scope_periods: Sequence[tuple[InvoiceScope, Period]], as_of: AsOf, kind: InvoiceKind
) -> list[RatedPeriod]:
    """The periods with what of some rated usage (None: no usage) belongs to their invoices of this kind, in order.

    The lots are those of a preview: what is left now, less what the earlier ones of these periods would take.
    """
    lines, unpriced = (rated.lines(), rated.unpriced()) if rated else ((), ())
    own = own_charges(lines, unpriced, scope_periods, as_of, kind)
    rates = exchange_rates(as_of.revision) if any(needs_rates(scope) for scope, _ in scope_periods) else ()
    return _with_lots([
        RatedPeriod(scope, period, charges.lines, charges.unpriced, kind, charges.prices, rates)
        for (scope, period), charges in zip(scope_periods, own, strict=True)
    ])  # fmt: skip


def absence_facts(rated: RatedPeriod, now: datetime, cutoff: timedelta) -> AbsenceFacts:
    """The facts that decide why this period has no invoice, or that one is to be made; as the office knows them.

    Amounts are worked out only where they decide something.
    """
    facts = facts_of_time(rated.scope, rated.period, rated.kind, now, cutoff)
    is_wanted = facts.terms and facts.time and depends_on_amounts(facts.terms, facts.time)
    return replace(facts, amounts=amounts_of(rated)) if is_wanted else facts


def facts_of_time(
    scope: InvoiceScope, period: Period, kind: InvoiceKind, now: datetime, cutoff: timedelta
) -> AbsenceFacts:
    """The same facts of a period, but for its amounts."""
    time = Timing(
        period=period,
        now=now,
        started_on=too_new_until(scope) - TOO_NEW,
        too_new_until=too_new_until(scope),
        invoice_at=invoice_due_at(scope, period, cutoff, kind),
    )
    return AbsenceFacts(terms_of(scope, kind), asked_from=period.start, time=time)


def terms_of(scope: InvoiceScope, kind: InvoiceKind) -> Terms:
    """What is agreed of the scope, as far as it decides why there is no invoice of this kind."""
    partner = scope.account.enrollment.partner if scope.account.enrollment else ""
    return Terms(
        agreement=scope.agreement,
        offer=scope.subscription.offer if scope.subscription else _NO_OFFER,
        kind=kind,
        kinds=invoice_kinds(scope),
        partner=scope.account.name if scope.agreement is AgreementType.MPA else partner,
    )


def amounts_of(rated: RatedPeriod) -> Amounts:
    """What the period comes to, and whether that is certain.

    A free trial without any credit on record owes nothing: what it may use, the offer pays for.
    """
    scope, nothing = rated.scope, zero(rated.scope.currency)
    if rated.obstacles:
        return Amounts(nothing, nothing, rated.has_usage, is_held_back=True)
    is_free = scope.subscription is not None and scope.subscription.offer.kind is OfferKind.FREE_TRIAL
    is_paid_by_offer = is_free and not rated.lots and rated.kind is InvoiceKind.SERVICES
    return Amounts(
        charges=rated.estimate.charges,
        owed=nothing if is_paid_by_offer else Money(rated.preview.totals.payable, scope.currency),
        has_usage=rated.has_usage,
        is_covered=covered_by_credit(scope, rated.preview, rated.lots),
        is_held_back=bool(rated.unpriced),
    )


def needs_rates(scope: InvoiceScope) -> bool:
    """True if anything of its invoices is converted between currencies."""
    is_converted = scope.agreement is AgreementType.MPA and scope.pricing_currency != scope.currency
    return is_converted or scope.seller.accounting_currency not in {"", scope.currency}


def _with_lots(made: Sequence[RatedPeriod]) -> list[RatedPeriod]:
    """The same periods with their lots; an earlier period of a scope goes before a later one."""
    held = lots_of_scopes({one.scope.scope for one in made})
    result = list(made)
    taken: dict[tuple[Scope, str], Money] = {}
    for index in sorted(range(len(made)), key=lambda index: made[index].period):
        scope = made[index].scope.scope
        if scope not in held:
            continue
        now = {state.lot.id: state.left for state in held[scope]}
        own = lots_of(scope, made[index].period, made[index].kind)
        left = tuple(replace(one, left=one.left - _of(taken, scope, one)) for one in own)
        result[index] = replace(made[index], lots=left)
        for lot, amount in ({} if result[index].obstacles else taken_of(result[index].preview)).items():
            counted = next(one.left for one in own if one.lot.id == lot) - now[lot]  # what it took without an invoice
            taken[scope, lot] = taken.get((scope, lot), zero(amount.currency)) + amount - counted
    return result


def _of(taken: Mapping[tuple[Scope, str], Money], scope: Scope, state: LotState) -> Money:
    return taken.get((scope, state.lot.id), zero(state.left.currency))
