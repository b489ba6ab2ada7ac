"""The engine as it is installed for hosts: outside any clone, by version, the last one kept.

Each engine lies in a folder of its own and is never changed once it is whole; `engine.json` says
which one is used. Whatever interrupts a command, the engine in use stays as it was, and the next
command removes what is half made.
"""

from __future__ import annotations

import contextlib
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import engine_build
import engine_launcher
import engine_record
import engine_service
import environments
import manifest
from engine_launcher import quoted
from engine_record import Record, engines_folder
from environments import CLONE, SetupError, say
from manifest import SUFFIX, Manifest

from afterframe_hosts.wire.system import config_folder, state_folder

LOCK = "engine.lock"
LOGS = "logs"
STATE_FILES = ("endpoint.json", "service.lock", "queue*.sqlite3*")
STATE_FOLDERS = ("jobs", "logs")
"""What the service keeps in its state folder: queue and history, job folders, logs. No results."""

BUILD_FIRST = (
    "These tools came with an installed engine; for this the source is needed. Get a copy of "
    "Afterframe's source and run this command there."
)


def install(extras: frozenset[str], torch: str) -> int:
    """Install the engine that is here, or switch to it; nothing to do when it is in use and well.

    From this clone, or from the wheel that came with these tools in a host's extension. What the
    engine in use has besides the base (`extras`, the build of PyTorch that was asked for) the new
    one has too.
    """
    if not engine_build.can_build():
        raise SetupError(BUILD_FIRST)
    with _alone() as root:
        record = engine_record.read()
        current = _current(root, record)
        if current is not None:
            extras = extras | frozenset(current.extras)
            torch = torch or current.torch_asked
        if torch and "diffusion" not in extras:
            raise SetupError("--torch goes with --with diffusion: the base needs no PyTorch.")
        wanted = engine_build.describe(extras, torch)
        made = _find_sound(root, wanted.content)
        if made is None:
            made = engine_build.build(root, wanted)
        elif record is not None and record.engine == made.name:
            _launch(root, made.name)
            say(f"Afterframe {made.version} is installed and well: {root / made.name}")
            return 0
        _switch(root, made, record)
        _remove_unused(root)
    _say_how_to_start(root, made)
    return 0


def repair() -> int:
    """Check every file and import of the engine in use; put a new one in its place if one broke."""
    with _alone() as root:
        record = engine_record.read()
        current = _current(root, record) or _newest(root)
        if current is None:
            raise SetupError(f"No engine is installed in {root}. {_how_to_install()}")
        problems = _examine(root, current)
        if not problems:
            say(f"{len(current.files)} files are as they were written, and the engine starts.")
            if record is None or record.engine != current.name:
                _switch(root, current, record)
            else:
                _launch(root, current.name)
            return 0
        for problem in problems[:5]:
            say(f"Broken: {problem}")
        made = _build_again(root, current, problems)
        _switch(root, made, record, broken=current.name)
        _remove_unused(root)
    _say_how_to_start(root, made)
    return 0


def roll_back() -> int:
    """Use the engine that was in use before."""
    with _alone() as root:
        record = engine_record.read()
        before = manifest.load(root, record.previous) if record and record.previous else None
        if record is None or before is None or before.state != "whole":
            raise SetupError("There is no engine to go back to.")
        if problem := _find_problem(root, before):
            raise SetupError(
                f"The engine before ({before.name}) does not start; nothing changed. {problem}"
            )
        _switch(root, before, record)
    _say_how_to_start(root, before)
    return 0


def uninstall(with_state: bool) -> int:
    """Remove what was installed, and the service's own state if that is asked for.

    Goes by the manifests: what somebody else put between our files stays, and is told. Results,
    recipes and presets are never touched.
    """
    engine_service.stop_idle()
    with _alone() as root:
        if not engine_record.remove():
            say(f"{engine_record.record_path()} names no engine of ours and stays.")
        left = engine_launcher.remove()
        left += [path for each in manifest.load_all(root) for path in _remove(root, each)]
        _remove_logs(root)
    (root / LOCK).unlink(missing_ok=True)
    if with_state:
        _remove_state(state_folder())
    for folder in (root, engine_launcher.launcher_path().parent, root.parent, config_folder()):
        with contextlib.suppress(OSError):  # somebody else's things are in it
            folder.rmdir()
    for path in (*left, *_unknown(root)):
        say(f"Stays: {path}")
    say("Afterframe's engine is removed. Your results, recipes and projects are as they were.")
    if not with_state and state_folder().exists():
        say(f"The queue and its logs are kept in {state_folder()}: --all removes them too.")
    return 0


def show_status() -> int:
    """Say what is installed where, and whether what is in use starts; gives 0 if it does."""
    root = engines_folder()
    record = engine_record.read()
    found = manifest.load_all(root)
    if not found and record is None:
        say(f"No engine is installed in {root}. {_how_to_install()}")
        return 1
    for each in reversed(found):
        use = {record.engine: "in use", record.previous: "the one before"} if record else {}
        state = use.get(each.name, "not used") if each.state == "whole" else "half made"
        size = sum(entry.size for entry in each.files.values()) // 1_000_000
        parts = " ".join(filter(None, (*each.extras, each.torch))) or "base"
        say(f"{each.name}: {state}, {parts}, {size} MB, {each.installed_at}, {root / each.name}")
    if record is None:
        return 0
    current = _current(root, record)
    if current is None:
        problem = f"{engine_record.record_path()} names {record.engine}, which is not there."
    else:
        problem = _find_problem(root, current)
    if problem:
        say(f"Broken: {problem}")
        say(f"Mend it with: python3 {quoted(CLONE / 'install' / 'bootstrap.py')} engine --repair")
        return 1
    _say_commands(root, record.engine)
    return 0


def demand_clone() -> None:
    """Raise SetupError in the tools that an engine or an extension brings: they have no source."""
    if not engine_build.is_clone():
        raise SetupError(BUILD_FIRST)


def _switch(root: Path, made: Manifest, record: Record | None, broken: str = "") -> None:
    """Let hosts start this engine from now on. One rename decides."""
    previous = ""
    if record is not None:
        kept = record.previous if record.engine in (made.name, broken) else record.engine
        previous = "" if kept == made.name else kept
    engine_record.write(
        Record(
            version=made.version,
            python=str(engine_build.python_of(root, made.name)),
            engine=made.name,
            previous=previous,
            switched_at=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        )
    )
    _launch(root, made.name)
    engine_service.hand_over()


def _launch(root: Path, name: str) -> None:
    """Let the user's command be this engine's; also after a switch that was cut off before it."""
    engine_launcher.write(engine_build.python_of(root, name), engine_build.tool_of(root, name))


def _remove_unused(root: Path) -> None:
    """Remove engines that are neither in use nor the one before, unless something runs in them."""
    record = engine_record.read()
    if record is None:
        return
    for each in manifest.load_all(root):
        if each.name in (record.engine, record.previous):
            continue
        if engine_service.in_use(root / each.name):
            say(f"{each.name} is still used and is removed the next time.")
            continue
        for path in _remove(root, each):
            say(f"Stays: {path}")


def _remove(root: Path, each: Manifest) -> list[Path]:
    """Remove an engine; gives what is left of its folder and was not ours."""
    if each.state == "making":
        engine_build.drop_half_made(root, each)
        return []
    strangers, stuck = manifest.remove(root / each.name, each)
    if stuck:
        say(f"{len(stuck)} files of {each.name} are in use; the next time removes them.")
    else:
        manifest.manifest_path(root, each.name).unlink()
        (root / LOGS / f"{each.name}.log").unlink(missing_ok=True)
    return strangers


def _unknown(root: Path) -> list[Path]:
    """What lies beside the engines and is not known to us."""
    known = {
        name for each in manifest.load_all(root) for name in (each.name, f"{each.name}{SUFFIX}")
    }
    return [path for path in root.glob("*") if path.is_file() and path.name not in known]


def _remove_logs(root: Path) -> None:
    """Remove the logs of installs that came to nothing, and their folder."""
    for path in (root / LOGS).glob("*-*.log"):
        path.unlink()
    with contextlib.suppress(OSError):
        (root / LOGS).rmdir()


def _remove_state(folder: Path) -> None:
    for path in [path for pattern in STATE_FILES for path in folder.glob(pattern)]:
        path.unlink()
    for name in STATE_FOLDERS:
        shutil.rmtree(folder / name, ignore_errors=True)
    with contextlib.suppress(OSError):
        folder.rmdir()


def _current(root: Path, record: Record | None) -> Manifest | None:
    """The engine that the record names, when it is whole."""
    found = manifest.load(root, record.engine) if record and record.engine else None
    return found if found is not None and found.state == "whole" else None


def _newest(root: Path) -> Manifest | None:
    whole = [each for each in manifest.load_all(root) if each.state == "whole"]
    return whole[-1] if whole else None


def _find_sound(root: Path, content: str) -> Manifest | None:
    """An engine that is installed already, of just this content."""
    for each in reversed(manifest.load_all(root)):
        if each.content == content and each.state == "whole" and not _find_problem(root, each):
            return each
    return None


def _find_problem(root: Path, each: Manifest) -> str:
    """The quick look: a file that is not there at its size, or why it does not start; or ""."""
    damaged = manifest.find_damage(root / each.name, each, thorough=False)
    if damaged:
        return f"{root / each.name / damaged[0]} is missing or was changed."
    python = engine_build.python_of(root, each.name)
    try:
        engine_build.prove_version(python, each.version)
    except SetupError as error:
        return str(error)
    return ""


def _examine(root: Path, current: Manifest) -> list[str]:
    """The thorough look: every byte, and everything that it needs to import."""
    damaged = manifest.find_damage(root / current.name, current, thorough=True)
    if damaged:
        return [str(root / current.name / name) for name in damaged]
    python = engine_build.python_of(root, current.name)
    try:
        engine_build.prove(python, current.version, current.extras)
    except SetupError as error:
        return [str(error)]
    return []


def _build_again(root: Path, current: Manifest, problems: list[str]) -> Manifest:
    """Make the engine anew: from what is here, or from the wheel that was kept, if it is whole."""
    if engine_build.can_build():
        wanted = engine_build.describe(frozenset(current.extras), current.torch_asked)
        return engine_build.build(root, wanted)
    wheel = engine_build.kept_wheel(root, current.name)
    if wheel is None or str(wheel) in problems:
        raise SetupError(BUILD_FIRST)
    return engine_build.build(root, engine_build.describe_again(current), wheel)


def _how_to_install() -> str:
    return "Install it with: python3 install/bootstrap.py engine"


def _say_how_to_start(root: Path, made: Manifest) -> None:
    say(f"Afterframe {made.version} is in use: {root / made.name}")
    say(f"Hosts find it by {engine_record.record_path()}; this clone is no longer needed for them.")
    _say_commands(root, made.name)


def _say_commands(root: Path, name: str) -> None:
    """Say what to type to use it, and to manage it."""
    launcher = engine_launcher.launcher_path()
    python, tool = engine_build.python_of(root, name), engine_build.tool_of(root, name)
    if engine_launcher.starts(python, tool):
        say(f"On the command line, after every upgrade too: {quoted(launcher)} --help")
    else:
        say(f"{launcher} does not start it: delete it if it is there, then run --repair")
    say(f"To manage it without a clone: python3 {quoted(tool)} engine ...")


@contextlib.contextmanager
def _alone() -> Iterator[Path]:
    """Have the engines' folder for one command; what an earlier one left half done is removed."""
    root = engines_folder()
    try:
        root.mkdir(parents=True, exist_ok=True)
        with environments.alone(root / LOCK):
            _clean_up(root)
            yield root
    except OSError as error:
        raise SetupError(
            f"{error}. Nothing was switched: the engine in use is as it was. Make room or give "
            "yourself the right to write there, then try again."
        ) from error


def _clean_up(root: Path) -> None:
    for each in manifest.load_all(root):
        if each.state == "making":
            say(f"Removing {each.name}, which was never finished")
            engine_build.drop_half_made(root, each)
    for part in root.glob(".*.part"):
        part.unlink()
