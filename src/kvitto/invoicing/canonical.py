"""The canonical text of an invoice, its digest, and the way back.

JSON with sorted keys and no blanks, in UTF-8; numbers as plain decimal texts, days as ISO 8601, periods by their
first day and the first day after. The same facts give the same bytes, so the digest of the text proves the facts.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from kvitto.invoicing.invoice import Invoice
from kvitto.plain_facts import as_text, read

FORM = 2  # of the text; form 1 has fewer facts, and what it lacks takes its default
_FORMS_READ = (1, FORM)


def to_text(invoice: Invoice) -> str:
    """The canonical text of the invoice."""
    return as_text(invoice, form=FORM)


def from_text(text: str) -> Invoice:
    """The invoice again; ValueError if the text is not the canonical text of an invoice."""
    facts = json.loads(text)
    form = facts.pop("form", None) if isinstance(facts, dict) else None
    if form not in _FORMS_READ:
        message = f"an invoice in form {form}, which is not known"
        raise ValueError(message)
    return read(Invoice, facts)


def fact_in(text: str, name: str) -> Any:
    """One fact of a canonical text as JSON has it, without reading what stands behind it; keys are in order.

    ValueError if there is none.
    """
    decoder, at = json.JSONDecoder(), 1
    while True:
        key, at = decoder.raw_decode(text, at)
        value, at = decoder.raw_decode(text, at + 1)
        if key == name:
            return value
        at += 1


def digest_of(text: str) -> str:
    """SHA-256 of the text, as 64 hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()
