-- Sums over the days from first_day up to, not including, end_day, by what was asked for; always by unit and currency.
SELECT
    CASE WHEN $by_day THEN day END AS day,
    CASE WHEN $by_subscription THEN subscription END AS subscription,
    CASE WHEN $by_meter THEN meter END AS meter,
    CASE WHEN $by_resource THEN resource END AS resource,
    unit,
    currency,
    CAST(sum(quantity) AS {QUANTITY}) AS quantity,
    CAST(sum(amount) AS {AMOUNT}) AS amount
FROM named_charges
WHERE day >= $first_day AND day < $end_day
GROUP BY ALL
ORDER BY ALL;
