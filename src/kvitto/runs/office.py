"""The office a run works for: where its things lie, and what time it is there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from kvitto.agreements.limits import STANDARD, Limits


@dataclass(frozen=True)
class MailServer:
    """Through which server the office sends mail. `security` is "starttls", "tls" or "none".

    The password stands in a file of its own and is read when it is needed, so that no value of the program holds it.
    """

    host: str
    port: int
    sender: str
    security: str = "starttls"
    user: str = ""
    password_file: Path | None = None


@dataclass(frozen=True)
class SignOnServer:
    """Whom the office believes when it says who somebody is (OpenID Connect). `name` is what the button says."""

    issuer: str
    client_id: str
    secret_file: Path
    name: str


@dataclass(frozen=True)
class Office:
    """One billing office, as its home folder's settings describe it. `clock` is None for the real clock.

    `mail` is None where no mail is sent, `sign_on` where nobody else is asked who somebody is.
    """

    home: Path
    database: str = "sqlite"
    clock: datetime | None = None
    cutoff_hours: int = 72
    hosts: tuple[str, ...] = ("localhost", "127.0.0.1", "[::1]")
    language: str = "en"
    secure: bool = False
    limits: Limits = STANDARD
    prepare_from_rows: int = 100_000  # of usage; a usage file made of so many is prepared first and fetched when ready
    portal_address: str = ""
    mail: MailServer | None = None
    sign_on: SignOnServer | None = None

    @property
    def address(self) -> str:
        """The portal's address as links in mails and on the command line begin, without a slash at the end."""
        return self.portal_address or (f"https://{self.hosts[0]}" if self.secure else f"http://{self.hosts[0]}:8000")

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
    def prepared_folder(self) -> Path:
        """Files that were prepared for somebody, for a few days."""
        return self.home / "prepared"

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
