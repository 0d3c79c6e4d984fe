"""Daily usage of one billing period for a page: a table with filters, grouping and paging, and a chart of days.

Chart, table and total come from one result, so they always agree: the days add up to the total, and so do all pages.

What is shown of a partner's usage is what its invoice is made of: the price less the earned credit, in the currency of
the invoice. A partner's customer is shown the list price instead, in that currency too, and nothing of the credit.
"""

from __future__ import annotations

import heapq
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from kvitto.agreements.hierarchy import AgreementType, InvoiceScope
from kvitto.agreements.invoice_kinds import InvoiceKind
from kvitto.documents.usage_files.columns import LineKey, key_of
from kvitto.invoicing.invoice import Invoice, Line
from kvitto.money import EXACT, Money
from kvitto.periods import Period
from kvitto.plain_facts import as_text, read
from kvitto.rating.charge import Charge, Unpriced
from kvitto.records.invoices import facts_digest
from kvitto.records.kept import KeptAnswer, MadeFrom, keep, kept
from kvitto.runs.made_from import Knowledge
from kvitto.runs.office import Office
from kvitto.runs.period_charges import PeriodCharges, asked_charges, charges_of_period

ROWS_PER_PAGE = 50
LARGE = 1_000  # subscriptions of a scope whose usage takes seconds to read
_PAGES_KEPT = 20
_MOST_OFFERED = 500  # subscriptions that a filter offers by name; one of more is asked for by its id
_ROWS_HELD = 50_000  # more are read a second time rather than held


class Grouping(StrEnum):
    """What a row of the table stands for: one charge, or all charges of a day, meter, resource or subscription."""

    NONE = ""
    DAY = "day"
    METER = "meter"
    RESOURCE = "resource"
    SUBSCRIPTION = "subscription"


@dataclass(frozen=True)
class Asked:
    """What the reader wants to see: an empty filter lets everything pass.

    `resource` is looked for inside the resource's name, in any case; the others are exact ids. Pages count from 1.
    `sort`: one of `sorts_of(by)`, downwards with a minus before it; empty, or anything else, is the order of days, or
    the dearest group first.
    """

    meter: str = ""
    resource: str = ""
    subscription: str = ""
    day: date | None = None
    by: Grouping = Grouping.NONE
    sort: str = ""
    page: int = 1
    rows_per_page: int = ROWS_PER_PAGE

    @property
    def is_filtered(self) -> bool:
        """True if something does not pass."""
        return bool(self.meter or self.resource or self.subscription or self.day)

    def passes(self, charge: Charge) -> bool:
        """True if the filters let the charge pass."""
        return (
            (not self.meter or charge.meter == self.meter)
            and (not self.resource or self.resource.casefold() in charge.resource.casefold())
            and (not self.subscription or charge.subscription == self.subscription)
            and (self.day is None or charge.day == self.day)
        )


def sorts_of(by: Grouping) -> tuple[str, ...]:
    """By what the rows of this grouping can be put in order."""
    return (by.value, "cost") if by else ("day", "subscription", "meter", "resource", "cost")


@dataclass(frozen=True)
class UsageRow:
    """One row of the table; what it does not stand for is None.

    `quantity` is in `unit`; a group of several units or unit prices has no quantity or unit price. `cost` is unrounded.
    """

    day: date | None
    subscription: str | None
    subscription_name: str | None
    meter: str | None
    meter_name: str | None
    resource: str | None
    quantity: Decimal | None
    unit: str | None
    unit_price: Decimal | None
    cost: Money


@dataclass(frozen=True)
class DayTotal:
    """What a day cost, unrounded."""

    day: date
    cost: Money


@dataclass(frozen=True)
class DailyUsage:
    """One page of the table, with everything that stands around it.

    `days` has every day with usage that the filters let pass, in order; it and the rows of all pages add up to `total`,
    unrounded. `row_count` counts the rows of all pages. `meters` and `subscriptions` are what filters may offer: pairs
    of id and name, by name.
    Of very many subscriptions none are offered.
    `invoice_number` is empty while the period is not invoiced; `unpriced` is usage that waits for a price.
    """

    period: Period
    invoice_number: str
    rows: tuple[UsageRow, ...]
    row_count: int
    page: int
    page_count: int
    days: tuple[DayTotal, ...]
    total: Money
    meters: tuple[tuple[str, str], ...]
    subscriptions: tuple[tuple[str, str], ...]
    unpriced: tuple[Unpriced, ...]


def daily_usage(
    office: Office, scope: InvoiceScope, period: Period, asked: Asked | None = None, *, at_list_prices: bool = False
) -> DailyUsage:
    """The usage of this scope, or part of one, in this period. A page past the last one gives the last one.

    `at_list_prices`: for the customer of a partner, whose price sheet `scope` has; see `gate.scope_for`.

    What no filter cuts is kept, and given again as long as all it is made from stays. Raises what `charges_of_period`
    raises.
    """
    asked = asked or Asked()
    if asked.is_filtered or asked.sort or asked.page > _PAGES_KEPT:
        return _worked_out(office, scope, period, [asked], at_list_prices=at_list_prices)[0]
    question = _question(scope, period, asked, at_list_prices=at_list_prices)
    made_from = _made_from(scope, period)
    one = kept(office.home, [question]).get(question)
    if one and one.made_from == made_from:
        return read(DailyUsage, json.loads(one.answer))
    together = _asked_next(scope, asked)
    usages = _worked_out(office, scope, period, together, at_list_prices=at_list_prices)
    questions = (_question(scope, period, each, at_list_prices=at_list_prices) for each in together)
    pairs = zip(questions, usages, strict=True)
    keep(office.home, [KeptAnswer(question, made_from, office.now(), as_text(usage)) for question, usage in pairs])
    return usages[0]


def _asked_next(scope: InvoiceScope, asked: Asked) -> list[Asked]:
    """What is asked, and of a large scope the other groupings too: its charges are read once for all of them."""
    if len(scope.subscriptions) < LARGE or asked.by is Grouping.NONE or asked.page > 1:
        return [asked]
    others = (by for by in Grouping if by not in {Grouping.NONE, asked.by})
    return [asked, *(replace(asked, by=by) for by in others)]


def _made_from(scope: InvoiceScope, period: Period) -> MadeFrom:
    charges = asked_charges(scope, period)
    invoice = facts_digest(charges.issued.number) if charges.issued else ""
    return Knowledge(charges.as_of, [period]).made_from(
        charges.scope, period, InvoiceKind.SERVICES, scope.digest, charges.shown is None, invoice
    )


def _question(scope: InvoiceScope, period: Period, asked: Asked, *, at_list_prices: bool) -> str:
    dates = (period.start.isoformat(), period.end.isoformat())
    kind = {AgreementType.MPA: "list usage" if at_list_prices else "partner usage"}.get(scope.agreement, "usage")
    return json.dumps([kind, scope.scope.kind, scope.scope.id, scope.digest, dates, asked.by, asked.page,
                       asked.rows_per_page])  # fmt: skip


def _worked_out(
    office: Office, scope: InvoiceScope, period: Period, several: Sequence[Asked], *, at_list_prices: bool
) -> list[DailyUsage]:
    """What is asked, in its order. Several differ by their grouping alone, and none of them is of single charges."""
    with charges_of_period(office, scope, period, alone=True) as found:
        names = _Names(found.invoice)
        billed = _Billed(found.invoice, at_list_prices=at_list_prices)
        tables = _tables(found, several, billed, names)
        return [_page(table, asked, found, names, period) for table, asked in zip(tables, several, strict=True)]


def _tables(
    found: PeriodCharges, several: Sequence[Asked], billed: _Billed, names: _Names
) -> Sequence[_Charges | _Groups]:
    first = several[0]
    if first.by is Grouping.NONE:
        return [_Charges(found, first, billed)]
    tables = [_Groups(asked, names) for asked in several]
    for charge in map(billed, filter(first.passes, found.charges())):
        for table in tables:
            table.take(charge)
    return tables


def _page(table: _Charges | _Groups, asked: Asked, found: PeriodCharges, names: _Names, period: Period) -> DailyUsage:
    page_count = max(1, -(-table.row_count // asked.rows_per_page))
    page = min(max(1, asked.page), page_count)
    first = (page - 1) * asked.rows_per_page
    return DailyUsage(
        period=period,
        invoice_number=found.invoice.number,
        rows=tuple(table.rows(names, first, first + asked.rows_per_page)),
        row_count=table.row_count,
        page=page,
        page_count=page_count,
        days=tuple(DayTotal(day, names.money(table.by_day[day])) for day in sorted(table.by_day)),
        total=names.money(table.total),
        meters=names.meters(found),
        subscriptions=names.subscriptions(found),
        unpriced=tuple(found.unpriced()),
    )


class _Billed:
    """The charges as their invoice bills them: a partner's less the earned credit and converted, others as they are."""

    def __init__(self, invoice: Invoice, *, at_list_prices: bool) -> None:
        self._is_partner = invoice.agreement == AgreementType.MPA
        self._rate = invoice.exchange.rate if invoice.exchange else None
        self._unit_prices: dict[LineKey, Decimal] = {}
        if self._is_partner and not at_list_prices:
            self._unit_prices = {key_of(line): line.unit_price for line in invoice.lines if line.corrects is None}

    def __call__(self, charge: Charge) -> Charge:
        if not self._is_partner:
            return charge
        unit_price = self._unit_prices.get(key_of(charge), charge.unit_price)
        priced = EXACT.multiply(charge.quantity, unit_price)
        amount = priced if self._rate is None else EXACT.multiply(priced, self._rate)
        return replace(charge, unit_price=unit_price, amount=amount)


class _Names:
    """What the invoice, or its draft, calls the meters and subscriptions."""

    def __init__(self, invoice: Invoice) -> None:
        self._currency = invoice.currency
        self._lines = invoice.lines
        self.of_meter = {line.meter: line.meter_name for line in invoice.lines}
        self.of_subscription = {line.subscription_id: line.subscription_name for line in invoice.lines}
        self.unit_of_price: dict[int, str] = {line.price_id: line.unit for line in invoice.lines}

    def money(self, amount: Decimal) -> Money:
        return Money(amount, self._currency)

    def said(self, column: str, key: object) -> str:
        """By what a thing stands in order: its name, in any case."""
        of_kind = {"meter": self.of_meter, "subscription": self.of_subscription}.get(column, {})
        return of_kind.get(str(key), str(key)).casefold()

    def meters(self, found: PeriodCharges) -> tuple[tuple[str, str], ...]:
        return _by_name((line.meter, line.meter_name) for line in self._shown(found))

    def subscriptions(self, found: PeriodCharges) -> tuple[tuple[str, str], ...]:
        found_names = _by_name((line.subscription_id, line.subscription_name) for line in self._shown(found))
        return found_names if len(found_names) <= _MOST_OFFERED else ()

    def _shown(self, found: PeriodCharges) -> Iterator[Line]:
        return (line for line in self._lines if found.shows(line.subscription_id))


def _by_name(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(set(pairs), key=lambda pair: (pair[1].casefold(), pair)))


class _Sums:
    """What every table adds up while it reads the charges."""

    def __init__(self) -> None:
        self.by_day: dict[date, Decimal] = {}
        self.total = Decimal(0)
        self.row_count = 0

    def add(self, charge: Charge) -> None:
        self.by_day[charge.day] = EXACT.add(self.by_day.get(charge.day, Decimal(0)), charge.amount)
        self.total = EXACT.add(self.total, charge.amount)


class _Charges(_Sums):
    """The table of single charges, by day. Only the days of the page are held when there are very many."""

    def __init__(self, found: PeriodCharges, asked: Asked, billed: _Billed) -> None:
        super().__init__()
        self._found, self._asked, self._billed = found, asked, billed
        self._rows_by_day: dict[date, int] = {}
        self._held: list[Charge] | None = []
        for charge in map(billed, filter(asked.passes, found.charges())):
            self.add(charge)
            self.row_count += 1
            self._rows_by_day[charge.day] = self._rows_by_day.get(charge.day, 0) + 1
            if self._held is not None:
                self._held.append(charge)
                if len(self._held) > _ROWS_HELD:
                    self._held = None

    def rows(self, names: _Names, first: int, end: int) -> Iterator[UsageRow]:
        """The rows from the position `first` up to, not including, `end`."""
        by, downwards = order_of(self._asked)
        on_page = self._days(first, end, downwards) if by == "day" else self._sorted(names, by, end, downwards)[first:]
        for charge in on_page:
            yield UsageRow(
                day=charge.day,
                subscription=charge.subscription,
                subscription_name=names.of_subscription[charge.subscription],
                meter=charge.meter,
                meter_name=names.of_meter[charge.meter],
                resource=charge.resource,
                quantity=charge.quantity,
                unit=names.unit_of_price[charge.price_id],
                unit_price=charge.unit_price,
                cost=names.money(charge.amount),
            )

    def _sorted(self, names: _Names, by: str, end: int, downwards: bool) -> list[Charge]:  # noqa: FBT001 - the order
        """The first of all in this order; no more of them are held."""

        def key(charge: Charge) -> tuple[object, ...]:
            value = charge.amount if by == "cost" else names.said(by, getattr(charge, by))
            return (value, *_by_day(charge))

        return (heapq.nlargest if downwards else heapq.nsmallest)(end, self._again(), key=key)

    def _days(self, first: int, end: int, downwards: bool) -> list[Charge]:  # noqa: FBT001 - the order
        """Those of the days that are on the page, and of them the ones that are."""
        before, days = 0, set()
        skipped = 0
        for day in sorted(self._rows_by_day, reverse=downwards):
            after = before + self._rows_by_day[day]
            if after <= first:
                skipped = after
            elif before < end:
                days.add(day)
            before = after
        on_page = sorted((charge for charge in self._again() if charge.day in days), key=_by_day)
        on_page.sort(key=lambda charge: charge.day, reverse=downwards)
        return on_page[first - skipped : end - skipped]

    def _again(self) -> Iterable[Charge]:
        if self._held is not None:
            return self._held
        return map(self._billed, filter(self._asked.passes, self._found.charges()))


def _by_day(charge: Charge) -> tuple[object, ...]:
    return (charge.day, charge.subscription, charge.meter, charge.resource, charge.price_id, charge.tier_from)


@dataclass
class _Group:
    """Charges that are one row together."""

    cost: Decimal = Decimal(0)
    quantity: Decimal = Decimal(0)
    units: set[str] = field(default_factory=set)
    prices: set[Decimal] = field(default_factory=set)


class _Groups(_Sums):
    """The table of sums by one thing: days in order, other groups dearest first."""

    def __init__(self, asked: Asked, names: _Names) -> None:
        super().__init__()
        self._asked, self._by = asked, asked.by
        self._units = names.unit_of_price
        self._groups: dict[date | str, _Group] = {}

    def take(self, charge: Charge) -> None:
        """Put a charge that the filters let pass into its group."""
        self.add(charge)
        key = getattr(charge, self._by.value)
        group = self._groups.get(key)
        if group is None:
            group = self._groups[key] = _Group()
            self.row_count += 1
        group.cost = EXACT.add(group.cost, charge.amount)
        group.quantity = EXACT.add(group.quantity, charge.quantity)
        group.units.add(self._units[charge.price_id])
        group.prices.add(charge.unit_price)

    def rows(self, names: _Names, first: int, end: int) -> Iterator[UsageRow]:
        """The rows from the position `first` up to, not including, `end`."""
        for key in self._ordered(names)[first:end]:
            group, name = self._groups[key], str(key)
            is_meter, is_subscription = self._by is Grouping.METER, self._by is Grouping.SUBSCRIPTION
            yield UsageRow(
                day=key if isinstance(key, date) else None,
                subscription=name if is_subscription else None,
                subscription_name=names.of_subscription[name] if is_subscription else None,
                meter=name if is_meter else None,
                meter_name=names.of_meter[name] if is_meter else None,
                resource=name if self._by is Grouping.RESOURCE else None,
                quantity=group.quantity if len(group.units) == 1 else None,
                unit=next(iter(group.units)) if len(group.units) == 1 else None,
                unit_price=next(iter(group.prices)) if len(group.prices) == len(group.units) == 1 else None,
                cost=names.money(group.cost),
            )

    def _ordered(self, names: _Names) -> list[date | str]:
        by, downwards = order_of(self._asked)
        keys: list[date | str] = sorted(self._groups, key=str)
        if by == "cost":
            keys.sort(key=lambda key: self._groups[key].cost, reverse=downwards)
        else:
            keys.sort(key=lambda key: names.said(by, key), reverse=downwards)
        return keys


def order_of(asked: Asked) -> tuple[str, bool]:
    """The column that decides, and whether the last comes first."""
    by = asked.sort.removeprefix("-")
    if by in sorts_of(asked.by):
        return by, asked.sort.startswith("-")
    return ("day", False) if asked.by in {Grouping.NONE, Grouping.DAY} else ("cost", True)
