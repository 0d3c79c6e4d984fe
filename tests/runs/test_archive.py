"""The archive of a backup: whole or refused, whatever happened to it."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from kvitto.runs.archive import (
    DamagedArchive,
    Member,
    UnableToArchive,
    check_archive,
    extract_archive,
    read_manifest,
    write_archive,
)

CONTENTS = {"kvitto.toml": b"x = 1\n", "usage-store/a/b.parquet": bytes(range(256)) * 40, "documents/2024/e.pdf": b""}


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """An archive of three files."""
    return written(tmp_path)


def written(folder: Path, **changed: bytes) -> Path:
    """An archive of the contents, whose files on disk may differ from what is said of them."""
    files = []
    for number, (name, content) in enumerate(CONTENTS.items()):
        path = folder / f"file{number}"
        path.write_bytes(changed.get(path.name, content))
        files.append((Member(name, len(content), hashlib.sha256(content).hexdigest()), path))
    write_archive(folder / "office.tar", {"made_at": "now"}, files)
    return folder / "office.tar"


def test_what_was_put_in_comes_out(archive: Path, tmp_path: Path) -> None:
    """Names, contents, and what is told of the office."""
    assert read_manifest(archive).facts == {"made_at": "now"}
    assert check_archive(archive).total == sum(map(len, CONTENTS.values()))
    extract_archive(archive, tmp_path / "out")
    found = {name: (tmp_path / "out" / name).read_bytes() for name in CONTENTS}
    assert found == CONTENTS
    assert archive.stat().st_mode & 0o077 == 0


def test_an_archive_cut_off_anywhere_is_refused(archive: Path) -> None:
    """Also where only its last entry is missing."""
    whole = archive.read_bytes()
    end = whole.index(b"complete") + 512 + 64
    for length in (0, 1, 511, 512, 700, len(whole) // 2, whole.index(b"complete"), end - 1):
        archive.write_bytes(whole[:length])
        with pytest.raises(DamagedArchive):
            check_archive(archive)


def test_a_changed_byte_is_refused_and_nothing_is_written(archive: Path, tmp_path: Path) -> None:
    """In headers, in the manifest, in files; what is wrong is named."""
    whole = archive.read_bytes()
    end = whole.index(b"complete") + 512 + 64
    for position in range(0, end, 101):
        byte = whole[position] ^ 1
        archive.write_bytes(whole[:position] + bytes([byte]) + whole[position + 1 :])
        try:
            manifest = check_archive(archive)
        except DamagedArchive:
            continue
        # padding between two files belongs to neither
        assert whole[position] == 0, position
        assert manifest.total == sum(map(len, CONTENTS.values()))


def test_a_file_that_is_not_what_is_said_of_it_leaves_no_archive(tmp_path: Path) -> None:
    """Changed, shorter or longer."""
    for content in (b"x = 2\n", b"x = 1", b"x = 1\n\n"):
        with pytest.raises(UnableToArchive, match=r"not as it was written|cannot be read"):
            written(tmp_path, file0=content)
        assert [path.name for path in tmp_path.iterdir() if "office" in path.name] == []


def test_a_name_outside_the_home_is_refused(tmp_path: Path) -> None:
    """Nobody gets a file written elsewhere by handing us an archive."""
    for name in ("../evil", "/evil", "usage-store/../../evil", "elsewhere/evil"):
        (tmp_path / "file").write_bytes(b"")
        target = tmp_path / "evil.tar"
        target.unlink(missing_ok=True)
        write_archive(target, {}, [(Member(name, 0, hashlib.sha256(b"").hexdigest()), tmp_path / "file")])
        with pytest.raises(DamagedArchive, match="may not stand in it"):
            extract_archive(target, tmp_path / "out")


def test_something_else_is_no_archive(tmp_path: Path) -> None:
    """Text, and nothing at all."""
    (tmp_path / "text").write_text("hello\n" * 1000)
    for name in ("text", "missing"):
        with pytest.raises(DamagedArchive):
            check_archive(tmp_path / name)
