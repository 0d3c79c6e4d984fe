-- The one place in SQL that rounds; the twin of money.convert_unit.
-- quantity ({QUANTITY_SENT}) × numerator ÷ denominator, half away from zero, as {QUANTITY}.
--
-- The division is one of whole numbers: the product's digits without their point are a whole number of
-- the smallest fraction, and adding half the divisor before dividing rounds the magnitude half up. The product is
-- a checked decimal, so one that does not fit raises.
--
-- A quantity that is in the price's unit already and needs no rounding takes the short way: TRY_CAST gives NULL, and the
-- comparison does not hold, unless every digit survives.
CREATE MACRO convert_unit(quantity, numerator, denominator) AS
CASE
    WHEN numerator = denominator
        AND TRY_CAST(quantity AS {SHORT_QUANTITY_SENT}) = CAST(TRY_CAST(quantity AS {SHORT_QUANTITY_SENT}) AS {SHORT_QUANTITY})
    THEN CAST(CAST(CAST(quantity AS {SHORT_QUANTITY_SENT}) AS {SHORT_QUANTITY}) AS {QUANTITY})
    ELSE
        CAST(
            CASE WHEN quantity < 0 THEN -1::HUGEINT ELSE 1::HUGEINT END
            * ((
                CAST(
                    replace(
                        CAST(CAST(abs(quantity) * CAST(numerator AS DECIMAL(18, 0)) AS {QUANTITY_SENT}) AS VARCHAR), '.', ''
                    ) AS HUGEINT
                )
                + (CAST(denominator AS HUGEINT) * {SENT_TO_CHARGED}) // 2
            ) // (CAST(denominator AS HUGEINT) * {SENT_TO_CHARGED}))
            AS DECIMAL(38, 0)
        ) * {SMALLEST_QUANTITY}
END;
