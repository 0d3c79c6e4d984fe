"""What a job is to the function that does it: what was asked for, by whom, and whom to tell how far it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from kvitto.records.models import Person
from kvitto.runs.office import Office

USAGE_FILE, INVOICE_FILES = "usage-file", "invoice-files"
REFRESH = "refresh-estimates"
CLOSE, PREVIEW, VERIFY_TRAIL, CHECK_STORE = "close", "preview", "verify-trail", "check-store"
FILE_KINDS = (USAGE_FILE, INVOICE_FILES)  # what people ask for themselves
OFFICE_KINDS = (CLOSE, PREVIEW, VERIFY_TRAIL, CHECK_STORE)  # what an operator asks for
AHEAD_KINDS = (REFRESH,)  # what the office asks for itself

Tell = Callable[[int, int | None], None]  # steps done, and of how many if that is known; raises `Stopped`


class Stopped(Exception):  # noqa: N818 - not a fault: somebody wants it so
    """The job is to be left where it is: it was cancelled, taken by another process, or this one shall end."""


@dataclass(frozen=True)
class Asked:
    """One job as its function sees it. `id` names its files; `person` is None for what the office asked itself."""

    id: str
    parameters: Mapping[str, Any]
    person: Person | None


Do = Callable[[Office, Asked, Tell], Mapping[str, Any]]
