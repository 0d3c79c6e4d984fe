"""Prices, as they were believed at any revision."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import QuerySet, Subquery

from kvitto.agreements.price_sheet import ChargeKind, Price, PriceModel, Tier, in_force
from kvitto.money import plain
from kvitto.records.asked_once import asked_once
from kvitto.records.models import PriceRecord, Revision
from kvitto.records.prepared import Given, prepared
from kvitto.records.revisions import believed, hold_revisions, next_revision

_AT_A_TIME = 500  # values in one condition: databases limit them
Value = TypeVar("Value")


@dataclass(frozen=True)
class RecordedPrices:
    """What became of prices that were to be recorded. `revision` is None if all were known already."""

    revision: int | None
    added: int
    changed: int
    unchanged: int


def prices_as_of(
    revision: int | None = None,
    meters: Collection[str] | None = None,
    price_sheets: Collection[str] | None = None,
) -> list[Price]:
    """The prices believed at the revision (None: now), withdrawn ones too, ordered by sheet, meter, currency and day.

    Each is valid until the next of its meter begins. `id` is the same in every revision in which a price is believed.
    """
    records = believed(PriceRecord.objects.all(), revision)
    if price_sheets is not None:
        records = records.filter(price_sheet__in=sorted(price_sheets))
    if meters is None:
        return in_force(_price(record) for record in records)
    return in_force(_price(record) for some in _portions(sorted(meters)) for record in records.filter(meter__in=some))


def prices_by_id(ids: Iterable[int]) -> dict[int, Price]:
    """These prices, whether believed now or not. `valid_to` is not filled in: it depends on the revision."""
    found: dict[int, Price] = {}
    for some in _portions(sorted(set(ids))):
        found |= {record.pk: _price(record) for record in PriceRecord.objects.filter(pk__in=some)}
    return found


def has_prices_of(
    kinds: Iterable[ChargeKind], revision: int | None, price_sheets: Collection[str] | None = None
) -> bool:
    """True if any price believed at the revision, on these sheets or on any, sells something of these kinds."""
    records = believed(PriceRecord.objects.filter(kind__in=[kind.value for kind in kinds]), revision)
    return (records if price_sheets is None else records.filter(price_sheet__in=sorted(price_sheets))).exists()


@asked_once(lambda revision: revision)
def prices_mark(revision: int) -> str:
    """A text that stays the same as long as the same prices are believed: changed by whatever is recorded. One query.

    `revision` is the one at which they are believed.
    """
    return repr(next(iter(_mark(revision=revision)), None))


@prepared
def _mark(revision: Given) -> QuerySet[Revision, tuple[Any, ...]]:
    newest = PriceRecord.objects.filter(recorded_in__lte=revision).order_by("-recorded_in")
    ended = PriceRecord.objects.filter(superseded_in__lte=revision).order_by("-superseded_in")
    return (
        Revision.objects.filter(number__lte=revision)
        .order_by("-number")
        .values_list(
            Subquery(newest.values("recorded_in")[:1]),
            Subquery(newest.values("recorded_in__mark")[:1]),
            Subquery(ended.values("superseded_in")[:1]),
            Subquery(ended.values("superseded_in__mark")[:1]),
        )[:1]
    )


def record_prices(prices: Sequence[Price], recorded_at: datetime, cause: str) -> RecordedPrices:
    """Record the prices under one new revision, all or none. Their ids and last days are not looked at.

    A price that begins on the same day as one of the same sheet, meter and currency takes its place; the same price
    again changes nothing; when nothing changes, there is no revision.
    """
    with transaction.atomic():
        hold_revisions()
        sheets = sorted({price.price_sheet for price in prices})
        known = {
            _begins(price): price
            for price in map(_price, believed(PriceRecord.objects.filter(price_sheet__in=sheets), None))
        }
        new = [price for price in prices if _content(known.get(_begins(price))) != _content(price)]
        changed = [known[_begins(price)].id for price in new if _begins(price) in known]
        if not new:
            return RecordedPrices(None, 0, 0, len(prices))
        revision = next_revision(recorded_at, cause)
        for some in _portions(changed):
            PriceRecord.objects.filter(pk__in=some).update(superseded_in=revision)
        PriceRecord.objects.bulk_create(
            (PriceRecord(recorded_in=revision, **_facts(price)) for price in new), batch_size=_AT_A_TIME
        )
    return RecordedPrices(revision.number, len(new) - len(changed), len(changed), len(prices) - len(new))


def _begins(price: Price) -> tuple[object, ...]:
    return (*price.key, price.valid_from)


def _content(price: Price | None) -> Price | None:
    return price and replace(price, id=0, valid_to=None)


def _price(record: PriceRecord) -> Price:
    return Price(
        id=record.pk,
        price_sheet=record.price_sheet,
        meter=record.meter,
        currency=record.currency,
        model=PriceModel(record.model),
        tiers=tuple(Tier(Decimal(tier["from"]), Decimal(tier["unit_price"])) for tier in record.tiers),
        usage_unit=record.usage_unit,
        price_unit=record.price_unit,
        numerator=record.numerator,
        denominator=record.denominator,
        valid_from=record.valid_from,
        valid_to=record.valid_to,
        withdrawn=record.withdrawn,
        name=record.name,
        category=record.category,
        region=record.region,
        kind=ChargeKind(record.kind),
        tax_class=record.tax_class,
        publisher=record.publisher,
        earned_credit=record.earned_credit,
    )


def _facts(price: Price) -> dict[str, object]:
    return {
        "price_sheet": price.price_sheet,
        "meter": price.meter,
        "currency": price.currency,
        "model": price.model.value,
        "tiers": [{"from": plain(tier.from_quantity), "unit_price": plain(tier.unit_price)} for tier in price.tiers],
        "usage_unit": price.usage_unit,
        "price_unit": price.price_unit,
        "numerator": price.numerator,
        "denominator": price.denominator,
        "valid_from": price.valid_from,
        "withdrawn": price.withdrawn,
        "name": price.name,
        "category": price.category,
        "region": price.region,
        "kind": price.kind.value,
        "tax_class": price.tax_class,
        "publisher": price.publisher,
        "earned_credit": price.earned_credit,
    }


def _portions(values: Sequence[Value]) -> Iterable[Sequence[Value]]:
    return (values[start : start + _AT_A_TIME] for start in range(0, len(values), _AT_A_TIME))
