"""The backup file: a zip of manifest.json and the copy of the database. Knows no database.

The manifest stands first and says what the copy holds, so any tool for zip files can tell what a file is.
"""

import hashlib
import json
import lzma
import os
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from course.backup.contents import Contents
from course.config import version
from course.errors import Invalid

FORMAT = 1
MANIFEST = "manifest.json"
LARGEST_MANIFEST = 1_000_000
"""Bytes; a whole one has about 2 000."""
COPY = {"sqlite": "course.sqlite", "postgresql": "course.pgdump"}
"""{engine: the name of the copy in the file}."""
BROKEN = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, LookupError, RuntimeError, ValueError)
"""What Python's reader of zip files raises, depending on where one is cut or altered."""


@dataclass(frozen=True)
class Manifest:
    """What a backup file says of itself."""

    engine: str
    made_at: str
    """ISO 8601, UTC."""
    product: str
    """The version of the program that made it."""
    sha256: str
    """Of the copy, unpacked."""
    contents: Contents


def pack(path: Path, copy: Path, engine: str, contents: Contents, *, at: datetime) -> Manifest:
    """Write the backup file of a copy, down to the disk. `path` is new, and nobody else may read it."""
    with copy.open("rb") as source:
        digest = hashlib.file_digest(source, "sha256").hexdigest()
    manifest = Manifest(engine, at.isoformat(), version(), digest, contents)
    path.touch(0o600, exist_ok=False)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(_member(MANIFEST, at), json.dumps({"format": FORMAT, **asdict(manifest)}, indent=2))
        with copy.open("rb") as source, archive.open(_member(COPY[engine], at), "w", force_zip64=True) as target:
            _pour(source, target)
    sync(path)
    return manifest


def whole(path: Path) -> Manifest:
    """The manifest of a backup file. Raises Invalid as `unpacked` does."""
    return _unpack(path, Path(os.devnull))


@contextmanager
def unpacked(path: Path, folder: Path) -> Iterator[tuple[Manifest, Path]]:
    """The manifest of a backup file and its copy, which lies somewhere in `folder` while the block runs.

    Raises Invalid when the file is anything but a whole backup with the right hash.
    """
    with private_folder(folder) as inside:
        copy = inside / "copy"
        copy.touch(0o600)
        yield _unpack(path, copy), copy


@contextmanager
def private_folder(parent: Path) -> Iterator[Path]:
    """A folder that only this user can read, on the same disk as `parent`; gone when the block ends."""
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=parent) as name:
        yield Path(name)


def sync(path: Path) -> None:
    """Have a file or a folder written to the disk itself."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _unpack(path: Path, copy: Path) -> Manifest:
    try:
        if not path.stat().st_size:
            raise Invalid(f"Filen {path} är tom.")
        with zipfile.ZipFile(path) as archive:
            manifest = _manifest(json.loads(_start_of(archive)))
            with archive.open(COPY[manifest.engine]) as source, copy.open("wb") as target:
                digest = _pour(source, target)
    except BROKEN:
        raise Invalid(f"Filen {path} är ingen hel säkerhetskopia: den är avkortad, skadad eller något annat.") from None
    except OSError as fault:
        raise Invalid(f"Filen {path} går inte att packa upp: {fault.strerror or fault}.") from None
    if digest != manifest.sha256:
        raise Invalid(f"Filen {path} är skadad: innehållet stämmer inte med kontrollsumman i {MANIFEST}.")
    return manifest


def _start_of(archive: zipfile.ZipFile) -> bytes:
    """The manifest's text. Raises ValueError for one that no backup has: unpacked, it could fill the memory."""
    with archive.open(MANIFEST) as source:
        text = source.read(LARGEST_MANIFEST + 1)
    if len(text) > LARGEST_MANIFEST:
        raise ValueError("too large a manifest")
    return text


def _member(name: str, at: datetime) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name, at.timetuple()[:6])
    member.compress_type = zipfile.ZIP_DEFLATED
    member.external_attr = 0o600 << 16
    return member


def _pour(source: IO[bytes], target: IO[bytes]) -> str:
    """Copy everything; gives its SHA-256."""
    digest = hashlib.sha256()
    while chunk := source.read(1 << 20):
        digest.update(chunk)
        target.write(chunk)
    return digest.hexdigest()


def _manifest(found: Any) -> Manifest:
    """The manifest as it was written. Raises ValueError when it is anything else."""
    match found:
        case {
            "format": 1,
            "engine": "sqlite" | "postgresql" as engine,
            "made_at": str(made_at),
            "product": str(product),
            "sha256": str(sha256),
            "contents": {"schema": str(schema), "written_at": str(written_at), "rows": dict(rows)},
        } if all(isinstance(count, int) for count in rows.values()):
            if written_at:
                datetime.fromisoformat(written_at)
            return Manifest(engine, made_at, product, sha256, Contents(schema, written_at, rows))
        case _:
            raise ValueError("not a manifest")
