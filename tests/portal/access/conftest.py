"""The office that the pages about access serve in these tests."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django import Settings

from kvitto.runs.office import Office
from tests.portal.access.cast import made_office


@pytest.fixture
def here(db: None, tmp_path: Path, settings: Settings) -> Office:
    """Customers under every agreement, and nobody yet."""
    settings.OFFICE = made_office(tmp_path)
    return settings.OFFICE  # type: ignore[no-any-return]
