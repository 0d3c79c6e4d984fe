"""What one invoice is drafted from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from kvitto.agreements.dated import Dated
from kvitto.agreements.exchange_rates import ExchangeRate
from kvitto.agreements.hierarchy import InvoiceScope
from kvitto.agreements.invoice_kinds import InvoiceKind
from kvitto.agreements.price_sheet import Price
from kvitto.invoicing.invoice import AsOf, CreditedInvoice, OpenBalance, PreviousInvoice, Section
from kvitto.invoicing.settlement import LotState
from kvitto.periods import Period
from kvitto.rating.charge import ChargeLine


@dataclass(frozen=True)
class DraftFacts:
    """Everything that one invoice is made of.

    `lines` are the charge lines of this scope, period and kind, in any order; those of a period in which a rate of tax
    changes are cut there (`invoicing.tax_spans`). `prices` are by id. `lots`: the state of any lots before this
    invoice. `rates`: exchange rates with their days, needed where a currency is converted. `refers_to`: the invoice
    that this one replaces. `corrections`: finished lines for earlier periods, under the headings they have there.
    """

    scope: InvoiceScope
    period: Period
    lines: Iterable[ChargeLine]
    prices: Mapping[int, Price]
    issue_date: date
    as_of: AsOf
    kind: InvoiceKind = InvoiceKind.SERVICES
    previous: PreviousInvoice | None = None
    balance: OpenBalance | None = None
    lots: Iterable[LotState] = ()
    rates: Iterable[Dated[ExchangeRate]] = ()
    edition: int = 1
    refers_to: CreditedInvoice | None = None
    corrections: tuple[Section, ...] = ()

    @property
    def seller_country(self) -> str:
        """The country whose rules round amounts."""
        return self.scope.seller.party.address.country
