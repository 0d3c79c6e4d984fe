-- The meters that these subscriptions used, so that only their prices need to be brought.
SELECT DISTINCT meter
FROM read_parquet($files, hive_partitioning = false)
WHERE
    used_at >= CAST($first_day AS TIMESTAMP)
    AND used_at < CAST($end_day AS TIMESTAMP)
    AND subscription IN (SELECT unnest($subscriptions));
