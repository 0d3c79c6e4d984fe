"""The archive that a backup is kept in: a tar file that proves that it is whole.

Its first member is the manifest, which names every other member in order, with size and SHA-256; its last one holds the
SHA-256 of the manifest and is written when everything else is. What is not compressed already is compressed inside.
"""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

from kvitto.errors import UnableTo
from kvitto.language import phrase
from kvitto.usage import durable

MANIFEST, LAST = "kvitto-backup.json", "complete"
FORM = 1
_FOLDERS = {"database", "documents", "usage-store"}
_AT_ONCE = 1 << 20
_LONGEST_MANIFEST = 1 << 30

Progress = Callable[[int, int], None]  # bytes done, of all


class DamagedArchive(UnableTo):
    """The archive is not as it was written, or is none."""


class UnableToArchive(UnableTo):
    """A file that belongs into the archive is missing or is not what it should be."""


@dataclass(frozen=True)
class Member:
    """A file of the archive: its name there, its size in bytes and the SHA-256 of its content."""

    name: str
    bytes: int
    digest: str


@dataclass(frozen=True)
class Manifest:
    """What an archive holds; `facts` tell of the office it was made of."""

    facts: dict[str, Any]
    members: tuple[Member, ...]

    @property
    def total(self) -> int:
        """Bytes of all members."""
        return sum(member.bytes for member in self.members)


def write_archive(
    target: Path, facts: dict[str, Any], files: Sequence[tuple[Member, Path]], progress: Progress | None = None
) -> Manifest:
    """Write the files into a new archive: aside, then synced, then under its name. It is whole or not there.

    Raises `UnableToArchive` if a file is not what its member says.
    """
    manifest = Manifest(facts, tuple(member for member, _ in files))
    text = _text_of(manifest)
    aside = target.with_name(f".{target.name}.part")
    durable.remove(aside)  # of a backup that was stopped
    done = 0
    try:
        with durable.open_new(aside) as file:
            aside.chmod(0o600)
            with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
                _add(tar, MANIFEST, text)
                for member, path in files:
                    _add_file(tar, member, path)
                    done += member.bytes
                    if progress:
                        progress(done, manifest.total)
                _add(tar, LAST, hashlib.sha256(text).hexdigest().encode())
        durable.sync_file(aside)
        durable.rename(aside, target)
        durable.sync_folder(target.parent)
    finally:
        durable.remove(aside)
    return manifest


def check_archive(archive: Path, progress: Progress | None = None) -> Manifest:
    """Read the whole archive and compare it with its manifest. Raises `DamagedArchive` with what is wrong."""
    return _walk(archive, _Nowhere(), progress)


def extract_archive(archive: Path, folder: Path, progress: Progress | None = None) -> Manifest:
    """Write all members below the folder, each compared again while it is written and made durable."""
    return _walk(archive, _Into(folder), progress)


def read_manifest(archive: Path) -> Manifest:
    """The manifest alone. Raises `DamagedArchive` if the file is no archive of ours."""
    with _opened(archive) as members:
        return _manifest(members)[0]


class _Nowhere:
    """Where members go that are only to be compared."""

    def put(self, _name: str, pieces: Iterator[bytes]) -> None:
        """Read to the end."""
        for _ in pieces:
            pass


class _Into:
    """Writes members as files below a folder that is new."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, name: str, pieces: Iterator[bytes]) -> None:
        """Write a file for its owner alone, durable."""
        path = self._folder / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with durable.open_new(path) as file:
            path.chmod(0o600)
            for piece in pieces:
                file.write(piece)
        durable.sync_file(path)


def _walk(archive: Path, place: _Nowhere | _Into, progress: Progress | None) -> Manifest:
    done = 0
    with _opened(archive) as members:
        manifest, digest = _manifest(members)
        for member in manifest.members:
            info, content = _next(members, member.name)
            if info.size != member.bytes:
                raise _damaged(phrase("{name} has another size than it was written with", name=member.name))
            watched = _Watched(content)
            place.put(member.name, watched.pieces())
            if watched.digest() != member.digest:
                raise _damaged(phrase("{name} is not as it was written", name=member.name))
            done += member.bytes
            if progress:
                progress(done, manifest.total)
        _, content = _next(members, LAST)
        if content.read().decode("ascii", "replace") != digest:
            raise _damaged(phrase("its last entry does not belong to its first one"))
    return manifest


class _Watched:
    """Reads a content piece by piece and knows the digest of what was read."""

    def __init__(self, content: IO[bytes]) -> None:
        self._content, self._hash = content, hashlib.sha256()

    def pieces(self) -> Iterator[bytes]:
        while piece := self._content.read(_AT_ONCE):
            self._hash.update(piece)
            yield piece

    def digest(self) -> str:
        return self._hash.hexdigest()

    def read(self, size: int) -> bytes:
        piece = self._content.read(size)
        self._hash.update(piece)
        return piece


class _opened:  # noqa: N801 - used like a function
    """The archive's members one after another; whatever a library says of a broken file becomes `DamagedArchive`."""

    def __init__(self, archive: Path) -> None:
        self._archive = archive

    def __enter__(self) -> Iterator[tuple[tarfile.TarInfo, IO[bytes]]]:
        try:
            self._tar = tarfile.open(self._archive, "r|")
        except OSError as error:
            raise DamagedArchive(
                phrase("{file} cannot be read: {cause}.", file=str(self._archive), cause=error.strerror or str(error))
            ) from error
        except tarfile.TarError as error:
            raise _damaged(phrase("it is no archive that Kvitto wrote")) from error
        return self._members()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        self._tar.close()
        if isinstance(error, (tarfile.TarError, EOFError, zlib.error)):
            raise _damaged(phrase("it breaks off or has holes")) from error

    def _members(self) -> Iterator[tuple[tarfile.TarInfo, IO[bytes]]]:
        for info in self._tar:
            content = self._tar.extractfile(info)
            yield info, content or io.BytesIO()


def _next(members: Iterator[tuple[tarfile.TarInfo, IO[bytes]]], name: str) -> tuple[tarfile.TarInfo, IO[bytes]]:
    info, content = next(members, (None, None))
    if info is None or content is None:
        raise _damaged(phrase("{name} is missing", name=name))
    if info.name != name or not info.isfile():
        raise _damaged(phrase("{found} stands where {name} should be", found=info.name, name=name))
    return info, content


def _manifest(members: Iterator[tuple[tarfile.TarInfo, IO[bytes]]]) -> tuple[Manifest, str]:
    info, content = _next(members, MANIFEST)
    if info.size > _LONGEST_MANIFEST:
        raise _damaged(phrase("its manifest is longer than any"))
    text = content.read()
    try:
        told = json.loads(text)
        if told["form"] != FORM:
            raise _damaged(phrase("it was written by another version of Kvitto"))
        manifest = Manifest(told["facts"], tuple(Member(**member) for member in told["members"]))
    except (ValueError, KeyError, TypeError) as error:
        raise _damaged(phrase("its manifest cannot be read")) from error
    for member in manifest.members:
        path = PurePosixPath(member.name)
        if path.is_absolute() or ".." in path.parts or (len(path.parts) > 1 and path.parts[0] not in _FOLDERS):
            raise _damaged(phrase("{name} may not stand in it", name=member.name))
    return manifest, hashlib.sha256(text).hexdigest()


def _text_of(manifest: Manifest) -> bytes:
    told = {"form": FORM, "facts": manifest.facts, "members": [asdict(member) for member in manifest.members]}
    return json.dumps(told, indent=1, ensure_ascii=False).encode()


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    tar.addfile(_info(name, len(content)), io.BytesIO(content))


def _add_file(tar: tarfile.TarFile, member: Member, path: Path) -> None:
    try:
        with path.open("rb") as file:
            watched = _Watched(file)
            tar.addfile(_info(member.name, member.bytes), watched)  # type: ignore[arg-type]  # it only reads
            is_whole = not file.read(1) and watched.digest() == member.digest
    except OSError as error:
        raise UnableToArchive(
            phrase(
                "{file} cannot be read: {cause}. No backup was made; “kvitto store check” says what is damaged.",
                file=str(path),
                cause=error.strerror or str(error),
            )
        ) from error
    if not is_whole:
        raise UnableToArchive(
            phrase(
                "{file} is not as it was written. No backup was made; “kvitto store check” says what is damaged.",
                file=str(path),
            )
        )


def _info(name: str, size: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    return info


def _damaged(what: object) -> DamagedArchive:
    return DamagedArchive(phrase("The archive is damaged: {what}. Nothing was written.", what=what))
