"""`kvitto estimates refresh`: works out what lists show, and says how much."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from click.testing import CliRunner

import kvitto.cli.office as door
from kvitto.cli.main import kvitto
from kvitto.records.kept import FILE
from kvitto.runs.office import Office
from tests.runs.offices import made

pytestmark = pytest.mark.database


def test_everything_is_worked_out_ahead(office: Callable[..., Office], monkeypatch: pytest.MonkeyPatch) -> None:
    """Every period without an invoice: February, which waits for its own, and March."""
    small = made(office(date(2024, 3, 2)))
    monkeypatch.setattr(door, "open_office", lambda _home: small)
    monkeypatch.setattr(door, "check_ready", lambda _office: None)
    said = CliRunner().invoke(kvitto, ["estimates", "refresh"], catch_exceptions=False)
    assert said.output == "13 estimates are as known now.\n"
    assert (small.home / FILE).exists()
