-- All charges with their names, as a file. The lightest compression: the file is written once and read soon.
COPY (
    SELECT
        pool,
        period_start,
        subscription,
        meter,
        price_id,
        tier_from,
        day,
        resource,
        quantity,
        unit_price,
        amount
    FROM named_charges
) TO $path (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1);
