"""How much of two clips a bridge covers, and where it stands."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from afterframe.core.clips import media_frame
from afterframe.core.plan import make_plan
from afterframe_hosts.base import nearest_gap
from afterframe_hosts.wire.clip import Clip, Media, Span
from afterframe_hosts.wire.errors import BadValue
from afterframe_hosts.wire.gaps import CUT_FRAMES, at_rate, bridged, following, gap_between
from afterframe_hosts.wire.job import Job, Output
from afterframe_hosts.wire.results import result_start

RATE = Fraction(24)


def clip(start: int, duration: int = 40, **changes: Any) -> Clip:
    made = Clip(
        name=f"at {start}",
        media=Media("movie", "/shots/a.mov"),
        media_range=Span(100, duration),
        record_range=Span(start, duration),
        rate=RATE,
    )
    return replace(made, **changes)


def bridge(before: Clip, after: Clip, rate: Fraction | None = None, **parameters: Any) -> Job:
    output = Output(folder="/made", rate=rate)
    return Job("0" * 32, "bridge", before, output, parameters=parameters, after=after)


def planned(job: Job) -> tuple[int, int]:
    """Return the frames of a job's result and where it stands."""
    plan = make_plan(job)
    assert plan.start == result_start(job, plan.frames) == result_start(bridged(job), plan.frames)
    return plan.frames, plan.start


def test_a_gap_is_filled_from_the_end_of_the_first_clip() -> None:
    job = bridge(clip(0), clip(50))
    assert planned(job) == (10, 40)
    assert bridged(job) == job


def test_a_gap_is_filled_at_the_rate_of_the_result() -> None:
    assert planned(bridge(clip(0), clip(50), Fraction(48))) == (20, 40)


def test_what_is_longer_than_its_gap_covers_half_of_the_surplus_on_each_side() -> None:
    job = bridge(clip(0), clip(44), frames=11)
    assert planned(job) == (11, 37)
    left = bridged(job)
    assert left.after is not None
    assert (left.clip.record_range, left.clip.media_range) == (Span(0, 37), Span(100, 37))
    assert (left.after.record_range, left.after.media_range) == (Span(48, 36), Span(104, 36))
    assert bridged(left) == left


def test_a_cut_is_bridged_over_half_a_second() -> None:
    assert planned(bridge(clip(0), clip(40))) == (CUT_FRAMES, 34)


def test_a_short_clip_is_covered_but_for_one_frame_and_the_other_gives_the_rest() -> None:
    left = bridged(bridge(clip(36, 4), clip(40), frames=12))
    assert left.after is not None
    assert (left.clip.record_range, left.after.record_range) == (Span(36, 1), Span(49, 31))
    other_way = bridged(bridge(clip(0), clip(40, 2), frames=12))
    assert other_way.after is not None
    assert other_way.clip.record_range == Span(0, 29)
    assert other_way.after.record_range == Span(41, 1)
    assert planned(bridge(clip(38, 2), clip(40, 3))) == (3, 39)


@pytest.mark.parametrize(
    ("before", "after", "frames", "told"),
    [
        (clip(0), clip(50), 9, "10 to 88"),
        (clip(0), clip(50), 89, "10 to 88"),
        (clip(0), clip(39), None, "begins at frame 40 or later"),
        (clip(39, 1), clip(40, 1), None, "a gap between the clips"),
    ],
)
def test_what_does_not_fit_is_refused_with_what_would(
    before: Clip, after: Clip, frames: int | None, told: str
) -> None:
    with pytest.raises(BadValue) as caught:
        bridged(bridge(before, after, frames=frames))
    assert told in caught.value.fix()


@pytest.mark.parametrize("speed", [Fraction(1), Fraction(2), Fraction(-1), Fraction(-3, 7)])
@pytest.mark.parametrize("phase", [Fraction(0), Fraction(2, 5)])
def test_what_is_left_of_a_clip_shows_the_same_pictures(speed: Fraction, phase: Fraction) -> None:
    before = clip(0, media_range=Span(100, 80), speed=speed, phase=phase)
    after = clip(40, media_range=Span(7, 80), speed=speed, phase=phase)
    left = bridged(bridge(before, after, frames=15))
    assert left.after is not None
    for whole, part in ((before, left.clip), (after, left.after)):
        record = part.record_range
        shown = [media_frame(whole, at) for at in range(record.start, record.end)]
        assert [media_frame(part, at) for at in range(record.start, record.end)] == shown
        assert min(shown) >= part.media_range.start
        assert max(shown) < part.media_range.end


def test_a_still_stands_for_as_long_as_it_is_left() -> None:
    still = clip(0, media=Media("still", "/shots/a.png"), media_range=Span(0, 1))
    left = bridged(bridge(still, clip(40), frames=8))
    assert (left.clip.record_range, left.clip.media_range) == (Span(0, 36), Span(0, 1))


def test_a_clip_of_another_rate_is_brought_to_that_of_the_first() -> None:
    other = clip(100, 50, rate=Fraction(25))
    as_first = at_rate(other, RATE)
    assert (as_first.record_range, as_first.speed) == (Span(96, 48), Fraction(25, 24))
    assert gap_between(clip(0), other) == 56
    assert following(clip(0), other, 3).record_range == Span(43, 48)
    assert planned(bridge(clip(0), following(clip(0), other, 6))) == (6, 40)


def test_the_nearest_gap_is_found_and_of_gaps_as_near_the_topmost() -> None:
    low = [clip(0), clip(40), clip(100)]
    high = [clip(60, 10), None, clip(75, 5), clip(85, 5)]
    assert nearest_gap([high, low], 41) == (low[0], low[1])
    assert nearest_gap([high, low], 85) == (high[2], high[3])
    assert nearest_gap([low], 300) == (low[1], low[2])
    assert nearest_gap([[clip(0)], [clip(50), None]], 45) is None
