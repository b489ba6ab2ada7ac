"""From a job to how many frames, at which rate, from where."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from afterframe.core.plan import DRAFT_SIDE, make_plan
from afterframe_hosts.wire.clip import Clip, Media, Span
from afterframe_hosts.wire.effects import EFFECTS, resolve
from afterframe_hosts.wire.job import Job, Output, new_id

FILM = Fraction(24000, 1001)


def job(effect: str = "generate", at: int | None = None, **values: Any) -> Job:
    clip = Clip("c", Media("movie", "/c.mov"), Span(10, 48), Span(86400, 48), FILM)
    parameters = resolve(EFFECTS[effect].parameters, values)
    return Job(new_id(), effect, clip, Output("/o"), at, parameters)


def test_seconds_become_frames_at_the_timelines_rate() -> None:
    plan = make_plan(job(seconds=4.0))
    assert (plan.frames, plan.rate) == (96, FILM)


def test_frames_win_over_seconds() -> None:
    assert make_plan(job(seconds=4.0, frames=7)).frames == 7


def test_the_frame_under_the_playhead_is_counted_from_the_clips_first() -> None:
    plan = make_plan(job(at=86405))
    assert (plan.at, plan.start) == (5, 86405)
    assert plan.start_timecode == "01:00:00:05"


def test_a_clip_played_backwards_counts_in_the_order_shown() -> None:
    backwards = job(at=86403)
    backwards = replace(backwards, clip=replace(backwards.clip, speed=Fraction(-1)))
    assert make_plan(backwards).at == 3


def test_the_rate_of_the_output_sets_the_number_of_frames() -> None:
    plan = make_plan(replace(job(seconds=2.0), output=Output("/o", rate=Fraction(50))))
    assert (plan.frames, plan.rate) == (100, Fraction(50))


@pytest.mark.parametrize(
    ("speed", "frames", "step"), [(0.5, 96, Fraction(1, 2)), (1.0, 48, 1), (2.0, 24, 2)]
)
def test_retime_stretches_the_clip_as_it_stands(speed: float, frames: int, step: Fraction) -> None:
    plan = make_plan(job("retime", speed=speed))
    assert (plan.frames, plan.step) == (frames, step)


def test_a_speed_is_the_number_that_was_written() -> None:
    assert make_plan(job("retime", speed=0.7)).step == Fraction(7, 10)


def test_retime_of_a_clip_that_is_slow_already_goes_on_from_there() -> None:
    slow = job("retime", speed=0.5)
    clip = replace(slow.clip, speed=Fraction(1, 2), record_range=Span(0, 96))
    plan = make_plan(replace(slow, clip=clip))
    assert (plan.frames, plan.step) == (192, Fraction(1, 4))


@pytest.mark.parametrize(("side", "timecode"), [("tail", "01:00:02:00"), ("head", "00:59:59:00")])
def test_an_extension_has_the_timecode_of_its_side(side: str, timecode: str) -> None:
    assert make_plan(job("extend", side=side, frames=24)).start_timecode == timecode


def test_drop_frame_timecode_stays_so() -> None:
    asked = job(at=107893)
    clip = replace(
        asked.clip, rate=Fraction(30000, 1001), record_range=Span(107892, 48), drop_frame=True
    )
    assert make_plan(replace(asked, clip=clip)).start_timecode == "01:00:00;01"
    film = replace(asked.output, rate=Fraction(24))
    assert ";" not in make_plan(replace(asked, clip=clip, output=film)).start_timecode


def test_a_timecode_of_the_job_stands() -> None:
    asked = replace(job(), output=Output("/o", start_timecode="10:00:00:00"))
    assert make_plan(asked).start_timecode == "10:00:00:00"


def test_a_place_before_zero_has_the_first_timecode() -> None:
    early = job()
    early = replace(early, clip=replace(early.clip, record_range=Span(-20, 48)))
    assert make_plan(early).start_timecode == "00:00:00:00"


def test_only_a_draft_is_made_smaller() -> None:
    assert make_plan(job()).longest_side is None
    assert make_plan(replace(job(), quality="draft")).longest_side == DRAFT_SIDE
