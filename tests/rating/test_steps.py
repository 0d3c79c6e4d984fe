"""The SQL steps keep to the rules of exactness: whole numbers are divided, one macro rounds, nothing floats."""

from __future__ import annotations

import re
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from kvitto.money import AMOUNT, PRICE, QUANTITY, QUANTITY_SENT
from kvitto.rating.engine import RatedUsage
from tests.rating.cast import graduated, member, rated, used

_ROUNDING = "00_convert_unit.sql"
_STEPS = sorted(path.name for path in files("kvitto.rating").joinpath("steps").iterdir() if path.name.endswith(".sql"))
_WIDTHS = {QUANTITY_SENT.sql_type, QUANTITY.sql_type, PRICE.sql_type, AMOUNT.sql_type}


def _code(step: str) -> str:
    text = files("kvitto.rating").joinpath("steps", step).read_text(encoding="utf-8")
    return re.sub(r"--.*", "", text)


def test_the_steps_are_numbered_and_named() -> None:
    """They are read in the order of their numbers."""
    assert len(_STEPS) > 5
    assert all(re.fullmatch(r"\d\d_[a-z_]+\.sql", step) for step in _STEPS)
    assert _ROUNDING in _STEPS


@pytest.mark.parametrize("step", _STEPS)
def test_no_step_can_lose_a_digit(step: str) -> None:
    """`/`, averages, floating point and rounding functions are banned; `//` divides whole numbers."""
    code = _code(step)

    assert "/" not in code.replace("//", "")
    assert not re.search(
        r"\b(avg|mean|float\w*|double|real|round|trunc|floor|ceil\w*|try_cast)\b",
        _but_rounding(step, code),
        re.IGNORECASE,
    )


@pytest.mark.parametrize("step", [step for step in _STEPS if step != _ROUNDING])
def test_widths_are_those_of_money(step: str) -> None:
    """No step but the rounding macro writes a decimal's width itself, or divides at all."""
    assert "DECIMAL" not in _code(step).upper()
    assert "//" not in _code(step)
    assert set(re.findall(r"\{(\w+)\}", _code(step))) <= {"QUANTITY_SENT", "QUANTITY", "PRICE", "AMOUNT"}


def _but_rounding(step: str, code: str) -> str:
    # The macro asks with TRY_CAST whether a value fits, and compares; see its comment.
    return re.sub(r"\bTRY_CAST\b", "", code) if step == _ROUNDING else code


def test_every_number_has_one_of_the_widths(tmp_path: Path) -> None:
    """Tables, views and results hold whole numbers, or decimals of the widths that `money` states."""
    tiers = graduated(("0", "1"), ("10", "2"), fraction=(1, 3600))
    with rated(tmp_path, [used("100")], [member()], [tiers]) as result:
        kinds = _kinds(result)

    decimals = {kind for kind in kinds.values() if kind.startswith("DECIMAL")}
    assert decimals == _WIDTHS - {QUANTITY_SENT.sql_type}
    assert set(kinds.values()) - decimals <= {"VARCHAR", "DATE", "BIGINT", "INTEGER", "BOOLEAN"}
    assert kinds["priced_days.quantity"] == QUANTITY.sql_type
    assert kinds["tier_positions.position_after"] == QUANTITY.sql_type
    assert kinds["named_charges.amount"] == AMOUNT.sql_type
    assert kinds["tiers.unit_price"] == PRICE.sql_type


def test_results_keep_the_widths(tmp_path: Path) -> None:
    """What is asked for at the end is as wide as what it is made of."""
    with rated(tmp_path, [used("100")], [member()], [graduated(("0", "1"), ("10", "2"))]) as result:
        result.write_parquet(tmp_path / "charges.parquet")
        cursor = result._connection.cursor()  # noqa: SLF001 - only here can its types be seen
        written = cursor.execute(
            "DESCRIBE SELECT * FROM read_parquet($1)", [str(tmp_path / "charges.parquet")]
        ).fetchall()
        total = result.totals([], date(2024, 2, 1), date(2024, 3, 1))[0]
        line = result.lines()[0]

    kinds = {name: kind for name, kind, *_ in written}
    assert (kinds["quantity"], kinds["unit_price"], kinds["amount"]) == (
        QUANTITY.sql_type,
        PRICE.sql_type,
        AMOUNT.sql_type,
    )
    for quantity, amount in ((total.quantity, total.amount), (line.quantity, line.amount)):
        assert (quantity.as_tuple().exponent, amount.as_tuple().exponent) == (-QUANTITY.decimals, -AMOUNT.decimals)


def _kinds(result: RatedUsage) -> dict[str, str]:
    cursor = result._connection.cursor()  # noqa: SLF001 - only here can its types be seen
    columns = cursor.execute(
        "SELECT table_name || '.' || column_name, data_type FROM duckdb_columns() WHERE NOT internal "
        "AND table_name NOT LIKE 'given%'"
    ).fetchall()
    return dict(columns)
