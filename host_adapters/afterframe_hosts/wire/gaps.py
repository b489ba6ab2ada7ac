"""The gap between two clips, and how much of the clips a bridge covers: the same in every host.

A bridge that is longer than its gap, as over a cut inside one take, covers the last frames of the
clip before it and the first of the clip after it, half each; what it covers it does not show.
"""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction

from .clip import Clip, Span
from .errors import BadValue
from .job import Job

CUT_FRAMES = 12
"""Timeline frames that a bridge over a cut covers where nobody says how many: half a second at 24
frames a second, as editors set a morph cut."""


def gap_between(before: Clip, after: Clip) -> int:
    """Return the frames of the timeline, at the first clip's rate, between two clips.

    Raises:
        BadValue: the second does not follow the first.
    """
    begins = at_rate(after, before.rate).record_range.start
    gap = begins - before.record_range.end
    if gap < 0:
        allowed = f"a clip that begins at frame {before.record_range.end} or later"
        raise BadValue(field="after", value=f"a clip that begins at {begins}", allowed=allowed)
    return gap


def bridged(job: Job) -> Job:
    """Return the job with its clips as a bridge leaves them: shorter by what it covers.

    Any other job is returned as it is, and so is one whose bridge only fills its gap.

    Raises:
        BadValue: the clips do not follow each other, or the bridge does not fit between them: it
            has to fill the gap, and to leave a frame of each clip.
    """
    if job.after is None:
        return job
    after = at_rate(job.after, job.clip.rate)
    gap = gap_between(job.clip, after)
    spare = job.clip.record_range.duration - 1, after.record_range.duration - 1
    surplus = _length(job, gap, sum(spare)) - gap
    tail = min(surplus // 2, spare[0])
    head = min(surplus - tail, spare[1])
    tail = surplus - head
    return replace(job, clip=_shorter(job.clip, 0, tail), after=_shorter(after, head, 0))


def following(before: Clip, after: Clip, gap: int) -> Clip:
    """Return a clip that follows another on its timeline, so many frames after its end."""
    clip = at_rate(after, before.rate)
    begins = before.record_range.end + gap
    return replace(clip, record_range=Span(begins, clip.record_range.duration))


def at_rate(clip: Clip, rate: Fraction) -> Clip:
    """Return a clip as it stands on a timeline of another rate, as long as it was."""
    if clip.rate == rate:
        return clip
    record, times = clip.record_range, rate / clip.rate
    start = math.floor(record.start * times + Fraction(1, 2))
    duration = max(1, math.floor(record.duration * times))
    return replace(clip, rate=rate, record_range=Span(start, duration), speed=clip.speed / times)


def _length(job: Job, gap: int, spare: int) -> int:
    """Return the timeline frames that a bridge stands for."""
    rate = job.output.rate or job.clip.rate
    frames = job.parameters.get("frames")
    length = math.ceil(frames * job.clip.rate / rate) if frames else gap or min(CUT_FRAMES, spare)
    if not max(1, gap) <= length <= gap + spare:
        least = math.floor(max(0, gap - 1) * rate / job.clip.rate) + 1
        most = math.floor((gap + spare) * rate / job.clip.rate)
        allowed = f"{least} to {most} frames between these clips"
        if most < least:
            allowed = "a gap between the clips, or clips of more than one frame"
        raise BadValue(field="frames", value=str(frames), allowed=allowed)
    return length


def _shorter(clip: Clip, head: int, tail: int) -> Clip:
    """Return a clip without some of the timeline frames at its ends."""
    if not (head or tail):
        return clip
    record = clip.record_range
    shown = Span(record.start + head, record.duration - head - tail)
    if clip.media.kind == "still":
        return replace(clip, record_range=shown)
    used, step = clip.media_range, abs(clip.speed)
    begun = clip.phase + head * step
    first = min(math.floor(begun), used.duration - 1)
    end = used.duration
    if tail:
        end = min(end, math.floor(begun + (shown.duration - 1) * step) + 1)
    start = used.start + first if clip.speed > 0 else used.end - end
    return replace(
        clip,
        record_range=shown,
        media_range=Span(start, max(1, end - first)),
        phase=begun - math.floor(begun),
    )
