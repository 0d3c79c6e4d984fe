"""Whether what somebody asked for is theirs to see from another of their directories (reason N12).

Whoever is told so could switch there and see it anyway; to everybody else it is as if it did not exist.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy

from kvitto.access.answers import NotFound
from kvitto.agreements.hierarchy import Scope
from kvitto.records import gate
from kvitto.records.gate import Action
from kvitto.records.models import Person


def directory_that_opens(person: Person, asked: Scope | str) -> str | None:
    """The directory from which this scope, or the invoice with this number, is there for the person; None if none.

    The office's own directory is called by the empty text.
    """
    return other_directory(person, lambda looking: _is_there(looking, asked))


def other_directory(person: Person, opens: Callable[[Person], bool]) -> str | None:
    """The first of the person's other directories of which this is true, for them looking from there."""
    theirs: list[str] = [person.directory, *person.directories]
    for directory in dict.fromkeys(theirs):
        if directory == person.current_directory:
            continue
        looking = copy(person)
        looking.look_from(directory)
        if opens(looking):
            return directory
    return None


def _is_there(person: Person, asked: Scope | str) -> bool:
    if isinstance(asked, Scope):
        if not asked.id.isprintable():  # what no id holds, and what not every database can be asked for
            return False
        return not isinstance(gate.decision_on(person, asked, Action.SEE_INVOICES), NotFound)
    try:
        gate.invoice_for(person, asked, Action.SEE_INVOICES)
    except gate.Refused:
        return True
    except gate.NotFound:
        return False
    return True
