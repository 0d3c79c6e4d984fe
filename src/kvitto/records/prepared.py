"""Questions that pages ask all the time: their SQL is written once in a process, and asked with other values each time.

For every question asked Django writes its SQL anew, which takes several times as long as the database needs for the
answer. Nothing of an answer is kept here: who may see what is asked of the database each time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Expression, QuerySet

_Row = tuple[Any, ...]
_Converters = list[tuple[int, Sequence[Callable[..., Any]], Any]]


class Given(Expression):
    """A value that is given when the question is asked; `position`: of a list of values."""

    conditional = False

    def __init__(self, name: str, position: int | None = None) -> None:
        super().__init__()
        self.name, self.position = name, position

    def as_sql(self, *_: Any, **__: Any) -> Any:
        """A mark for the value; the value itself comes with the question."""
        return "%s", (self,)


class Prepared:
    """A question as a query set with `values_list`, made by a function of what is given; its answer is all its rows.

    What is given as a list stands behind `__in`; the function gets a list too. Whatever differs from question to
    question, a day or a revision too, has to be given: all else is written into the SQL for good.
    """

    def __init__(self, make: Callable[..., QuerySet[Any, Any]]) -> None:
        self._make = make
        self._written: dict[object, _Statement | None] = {}

    def __call__(self, **given: Any) -> list[_Row]:
        """The rows of the answer."""
        given = {name: _filled(value) if isinstance(value, list) else value for name, value in given.items()}
        sizes = tuple(len(value) if isinstance(value, list) else None for value in given.values())
        key = (connection.vendor, *given, *sizes)
        if key not in self._written:
            self._written[key] = _write(self._make, given)
        statement = self._written[key]
        return statement.answer(given) if statement else []


def prepared(make: Callable[..., QuerySet[Any, Any]]) -> Prepared:
    """Of a function that makes a query set: the question it makes."""
    return Prepared(make)


class _Statement:
    """Written SQL, what is given to it in order, and how values become what Django makes of them."""

    def __init__(self, sql: str, parameters: Sequence[Any], converters: _Converters) -> None:
        self._sql, self._parameters, self._converters = sql, parameters, converters

    def answer(self, given: dict[str, Any]) -> list[_Row]:
        values = [_value_of(one, given) if isinstance(one, Given) else one for one in self._parameters]
        with connection.cursor() as cursor:
            cursor.execute(self._sql, values)
            rows: list[_Row] = cursor.fetchall()
        return [self._converted(row) for row in rows] if self._converters else rows

    def _converted(self, row: _Row) -> _Row:
        values = list(row)
        for position, converters, expression in self._converters:
            for convert in converters:
                values[position] = convert(values[position], expression, connection)
        return tuple(values)


def _write(make: Callable[..., QuerySet[Any, Any]], given: dict[str, Any]) -> _Statement | None:
    """The statement; None for a question that no row can answer, such as one about no keys."""
    marks = {
        name: [Given(name, position) for position in range(len(value))] if isinstance(value, list) else Given(name)
        for name, value in given.items()
    }
    compiler = make(**marks).query.get_compiler(connection=connection)
    try:
        sql, parameters = compiler.as_sql()
    except EmptyResultSet:
        return None
    _require_all(marks, parameters)
    expressions = [selected[0] for selected in compiler.select[: compiler.col_count]]
    converters = compiler.get_converters(expressions)
    return _Statement(sql, parameters, [(position, *found) for position, found in converters.items()])


def _require_all(marks: dict[str, Any], parameters: Sequence[Any]) -> None:
    """A value that Django made into a text while it wrote would be asked for as that text, whatever is given."""
    wanted = {each for mark in marks.values() for each in (mark if isinstance(mark, list) else [mark])}
    if wanted != {each for each in parameters if isinstance(each, Given)}:
        message = "a condition of this question takes no value later; name the column itself"
        raise AssertionError(message)


def _filled(values: list[Any]) -> list[Any]:
    """As many as the next power of two, the last one again and again, so that few lengths are written."""
    return values + values[-1:] * ((1 << max(len(values) - 1, 0).bit_length()) - len(values))


def _value_of(mark: Given, given: dict[str, Any]) -> Any:
    """The value as the database wants it."""
    value = given[mark.name] if mark.position is None else given[mark.name][mark.position]
    match value:
        case datetime():
            return connection.ops.adapt_datetimefield_value(value)
        case date():
            return connection.ops.adapt_datefield_value(value)
        case UUID() if not connection.features.has_native_uuid_field:
            return value.hex
        case _:
            return value
