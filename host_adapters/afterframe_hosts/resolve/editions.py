"""Which Resolve there is, and how far it can be driven from here.

Studio is reached from outside. The free edition runs Python scripts from its menu up to 21.0, and
none from 21.1 on: there, timeline files are the way.
"""

from __future__ import annotations

from ..base import Reach
from ..wire.errors import AfterframeError, HostEdition, HostStuck, HostUnreachable
from ..wire.job import Note
from . import api, link, places
from .calls import HOST, root
from .link import Link

OLDEST = (19, 1)
"""The first version whose calls are all that the adapter needs."""


def reach() -> Reach:
    """Find out how far Resolve can be driven, without changing anything in it."""
    notes: list[Note] = []
    for door in link.find():
        try:
            return _told(link.waiting(door), "menu")
        except HostStuck as error:
            return Reach("menu", False, (_why(error), Note("note.resolve_dialog")))
        except HostUnreachable as error:
            notes.append(_why(error))
            if error.params["detail"] == link.BUSY:
                return Reach("menu", True, tuple(notes))
    found = places.installations()
    if not found and not link.is_told_where():
        return Reach("none", False, (*notes, Note("note.resolve_none")))
    try:
        return _told(link.external(), "external")
    except HostUnreachable as error:
        closed = error.params["detail"] == link.CLOSED
        notes.append(Note("note.resolve_closed") if closed else _why(error))
    except HostStuck as error:
        return Reach("external", False, (_why(error), Note("note.resolve_dialog")))
    except AfterframeError as error:
        notes.append(_why(error))
    newer = any(each.bundled.exists() for each in found)
    notes.append(Note("note.resolve_newer" if newer else "note.resolve_menu"))
    return Reach("files", False, tuple(notes))


def demand(resolve: api.Resolve) -> None:
    """Raise HostEdition where this version is too old to be driven by us."""
    version = resolve.GetVersion()
    numbers = tuple(each for each in version[:2] if isinstance(each, int))
    if len(numbers) == 2 and numbers < OLDEST:
        lacks = f"version {numbers[0]}.{numbers[1]}, and 19.1 is the first that has all it takes"
        raise HostEdition(host=HOST, lacks=lacks)


def is_studio(resolve: api.Resolve) -> bool:
    """Return whether this is Studio, by its name: its own answer came with 21.1 only."""
    return "studio" in (resolve.GetProductName() or "").lower()


def _told(line: Link, tier: str) -> Reach:
    """Return what a Resolve that answers says of itself."""
    try:
        resolve = root(line, line.resolve)
        name, version = resolve.GetProductName() or HOST, resolve.GetVersionString() or ""
        notes = [Note(f"note.resolve_{tier}_works", {"name": name, "version": version})]
        if not is_studio(resolve):
            notes.append(Note("note.resolve_free"))
        try:
            demand(resolve)
        except HostEdition as error:
            notes.append(_why(error))
        return Reach("external" if tier == "external" else "menu", True, tuple(notes))
    finally:
        line.close()


def _why(error: AfterframeError) -> Note:
    return Note("note.resolve_why", {"why": error.message()})
