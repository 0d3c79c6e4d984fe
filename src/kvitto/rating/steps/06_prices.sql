-- price      one version of a price, by its id. `price_list` numbers the price sheets and currencies that members buy from.
-- graduated  its own model; counted: some price of the meter is graduated, so positions are kept for all of its usage.
CREATE TABLE prices AS
SELECT
    price,
    price_list,
    meter,
    usage_unit,
    price_unit,
    numerator,
    denominator,
    valid_from,
    valid_to,
    withdrawn,
    graduated,
    counted
FROM given_prices;

CREATE TABLE tiers AS
SELECT
    price,
    graduated,
    CAST(tier_from AS {QUANTITY}) AS tier_from,
    CAST(starts_at AS {QUANTITY}) AS starts_at,
    CAST(ends_at AS {QUANTITY}) AS ends_at,
    CAST(unit_price AS {PRICE}) AS unit_price
FROM given_tiers;

CREATE TABLE priced_days (member INTEGER, price BIGINT, day DATE, resource VARCHAR, quantity {QUANTITY});
CREATE TABLE unpriced_days (member INTEGER, meter VARCHAR, unit VARCHAR, day DATE, cause VARCHAR, rows BIGINT);
