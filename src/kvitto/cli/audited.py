"""What commands note in the audit trail of documents: those handed out, and those that were refused or not there."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from kvitto.agreements.hierarchy import Scope
    from kvitto.errors import UnableTo
    from kvitto.records.audit import Fact
    from kvitto.records.models import Person
    from kvitto.runs.office import Office


def audited_download(
    office: Office, *not_found: type[UnableTo], scope: Scope | None = None, **facts: Fact
) -> AbstractContextManager[None]:
    """Notes how the block ends that makes a file for the operator; see `records.audited`.

    `not_found`: what the block raises where there is no such file. `facts` say which file.
    """
    from kvitto.records.audit import Door
    from kvitto.records.audited import audited

    return audited(
        "document.download", door=Door.COMMAND, now=office.now, scope=scope, facts=facts, not_found=not_found
    )


def audited_refusals(
    office: Office, action: str, person: Person | None, *not_found: type[UnableTo], **facts: Fact
) -> AbstractContextManager[None]:
    """Notes what is refused to the person as whom a command looks; what is shown leaves no note, like a page."""
    from kvitto.records.audit import Door
    from kvitto.records.audited import audited

    who = person.id if person else None
    return audited(
        action, door=Door.COMMAND, now=office.now, who=who, facts=facts, not_found=not_found, refusals_only=True
    )
