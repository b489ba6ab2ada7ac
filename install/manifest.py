"""What was written for an installed engine: the list that decides what is repaired and removed.

It lies beside the engine's folder, and so outlives one that is half made or half removed.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Literal

from afterframe_hosts.wire.system import long_path

SUFFIX = ".manifest.json"
CHUNK = 1 << 20

State = Literal["making", "whole"]


@dataclass(frozen=True)
class Entry:
    """One file as it was written: its size in bytes and its SHA-256, or where a link leads."""

    size: int = 0
    sha256: str = ""
    link: str = ""


@dataclass(frozen=True)
class Manifest:
    """One installed engine.

    `name` is its folder's, `state` how far it is, `content` tells two installs apart, `torch` is
    the build of PyTorch in it ("" for none) and `torch_asked` what the user had asked for.
    `files` are by their path below the folder, with slashes.
    """

    name: str
    version: str
    content: str
    extras: tuple[str, ...] = ()
    torch: str = ""
    torch_asked: str = ""
    state: State = "making"
    installed_at: str = ""
    files: dict[str, Entry] = field(default_factory=dict)

    def whole(self, files: dict[str, Entry], installed_at: str) -> Manifest:
        """The same when all is written."""
        return replace(self, state="whole", files=files, installed_at=installed_at)


def write_whole(path: Path, text: str, executable: bool = False) -> None:
    """Write a file completely or not at all: whoever reads it meets the old or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = part_of(path)
    try:
        with part.open("w", encoding="utf-8", errors="surrogateescape") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if executable:
            part.chmod(0o755)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def part_of(path: Path) -> Path:
    """What a file is called until it is whole; may be left by a process that was killed."""
    return path.with_name(f".{path.name}.part")


def save(root: Path, manifest: Manifest) -> None:
    """Write a manifest beside its engine's folder."""
    write_whole(manifest_path(root, manifest.name), json.dumps(asdict(manifest), indent=0))


def load(root: Path, name: str) -> Manifest | None:
    """The manifest of this engine; None when there is none that can be read."""
    try:
        value = json.loads(manifest_path(root, name).read_text("utf-8"))
        files = {path: Entry(**entry) for path, entry in value.pop("files").items()}
        found = Manifest(**{**value, "extras": tuple(value["extras"])}, files=files)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None
    return found if found.name == name and all(map(_is_inside, files)) else None


def load_all(root: Path) -> list[Manifest]:
    """The manifests of all engines here, the newest last."""
    names = [path.name.removesuffix(SUFFIX) for path in root.glob(f"*{SUFFIX}")]
    found = [manifest for name in names if (manifest := load(root, name)) is not None]
    return sorted(found, key=lambda manifest: manifest.installed_at)


def manifest_path(root: Path, name: str) -> Path:
    """Where the manifest of this engine lies."""
    return root / f"{name}{SUFFIX}"


def list_files(folder: Path) -> dict[str, Entry]:
    """Every file below a folder with size and hash; what Python compiles for itself is left out."""
    return {
        name: _entry(path)
        for name, path in _walk(folder)
        if not name.endswith(".pyc") or "__pycache__" not in PurePosixPath(name).parts
    }


def find_damage(folder: Path, manifest: Manifest, thorough: bool) -> list[str]:
    """The files that are not as they were written; by their sizes alone unless `thorough`."""
    return [
        name
        for name, entry in manifest.files.items()
        if not _is_as_written(folder / name, entry, thorough)
    ]


def remove(folder: Path, manifest: Manifest) -> tuple[list[Path], list[Path]]:
    """Remove what the manifest says was written, and the folders that are empty then.

    Gives the files that somebody else put there, and those of ours that could not be removed. A
    linked folder is not gone into: what is behind it is not ours.
    """
    strangers, stuck = [], []
    for name, path in list(_walk(folder)):
        if not _is_listed(name, manifest):
            strangers.append(folder / name)
        elif not _unlink(path):
            stuck.append(folder / name)
    _remove_empty_folders(folder)
    return strangers, stuck


def _walk(folder: Path) -> Iterator[tuple[str, Path]]:
    """Every file and link below a folder, by its name below it."""
    top = long_path(folder)
    for parent, folders, files in os.walk(top):
        links = [name for name in folders if Path(parent, name).is_symlink()]
        for name in (*links, *files):
            path = Path(parent, name)
            yield path.relative_to(top).as_posix(), path


def _entry(path: Path) -> Entry:
    if path.is_symlink():
        return Entry(link=str(path.readlink()))
    digest = hashlib.sha256()
    size = 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return Entry(size, digest.hexdigest())


def _is_as_written(path: Path, entry: Entry, thorough: bool) -> bool:
    path = long_path(path)
    try:
        facts = path.lstat()
        if entry.link or stat.S_ISLNK(facts.st_mode):
            return str(path.readlink()) == entry.link
        return facts.st_size == entry.size and (not thorough or _entry(path) == entry)
    except OSError:
        return False


def _is_listed(name: str, manifest: Manifest) -> bool:
    if name in manifest.files:
        return True
    path = PurePosixPath(name)
    if path.suffix != ".pyc" or path.parent.name != "__pycache__":
        return False
    return str(path.parent.parent / f"{path.name.split('.')[0]}.py") in manifest.files


def _is_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and "\\" not in name


def _unlink(path: Path) -> bool:
    try:
        path.unlink()
    except PermissionError:  # read-only on Windows, or in use
        try:
            path.chmod(stat.S_IWRITE)
            path.unlink()
        except OSError:
            return False
    except OSError:
        return False
    return True


def _remove_empty_folders(folder: Path) -> None:
    for parent, folders, _ in os.walk(long_path(folder), topdown=False):
        for name in folders:
            _remove_if_empty(Path(parent, name))
    _remove_if_empty(long_path(folder))


def _remove_if_empty(folder: Path) -> None:
    try:
        folder.rmdir()
    except OSError:  # not empty, a link, or in use
        return
