"""What a script holds, and how a call of it reaches the methods behind.

A script sees :class:`Remote` alone. The methods of a class of Resolve are the capitalised methods
of one :class:`Calls`, in Python's own form: name, arity and defaults are what stands there, and
decorators say the rest. They take and return plain values, records of ``state`` and :class:`Ref`;
records become handles on the way out, and handles records on the way in. What a parameter is
annotated with is what Resolve takes there: of anything else, as of too few arguments, the answer
is that of a call that failed.
"""

from __future__ import annotations

import hashlib
import inspect
import typing
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from types import UnionType
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

if TYPE_CHECKING:
    from .state import Project
    from .world import World

_Method = TypeVar("_Method", bound=Callable[..., Any])


def since(*version: int) -> Callable[[_Method], _Method]:
    """Say with which version a method came: ``@since(20, 2)``. Without it: in all of them."""

    def mark(method: _Method) -> _Method:
        method.resolve_since = version  # type: ignore[attr-defined]
        return method

    return mark


def changes(method: _Method) -> _Method:
    """Say that a method changes something: while a dialog is open it fails."""
    method.resolve_changes = True  # type: ignore[attr-defined]
    return method


def studio(method: _Method) -> _Method:
    """Say that a method is Studio's: the free edition opens a dialog instead (S23)."""
    method.resolve_studio = True  # type: ignore[attr-defined]
    return method


@dataclass(frozen=True)
class Ref:
    """An object of Resolve by name: its class, and the uid of its record (empty: there is one)."""

    kind: str
    uid: str = ""


class Calls:
    """Base of the methods of one class, on one record.

    Attributes:
        kind: the class's name in Resolve.
        world: everything there is.
        record: what the handle stands for, as it is now; None for what there is one of.
        hidden: methods that ``dir`` does not show.
    """

    kind: ClassVar[str]
    hidden: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, world: World, record: Any) -> None:
        self.world = world
        self.record = record

    @property
    def project(self) -> Project:
        """The project that is open: what stands in it is of it."""
        project = self.world.project
        assert project is not None
        return project

    @classmethod
    @cache
    def methods(cls, version: tuple[int, ...]) -> dict[str, Callable[..., Any]]:
        """Return the methods that a version has, by name."""
        named = inspect.getmembers(cls, inspect.isfunction)
        return {
            name: method
            for name, method in named
            if name[0].isupper() and getattr(method, "resolve_since", ()) <= version
        }

    @classmethod
    def find(cls, world: World, uid: str) -> Any:
        """Return the record with a uid, or None; for kinds that ``world`` does not know."""
        return None

    def attribute(self, name: str) -> Any:
        """Return an attribute that is no method, as ``resolve.EXPORT_OTIO``; None without one."""
        return None

    def assign(self, name: str, value: Any) -> None:
        """Take an attribute; only Fusion's tools do."""

    def at(self, key: Any) -> Any:
        """Return what stands in brackets; only Fusion's inputs have something there."""
        return None

    def put(self, key: Any, value: Any) -> None:
        """Take what is put into brackets; only Fusion's inputs do."""


_SHOWN = {
    "TimelineItem": "Timeline item",
    "MediaPoolItem": "Media pool item",
    "ColorGroup": "Color Group",
    "Fusion": "FusionUI",
    "FusionComp": "Composition",
    "FusionInput": "Input",
}
"""Of some classes what ``str`` of a handle calls them; the others by their names."""


class Remote:
    """A handle, as fusionscript gives it: it has every name, and what it has not is None (S15).

    It cannot be hashed, equals another of the same object, and is named as one of fusionscript's.
    """

    __slots__ = ("_ref", "_world")
    __hash__ = None  # type: ignore[assignment]
    __iter__ = None
    __contains__ = None

    def __init__(self, world: World, ref: Ref) -> None:
        object.__setattr__(self, "_world", world)
        object.__setattr__(self, "_ref", ref)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        world: World = self._world
        return world.attribute(self._ref, name)

    def __setattr__(self, name: str, value: Any) -> None:
        world: World = self._world
        world.behind(self._ref).assign(name, world.unwrap(value))

    def __getitem__(self, key: Any) -> Any:
        world: World = self._world
        return world.wrap(world.behind(self._ref).at(key))

    def __setitem__(self, key: Any, value: Any) -> None:
        world: World = self._world
        world.behind(self._ref).put(key, world.unwrap(value))

    def __dir__(self) -> list[str]:
        world: World = self._world
        return world.names(self._ref)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Remote) and bool(self._ref == other._ref)

    def __str__(self) -> str:
        world: World = self._world
        kind, uid = self._ref.kind, self._ref.uid
        at = int(hashlib.sha256(f"{kind}{uid}".encode()).hexdigest()[:9], 16) << 4
        address = f"0x{at:016X}" if world.build.system == "Windows" else f"0x0x{at:x}"
        where = f"[App: 'Resolve' on 127.0.0.1, UUID: {world.session}]"
        shown = uid.rpartition("/")[2] if kind == "FusionTool" else _SHOWN.get(kind, kind)
        return f"{shown} ({address}) {where}"

    def __repr__(self) -> str:
        return f"<BlackmagicFusion.PyRemoteObject object at {id(self):#x}>"


Remote.__name__ = Remote.__qualname__ = "PyRemoteObject"
Remote.__module__ = "BlackmagicFusion"


class Function:
    """A method of a handle. By name it takes nothing: what is given so is dropped."""

    __slots__ = ("_method", "_name", "_ref", "_world")

    def __init__(self, world: World, ref: Ref, name: str, method: Callable[..., Any]) -> None:
        self._world, self._ref, self._name, self._method = world, ref, name, method

    def __call__(self, *given: Any, **named: Any) -> Any:
        return self._world.call(self._ref, self._name, self._method, given)

    def __str__(self) -> str:
        return f"Remote Function {id(self):016x}"

    def __repr__(self) -> str:
        return f"<BlackmagicFusion.PyFunctionCall object at {id(self):#x}>"


Function.__name__ = Function.__qualname__ = "PyFunctionCall"
Function.__module__ = "BlackmagicFusion"


class Unfit(Exception):
    """Arguments that a method does not take."""


def fitted(method: Callable[..., Any], given: tuple[Any, ...]) -> list[Any]:
    """Return arguments in the form in which a method takes them; what is too many is dropped.

    None stands for an argument that was left out.

    Raises:
        Unfit: there are too few, or one is of another kind.
    """
    arguments: list[Any] = []
    for place, (default, kind, rest) in enumerate(_parameters(method)):
        if rest:
            return [*arguments, *given[place:]]
        value = given[place] if place < len(given) else None
        if value is None and default is not inspect.Parameter.empty:
            value = default
        elif place >= len(given):
            raise Unfit(f"{len(given)} arguments are too few")
        else:
            value = _as(kind, value)
        arguments.append(value)
    return arguments


def failed(method: Callable[..., Any]) -> Any:
    """Return what a method answers that failed: False where it tells of success, else None."""
    return False if _hint(method, "return") in {bool, bool | None} else None


@cache
def _parameters(method: Callable[..., Any]) -> list[tuple[Any, Any, bool]]:
    """Return of each parameter its default, its kind, and whether it takes the rest."""
    after_self = list(inspect.signature(method).parameters.values())[1:]
    return [
        (each.default, _hint(method, each.name), each.kind is inspect.Parameter.VAR_POSITIONAL)
        for each in after_self
    ]


@cache
def _hint(method: Callable[..., Any], name: str) -> Any:
    """Return what a parameter is annotated with; Any where only a type checker knows it."""
    written = method.__annotations__.get(name, Any)
    if not isinstance(written, str):
        return written
    try:
        return eval(written, method.__globals__)
    except NameError:
        return Any


def _as(kind: Any, value: Any) -> Any:
    """Return a value as a parameter of a kind takes it; Lua knows one kind of number."""
    if isinstance(kind, UnionType):
        return _as_one_of(typing.get_args(kind), value)
    inner = typing.get_args(kind)
    kind = typing.get_origin(kind) or kind
    if isinstance(value, list) and kind in (list, Sequence) and inner:
        return [_as(inner[0], each) for each in value]
    if kind is Any or kind is object or not isinstance(kind, type):
        return value
    if kind is type(None):
        kind = type(value) if value is None else Unfit
    number = kind in (int, float, bool) and isinstance(value, (int, float))
    if number and (kind is not int or float(value).is_integer()):
        return kind(value)
    if isinstance(value, kind):
        return value
    raise Unfit(f"{value!r} is no {kind.__name__}")


def _as_one_of(kinds: tuple[Any, ...], value: Any) -> Any:
    for kind in sorted(kinds, key=lambda each: each is not type(value)):
        try:
            return _as(kind, value)
        except Unfit:
            continue
    raise Unfit(f"{value!r} is of another kind")
