"""Credit notes: documents that give an issued invoice back, whole or in part (invoice-standards.md §3, code 381).

All their amounts are positive. A credit note carries the parties, the tax rates and the exchange rate of its invoice,
because it corrects that invoice and no other period. Together the credit notes of an invoice never give back more than
it asked for, per tax group and in all; the one over the rest brings everything to exactly zero.

Choices: what was to be paid in money is given back before what lots had paid, and of those the last one taken first.
The amount to give back of a part is not rounded to the currency's smallest step (BT-114); the rest takes what rounding
the invoice had.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import count

from kvitto.errors import UnableTo
from kvitto.invoicing.credit_left import Left, TaxKey, key_on, left_of, minus, parted, tax_of_part
from kvitto.invoicing.invoice import (
    AccountingTax,
    Allowance,
    CorrectedPeriod,
    CreditedInvoice,
    DocumentType,
    Invoice,
    Line,
    Prepayment,
    Section,
    TaxGroup,
    Totals,
)
from kvitto.language import phrase
from kvitto.money import EXACT, Money, allocate, exact_sum

GIVEN_BACK_BEFORE = "given-back-before"  # the cause on a line that tells of an earlier credit note
_NOTHING = Decimal(0)


class UnableToCredit(UnableTo):
    """What is to be given back is not on the invoice, or is more than is left of it."""


def full_credit_note(invoice: Invoice, earlier: Sequence[Invoice], cause: str, issue_date: date) -> Invoice:
    """The credit note, with an empty number, over all that `earlier` credit notes left of the invoice.

    It has every line of the invoice; lines of earlier credit notes stand on it as negative ones that name them.
    """
    left = left_of(invoice, earlier)
    before = [
        replace(_turned(line), corrects=CorrectedPeriod(note.number, line.service_period, GIVEN_BACK_BEFORE))
        for note in earlier
        for line in note.lines
    ]
    given = _Given((*invoice.lines, *before), left.allowances, left.groups)
    return _document(invoice, earlier, given, cause, issue_date)


def partial_credit_note(  # noqa: PLR0913, PLR0917 - what of which invoice, why and when
    invoice: Invoice,
    earlier: Sequence[Invoice],
    lines: Iterable[Line],
    cause: str,
    issue_date: date,
    allowances: Iterable[Allowance] = (),
) -> Invoice:
    """The credit note, with an empty number, that gives back these lines less these allowances.

    Each stands in a tax group of the invoice. Amounts of lines may be negative as long as the sum of each group is not.
    `allowances` lower what is given back, as they lowered the invoice. Raises `UnableToCredit` if a group is not on the
    invoice or less is left of it, or if nothing would be given back.
    """
    lines, allowances = tuple(lines), tuple(allowances)
    left = left_of(invoice, earlier)
    taxable: dict[TaxKey, Decimal] = {}
    for line in lines:
        key = key_on(invoice, line)
        taxable[key] = EXACT.add(taxable.get(key, _NOTHING), line.amount)
    for allowance in allowances:
        key = key_on(invoice, allowance)
        taxable[key] = EXACT.subtract(taxable.get(key, _NOTHING), allowance.amount)
    _check(invoice, left, taxable, allowances)
    country = invoice.seller.address.country
    groups = {
        key: replace(
            left.groups[key], taxable=amount, tax=tax_of_part(left.groups[key], amount, invoice.currency, country)
        )
        for key, amount in taxable.items()
    }
    return _document(invoice, earlier, _Given(lines, allowances, groups), cause, issue_date)


def credit_note_over(
    invoice: Invoice, earlier: Sequence[Invoice], amount: Money, cause: str, issue_date: date
) -> Invoice:
    """The credit note that gives back this amount with tax, spread over the invoice's tax groups and lines by size.

    Raises `UnableToCredit` if less is left, or the amount is not positive. The amount is in the invoice's currency.
    """
    left = left_of(invoice, earlier)
    if not Money(_NOTHING, invoice.currency) < amount:
        raise _nothing(invoice)
    if amount.amount > left.with_tax:
        raise _more_than_left(invoice, amount.amount, left.with_tax)
    country = invoice.seller.address.country
    shares = allocate(amount, [EXACT.add(group.taxable, group.tax) for group in left.groups.values()], country)
    groups = {
        key: parted(group, share, country)
        for (key, group), share in zip(left.groups.items(), shares, strict=True)
        if share
    }
    lines = [line for key, group in groups.items() for line in _spread(invoice, key, group.taxable)]
    return _document(invoice, earlier, _Given(tuple(lines), (), groups), cause, issue_date)


def parts_of(invoice: Invoice, amounts: Mapping[int, Decimal]) -> list[Line]:
    """Lines that give back these amounts, before tax, of the invoice's lines of these numbers.

    A line that is given back whole keeps its quantity and price; of a part the quantity is one. Raises
    `UnableToCredit` for a number that is not on the invoice, and for more than the line's amount.
    """
    lines = {line.number: line for line in invoice.lines}
    for number, amount in amounts.items():
        if number not in lines:
            raise UnableToCredit(
                phrase("Invoice {number} has no line {line}.", number=invoice.number, line=str(number))
            )
        if not _NOTHING < amount <= lines[number].amount:
            raise UnableToCredit(
                phrase(
                    "Line {line} of invoice {number} is over {total}: say an amount up to that, without tax.",
                    line=str(number), number=invoice.number, total=Money(lines[number].amount, invoice.currency),
                )
            )  # fmt: skip
    return [_part(lines[number], amount) for number, amount in amounts.items()]


@dataclass(frozen=True)
class _Given:
    """What a credit note gives back, before totals: `groups` hold the taxable amount and the tax."""

    lines: tuple[Line, ...]
    allowances: tuple[Allowance, ...]
    groups: Mapping[TaxKey, TaxGroup]


def _document(invoice: Invoice, earlier: Sequence[Invoice], given: _Given, cause: str, issue_date: date) -> Invoice:
    left = left_of(invoice, earlier)
    sections = _sections(invoice, given.lines)
    groups = tuple(given.groups.values())
    tax = exact_sum(group.tax for group in groups)
    lines_total = exact_sum(line.amount for line in given.lines)
    deducted = exact_sum(allowance.amount for allowance in given.allowances)
    with_tax = exact_sum((lines_total, -deducted, tax))
    is_rest = with_tax == left.with_tax
    payable = left.payable if is_rest else min(with_tax, left.payable)
    prepayments = left.prepayments if is_rest else _last_first(left.prepayments, minus(with_tax, (payable,)))
    prepaid = exact_sum(one.amount for one in prepayments)
    return replace(
        invoice,
        number="",
        document_type=DocumentType.CREDIT_NOTE,
        issue_date=issue_date,
        due_date=issue_date,
        payment_terms_days=0,
        refers_to=CreditedInvoice(invoice.number, invoice.issue_date, cause),
        sections=sections,
        allowances=given.allowances,
        tax_groups=groups,
        prepayments=prepayments,
        accounting_tax=_accounting_tax(invoice, earlier, tax),
        totals=Totals(
            lines=lines_total,
            allowances=deducted,
            without_tax=minus(lines_total, (deducted,)),
            tax=tax,
            with_tax=with_tax,
            payable=payable,
            unrounded=exact_sum(line.amount_unrounded for line in given.lines),
            prepaid=prepaid,
            rounding=exact_sum((payable, prepaid, -with_tax)),
        ),
        previous=None,
        balance=None,
    )


def _sections(invoice: Invoice, lines: Sequence[Line]) -> tuple[Section, ...]:
    """The lines under the headings of the invoice, numbered anew."""
    names = {section.id: section.name for section in invoice.sections}
    numbers = count(1)
    sections = []
    for section_id in dict.fromkeys((*names, *(line.section_id for line in lines))):
        own = [replace(line, number=next(numbers)) for line in lines if line.section_id == section_id]
        if own:
            name = names.get(section_id, own[0].subscription_name)
            total, credit = exact_sum(line.amount for line in own), exact_sum(line.credit for line in own)
            sections.append(Section(section_id, name, tuple(own), total, credit))
    return tuple(sections)


def _turned(line: Line) -> Line:
    """The line with its sign changed; its price stays positive (BR-27)."""
    priced = None if line.priced_amount is None else EXACT.minus(line.priced_amount)
    return replace(
        line,
        quantity=EXACT.minus(line.quantity),
        amount=EXACT.minus(line.amount),
        amount_unrounded=EXACT.minus(line.amount_unrounded),
        credit=EXACT.minus(line.credit),
        priced_amount=priced,
    )


def _part(line: Line, amount: Decimal) -> Line:
    if amount == line.amount:
        return line
    return replace(
        line, quantity=Decimal(1), unit="", unit_price=amount, amount=amount, amount_unrounded=amount,
        credit=_NOTHING, priced_amount=None,
    )  # fmt: skip


def _spread(invoice: Invoice, key: TaxKey, taxable: Decimal) -> list[Line]:
    lines = [line for line in invoice.lines if key_on(invoice, line) == key and line.amount > _NOTHING]
    country = invoice.seller.address.country
    shares = allocate(Money(taxable, invoice.currency), [line.amount for line in lines], country)
    return [_part(line, share.amount) for line, share in zip(lines, shares, strict=True) if share]


def _accounting_tax(invoice: Invoice, earlier: Sequence[Invoice], tax: Decimal) -> AccountingTax | None:
    """The tax in the seller's currency: as large a part of what is left of it as the tax is of the tax that is left."""
    whole = invoice.accounting_tax
    if not whole:
        return None
    given = [note.accounting_tax.tax for note in earlier if note.accounting_tax]
    tax_left = minus(invoice.totals.tax, (note.totals.tax for note in earlier))
    left = Money(minus(whole.tax, given), whole.rate.quote if whole.rate.base == invoice.currency else whole.rate.base)
    weights = (tax, EXACT.subtract(tax_left, tax))
    return replace(whole, tax=allocate(left, weights, invoice.seller.address.country)[0].amount)


def _last_first(prepayments: Sequence[Prepayment], amount: Decimal) -> tuple[Prepayment, ...]:
    """So much of the prepayments, beginning with the lot that was taken last."""
    taken = []
    for one in reversed(prepayments):
        part = min(one.amount, amount)
        if part > _NOTHING:
            taken.append(replace(one, amount=part))
            amount = EXACT.subtract(amount, part)
    return tuple(reversed(taken))


def _check(invoice: Invoice, left: Left, taxable: Mapping[TaxKey, Decimal], allowances: Sequence[Allowance]) -> None:
    for key, amount in taxable.items():
        if key not in left.groups:
            raise UnableToCredit(
                phrase(
                    "Invoice {number} has nothing under tax category {category} at {rate} %, so nothing of it can be"
                    " given back there.",
                    number=invoice.number, category=key[0], rate=str(key[1]),
                )
            )  # fmt: skip
        if amount > left.groups[key].taxable:
            raise _more_than_left(invoice, amount, left.groups[key].taxable)
        if amount < _NOTHING:
            raise _nothing(invoice)
    if not any(taxable.values()) and not allowances:  # what credit had paid may be given back alone
        raise _nothing(invoice)


def _more_than_left(invoice: Invoice, asked: Decimal, left: Decimal) -> UnableToCredit:
    return UnableToCredit(
        phrase(
            "Only {left} is left of invoice {number}, so {asked} cannot be given back. Give back {left} or less.",
            left=Money(left, invoice.currency), asked=Money(asked, invoice.currency), number=invoice.number,
        )
    )  # fmt: skip


def _nothing(invoice: Invoice) -> UnableToCredit:
    return UnableToCredit(phrase("Say a positive amount to give back of invoice {number}.", number=invoice.number))
