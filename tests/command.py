"""Runs `kvitto` as a person does: a process of its own, with an office and a database of its own."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults import COMMAND, Job, made_once, run_jobs

PROGRAM = (sys.executable, "-m", "kvitto")


@dataclass(frozen=True)
class Said:
    """What a command answered."""

    status: int
    out: str
    error: str


@dataclass(frozen=True)
class Command:
    """The command line of one office; `environment` is added to a nearly empty one."""

    home: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    def all_environment(self, **more: str) -> dict[str, str]:
        """Everything the process sees: nothing of the tests' own settings."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
        return {**kept, "KVITTO_HOME": str(self.home), "PYTHONUTF8": "1", **self.environment, **more}

    def make(self) -> None:
        """Make the office, empty, as `kvitto init` does."""
        (made,) = made_once([Job(self.home, "tests.faults:make_office", environment=dict(self.environment))])
        assert made.status == 0, made.err

    def run(self, *arguments: str, **environment: str) -> Said:
        """The command's answer, however it ended."""
        (done,) = run_jobs([Job(self.home, COMMAND, arguments, environment={**self.environment, **environment})])
        return Said(done.status, done.out, done.err)

    def must(self, *arguments: str, **environment: str) -> str:
        """What the command printed; an assertion fails if it did not succeed."""
        said = self.run(*arguments, **environment)
        assert said.status == 0, said.out + said.error
        return said.out
