"""Entries in the Strip, Add and context menus of the sequencer."""

from __future__ import annotations


def register() -> None:
    """Nothing yet."""


def unregister() -> None:
    """Nothing yet."""
