-- Every charge, in the order of its names; of one pool if one is given.
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
WHERE CAST($pool AS VARCHAR) IS NULL OR pool = $pool
ORDER BY ALL;
