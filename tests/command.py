"""Runs `kvitto` as a person does: a process of its own, with an office and a database of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

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

    def run(self, *arguments: str, **environment: str) -> Said:
        """The command's answer, however it ended."""
        done = subprocess.run(
            [*PROGRAM, *arguments],
            capture_output=True,
            encoding="utf-8",
            env=self.all_environment(**environment),
            cwd=self.home.parent,
            check=False,
        )
        return Said(done.returncode, done.stdout, done.stderr)

    def must(self, *arguments: str, **environment: str) -> str:
        """What the command printed; an assertion fails if it did not succeed."""
        said = self.run(*arguments, **environment)
        assert said.status == 0, said.out + said.error
        return said.out
