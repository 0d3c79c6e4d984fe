"""Sends a form, looks at the answer and the database, and takes everything back."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import connection, transaction
from django.http import HttpResponse

from tests.portal.forms.hostile import SCRIPT

if TYPE_CHECKING:
    from django.db.models import Model

LANGUAGE = "sv"
"""What the readers of these tests have chosen."""

_TOLD = {"AttemptCount", "AuditEntry", "OfficeFact", "Session", "UserSession"}  # counts, the trail, who came
_LOOKED = {"last_login", "last_scope"}  # when somebody came, and what they looked at


def state() -> dict[str, str]:
    """A digest of each thing that the office keeps, but who tried what and who is signed in."""
    return {model.__name__: _digest(model) for model in _models()}


def _digest(model: type[Model]) -> str:
    columns = [column.name for column in model._meta.concrete_fields if column.name not in _LOOKED]  # noqa: SLF001
    rows = model._default_manager.values_list(*columns)  # noqa: SLF001 - the documented name
    return hashlib.sha256(repr(sorted(map(repr, rows))).encode()).hexdigest()


@dataclass
class Witness:
    """Sees whether anything was written, and whether it is still there."""

    at_first: dict[str, str] = field(default_factory=state)
    wrote: bool = False

    @contextmanager
    def watching(self) -> Iterator[None]:
        """What is written inside the block is taken back at its end."""
        self.wrote = False
        with transaction.atomic(), connection.execute_wrapper(self._see):
            yield
            transaction.set_rollback(True)

    def changes(self) -> list[str]:
        """Of what the office knows something else than at first; asked before the block ends."""
        return [name for name, digest in state().items() if digest != self.at_first[name]] if self.wrote else []

    def _see(self, execute: Callable[..., Any], sql: str, params: object, many: bool, context: object) -> Any:  # noqa: FBT001 - Django's signature
        self.wrote = self.wrote or bool(re.match(r"\s*(INSERT|UPDATE|DELETE)", sql))
        return execute(sql, params, many, context)


def wrong_with(answer: HttpResponse, witness: Witness) -> list[str]:
    """What is not as it should be about an answer to something senseless; called before all is taken back."""
    found = []
    if answer.status_code >= 500:
        return [f"{answer.status_code}"]
    page = "" if answer.streaming else answer.content.decode(errors="replace")
    if answer.status_code >= 400 and "json" not in answer.headers["Content-Type"]:
        if f'<html lang="{LANGUAGE}"' not in page or "<h1" not in page:
            found.append(f"{answer.status_code} without a page in the reader's language")
        if not re.search(r"<p\b[^>]*>\s*\w|class=\"wrong|role=\"alert", page):
            found.append(f"{answer.status_code} without a sentence")
    if SCRIPT in page:
        found.append("HTML that was sent comes back")
    if answer.status_code != 302 and not answer.headers.get("Content-Disposition") and (changes := witness.changes()):
        found.append(f"{answer.status_code}, and changed: {', '.join(changes)}")
    return found


def _models() -> list[type[Model]]:
    return [model for model in apps.get_models() if model.__name__ not in _TOLD]
