"""What somebody who knows SQL well would write to invoice this one month: close.py HOME OUT.

One query sums usage, prices it, rounds the lines, adds the tax and writes the facts as JSON with their digest; the rows
go into a SQLite file in one transaction. It knows nothing of periods, credit, tax rules, revisions, numbers that were
taken before, audit trails, or a second rating.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import time
from pathlib import Path

import duckdb

INVOICES = """
WITH lines AS (
    SELECT
        subscription, meter, min(CAST(used_at AS DATE)) AS first_day, max(CAST(used_at AS DATE)) AS last_day,
        CAST(sum(quantity) AS DECIMAL(28, 12)) AS quantity, any_value(prices.unit_price) AS unit_price,
        CAST(CAST(sum(quantity) AS DECIMAL(20, 6)) * any_value(prices.unit_price) AS DECIMAL(38, 12)) AS exact,
        CAST(CAST(sum(quantity) AS DECIMAL(20, 6)) * any_value(prices.unit_price) AS DECIMAL(18, 2)) AS amount
    FROM read_parquet('{store}/month=2024-02/*/*.parquet')
    INNER JOIN prices USING (meter)
    GROUP BY ALL
),

invoices AS (
    SELECT
        subscription, sum(exact) AS exact, sum(amount) AS net,
        CAST(CAST(sum(amount) AS DECIMAL(16, 2)) * 0.25 AS DECIMAL(18, 2)) AS tax,
        to_json(list({{
            'meter': meter, 'first_day': first_day, 'last_day': last_day, 'quantity': CAST(quantity AS VARCHAR),
            'unit_price': CAST(unit_price AS VARCHAR), 'amount': CAST(amount AS VARCHAR),
            'exact': CAST(exact AS VARCHAR)
        }} ORDER BY meter)) AS lines
    FROM lines
    GROUP BY ALL
),

numbered AS (
    SELECT 'K-2024-' || lpad(CAST(row_number() OVER (ORDER BY subscription) AS VARCHAR), 6, '0') AS number, *
    FROM invoices
),

written AS (
    SELECT *, CAST(to_json({{
        'number': number, 'subscription': subscription, 'seller': 'Seller AB', 'buyer': 'Buyer AB',
        'issue_date': '2024-03-20', 'due_date': '2024-04-19', 'net': CAST(net AS VARCHAR),
        'tax': CAST(tax AS VARCHAR), 'payable': CAST(net + tax AS VARCHAR), 'lines': lines
    }}) AS VARCHAR) AS facts
    FROM numbered
)

SELECT number, subscription, CAST((net + tax) * 100 AS BIGINT), CAST(exact AS VARCHAR), facts, sha256(facts)
FROM written
"""


def close(home: Path, out: Path) -> dict[str, str]:
    """Write the invoices; gives how many, their total and the seconds it took."""
    started = time.perf_counter()
    with duckdb.connect() as connection:
        connection.execute("SET threads = 2")
        connection.execute(
            "CREATE TABLE prices AS SELECT product AS meter, CAST(unit_price AS DECIMAL(18, 6)) AS unit_price"  # noqa: S608 - our own path
            f" FROM read_csv('{home}/files/prices.csv', all_varchar = true)"
        )
        rows = connection.execute(INVOICES.format(store=home / "usage-store")).fetchall()
    with sqlite3.connect(out) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        database.execute(
            "CREATE TABLE invoice (number TEXT PRIMARY KEY, subscription TEXT UNIQUE, payable_minor INTEGER,"
            " total_unrounded TEXT, facts TEXT, facts_digest TEXT)"
        )
        database.executemany("INSERT INTO invoice VALUES (?, ?, ?, ?, ?, ?)", rows)
    seconds = time.perf_counter() - started
    return {
        "invoices": str(len(rows)),
        "payable_minor": str(sum(row[2] for row in rows)),
        "seconds": f"{seconds:.2f}",
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("out", type=Path)
    given = parser.parse_args()
    print(json.dumps(close(given.home, given.out)))
