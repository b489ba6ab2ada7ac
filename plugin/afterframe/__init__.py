"""Afterframe: AI video effects on an editor's timeline, on the editor's own machine."""

from afterframe_hosts.wire.version import VERSION as __version__

__all__ = ["__version__"]
