"""An office with many subscriptions whose months wait to be closed.

Usage: closing_office.py HOME SUBSCRIPTIONS

Each account has ten subscriptions, billed from the first to the last of a month; each used five meters on four days of
February 2024, and of March. Everything is brought in by the code an operator uses, but the agreements, which would be a
very long file, are recorded from values.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kvitto.agreements.facts import Agreed

PER_ACCOUNT = 10
METERS = 5
DAYS = (3, 9, 13, 17)  # before the day on which the first month is closed
CLOSING = {"2024-02": "2024-03-20", "2024-03": "2024-04-20"}  # the day on which each month is closed
PRICES = "product,valid_from,unit_price\n"
MAPPING_OF_PRICES = """
price_sheet = "list"
currency = "EUR"
[meter]
column = "product"
[price]
column = "unit_price"
[valid_from]
column = "valid_from"
[unit]
usage = "unit"
price = "unit"
numerator = 1
denominator = 1
"""
_MAPPING_OF_USAGE = """
source = "generated"
[subscription]
column = "subscription"
[resource]
template = "machine/{resource}"
[meter]
column = "meter"
[quantity]
column = "quantity"
unit = "unit"
[time]
column = "at"
zone = "UTC"
[event_id]
columns = ["id"]
"""


def environment(home: Path, month: str = "2024-02") -> dict[str, str]:
    """What a process that closes the month must find."""
    return {
        "KVITTO_HOME": str(home),
        "KVITTO_CLOCK": CLOSING[month],
        "DJANGO_SETTINGS_MODULE": "kvitto.config.settings",
    }


def make(home: Path, subscriptions: int) -> int:
    """Make the office; gives the number of usage rows."""
    from kvitto.config.home import make_home, read_settings

    make_home(home)
    os.environ |= environment(home)
    import django

    django.setup()
    office = read_settings(home, os.environ)
    from kvitto.config.startup import initialise

    initialise(office)
    from kvitto.runs.import_prices import import_prices
    from kvitto.runs.take_in_usage import take_in

    _record_agreements(subscriptions, datetime(2024, 1, 1, tzinfo=UTC))
    prices, usage = _written(home / "files", subscriptions)
    import_prices(office, home / "files" / "prices.toml", [prices])
    return sum(report.accepted for report in take_in(office, home / "files" / "usage.toml", [usage]))


def _record_agreements(subscriptions: int, at: datetime) -> None:
    from django.db import transaction

    from kvitto.agreements.facts import kind_of, parent_of, to_facts
    from kvitto.records.models import AgreementRecord
    from kvitto.records.revisions import next_revision

    with transaction.atomic():
        revision = next_revision(at, "benchmark")
        AgreementRecord.objects.bulk_create(
            (
                AgreementRecord(
                    kind=kind_of(value),
                    key=value.id,
                    parent=parent_of(value),
                    facts=to_facts(value),
                    valid_from=date(2023, 1, 1),
                    recorded_in=revision,
                )
                for value in _agreed(subscriptions)
            ),
            batch_size=1000,
        )


def _agreed(subscriptions: int) -> Iterator[Agreed]:
    from kvitto.agreements.hierarchy import (
        Address,
        AgreementType,
        BillingAccount,
        Party,
        Seller,
        Subscription,
        TaxTreatment,
    )
    from kvitto.agreements.offers import Offer, OfferKind

    party = Party("Seller AB", Address("Storgatan 1", "111 22", "Stockholm", "SE"), "556000-0000", "SE556000000001")
    yield Seller("seller", party, "Europe/Stockholm", "K", "Bankgiro 1-2")
    for number in range((subscriptions + PER_ACCOUNT - 1) // PER_ACCOUNT):
        buyer = Party(f"Buyer {number:05} AB", Address(f"Lillgatan {number}", "222 33", "Lund", "SE"))
        yield BillingAccount(
            f"account-{number:05}", AgreementType.MOSP, buyer.name, date(2023, 1, 10), "EUR", buyer,
            TaxTreatment("S", Decimal(25)), "sv", f"buyer{number}@example.com",
        )  # fmt: skip
    offer = Offer(OfferKind.PAY_AS_YOU_GO)
    for number in range(subscriptions):
        yield Subscription(
            f"subscription-{number:06}", f"account-{number // PER_ACCOUNT:05}", f"Machines {number}", offer,
            date(2024, 2, 1),
        )  # fmt: skip


def _written(folder: Path, subscriptions: int) -> tuple[Path, Path]:
    folder.mkdir(exist_ok=True)
    (folder / "prices.toml").write_text(MAPPING_OF_PRICES, encoding="utf-8")
    (folder / "usage.toml").write_text(_MAPPING_OF_USAGE, encoding="utf-8")
    prices, usage = folder / "prices.csv", folder / "usage.csv"
    rows = "".join(f"meter-{meter},2024-01-01,0.0{meter}17\n" for meter in range(1, METERS + 1))
    prices.write_text(PRICES + rows, encoding="utf-8")
    with usage.open("w", encoding="utf-8") as out:
        out.write("id,subscription,resource,meter,at,quantity\n")
        for month, number, day, meter in product(CLOSING, range(subscriptions), DAYS, range(1, METERS + 1)):
            out.write(
                f"{month}-{number}-{day}-{meter},subscription-{number:06},{number % 7},meter-{meter},"
                f"{month}-{day:02}T0{meter}:00:00Z,{(number * 31 + day * 7 + meter) % 997}.{meter}25\n"
            )
    return prices, usage


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("subscriptions", type=int)
    given = parser.parse_args()
    print(json.dumps({"rows": make(given.home, given.subscriptions)}))
