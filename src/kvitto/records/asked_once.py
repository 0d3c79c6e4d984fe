"""What a page asks several times, asked once: inside `asking_once` an answer stands until something is written.

What is asked while a transaction stands open that wrote something is asked each time: it may be taken back.

What is held, what is recorded last, which prices and usage are known: each part of a page asks for itself, because none
may rely on another; together they would ask the database the same thing five times.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.db import connection

Parameters = ParamSpec("Parameters")
Answer = TypeVar("Answer")


@dataclass
class _Answers:
    """What was answered; `begun_at`: how deep in transactions the page is, `has_written`: whether one deeper wrote."""

    begun_at: tuple[bool, int]
    known: dict[Hashable, Any] = field(default_factory=dict)
    has_written: bool = False

    def may_be_taken_back(self) -> bool:
        """True while a transaction that wrote something, and was begun since, is not over."""
        self.has_written = self.has_written and _depth() > self.begun_at
        return self.has_written

    def wrote(self) -> None:
        """Forget everything."""
        self.known.clear()
        self.has_written = _depth() > self.begun_at


_answers: ContextVar[_Answers | None] = ContextVar("answers", default=None)


@contextmanager
def asking_once() -> Iterator[None]:
    """Inside, the same question has the same answer; whatever this process writes meanwhile makes it forget all."""
    answers = _Answers(_depth())
    token = _answers.set(answers)

    def forgetting(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if sql.startswith("SELECT") and "FOR UPDATE" not in sql:
            return execute(sql, *rest)
        try:
            return execute(sql, *rest)
        finally:
            answers.wrote()

    try:
        with connection.execute_wrapper(forgetting):
            yield
    finally:
        _answers.reset(token)


def asked_once(
    key: Callable[Parameters, Hashable],
) -> Callable[[Callable[Parameters, Answer]], Callable[Parameters, Answer]]:
    """Of a function whose answer nobody changes; `key`: what it depends on, of its arguments."""

    def decorate(function: Callable[Parameters, Answer]) -> Callable[Parameters, Answer]:
        @wraps(function)
        def asked(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Answer:
            answers = _answers.get()
            if answers is None or answers.may_be_taken_back():
                return function(*args, **kwargs)
            question = (function, key(*args, **kwargs))
            if question not in answers.known:
                answers.known[question] = function(*args, **kwargs)
            found: Answer = answers.known[question]
            return found

        return asked

    return decorate


def _depth() -> tuple[bool, int]:
    """Of the transactions and savepoints that stand open."""
    return connection.in_atomic_block, len(connection.savepoint_ids)
