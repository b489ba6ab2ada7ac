"""What an engine sees of a clip, and where what it makes stands, at any speed."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest

from afterframe.pipeline.cadence import Cadence

HALF, TWICE = Fraction(1, 2), Fraction(2)


def test_a_clip_at_its_own_speed_is_seen_as_it_is() -> None:
    cadence = Cadence(used=10, shown=10, step=Fraction(1))
    assert (cadence.frames, cadence.spare(3, 4)) == (10, (3, 4))
    assert cadence.made(3, "tail") == (0, 1, 2)


def test_a_fast_clip_is_seen_as_it_is_shown() -> None:
    cadence = Cadence(used=10, shown=5, step=TWICE)
    assert [cadence.seen(index) for index in range(cadence.frames)] == [0, 2, 4, 6, 8]
    assert cadence.spare(5, 5) == (2, 3)
    assert [cadence.seen(index) for index in (-2, 7)] == [-4, 14]


def test_a_slow_clip_is_seen_once_and_what_is_made_keeps_its_cadence() -> None:
    cadence = Cadence(used=3, shown=6, step=HALF)
    assert cadence.frames == 3
    assert cadence.made(6, "over") == (0, 0, 1, 1, 2, 2)
    assert cadence.made(5, "tail") == (0, 0, 1, 1, 2)
    assert cadence.made(5, "head") == (0, 1, 1, 2, 2)


def test_a_slow_clip_that_ends_within_a_frame_goes_on_with_that_frame() -> None:
    """Five shown frames of 0 0 1 1 2: the sixth is the second showing of 2, which is not made."""
    cadence = Cadence(used=3, shown=5, step=HALF)
    assert cadence.made(3, "tail")[0] == 0
    assert cadence.made(3, "tail")[-1] >= 0


@pytest.mark.parametrize("step", [Fraction(1), TWICE, HALF, Fraction(3, 7), Fraction(24, 25)])
@pytest.mark.parametrize("where", ["over", "tail", "head"])
@pytest.mark.parametrize("phase", [Fraction(0), Fraction(2, 5)])
def test_made_frames_are_used_in_order_and_each_is_made(
    step: Fraction, where: str, phase: Fraction
) -> None:
    cadence = Cadence(used=50, shown=int(50 / step) - 1, step=step, phase=phase)
    places = cadence.made(30, where)  # type: ignore[arg-type]
    assert len(places) == 30
    assert places[0] in {0, 1}
    assert all(0 <= b - a <= 1 for a, b in pairwise(places))
