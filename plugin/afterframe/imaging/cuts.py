"""Is there a cut between two successive pictures?

A cut is told from a flash, a fade and a fast move by two measures taken after the second picture
has been moved back onto the first by its optical flow, on thumbnails 160 pixels wide:

- *likeness*: the median, over windows of 15 pixels, of the local normalised correlation. Gain and
  offset cancel, so a flash or a fade does not lower it.
- *agreement*: the share of places where the flows of the two directions undo each other.

Measured on the six clips of ``windows.json`` (2nd percentile of successive frames, of every
fourth frame, of flashes of 1.8 times + 40 levels and of darkening to 0.3; 98th percentile of 90
cuts between clips and of 200 cuts to a mirrored next frame):

==========  =================  ============  ==============
measure     not a cut, lowest  cut, highest  mirrored cut
==========  =================  ============  ==============
likeness    0.78               0.39          0.71
agreement   0.35               0.14          0.34
==========  =================  ============  ==============
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from .flow import Grey, displaced, flow_both_ways

LIKENESS_OF_A_CUT = 0.70
AGREEMENT_OF_A_CUT = 0.45
"""A cut is below both. Fades to black, which alone come near the second, keep a likeness of 0.8."""

EMPTY_DEVIATION, FULL_DEVIATION = 1.5, 12.0
"""Standard deviations, in grey levels, of a blank picture and of one that shows something."""

SUDDEN = 6.0
"""Mean change, in grey levels, below which nobody takes two pictures for two shots."""

_THUMBNAIL = 160
_TINY = (48, 27)
_WINDOW = (15, 15)
_UNDONE = 1.5


def is_cut(first: Grey, second: Grey) -> bool:
    """Return True when the two pictures are of different shots.

    Args:
        first: (h, w) uint8, display-referred, of any size.
        second: the next picture, of the same size.
    """
    a, b = thumbnail(first), thumbnail(second)
    weaker, stronger = sorted((float(a.std()), float(b.std())))
    if weaker < EMPTY_DEVIATION:  # nothing to compare: to or from a blank picture
        return stronger > FULL_DEVIATION
    forward, backward = flow_both_ways(a, b)
    undone = np.hypot(*np.moveaxis(forward + displaced(backward, forward), 2, 0)) < _UNDONE
    if undone.mean() >= AGREEMENT_OF_A_CUT:
        return False
    moved_back = displaced(b.astype(np.float32), forward)
    return likeness(a.astype(np.float32), moved_back) < LIKENESS_OF_A_CUT


def is_sudden_cut(first: Grey, second: Grey) -> bool:
    """As :func:`is_cut`, without a look at flows where the pictures hardly differ: far quicker.

    A cut between two pictures that are almost as bright everywhere is missed.
    """
    small = [cv2.resize(each, _TINY, interpolation=cv2.INTER_AREA) for each in (first, second)]
    return float(cv2.absdiff(*small).mean()) >= SUDDEN and is_cut(first, second)


def likeness(a: NDArray[Any], b: NDArray[Any]) -> float:
    """Return the median of the local normalised correlation of two thumbnails, -1 to 1.

    Args:
        a: (h, w) float32, grey levels.
        b: likewise.
    """

    def mean(picture: NDArray[Any]) -> NDArray[Any]:
        return np.asarray(cv2.blur(picture, _WINDOW))

    mean_a, mean_b = mean(a), mean(b)
    covariance = mean(a * b) - mean_a * mean_b
    variances = (mean(a * a) - mean_a**2).clip(0) * (mean(b * b) - mean_b**2).clip(0)
    # One level of noise on both sides: windows without texture neither agree nor differ.
    return float(np.median((covariance + 1) / (np.sqrt(variances) + 1)))


def thumbnail(grey: Grey) -> Grey:
    """Return the picture at the size at which pictures are told apart."""
    height, width = grey.shape
    size = (_THUMBNAIL, max(32, round(_THUMBNAIL * height / width)))
    small: Any = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8)
