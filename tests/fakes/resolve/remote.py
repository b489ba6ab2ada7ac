"""What a script holds, and how a call of it reaches the methods behind.

A script sees :class:`Remote` alone. The methods of a class of Resolve are the capitalised methods
of one :class:`Calls`, in Python's own form: name, arity and defaults are what stands there, and
decorators say the rest. They take and return plain values, records of ``state`` and :class:`Ref`;
records become handles on the way out, and handles records on the way in.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

if TYPE_CHECKING:
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
    """

    kind: ClassVar[str]

    def __init__(self, world: World, record: Any) -> None:
        self.world = world
        self.record = record

    @classmethod
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
        """Return the record with a uid, None without one; for kinds that ``world`` does not know."""
        return None

    def attribute(self, name: str) -> Any:
        """Return an attribute that is no method, as ``resolve.EXPORT_OTIO``; None without one."""
        return None


class Remote:
    """A handle, as fusionscript gives it: it has every name, and what it has not is None (S15)."""

    __slots__ = ("_ref", "_world")

    def __init__(self, world: World, ref: Ref) -> None:
        object.__setattr__(self, "_world", world)
        object.__setattr__(self, "_ref", ref)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        world: World = self._world
        return world.attribute(self._ref, name)

    def __setattr__(self, name: str, value: Any) -> None:
        """Do nothing: a handle takes no attributes."""

    def __dir__(self) -> list[str]:
        world: World = self._world
        return world.names(self._ref)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Remote) and bool(self._ref == other._ref)

    def __hash__(self) -> int:
        return hash(self._ref)

    def __repr__(self) -> str:
        return f"{self._ref.kind} ({self._ref.uid or 'Resolve'}) [App: 'Resolve' on 127.0.0.1]"
