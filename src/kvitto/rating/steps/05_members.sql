-- Numbers in place of names, so that the large tables stay small.
--   member         one subscription for some days of one period, numbered in the order of pool, period, subscription, days
--   counting_scope one pool from one day on: what is counted together for tiers
CREATE TABLE members AS
SELECT
    CAST(row_number() OVER (ORDER BY pool, period_start, subscription, first_day) AS INTEGER) AS member,
    CAST(dense_rank() OVER (ORDER BY pool, counting_start) AS INTEGER) AS counting_scope,
    pool,
    period_start,
    first_day,
    end_day,
    subscription,
    price_list,
    currency
FROM given_members;
