"""The columns of the flat usage file, and what stands in them. One list serves both forms of agreement.

The order is that of the published pay-as-you-go file, version 2019-11-01, as far as its columns have a meaning here,
under the names of the later flat files (usage-files.md §4, §5); then those of the customer agreement, and two
of our own that lead from a row to the invoice line it is part of. Names are never translated.

| Column | What stands in it |
| --- | --- |
| SubscriptionId, Date | who used it, and on which UTC day (MM/DD/YYYY) |
| MeterCategory, MeterId, MeterName, MeterRegion | what was measured |
| Quantity, UnitPrice, Cost | in the unit of the price; Cost = Quantity × UnitPrice, unrounded, before credits and tax |
| ResourceId | which resource used it |
| OfferId, BillingCurrency, UnitOfMeasure | the offer of a pay-as-you-go subscription; currency; unit of the price |
| InvoiceId | the invoice's number; empty until there is one |
| BillingAccountId, BillingAccountName | the account |
| BillingProfileId, BillingProfileName | the billing profile; of pay-as-you-go, the subscription |
| InvoiceSectionId, InvoiceSectionName | the invoice section; empty for pay-as-you-go |
| BillingPeriodStartDate, BillingPeriodEndDate | first and last day of the billing period |
| SubscriptionName | |
| ChargeType | Usage, or RoundingAdjustment: what rounding added to one invoice line, dated the period's last day |
| TierMinimumUnits | the quantity from which this price holds; 0 without tiers |
| LineItemNumber | the line on the invoice; empty until there is one |
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from kvitto.invoicing.invoice import Invoice, Line
from kvitto.money import EXACT, plain
from kvitto.rating.charge import Charge

COLUMNS = (
    "SubscriptionId", "Date", "MeterCategory", "MeterId", "MeterName", "MeterRegion", "Quantity", "UnitPrice", "Cost",
    "ResourceId", "OfferId", "BillingCurrency", "UnitOfMeasure", "InvoiceId", "BillingAccountId", "BillingAccountName",
    "BillingProfileId", "BillingProfileName", "InvoiceSectionId", "InvoiceSectionName", "BillingPeriodStartDate",
    "BillingPeriodEndDate", "SubscriptionName", "ChargeType", "TierMinimumUnits", "LineItemNumber",
)  # fmt: skip
USAGE = "Usage"
ROUNDING_ADJUSTMENT = "RoundingAdjustment"

_STARTS_A_FORMULA = frozenset("=+-@\t\r\n＝＋－＠")

LineKey = tuple[str, str, int, Decimal]


def key_of(part: Charge | Line) -> LineKey:
    """Which line of its invoice a charge belongs to: subscription, meter, price version, tier."""
    subscription = part.subscription if isinstance(part, Charge) else part.subscription_id
    return (subscription, part.meter, part.price_id, part.tier_from)


def harmless(text: str) -> str:
    """Free text that a spreadsheet takes as text: with ' before what it would start to calculate."""
    return f"'{text}" if text[:1] in _STARTS_A_FORMULA and text else text


@dataclass(frozen=True)
class LineCells:
    """The rows of one invoice line: what they share is worked out once."""

    line: Line
    before_date: tuple[str, ...]
    meter: tuple[str, ...]
    after_resource: tuple[str, ...]
    after_type: tuple[str, ...]

    def usage(self, charge: Charge) -> tuple[str, ...]:
        """The row of one charge."""
        amounts = (plain(charge.quantity), plain(charge.unit_price), plain(charge.amount))
        return self._row(charge.day, amounts, charge.resource, USAGE)

    def rounding(self, day: date) -> tuple[str, ...]:
        """The row that makes the line's rows add up to its rounded amount."""
        difference = EXACT.subtract(self.line.amount, self.line.amount_unrounded)
        return self._row(day, ("", "", plain(difference)), "", ROUNDING_ADJUSTMENT)

    def _row(self, day: date, amounts: tuple[str, str, str], resource: str, kind: str) -> tuple[str, ...]:
        return (
            *self.before_date, written_day(day), *self.meter, *amounts, harmless(resource),
            *self.after_resource, kind, *self.after_type,
        )  # fmt: skip


def written_day(day: date) -> str:
    """The day as the original files write it: 02/05/2024 is 5 February."""
    return f"{day:%m/%d/%Y}"


def cells_of(invoice: Invoice) -> dict[LineKey, LineCells]:
    """What the rows of each line of the invoice, or of the draft of one, share."""
    return {key_of(line): _cells(invoice, line) for line in invoice.lines}


def _cells(invoice: Invoice, line: Line) -> LineCells:
    is_profile = bool(invoice.profile_id)
    section_name = next((section.name for section in invoice.sections if section.id == line.section_id), "")
    after_resource = (
        invoice.offer,
        invoice.currency,
        harmless(line.unit),
        invoice.number,
        harmless(invoice.account_id),
        harmless(invoice.account_name),
        harmless(invoice.profile_id or invoice.subscription_id),
        harmless(invoice.profile_name or invoice.subscription_name),
        harmless(line.section_id) if is_profile else "",
        harmless(section_name) if is_profile else "",
        written_day(invoice.period.start),
        written_day(invoice.period.last_day),
        harmless(line.subscription_name),
    )
    return LineCells(
        line=line,
        before_date=(harmless(line.subscription_id),),
        meter=(harmless(line.category), harmless(line.meter), harmless(line.meter_name), harmless(line.region)),
        after_resource=after_resource,
        after_type=(plain(line.tier_from), str(line.number) if invoice.number else ""),
    )
