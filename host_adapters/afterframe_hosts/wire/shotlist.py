"""Lists of shots: tables of what to make of each, checked as a whole before anything starts.

A list is CSV (comma, semicolon or tab; the first line names the columns) or JSON (a list of
objects). Its columns are those of whoever reads it - media or strips, and where to begin -, and
``effect`` and every parameter of the effects; an empty cell is not set.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from . import pictures
from .effects import EFFECTS, Effect, Parameter, effect, parse
from .errors import AfterframeError, BadValue, MediaMissing, ShotListError

T = TypeVar("T")

SUFFIXES = (".csv", ".json", ".tsv")
EFFECT = "effect"
LARGEST = 10_000_000
"""Bytes of the largest list that we take for meant: some hundred thousand shots."""
_PARAMETERS = {p.name for each in EFFECTS.values() for p in each.parameters}

_SPACE = re.compile(r"[ \t\r\n]*")

Cells = Mapping[str, Any]
"""One line: text from CSV, any JSON value from JSON."""


@dataclass(frozen=True)
class Line:
    """One line of a list, its effect and parameters checked.

    Attributes:
        number: where it stands in the file, from 1.
        own: the reader's own columns as text, each with its default or empty.
        effect: name of the effect.
        parameters: that were set, checked.
    """

    number: int
    own: Mapping[str, str]
    effect: str
    parameters: Mapping[str, Any]


def read_list(
    path: Path, own: Sequence[str], defaults: Mapping[str, str], take: Callable[[Line], T]
) -> tuple[T, ...]:
    """Read a list and check every line.

    Args:
        path: absolute, of the list; relative paths of pictures start beside it.
        own: names of the reader's own columns, without ``effect``.
        defaults: for cells that are empty or columns that are not there.
        take: makes of a line what the reader wants; raises AfterframeError or ValueError where
            it cannot.

    Raises:
        ShotListError: tells of every line that is not right.
    """
    problems: list[tuple[int, str]] = []
    taken = []
    try:
        for number, cells in _lines(path, (*own, EFFECT)):
            try:
                taken.append(take(_line(number, cells, own, defaults, path.parent)))
            except AfterframeError as error:
                problems.append((number, f"{error.message()} {error.fix()}"))
            except ValueError as error:
                problems.append((number, str(error)))
    except _Wrong as wrong:
        problems.append((wrong.line, wrong.problem))
    if problems:
        raise shot_list_error(path, problems)
    if not taken:
        raise ShotListError(path=str(path), line=1, problem="no shot is listed")
    return tuple(taken)


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


def _line(
    number: int, cells: Cells, own: Sequence[str], defaults: Mapping[str, str], folder: Path
) -> Line:
    columns = (*own, EFFECT)
    given = {name: cell for name, cell in cells.items() if cell not in (None, "")}
    for name in given:
        _check_column(name, columns)
    said = {name: _own(name, given, defaults) for name in columns}
    chosen = effect(said.pop(EFFECT))
    fitting = {p.name for p in chosen.parameters}
    set_here = {name: cell for name, cell in given.items() if name not in columns}
    usual = {name: cell for name, cell in defaults.items() if name in fitting}
    values = values_for(chosen, {**usual, **set_here}, folder)
    return Line(number, said, chosen.name, values)


def _own(name: str, given: Cells, defaults: Mapping[str, str]) -> str:
    value = given.get(name, defaults.get(name, ""))
    if name == "at" and isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        raise BadValue(field=name, value=repr(value)[:60], allowed="text")
    return value.strip()


def _value(parameter: Parameter, cell: Any, folder: Path) -> Any:
    if not isinstance(cell, str):
        return parameter.check(cell)
    value = parse(parameter, cell, str(folder))
    for path in pictures.paths(parameter.kind, value):
        if not Path(path).is_file():
            raise MediaMissing(path=path)
    return value


def _csv(text: str, own: Sequence[str]) -> Iterator[tuple[int, Cells]]:
    """Yield every line that is not empty, with its number."""
    head = text.partition("\n")[0]
    separator = max(",;\t", key=head.count)
    reader = csv.reader(text.splitlines(keepends=True), delimiter=separator, strict=True)
    columns: list[str] | None = None
    line = 1
    try:
        for row in reader:
            if columns is None:
                columns = _columns(row, own)
            elif any(cell.strip() for cell in row):
                yield line, dict(zip(columns, row, strict=False)) | _surplus(row, len(columns))
            line = reader.line_num + 1
    except csv.Error as error:
        raise _Wrong(line, str(error)) from error


def _surplus(row: list[str], columns: int) -> dict[str, str]:
    """Return the cells that stand under no column, if something is in them."""
    surplus = [cell for cell in row[columns:] if cell.strip()]
    return {"": ", ".join(surplus)} if surplus else {}


def _columns(row: list[str], own: Sequence[str]) -> list[str]:
    names = [name.strip().lower() for name in row]
    while names and not names[-1]:
        names.pop()
    try:
        for name in names:
            _check_column(name, own)
            if names.count(name) > 1:
                raise ValueError(f"the column {name} is there twice")
    except ValueError as error:
        raise _Wrong(1, str(error)) from error
    return names


def _check_column(name: str, own: Sequence[str]) -> None:
    if name not in own and name not in _PARAMETERS:
        known = ", ".join((*own, *sorted(_PARAMETERS)))
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


def _lines(path: Path, own: Sequence[str]) -> Iterator[tuple[int, Cells]]:
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        wanted = ", ".join(SUFFIXES)
        raise _Wrong(1, f"a list of shots ends in {wanted}, not in {suffix or 'nothing'}")
    return _json(_text(path)) if suffix == ".json" else _csv(_text(path), own)


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST:
            raise _Wrong(1, f"it is larger than {LARGEST // 1_000_000} MB")
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise _Wrong(1, error.strerror or str(error)) from error
    except UnicodeDecodeError as error:
        raise _Wrong(1, "it is not UTF-8 text") from error
