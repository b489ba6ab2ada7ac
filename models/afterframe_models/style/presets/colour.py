"""Lightness and colour apart, and what tells a dull picture's tones from a full one's."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Single = NDArray[np.float32]


def to_lab(picture: Single) -> Single:
    """Return CIE Lab of display-referred RGB, all three divided by 100; a new array."""
    lab: Any = cv2.cvtColor(picture, cv2.COLOR_RGB2Lab)
    lab *= 0.01
    return np.asarray(lab, np.float32)


def from_lab(lab: Single) -> Single:
    """Return display-referred RGB in [0, 1] of what :func:`to_lab` makes."""
    picture: Any = cv2.cvtColor(lab * 100, cv2.COLOR_Lab2RGB)
    return np.asarray(picture, np.float32).clip(0, 1)
