"""`engine.json` in the user's config folder: which installed engine the hosts start.

This file alone decides; it is replaced by a rename. Hosts read `python` of it
(`afterframe_hosts.wire.discovery.engine_python`).
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from manifest import write_whole

from afterframe_hosts.wire.system import config_folder, data_folder

SCHEMA = 1


@dataclass(frozen=True)
class Record:
    """The engine in use: its Python, version and folder, and the one that was in use before it.

    `engine` and `previous` are names of folders in `engines_folder()`; "" for none.
    """

    version: str
    python: str
    engine: str
    previous: str
    switched_at: str
    schema: int = SCHEMA


def engines_folder() -> Path:
    """Where engines are installed, each in a folder of its own."""
    return data_folder() / "engine"


def record_path() -> Path:
    """Where the record lies."""
    return config_folder() / "engine.json"


def read() -> Record | None:
    """The record; None when there is none, or one that is not ours."""
    try:
        record = Record(**json.loads(record_path().read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    texts = (record.version, record.python, record.engine, record.previous)
    return record if all(isinstance(text, str) for text in texts) else None


def write(record: Record) -> None:
    """Replace the record."""
    write_whole(record_path(), json.dumps(asdict(record), indent=1))


def remove() -> bool:
    """Remove the record if it names an engine of ours; gives whether it is gone."""
    path = record_path()
    record = read()
    if record is not None and Path(record.python).is_relative_to(engines_folder()):
        path.unlink()
    return not path.exists()
