"""The selected strip of ours: its effect, its takes, whether it is out of date."""

from __future__ import annotations


def register() -> None:
    """Nothing yet."""


def unregister() -> None:
    """Nothing yet."""
