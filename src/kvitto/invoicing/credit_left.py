"""What is left of an invoice after its credit notes, per tax group and in all, and the tax that goes with a part of it.

Tax is rate × amount, rounded (BR-CO-17); where the tax that is left would no longer be that of the amount that is left,
it differs from that by one minor unit, which EN 16931 tolerates. So the last part brings the tax to exactly zero.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from kvitto.invoicing.invoice import Allowance, Invoice, Line, Prepayment, TaxGroup
from kvitto.money import EXACT, Money, allocate, currency_decimals, exact_sum, round_half_away

TaxKey = tuple[str, Decimal]  # category and rate
_LotKey = tuple[str, str, str, Decimal]
_NOTHING = Decimal(0)
_PERCENT = -2  # a rate in percent is this power of ten


@dataclass(frozen=True)
class Left:
    """What an invoice still asks for after its credit notes; `groups` in the order of the invoice."""

    groups: Mapping[TaxKey, TaxGroup]
    allowances: tuple[Allowance, ...]
    prepayments: tuple[Prepayment, ...]
    payable: Decimal
    rounding: Decimal

    @property
    def with_tax(self) -> Decimal:
        """The amount with tax."""
        return exact_sum(EXACT.add(group.taxable, group.tax) for group in self.groups.values())

    @property
    def without_tax(self) -> Decimal:
        """The amount without tax."""
        return exact_sum(group.taxable for group in self.groups.values())


def left_of(invoice: Invoice, earlier: Collection[Invoice]) -> Left:
    """What is left of the invoice after these credit notes of it."""
    given_groups = [group for note in earlier for group in note.tax_groups]
    return Left(
        groups={key_of(group): _less(group, given_groups) for group in invoice.tax_groups},
        allowances=_allowances_left(invoice, earlier),
        prepayments=_prepayments_left(invoice, earlier),
        payable=minus(invoice.totals.payable, (note.totals.payable for note in earlier)),
        rounding=minus(invoice.totals.rounding, (note.totals.rounding for note in earlier)),
    )


def key_of(group: TaxGroup) -> TaxKey:
    """How lines and allowances name the group."""
    return (group.category, group.rate)


def key_on(invoice: Invoice, one: Line | Allowance) -> TaxKey:
    """The tax group a line or allowance stands in; in form 1 an invoice had one and its lines did not name it."""
    return (one.tax_category, one.tax_rate) if one.tax_category else key_of(invoice.tax_groups[0])


def _less(group: TaxGroup, given: Iterable[TaxGroup]) -> TaxGroup:
    same = [one for one in given if key_of(one) == key_of(group)]
    taxable, tax = minus(group.taxable, (one.taxable for one in same)), minus(group.tax, (one.tax for one in same))
    return replace(group, taxable=taxable, tax=tax)


def tax_of_part(left: TaxGroup, taxable: Decimal, currency: str, country: str) -> Decimal:
    """The tax that goes with this part of what is left of the group; see the head of this file."""
    least, most = _tax_bounds(left, taxable, currency, country)
    return min(max(_rounded_tax(left.rate, taxable, currency, country), least), most)


def _tax_bounds(left: TaxGroup, taxable: Decimal, currency: str, country: str) -> tuple[Decimal, Decimal]:
    """The least and the most tax that may go with the amount: what is left then is the tax of the amount left.

    That tax may be rounded up or down.
    """
    after = EXACT.subtract(left.taxable, taxable)
    exact, rounded = _exact_tax(left.rate, after), _rounded_tax(left.rate, after, currency, country)
    unit = Decimal(1).scaleb(-currency_decimals(currency, country))
    down = rounded if rounded <= exact else EXACT.subtract(rounded, unit)
    up = rounded if rounded >= exact else EXACT.add(rounded, unit)
    return max(_NOTHING, EXACT.subtract(left.tax, up)), min(left.tax, EXACT.subtract(left.tax, down))


def parted(left: TaxGroup, share: Money, country: str) -> TaxGroup:
    """The taxable amount and the tax that together are this share of what is left of the group.

    Of a share that no amount and its rounded tax come to, the tax differs from its rate by less than two minor units.
    """
    if share.amount == EXACT.add(left.taxable, left.tax):
        return left
    first = allocate(share, (Decimal(100), left.rate), country)[0].amount
    unit = Decimal(1).scaleb(-currency_decimals(share.currency, country))
    candidates = []
    for step in range(-2, 3):
        taxable = EXACT.add(first, EXACT.multiply(unit, Decimal(step)))
        tax = EXACT.subtract(share.amount, taxable)
        least, most = _tax_bounds(left, taxable, share.currency, country)
        if _NOTHING <= taxable <= left.taxable and least <= tax <= most:
            candidates.append((abs(EXACT.subtract(_exact_tax(left.rate, taxable), tax)), taxable, tax))
    if candidates:
        _, taxable, tax = min(candidates)
        return replace(left, taxable=taxable, tax=tax)
    message = f"{share} cannot be parted into an amount and its tax at {left.rate} %"
    raise AssertionError(message)


def _exact_tax(rate: Decimal, taxable: Decimal) -> Decimal:
    return EXACT.multiply(taxable, EXACT.scaleb(rate, _PERCENT))


def _rounded_tax(rate: Decimal, taxable: Decimal, currency: str, country: str) -> Decimal:
    return round_half_away(_exact_tax(rate, taxable), currency_decimals(currency, country))


def _allowances_left(invoice: Invoice, earlier: Collection[Invoice]) -> tuple[Allowance, ...]:
    given = [allowance for note in earlier for allowance in note.allowances]

    def key(one: Allowance) -> _LotKey:
        return (one.reason, one.lot_id, one.tax_category, one.tax_rate)

    left = [
        replace(one, amount=minus(one.amount, (other.amount for other in given if key(other) == key(one))))
        for one in invoice.allowances
    ]
    return tuple(one for one in left if one.amount)


def _prepayments_left(invoice: Invoice, earlier: Collection[Invoice]) -> tuple[Prepayment, ...]:
    given = [one for note in earlier for one in note.prepayments]
    left = [
        replace(one, amount=minus(one.amount, (other.amount for other in given if other.lot_id == one.lot_id)))
        for one in invoice.prepayments
    ]
    return tuple(one for one in left if one.amount)


def minus(amount: Decimal, others: Iterable[Decimal]) -> Decimal:
    """The amount less all others, exactly."""
    return EXACT.subtract(amount, exact_sum(others))
