"""The parameters of the effects as Blender properties, drawn from their one declaration."""

from __future__ import annotations


def register() -> None:
    """Nothing yet."""


def unregister() -> None:
    """Nothing yet."""
