"""What is still to pay of an invoice while one credit after another pays for it.

Lines are cut into pieces where the life of a lot begins or ends. What a credit pays is shared out over the pieces it
may pay for by largest remainder, in an order of their content: so the same cents go to the same line, however the lines
are given.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from kvitto.agreements.hierarchy import InvoiceScope
from kvitto.invoicing.invoice import Line
from kvitto.invoicing.settlement_lots import LotState, days_of_lives, shared_out
from kvitto.money import Money, allocate, total, zero
from kvitto.periods import Period

Group = tuple[str, Decimal]  # tax category and rate
PaysFor = Callable[["Piece"], bool]


@dataclass
class Piece:
    """Some days of the line that stands at `index`, with what it comes to and what credit paid of that."""

    index: int
    line: Line
    days: Period
    amount: Money
    credit: Money

    @property
    def group(self) -> Group:
        """Its tax group."""
        return (self.line.tax_category, self.line.tax_rate)

    @property
    def open(self) -> Money:
        """What is still to pay."""
        return self.amount - self.credit

    @property
    def line_is_eligible(self) -> bool:
        """True if credit may pay for it."""
        return self.line.charge_kind.is_credit_eligible


def pieces_of(scope: InvoiceScope, lines: Sequence[Line], lots: Iterable[LotState]) -> list[Piece]:
    """The lines, cut at the lives of the scope's lots, in an order that does not depend on that of the lines."""
    own = [one for one in lots if one.lot.scope == scope.scope]
    country, nothing = scope.seller.party.address.country, zero(scope.currency)
    pieces = []
    for index in sorted(range(len(lines)), key=lambda index: _content(lines[index])):
        line = lines[index]
        days = days_of_lives(line.service_period, own)
        amounts = shared_out(Money(line.amount, scope.currency), days, country)
        pieces += [Piece(index, line, each, amount, nothing) for each, amount in zip(days, amounts, strict=True)]
    return pieces


class Payable:
    """Pieces, and what credit has paid of them so far."""

    def __init__(self, scope: InvoiceScope, pieces: Iterable[Piece]) -> None:
        self.pieces = list(pieces)
        self._country = scope.seller.party.address.country
        self._nothing = zero(scope.currency)

    def pay(self, credit: Money | None, pays_for: PaysFor) -> Money:
        """Pay with the credit (None: without an end) what it may pay for, and tell how much that was.

        Only pieces of eligible lines are paid. One below zero lowers what is paid of the rest: neither a tax group nor
        the whole is ever paid below zero.
        """
        wanted = [piece.open if piece.line_is_eligible and pays_for(piece) else self._nothing for piece in self.pieces]
        caps = self._caps(wanted)
        most = min(self._sum(each) for each in (caps, wanted, self._open()))
        paid = most if credit is None else min(credit, most)
        if paid <= self._nothing:
            return self._nothing
        for piece, share in zip(self.pieces, allocate(paid, [cap.amount for cap in caps], self._country), strict=True):
            piece.credit += share
        return paid

    def credit_by_group(self) -> dict[Group, Money]:
        """What credit has paid in each tax group."""
        found = {piece.group: self._nothing for piece in self.pieces}
        for piece in self.pieces:
            found[piece.group] += piece.credit
        return found

    def credit_by_line(self) -> dict[int, Money]:
        """What credit has paid of each line, by where it stands."""
        found: dict[int, Money] = defaultdict(lambda: self._nothing)
        for piece in self.pieces:
            found[piece.index] += piece.credit
        return dict(found)

    def _caps(self, wanted: Sequence[Money]) -> list[Money]:
        """The most that each piece can be paid, so that no tax group is paid below zero."""
        caps = [max(each, self._nothing) for each in wanted]
        by_group: dict[Group, list[int]] = defaultdict(list)
        for index, piece in enumerate(self.pieces):
            by_group[piece.group].append(index)
        open_ = self._open()
        for indexes in by_group.values():
            most = min(self._sum(each[index] for index in indexes) for each in (wanted, open_))
            if most < self._sum(caps[index] for index in indexes):
                weights = [caps[index].amount for index in indexes]
                shares = allocate(max(most, self._nothing), weights, self._country)
                for index, share in zip(indexes, shares, strict=True):
                    caps[index] = share
        return caps

    def _open(self) -> list[Money]:
        return [piece.open for piece in self.pieces]

    def _sum(self, amounts: Iterable[Money]) -> Money:
        return total(amounts, self._nothing.currency)


def _content(line: Line) -> tuple[object, ...]:
    """Everything that tells lines apart, but not where they stand."""
    return (
        line.subscription_id, line.meter, line.price_id, line.tier_from, line.service_period, line.charge_kind,
        line.tax_category, line.tax_rate, line.corrects is not None, line.customer_id, line.amount, line.region,
    )  # fmt: skip
