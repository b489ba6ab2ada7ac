"""Every call of Resolve goes through here: deadline, answer, capability.

:func:`root` gives the ``resolve`` object, behind which every other object comes from a call.
"""

from __future__ import annotations

import math
import typing
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from types import UnionType
from typing import Any, Protocol, cast

from . import api

HOST = "DaVinci Resolve"


class Line(Protocol):
    """The way of a call to Resolve: through a door (``link.Link``).

    An object of Resolve is whatever the line takes for one; the rest are plain values.
    """

    def call(self, target: object, method: str, arguments: Sequence[object]) -> object:
        """Call a method and return its answer, lists and dicts with objects in them too.

        Raises:
            HostStuck: it has not answered in time.
            HostUnreachable: the line is broken.
        """
        ...

    def names(self, target: object) -> frozenset[str]:
        """Return the methods that an object really has, as ``dir`` tells it."""
        ...

    def get(self, target: object, name: str) -> object:
        """Return an attribute that is no method: ``EXPORT_OTIO`` of the program."""
        ...


class Handle:
    """An object of Resolve in the form of one of the Protocols of ``api``."""

    def __init__(self, line: Line, target: object, form: type) -> None:
        self.line, self.target, self.form = line, target, form

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self.form, name, None)
        if method is None:
            raise AttributeError(f"{self.form.__name__}.{name} is not declared")
        answers = _answers(self.form, name)

        def call(*given: object) -> Any:
            answer = self.line.call(self.target, name, [_bare(each) for each in given])
            return _formed(self.line, answer, answers)

        return call

    def __repr__(self) -> str:
        return f"<{self.form.__name__} {self.target!r}>"


def root(line: Line, target: object) -> api.Resolve:
    """Return the program behind a line."""
    return cast(api.Resolve, Handle(line, target, api.Resolve))


def has(handle: object, method: str) -> bool:
    """Return whether the running Resolve has a method: every name seems to be there (S15)."""
    return isinstance(handle, Handle) and method in handle.line.names(handle.target)


def constant(handle: object, name: str) -> object:
    """Return a live value of the program, as ``EXPORT_OTIO``; None where it has none."""
    return handle.line.get(handle.target, name) if isinstance(handle, Handle) else None


def _bare(value: Any) -> object:
    """Return an argument with the objects that its handles stand for."""
    if isinstance(value, Handle):
        return value.target
    if isinstance(value, Mapping):
        return {key: _bare(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_bare(each) for each in value]
    return value


@cache
def _answers(form: type, name: str) -> Any:
    return typing.get_type_hints(getattr(form, name), vars(api))["return"]


def _formed(line: Line, answer: Any, kind: Any) -> Any:
    """Return an answer in the form that an annotation names; see ``api``."""
    if kind is object or kind is Any:
        return answer
    if kind is bool:
        return answer is True
    if isinstance(kind, UnionType):
        return _optional(line, answer, next(each for each in kind.__args__ if each is not None))
    origin = typing.get_origin(kind)
    if origin is tuple:
        return _several(line, answer, typing.get_args(kind)[0])
    if origin is not None and issubclass(origin, Mapping):
        return _mapping(line, answer)
    return None


def _optional(line: Line, answer: Any, kind: Any) -> Any:
    if kind is str:
        return answer if isinstance(answer, str) else None
    if kind is int or kind is float:
        number = isinstance(answer, (int, float)) and not isinstance(answer, bool)
        if not number or not math.isfinite(answer):
            return None
        return answer if kind is float else int(answer) if answer == int(answer) else None
    plain = answer is None or isinstance(answer, (bool, str, int, float, list, tuple, dict))
    return None if plain else Handle(line, answer, kind)


def _several(line: Line, answer: Any, kind: Any) -> tuple[Any, ...]:
    if not isinstance(answer, (list, tuple)):
        return ()
    if kind is object:
        return tuple(answer)
    if typing.get_origin(kind) is not None:
        return tuple(each for each in answer if isinstance(each, dict))
    formed = (_optional(line, each, kind) for each in answer)
    return tuple(each for each in formed if each is not None)


def _mapping(line: Line, answer: Any) -> Mapping[Any, object]:
    """Return a dict with handles for the one kind of object that stands in one: pool clips."""
    if not isinstance(answer, dict):
        return {}
    return {
        key: _optional(line, each, api.MediaPoolItem) if key == "mediaPoolItem" else each
        for key, each in answer.items()
    }
