"""Frozen values as JSON facts and back: every digit, day and choice as plain text, nothing as a float.

Numbers are plain decimal texts, days ISO 8601, periods and other values objects by the names of their fields, tuples
lists. A value that gained a field later is still read from older facts: what is missing there takes its default.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from json.encoder import encode_basestring
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from kvitto.money import plain

Value = TypeVar("Value")


def written(value: Any) -> Any:
    """The value as JSON; a dataclass becomes an object with all its fields, also those that are empty."""
    kind: Any = type(value)
    return _writer(kind)(value)


def as_text(value: Any, **more: Any) -> str:
    """What `written` gives of a dataclass, and some more facts, as canonical text: keys sorted, no blanks."""
    kind: Any = type(value)
    texts = {name: json.dumps(each, ensure_ascii=False) for name, each in more.items()}
    texts |= {name: text_of(getattr(value, name)) for name, text_of in _text_writers(kind)}
    return _object_form(tuple(sorted(texts))) % tuple([texts[name] for name in sorted(texts)])


def read(kind: type[Value], facts: Any) -> Value:
    """The value that `written` made these facts of; ValueError if they are not facts of this kind."""
    try:
        value: Value = _reader(cast("Any", kind))(facts)
    except (KeyError, TypeError, AttributeError, ArithmeticError) as error:
        message = f"not the facts of a {kind.__name__}: {error!r}"
        raise ValueError(message) from error
    return value


@cache
def _writer(kind: Any) -> Callable[[Any], Any]:
    """How values of this type are written; found once per type, because closing writes many."""
    if issubclass(kind, StrEnum):
        return str
    if issubclass(kind, tuple):
        return lambda values: [written(value) for value in values]
    if issubclass(kind, Decimal):
        return plain
    if issubclass(kind, date):
        return kind.isoformat  # type: ignore[no-any-return]
    if is_dataclass(kind):
        names = [field.name for field in fields(kind)]
        return lambda value: {name: written(getattr(value, name)) for name in names}
    return lambda value: value


@cache
def _text_writer(kind: Any) -> Callable[[Any], str]:
    """How a value of this type of fact becomes canonical text at once, without objects of JSON on the way."""
    if get_origin(kind) is tuple:
        item = _text_writer(get_args(kind)[0])
        return lambda values: f"[{','.join([item(value) for value in values])}]"
    if get_origin(kind) in {Union, UnionType}:
        (present,) = (_text_writer(choice) for choice in get_args(kind) if choice is not NoneType)
        return lambda value: "null" if value is None else present(value)
    if is_dataclass(kind):
        of_kind: Any = kind
        writers = _text_writers(of_kind)
        form = _object_form(tuple(name for name, _ in writers))
        return lambda value: form % tuple([text_of(getattr(value, name)) for name, text_of in writers])
    if issubclass(kind, str):
        return encode_basestring
    if not issubclass(kind, (Decimal, date)):
        return repr if kind is int else json.dumps
    plainly = _writer(kind)
    return lambda value: f'"{plainly(value)}"'


@cache
def _text_writers(kind: Any) -> list[tuple[str, Callable[[Any], str]]]:
    """Each field with how its values become text, in the order of their names."""
    hints = get_type_hints(kind)
    return [(field.name, _text_writer(hints[field.name])) for field in sorted(fields(kind), key=lambda one: one.name)]


@cache
def _object_form(names: tuple[str, ...]) -> str:
    """The text of an object with these keys, with a %s for each value."""
    return "{" + ",".join(f'"{name}":%s' for name in names) + "}"


@cache
def _reader(kind: Any) -> Callable[[Any], Any]:  # noqa: PLR0911 - one answer per kind of fact
    """How a value of this type is read back from JSON; a type that no fact has is a fault of the program."""
    if kind is Decimal:
        return Decimal
    if kind in {date, datetime}:
        return kind.fromisoformat  # type: ignore[no-any-return]
    if kind in {str, int, bool}:
        return _checked(kind)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return kind
    if is_dataclass(kind):
        return _dataclass_reader(kind)
    if get_origin(kind) is tuple:
        item = _reader(get_args(kind)[0])
        return lambda values: tuple(item(value) for value in values)
    if get_origin(kind) in {Union, UnionType}:
        (present,) = (_reader(choice) for choice in get_args(kind) if choice is not NoneType)
        return lambda value: None if value is None else present(value)
    message = f"no plain form for {kind}"
    raise AssertionError(message)


def _checked(kind: type) -> Callable[[Any], Any]:
    def read_one(value: Any) -> Any:
        if type(value) is not kind:
            message = f"{value!r} is not {kind.__name__}"
            raise TypeError(message)
        return value

    return read_one


def _dataclass_reader(kind: Any) -> Callable[[Any], Any]:
    hints = get_type_hints(kind)
    readers = {field.name: _reader(hints[field.name]) for field in fields(kind)}
    needed = {field.name for field in fields(kind) if not _has_default(field)}

    def read_one(values: dict[str, Any]) -> Any:
        if not needed <= values.keys() <= readers.keys():
            message = f"{kind.__name__} has {sorted(needed - values.keys() | values.keys() - readers.keys())} amiss"
            raise TypeError(message)
        return kind(**{name: readers[name](value) for name, value in values.items()})

    return read_one


def _has_default(field: Field[Any]) -> bool:
    return field.default is not MISSING or field.default_factory is not MISSING
