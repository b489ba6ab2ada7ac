"""A line to objects of Resolve in this very process: the stand-in's, without a door between."""

from __future__ import annotations

from collections.abc import Sequence

from afterframe_hosts.resolve.calls import HOST
from afterframe_hosts.wire.errors import HostUnreachable


class Direct:
    """See ``afterframe_hosts.resolve.calls.Line``."""

    def call(self, target: object, method: str, arguments: Sequence[object]) -> object:
        """Call a method; whatever it raises is told as through a door."""
        try:
            return getattr(target, method)(*arguments)
        except Exception as error:
            raise HostUnreachable(host=HOST, detail=f"{method}: {error}") from error

    def names(self, target: object) -> frozenset[str]:
        """Return the methods of an object."""
        return frozenset(dir(target))

    def get(self, target: object, name: str) -> object:
        """Return an attribute of an object."""
        return getattr(target, name)
