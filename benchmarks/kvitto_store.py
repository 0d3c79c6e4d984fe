"""The generated rows in Kvitto's own store, written by the code that writes it in an office.

Usage: kvitto_store.py FOLDER STORE
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from kvitto.usage.publishing import write_aside
from kvitto.usage.store import bucket_of

BUCKETS = 8
_BATCH = 100_000

_ROWS = """
SELECT
    strftime(day, '%Y-%m') AS month,
    bucket,
    subscription_id AS subscription,
    resource_id AS resource,
    'meter-' || lpad(CAST(meter_id AS VARCHAR), 4, '0') AS meter,
    CAST(day AS TIMESTAMP) + to_seconds(CAST(hash(quantity) % 86400 AS INTEGER)) AS used_at,
    CAST(quantity AS DECIMAL(38, 15)) AS quantity,
    'unit' AS unit,
    'generated' AS source,
    md5(subscription_id || resource_id || day || quantity) AS event_id,
    md5_number_lower(resource_id || quantity) AS content_digest,
    '{{}}' AS dimensions,
    'usage.parquet' AS file,
    CAST(file_row_number AS BIGINT) AS line
FROM read_parquet('{folder}/usage.parquet', file_row_number = true)
INNER JOIN buckets USING (subscription_id)
ORDER BY month, bucket, subscription, meter, used_at, resource, event_id
"""


def make_store(folder: Path, store: Path) -> list[Path]:
    """Put the rows of the folder's usage.parquet into the store; gives its files."""
    store.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(
        config={"threads": "2", "memory_limit": "8GB", "temp_directory": str(store / "spilled")}
    ) as rows:
        found = rows.execute(f"SELECT DISTINCT subscription_id FROM read_parquet('{folder}/usage.parquet')").fetchall()  # noqa: S608 - our own path
        names = [name for (name,) in found]
        table = pa.table({"subscription_id": names, "bucket": [bucket_of(name, BUCKETS) for name in names]})
        rows.register("buckets", table)
        batches: Any = rows.sql(_ROWS.format(folder=folder)).to_arrow_reader(_BATCH)
        (store / "subscriptions.txt").write_text("\n".join(sorted(names)), encoding="utf-8")
        return [store / file.path for file in write_aside(batches, store, 1)]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("store", type=Path)
    given = parser.parse_args()
    make_store(given.folder, given.store)
