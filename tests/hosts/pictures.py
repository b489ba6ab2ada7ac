"""Rendered pictures read and compared."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import OpenImageIO as oiio


def read_picture(path: str) -> Any:
    """Return a picture file as float32 (height, width, channels), 0 to 1."""
    picture = oiio.ImageInput.open(path)
    if picture is None:
        raise OSError(oiio.geterror())
    return picture.read_image("float")


def psnr(one: Any, other: Any) -> float:
    """Return how alike two pictures' colours are, in dB; 100 for equal ones."""
    error = float(np.mean((one[..., :3] - other[..., :3]) ** 2))
    return 100.0 if error == 0 else -10 * math.log10(error)
