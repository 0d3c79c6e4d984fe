"""What a page asks several times, asked once: inside `asking_once` an answer stands until something is written.

What is held, what is recorded last, which prices and usage are known: each part of a page asks for itself, because none
may rely on another; together they would ask the database the same thing five times.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.db import connection

Parameters = ParamSpec("Parameters")
Answer = TypeVar("Answer")
_Answers = dict[Hashable, Any]

_answers: ContextVar[_Answers | None] = ContextVar("answers", default=None)


@contextmanager
def asking_once() -> Iterator[None]:
    """Inside, the same question has the same answer; whatever this process writes meanwhile makes it forget all."""
    answers: _Answers = {}
    token = _answers.set(answers)

    def forgetting(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if sql.startswith("SELECT") and "FOR UPDATE" not in sql:
            return execute(sql, *rest)
        try:
            return execute(sql, *rest)
        finally:
            answers.clear()

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
            if answers is None:
                return function(*args, **kwargs)
            question = (function, key(*args, **kwargs))
            if question not in answers:
                answers[question] = function(*args, **kwargs)
            found: Answer = answers[question]
            return found

        return asked

    return decorate
