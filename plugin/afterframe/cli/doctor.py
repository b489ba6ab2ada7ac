"""``afterframe doctor`` and ``afterframe engines``: what this machine can do."""

from __future__ import annotations

import argparse
import platform
import sys
from dataclasses import dataclass
from pathlib import Path

from afterframe import __version__

from . import show
from .make import Commands

GIGABYTE = 1024**3
SCARCE_DISK_GB = 5.0
"""Below this a few seconds of 4K no longer fit, and we say so."""
SCARCE_MEMORY_GB = 2.0
NO_ENGINE = "no engine of this version makes it"


@dataclass(frozen=True)
class Finding:
    """One line of the doctor's.

    Attributes:
        what: ``Python``, ``GPU`` ...
        state: what was found.
        advice: the one thing to do about it; empty when nothing has to be done.
    """

    what: str
    state: str
    advice: str = ""


def add(commands: Commands) -> None:
    """Add the commands."""
    text = "Tell what this machine can do, and what is missing"
    command = commands.add_parser("doctor", help=text, description=f"{text}.")
    command.add_argument(
        "--bundle",
        type=Path,
        metavar="FILE.zip",
        help="write what a helper needs to know into a file, without personal data",
    )
    command.set_defaults(run=run_doctor)
    text = "List the engines and whether they are ready"
    command = commands.add_parser("engines", help=text, description=f"{text}.")
    command.set_defaults(run=run_engines)


def run_engines(options: argparse.Namespace) -> int:
    """Print the engines."""
    from afterframe_models import registry

    infos = registry.infos()
    if options.json:
        show.data(list(infos))
        return 0
    rows = [
        (e.name, e.version, ", ".join(e.effects), "ready" if e.ready else e.reason) for e in infos
    ]
    show.table(("engine", "version", "makes", "state"), rows)
    for info in infos:
        print(f"\n{info.label}: {info.limits}" + (f"\n  {info.needs}" if info.needs else ""))
    return 0


def run_doctor(options: argparse.Namespace) -> int:
    """Print what was found and what to do about what is missing."""
    found = examine()
    if options.bundle:
        return _write_bundle(options.bundle, found, as_json=options.json)
    if options.json:
        show.data({"version": __version__, "findings": [vars(finding) for finding in found]})
        return 0
    show.table(("", f"Afterframe {__version__}"), [(f.what, f.state) for f in found])
    advice = [f"{f.what}: {f.advice}" for f in found if f.advice]
    if advice:
        print("\nTo do:\n" + "\n".join(advice))
    return 0


def _write_bundle(path: Path, found: list[Finding], *, as_json: bool) -> int:
    from . import bundle

    names = bundle.write(path, [vars(finding) for finding in found])
    if as_json:
        show.data({"bundle": str(path), "contents": names})
        return 0
    print(f"In it: {', '.join(names)}.")
    print("Names, prompts, paths and tokens are replaced; nothing was sent. Look into it first.")
    print(path)
    return 0


def examine() -> list[Finding]:
    """Return everything that is found, in the order in which it is shown."""
    return [
        Finding("Python", f"{platform.python_version()} ({sys.executable})"),
        _gpu(),
        _memory(),
        _disk(),
        _formats(),
        *_hosts(),
        *_live_hosts(),
        *_engines(),
        _service(),
    ]


def _gpu() -> Finding:
    from .machine import gpus

    found = gpus()
    if not found:
        return Finding("GPU", "none that we can use: the built-in engines work on the CPU")
    cards = ", ".join(
        f"{gpu.name} ({gpu.free_mb / 1024:.1f} of {gpu.total_mb / 1024:.1f} GB free)"
        for gpu in found
    )
    return Finding("GPU", cards)


def _memory() -> Finding:
    import psutil

    memory = psutil.virtual_memory()
    free = memory.available / GIGABYTE
    state = f"{free:.1f} of {memory.total / GIGABYTE:.1f} GB free"
    return Finding("Memory", state, "close other programs" if free < SCARCE_MEMORY_GB else "")


def _disk() -> Finding:
    import psutil

    from afterframe_hosts.wire.discovery import state_folder

    place = _existing(state_folder())
    free = psutil.disk_usage(str(place)).free / GIGABYTE
    advice = "free some space, or run: afterframe clean" if free < SCARCE_DISK_GB else ""
    return Finding("Disk", f"{free:.1f} GB free at {place}", advice)


def _formats() -> Finding:
    from afterframe.media.formats import formats, missing_encoders

    missing = missing_encoders()
    state = ", ".join(sorted(name for name in formats() if name not in missing))
    advice = f"reinstall PyAV, it cannot write {', '.join(missing)}" if missing else ""
    return Finding("Formats", state, advice)


def _hosts() -> list[Finding]:
    from .machine import hosts

    found = hosts()
    if not found:
        return [Finding("Blender", "none in the usual places; timeline files work without")]
    return [
        Finding(host.name, f"{host.version or 'version unknown'} ({host.path})") for host in found
    ]


def _live_hosts() -> list[Finding]:
    """Tell how far each program that is driven from outside can be driven now: try it."""
    from importlib.metadata import entry_points

    from afterframe_hosts.wire import catalogue

    from . import live

    findings = []
    for entry in entry_points(group=live.GROUP):
        reach = entry.load().reach()
        label = catalogue.text(f"host.{entry.name}.label", show.language())
        said = [note.text(show.language()) for note in reach.notes]
        if reach.works or reach.tier == "none":
            findings.append(Finding(label, " ".join(said)))
        else:
            findings.append(Finding(label, said[0], " ".join(said[1:])))
    return findings


def _engines() -> list[Finding]:
    from afterframe_hosts.wire.effects import EFFECTS
    from afterframe_models import registry

    infos = registry.infos()
    findings = []
    for effect in EFFECTS:
        ready = [info.name for info in infos if effect in info.effects and info.ready]
        needs = [info.needs for info in infos if effect in info.effects and info.needs]
        makers = [info.name for info in infos if effect in info.effects]
        state = ", ".join(ready) or ("no engine is ready" if makers else NO_ENGINE)
        findings.append(Finding(effect, state, "" if ready else next(iter(needs), "")))
    return findings


def _service() -> Finding:
    from afterframe.errors import AfterframeError
    from afterframe_hosts.wire import discovery
    from afterframe_hosts.wire.errors import ServiceUnreachable

    try:
        client = discovery.connect(start=False)
        health = client.health()
    except ServiceUnreachable:
        state = f"not running; it starts when it is needed ({discovery.state_folder()})"
        return Finding("Service", state)
    except AfterframeError as error:
        return Finding("Service", error.message(), error.fix())
    jobs = f"{health.running} at work, {health.queued} waiting"
    advice = " ".join(note.text(show.language()) for note in health.notes)
    return Finding("Service", f"running, {jobs} ({discovery.state_folder()})", advice)


def _existing(path: Path) -> Path:
    while not path.exists():
        path = path.parent
    return path
