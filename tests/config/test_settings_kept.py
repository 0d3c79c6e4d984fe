"""What a backup keeps of the settings file: everything but the address of the database, which may hold a password."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from kvitto.config.home import SETTINGS_FILE, add_setting, make_home, read_settings, settings_without_secrets

PASSWORD = "hunter-of-cents"
ADDRESS = f"postgresql://kvitto:{PASSWORD}@db/bills"


def kept(home: Path, text: str) -> str:
    """What is kept of these settings."""
    make_home(home)
    (home / SETTINGS_FILE).write_text(text, encoding="utf-8")
    return settings_without_secrets(home).decode()


@pytest.mark.parametrize(
    "line",
    [
        f'database = "{ADDRESS}"',
        f"  'database'='{ADDRESS}'  # ours",
        f'"database" = "{ADDRESS}"',
        f'database = """\n{ADDRESS}"""',
        f'#database = "{ADDRESS}"',
    ],
)
def test_the_database_is_left_out_however_it_is_written(tmp_path: Path, line: str) -> None:
    """Also over several lines, and in a comment; the other settings say what they said."""
    text = kept(tmp_path / "office", f'language = "sv"\n{line}\ncutoff_hours = 24\n')
    assert PASSWORD not in text
    assert tomllib.loads(text) == {"language": "sv", "cutoff_hours": 24}


def test_comments_stay(tmp_path: Path) -> None:
    """What the operator wrote beside the settings."""
    assert kept(tmp_path / "office", "# ours\nsecure = true\n") == "# ours\nsecure = true\n"


def test_a_setting_can_be_added(tmp_path: Path) -> None:
    """The database of a restored office, before everything else."""
    home = tmp_path / "office"
    make_home(home)
    add_setting(home / SETTINGS_FILE, "database", ADDRESS)
    assert read_settings(home, {}).database == ADDRESS
