"""Answers that took long, kept beside the database with what they were made from, until that changes.

A file of its own in the home folder, which holds nothing that cannot be worked out again: no backup has it, it may be
removed at any time, and a page that cannot write it goes on without. It is never asked whether something is so, only
what was worked out from exactly these facts; who asks names them by digests (`made_from`).
"""

from __future__ import annotations

import sqlite3
import threading
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

FILE = "kept-answers.sqlite3"
_AT_ONCE = 500  # parameters of a query; databases have a limit
_MILLISECONDS_TO_WAIT = 200  # for another writer; an answer that is not kept is worked out again
_OLDEST_FIRST = "DELETE FROM kept WHERE question IN (SELECT question FROM kept ORDER BY made_at LIMIT ?)"
_UNUSABLE = (sqlite3.Error, OSError)
_MAKE = """
    CREATE TABLE IF NOT EXISTS kept (
        question TEXT PRIMARY KEY, agreed TEXT NOT NULL, usage TEXT NOT NULL, made_at TEXT NOT NULL,
        answer TEXT NOT NULL, checked INTEGER NOT NULL
    ) WITHOUT ROWID
"""


@dataclass(frozen=True)
class MadeFrom:
    """Digests of everything an answer is made from: what is agreed (rules, prices and credit too), and the usage."""

    agreed: str
    usage: str


@dataclass(frozen=True)
class KeptAnswer:
    """An answer as text, what it was made from, and the office's moment when it was."""

    question: str
    made_from: MadeFrom
    made_at: datetime
    answer: str


def kept(home: Path, questions: Sequence[str]) -> dict[str, KeptAnswer]:
    """What is kept of these questions, whatever it was made from."""
    found: dict[str, KeptAnswer] = {}
    with suppress(*_UNUSABLE), _opened(home) as database:
        for first in range(0, len(questions), _AT_ONCE):
            some = questions[first : first + _AT_ONCE]
            marks = ", ".join("?" * len(some))
            rows = database.execute(
                f"SELECT * FROM kept WHERE question IN ({marks})",  # noqa: S608 - question marks
                some,
            )
            for *texts, checked in rows:
                if _checked(*texts) == checked:
                    question, agreed, usage, made_at, answer = texts
                    made_from = MadeFrom(agreed, usage)
                    found[question] = KeptAnswer(question, made_from, datetime.fromisoformat(made_at), answer)
    return found


def keep(home: Path, answers: Sequence[KeptAnswer]) -> None:
    """Keep these in place of what was kept of the same questions; nothing if another process is writing."""
    with suppress(*_UNUSABLE), _opened(home) as database:
        rows = (
            (one.question, one.made_from.agreed, one.made_from.usage, one.made_at.isoformat(), one.answer)
            for one in answers
        )
        checked = ((*row, _checked(*row)) for row in rows)
        database.executemany("INSERT OR REPLACE INTO kept VALUES (?, ?, ?, ?, ?, ?)", checked)


def let_go(home: Path, most: int) -> None:
    """Keep at most so many, the latest ones."""
    with suppress(*_UNUSABLE), _opened(home) as database:
        (count,) = database.execute("SELECT count(*) FROM kept").fetchone()
        if count > most:
            database.execute(_OLDEST_FIRST, (count - most,))


def _checked(*texts: object) -> int:
    """By what a row is known that a disk gave back otherwise than it was written, as after lost power."""
    return zlib.crc32("\0".join(map(str, texts)).encode(errors="replace"))


_here = threading.local()


@contextmanager
def _opened(home: Path) -> Iterator[sqlite3.Connection]:
    """This thread's connection, in one transaction; a file that is none is replaced by an empty one the next time."""
    path = home / FILE
    database: sqlite3.Connection | None = getattr(_here, "database", None)
    is_open = database is not None and _here.path == path and path.exists()
    if database is None or not is_open:
        if database:
            database.close()
        _here.database = database = sqlite3.connect(path, timeout=0)
        _here.path = path
    try:
        if not is_open:
            _prepare(database)
            path.chmod(0o600)
        with database:
            database.execute(_MAKE)
            yield database
    except sqlite3.DatabaseError as error:
        if not isinstance(error, sqlite3.OperationalError):
            database.close()
            _here.database = None
            for name in (FILE, f"{FILE}-wal", f"{FILE}-shm"):
                (home / name).unlink(missing_ok=True)
        raise


def _prepare(database: sqlite3.Connection) -> None:
    database.execute(f"PRAGMA busy_timeout = {_MILLISECONDS_TO_WAIT}")
    with suppress(sqlite3.OperationalError):
        database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = OFF")  # nothing is lost that cannot be worked out again
