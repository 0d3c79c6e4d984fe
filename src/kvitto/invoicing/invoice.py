"""The canonical facts of an invoice: a photograph, written once at issue and hashed.

Everything a document, page or program shows of an issued invoice comes from these facts and nothing else. The
canonical text is JSON with sorted keys, no blanks, UTF-8, amounts and quantities as plain decimal strings, dates as
ISO 8601; its SHA-256 is the invoice's digest. The same facts always give the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from kvitto.agreements.hierarchy import Party
from kvitto.agreements.invoice_kinds import InvoiceKind
from kvitto.agreements.price_sheet import ChargeKind
from kvitto.periods import Period


class DocumentType(StrEnum):
    """What a document is; the values are the published names on the wire."""

    INVOICE = "Invoice"
    CREDIT_NOTE = "CreditNote"


@dataclass(frozen=True)
class AsOf:
    """What was known: usage accepted up to this sequence number, agreements and prices recorded up to this revision."""

    usage_sequence: int
    revision: int


@dataclass(frozen=True)
class Line:
    """One rounded line (EN 16931 BG-25): section, subscription, meter, price version, tier step, service period.

    `amount` is `amount_unrounded` rounded once, half away from zero, to the currency's decimals (a partner's lines are
    cut instead). `credit`: the part of it that lots and allowances paid, positive. `tax_category` and `tax_rate` name
    its tax group; empty in form 1, where an invoice had one group. `corrects`: set on a line that bills, or gives back,
    something of an earlier period. `priced_amount`: in the pricing currency, where that is not the invoice's.
    `publisher`: of what a third party sells. `customer_*`: a partner's customer.
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
    charge_kind: ChargeKind = ChargeKind.USAGE
    credit: Decimal = Decimal(0)
    tax_category: str = ""
    tax_rate: Decimal = Decimal(0)
    corrects: CorrectedPeriod | None = None
    priced_amount: Decimal | None = None
    publisher: str = ""
    customer_id: str = ""
    customer_name: str = ""


@dataclass(frozen=True)
class CorrectedPeriod:
    """What a correction line refers to: the invoice it corrects, the period of that, and why, as a code.

    `cause`: "late-usage".
    """

    invoice_number: str
    period: Period
    cause: str


@dataclass(frozen=True)
class Section:
    """Lines under one heading with their sum.

    MCA: an invoice section. MOSP: the subscription. EA: usage, charges billed separately, marketplace (ids are the
    values of `ChargeKind`). MPA: the service category. `total` is the sum of the lines' amounts, `credit` the sum of
    their credit.
    """

    id: str
    name: str
    lines: tuple[Line, ...]
    total: Decimal
    credit: Decimal = Decimal(0)


@dataclass(frozen=True)
class Allowance:
    """A deduction on document level, before tax (EN 16931 BG-20), inside one tax group.

    `reason` is a code: "monthly-credit", "spending-limit", or the `LotSource` of the lot it was taken from, whose id is
    `lot_id` and whose purchase order number is `purchase_order`. `tax_category` is empty in form 1.
    """

    reason: str
    amount: Decimal
    tax_category: str = ""
    tax_rate: Decimal = Decimal(0)
    lot_id: str = ""
    purchase_order: str = ""


@dataclass(frozen=True)
class Prepayment:
    """What a lot paid after tax (part of EN 16931 BT-113); `source` is the lot's `LotSource`."""

    lot_id: str
    source: str
    amount: Decimal
    purchase_order: str = ""


@dataclass(frozen=True)
class TaxGroup:
    """One row of the VAT breakdown (EN 16931 BG-23): tax is computed on the group's sum, BR-CO-17."""

    category: str
    rate: Decimal
    reason: str
    taxable: Decimal
    tax: Decimal
    reason_code: str = ""


@dataclass(frozen=True)
class CurrencyRate:
    """One `base` is `rate` × `quote`, as `source` said on `quoted_on`."""

    base: str
    quote: str
    rate: Decimal
    source: str
    quoted_on: date


@dataclass(frozen=True)
class AccountingTax:
    """The tax in the seller's accounting currency (EN 16931 BT-6, BT-111), by the rate of the tax point."""

    tax: Decimal
    rate: CurrencyRate


@dataclass(frozen=True)
class OpenBalance:
    """What the payer owed from the period before, what was paid or credited of it since, and what is still open."""

    previous: Decimal
    settled: Decimal
    outstanding: Decimal


@dataclass(frozen=True)
class CreditedInvoice:
    """The invoice that a credit note gives back, whole or in part, or that an invoice replaces (EN 16931 BT-25, BT-26).

    `cause` is a code: "void", "late-usage", "refund", "rebill", "correction".
    """

    number: str
    issue_date: date
    cause: str


@dataclass(frozen=True)
class Totals:
    """EN 16931 BR-CO-10 … 16, all rounded; `unrounded` is the exact sum of the charges, shown as information.

    lines (BT-106) − allowances (BT-107) = without_tax (BT-109); + tax (BT-110) = with_tax (BT-112); − prepaid (BT-113)
    + rounding (BT-114) = payable (BT-115). Of a credit note all are positive, and are given back.
    """

    lines: Decimal
    allowances: Decimal
    without_tax: Decimal
    tax: Decimal
    with_tax: Decimal
    payable: Decimal
    unrounded: Decimal
    prepaid: Decimal = Decimal(0)
    rounding: Decimal = Decimal(0)


@dataclass(frozen=True)
class PreviousInvoice:
    """The invoice of the period before, for the line that says what changed."""

    number: str
    period: Period
    payable: Decimal


@dataclass(frozen=True)
class Invoice:
    """All facts of one invoice or credit note. A draft has an empty `number`.

    `agreement` is the published name of the agreement type. `profile_*` are empty for MOSP and EA, `subscription_*` and
    `offer` are empty for all but MOSP. `language` is the payer's. `tax_point_date` is the last day of the period.
    `edition`: 1, or higher for what replaces a voided invoice or corrects a period without a next one. `refers_to`: the
    invoice that a credit note gives back or that this one replaces. `exchange`: the rate by which a partner's prices
    became the invoice's currency. `end_customer`: of an indirect enrollment.
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
    document_type: DocumentType = DocumentType.INVOICE
    kind: InvoiceKind = InvoiceKind.SERVICES
    edition: int = 1
    refers_to: CreditedInvoice | None = None
    prepayments: tuple[Prepayment, ...] = ()
    accounting_tax: AccountingTax | None = None
    exchange: CurrencyRate | None = None
    balance: OpenBalance | None = None
    pays_by: str = ""
    ship_to: Party | None = None
    end_customer: Party | None = None
    enrollment_number: str = ""
    tax_registration: str = ""

    @property
    def lines(self) -> tuple[Line, ...]:
        """All lines, in the order they are numbered."""
        return tuple(line for section in self.sections for line in section.lines)
