"""The canonical text of an invoice, its digest, and the way back.

JSON with sorted keys and no blanks, in UTF-8; numbers as plain decimal texts, days as ISO 8601, periods by their
first day and the first day after. The same facts give the same bytes, so the digest of the text proves the facts.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from kvitto.invoicing.invoice import Invoice
from kvitto.money import plain

FORM = 1  # of the text; a later form keeps reading the earlier ones


def to_text(invoice: Invoice) -> str:
    """The canonical text of the invoice."""
    facts = {"form": FORM, **_written(invoice)}
    return json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def from_text(text: str) -> Invoice:
    """The invoice again; ValueError if the text is not the canonical text of an invoice."""
    try:
        facts = json.loads(text)
        form = facts.pop("form")
        invoice: Invoice = _reader(Invoice)(facts)
    except (KeyError, TypeError, AttributeError, ArithmeticError) as error:
        message = f"not the canonical text of an invoice: {error!r}"
        raise ValueError(message) from error
    if form != FORM:
        message = f"an invoice in form {form}, which is not known"
        raise ValueError(message)
    return invoice


def digest_of(text: str) -> str:
    """SHA-256 of the text, as 64 hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def _written(value: Any) -> Any:
    match value:
        case Decimal():
            return plain(value)
        case date():
            return value.isoformat()
        case tuple():
            return [_written(item) for item in value]
        case _ if is_dataclass(value):
            return {field.name: _written(getattr(value, field.name)) for field in fields(value)}
        case _:
            return value


@cache
def _reader(kind: Any) -> Callable[[Any], Any]:
    """How a value of this type is read back from JSON; a type that no fact has is a fault of the program."""
    if kind is Decimal:
        return Decimal
    if kind is date:
        return date.fromisoformat
    if kind in {str, int}:
        return _checked(kind)
    if is_dataclass(kind):
        return _dataclass_reader(kind)
    if get_origin(kind) is tuple:
        item = _reader(get_args(kind)[0])
        return lambda values: tuple(item(value) for value in values)
    if get_origin(kind) in {Union, UnionType}:
        (present,) = (_reader(choice) for choice in get_args(kind) if choice is not NoneType)
        return lambda value: None if value is None else present(value)
    message = f"no canonical form for {kind}"
    raise AssertionError(message)


def _checked(kind: type) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        if type(value) is not kind:
            message = f"{value!r} is not {kind.__name__}"
            raise TypeError(message)
        return value

    return read


def _dataclass_reader(kind: Any) -> Callable[[Any], Any]:
    hints = get_type_hints(kind)
    readers = {field.name: _reader(hints[field.name]) for field in fields(kind)}

    def read(values: dict[str, Any]) -> Any:
        if values.keys() != readers.keys():
            message = f"{kind.__name__} has {sorted(values.keys() ^ readers.keys())} too much or too little"
            raise TypeError(message)
        return kind(**{name: read_one(values[name]) for name, read_one in readers.items()})

    return read
