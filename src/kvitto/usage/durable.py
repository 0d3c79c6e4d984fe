"""The steps by which files become durable: one small function each.

Whoever writes a file that must survive a power cut calls these through the module (`durable.rename(…)`), so that a test
can stand in their place to record the steps, or to end the process between two of them.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import uuid
from pathlib import Path
from typing import BinaryIO

# macOS answers fsync before the disk has written; this asks for the real thing.
_FULL_SYNC: int | None = getattr(fcntl, "F_FULLFSYNC", None)


def make_folder(folder: Path) -> None:
    """Make one folder if it is not there; its parent must be."""
    folder.mkdir(exist_ok=True)


def open_new(path: Path) -> BinaryIO:
    """A new file to write to; `FileExistsError` if there is one already. Its content is not durable yet."""
    return path.open("xb")


def sync_file(path: Path) -> None:
    """Make the content of the file durable."""
    _sync(path)


def rename(path: Path, target: Path) -> None:
    """Give the file its final name, in one step. The name is not durable before `sync_folder` of its folder."""
    path.rename(target)


def sync_folder(folder: Path) -> None:
    """Make the names inside the folder durable."""
    _sync(folder)


def remove(path: Path) -> None:
    """Remove the file; nothing happens if it is gone already."""
    path.unlink(missing_ok=True)


def remove_tree(folder: Path) -> None:
    """Remove the folder with all it holds."""
    shutil.rmtree(folder, ignore_errors=True)


def make_folders(folder: Path, below: Path) -> None:
    """Make every missing folder on the way from `below` down to `folder`, all names durable.

    A folder that is there already is synced too: the process that made it may have died before it did so.
    """
    current = below
    for part in folder.relative_to(below).parts:
        parent, current = current, current / part
        make_folder(current)
        sync_folder(parent)


def write_whole(path: Path, content: bytes) -> None:
    """Write a small file so that it is there whole or not at all, also after a power cut.

    The unfinished file stands beside it under a name of its own that starts with a dot and ends with ".aside"; a
    process that dies leaves it there.
    """
    aside = path.with_name(f".{uuid.uuid4().hex}.aside")
    try:
        with open_new(aside) as file:
            file.write(content)
        sync_file(aside)
        rename(aside, path)
    finally:
        remove(aside)
    sync_folder(path.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        if _FULL_SYNC is None:
            os.fsync(descriptor)
        else:
            fcntl.fcntl(descriptor, _FULL_SYNC)
    finally:
        os.close(descriptor)
