"""A shot as it may be played: forwards, and its slow moments backwards.

Frames of the film count on: first those of the material, then, behind the frame at the joint, the
same ones backwards. A run never passes from the one to the other, nor through a fast moment that
plays backwards: falling water and walking people show it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from afterframe.imaging.flow import Grey

CHANGED = 12.0
"""Grey levels by which a sample changes from one frame to the next when matter passes over it."""
AROUND = (15, 15)
SLOW = 0.5
"""Share of the samples around a place that may change in a slow moment: edges, not areas."""
LONGEST_BACKWARDS = 36
"""Frames of a run that plays backwards."""


class Film:
    """See the module.

    Args:
        greys: small pictures of the shot, the one at the joint last.
    """

    def __init__(self, greys: Sequence[Grey]) -> None:
        self.joint = len(greys) - 1
        slow = np.array([_is_slow(a, b) for a, b in pairwise(greys)], bool)
        back = slow[::-1]  # whether backward frame joint + 1 + i may follow the one before
        if not back.any():
            back = back[:0]
        self.greys: list[Grey] = [*greys, *list(greys[-2::-1])[: len(back)]]
        self.ends = _ends(self.joint, back)

    @cached_property
    def numbers(self) -> NDArray[np.intp]:
        """Every frame's number in the material."""
        return np.array([self.number(frame) for frame in range(len(self.greys))], np.intp)

    def number(self, frame: int) -> int:
        """Return a frame's number in the material."""
        return frame if frame <= self.joint else 2 * self.joint - frame

    def is_backwards(self, frame: int) -> bool:
        """Tell whether a run from here plays backwards."""
        return frame > self.joint

    def end_of_run(self, frame: int) -> int:
        """Return the last frame that a run from here may show."""
        return int(self.ends[frame])


def _ends(joint: int, back: NDArray[np.bool_]) -> NDArray[np.intp]:
    ends = np.full(joint + 1 + len(back), joint, np.intp)
    last = joint + len(back)
    for place in range(len(back) - 1, -1, -1):
        frame = joint + 1 + place
        ends[frame] = min(last, frame + LONGEST_BACKWARDS)
        if not back[place]:  # nothing comes to this frame from the one before
            last = frame - 1
    return ends


def _is_slow(first: Grey, second: Grey) -> bool:
    changed: Any = (cv2.absdiff(first, second) > CHANGED).astype(np.float32)
    return float(cv2.blur(changed, AROUND).max()) < SLOW
