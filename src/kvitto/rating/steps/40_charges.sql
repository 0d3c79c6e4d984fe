-- Quantity × unit price, exactly; the amount keeps every digit.
--   per unit    the day's sum at the one price
--   graduated   a charge for each tier that the way from position_before to position_after crosses. The first tier has no
--               start and the last no end (NULL, which greatest and least pass over); a sum of zero is one charge of zero.
CREATE VIEW charges AS
WITH per_unit AS (
    SELECT
        priced_days.member,
        priced_days.price,
        tiers.tier_from,
        priced_days.day,
        priced_days.resource,
        priced_days.quantity,
        tiers.unit_price
    FROM priced_days
    INNER JOIN tiers USING (price)
    WHERE NOT tiers.graduated
),

graduated AS (
    SELECT
        tier_positions.member,
        tier_positions.price,
        tiers.tier_from,
        tier_positions.day,
        tier_positions.resource,
        CAST(
            least(greatest(tier_positions.position_after, tiers.starts_at), tiers.ends_at)
            - least(greatest(tier_positions.position_before, tiers.starts_at), tiers.ends_at)
            AS {QUANTITY}
        ) AS quantity,
        tiers.unit_price
    FROM tier_positions
    INNER JOIN tiers
        ON tier_positions.price = tiers.price
        AND (
            tiers.starts_at IS NULL
            OR greatest(tier_positions.position_before, tier_positions.position_after) > tiers.starts_at
            OR (tier_positions.quantity = 0 AND tier_positions.position_before = tiers.starts_at)
        )
        AND (
            tiers.ends_at IS NULL
            OR least(tier_positions.position_before, tier_positions.position_after) < tiers.ends_at
        )
)

SELECT
    member,
    price,
    tier_from,
    day,
    resource,
    quantity,
    unit_price,
    CAST(quantity * unit_price AS {AMOUNT}) AS amount
FROM (
    SELECT * FROM per_unit
    UNION ALL
    SELECT * FROM graduated
) AS parts;
