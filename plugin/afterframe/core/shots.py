"""Shot lists: a table of media and what to make of each, checked as a whole before anything starts.

A list is CSV (comma, semicolon or tab; the first line names the columns) or JSON (a list of
objects). Columns are ``media``, ``at``, ``effect``, ``name`` and every parameter of the effects;
an empty cell is not set. Paths are relative to the list.
"""

from __future__ import annotations

import csv
import json
import re
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from afterframe.core.timecode import parse_time
from afterframe.errors import (
    AfterframeError,
    BadValue,
    MediaMissing,
    PlayheadOutside,
    ShotListError,
)
from afterframe_hosts.wire import codec
from afterframe_hosts.wire.clip import Clip
from afterframe_hosts.wire.effects import EFFECTS, Effect, Parameter, effect, parse
from afterframe_hosts.wire.job import Job, Output, Quality

SUFFIXES = (".csv", ".json", ".tsv")
OWN_COLUMNS = ("media", "at", "effect", "name")
LARGEST = 10_000_000
"""Bytes of the largest list that we take for meant: some hundred thousand shots."""
_PARAMETERS = {p.name for each in EFFECTS.values() for p in each.parameters}
_NAMESPACE = uuid.UUID("5b0f2d4e-6c0a-5a2f-9f6e-0c7a3d1e8b42")
"""Of our job ids among all UUIDs; chosen once."""

_SPACE = re.compile(r"[ \t\r\n]*")

Cells = Mapping[str, Any]
"""One line: text from CSV, any JSON value from JSON."""


@dataclass(frozen=True)
class Shot:
    """One line of a list, checked.

    Attributes:
        line: where it stands in the file, from 1; 0 when it comes from elsewhere.
        clip: the medium.
        at: frame under the playhead, in timeline frames of the clip; None: its first.
        effect: name of the effect.
        parameters: that were set, checked.
        name: of the result, without version and suffix; empty: from the clip and the effect.
    """

    line: int
    clip: Clip
    at: int | None
    effect: str
    parameters: Mapping[str, Any]
    name: str = ""


def read_shots(
    path: Path, defaults: Mapping[str, str], clip_of: Callable[[Path], Clip]
) -> tuple[Shot, ...]:
    """Read a list and check every line.

    Args:
        path: of the list.
        defaults: for cells that are empty or columns that are not there.
        clip_of: makes a clip of a medium's absolute path; raises when it cannot.

    Raises:
        ShotListError: tells of every line that is not right.
    """
    path = path.absolute()
    problems: list[_Wrong] = []
    shots = []
    try:
        for number, cells in _lines(path):
            try:
                shots.append(_shot(number, cells, defaults, path.parent, clip_of))
            except AfterframeError as error:
                problems.append(_Wrong(number, f"{error.message()} {error.fix()}"))
            except ValueError as error:
                problems.append(_Wrong(number, str(error)))
    except _Wrong as wrong:
        problems.append(wrong)
    if problems:
        raise shot_list_error(path, [(wrong.line, wrong.problem) for wrong in problems])
    if not shots:
        raise ShotListError(path=str(path), line=1, problem="no shot is listed")
    return tuple(shots)


def job_for(
    shot: Shot, output: Output, engine: str = "", quality: Quality = "final", stamp: str = ""
) -> Job:
    """Return the job of a shot, under an id that is the same for the same work.

    Args:
        shot: what to make.
        output: where results go and in which form; the shot's name is filled in.
        engine: empty: the best one that is ready.
        quality: of all.
        stamp: of the medium's contents (its size and time): another one is other work.
    """
    clip = replace(shot.clip, name=shot.name) if shot.name else shot.clip
    job = Job(
        id="0" * 32,
        effect=shot.effect,
        clip=clip,
        output=replace(output, name=shot.name or output.name),
        at=shot.at,
        parameters=dict(shot.parameters),
        engine=engine,
        quality=quality,
    )
    content = json.dumps([codec.dump(job), stamp], sort_keys=True, ensure_ascii=False)
    return replace(job, id=uuid.uuid5(_NAMESPACE, content).hex)


def next_id(job: str) -> str:
    """Return the id under which the work of a job is done once more, its result being gone."""
    return uuid.uuid5(_NAMESPACE, job).hex


def values_for(each: Effect, cells: Cells, folder: Path) -> dict[str, Any]:
    """Return the parameters that cells set, parsed and checked.

    Args:
        each: the effect that they belong to.
        cells: by name; text is parsed, JSON values are taken as they are, empty text and None
            set nothing.
        folder: relative paths of pictures start there.

    Raises:
        BadValue: a value does not fit, or the effect has no such parameter.
        MediaMissing: a picture is not there.
    """
    declared = {parameter.name: parameter for parameter in each.parameters}
    values = {}
    for name, cell in cells.items():
        if cell is None or (isinstance(cell, str) and not cell.strip()):
            continue
        if name not in declared:
            known = ", ".join(declared)
            raise BadValue(field=name, value=repr(cell), allowed=f"for {each.name}: {known}")
        values[name] = _value(declared[name], cell, folder)
    return values


def shot_list_error(path: Path, problems: Sequence[tuple[int, str]]) -> ShotListError:
    """Return one error that tells of every line (number, problem), at least one, that is wrong."""
    (line, problem), *others = problems
    told = [problem, *(f"{path}, line {number}: {text}" for number, text in others)]
    return ShotListError(path=str(path), line=line, problem="\n".join(told))


class _Wrong(Exception):
    """The list cannot be read from this line on, or at all."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(line, problem)
        self.line, self.problem = line, problem


def _shot(
    line: int,
    cells: Cells,
    defaults: Mapping[str, str],
    folder: Path,
    clip_of: Callable[[Path], Clip],
) -> Shot:
    given = {name: cell for name, cell in cells.items() if cell not in (None, "")}
    for name in given:
        _check_column(name)
    own = {name: _own(name, given, defaults) for name in OWN_COLUMNS}
    if not own["media"]:
        raise ValueError("no media is named")
    chosen = effect(own["effect"])
    fitting = {p.name for p in chosen.parameters}
    set_here = {name: cell for name, cell in given.items() if name not in OWN_COLUMNS}
    usual = {name: cell for name, cell in defaults.items() if name in fitting}
    values = values_for(chosen, {**usual, **set_here}, folder)
    clip = clip_of(folder / own["media"])
    Output(folder="/", name=own["name"])  # raises where the name is no file name
    return Shot(line, clip, _playhead(own["at"], clip), chosen.name, values, own["name"])


def _own(name: str, given: Cells, defaults: Mapping[str, str]) -> str:
    value = given.get(name, defaults.get(name, ""))
    if name == "at" and isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        raise BadValue(field=name, value=repr(value)[:60], allowed="text")
    return value.strip()


def _playhead(text: str, clip: Clip) -> int | None:
    if not text:
        return None
    record = clip.record_range
    frame = parse_time(text, clip.rate, record.start)
    if frame not in record:
        raise PlayheadOutside(frame=frame, first=record.start, last=record.end - 1, clip=clip.name)
    return frame


def _value(parameter: Parameter, cell: Any, folder: Path) -> Any:
    if parameter.kind == "picture" and isinstance(cell, str):
        picture = folder / cell.strip()
        if not picture.is_file():
            raise MediaMissing(path=str(picture))
        return parameter.check(str(picture))
    return parse(parameter, cell) if isinstance(cell, str) else parameter.check(cell)


def _csv(text: str) -> Iterator[tuple[int, Cells]]:
    """Yield every line that is not empty, with its number."""
    head = text.partition("\n")[0]
    separator = max(",;\t", key=head.count)
    reader = csv.reader(text.splitlines(keepends=True), delimiter=separator, strict=True)
    columns: list[str] | None = None
    line = 1
    try:
        for row in reader:
            if columns is None:
                columns = _columns(row)
            elif any(cell.strip() for cell in row):
                yield line, dict(zip(columns, row, strict=False)) | _surplus(row, len(columns))
            line = reader.line_num + 1
    except csv.Error as error:
        raise _Wrong(line, str(error)) from error


def _surplus(row: list[str], columns: int) -> dict[str, str]:
    """Return the cells that stand under no column, if something is in them."""
    surplus = [cell for cell in row[columns:] if cell.strip()]
    return {"": ", ".join(surplus)} if surplus else {}


def _columns(row: list[str]) -> list[str]:
    names = [name.strip().lower() for name in row]
    while names and not names[-1]:
        names.pop()
    try:
        for name in names:
            _check_column(name)
            if names.count(name) > 1:
                raise ValueError(f"the column {name} is there twice")
    except ValueError as error:
        raise _Wrong(1, str(error)) from error
    return names


def _check_column(name: str) -> None:
    if name not in OWN_COLUMNS and name not in _PARAMETERS:
        known = ", ".join((*OWN_COLUMNS, *sorted(_PARAMETERS)))
        raise ValueError(f"{name!r} is no column; there are: {known}")


def _json(text: str) -> Iterator[tuple[int, Cells]]:
    """Yield every object of a list, with the number of the line on which it begins."""
    decoder = json.JSONDecoder()
    position = _skip_space(text, 0)
    if text[position : position + 1] != "[":
        raise _Wrong(1, 'expected a list of objects: [{"media": ...}, ...]')
    line, counted = 1, 0
    position = _after(text, position)
    while text[position : position + 1] != "]":
        line, counted = line + text.count("\n", counted, position), position
        try:
            value, position = decoder.raw_decode(text, position)
        except (ValueError, RecursionError) as error:
            where = error.lineno if isinstance(error, json.JSONDecodeError) else line
            raise _Wrong(where, f"not JSON: {error}") from error
        if not isinstance(value, dict):
            raise _Wrong(line, f"expected an object, got {json.dumps(value)[:60]}")
        yield line, value
        position = _separator(text, _skip_space(text, position), line)


def _separator(text: str, position: int, line: int) -> int:
    """Return where the next object begins, or the list ends."""
    here, after = text[position : position + 1], _after(text, position)
    if here == "," and text[after : after + 1] != "]":
        return after
    if here == "]" and after == len(text):
        return position
    raise _Wrong(line, "not JSON: after this object a comma and another, or the list's end")


def _after(text: str, position: int) -> int:
    """Return where the next word begins after the character at ``position``."""
    return _skip_space(text, position + 1)


def _skip_space(text: str, position: int) -> int:
    match = _SPACE.match(text, position)
    return match.end() if match else position


def _lines(path: Path) -> Iterator[tuple[int, Cells]]:
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        wanted = ", ".join(SUFFIXES)
        raise _Wrong(1, f"a list of shots ends in {wanted}, not in {suffix or 'nothing'}")
    return _json(_text(path)) if suffix == ".json" else _csv(_text(path))


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST:
            raise _Wrong(1, f"it is larger than {LARGEST // 1_000_000} MB")
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise _Wrong(1, error.strerror or str(error)) from error
    except UnicodeDecodeError as error:
        raise _Wrong(1, "it is not UTF-8 text") from error
