"""The office a run works for: where its things lie, and what time it is there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from kvitto.agreements.limits import STANDARD, Limits


@dataclass(frozen=True)
class Office:
    """One billing office, as its home folder's settings describe it. `clock` is None for the real clock."""

    home: Path
    database: str = "sqlite"
    clock: datetime | None = None
    cutoff_hours: int = 72
    hosts: tuple[str, ...] = ("localhost", "127.0.0.1", "[::1]")
    language: str = "en"
    secure: bool = False
    limits: Limits = STANDARD

    @property
    def database_file(self) -> Path:
        """The SQLite file, where SQLite is used."""
        return self.home / "kvitto.sqlite3"

    @property
    def usage_folder(self) -> Path:
        """The usage store's Parquet files."""
        return self.home / "usage-store"

    @property
    def documents_folder(self) -> Path:
        """Rendered documents."""
        return self.home / "documents"

    @property
    def cutoff(self) -> timedelta:
        """How long after a period's end late usage is still taken into its invoice."""
        return timedelta(hours=self.cutoff_hours)

    def now(self) -> datetime:
        """The office's moment, in UTC: the pinned clock, else the real one."""
        return self.clock or datetime.now(UTC)

    def today(self) -> date:
        """The office's UTC day."""
        return self.now().date()
