"""What paints a clip's pictures, one after the other."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Single = NDArray[np.float32]


@dataclass(frozen=True)
class Motion:
    """How a picture's matter came from the picture before it.

    Attributes:
        back: (h, w, 2) float32: from each place to where its matter was, in pixels.
        trust: (h, w) float32, 0 (matter that was not there, or a cut) to 1.
    """

    back: Single
    trust: Single


class Painter(ABC):
    """Paints pictures in one style, steady from each to the next.

    What it draws belongs to the matter, not to the screen: marks (strokes, grain of paper that is
    *not* fixed, hatching) travel with ``Motion.back`` and are renewed where ``Motion.trust`` is
    low. Sizes are shares of the picture's height, so that 480, 1080 and 2160 lines look alike.
    """

    @abstractmethod
    def paint(self, picture: Single, motion: Motion | None) -> Single:
        """Return the painted picture.

        Args:
            picture: (h, w, 3) float32, display-referred RGB in [0, 1]; the same size each time.
            motion: from the picture painted before; None for the first one and after a cut.
        """
