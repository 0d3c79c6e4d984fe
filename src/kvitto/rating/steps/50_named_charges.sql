-- Charges with the names of what they belong to.
CREATE VIEW named_charges AS
SELECT
    members.pool,
    members.period_start,
    members.subscription,
    prices.meter,
    charges.price AS price_id,
    charges.tier_from,
    charges.day,
    charges.resource,
    charges.quantity,
    charges.unit_price,
    charges.amount,
    prices.price_unit AS unit,
    members.currency
FROM charges
INNER JOIN members USING (member)
INNER JOIN prices USING (price);
