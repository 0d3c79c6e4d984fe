-- Step (b): how far into the tiers each day's sum begins and ends; only meters that have a graduated price are counted.
-- The position runs over the pool's whole period in the order day, subscription, resource; a new price does not reset it.
CREATE TABLE tier_positions AS
WITH counted AS (
    SELECT
        priced_days.*,
        prices.graduated,
        CAST(
            sum(priced_days.quantity) OVER (
                PARTITION BY members.counting_scope, prices.meter
                ORDER BY priced_days.day, priced_days.member, priced_days.resource
                ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
            ) AS {QUANTITY}
        ) AS position_after
    FROM priced_days
    INNER JOIN members USING (member)
    INNER JOIN prices USING (price)
    WHERE prices.counted
)

SELECT
    member,
    price,
    day,
    resource,
    quantity,
    CAST(position_after - quantity AS {QUANTITY}) AS position_before,
    position_after
FROM counted
WHERE graduated;
