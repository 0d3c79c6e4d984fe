-- The price in force on each day, and the day's sum in that price's unit. What no price covers is left to the next step.
INSERT INTO priced_days
SELECT
    daily_sums.member,
    prices.price,
    daily_sums.day,
    daily_sums.resource,
    convert_unit(daily_sums.quantity, prices.numerator, prices.denominator) AS quantity
FROM daily_sums
INNER JOIN members USING (member)
INNER JOIN prices
    ON members.price_list = prices.price_list
    AND daily_sums.meter = prices.meter
    AND daily_sums.unit = prices.usage_unit
    AND daily_sums.day >= prices.valid_from
    AND daily_sums.day < prices.valid_to
WHERE NOT prices.withdrawn;
