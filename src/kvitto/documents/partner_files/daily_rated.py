"""The partner's daily-rated usage file, row by row (usage-files.md §5). Names are never translated.

| Column | What stands in it |
| --- | --- |
| InvoiceNumber | empty until there is an invoice |
| ChargeStartDate, ChargeEndDate, UsageDate | first and last day of the billing period, and the UTC day of use |
| UnitPrice, EffectiveUnitPrice | before and after the credit that the partner earned |
| PricingPreTaxTotal | Quantity × EffectiveUnitPrice, in the currency of the prices |
| BillingPreTaxTotal | the same × PCToBCExchangeRate, in that of the invoice; both with ten decimals at most |
| PartnerEarnedCreditPercentage, CreditPercentage | 15 or 0; CreditType says which credit it is |
| EntitlementId, EntitlementDescription | the subscription |
| CustomerDomainName | the directory of the customer |

Only what is metered stands in it: corrections of other periods, fees and rounding are on the invoice, so Σ
BillingPreTaxTotal comes near its lines and not to the cent. Reservations show their quantity and no cost. Without a
fact behind them, and so always empty: MPNID, ResellerMPNID, AvailabilityId, PublisherId, ConsumedService,
ResourceGroup, ServiceInfo1, ServiceInfo2, Tags, AdditionalInfo, BenefitOrderId, BenefitId, BenefitType.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from decimal import Decimal

from kvitto.agreements.price_sheet import ChargeKind
from kvitto.documents.partner_files.sold import Sold
from kvitto.documents.usage_files.columns import LineKey, harmless, key_of, written_day
from kvitto.invoicing.invoice import Invoice, Line
from kvitto.money import EXACT, plain, round_half_away
from kvitto.rating.charge import Charge

COLUMNS = (
    "PartnerId", "PartnerName", "CustomerId", "CustomerName", "CustomerDomainName", "CustomerCountry", "MPNID",
    "ResellerMPNID", "InvoiceNumber", "ProductId", "SkuId", "AvailabilityId", "SkuName", "ProductName",
    "PublisherName", "PublisherId", "SubscriptionDescription", "SubscriptionId", "ChargeStartDate", "ChargeEndDate",
    "UsageDate", "MeterType", "MeterCategory", "MeterId", "MeterSubCategory", "MeterName", "MeterRegion", "Unit",
    "ResourceLocation", "ConsumedService", "ResourceGroup", "ResourceURI", "ChargeType", "UnitPrice", "Quantity",
    "UnitType", "BillingPreTaxTotal", "BillingCurrency", "PricingPreTaxTotal", "PricingCurrency", "ServiceInfo1",
    "ServiceInfo2", "Tags", "AdditionalInfo", "EffectiveUnitPrice", "PCToBCExchangeRate", "PCToBCExchangeRateDate",
    "EntitlementId", "EntitlementDescription", "PartnerEarnedCreditPercentage", "CreditPercentage", "CreditType",
    "BenefitOrderId", "BenefitId", "BenefitType",
)  # fmt: skip
_DECIMALS = 10
_CHUNK = 64 * 1024


def daily_rated_csv(invoice: Invoice, charges: Iterable[Charge], sold: Sold) -> Iterator[bytes]:
    """The file in pieces: one row per charge that may be told, in the order given.

    `invoice` is the issued invoice of the charges, or the draft of one that is still to come. KeyError if a charge
    belongs to no line of it.
    """
    lines = {key_of(line): line for line in invoice.lines if line.corrects is None}
    heads: dict[LineKey, _Head] = {}
    text = io.StringIO()
    text.write("\N{ZERO WIDTH NO-BREAK SPACE}")  # tells spreadsheets that the text is UTF-8
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for charge in charges:
        if sold.tells(charge.subscription):
            key = key_of(charge)
            if key not in heads:
                heads[key] = _Head(lines[key], invoice, sold)
            writer.writerow(heads[key].row(charge))
        if text.tell() >= _CHUNK:
            yield _taken(text)
    yield _taken(text)


class _Head:
    """What all charges of one line share, worked out once."""

    def __init__(self, line: Line, invoice: Invoice, sold: Sold) -> None:
        exchange, earned = invoice.exchange, sold.earned_percent(line)
        self._line = line
        self._rate = exchange.rate if exchange else Decimal(1)
        self._is_free = line.charge_kind is ChargeKind.RESERVATION
        name = harmless(line.meter_name or line.meter)
        category, meter, region = harmless(line.category), harmless(line.meter), harmless(line.region)
        subscription = (harmless(line.subscription_name), harmless(line.subscription_id))
        customer = sold.customer(line)
        self._before_day = (
            sold.partner(), harmless(sold.scope.account.name), *customer, "", "", invoice.number, category, meter, "",
            name, category, harmless(line.publisher), "", *subscription, written_day(invoice.period.start),
            written_day(invoice.period.last_day),
        )  # fmt: skip
        self._meter = ("Metered", category, meter, "", name, region, harmless(line.unit), region, "", "")
        self._unit = harmless(line.unit)
        self._unit_price = plain(sold.price_before_credit(line))
        self._currencies = (invoice.currency, exchange.base if exchange else invoice.currency)
        self._ending = (
            "", "", "", "", plain(line.unit_price), plain(self._rate),
            written_day(exchange.quoted_on) if exchange else "", subscription[1], subscription[0], str(earned),
            str(earned), "Partner Earned Credit Applied" if earned else "", "", "", "",
        )  # fmt: skip

    def row(self, charge: Charge) -> tuple[str, ...]:
        """The row of one charge."""
        priced = Decimal(0) if self._is_free else EXACT.multiply(charge.quantity, self._line.unit_price)
        billed = EXACT.multiply(priced, self._rate)
        billing_currency, pricing_currency = self._currencies
        return (
            *self._before_day, written_day(charge.day), *self._meter, harmless(charge.resource), "Usage",
            self._unit_price, plain(charge.quantity), self._unit, plain(round_half_away(billed, _DECIMALS)),
            billing_currency, plain(round_half_away(priced, _DECIMALS)), pricing_currency, *self._ending,
        )  # fmt: skip


def _taken(text: io.StringIO) -> bytes:
    written = text.getvalue().encode("utf-8", errors="replace")
    text.seek(0)
    text.truncate()
    return written
