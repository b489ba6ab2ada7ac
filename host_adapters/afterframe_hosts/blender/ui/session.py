"""The one connection of this Blender to the service, and what is known of its jobs."""

from __future__ import annotations


def register() -> None:
    """Nothing yet."""


def unregister() -> None:
    """Nothing yet."""
