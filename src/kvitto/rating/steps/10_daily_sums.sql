-- Step (a), one bucket at a time: what each resource used of a meter on a UTC day, exactly, in the unit it was sent in.
-- Days that lie in none of the subscription's periods are left out.
CREATE OR REPLACE TABLE daily_sums AS
SELECT
    members.member,
    usage.meter,
    usage.resource,
    usage.unit,
    CAST(usage.used_at AS DATE) AS day,
    CAST(sum(usage.quantity) AS {QUANTITY_SENT}) AS quantity,
    count(*) AS rows
FROM read_parquet($files, hive_partitioning = false) AS usage
INNER JOIN members
    ON usage.subscription = members.subscription
    AND usage.used_at >= CAST(members.first_day AS TIMESTAMP)
    AND usage.used_at < CAST(members.end_day AS TIMESTAMP)
WHERE
    usage.used_at >= CAST($first_day AS TIMESTAMP)
    AND usage.used_at < CAST($end_day AS TIMESTAMP)
GROUP BY ALL;
