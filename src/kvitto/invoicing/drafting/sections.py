"""Headings of an invoice, and the order of its lines under them. Ids decide between equal names.

MOSP: the subscription. MCA: the invoice section of each subscription, by name. EA: what is sold, in the order usage,
reservations, charges billed separately, licences, support, marketplace; in each, what costs nothing comes last
(agreements.md §6.2). MPA: the product family, then the customer. Under a heading lines stand by service category, then
by subscription, meter name, region, meter, first day of the price, tier, and days.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from typing import NamedTuple

from kvitto.agreements.hierarchy import AgreementType
from kvitto.agreements.price_sheet import ChargeKind
from kvitto.invoicing.drafting.facts import DraftFacts
from kvitto.invoicing.drafting.lines import LineMaker
from kvitto.invoicing.invoice import Line, Section
from kvitto.money import exact_sum
from kvitto.rating.charge import ChargeLine

_ENROLLMENT_ORDER = (
    ChargeKind.USAGE, ChargeKind.RESERVATION, ChargeKind.SEPARATE, ChargeKind.LICENCE, ChargeKind.SUPPORT,
    ChargeKind.MARKETPLACE,
)  # fmt: skip


class Heading(NamedTuple):
    """A section to be; headings are ordered as the sections are."""

    rank: int
    name: str
    id: str


Placed = tuple[Heading, ChargeLine | Line]  # a heading, and what stands there: charges, or a correction's line


def ordered_lines(facts: DraftFacts) -> tuple[list[Heading], list[Line]]:
    """All lines, numbered from 1 in the order in which they stand on the invoice, and the heading of each."""
    maker, section_names = LineMaker(facts), {section.id: section.name for section in facts.scope.sections}
    keyed = [(_place(maker, charges, section_names), charges) for charges in facts.lines]
    keyed.sort(key=lambda one: one[0])
    placed = _with_corrections([(place[0], charges) for place, charges in keyed], facts, section_names)
    headings = [heading for heading, _ in placed]
    lines = [
        maker.line(one, number, heading.id)
        if isinstance(one, ChargeLine)
        else replace(one, number=number, section_id=heading.id)
        for number, (heading, one) in enumerate(placed, start=1)
    ]
    return headings, lines


def sections_of(headings: Sequence[Heading], lines: Sequence[Line]) -> tuple[Section, ...]:
    """The ordered lines under their headings, with sums."""
    sections = []
    for heading, members in groupby(zip(headings, lines, strict=True), key=lambda one: one[0]):
        own = tuple(line for _, line in members)
        total, credit = exact_sum(line.amount for line in own), exact_sum(line.credit for line in own)
        sections.append(Section(heading.id, heading.name, own, total, credit))
    return tuple(sections)


def _with_corrections(placed: list[Placed], facts: DraftFacts, section_names: dict[str, str]) -> list[Placed]:
    """Corrections of earlier periods stand last under their heading, in the order given."""
    if facts.scope.subscription:
        section_names = {facts.scope.subscription.id: facts.scope.subscription.name}
    for section in facts.corrections:
        rank = _ENROLLMENT_ORDER.index(ChargeKind(section.id)) if facts.scope.agreement is AgreementType.EA else 0
        heading = Heading(rank, section_names.get(section.id, section.name), section.id)
        placed += [(heading, line) for line in section.lines]
    return sorted(placed, key=lambda one: one[0]) if facts.corrections else placed


def _heading(maker: LineMaker, charges: ChargeLine, section_names: dict[str, str]) -> Heading:
    subscription, price = maker.subscription(charges), maker.price(charges)
    match maker.scope.agreement:
        case AgreementType.MOSP:
            return Heading(0, subscription.name, subscription.id)
        case AgreementType.MCA:
            return Heading(0, section_names[subscription.section_id], subscription.section_id)
        case AgreementType.EA:
            return Heading(_ENROLLMENT_ORDER.index(price.kind), price.kind.value, price.kind.value)
        case AgreementType.MPA:
            return Heading(0, price.category, price.category)


def _place(maker: LineMaker, charges: ChargeLine, section_names: dict[str, str]) -> tuple[Heading, *tuple[object, ...]]:
    """What orders the line of these charges; first its heading."""
    price, subscription, customer = maker.price(charges), maker.subscription(charges), maker.customer(charges)
    is_free = maker.scope.agreement is AgreementType.EA and not maker.amount(charges).rounded
    return (
        _heading(maker, charges, section_names), is_free, customer.name if customer else "",
        customer.id if customer else "", price.category, subscription.name, subscription.id,
        price.name or charges.meter, price.region, charges.meter, price.valid_from, charges.tier_from, price.id,
        charges.first_day, charges.last_day,
    )  # fmt: skip
