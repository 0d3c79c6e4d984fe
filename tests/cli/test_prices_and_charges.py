"""From price lists and usage to charges, by commands, as a person types them."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from tests.command import Command
from tests.tiered_office import PRICES, write_files


@pytest.fixture
def office(command: Command, tmp_path: Path) -> Command:
    """An office with agreements, prices and usage."""
    write_files(tmp_path)
    command.make()
    command.must("agreements", "apply", str(tmp_path / "agreements.toml"), "--yes")
    command.must("prices", "import", "--mapping", str(tmp_path / "prices.toml"), str(tmp_path / "prices.csv"))
    command.must("usage", "import", "--mapping", str(tmp_path / "usage.toml"), str(tmp_path / "usage.csv"))
    return command


def test_charges_of_a_month(office: Command, tmp_path: Path) -> None:
    """Tiers are filled from the start of the billing period; then the days outside are left out, --to among them."""
    february = ("charges", "list", "--from", "2024-02-01", "--to", "2024-03-01")

    by_day = json.loads(office.must(*february, "--by", "day,subscription,meter,resource", "--json"))
    in_all = json.loads(office.must(*february, "--by", "", "--json"))
    table = office.must(*february)

    common = {
        "subscription": "storage",
        "meter": "storage",
        "resource": "bucket",
        "unit": "gigabyte",
        "currency": "EUR",
    }
    assert by_day == [
        {"day": "2024-02-01", **common, "quantity": "4", "amount": "4.2"},  # 8 before: 2 × 2 + 2 × 0.1
        {"day": "2024-02-29", **common, "quantity": "3", "amount": "6"},  # a new period
    ]
    assert in_all == [{"quantity": "7", "unit": "gigabyte", "currency": "EUR", "amount": "10.2"}]
    assert "Charges from 1 February 2024 up to, not including, 1 March 2024, unrounded." in table
    assert table.splitlines()[-1] == "Total: 10.20\N{NO-BREAK SPACE}EUR"


def test_usage_without_a_price_is_warned_of(office: Command, tmp_path: Path) -> None:
    """The status is not 0, and the sentence says which usage is missing and what to do."""
    (tmp_path / "more.csv").write_text(
        "id,customer,meter,at,used\n9,Storage,glue,2024-02-02T00:00:00,1\n", encoding="utf-8"
    )
    office.must("usage", "import", "--mapping", str(tmp_path / "usage.toml"), str(tmp_path / "more.csv"))

    said = office.run("charges", "list", "--from", "2024-02-01", "--to", "2024-03-01", "--json")

    assert said.status == 1
    assert [Decimal(row["amount"]) for row in json.loads(said.out)] == [Decimal("10.2")]
    assert "1 row of usage is not in these charges, because no price covers it:" in said.error
    assert "2 February 2024, storage: glue has no price." in said.error
    assert office.run("charges", "list", "--from", "2024-02-03", "--to", "2024-03-01").status == 0


def test_wrong_questions_are_answered_with_a_sentence(office: Command) -> None:
    """No traceback, and a status that is not 0."""
    backwards = office.run("charges", "list", "--from", "2024-02-01", "--to", "2024-02-01")
    unknown = office.run("charges", "list", "--from", "2024-02-01", "--to", "2024-03-01", "--by", "colour")

    assert (backwards.status, unknown.status) == (1, 1)
    assert "--to (1 February 2024) must be later than --from (1 February 2024)" in backwards.error
    assert "--by knows no “colour”. It takes any of day, subscription, meter" in unknown.error
    assert "Traceback" not in backwards.error + unknown.error


def test_prices_are_listed(office: Command) -> None:
    """With their tiers, and only those in force on a day if one is given."""
    (price,) = json.loads(office.must("prices", "list", "--meter", "storage", "--json"))
    assert price["tiers"] == [{"from": "0", "unit_price": "2"}, {"from": "10", "unit_price": "0.1"}]
    assert json.loads(office.must("prices", "list", "--on", "2023-12-31", "--json")) == []
    assert "storage" in office.must("prices", "list", "--on", "2024-02-01")


def test_prices_are_imported_once(office: Command, tmp_path: Path) -> None:
    """Again changes nothing; a bad list is told and refused whole."""
    again = ("prices", "import", "--mapping", str(tmp_path / "prices.toml"), str(tmp_path / "prices.csv"))
    report = json.loads(office.must(*again, "--json"))
    assert (report["added"], report["unchanged"], report["revision"]) == (0, 1, None)
    assert "Added: 0. Changed: 0. Known already: 1." in office.must(*again)

    (tmp_path / "prices.csv").write_text(PRICES + "glue,2024-01-01,0,much\n", encoding="utf-8")
    said = office.run(*again)
    assert said.status == 1
    assert "prices.csv, line 4, column “price”: “much” is not a number." in said.error
    assert json.loads(office.must("prices", "list", "--meter", "glue", "--json")) == []
