"""The extension in the user's Blenders: installed, enabled, connected; and removed again.

What was written is noted in `blender.json` in the user's config folder: by that, and by nothing
else, it is removed.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import blender_search
import engine
import engine_record
import extension
from blender_search import Blender
from environments import SetupError, clean_environ, say
from manifest import write_whole

from afterframe_hosts.wire import discovery
from afterframe_hosts.wire.system import config_folder

SCRIPT = Path(__file__).with_name("blender_inside.py")
PATIENCE = 300.0
"""Seconds that one Blender may take, with all that its user has installed in it."""
LEAVING = 10.0
"""Seconds that the service of the test may take to end."""
SCHEMA = 1

NONE_FOUND = (
    "No Blender was found in the usual places. Name it: bootstrap.py blender --blender PATH. Or "
    "write the zip (--zip-only DIR) and drop it into Blender's window."
)
HOW_TO_REMOVE = "To remove it all: python3 install/bootstrap.py blender --uninstall"


@dataclass(frozen=True)
class Installed:
    """The extension in one Blender.

    `path` is the Blender's, `folder` the extension's, `preferences` the file of the user's
    preferences and `made` its hash where we wrote it first: "" where there was one before. `first`
    is True where the user had no extensions before.
    """

    path: str
    folder: str
    preferences: str
    made: str = ""
    first: bool = False


@dataclass(frozen=True)
class Record:
    """What this command has written: the engine, if there was none before, and extensions."""

    engine: bool = False
    blenders: tuple[Installed, ...] = field(default=())


def install(named: list[Path], with_engine: bool) -> int:
    """Install extension and engine, and try them; gives 0 if each Blender has them now.

    `named` are the Blenders to install into; all that are found where none is.
    """
    blenders = blender_search.named(named) if named else blender_search.find()
    if not blenders:
        raise SetupError(NONE_FOUND)
    usable = [each for each in blenders if _is_new_enough(each)]
    if not usable:
        raise SetupError("Afterframe needs Blender 4.2 or later.")
    with _scratch(usable) as scratch:
        say("Building the extension")
        archive = extension.build(scratch)
        if with_engine and any(each.kind != "flatpak" for each in usable):
            _install_engine()
        results = [_install_into(each, archive, scratch) for each in usable]
    say(f"Close Blender where it is open, and start it again. {HOW_TO_REMOVE}")
    return 0 if all(results) else 1


def uninstall(named: list[Path], with_state: bool) -> int:
    """Remove what :func:`install` wrote; from the named Blenders only, where some are named."""
    record = read_record()
    wanted = {str(_absolute(path)) for path in named}
    removed = [each for each in record.blenders if not wanted or each.path in wanted]
    if not removed and (wanted or not record.engine):
        say("Nothing that this command had installed is left there.")
        return 0
    stays = tuple(each for each in record.blenders if each not in removed)
    if record.engine and not stays and (config_folder() / "resolve.json").exists():
        say("The engine stays: Resolve has it too. Remove it with: bootstrap.py engine --uninstall")
        write_record(Record(False, record.blenders))
    elif record.engine and not stays:
        engine.uninstall(with_state)
        write_record(Record(False, record.blenders))
    stuck = [each for each in removed if not _remove_from(each)]
    write_record(Record(record.engine and bool(stays), (*stays, *stuck)))
    return 1 if stuck else 0


def read_record() -> Record:
    """What is noted; nothing where there is no record, or none of ours."""
    try:
        told = json.loads(record_path().read_text("utf-8"))
        return Record(bool(told["engine"]), tuple(Installed(**each) for each in told["blenders"]))
    except (OSError, ValueError, TypeError, KeyError):
        return Record()


def write_record(record: Record) -> None:
    """Note it; no file stays where there is nothing to note."""
    if record.engine or record.blenders:
        write_whole(record_path(), json.dumps({"schema": SCHEMA, **asdict(record)}, indent=1))
        return
    record_path().unlink(missing_ok=True)
    _remove_if_empty(config_folder())


def record_path() -> Path:
    """Where the record lies."""
    return config_folder() / "blender.json"


def _is_new_enough(blender: Blender) -> bool:
    if blender.version >= blender_search.OLDEST:
        return True
    say(f"{blender.label}: left out, Afterframe needs 4.2 or later")
    return False


def _install_engine() -> None:
    had = engine_record.read() is not None
    engine.install(frozenset(), "")
    record = read_record()
    write_record(Record(record.engine or not had, record.blenders))


def _install_into(blender: Blender, archive: Path, scratch: Path) -> bool:
    """Install into one Blender and say how it went; gives whether all is well."""
    record = read_record()
    before = next((each for each in record.blenders if each.path == str(blender.path)), None)
    ours = before is not None and _is_as_made(before)
    first = before is not None and before.first
    connect = blender.kind != "flatpak"
    answer = _run(blender, scratch, action="install", zip=str(archive), connect=connect)
    if answer["problem"]:
        say(f"{blender.label}: {answer['problem']}")
        return False
    made = _hash(Path(answer["preferences"])) if ours or not answer["had_preferences"] else ""
    first = first or not answer["had_extensions"]
    now = Installed(str(blender.path), answer["folder"], answer["preferences"], made, first)
    others = tuple(each for each in record.blenders if each.path != now.path)
    write_record(Record(record.engine, (*others, now)))
    say(f"{blender.label}: installed and enabled in {now.folder}")
    if note := blender_search.DIFFERENT.get(blender.kind):
        say(f"    {note}")
    return not connect or _say_connection(answer["connection"])


def _say_connection(connection: dict[str, Any]) -> bool:
    if connection["problem"]:
        say(f"    No connection: {connection['problem']}")
        return False
    engines = ", ".join(connection["engines"])
    say(f"    Connected to engine {connection['version']}; it can: {engines}")
    return True


def _remove_from(installed: Installed) -> bool:
    """Remove the extension from one Blender; gives whether it is gone."""
    folder, untouched = Path(installed.folder), _is_as_made(installed)
    blender = blender_search.ask(Path(installed.path))
    if folder.is_dir() and blender is not None:
        with _scratch([blender]) as scratch:
            answer = _run(
                blender,
                scratch,
                action="uninstall",
                folder=str(folder),
                keep_preferences=untouched,
            )
        if answer["problem"]:
            say(f"{installed.path}: {answer['problem']}")
    elif folder.is_dir():  # the Blender is gone, what it kept for the user is not
        shutil.rmtree(folder, ignore_errors=True)
    if untouched:
        preferences = Path(installed.preferences)
        preferences.unlink(missing_ok=True)
        _remove_if_empty(preferences.parent)
    if installed.first:
        _remove_caches(folder.parents[1])
    if folder.exists():
        say(f"{installed.path}: {folder} could not be removed; close Blender and try again")
        return False
    say(f"{installed.path}: the extension is removed")
    return True


def _is_as_made(installed: Installed) -> bool:
    """Whether the preferences are the ones that we made, and nobody has changed them since."""
    return bool(installed.made) and installed.made == _hash(Path(installed.preferences))


def _remove_caches(extensions: Path) -> None:
    """Remove the folder that Blender made for extensions, if only its own notes are in it."""
    left = [path.relative_to(extensions) for path in extensions.rglob("*") if path.is_file()]
    if all({".cache", ".blender_ext"} & set(path.parts) for path in left):
        shutil.rmtree(extensions, ignore_errors=True)
        _remove_if_empty(extensions.parent)


def _remove_if_empty(folder: Path) -> None:
    with contextlib.suppress(OSError):
        folder.rmdir()


def _run(blender: Blender, scratch: Path, **request: Any) -> dict[str, Any]:
    """Have one thing done inside a Blender; gives its answer, whose "problem" is "" if it did."""
    folder = Path(tempfile.mkdtemp(dir=scratch))
    script = Path(shutil.copy(SCRIPT, folder))
    asked, answer = folder / "request.json", folder / "answer.json"
    asked.write_text(json.dumps(request), "utf-8")
    state = folder / "state"
    try:
        done = subprocess.run(
            blender.command(script, str(asked)),
            env={**clean_environ(), "AFTERFRAME_STATE": str(state)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=PATIENCE,
        )
        told: dict[str, Any] = json.loads(answer.read_text("utf-8"))
    except subprocess.TimeoutExpired:
        return {"problem": f"it did not end within {PATIENCE:g} s"}
    except (OSError, ValueError):
        return {"problem": f"it ended with exit code {done.returncode}{_last_words(done.stdout)}"}
    if told["problem"]:
        told["problem"] += _last_words(done.stdout)
    _wait_until_gone(state / discovery.ENDPOINT)
    return told


def _last_words(said: bytes) -> str:
    """The last thing that a Blender said, apart from its farewell."""
    lines = [line.strip() for line in said.decode("utf-8", "replace").splitlines()]
    telling = [line for line in lines if line and not line.startswith("Blender ")]
    return f": {telling[-1]}" if telling else ""


def _wait_until_gone(endpoint: Path) -> None:
    """Let the service of the test end before its folder goes."""
    until = time.monotonic() + LEAVING
    while endpoint.exists() and time.monotonic() < until:
        time.sleep(0.05)


@contextlib.contextmanager
def _scratch(blenders: list[Blender]) -> Iterator[Path]:
    """A folder for a while, that each of these Blenders sees: Flatpak's has a /tmp of its own."""
    home = Path.home() if any(each.kind == "flatpak" for each in blenders) else None
    with tempfile.TemporaryDirectory(
        prefix=".afterframe-", dir=home, ignore_cleanup_errors=True
    ) as folder:
        yield Path(folder).resolve()


def _hash(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


def _absolute(path: Path) -> Path:
    return Path(shutil.which(path) or path).absolute()
