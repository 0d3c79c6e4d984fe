"""Fewer searches for garbage while very much is made and kept."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_RARELY = (100_000, 20, 50)


@contextmanager
def rarely_collected() -> Iterator[None]:
    """Inside, Python looks for cycles of garbage seldom: what a close makes has none, and looking took a quarter of it.

    Everything else is freed as ever, as soon as nobody needs it.
    """
    before = gc.get_threshold()
    gc.set_threshold(*_RARELY)
    try:
        yield
    finally:
        gc.set_threshold(*before)
