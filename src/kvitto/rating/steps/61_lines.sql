-- What an invoice line is made of: charges summed by subscription, meter, price version and tier. A subscription may be
-- several members of a period, for different days of it.
WITH summed AS (
    SELECT
        member,
        price,
        tier_from,
        unit_price,
        CAST(sum(quantity) AS {QUANTITY}) AS quantity,
        CAST(sum(amount) AS {AMOUNT}) AS amount,
        min(day) AS first_day,
        max(day) AS last_day
    FROM charges
    GROUP BY ALL
)

SELECT
    members.pool,
    members.period_start,
    members.subscription,
    prices.meter,
    summed.price AS price_id,
    summed.tier_from,
    summed.unit_price,
    CAST(sum(summed.quantity) AS {QUANTITY}) AS quantity,
    CAST(sum(summed.amount) AS {AMOUNT}) AS amount,
    min(summed.first_day) AS first_day,
    max(summed.last_day) AS last_day
FROM summed
INNER JOIN members USING (member)
INNER JOIN prices USING (price)
GROUP BY ALL
ORDER BY ALL;
