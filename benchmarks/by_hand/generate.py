"""A month of usage and its prices, made from row numbers alone: generate.py ROWS FOLDER.

100,000 subscriptions use 40 resources and 20 meters each, over 30 days. Of 2,000 meters 600 have four tiers, the
first of them free. Identifiers are texts, as senders write them; a row comes in no particular order.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import duckdb

USAGE = """
COPY (
    WITH numbers AS (
        SELECT hash(i) AS this, hash(i + 1000000007) AS other FROM range({rows}) AS row_numbers(i)
    ),

    picked AS (
        SELECT
            CAST(this % 100000 AS INTEGER) AS customer,
            CAST((this // 100000) % 40 AS INTEGER) AS machine,
            CAST((this // 4000000) % 30 AS INTEGER) AS days,
            CAST(other % 10000000000000 AS BIGINT) AS ten_billionths
        FROM numbers
    )

    SELECT
        substr(md5(CAST(customer AS VARCHAR)), 1, 8) || '-0000-4000-8000-' || lpad(CAST(customer AS VARCHAR), 12, '0')
            AS subscription_id,
        '/projects/' || customer || '/resources/vm-' || machine AS resource_id,
        CAST(hash(customer * 100 + machine % 20) % 2000 AS INTEGER) AS meter_id,
        CAST(DATE '2026-10-01' + days AS DATE) AS day,
        CAST(CAST(ten_billionths AS DECIMAL(28, 0)) * CAST(0.0000000001 AS DECIMAL(10, 10)) AS DECIMAL(28, 10))
            AS quantity
    FROM picked
) TO '{folder}/usage.parquet' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880)
"""

# included = what the first tier gives for nothing; a meter without tiers has a first price that never ends
PRICES = """
COPY (
    WITH meters AS (
        SELECT CAST(i AS INTEGER) AS meter_id, hash(i) AS random, i % 10 < 3 AS tiered FROM range(2000) AS numbers(i)
    )

    SELECT
        meter_id,
        tiered,
        CAST(CASE WHEN tiered THEN 500 ELSE 0 END AS DECIMAL(28, 10)) AS included,
        CAST(CASE WHEN tiered THEN 2000 ELSE 1000000000 END AS DECIMAL(28, 10)) AS second_from,
        CAST(CASE WHEN tiered THEN 5000 ELSE 1000000000 END AS DECIMAL(28, 10)) AS third_from,
        CAST((random % 99999999) * CAST(0.00000001 AS DECIMAL(10, 8)) AS DECIMAL(17, 8)) AS first_price,
        CAST((random % 79999999) * CAST(0.00000001 AS DECIMAL(10, 8)) AS DECIMAL(17, 8)) AS second_price,
        CAST((random % 59999999) * CAST(0.00000001 AS DECIMAL(10, 8)) AS DECIMAL(17, 8)) AS third_price
    FROM meters
    ORDER BY meter_id
) TO '{folder}/prices.parquet' (FORMAT parquet)
"""


def generate(rows: int, folder: Path) -> None:
    """Write usage.parquet and prices.parquet into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(config={"threads": "2", "preserve_insertion_order": "false"}) as connection:
        for statement in (USAGE, PRICES):
            connection.execute(statement.format(rows=rows, folder=folder))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", type=int)
    parser.add_argument("folder", type=Path)
    given = parser.parse_args()
    generate(given.rows, given.folder)
