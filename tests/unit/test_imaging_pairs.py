"""Pairs are measured both ways, and trusted where the flows undo each other."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from afterframe.imaging.pairs import FramePair, consistency, grey_at_step, measured_pair, usual_step
from afterframe.media.frame import ColourTags, Frame, PixelFormat

GREY8 = PixelFormat("grey", 8)
FULL = ColourTags(full_range=True)


def texture(seed: int, height: int = 140, width: int = 240) -> NDArray[np.uint8]:
    noise = np.random.default_rng(seed).standard_normal((height, width)).astype(np.float32)
    soft = cv2.GaussianBlur(noise, (0, 0), 3)
    return np.clip(128 + 50 * soft / soft.std(), 0, 255).astype(np.uint8)


def panned(index: int) -> NDArray[np.uint8]:
    """A picture of a pan by 4 pixels a frame, with a cut before frame 6."""
    shift = 4 * (index % 6)
    return np.ascontiguousarray(texture(index // 6)[:120, shift : shift + 200])


def between(first: int, second: int) -> FramePair:
    return measured_pair(panned(first), panned(second), 1)


def test_a_pan_is_measured_both_ways_and_trusted_inside() -> None:
    pair = between(0, 1)
    inside = np.s_[12:-12, 16:-16]
    np.testing.assert_allclose(np.median(pair.forward[inside], axis=(0, 1)), (-4, 0), atol=0.1)
    np.testing.assert_allclose(np.median(pair.backward[inside], axis=(0, 1)), (4, 0), atol=0.1)
    assert pair.trust_forward[inside].mean() > 0.9
    assert pair.trust_backward[inside].mean() > 0.9
    assert not pair.cut


def test_over_a_cut_nothing_moves_and_nothing_is_trusted() -> None:
    pair = between(5, 6)
    assert pair.cut
    assert not pair.forward.any()
    assert not pair.trust_forward.any()


def test_matter_that_is_covered_is_not_trusted() -> None:
    """A patch moves by 10 to the right: what it covers has no place in the second picture."""
    ground, patch = texture(1), texture(2)[:50, :60]
    pictures = []
    for x in (60, 70):
        picture = ground[:120, :200].copy()
        picture[35:85, x : x + 60] = patch
        pictures.append(picture)
    pair = measured_pair(*pictures, 1)
    covered, free = pair.trust_forward[40:80, 121:129], pair.trust_forward[40:80, 150:190]
    assert covered.mean() < 0.5 < free.mean()


def test_flows_are_compared_where_the_matter_goes_to() -> None:
    """A zoom by 1.3 is undone by one by 1 / 1.3, though at one place both are of two lengths."""
    y, x = np.mgrid[-40:41, -60:61].astype(np.float32)
    from_middle = np.dstack((x, y))
    trust = consistency(0.3 * from_middle, (1 / 1.3 - 1) * from_middle)
    assert trust[15:-15, 15:-15].min() > 0.99
    assert consistency(0.3 * from_middle, 0.3 * from_middle)[10, 10] < 0.01


@pytest.mark.parametrize(("size", "step"), [((640, 480), 1), ((1920, 1080), 2), ((2160, 3840), 4)])
def test_the_usual_step_keeps_flows_small(size: tuple[int, int], step: int) -> None:
    assert usual_step(*size) == step


def test_a_size_that_the_step_does_not_divide_is_continued() -> None:
    frame = Frame((np.full((61, 97), 9, np.uint8),), GREY8, FULL)
    assert grey_at_step(frame, 2).shape == (31, 49)
    assert grey_at_step(frame, 1).shape == (61, 97)
