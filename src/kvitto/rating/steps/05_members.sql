-- Numbers in place of names, so that the large tables stay small.
--   member         one subscription in one period, numbered in the order of pool, period, subscription
--   counting_scope one pool in one period: what is counted together for tiers
CREATE TABLE members AS
SELECT
    CAST(row_number() OVER (ORDER BY pool, period_start, subscription, period_end) AS INTEGER) AS member,
    CAST(dense_rank() OVER (ORDER BY pool, period_start) AS INTEGER) AS counting_scope,
    pool,
    period_start,
    period_end,
    subscription,
    price_list,
    currency
FROM given_members;
