"""The head of the audit trail, written down in the home outside the database, so that a trail cut off at its end shows.

Every command leaves the head behind it there. What happened since (downloads, sign-ins) is witnessed by the next one.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from kvitto.records.audit import Head, latest_head, read_head
from kvitto.records.audit_check import AuditReport, verify
from kvitto.runs.office import Office
from kvitto.usage import durable

FILE = "audit-head"


def verify_trail(office: Office, noted: Sequence[Head] = ()) -> AuditReport:
    """Verify the trail against the head in the home and those that somebody noted; see `records.audit_check`."""
    return verify([kept_head(office), *noted])


def kept_head(office: Office) -> Head:
    """The head in the home; that of no trail if there is none."""
    try:
        text = (office.home / FILE).read_text(encoding="ascii")
    except (FileNotFoundError, UnicodeDecodeError):
        text = ""
    return read_head(text)


def keep_head(office: Office) -> None:
    """Write the head down if it moved on. It is never set back: a shorter trail is what the file shall show."""
    head = latest_head()
    if head.number <= kept_head(office).number:
        return
    try:
        durable.write_whole(office.home / FILE, f"{head.number} {head.digest}\n".encode("ascii"))
    except OSError as error:
        # the command has done its work; the next one tries again
        logging.getLogger(__name__).warning("%s cannot be written: %s", office.home / FILE, error)
