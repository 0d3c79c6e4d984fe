"""The charges of one billing period with the facts they are shown by: of its invoice, or of the draft of one to come.

An issued period is rated at its invoice's own as-of, so that its charges are the same for ever. An open one is rated
at what is known now.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from kvitto.agreements.hierarchy import InvoiceScope
from kvitto.agreements.invoice_kinds import InvoiceKind
from kvitto.errors import UnableTo
from kvitto.invoicing.adding_up import adds_up
from kvitto.invoicing.drafting import draft
from kvitto.invoicing.invoice import AsOf, Invoice
from kvitto.language import phrase
from kvitto.periods import Period
from kvitto.rating.charge import Charge, Unpriced
from kvitto.rating.engine import RatedUsage
from kvitto.records.agreements import own_invoice_scope
from kvitto.records.in_force import invoice_in_force
from kvitto.records.invoices import IssuedInvoice, load
from kvitto.runs.office import Office
from kvitto.runs.own_charges import may_be_charged
from kvitto.runs.rate_period import counts_together, current_as_of, rate_scopes
from kvitto.runs.rated_periods import rated_periods
from kvitto.runs.scope_versions import ScopeVersions


class NoLongerAddsUp(UnableTo):
    """The usage kept for an issued invoice does not give its lines any more: the store or the prices were damaged."""


@dataclass(frozen=True)
class PeriodCharges:
    """Charges, and the invoice they make up: issued, or a draft with an empty number.

    `subscriptions` are the ids of those that may be shown; None for all. `prices`: the ids of those on this invoice.
    `scope`: what the invoice is made for, whole and as it was agreed then.
    """

    invoice: Invoice
    subscriptions: frozenset[str] | None
    rated: RatedUsage
    prices: frozenset[int]
    without_price: tuple[Unpriced, ...]
    scope: InvoiceScope

    def charges(self) -> Iterator[Charge]:
        """The charges that may be shown, in the order of their fields; fees are none, they stand on the invoice."""
        return (one for one in self.rated.charges() if one.price_id in self.prices and self.shows(one.subscription))

    def unpriced(self) -> list[Unpriced]:
        """Usage without a price, as far as it may be shown; an issued period has none."""
        return [usage for usage in self.without_price if self.shows(usage.subscription)]

    def shows(self, subscription: str) -> bool:
        """True if the subscription's usage may be shown."""
        return self.subscriptions is None or subscription in self.subscriptions


@contextmanager
def charges_of_period(
    office: Office,
    scope: InvoiceScope,
    period: Period,
    kind: InvoiceKind = InvoiceKind.SERVICES,
    *,
    alone: bool = False,
) -> Iterator[PeriodCharges]:
    """The charges of this scope's period that stand on its invoice of this kind, open as long as the block runs.

    `scope` may be a part of an invoice scope (some of a profile's subscriptions): then only these are shown, though the
    whole is rated, because price tiers count the whole. With `alone` only the part is rated where no tier is in its
    prices: its charges are the same, and `invoice` has nothing of the others. A scope whose account has another price
    sheet than was agreed is rated by that one, and is no invoice's. Raises `NoLongerAddsUp`, `UnableToRate` or
    `Altered`.
    """
    asked = asked_charges(scope, period, kind)
    issued, as_of, then, shown = asked.issued, asked.as_of, asked.scope, asked.shown
    is_part = alone and shown is not None
    if is_part:
        part = replace(then, subscriptions=tuple(each for each in then.subscriptions if asked.shows(each.id)))
        is_part = bool(part.subscriptions) and not counts_together(office, part, period, as_of, kind)
        then = part if is_part else then
    pairs = [(then, period)]
    with rate_scopes(office, pairs if may_be_charged(pairs, as_of, kind) else [], as_of, kind) as rated:
        (found,) = rated_periods(rated, pairs, as_of, kind)
        if issued:
            invoice = _of_these(load(issued.number), asked) if is_part else load(issued.number)
            if not adds_up(invoice, then, found.lines, found.prices):
                raise _no_longer_adds_up(invoice)
        else:
            invoice = draft(found.facts(office.today(), as_of))
        yield PeriodCharges(invoice, shown, rated, frozenset(found.prices), found.unpriced, asked.scope)


@dataclass(frozen=True)
class AskedCharges:
    """Whose charges are asked for: the whole `scope` as it was agreed then, its invoice, and what was known then.

    `shown`: the ids of the subscriptions of a part; None for all.
    """

    scope: InvoiceScope
    issued: IssuedInvoice | None
    as_of: AsOf
    shown: frozenset[str] | None

    def shows(self, subscription: str) -> bool:
        """True if the subscription was asked for."""
        return self.shown is None or subscription in self.shown


def asked_charges(scope: InvoiceScope, period: Period, kind: InvoiceKind = InvoiceKind.SERVICES) -> AskedCharges:
    """What `charges_of_period` rates for this scope, or part of one."""
    now = own_invoice_scope(scope.scope)
    is_priced_as_agreed = now is None or now.account.price_sheet == scope.account.price_sheet
    issued = invoice_in_force(scope.scope, period, kind) if is_priced_as_agreed else None
    as_of = issued.as_of if issued else current_as_of()
    whole = own_invoice_scope(scope.scope, as_of.revision) or scope
    then = ScopeVersions(as_of.revision, [whole.scope]).for_period(whole, period) or whole
    if not is_priced_as_agreed:
        then = replace(then, account=replace(then.account, price_sheet=scope.account.price_sheet))
    return AskedCharges(then, issued, as_of, _shown(scope, now))


def _of_these(invoice: Invoice, asked: AskedCharges) -> Invoice:
    """The invoice with the lines of what was asked for alone."""
    sections = (
        replace(section, lines=tuple(line for line in section.lines if asked.shows(line.subscription_id)))
        for section in invoice.sections
    )
    return replace(invoice, sections=tuple(section for section in sections if section.lines))


def _shown(scope: InvoiceScope, now: InvoiceScope | None) -> frozenset[str] | None:
    """The subscriptions of a part; None if the scope is whole as it stands now."""
    if now is None or now.subscriptions is scope.subscriptions:
        return None
    asked = frozenset(subscription.id for subscription in scope.subscriptions)
    is_whole = asked.issuperset(subscription.id for subscription in now.subscriptions)
    return None if is_whole else asked


def _no_longer_adds_up(invoice: Invoice) -> NoLongerAddsUp:
    return NoLongerAddsUp(
        phrase(
            "The usage behind invoice {number} no longer adds up to it. Run “kvitto store check”, and restore what"
            " it names from a backup.",
            number=invoice.number,
        )
    )
