"""Where no engine is installed: say so, and install it at the press of a button."""

from __future__ import annotations


def register() -> None:
    """Nothing yet."""


def unregister() -> None:
    """Nothing yet."""
