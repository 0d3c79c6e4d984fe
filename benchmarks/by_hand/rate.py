"""What somebody who knows DuckDB well would write for this one month: rate.py FOLDER OUT [--threads N] [--memory SIZE].

Sum once by subscription, meter, resource and day; run a window over the meters with tiers only; multiply the others
straight away. Exact to the last digit. It knows nothing of units, price versions, periods, pools or missing prices.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import duckdb

SUMS = """
CREATE TEMP TABLE sums AS
SELECT subscription_id, meter_id, resource_id, day, CAST(sum(quantity) AS DECIMAL(28, 10)) AS quantity
FROM read_parquet('{folder}/usage.parquet')
GROUP BY ALL
"""


def priced(quantity: str, price: str) -> str:
    """Quantity × price in 38 digits."""
    return f"CAST(CAST({quantity} AS DECIMAL(20, 10)) * {price} AS DECIMAL(36, 18))"


def cost_of_first(units: str) -> str:
    """What the first so many units of a month cost."""
    second = priced("(second_from - included)", "first_price")
    third = priced("(third_from - second_from)", "second_price")
    return f"""CAST(CASE
        WHEN {units} <= included THEN CAST(0 AS DECIMAL(36, 18))
        WHEN {units} <= second_from THEN {priced(f"({units} - included)", "first_price")}
        WHEN {units} <= third_from THEN {second} + {priced(f"({units} - second_from)", "second_price")}
        ELSE {second} + {third} + {priced(f"({units} - third_from)", "third_price")}
    END AS DECIMAL(37, 18))"""


RATED = f"""
COPY (
    WITH running AS (
        SELECT
            sums.*, prices.* EXCLUDE (meter_id),
            CAST(sum(sums.quantity) OVER (
                PARTITION BY sums.subscription_id, sums.meter_id
                ORDER BY sums.day, sums.resource_id
                ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
            ) AS DECIMAL(28, 10)) AS used
        FROM sums INNER JOIN prices USING (meter_id)
        WHERE prices.tiered
    )

    SELECT subscription_id, meter_id, resource_id, day, quantity,
        {cost_of_first("used")} - {cost_of_first("CAST(used - quantity AS DECIMAL(28, 10))")} AS cost
    FROM running
    UNION ALL
    SELECT sums.subscription_id, sums.meter_id, sums.resource_id, sums.day, sums.quantity,
        CAST({priced("sums.quantity", "first_price")} AS DECIMAL(38, 18))
    FROM sums INNER JOIN prices USING (meter_id)
    WHERE NOT prices.tiered
) TO '{{out}}/rated.parquet' (FORMAT parquet, COMPRESSION zstd)
"""  # noqa: S608 - made of this file's own texts

TOTALS = """
COPY (SELECT subscription_id, sum(cost) AS total FROM read_parquet('{out}/rated.parquet') GROUP BY ALL ORDER BY ALL)
TO '{out}/totals.parquet' (FORMAT parquet)
"""


def rate(folder: Path, out: Path, threads: int, memory: str) -> dict[str, str]:
    """Write rated.parquet and totals.parquet into `out`; gives rows, total and a digest of all totals."""
    out.mkdir(parents=True, exist_ok=True)
    settings: dict[str, str | bool | int | float | list[str]] = {
        "threads": str(threads),
        "memory_limit": memory,
        "preserve_insertion_order": "false",
        "temp_directory": str(out / "spilled"),
    }
    with duckdb.connect(config=settings) as connection:
        connection.execute(f"CREATE TABLE prices AS SELECT * FROM read_parquet('{folder}/prices.parquet')")  # noqa: S608 - our own path
        for statement in (SUMS, RATED, TOTALS):
            connection.execute(statement.format(folder=folder, out=out))
        found = connection.execute(
            f"SELECT count(*), sum(total) FROM read_parquet('{out}/totals.parquet')"  # noqa: S608 - our own path
        ).fetchone()
    subscriptions, total = found or (0, 0)
    return {"subscriptions": str(subscriptions), "total": str(total)}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--memory", default="12GB")
    given = parser.parse_args()
    print(json.dumps(rate(given.folder, given.out, given.threads, given.memory)))
