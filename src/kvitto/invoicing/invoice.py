"""The canonical facts of an invoice: a photograph, written once at issue and hashed.

Everything a document, page or program shows of an issued invoice comes from these facts and nothing else. The
canonical text is JSON with sorted keys, no blanks, UTF-8, amounts and quantities as plain decimal strings, dates as
ISO 8601; its SHA-256 is the invoice's digest. The same facts always give the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from kvitto.agreements.hierarchy import Party
from kvitto.periods import Period


@dataclass(frozen=True)
class AsOf:
    """What was known: usage accepted up to this sequence number, agreements and prices recorded up to this revision."""

    usage_sequence: int
    revision: int


@dataclass(frozen=True)
class Line:
    """One rounded line (EN 16931 BG-25): section, subscription, meter, price version, tier step, service period.

    `amount` is `amount_unrounded` rounded once, half away from zero, to the currency's decimals.
    """

    number: int
    section_id: str
    subscription_id: str
    subscription_name: str
    meter: str
    meter_name: str
    category: str
    region: str
    price_id: int
    tier_from: Decimal
    service_period: Period
    quantity: Decimal
    unit: str
    unit_price: Decimal
    amount: Decimal
    amount_unrounded: Decimal


@dataclass(frozen=True)
class Section:
    """Lines under one heading with their sum: an MCA invoice section, or the subscription of a MOSP invoice."""

    id: str
    name: str
    lines: tuple[Line, ...]
    total: Decimal


@dataclass(frozen=True)
class Allowance:
    """A deduction on document level, before tax (EN 16931 BG-20). `reason` is a code: "monthly-credit"."""

    reason: str
    amount: Decimal


@dataclass(frozen=True)
class TaxGroup:
    """One row of the VAT breakdown (EN 16931 BG-23): tax is computed on the group's sum, BR-CO-17."""

    category: str
    rate: Decimal
    reason: str
    taxable: Decimal
    tax: Decimal


@dataclass(frozen=True)
class Totals:
    """EN 16931 BR-CO-10 … 16, all rounded; `unrounded` is the exact sum of the charges, shown as information.

    lines (BT-106) − allowances (BT-107) = without_tax (BT-109); + tax (BT-110) = with_tax (BT-112) = payable (BT-115).
    """

    lines: Decimal
    allowances: Decimal
    without_tax: Decimal
    tax: Decimal
    with_tax: Decimal
    payable: Decimal
    unrounded: Decimal


@dataclass(frozen=True)
class PreviousInvoice:
    """The invoice of the period before, for the line that says what changed."""

    number: str
    period: Period
    payable: Decimal


@dataclass(frozen=True)
class Invoice:
    """All facts of one invoice. A draft has an empty `number`.

    `agreement` is the published name of the agreement type. `profile_*` are empty for MOSP, `subscription_*` and
    `offer` are empty for MCA. `language` is the payer's. `tax_point_date` is the last day of the period.
    """

    number: str
    agreement: str
    currency: str
    issue_date: date
    due_date: date
    tax_point_date: date
    period: Period
    payment_terms_days: int
    purchase_order: str
    language: str
    seller_id: str
    seller: Party
    payment_instructions: str
    sold_to: Party
    bill_to: Party
    account_id: str
    account_name: str
    account_administrator: str
    profile_id: str
    profile_name: str
    subscription_id: str
    subscription_name: str
    offer: str
    sections: tuple[Section, ...]
    allowances: tuple[Allowance, ...]
    tax_groups: tuple[TaxGroup, ...]
    totals: Totals
    previous: PreviousInvoice | None
    as_of: AsOf

    @property
    def lines(self) -> tuple[Line, ...]:
        """All lines, in the order they are numbered."""
        return tuple(line for section in self.sections for line in section.lines)
