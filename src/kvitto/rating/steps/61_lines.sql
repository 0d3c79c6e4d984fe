-- What an invoice line is made of: charges summed by subscription, meter, price version and tier.
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
    summed.quantity,
    summed.amount,
    summed.first_day,
    summed.last_day
FROM summed
INNER JOIN members USING (member)
INNER JOIN prices USING (price)
ORDER BY ALL;
