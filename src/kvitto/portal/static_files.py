"""Addresses of style sheets and scripts that change with their content, so that browsers may keep them for a year."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage


class DigestedAddresses(StaticFilesStorage):
    """Serves files from where they are installed; `?v=` in the address is the beginning of their SHA-256."""

    def url(self, name: str | None) -> str:
        """The address of the file with its digest; without one if no such file is installed."""
        digest = _digest(name or "")
        return f"{super().url(name)}?v={digest}" if digest else super().url(name)


@cache
def _digest(name: str) -> str:
    found = finders.find(name)
    return hashlib.sha256(Path(found).read_bytes()).hexdigest()[:12] if isinstance(found, str) else ""
