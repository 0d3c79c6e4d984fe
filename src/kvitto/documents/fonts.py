"""The fonts of every document, and the characters they can show. Fonts of the machine are never used.

Noto Sans writes Latin, Greek and Cyrillic; Noto Sans CJK TC writes Chinese, Japanese and Korean, and has one weight.
"""

from __future__ import annotations

import struct
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO

import fontpkg_noto_sans
import noto_cjk_sans_otc

FONT_FILES: tuple[Path, ...] = (
    Path(fontpkg_noto_sans.ROOT) / "files" / "NotoSans[wdth,wght].ttf",
    Path(str(noto_cjk_sans_otc.FONT_PATH)),
)
FONT_FOLDERS: tuple[Path, ...] = tuple(path.parent for path in FONT_FILES)
FONT_VERSIONS = tuple(f"{package} {version(package)}" for package in ("fontpkg-noto-sans", "noto-cjk-sans-otc"))

_SEGMENTED_COVERAGE = 12  # the cmap format that lists every plane, in the OpenType specification


@cache
def characters_shown() -> frozenset[int]:
    """The code points that at least one of the fonts has a glyph for."""
    return frozenset().union(*(_coverage(path) for path in FONT_FILES))


def _coverage(path: Path) -> frozenset[int]:
    """The code points in the font's character map. In a collection all faces cover the same ones: the first is read."""
    with path.open("rb") as file:
        start = 0
        if file.read(4) == b"ttcf":
            (start,) = _read(file, ">I", 12)
        cmap = _table(file, start, b"cmap")
    (count,) = struct.unpack_from(">H", cmap, 2)
    for record in range(count):
        _platform, _encoding, offset = struct.unpack_from(">HHI", cmap, 4 + 8 * record)
        (kind,) = struct.unpack_from(">H", cmap, offset)
        if kind == _SEGMENTED_COVERAGE:
            return frozenset(_code_points(cmap, offset))
    message = f"{path} has no character map of format {_SEGMENTED_COVERAGE}"
    raise ValueError(message)


def _code_points(cmap: bytes, offset: int) -> set[int]:
    (groups,) = struct.unpack_from(">I", cmap, offset + 12)
    found: set[int] = set()
    for first, last, _glyph in struct.iter_unpack(">III", cmap[offset + 16 : offset + 16 + 12 * groups]):
        found.update(range(first, last + 1))
    return found


def _table(file: BinaryIO, start: int, name: bytes) -> bytes:
    (count,) = _read(file, ">H", start + 4)
    for record in range(count):
        file.seek(start + 12 + 16 * record)
        tag, (_checksum, offset, length) = file.read(4), struct.unpack(">III", file.read(12))
        if tag == name:
            file.seek(offset)
            return file.read(length)
    message = f"no {name.decode()} table"
    raise ValueError(message)


def _read(file: BinaryIO, layout: str, offset: int) -> tuple[int, ...]:
    file.seek(offset)
    return struct.unpack(layout, file.read(struct.calcsize(layout)))
