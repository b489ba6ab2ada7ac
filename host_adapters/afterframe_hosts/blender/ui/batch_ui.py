"""Batch over the selected strips, from markers or from a list, in a dialog."""

from __future__ import annotations


def register() -> None:
    """Nothing yet."""


def unregister() -> None:
    """Nothing yet."""
