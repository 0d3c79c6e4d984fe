"""An office of one customer, which the portal serves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from pytest_django import Settings

from kvitto.runs.office import Office
from tests.runs.closing.agreement_offices import opened


@pytest.fixture
def open_office(office: Callable[..., Office], settings: Settings) -> Callable[[str], Office]:
    """Makes an office that has agreed this, and that the portal serves on a day when all is over."""

    def made(agreements: str) -> Office:
        settings.OFFICE = served = opened(office(date(2025, 6, 1)), agreements)
        return served

    return made
