"""An office as large as the portal must bear: one enrollment, billing profiles, and accounts that buy online.

Usage: serving_office.py HOME SUBSCRIPTIONS ROWS

A fifth of the subscriptions stand in one enrollment, three tenths under billing profiles of fifty, the others were
bought online: one account with one, one with 25, the others with ten each. They use five meters in February and March
2024; the usage came in four files a month. February is closed, without documents, and estimates are worked out ahead
(`runs.estimates.refresh`), as an office of this size does after an import. The rows are written by the code
that writes the store, not read from CSV: that would take longer than everything else.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.closing_office import MAPPING_OF_PRICES, METERS, PRICES, environment

if TYPE_CHECKING:
    from kvitto.agreements.facts import Agreed
    from kvitto.agreements.hierarchy import Party, TaxTreatment

ENROLLMENT = "enrollment"
PER_PROFILE, PER_SECTION, PER_OWNER, PER_ACCOUNT = 50, 10, 100, 10
TWENTY_FIVE = 25
FEW = 20  # people of each kind who ask for pages
IMPORTS = ((1, 8), (8, 15), (15, 18), (18, 20))  # first day, and the day after the last, of each file of a month
_DAYS = (date(2024, 2, 1), date(2024, 3, 1))
_ROWS = """
SELECT
    strftime(day, '%Y-%m') AS month,
    bucket,
    subscription,
    'machine/' || CAST(number % 7 AS VARCHAR) AS resource,
    'meter-' || CAST(1 + turn % {meters} AS VARCHAR) AS meter,
    CAST(day AS TIMESTAMP) + to_hours(turn % 24) AS used_at,
    CAST(CAST((number * 31 + turn * 7) % 9973 AS DECIMAL(18, 0)) * CAST(0.125 AS DECIMAL(4, 3)) AS DECIMAL(38, 15))
        AS quantity,
    'unit' AS unit,
    'generated' AS source,
    subscription || '-' || CAST(day AS VARCHAR) || '-' || CAST(turn AS VARCHAR) AS event_id,
    md5_number_lower(subscription || CAST(day AS VARCHAR) || CAST(turn AS VARCHAR)) AS content_digest,
    '{{}}' AS dimensions,
    'generated.parquet' AS file,
    CAST(1 AS BIGINT) AS line
FROM subscriptions
CROSS JOIN (
    SELECT
        CAST(turns.turn AS INTEGER) AS turn,
        CAST(DATE '{first}' + CAST(turns.turn % {days} AS INTEGER) AS DATE) AS day
    FROM range({start}, {end}) AS turns(turn)
) AS taken
ORDER BY month, bucket, subscription, meter, used_at, resource, event_id
"""


def make(home: Path, subscriptions: int, rows: int) -> dict[str, int]:
    """Make the office; gives how many rows, invoices and people it has."""
    from kvitto.config.home import make_home, read_settings

    make_home(home)
    os.environ |= environment(home)
    import django

    django.setup()
    office = read_settings(home, os.environ)
    from kvitto.config.startup import initialise

    initialise(office)
    from kvitto.records.agreements import subscription_names
    from kvitto.runs.closing.issue_invoices import close
    from kvitto.runs.estimates import refresh
    from kvitto.runs.import_prices import import_prices

    _record(_agreed(subscriptions), datetime(2024, 1, 1, tzinfo=UTC))
    folder = home / "files"
    folder.mkdir(exist_ok=True)
    (folder / "prices.toml").write_text(MAPPING_OF_PRICES, encoding="utf-8")
    lines = "".join(f"meter-{meter},2024-01-01,0.0{meter}17\n" for meter in range(1, METERS + 1))
    (folder / "prices.csv").write_text(PRICES + lines, encoding="utf-8")
    import_prices(office, folder / "prices.toml", [folder / "prices.csv"])
    taken = sum(
        take_in(office.usage_folder, sorted(subscription_names()), month, part, rows // (2 * subscriptions))
        for month in _DAYS
        for part in range(len(IMPORTS))
    )
    people = _people(subscriptions)
    report = close(office, checked=False, documents=False)
    started = time.perf_counter()
    periods = refresh(office)
    return {
        "rows": taken,
        "invoices": len(report.issued),
        "blocked": len(report.blocked),
        "people": people,
        "periods": periods,
        "seconds_of_refresh": round(time.perf_counter() - started),
    }


def take_in(store: Path, names: list[str], month: date, part: int, turns: int) -> int:
    """Write one file's rows of every subscription into the store; gives how many."""
    import duckdb
    import pyarrow as pa
    from django.db import transaction

    from kvitto.records.models import UsageImport
    from kvitto.records.usage_files import add_batch, bucket_count, latest_sequence
    from kvitto.usage.publishing import write_aside
    from kvitto.usage.store import bucket_of

    first, end = IMPORTS[part]
    start = turns * part // len(IMPORTS)
    stop = turns * (part + 1) // len(IMPORTS)
    buckets = bucket_count()
    with duckdb.connect(config={"threads": "2", "temp_directory": str(store / "spilled")}) as database:
        database.register(
            "subscriptions",
            pa.table({
                "subscription": names,
                "number": list(range(len(names))),
                "bucket": [bucket_of(name, buckets) for name in names],
            }),
        )  # fmt: skip
        text = _ROWS.format(meters=METERS, first=month.replace(day=first), days=end - first, start=start, end=stop)
        batches: Any = database.sql(text).to_arrow_reader(100_000)
        files = write_aside(batches, store, latest_sequence() + 1)
    at = datetime(month.year, month.month, end, 3, tzinfo=UTC)
    counts = {"accepted": sum(file.rows for file in files), "duplicates": 0, "refused": 0}
    with transaction.atomic():
        taken = UsageImport.objects.create(
            source="generated", file="generated.parquet", file_digest=secrets.token_hex(32), imported_at=at, **counts
        )
        add_batch(taken, files, latest_sequence(), at)
    return counts["accepted"]


def shares(subscriptions: int) -> dict[str, int]:
    """How many stand in the enrollment, under billing profiles, and were bought online."""
    enrolled, in_profiles = subscriptions // 5, subscriptions * 3 // 10 // PER_PROFILE * PER_PROFILE
    return {"enrolled": enrolled, "profiles": in_profiles, "online": subscriptions - enrolled - in_profiles}


def online_accounts(count: int) -> Iterator[tuple[str, range]]:
    """Accounts that buy online with the numbers of their subscriptions: `FEW` of one, `FEW` of 25, others of ten."""
    sizes = [1] * FEW + [TWENTY_FIVE] * FEW
    start = 0
    for number in range(count):
        size = sizes[number] if number < len(sizes) else PER_ACCOUNT
        if start >= count:
            return
        yield f"account-{number:05}", range(start, min(count, start + size))
        start += size


def _agreed(subscriptions: int) -> Iterator[Agreed]:
    from kvitto.agreements.hierarchy import Address, Party, Seller, TaxTreatment

    party = Party("Seller AB", Address("Storgatan 1", "111 22", "Stockholm", "SE"), "556000-0000", "SE556000000001")
    yield Seller("seller", party, "Europe/Stockholm", "K", "Bankgiro 1-2")
    buyer = Party("Buyer AB", Address("Lillgatan 1", "222 33", "Lund", "SE"), "556000-0000", "SE556000000001")
    tax, share = TaxTreatment("S", Decimal(25)), shares(subscriptions)
    yield from _online(share["online"], buyer, tax)
    yield from _profiles(share["profiles"], buyer, tax)
    yield from _enrollment(share["enrolled"], buyer, tax)


def _online(count: int, buyer: Party, tax: TaxTreatment) -> Iterator[Agreed]:
    from kvitto.agreements.hierarchy import AgreementType, BillingAccount, Subscription
    from kvitto.agreements.offers import Offer, OfferKind

    for account, numbers in online_accounts(count):
        yield BillingAccount(
            account, AgreementType.MOSP, f"Buyer {account}", date(2023, 1, 10), "EUR", buyer, tax, "sv",
            f"{account}@example.com",
        )  # fmt: skip
        for number in numbers:
            yield Subscription(
                f"online-{number:06}", account, f"Machines {number}", Offer(OfferKind.PAY_AS_YOU_GO), date(2024, 2, 1)
            )


def _profiles(count: int, buyer: Party, tax: TaxTreatment) -> Iterator[Agreed]:
    from kvitto.agreements.hierarchy import (
        AgreementType,
        BillingAccount,
        BillingProfile,
        InvoiceSection,
        Subscription,
    )
    from kvitto.agreements.offers import Offer, OfferKind

    for number in range(count // PER_PROFILE):
        account, profile = f"customer-{number:05}", f"profile-{number:05}"
        yield BillingAccount(
            account, AgreementType.MCA, f"Customer {number}", date(2023, 1, 10), "EUR", buyer, tax, "en"
        )
        yield BillingProfile(profile, account, f"Profile {number}", buyer)
        for part in range(PER_PROFILE // PER_SECTION):
            yield InvoiceSection(f"{profile}-{part}", profile, f"Section {part}")
        for part in range(PER_PROFILE):
            yield Subscription(
                f"placed-{number * PER_PROFILE + part:06}", account, f"Project {part}",
                Offer(OfferKind.PAY_AS_YOU_GO), date(2024, 2, 1), section_id=f"{profile}-{part // PER_SECTION}",
            )  # fmt: skip


def _enrollment(count: int, buyer: Party, tax: TaxTreatment) -> Iterator[Agreed]:
    from kvitto.agreements.hierarchy import (
        AgreementType,
        BillingAccount,
        Department,
        Enrollment,
        EnrollmentAccount,
        Subscription,
    )
    from kvitto.agreements.offers import Offer, OfferKind

    yield BillingAccount(
        ENROLLMENT, AgreementType.EA, "Large Enrollment", date(2024, 2, 1), "EUR", buyer, tax, "en",
        enrollment=Enrollment("8100001", date(2024, 2, 1)),
    )  # fmt: skip
    owners = max(1, count // PER_OWNER)
    for number in range(0, owners, 10):
        yield Department(f"department-{number:04}", ENROLLMENT, f"Department {number}")
    for number in range(owners):
        yield EnrollmentAccount(
            f"owner-{number:04}", ENROLLMENT, f"Team {number}", f"department-{number // 10 * 10:04}"
        )
    for number in range(count):
        yield Subscription(
            f"enrolled-{number:06}", ENROLLMENT, f"Workload {number}", Offer(OfferKind.PAY_AS_YOU_GO), date(2024, 2, 1),
            enrollment_account_id=f"owner-{min(number // PER_OWNER, owners - 1):04}",
        )  # fmt: skip


def _record(values: Iterator[Agreed], at: datetime) -> None:
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
                for value in values
            ),
            batch_size=1000,
        )


def _people(subscriptions: int) -> int:
    """People with one, 25, fifty and all subscriptions of the enrollment; gives how many."""
    from kvitto.access.roles import Role
    from kvitto.agreements.hierarchy import ScopeKind
    from kvitto.records.models import Person, RoleAssignment
    from kvitto.records.revisions import next_revision

    share = shares(subscriptions)
    revision = next_revision(datetime(2024, 1, 2, tzinfo=UTC), "benchmark")
    accounts = [account for account, _ in online_accounts(share["online"])]
    held = [
        *(("one", Role.ACCOUNT_ADMINISTRATOR, ScopeKind.BILLING_ACCOUNT, key) for key in accounts[:FEW]),
        *(("few", Role.ACCOUNT_ADMINISTRATOR, ScopeKind.BILLING_ACCOUNT, key) for key in accounts[FEW : 2 * FEW]),
        *(
            ("profile", Role.BILLING_PROFILE_OWNER, ScopeKind.BILLING_PROFILE, f"profile-{number:05}")
            for number in range(min(FEW, share["profiles"] // PER_PROFILE))
        ),
        *(("enrollment", Role.ENTERPRISE_ADMINISTRATOR, ScopeKind.BILLING_ACCOUNT, ENROLLMENT) for _ in range(3)),
    ]
    for number, (group, role, kind, key) in enumerate(held):
        person = Person.objects.create_user(f"{group}-{number}@example.com", None, name=f"{group} {number}")
        RoleAssignment.objects.create(
            person=person, role=role, scope_kind=kind, scope_key=key, valid_from=date(2024, 1, 2), recorded_in=revision
        )
    return len(held)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("subscriptions", type=int)
    parser.add_argument("rows", type=int)
    given = parser.parse_args()
    print(json.dumps(make(given.home, given.subscriptions, given.rows)))
