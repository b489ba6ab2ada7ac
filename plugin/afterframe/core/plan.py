"""From a job to what has to be made: how many frames, at which rate, from where. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from afterframe.core.clips import media_frame
from afterframe.core.layout import Layout
from afterframe.core.timecode import can_drop, frames_for, rescale, timecode
from afterframe_hosts.wire.clip import Clip
from afterframe_hosts.wire.gaps import bridged, gap_between
from afterframe_hosts.wire.job import Job
from afterframe_hosts.wire.results import result_start

DRAFT_SIDE = 640
"""Longest side of a draft in pixels: small enough for a few seconds on two cores."""


@dataclass(frozen=True)
class Plan:
    """What a job comes to.

    Attributes:
        at: frame of the clip under the playhead, counted in media frames from the clip's first
            shown one as 0.
        frames: of the result; before its layout is known, those that were asked for.
        rate: frames a second of what is made.
        step: frames of the clip's medium for each frame of the result.
        seed: 0 to 2**31 - 1.
        start: timeline frame (at the clip's rate) where the result belongs.
        start_timecode: of the result's first frame.
        longest_side: the result is scaled down to this, in pixels; None: it keeps its size.
    """

    at: int
    frames: int
    rate: Fraction
    step: Fraction
    seed: int
    start: int
    start_timecode: str
    longest_side: int | None


def make_plan(job: Job) -> Plan:
    """Return what an admitted job (parameters resolved, playhead on the clip) comes to."""
    job = bridged(job)
    clip, values = job.clip, job.parameters
    rate = job.output.rate or clip.rate
    at = job.at if job.at is not None else clip.record_range.start
    plan = Plan(
        at=_shown(job, at),
        frames=_frames(job, rate),
        rate=rate,
        step=step_of(clip, rate) * _decimal(values.get("speed", 1)),
        seed=int(values.get("seed") or 0),
        start=0,
        start_timecode="",
        longest_side=DRAFT_SIDE if job.quality == "draft" else None,
    )
    return laid_out(plan, job, Layout(made=plan.frames))


def laid_out(plan: Plan, job: Job, layout: Layout) -> Plan:
    """Return the plan of a result that is made up like this: its length, place and timecode."""
    rate, clip = plan.rate, job.clip
    start = result_start(job, layout.frames - sum(layout.handles))
    first = max(0, rescale(start, clip.rate, rate) - layout.handles[0])
    return replace(
        plan,
        frames=layout.frames,
        start=start,
        start_timecode=job.output.start_timecode
        or timecode(first, rate, clip.drop_frame and can_drop(rate)),
    )


def step_of(clip: Clip, rate: Fraction) -> Fraction:
    """Return how many frames of its medium a clip passes for each of a result of this rate."""
    return abs(clip.speed) * clip.rate / rate


def _shown(job: Job, at: int) -> int:
    clip = job.clip
    frame = media_frame(clip, at)
    if clip.speed < 0:
        return clip.media_range.end - 1 - frame
    return frame - clip.media_range.start


def _frames(job: Job, rate: Fraction) -> int:
    values = job.parameters
    if values.get("frames"):
        return int(values["frames"])
    if job.after is not None:
        return frames_for(gap_between(job.clip, job.after) / job.clip.rate, rate)
    if "seconds" in values:
        return frames_for(_decimal(values["seconds"]), rate)
    seconds = job.clip.record_range.duration / job.clip.rate
    return frames_for(seconds / _decimal(values.get("speed", 1)), rate)


def _decimal(value: float) -> Fraction:
    """Return the number that the user wrote: 0.7 is 7/10, not the float nearest to it."""
    return Fraction(value).limit_denominator(1_000_000)
