"""What Blender tells: a file was loaded, saved, a render begins and ends."""

from __future__ import annotations


def register() -> None:
    """Nothing yet."""


def unregister() -> None:
    """Nothing yet."""
