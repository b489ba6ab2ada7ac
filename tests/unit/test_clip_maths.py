"""Which picture of the medium stands at which frame of the timeline."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afterframe.core.clips import media_frame
from afterframe.errors import PlayheadOutside
from afterframe_hosts.wire.clip import Clip, Media, Span

speeds = st.fractions(Fraction(1, 8), 8, max_denominator=1001).filter(bool)


def clip(
    start: int = 100, duration: int = 24, used: Span | None = None, speed: Fraction = Fraction(1)
) -> Clip:
    return Clip(
        "shot", Media("movie", "/a.mov"), used or Span(10, duration), Span(start, duration),
        Fraction(24), speed,
    )  # fmt: skip


def test_one_to_one_the_medium_runs_with_the_timeline() -> None:
    assert [media_frame(clip(), 100 + n) for n in range(24)] == list(range(10, 34))


def test_backwards_the_last_used_frame_comes_first() -> None:
    reverse = clip(speed=Fraction(-1))
    assert [media_frame(reverse, 100 + n) for n in range(24)] == list(range(33, 9, -1))


def test_retimed_frames_are_held_and_skipped() -> None:
    slow = clip(duration=5, used=Span(0, 3), speed=Fraction(1, 2))
    assert [media_frame(slow, 100 + n) for n in range(5)] == [0, 0, 1, 1, 2]
    fast = clip(duration=4, used=Span(0, 7), speed=Fraction(2))
    assert [media_frame(fast, 100 + n) for n in range(4)] == [0, 2, 4, 6]
    back = clip(duration=4, used=Span(0, 7), speed=Fraction(-2))
    assert [media_frame(back, 100 + n) for n in range(4)] == [6, 4, 2, 0]


def test_a_medium_at_another_rate_is_stepped_exactly() -> None:
    pal = clip(duration=48, used=Span(0, 50), speed=Fraction(25, 24))
    assert media_frame(pal, 100 + 23) == 23
    assert media_frame(pal, 100 + 24) == 25


def test_a_range_that_was_rounded_short_holds_its_last_frame() -> None:
    short = clip(duration=4, used=Span(0, 6), speed=Fraction(2))
    assert media_frame(short, 103) == 5


def test_a_still_has_one_frame() -> None:
    photo = Clip("p", Media("still", "/p.png"), Span(0, 1), Span(0, 96), Fraction(24))
    assert {media_frame(photo, at) for at in (0, 50, 95)} == {0}


@pytest.mark.parametrize("at", [99, 124, -5])
def test_a_playhead_beside_the_clip_is_told_with_the_clips_range(at: int) -> None:
    with pytest.raises(PlayheadOutside) as caught:
        media_frame(clip(), at)
    assert str(caught.value) == f"Frame {at} is outside shot (100 to 123)."


@given(speeds, st.booleans(), st.integers(1, 500))
def test_no_frame_outside_the_used_range_is_ever_shown(
    speed: Fraction, reverse: bool, duration: int
) -> None:
    used = Span(7, int((duration - 1) * speed) + 1)
    each = clip(duration=duration, used=used, speed=-speed if reverse else speed)
    shown = [media_frame(each, 100 + n) for n in range(duration)]
    assert all(frame in used for frame in shown)
    assert shown == sorted(shown, reverse=reverse)
    assert shown[0] == (used.end - 1 if reverse else used.start)
    assert shown[-1] == (used.start if reverse else used.end - 1)


@given(speeds, st.integers(1, 23))
def test_a_cut_changes_no_picture_at_any_speed(speed: Fraction, at: int) -> None:
    whole = clip(used=Span(10, 1000), speed=abs(speed))
    passed = at * abs(speed)
    rest = replace(
        clip(100 + at, 24 - at, Span(10 + int(passed), 1000), abs(speed)), phase=passed % 1
    )
    after = range(100 + at, 124)
    assert [media_frame(rest, n) for n in after] == [media_frame(whole, n) for n in after]
