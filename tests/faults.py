"""Faults on demand: real processes that are killed, or lose power, at any durable step.

A *durable step* is a call of a primitive of `kvitto.usage.durable`, or a commit of a database transaction. Tests
describe processes as `Job`s; `run_jobs` starts them one after another (each a real process, forked from one launcher
that has the libraries loaded, so a job takes a fraction of a second), `run_together` at the same time, and both return
an `Outcome` for each:

    run_jobs([Job(home, "tests.faults:make_office")])                         # an empty, migrated office
    run_jobs([Job(home, COMMAND, ["usage", "import", "--mapping", …])])        # any kvitto command
    Job(home, COMMAND, [...], kill_before=3)                                   # SIGKILL just before durable step 3
    Job(home, COMMAND, [...], record_to=tmp_path / "recording")                # write down every durable step

A job that is not killed tells in `Outcome.steps` which durable steps it took; killing before step `len(steps) + 1`
never happens, so `range(1, len(steps) + 1)` covers every instant that matters (before the commit is after the last
folder sync, and so on). Homes are ordinary folders: copy a prepared one with `shutil.copytree` for each case.
PostgreSQL: give the job `environment=own_database` (the fixture); `copy_of(home, environment, target)` copies an office
with its database on either.

Lost power: `Recording.read(folder)` holds the home as it was before the job and each step with what it made durable
(file contents at their sync, the SQLite file at each commit). For each `length in range(len(recording) + 1)`,
`recording.rebuild(length, target, survivors)` lays out the home as a disk may hold it if power is lost right after
that many steps: what was synced is there; of the rest either nothing (`Survivors.NOTHING`), or the names without
their contents (`Survivors.NAMES`, as journalling file systems do). `recording.all_disks(folder)` lays out all of them,
those that are alike only once.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import hashlib
import importlib
import io
import os
import pickle
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import traceback
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from psycopg.sql import SQL, Identifier

ROOT = Path(__file__).parent.parent
COMMAND = "kvitto.cli.main:main"
DATABASE_FILE = "kvitto.sqlite3"
_KEPT = "KVITTO_TEST_KEPT"  # names the folder of offices that are copied rather than made again
_LIBRARIES = (
    "allauth.app_settings",
    "csp.checks",
    "django.contrib.auth.hashers",
    "django.core.management",
    "django.db.models",
    "django.db.migrations.executor",
    "django.forms",
    "django.template.engine",
    "django.utils.log",
    "duckdb",
    "kvitto.cli.usage",
    "kvitto.usage.store",
    "psycopg",
    "pyarrow.parquet",
)
_PRIMITIVES = ("make_folder", "open_new", "sync_file", "rename", "sync_folder", "remove", "remove_tree")


@dataclass(frozen=True)
class Job:
    """One process: a callable `module:function` that takes a list of arguments, in the office at `home`."""

    home: Path
    call: str
    arguments: Sequence[str] = ()
    kill_before: int | None = None
    record_to: Path | None = None
    environment: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """How a job ended: `status` is its exit status, or minus the signal that ended it."""

    status: int
    out: str
    err: str
    steps: tuple[str, ...]

    @property
    def killed(self) -> bool:
        """True if the job was ended by SIGKILL."""
        return self.status == -signal.SIGKILL


@dataclass(frozen=True)
class Step:
    """A durable step: its name, the paths it was called with, and the content that it made durable."""

    name: str
    paths: tuple[Path, ...] = ()
    content: bytes = b""


class Survivors(Enum):
    """What outlives a power cut of what was not synced."""

    NOTHING = "nothing"
    NAMES = "names"


@dataclass(frozen=True)
class Recording:
    """The home before a job, and the job's durable steps in order."""

    home: Path
    before: Path
    steps: tuple[Step, ...]

    @classmethod
    def read(cls, folder: Path) -> Recording:
        """What a job with `record_to=folder` wrote down."""
        home, steps = pickle.loads((folder / "steps").read_bytes())  # noqa: S301 - written by our own job
        return cls(home, folder / "before", tuple(steps))

    def __len__(self) -> int:
        return len(self.steps)

    def rebuild(self, length: int, target: Path, survivors: Survivors) -> None:
        """Lay out the home as it may be if power is lost right after so many steps."""
        shutil.copytree(self.before, target)
        disk = _Disk(self.home, target, survivors)
        for step in self.steps[:length]:
            disk.take(step)
        disk.lose_power()

    def all_disks(self, folder: Path) -> Iterator[Path]:
        """Every home that a power cut may leave, laid out in a folder of its own; those that are alike only once."""
        seen = set()
        for length in range(len(self) + 1):
            for survivors in Survivors:
                target = folder / f"{length}-{survivors.value}"
                self.rebuild(length, target, survivors)
                state = _state(target)
                if state in seen:
                    shutil.rmtree(target)
                else:
                    seen.add(state)
                    yield target


def _state(home: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(home.rglob("*")):
        content = path.read_bytes() if path.is_file() else b""
        digest.update(f"{path.relative_to(home)}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


class _Disk:
    """What a disk holds: names and contents, each durable or still in memory only."""

    def __init__(self, home: Path, target: Path, survivors: Survivors) -> None:
        self.home, self.target, self.survivors = home, target, survivors
        self.contents: dict[Path, bytes] = {}  # synced contents by present name
        self.waiting: list[tuple[Path, Callable[[], None]]] = []  # (folder, change of a name in it), not synced yet

    def take(self, step: Step) -> None:
        here = [self.target / path.relative_to(self.home) for path in step.paths if path.is_relative_to(self.home)]
        match step.name, here:
            case "commit", _:
                for leftover in ("-wal", "-shm"):
                    (self.target / f"{DATABASE_FILE}{leftover}").unlink(missing_ok=True)
                (self.target / DATABASE_FILE).write_bytes(step.content)
            case "make_folder", [folder]:
                self._change(folder.parent, lambda: folder.mkdir(exist_ok=True, parents=True))
            case "open_new", [path]:
                self._change(path.parent, lambda: self._write(path, b""))
            case "sync_file", [path]:
                self.contents[path] = step.content
                self._change(path.parent, lambda: self._write(path, step.content))
            case "rename", [path, name]:
                content = self.contents.pop(path, b"")
                self.contents[name] = content
                self._change(name.parent, lambda: self._move(path, name, content))
            case "sync_folder", [folder]:
                self._settle(folder)
            case (("remove" | "remove_tree"), [path]):
                self._change(path.parent, lambda: self._remove(path))

    def lose_power(self) -> None:
        if self.survivors is Survivors.NAMES:
            for _, change in self.waiting:
                change()
        self.waiting = []

    def _change(self, folder: Path, change: Callable[[], None]) -> None:
        self.waiting.append((folder, change))

    def _settle(self, folder: Path) -> None:
        still_waiting = []
        for place, change in self.waiting:
            if place == folder:
                change()
            else:
                still_waiting.append((place, change))
        self.waiting = still_waiting

    @staticmethod
    def _write(path: Path, content: bytes) -> None:
        # A name can only be there if its folder is: a folder that was lost takes what was in it along.
        if path.parent.is_dir():
            path.write_bytes(content)

    def _move(self, path: Path, name: Path, content: bytes) -> None:
        path.unlink(missing_ok=True)
        self._write(name, content)

    @staticmethod
    def _remove(path: Path) -> None:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def run_jobs(jobs: Sequence[Job], patience: int = 20) -> list[Outcome]:
    """Run the jobs one after another, each in a process of its own; all outcomes in order.

    `patience`: the seconds that a job may take on a machine that is busy with other things.
    """
    return _launcher().ask(jobs, patience, together=False)


def run_together(jobs: Sequence[Job]) -> list[Outcome]:
    """Run the jobs at the same time."""
    return _launcher().ask(jobs, patience=20, together=True)


class _Launcher:
    """The process that jobs are forked from, for as long as the tests run."""

    def __init__(self) -> None:
        script = [sys.executable, "-c", "from tests.faults import launch; launch()"]
        self.kept = tempfile.TemporaryDirectory(prefix="kvitto-kept-")
        environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}", "KVITTO_LANGUAGE": "en"}
        for name in ("KVITTO_HOME", "KVITTO_DATABASE", "KVITTO_CLOCK", "DJANGO_SETTINGS_MODULE"):
            environment.pop(name, None)
        environment[_KEPT] = self.kept.name
        self.process = subprocess.Popen(script, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)
        atexit.register(self.stop)

    def ask(self, jobs: Sequence[Job], patience: int, *, together: bool) -> list[Outcome]:
        assert self.process.stdin
        assert self.process.stdout
        pickle.dump((together, list(jobs)), self.process.stdin)
        self.process.stdin.flush()
        watch = threading.Timer(300 + patience * len(jobs), self.process.kill)
        watch.start()
        try:
            outcomes: list[Outcome] = pickle.load(self.process.stdout)  # noqa: S301 - written by our own launcher
        except EOFError:
            import pytest

            self.stop()
            pytest.fail("the launcher of the jobs ended, or did not answer in time")
        finally:
            watch.cancel()
        return outcomes

    def stop(self) -> None:
        """Let the process end, and forget it."""
        _launcher.cache_clear()
        with self.process:
            pass
        self.kept.cleanup()


@functools.cache
def _launcher() -> _Launcher:
    return _Launcher()


def made_once(jobs: Sequence[Job]) -> list[Outcome]:
    """What these jobs make in a home that is not there yet, on an empty database; their outcomes.

    They run the first time; for whoever wants the same again, what they made is copied.
    """
    (home,) = {job.home for job in jobs}
    address = jobs[0].environment.get("KVITTO_DATABASE", "")
    asked = [(job.call, *job.arguments, *sorted({**job.environment, "KVITTO_DATABASE": ""}.items())) for job in jobs]
    kept = Path(_launcher().kept.name) / hashlib.sha256(repr(asked).encode()).hexdigest()
    if kept.exists():
        _lay_out(kept, home, address)
    else:
        outcomes = run_jobs(jobs)
        _keep(kept, home, address)
        kept.with_suffix(".outcomes").write_bytes(pickle.dumps(outcomes))
    told: list[Outcome] = pickle.loads(kept.with_suffix(".outcomes").read_bytes())  # noqa: S301 - written above
    return told


def _keep(kept: Path, home: Path, address: str) -> None:
    """Keep an office that nobody has open, folder and database."""
    if address:
        _copy_database(address, _database_of(kept))
    shutil.copytree(home, kept.with_suffix(".part"))
    kept.with_suffix(".part").rename(kept)


def _lay_out(kept: Path, home: Path, address: str) -> None:
    """Put the kept office into a home that has nothing in it yet, and into its empty database."""
    shutil.copytree(kept, home, dirs_exist_ok=True)
    if address:
        _copy_database(urlsplit(address)._replace(path=f"/{_database_of(kept)}").geturl(), urlsplit(address).path[1:])


def _database_of(kept: Path) -> str:
    return f"kept_{hashlib.sha256(str(kept).encode()).hexdigest()[:40]}"


def _copy_database(address: str, name: str) -> None:
    """Make a PostgreSQL database of this name, in place of one that is there, as a copy of the one at the address."""
    parts = urlsplit(address)
    with psycopg.connect(parts._replace(path="/postgres").geturl(), autocommit=True) as connection:
        connection.execute(SQL("DROP DATABASE IF EXISTS {}").format(Identifier(name)))
        connection.execute(
            SQL("CREATE DATABASE {} TEMPLATE {}").format(Identifier(name), Identifier(parts.path.strip("/")))
        )


@contextlib.contextmanager
def copy_of(home: Path, environment: Mapping[str, str], target: Path) -> Iterator[dict[str, str]]:
    """Copy an office, folder and database, to `target`; the copy's environment. Its PostgreSQL database goes after."""
    shutil.copytree(home, target)
    address = environment.get("KVITTO_DATABASE")
    if not address:
        yield {}
        return
    parts, name = urlsplit(address), f"copy_{uuid.uuid4().hex}"
    server = os.environ["KVITTO_DATABASE"]
    with psycopg.connect(server, autocommit=True) as connection:
        template = Identifier(parts.path.strip("/"))
        connection.execute(SQL("CREATE DATABASE {} TEMPLATE {}").format(Identifier(name), template))
        yield {"KVITTO_DATABASE": parts._replace(path=f"/{name}").geturl()}
        connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


def make_office(_arguments: Sequence[str] = ()) -> None:
    """Make KVITTO_HOME an office with an empty database; the first one is migrated, the others are copies of it."""
    home, address = Path(os.environ["KVITTO_HOME"]), os.environ.get("KVITTO_DATABASE", "")
    kept = Path(os.environ[_KEPT]) / "empty"
    if kept.exists():
        _lay_out(kept, home, address)
        start_django()
        return
    from kvitto.config.home import make_home

    make_home(home)
    office = start_django()
    from django.db import connection

    from kvitto.config.startup import initialise

    initialise(office)
    connection.close()
    _keep(kept, home, address)


def start_django() -> Any:
    """Start Django on KVITTO_HOME; the `Office`."""
    from kvitto.cli.office import open_office

    return open_office(Path(os.environ["KVITTO_HOME"]))


# --- inside the launcher ---------------------------------------------------------------------------------------


def launch() -> None:
    """What the launcher process does: read jobs, run each in a fork, answer with their outcomes; again and again."""
    _load_libraries()
    with os.fdopen(os.dup(1), "wb") as answers:
        os.dup2(2, 1)
        with contextlib.suppress(EOFError):
            while True:
                together, jobs = pickle.load(sys.stdin.buffer)  # noqa: S301 - written by the test that started us
                forks = map(_fork, list(jobs)) if not together else [_fork(job) for job in jobs]
                pickle.dump([_outcome(*fork) for fork in forks], answers)
                answers.flush()


def _load_libraries() -> None:
    # Loaded once, before the fork; none of them starts a thread or opens a file by being imported.
    for name in _LIBRARIES:
        importlib.import_module(name)


def _fork(job: Job) -> tuple[int, int]:
    """The process that does the job, and the pipe that it answers through."""
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read_end)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        with os.fdopen(write_end, "wb") as pipe:
            _be(job, pipe)
        os._exit(0)
    os.close(write_end)
    return child, read_end


def _outcome(child: int, read_end: int) -> Outcome:
    with os.fdopen(read_end, "rb") as pipe:
        told = pipe.read()
    _, waited = os.waitpid(child, 0)
    if os.WIFSIGNALED(waited):
        return Outcome(-os.WTERMSIG(waited), "", "", ())
    status, out, err, steps = pickle.loads(told)  # noqa: S301 - written by our own child
    return Outcome(status, out, err, tuple(steps))


def _be(job: Job, pipe: io.BufferedWriter) -> None:
    os.environ["KVITTO_HOME"] = str(job.home)
    os.environ.update(job.environment)
    watch = _Watch(job)
    out, err, status = io.StringIO(), io.StringIO(), 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), watch.installed():
        try:
            module, _, name = job.call.partition(":")
            getattr(importlib.import_module(module), name)(list(job.arguments))
        except SystemExit as leaving:
            status = leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
        except BaseException:  # noqa: BLE001 - the test shall see it
            status = 70
            traceback.print_exc(file=err)
    watch.write_down()
    pickle.dump((status, out.getvalue(), err.getvalue(), [step.name for step in watch.steps]), pipe)


class _Watch:
    """Counts durable steps, ends the process before the chosen one, and records what each made durable."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.steps: list[Step] = []
        if job.record_to:
            shutil.copytree(job.home, job.record_to / "before")

    @contextlib.contextmanager
    def installed(self) -> Iterator[None]:
        from django.db.backends.base.base import BaseDatabaseWrapper

        from kvitto.usage import durable

        places = [(durable, name) for name in _PRIMITIVES] + [(BaseDatabaseWrapper, "commit")]
        kept = [getattr(place, name) for place, name in places]
        for (place, name), function in zip(places, kept, strict=True):
            setattr(place, name, self._watched(name, function))
        yield
        for (place, name), function in zip(places, kept, strict=True):
            setattr(place, name, function)

    def _watched(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def step(*arguments: Any) -> Any:
            if len(self.steps) + 1 == self.job.kill_before:
                os.kill(os.getpid(), signal.SIGKILL)
            result = function(*arguments)
            paths = tuple(argument for argument in arguments if isinstance(argument, Path))
            self.steps.append(Step(name, paths, self._content(name, paths)))
            return result

        return step

    def _content(self, name: str, paths: Sequence[Path]) -> bytes:
        if not self.job.record_to:
            return b""
        if name == "commit":
            return _database_content(self.job.home / DATABASE_FILE)
        return paths[0].read_bytes() if name == "sync_file" else b""

    def write_down(self) -> None:
        if self.job.record_to:
            (self.job.record_to / "steps").write_bytes(pickle.dumps((self.job.home, self.steps)))


def _database_content(file: Path) -> bytes:
    with contextlib.closing(sqlite3.connect(file)) as source, contextlib.closing(sqlite3.connect(":memory:")) as copy:
        source.backup(copy)
        return copy.serialize()
