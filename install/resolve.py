"""The scripts in DaVinci Resolve's menu: written, tried, and removed again.

What was written is noted in `resolve.json` in the user's config folder, with a hash of each file:
by that, and by nothing else, it is removed.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import engine
import engine_launcher
import engine_record
import resolve_search
from environments import CLONE, SetupError, say
from manifest import write_whole

from afterframe_hosts.resolve import editions, places
from afterframe_hosts.wire.system import config_folder, data_folder, state_folder, video_folder

SOURCES = CLONE / "host_adapters" / "afterframe_hosts" / "resolve"
ENTRIES = {
    "Utility/Afterframe.py": ("Afterframe", "keep_open(globals())"),
    "Edit/Afterframe Generate Clip.py": (
        "Generate Clip from Frame",
        'run("generate", globals())',
    ),
    "Edit/Afterframe Extend Clip.py": ("Extend Clip", 'run("extend", globals())'),
    "Edit/Afterframe Bridge Gap.py": ("Bridge Gap", 'run("bridge", globals())'),
    "Edit/Afterframe Style Transfer.py": ("Style Transfer", 'run("restyle", globals())'),
    "Edit/Afterframe Slow Motion.py": ("Slow Motion", 'run("retime", globals())'),
}
"""Of each entry of the menu what it is called and what it calls."""
CHECK = "Utility/Afterframe Check.lua"
SHARED = {
    "linux": ("~/.config/afterframe", "~/.local/state/afterframe", "~/.local/share/afterframe"),
    "darwin": ("~/Library/Application Support/Afterframe",) * 3,
    "win32": ("%APPDATA%/Afterframe", "%LOCALAPPDATA%/Afterframe", "%LOCALAPPDATA%/Afterframe"),
}
"""Folders of settings, of the service and of data, for scripts that every user shares."""
SCHEMA = 1
HOW_TO_REMOVE = "To remove it all: python3 install/bootstrap.py resolve --uninstall"


@dataclass(frozen=True)
class Record:
    """What this command has written.

    `engine`: there was none before. `files` are hashes by path, `folders` those that it had to
    make, the innermost last.
    """

    engine: bool = False
    files: tuple[tuple[str, str], ...] = ()
    folders: tuple[str, ...] = ()


def install(named: list[Path], everybody: bool, with_engine: bool) -> int:
    """Write the scripts, install the engine, see how far Resolve can be driven."""
    found = resolve_search.find(named)
    if not found:
        raise SetupError(resolve_search.NONE_FOUND)
    if with_engine:
        had = engine_record.read() is not None
        engine.install(frozenset(), "")
        record = read_record()
        write_record(Record(record.engine or not had, record.files, record.folders))
    scripts = places.scripts_folder(everybody=everybody)
    _write(dict(_contents(scripts, everybody)))
    say(f"The menu has Afterframe now (Workspace > Scripts): {scripts}")
    for each in found:
        say(each.label)
        if not resolve_search.is_new_enough(each):
            say("    Afterframe needs DaVinci Resolve 19.1 or later.")
        advice = resolve_search.python_advice(each.installation)
        for line in (advice, *resolve_search.external_advice(each)):
            if line:
                say(f"    {line}")
    _say_reach()
    say(HOW_TO_REMOVE)
    return 0


def uninstall(with_state: bool) -> int:
    """Remove what :func:`install` wrote, and nothing else; a file that was changed stays."""
    record = read_record()
    if not record.files and not record.engine:
        say("Nothing that this command had installed is left there.")
        return 0
    left = [each for each in record.files if not _remove(*each)]
    paths = (*(Path(path) for path, _ in left), record_path())
    kept = {str(parent) for path in paths for parent in path.parents} if left else set()
    if record.engine and (config_folder() / "blender.json").exists():
        say("The engine stays: Blender has it too. Remove it with: bootstrap.py engine --uninstall")
    elif record.engine:
        engine.uninstall(with_state)
    write_record(Record(False, tuple(left), tuple(each for each in record.folders if each in kept)))
    for folder in reversed(record.folders):
        _remove_if_empty(Path(folder))
    if left:
        return 1
    say("The scripts are removed from Resolve's menu.")
    return 0


def read_record() -> Record:
    """What is noted; nothing where there is no record, or none of ours."""
    try:
        told = json.loads(record_path().read_text("utf-8"))
        files = tuple((str(path), str(digest)) for path, digest in told["files"])
        return Record(bool(told["engine"]), files, tuple(map(str, told["folders"])))
    except (OSError, ValueError, TypeError, KeyError):
        return Record()


def write_record(record: Record) -> None:
    """Note it; no file stays where there is nothing to note."""
    if record.engine or record.files:
        write_whole(record_path(), json.dumps({"schema": SCHEMA, **asdict(record)}, indent=1))
        return
    record_path().unlink(missing_ok=True)
    _remove_if_empty(config_folder())


def record_path() -> Path:
    """Where the record lies."""
    return config_folder() / "resolve.json"


def _contents(scripts: Path, everybody: bool) -> Iterator[tuple[Path, str]]:
    """Each file that is written, and what stands in it."""
    beside = scripts.parent / "Afterframe" if everybody else data_folder() / "resolve"
    entry = (SOURCES / "scripts" / "entry.py.txt").read_text("utf-8")
    for name, (label, call) in ENTRIES.items():
        yield scripts / name, entry.format(label=label, folder=ascii(str(beside)), call=call)
    files = beside / "files.lua"
    yield scripts / CHECK, _filled("check.lua", FILES=files)
    told = _noted(everybody)
    folder = Path("~") if everybody else video_folder()
    yield files, _filled("files.lua", COMMAND=told["command"], FOLDER=folder)
    yield beside / "afterframe_door.py", (SOURCES / "door.py").read_text("utf-8")
    yield beside / "afterframe_menu.py", (SOURCES / "scripts" / "menu.py").read_text("utf-8")
    yield beside / "places.json", json.dumps(told, indent=1)


def _filled(name: str, **values: Path | str) -> str:
    """A Lua script with what it has to know; there, a backslash is written twice."""
    text = (SOURCES / "scripts" / name).read_text("utf-8")
    for key, value in values.items():
        written = str(value).replace("\\", "\\\\").replace('"', '\\"')
        text = text.replace(f"@{key}@", written)
    return text


def _noted(everybody: bool) -> dict[str, Any]:
    """What the scripts are told: of this user, or how to find it of whoever runs them."""
    launcher = engine_launcher.launcher_path()
    if not everybody:
        record, state, command = engine_record.record_path(), state_folder(), launcher
    else:
        settings, service, data = map(Path, SHARED[places.SYSTEM])
        record, state = settings / engine_record.record_path().name, service
        command = data / "bin" / launcher.name
    told = {"record": record, "state": state, "command": command}
    return {"shared": everybody, **{name: str(path) for name, path in told.items()}}


def _write(contents: dict[Path, str]) -> None:
    """Write all files; note each before it is written, so that none is forgotten."""
    record = read_record()
    paths = (record_path(), *contents)
    missing = {each for path in paths for each in path.parents if not each.exists()}
    folders = (*record.folders, *sorted(map(str, missing - set(map(Path, record.folders)))))
    written = {path: text.encode("utf-8", "surrogateescape") for path, text in contents.items()}
    hashes = {str(path): _hash(content) for path, content in written.items()}
    for path in contents:
        known = dict(record.files).get(str(path))
        if path.exists() and _hash(path.read_bytes()) not in (known, hashes[str(path)]):
            raise SetupError(f"{path} is there and is not ours, or was changed. Remove it first.")
    write_record(Record(record.engine, tuple({**dict(record.files), **hashes}.items()), folders))
    for path, text in contents.items():
        try:
            write_whole(path, text)
        except OSError as error:
            raise SetupError(
                f"{path} could not be written ({error.strerror}). For all users this takes an "
                "administrator; without --all-users it goes into your own folder."
            ) from error


def _remove(path: str, digest: str) -> bool:
    """Remove a file that is as it was written; gives whether it is gone."""
    file = Path(path)
    try:
        if not file.exists():
            return True
        if _hash(file.read_bytes()) != digest:
            say(f"Stays, since somebody changed it: {file}")
            return False
        file.unlink()
    except OSError as error:
        say(f"Stays: {file} ({error.strerror})")
        return False
    return True


def _say_reach() -> None:
    """Say how far Resolve can be driven now, and why not more."""
    reach = editions.reach()
    say("Connection: it answers." if reach.works else "Connection: it does not answer now.")
    for note in reach.notes:
        say(f"    {note.text()}")


def _hash(content: bytes) -> str:
    """Of a text, whichever ends of lines the system has given it."""
    return hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest()


def _remove_if_empty(folder: Path) -> None:
    with contextlib.suppress(OSError):
        folder.rmdir()
