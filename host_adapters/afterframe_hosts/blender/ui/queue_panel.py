"""All jobs with their progress, errors and the buttons that mend them."""

from __future__ import annotations


def register() -> None:
    """Nothing yet."""


def unregister() -> None:
    """Nothing yet."""
