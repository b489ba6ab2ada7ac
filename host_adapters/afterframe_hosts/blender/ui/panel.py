"""The sidebar tab: what is selected, what is to be made of it, Draft and Render."""

from __future__ import annotations


def register() -> None:
    """Nothing yet."""


def unregister() -> None:
    """Nothing yet."""
