"""``afterframe doctor --bundle FILE.zip``: what somebody who helps needs to know, and no more.

Nothing is sent anywhere. Every text goes through the redactor; of the jobs only numbers are told.
"""

from __future__ import annotations

import json
import platform
import sqlite3
import sys
import zipfile
from collections.abc import Iterable, Mapping
from contextlib import closing
from importlib import metadata
from pathlib import Path
from typing import Any

from afterframe import __version__
from afterframe.errors import NotWritable, OutputExists
from afterframe.platform import rename_new
from afterframe_hosts.wire.system import config_folder, data_folder, state_folder

from .redact import Redactor, words_of_jobs

LOG_BYTES = 200_000
"""The end of each log that goes in: some thousand lines."""
INSTALL_LOGS = 3

ABOUT = """\
Diagnostics of Afterframe {version}, made on your own machine. Nothing was sent: send this file to
whoever helps you, if you like, and look into it before you do.

versions.json    of Afterframe, Python, the system, and every installed package
doctor.json      what `afterframe doctor` found, and its advice
engine.json      which installed engine the hosts start
queue.json       how many jobs there are in which state, by effect, engine and error
logs/            the last lines of the service's, the command line's and the installer's logs

Names of people, machines, folders, media and projects, prompts, addresses and tokens have been
replaced, like this: <user>, <file>.mov, <path>, <token>.
"""


def write(path: Path, findings: list[dict[str, Any]]) -> list[str]:
    """Write the bundle.

    Args:
        path: a file that is not there yet.
        findings: what the doctor found.

    Returns:
        The names of what is in it.

    Raises:
        OutputExists: the file is there.
        NotWritable: it cannot be written.
    """
    private, queue = _jobs(state_folder() / "queue.sqlite3")
    redactor = Redactor(private)
    documents = {
        "versions.json": _versions(),
        "doctor.json": findings,
        "engine.json": _engine(),
        "queue.json": queue,
    }
    texts = {"README.txt": ABOUT.format(version=__version__)}
    for name, value in documents.items():
        cleaned = redactor.clean_data(value)
        texts[name] = json.dumps(cleaned, ensure_ascii=False, indent=1)
    texts |= {f"logs/{log.name}": redactor.clean(_end_of(log)) for log in _logs()}
    _write_zip(path, texts)
    return list(texts)


def _write_zip(path: Path, texts: Mapping[str, str]) -> None:
    part = path.with_name(f".{path.name}.part")
    try:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as bundle:
            for name, text in texts.items():
                bundle.writestr(name, text)
        rename_new(part, path)
    except FileExistsError as error:
        raise OutputExists(path=str(path)) from error
    except OSError as error:
        raise NotWritable(folder=str(path.parent), detail=error.strerror or str(error)) from error
    finally:
        part.unlink(missing_ok=True)


def _versions() -> dict[str, Any]:
    packages = {each.metadata["Name"]: each.version for each in metadata.distributions()}
    return {
        "afterframe": __version__,
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "system": platform.system(),
        "release": platform.release(),
        "machine": platform.machine(),
        "libc": " ".join(platform.libc_ver()),
        "encoding": sys.getfilesystemencoding(),
        "packages": dict(sorted(packages.items(), key=lambda item: item[0].lower())),
    }


def _engine() -> Any:
    try:
        return json.loads((config_folder() / "engine.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        return f"unreadable: {type(error).__name__}"


def _jobs(path: Path) -> tuple[dict[str, str], dict[str, Any]]:
    """Return the private words of all jobs, and the queue in numbers."""
    if not path.is_file():
        return {}, {"jobs": 0}
    try:
        address = f"{path.absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(address, uri=True, timeout=5)) as queue:
            rows = queue.execute(
                "SELECT submitted, job, document, state, attempts, error, result FROM jobs"
            ).fetchall()
    except sqlite3.Error as error:
        return {}, {"unreadable": f"{type(error).__name__}: {error}"}
    texts = [text for row in rows for text in (row[0], row[1], row[5], row[6]) if text]
    private = {row[2]: "<document>" for row in rows} | words_of_jobs(texts)
    return private, _statistics((row[1], row[3], row[4], row[5]) for row in rows)


def _statistics(rows: Iterable[tuple[str, str, int, str | None]]) -> dict[str, Any]:
    counts: dict[str, dict[str, int]] = {"state": {}, "kind": {}, "error": {}, "attempts": {}}
    total = 0
    for text, state, attempts, error in rows:
        job = json.loads(text)
        total += 1
        code = json.loads(error).get("code", "?") if error else "none"
        kind = f"{job.get('effect', '?')} with {job.get('engine', '?')}"
        told = {"state": state, "kind": kind, "error": code, "attempts": str(attempts)}
        for name, value in told.items():
            counts[name][value] = counts[name].get(value, 0) + 1
    return {"jobs": total, **counts}


def _logs() -> list[Path]:
    ours = sorted((state_folder() / "logs").glob("*.log"))
    installs = (data_folder() / "engine" / "logs").glob("*.log")
    newest = sorted(installs, key=lambda path: path.stat().st_mtime)[-INSTALL_LOGS:]
    return [*ours, *newest]


def _end_of(log: Path) -> str:
    """Return a log's last lines, whole ones."""
    try:
        with log.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - LOG_BYTES))
            text = file.read().decode("utf-8", "replace")
    except OSError as error:
        return f"unreadable: {type(error).__name__}"
    return text if size <= LOG_BYTES else text.partition("\n")[2]
