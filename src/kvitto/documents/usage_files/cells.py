"""What stands in the cells of a usage file: the rows of each invoice line, under the heads of `columns`."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction

from kvitto.agreements.hierarchy import AgreementType, InvoiceScope, Subscription
from kvitto.agreements.price_sheet import ChargeKind
from kvitto.documents.usage_files.columns import (
    PURCHASE,
    ROUNDING_ADJUSTMENT,
    USAGE,
    LineKey,
    harmless,
    key_of,
    written_day,
)
from kvitto.invoicing.invoice import Invoice, Line
from kvitto.money import EXACT, plain
from kvitto.rating.charge import Charge

_PURCHASES = frozenset((ChargeKind.RESERVATION, ChargeKind.SUPPORT))
_LIST_PRICES = "list"


@dataclass
class LineCells:
    """The rows of one invoice line: what they share is worked out once.

    `told`: Σ Cost of the rows until now, counted where amounts were converted, because the line's exact amount is then
    kept to fewer decimals than the costs have.
    """

    line: Line
    rate: Decimal | None
    before_date: tuple[str, ...]
    meter: tuple[str, ...]
    after_resource: tuple[str, ...]
    after_type: tuple[str, ...]
    prices: tuple[str, ...]
    is_partner: bool
    after_prices: tuple[str, ...]
    ending: tuple[str, ...]
    told: Decimal = Decimal(0)
    has_rows: bool = False
    _earned: dict[Decimal, tuple[str, str]] = field(default_factory=dict)

    @property
    def charge_type(self) -> str:
        """What the rows of this line are, other than rounding."""
        return PURCHASE if self.line.charge_kind in _PURCHASES else USAGE

    def usage(self, charge: Charge) -> tuple[str, ...]:
        """The row of one charge."""
        priced = EXACT.multiply(charge.quantity, self.line.unit_price) if self.is_partner else charge.amount
        return self._told(charge.day, charge.quantity, charge.unit_price, priced, charge.resource)

    def whole(self) -> tuple[str, ...]:
        """The one row of a line that has no usage of this period behind it: a fee, or a correction."""
        line = self.line
        day, price = line.service_period.last_day, line.unit_price
        if self.rate is None:
            return self._told(day, line.quantity, price, line.amount_unrounded, "")
        priced = EXACT.multiply(line.quantity, price)
        return self._told(day, line.quantity, price, priced, "", cost=line.amount_unrounded)

    def rounding(self, day: date) -> tuple[str, ...]:
        """The row that makes the line's rows add up to its rounded amount."""
        exact = self.line.amount_unrounded if self.rate is None else self.told
        difference = EXACT.subtract(self.line.amount, exact)
        amounts, extra = ("", "", plain(difference)), ("", "")
        return self._row(day, amounts, "", ROUNDING_ADJUSTMENT, ("", ""), extra, "")

    def _told(  # noqa: PLR0913, PLR0917 - a row has this many facts of its own
        self, day: date, quantity: Decimal, unit_price: Decimal, priced: Decimal, resource: str,
        cost: Decimal | None = None,
    ) -> tuple[str, ...]:  # fmt: skip
        if cost is None:
            cost = priced if self.rate is None else EXACT.multiply(priced, self.rate)
        if self.rate is not None:
            self.told = EXACT.add(self.told, cost)
        self.has_rows = True
        amounts = (plain(quantity), plain(unit_price), plain(cost))
        in_prices = plain(priced) if self.rate is not None else ""
        return self._row(
            day, amounts, resource, self.charge_type, self.prices, self._earned_credit(unit_price), in_prices
        )

    def _row(  # noqa: PLR0913, PLR0917 - in the order of the columns
        self, day: date, amounts: tuple[str, str, str], resource: str, kind: str, prices: tuple[str, ...],
        earned: tuple[str, str], in_prices: str,
    ) -> tuple[str, ...]:  # fmt: skip
        currency, *exchange = self.after_prices
        return (
            *self.before_date, written_day(day), *self.meter, *amounts, harmless(resource),
            *self.after_resource, kind, *self.after_type, *prices, *earned, currency, in_prices, *exchange,
            *self.ending,
        )  # fmt: skip

    def _earned_credit(self, unit_price: Decimal) -> tuple[str, str]:
        """Whether the partner earned a part of this price, and which, as a fraction."""
        if not self.is_partner:
            return ("", "")
        if unit_price not in self._earned:
            left = Fraction(self.line.unit_price) / Fraction(unit_price) if unit_price else Fraction(1)
            share = (1 - left) * 100
            self._earned[unit_price] = (str(share > 0), plain(EXACT.scaleb(Decimal(int(share)), -2)))
        return self._earned[unit_price]


class InvoiceCells:
    """The rows of an invoice, or of the draft of one. `scope` says what stands above its subscriptions, if known.

    `corrected`: lines that correct another period, by their keys, of which the charges are told.
    """

    def __init__(
        self, invoice: Invoice, scope: InvoiceScope | None = None, corrected: Collection[LineKey] = ()
    ) -> None:
        self._above = _above(scope)
        self._sells_at_list_prices = scope is not None and scope.account.price_sheet == _LIST_PRICES
        self.lines = [self._cells(invoice, line) for line in invoice.lines]
        self._by_key: dict[LineKey, list[LineCells]] = {}
        for cells in self.lines:
            if cells.line.corrects is None or key_of(cells.line) in corrected:
                self._by_key.setdefault(key_of(cells.line), []).append(cells)

    def of(self, charge: Charge) -> LineCells:
        """The rows of the line that a charge is part of; KeyError if it is on no line."""
        found = self._by_key[key_of(charge)]
        if len(found) == 1:
            return found[0]
        for cells in found:
            if cells.line.service_period.start <= charge.day <= cells.line.service_period.last_day:
                return cells
        raise KeyError(key_of(charge))

    def _cells(self, invoice: Invoice, line: Line) -> LineCells:
        above = self._above.get(line.subscription_id, _Above())
        is_partner = invoice.agreement == AgreementType.MPA
        exchange = invoice.exchange
        has_third_party = bool(line.publisher) or line.charge_kind is ChargeKind.MARKETPLACE
        list_price = plain(line.unit_price) if self._sells_at_list_prices and not is_partner else ""
        return LineCells(
            line=line,
            rate=exchange.rate if exchange else None,
            before_date=(harmless(line.subscription_id),),
            meter=(harmless(line.category), harmless(line.meter), harmless(line.meter_name), harmless(line.region)),
            after_resource=_of_invoice(invoice, line, above),
            after_type=(
                plain(line.tier_from),
                str(line.number) if invoice.number else "",
                harmless(above.account_id),
                harmless(above.account_name),
                harmless(above.cost_center),
                harmless(line.customer_name),
                harmless(above.customer_directory),
                harmless(above.reseller),
            ),
            prices=(plain(line.unit_price), list_price),
            is_partner=is_partner,
            after_prices=(
                exchange.base if exchange else invoice.currency,
                plain(exchange.rate) if exchange else "",
                written_day(exchange.quoted_on) if exchange else "",
            ),
            ending=(
                harmless(line.publisher),
                "Marketplace" if has_third_party else "Azure",
                str(line.charge_kind.is_credit_eligible),
                harmless(line.corrects.invoice_number) if line.corrects else "",
            ),
        )


def _of_invoice(invoice: Invoice, line: Line, above: _Above) -> tuple[str, ...]:
    is_enrollment = invoice.agreement == AgreementType.EA
    section_name = next((section.name for section in invoice.sections if section.id == line.section_id), "")
    section = (line.section_id, section_name) if invoice.agreement == AgreementType.MCA else ("", "")
    profile_id = invoice.profile_id or (invoice.enrollment_number if is_enrollment else invoice.subscription_id)
    profile_name = invoice.profile_name or (invoice.account_name if is_enrollment else invoice.subscription_name)
    return (
        invoice.offer,
        invoice.currency,
        harmless(line.unit),
        invoice.number,
        harmless(invoice.account_id),
        harmless(invoice.account_name),
        harmless(profile_id),
        harmless(profile_name),
        *(harmless(text) for text in (above.department if is_enrollment else section)),
        written_day(invoice.period.start),
        written_day(invoice.period.last_day),
        harmless(line.subscription_name),
    )


@dataclass(frozen=True)
class _Above:
    """What stands above a subscription, and its cost center."""

    department: tuple[str, str] = ("", "")
    account_id: str = ""
    account_name: str = ""
    cost_center: str = ""
    customer_directory: str = ""
    reseller: str = ""


def _above(scope: InvoiceScope | None) -> dict[str, _Above]:
    return {one.id: _above_one(scope, one) for one in scope.subscriptions} if scope else {}


def _above_one(scope: InvoiceScope, subscription: Subscription) -> _Above:
    account = next((one for one in scope.enrollment_accounts if one.id == subscription.enrollment_account_id), None)
    department = next((one for one in scope.departments if account and one.id == account.department_id), None)
    customer = next((one for one in scope.customers if one.id == subscription.customer_id), None)
    centers = (subscription.cost_center, account.cost_center if account else "",
               department.cost_center if department else "")  # fmt: skip
    return _Above(
        department=(department.id, department.name) if department else ("", ""),
        account_id=account.id if account else "",
        account_name=account.name if account else "",
        cost_center=next((center for center in centers if center), ""),
        customer_directory=customer.directory if customer else "",
        reseller=customer.reseller if customer else "",
    )
