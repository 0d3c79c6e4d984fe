"""A package built from a prepared clone holds everything that the program reads."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from flit_core import buildapi

ROOT = Path(__file__).parent.parent.parent
PACKAGE = ROOT / "src" / "kvitto"


def test_a_wheel_holds_all_that_is_no_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQL steps, pages, styles, the invoice's template, the demonstration's files, and the compiled catalogues."""
    monkeypatch.chdir(ROOT)
    wheel = buildapi.build_wheel(str(tmp_path))
    held = set(zipfile.ZipFile(tmp_path / wheel).namelist())
    read = {
        f"kvitto/{path.relative_to(PACKAGE).as_posix()}"
        for path in PACKAGE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith(".")
    }
    assert read <= held
    assert {f"kvitto/locale/{language}/LC_MESSAGES/django.mo" for language in ("sv", "lv", "nl", "zh_Hant")} <= held
    assert any(name.endswith("/licenses/LICENSE") for name in held)
