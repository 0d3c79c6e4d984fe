"""The charges of one billing period with the facts they are shown by: of its invoice, or of the draft of one to come.

An issued period is rated at its invoice's own as-of, so that its charges are the same for ever. An open one is rated
at what is known now.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal

from kvitto.agreements.hierarchy import InvoiceScope
from kvitto.documents.usage_files.columns import LineKey, key_of
from kvitto.errors import UnableTo
from kvitto.invoicing.drafting import draft
from kvitto.invoicing.invoice import AsOf, Invoice
from kvitto.language import phrase
from kvitto.periods import Period
from kvitto.rating.charge import Charge, ChargeLine, Unpriced
from kvitto.rating.engine import RatedUsage
from kvitto.records.agreements import invoice_scope
from kvitto.records.invoices import issued_for, load
from kvitto.records.prices import prices_by_id
from kvitto.runs.office import Office
from kvitto.runs.rate_period import current_as_of, rate_scopes
from kvitto.runs.scope_versions import ScopeVersions


class NoLongerAddsUp(UnableTo):
    """The usage kept for an issued invoice does not give its lines any more: the store or the prices were damaged."""


@dataclass(frozen=True)
class PeriodCharges:
    """Charges, and the invoice they make up: issued, or a draft with an empty number.

    `subscriptions` are the ids of those that may be shown; None for all.
    """

    invoice: Invoice
    subscriptions: frozenset[str] | None
    rated: RatedUsage

    def charges(self) -> Iterator[Charge]:
        """The charges that may be shown, in the order of their fields."""
        return (charge for charge in self.rated.charges() if self.shows(charge.subscription))

    def unpriced(self) -> list[Unpriced]:
        """Usage without a price, as far as it may be shown; an issued period has none."""
        return [usage for usage in self.rated.unpriced() if self.shows(usage.subscription)]

    def shows(self, subscription: str) -> bool:
        """True if the subscription's usage may be shown."""
        return self.subscriptions is None or subscription in self.subscriptions


@contextmanager
def charges_of_period(office: Office, scope: InvoiceScope, period: Period) -> Iterator[PeriodCharges]:
    """The charges of this scope's period, open as long as the block runs.

    `scope` may be a part of an invoice scope (some of a profile's subscriptions): then only these are shown, though the
    whole is rated, because price tiers count the whole. Raises `NoLongerAddsUp`, `UnableToRate` or `Altered`.
    """
    issued = issued_for(scope.scope, period)
    as_of = issued.as_of if issued else current_as_of()
    whole = invoice_scope(scope.scope, as_of.revision) or scope
    then = ScopeVersions(as_of.revision, [whole.scope]).for_period(whole, period) or whole
    with rate_scopes(office, [(then, period)], as_of) as rated:
        lines = rated.lines()
        if issued:
            invoice = load(issued.number)
            _check(invoice, lines)
        else:
            invoice = _draft(office, then, period, lines, as_of)
        yield PeriodCharges(invoice, _shown(scope), rated)


def _shown(scope: InvoiceScope) -> frozenset[str] | None:
    """The subscriptions of a part; None if the scope is whole as it stands now."""
    now = invoice_scope(scope.scope)
    asked = frozenset(subscription.id for subscription in scope.subscriptions)
    is_whole = now is None or asked.issuperset(subscription.id for subscription in now.subscriptions)
    return None if is_whole else asked


def _draft(office: Office, scope: InvoiceScope, period: Period, lines: Iterable[ChargeLine], as_of: AsOf) -> Invoice:
    lines = list(lines)
    prices = prices_by_id(line.price_id for line in lines)
    return draft(scope, period, lines, prices, None, office.today(), as_of)


def _check(invoice: Invoice, lines: Iterable[ChargeLine]) -> None:
    kept: dict[LineKey, Decimal] = {
        (line.subscription, line.meter, line.price_id, line.tier_from): line.amount for line in lines
    }
    if kept != {key_of(line): line.amount_unrounded for line in invoice.lines}:
        raise NoLongerAddsUp(
            phrase(
                "The usage behind invoice {number} no longer adds up to it. Run “kvitto store check”, and restore what"
                " it names from a backup.",
                number=invoice.number,
            )
        )
