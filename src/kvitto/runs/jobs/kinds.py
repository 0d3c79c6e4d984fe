"""Every kind of job and the function that does it; in lanes, so that nobody's file waits for a closing.

A function is loaded when its first job comes: a process that only waits stays small.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import cast

from kvitto.runs.jobs.job import (
    AHEAD_KINDS,
    CHECK_STORE,
    CLOSE,
    FILE_KINDS,
    INVOICE_FILES,
    OFFICE_KINDS,
    PREVIEW,
    REFRESH,
    USAGE_FILE,
    VERIFY_TRAIL,
    Do,
)

LANES: Mapping[str, tuple[str, ...]] = {"files": FILE_KINDS, "office": OFFICE_KINDS, "ahead": AHEAD_KINDS}
EVERY_KIND = FILE_KINDS + OFFICE_KINDS + AHEAD_KINDS
_DONE_BY = {
    USAGE_FILE: "usage_file.prepare_usage_file",
    INVOICE_FILES: "invoice_files.prepare_invoices",
    CLOSE: "close_due.close_due",
    PREVIEW: "close_due.preview_close",
    VERIFY_TRAIL: "checks.check_trail",
    CHECK_STORE: "checks.check_usage",
    REFRESH: "work_ahead.refresh_estimates",
}


def function_of(kind: str) -> Do:
    """The function that does jobs of this kind."""
    module, _, name = _DONE_BY[kind].partition(".")
    return cast("Do", getattr(import_module(f"kvitto.runs.jobs.{module}"), name))
