"""The columns of the flat usage file, and what stands in them. One list serves every form of agreement.

The order is that of the published pay-as-you-go file, version 2019-11-01, as far as its columns have a meaning here,
under the names of the later flat files (usage-files.md §4, §5); then those of the customer agreement, and two
of our own that lead from a row to the invoice line it is part of; then those of enrollments and partners. Names are
never translated. A column that an agreement does not have is empty.

| Column | What stands in it |
| --- | --- |
| SubscriptionId, Date | who used it, and on which UTC day (MM/DD/YYYY) |
| MeterCategory, MeterId, MeterName, MeterRegion | what was measured |
| Quantity, UnitPrice | in the unit of the price; a partner's price is before its earned credit |
| Cost | Quantity × EffectivePrice × exchange rate, unrounded, before credits and tax |
| ResourceId | which resource used it |
| OfferId, BillingCurrency, UnitOfMeasure | the offer of a pay-as-you-go subscription; currency; unit of the price |
| InvoiceId | the invoice's number; empty until there is one |
| BillingAccountId, BillingAccountName | the account |
| BillingProfileId, BillingProfileName | the billing profile; of pay-as-you-go, the subscription; else the enrollment |
| InvoiceSectionId, InvoiceSectionName | the invoice section; of an enrollment, the department |
| BillingPeriodStartDate, BillingPeriodEndDate | first and last day of the billing period |
| SubscriptionName | |
| ChargeType | see below |
| TierMinimumUnits | the quantity from which this price holds; 0 without tiers |
| LineItemNumber | the line on the invoice; empty until there is one |
| AccountId, AccountName | the enrollment account |
| CostCenter | of the subscription, else of its enrollment account or department |
| CustomerName, CustomerTenantId, ResellerName | whom a partner sells to, the customer's directory, and through whom |
| EffectivePrice | what one unit costs after all; of a partner, less the earned credit |
| PayGPrice | the list price, where the account buys at list prices; else empty, because it is not kept |
| PartnerEarnedCreditApplied, PartnerEarnedCreditRate | True or False, and 0.15 or 0, for partners |
| PricingCurrency, CostInPricingCurrency | the currency of prices, and Cost before it was converted |
| ExchangeRatePricingToBilling, ExchangeRateDate | where they are two currencies |
| PublisherName, PublisherType | the third party, and Marketplace; else empty, and Azure |
| IsAzureCreditEligible | True where credits may pay for it |
| PreviousInvoiceId | the invoice that a row of a correction is about |

ChargeType: Usage; Purchase, for reservations and fees; RoundingAdjustment, for what rounding added to one invoice line,
dated the period's last day.

What adds up: Σ Cost is the sum of the invoice's lines, that is, of its charges. Corrections of earlier periods and fees
are lines, so each has one row, dated the last day it is about. Credits, allowances, prepayment and tax are not charges:
as in the published files, they are never contained, and neither are credit notes, which are documents of their own.

A document about late usage alone, be it an invoice or a credit note, has a file of its own: its rows are the charges
that came late, day by day; those of a credit note are negative, and Σ Cost is what it gives back. What the monthly
credit of the corrected period pays of a line is in the line's RoundingAdjustment. A line that no difference of usage
explains has one row.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from kvitto.invoicing.invoice import Line
from kvitto.rating.charge import Charge

COLUMNS = (
    "SubscriptionId", "Date", "MeterCategory", "MeterId", "MeterName", "MeterRegion", "Quantity", "UnitPrice", "Cost",
    "ResourceId", "OfferId", "BillingCurrency", "UnitOfMeasure", "InvoiceId", "BillingAccountId", "BillingAccountName",
    "BillingProfileId", "BillingProfileName", "InvoiceSectionId", "InvoiceSectionName", "BillingPeriodStartDate",
    "BillingPeriodEndDate", "SubscriptionName", "ChargeType", "TierMinimumUnits", "LineItemNumber", "AccountId",
    "AccountName", "CostCenter", "CustomerName", "CustomerTenantId", "ResellerName", "EffectivePrice", "PayGPrice",
    "PartnerEarnedCreditApplied", "PartnerEarnedCreditRate", "PricingCurrency", "CostInPricingCurrency",
    "ExchangeRatePricingToBilling", "ExchangeRateDate", "PublisherName", "PublisherType", "IsAzureCreditEligible",
    "PreviousInvoiceId",
)  # fmt: skip
USAGE = "Usage"
PURCHASE = "Purchase"
ROUNDING_ADJUSTMENT = "RoundingAdjustment"

_STARTS_A_FORMULA = frozenset("=+-@\t\r\n＝＋－＠")

LineKey = tuple[str, str, int, Decimal]


def key_of(part: Charge | Line) -> LineKey:
    """Which line of its invoice a charge belongs to: subscription, meter, price version, tier.

    Where a tax rate changed inside the period there are several lines of one key, each with days of its own.
    """
    subscription = part.subscription if isinstance(part, Charge) else part.subscription_id
    return (subscription, part.meter, part.price_id, part.tier_from)


def harmless(text: str) -> str:
    """Free text that a spreadsheet takes as text: with ' before what it would start to calculate."""
    return f"'{text}" if text[:1] in _STARTS_A_FORMULA and text else text


def written_day(day: date) -> str:
    """The day as the original files write it: 02/05/2024 is 5 February."""
    return f"{day:%m/%d/%Y}"
