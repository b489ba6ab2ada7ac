"""How the matter of a clip moves from each frame to the next, as painters want to know it."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from afterframe.imaging.flow import Grey, displaced, lengths
from afterframe.imaging.pairs import FramePair, measured_pair
from afterframe.imaging.tensor import enlarged

from .painter import Motion

Single = NDArray[np.float32]

FLOW_SIDE = 960
"""Longer side, in samples, of the flows: strokes and areas are larger than what finer ones see."""
NEAR = 2.0
"""Sigma, in samples, of what is compared."""
EVIDENCE = (0.3, 1.0)
"""Grey levels by which a place fits better where its flow says than where it was: below the first
nothing speaks for motion, above the second it moves for sure."""
AGREEING = 0.7
"""Share of agreeing flows above which there is no cut: of cuts the highest seen is 0.34."""
ROOM = 48
"""Samples across and down that the quick search wants."""
TEXTURE = 2.5
"""Standard deviation in grey levels from which on a place is a full witness."""
HARMLESS = 0.7
"""Samples: shorter flows are taken as they are where there is something to see."""
QUIET = 1.5
"""Of the change that resting places usually show: what changes no more than so is at rest."""
FAR = (0.04, 0.12, 0.4)
"""Sigmas, in heights, over which witnesses are heard."""

_UNSET: Any = None  # an argument of OpenCV that its type stubs want, and that may be left out


class Follower:
    """Tells of each frame how it came from the frame before.

    Args:
        step: pixels for one sample of the flow.
        size: width and height of the pictures.
        quick: look for a cut only where the flows' two directions do not agree.
    """

    def __init__(self, step: int, size: tuple[int, int], *, quick: bool = False) -> None:
        self._step, self._size, self._quick = step, size, quick
        self._before: Grey | None = None

    def follow(self, grey: Grey) -> Motion | None:
        """Return the motion to a frame from the one asked for before; None at first, at a cut.

        Args:
            grey: the frame's luma, ``step`` times smaller.
        """
        before, self._before = self._before, grey
        if before is None:
            return None
        pair = (_quick_pair if self._quick else measured_pair)(before, grey, self._step)
        return None if pair.cut else _motion(pair, self._size)


def joined(first: Motion, second: Motion) -> Motion:
    """Return the motion over two steps.

    Args:
        first: the earlier step.
        second: the later one.
    """
    back = second.back + displaced(first.back, second.back)
    return Motion(back, second.trust * displaced(first.trust, second.back))


def _quick_pair(first: Grey, second: Grey, step: int) -> FramePair:
    """Return what ``measured_pair`` does, with rougher flows where nothing looks like a cut."""
    if min(first.shape) < ROOM:
        return measured_pair(first, second, step)
    search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
    there, back = (search.calc(a, b, _UNSET) for a, b in ((first, second), (second, first)))
    pair = FramePair(False, step, (first, second), np.asarray(there), np.asarray(back))
    agreeing = float((pair.trust_backward > 0.5).mean())
    return pair if agreeing > AGREEING else measured_pair(first, second, step)


def _motion(pair: FramePair, size: tuple[int, int]) -> Motion:
    flow, trust = _settled(pair)
    back = enlarged(flow, pair.step, size) * np.float32(pair.step)
    if pair.step > 1:
        large: Any = cv2.resize(trust, None, fx=pair.step, fy=pair.step)
        trust = large[: size[1], : size[0]]
    return Motion(back, np.ascontiguousarray(trust, np.float32))


def _settled(pair: FramePair) -> tuple[Single, Single]:
    """Return flow and trust, at rest where the flow is a guess and the surroundings rest.

    On even ground a flow follows whoever walks past. What moves for sure - its picture fits better
    with the flow than without - and what surely rests vote on the places between, near ones most.
    """
    before, now = (grey.astype(np.float32) for grey in pair.greys)
    height = now.shape[0]
    change = _blurred(np.abs(now - before), NEAR)
    apart = change - _blurred(np.abs(now - displaced(before, pair.backward)), NEAR)
    moves = np.clip((apart - EVIDENCE[0]) / (EVIDENCE[1] - EVIDENCE[0]), 0, 1)
    texture = _blurred(np.square(now - _blurred(now, NEAR)), 2 * NEAR)
    voice = np.minimum(texture / np.float32(TEXTURE**2), 1) * pair.trust_backward
    moving, all_voices = np.zeros_like(voice), np.full_like(voice, 1e-4)
    for far in FAR:
        moving += far**-2 * _widely_blurred(voice * moves, far * height)
        all_voices += far**-2 * _widely_blurred(voice, far * height)
    rests = (moves < 0.5) & (moving < 0.5 * all_voices)
    if _stands(voice, moves):
        # Beside what moves a flow is often nonsense; where nothing changes, nothing moved.
        usual = QUIET * float(np.median(change[moves < 0.5]))
        rests |= (change <= usual) & (pair.trust_backward < 0.5)
    still = rests & ((lengths(pair.backward) > HARMLESS) | (texture < TEXTURE**2))
    trust = np.maximum(pair.trust_backward, rests)
    return pair.backward * ~still[..., None], np.asarray(trust, np.float32)


def _stands(voice: Single, moves: Single) -> bool:
    """Return whether the camera stands: most of what is seen along the picture's sides rests."""
    height, width = voice.shape
    sides = np.ones(voice.shape, bool)
    rows, columns = max(1, height // 8), max(1, width // 8)
    sides[rows:-rows, columns:-columns] = False
    heard = voice[sides]
    return bool((moves < 0.5).any() and heard @ moves[sides] < 0.4 * heard.sum())


def _widely_blurred(picture: Single, sigma: float) -> Single:
    """Return a blur of large sigma, done where it is small."""
    height, width = picture.shape
    by = min(1.0, 3 / sigma)
    size = (max(1, round(width * by)), max(1, round(height * by)))
    small: Any = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    small = _blurred(small, max(0.3, sigma * by))
    return np.asarray(cv2.resize(small, (width, height)), np.float32)


def _blurred(picture: Single, sigma: float) -> Single:
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), np.float32)
