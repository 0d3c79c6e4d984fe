"""Taking a person's address out of what is agreed: agreements name an administrator and contacts by their address.

This is the one place where facts are changed after they were recorded. Nothing is lost of what was agreed: who
administered an account, and when, is told by the roles, which name people by their random id.
"""

from __future__ import annotations

import json
from typing import Any

from django.db.models import Q, TextField
from django.db.models.functions import Cast

from kvitto.records.models import AgreementRecord
from kvitto.records.remembered import agreements_edited

_BATCH = 500


def forget_address(email: str) -> None:
    """Leave the address empty wherever an agreement names it, in every version, in the caller's transaction."""
    written = json.dumps(email)[1:-1]
    told = AgreementRecord.objects.annotate(told=Cast("facts", TextField()))
    naming = told.filter(Q(told__icontains=email) | Q(told__icontains=written)).only("pk", "facts")
    changed = []
    for record in naming.iterator(chunk_size=_BATCH):
        record.facts = _without(record.facts, email.lower())
        changed.append(record)
    AgreementRecord.objects.bulk_update(changed, ["facts"], batch_size=_BATCH)
    if changed:
        agreements_edited()


def _without(value: Any, email: str) -> Any:
    """The same facts with an empty text for each text that is the address."""
    match value:
        case dict():
            return {name: _without(one, email) for name, one in value.items()}
        case list():
            return [_without(one, email) for one in value]
        case str() if value.lower() == email:
            return ""
        case _:
            return value
