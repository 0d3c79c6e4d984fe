-- Usage without a price, or sent in another unit than its price converts. Only run when the step before left some.
INSERT INTO unpriced_days
SELECT
    daily_sums.member,
    daily_sums.meter,
    daily_sums.unit,
    daily_sums.day,
    CASE WHEN prices.price IS NULL THEN 'no-price' ELSE 'unit' END AS cause,
    daily_sums.rows
FROM daily_sums
INNER JOIN members USING (member)
LEFT JOIN prices
    ON members.price_list = prices.price_list
    AND daily_sums.meter = prices.meter
    AND daily_sums.day >= prices.valid_from
    AND daily_sums.day < prices.valid_to
    AND NOT prices.withdrawn
WHERE prices.price IS NULL OR prices.usage_unit != daily_sums.unit;
