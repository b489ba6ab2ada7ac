"""Frozen dataclasses to JSON and back, exactly.

One rule per type, read from the dataclass's own annotations: numbers, text and booleans stand for
themselves, a ``Fraction`` is the text ``"24000/1001"`` (an integer rate is ``"24"``), a tuple is a
list, a nested dataclass an object, ``None`` is null. A float never stands where an integer or a
rate is asked for. What does not fit raises :class:`~.errors.BadMessage`, naming the field by its
path (``clip.media.rate``).
"""

from __future__ import annotations

import dataclasses
import functools
import json
import math
import sys
import types
import typing
from collections.abc import Mapping
from fractions import Fraction
from typing import Any, TypeVar

from .errors import BadMessage

DEEPEST = 24
"""Lists and objects in one another; our own messages have eight at most."""

T = TypeVar("T")
Json = bool | int | float | str | list[Any] | dict[str, Any] | None


def dump(value: Any) -> Json:
    """Return the JSON form of a dataclass, or of anything a field may hold."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: dump(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Fraction):
        return str(value)
    if isinstance(value, (list, tuple)):
        return [dump(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): dump(item) for key, item in value.items()}
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    raise TypeError(f"{value!r} has no JSON form")


def dumps(value: Any) -> str:
    """Return the JSON text of ``value``: keys in declared order, no NaN, UTF-8 left as it is."""
    return json.dumps(dump(value), ensure_ascii=False, allow_nan=False)


def load(kind: type[T], value: Any, path: str = "") -> T:
    """Build ``kind`` (a frozen dataclass) from its JSON form.

    Raises:
        BadMessage: a field is missing, unknown, of the wrong type, or refused by the
            dataclass's own check.
    """
    return typing.cast(T, _load_dataclass(kind, value, path))


def loads(kind: type[T], text: str | bytes) -> T:
    """Build ``kind`` from JSON text; see :func:`load` and :func:`parse`."""
    return load(kind, parse(text))


def parse(text: str | bytes) -> Json:
    """Return the value of JSON text, whatever it is.

    What is JSON for Python alone (NaN, halves of characters), or more than one thing to different
    readers (a name said twice, a number beyond all floats), is refused too.

    Raises:
        BadMessage: it is not JSON, or deeper than any message of ours.
    """
    try:
        value: Json = json.loads(text, object_pairs_hook=_said_once)
        _check_plain(value, DEEPEST)
    except (ValueError, RecursionError) as error:
        raise BadMessage(field="", problem=f"not JSON: {_plain_text(str(error))}") from None
    return value


def _said_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("an object says the same name twice")
    return found


def _check_plain(value: Any, depth: int) -> None:
    """Raise ValueError for what cannot be written as JSON text again."""
    if isinstance(value, str):
        value.encode()
    elif isinstance(value, float) and not math.isfinite(value):
        raise ValueError("a number is not finite")
    elif isinstance(value, (list, dict)):
        if not depth:
            raise ValueError(f"deeper than {DEEPEST}")
        for item in value:
            _check_plain(item, depth - 1)
            if isinstance(value, dict):
                _check_plain(value[item], depth - 1)


def _plain_text(text: str) -> str:
    return text.encode(errors="backslashreplace").decode()


def _load_dataclass(kind: type, value: Any, path: str) -> Any:
    if not isinstance(value, dict):
        raise BadMessage(field=path, problem=f"expected an object, got {_short(value)}")
    hints = _hints(kind)
    fields = {f.name: f for f in dataclasses.fields(kind)}
    unknown = sorted(set(value) - set(fields))
    if unknown:
        raise BadMessage(field=_join(path, unknown[0]), problem="is not a known field")
    loaded = {}
    for name, field in fields.items():
        if name in value:
            loaded[name] = _load_value(hints[name], value[name], _join(path, name))
        elif _required(field):
            raise BadMessage(field=_join(path, name), problem="is missing")
    try:
        return kind(**loaded)
    except (ValueError, TypeError) as error:
        if isinstance(error, BadMessage):
            raise
        raise BadMessage(field=path, problem=str(error)) from error


def _load_value(hint: Any, value: Any, path: str) -> Any:
    origin = typing.get_origin(hint)
    if hint is Any:
        return value
    if origin in (typing.Union, types.UnionType):
        return _load_union(hint, value, path)
    if origin is typing.Literal:
        if value in typing.get_args(hint) and not isinstance(value, bool):
            return value
        raise BadMessage(field=path, problem=f"{_short(value)} is not one of {_choices(hint)}")
    if origin is tuple:
        return _load_tuple(hint, value, path)
    if origin in (dict, Mapping):
        return _load_mapping(hint, value, path)
    if dataclasses.is_dataclass(hint):
        return _load_dataclass(typing.cast(type, hint), value, path)
    return _load_scalar(hint, value, path)


def _load_scalar(hint: Any, value: Any, path: str) -> Any:
    if hint is Fraction:
        return _load_fraction(value, path)
    if hint is float and isinstance(value, (int, float)) and not isinstance(value, bool):
        if abs(value) <= sys.float_info.max:
            return float(value)
    elif isinstance(value, hint) and not (hint is int and isinstance(value, bool)):
        return value
    raise BadMessage(field=path, problem=f"expected {hint.__name__}, got {_short(value)}")


def _load_fraction(value: Any, path: str) -> Fraction:
    try:
        if isinstance(value, str) and len(value) <= 40:
            top, _, bottom = value.partition("/")
            return Fraction(int(top), int(bottom or "1"))
    except (ValueError, ZeroDivisionError):
        pass
    raise BadMessage(field=path, problem=f'expected a rate like "24000/1001", got {_short(value)}')


def _load_union(hint: Any, value: Any, path: str) -> Any:
    options = [option for option in typing.get_args(hint) if option is not type(None)]
    if value is None:
        if len(options) < len(typing.get_args(hint)):
            return None
        raise BadMessage(field=path, problem="may not be null")
    problem: BadMessage | None = None
    for option in options:
        try:
            return _load_value(option, value, path)
        except BadMessage as error:
            problem = problem or error
    raise problem or BadMessage(field=path, problem="has no permitted type")


def _load_tuple(hint: Any, value: Any, path: str) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise BadMessage(field=path, problem=f"expected a list, got {_short(value)}")
    kinds = typing.get_args(hint)
    if len(kinds) == 2 and kinds[1] is Ellipsis:
        kinds = (kinds[0],) * len(value)
    if len(kinds) != len(value):
        raise BadMessage(field=path, problem=f"expected {len(kinds)} items, got {len(value)}")
    return tuple(
        _load_value(kind, item, f"{path}[{index}]")
        for index, (kind, item) in enumerate(zip(kinds, value))  # noqa: B905 - lengths are equal
    )


def _load_mapping(hint: Any, value: Any, path: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise BadMessage(field=path, problem=f"expected an object, got {_short(value)}")
    kind = typing.get_args(hint)[1]
    return {key: _load_value(kind, item, _join(path, key)) for key, item in value.items()}


@functools.cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _required(field: dataclasses.Field[Any]) -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _choices(hint: Any) -> str:
    return ", ".join(repr(choice) for choice in typing.get_args(hint))


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
