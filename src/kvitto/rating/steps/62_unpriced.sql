-- Usage that no price covers, counted.
SELECT
    members.pool,
    members.period_start,
    members.subscription,
    unpriced_days.meter,
    unpriced_days.unit,
    unpriced_days.day,
    unpriced_days.cause,
    CAST(sum(unpriced_days.rows) AS BIGINT) AS rows
FROM unpriced_days
INNER JOIN members USING (member)
GROUP BY ALL
ORDER BY ALL;
