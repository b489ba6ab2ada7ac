"""torch on its CPU device; without torch the tests that import this are skipped.

`install/bootstrap.py test --hosts` runs them with the torch that it puts into `.venv-hosts/torch`.
"""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

torch = pytest.importorskip(
    "torch", reason="no torch here: python3 install/bootstrap.py test --hosts"
)


def twin(name: str) -> Any:
    """Return a module of ``afterframe.imaging.twin``."""
    return importlib.import_module(f"afterframe.imaging.twin.{name}")


def up(array: NDArray[Any]) -> Any:
    """Return an array as a tensor."""
    return torch.from_numpy(np.ascontiguousarray(array))


def down(tensor: Any) -> NDArray[Any]:
    """Return a tensor as an array."""
    return np.asarray(tensor.numpy())
