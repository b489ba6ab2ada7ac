"""Where tests find media: the shared folder of real clips beside the clone, when it is there."""

from __future__ import annotations

from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
SHARED = REPOSITORY.parent / "shared" / "media"


def shared(name: str) -> Path:
    """Return a real clip or picture by its name below the media folder, or skip the test."""
    path = SHARED / name
    if not path.is_file():
        pytest.skip(f"real media not here: {name} (expected in {SHARED})")
    return path
