"""The usage that these tests know: machine jobs of two customers, in a small CSV file with a mapping."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import redirect_stdout, suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from kvitto.agreements.hierarchy import Subscription
from kvitto.agreements.offers import Offer, OfferKind
from kvitto.runs.office import Office
from kvitto.usage.mapping import Mapping, read_mapping
from kvitto.usage.readers.mapped import read
from kvitto.usage.record import RefusedUsage, UsageRecord

NOW = datetime(2024, 3, 20, tzinfo=UTC)
MAPPING = """\
source = "jobs"
[subscription]
column = "customer"
[resource]
template = "{size}/{machine}"
[meter]
template = "vm/{size}"
[quantity]
column = "seconds"
unit = "second"
[time]
column = "when"
zone = "Europe/Riga"
[event_id]
columns = ["id"]
[dimensions]
columns = ["note"]
"""
HEADER = "id,when,customer,machine,size,seconds,note"
GOOD = "j1,2024-02-05T10:00:00Z,harbour,m1,small,33.16,night"
_PAYING = Offer(OfferKind.PAY_AS_YOU_GO)
SUBSCRIPTIONS = (
    Subscription("harbour", "account", "Harbour", _PAYING, date(2024, 1, 1), known_as=("Harbour Ltd",)),
    Subscription("mill", "account", "Mill", _PAYING, date(2024, 2, 10), ended_on=date(2024, 3, 10)),
)


def resolve(name: str) -> Subscription | None:
    """The subscription of that id or name."""
    return next((one for one in SUBSCRIPTIONS if name in {one.id, *one.known_as}), None)


def job(number: int, **cells: str) -> str:
    """The line of one good job; cells by column name to have them otherwise."""
    values = {
        "id": f"j{number}",
        "when": f"2024-02-{11 + number % 18:02d}T{number % 24:02d}:30:00.{number % 1000:03d}Z",
        "customer": ("harbour", "mill", "Harbour Ltd")[number % 3],
        "machine": f"m{number % 7}",
        "size": ("small", "large")[number % 2],
        "seconds": f"{number}.{number % 100:02d}",
        "note": f"note {number % 5}",
        **cells,
    }
    return ",".join(values[name] for name in HEADER.split(","))


def write_mapping(folder: Path, text: str = MAPPING) -> Path:
    """The mapping as a file."""
    file = folder / "mapping.toml"
    file.write_text(text, encoding="utf-8")
    return file


def write_usage(folder: Path, lines: Iterable[str], name: str = "usage.csv", header: str = HEADER) -> Path:
    """A CSV file with the header and these lines."""
    file = folder / name
    file.write_bytes("\n".join([header, *lines, ""]).encode())
    return file


def mapping(folder: Path, text: str = MAPPING) -> Mapping:
    """The mapping as a value."""
    return read_mapping(write_mapping(folder, text))


def read_bytes(folder: Path, content: bytes, mapping_text: str = MAPPING) -> list[UsageRecord | RefusedUsage]:
    """What the reader makes of a file with this content."""
    file = folder / "usage.csv"
    file.write_bytes(content)
    return list(read(file, mapping(folder, mapping_text), resolve, NOW))


def read_lines(folder: Path, lines: Sequence[str], mapping_text: str = MAPPING) -> list[UsageRecord | RefusedUsage]:
    """What the reader makes of a file with the usual header and these lines."""
    return read_bytes(folder, "\n".join([HEADER, *lines]).encode(), mapping_text)


def refusal_in(folder: Path, line: str, mapping_text: str = MAPPING) -> RefusedUsage:
    """How a line between two good ones is refused; the good ones are accepted."""
    before, refused, after = read_lines(folder, [job(1), line, job(2)], mapping_text)
    assert isinstance(before, UsageRecord)
    assert isinstance(after, UsageRecord)
    assert isinstance(refused, RefusedUsage)
    return refused


def record_subscriptions(subscriptions: Iterable[Subscription] = SUBSCRIPTIONS) -> None:
    """Write the subscriptions into the database, as applying agreements would."""
    from kvitto.agreements.facts import to_facts
    from kvitto.agreements.hierarchy import ScopeKind
    from kvitto.records.models import AgreementRecord, Revision

    revision = Revision.objects.create(recorded_at=NOW, cause="test")
    for subscription in subscriptions:
        AgreementRecord.objects.create(
            kind=ScopeKind.SUBSCRIPTION.value,
            key=subscription.id,
            parent=subscription.account_id,
            facts=to_facts(subscription),
            valid_from=subscription.started_on,
            recorded_in=revision,
        )


def make_office(_arguments: Sequence[str] = ()) -> None:
    """For a process of its own: an office at KVITTO_HOME that knows the subscriptions."""
    from tests import faults

    faults.make_office()
    record_subscriptions()


def tell_store_and_import_again(arguments: Sequence[str]) -> None:
    """For a process of its own: what the store says as it is found, after the import, and after it once more (JSON)."""
    import json
    import sys

    from kvitto.cli.main import main
    from tests import faults

    office = faults.start_django()
    told = [store_content(office)]
    for _ in range(2):
        with suppress(SystemExit), redirect_stdout(sys.stderr):
            main(arguments)
        told.append(store_content(office))
    json.dump(told, sys.stdout)


def store_content(office: Office) -> dict[str, Any]:
    """All rows by event id, the sequence, the open refusals and the store's own check."""
    import duckdb

    from kvitto.records.refused_rows import list_refused
    from kvitto.records.usage_files import latest_sequence, manifest
    from kvitto.runs.check_store import check_store

    files = [str(office.usage_folder / path) for path in manifest()]
    rows: list[Any] = []
    if files:
        query = "SELECT * EXCLUDE (file, line) FROM read_parquet($files, hive_partitioning = false) ORDER BY ALL"
        rows = duckdb.connect().execute(query, {"files": files}).fetchall()
    report = check_store(office)
    return {
        "rows": [list(map(str, row)) for row in rows],
        "sequence": latest_sequence(),
        "refused": sorted(f"{entry.reason} {entry.raw}" for entry in list_refused()),
        "damage": [str(fault) for fault in report.damage],
    }
