"""Where a result belongs on its timeline, and what it is called: the same in every host."""

from __future__ import annotations

import math
import re

from .clip import Clip
from .gaps import bridged
from .job import Job

_LONGEST_NAME = 80
_MOST_BYTES = 160
"""Characters, and bytes, of a result's file name without effect, version and suffix: what every
file system and path takes."""


def overlap_of(job: Job) -> int:
    """Return the frames of the shot, at the result's rate, that a result repeats at each joint.

    As many as were asked for, but at most half of each shot: what is made needs the rest to go on.
    """
    job = bridged(job)
    rate = job.output.rate or job.clip.rate
    shots = [clip for clip in (job.clip, job.after) if clip is not None]
    shown = [math.floor(clip.record_range.duration * rate / clip.rate) for clip in shots]
    return max(0, min(int(job.parameters.get("overlap") or 0), *(each // 2 for each in shown)))


def result_start(job: Job, frames: int) -> int:
    """Return the timeline frame where a job's result of ``frames`` frames, at its rate, belongs.

    A generated clip begins at the frame it was made from, an extension continues the clip at the
    side asked for, a bridge follows what it leaves of the clip before its gap, and both reach
    over the shot by their overlap; anything else stands where its clip does.

    Args:
        job: whose result it is.
        frames: that stand on the timeline: see ``Result.shown``.
    """
    job = bridged(job)
    record, rate = job.clip.record_range, job.output.rate or job.clip.rate
    if job.effect == "generate":
        return record.start if job.at is None else job.at
    if job.effect not in {"extend", "bridge"}:
        return record.start
    overlap = overlap_of(job)
    if job.parameters.get("side") != "head":
        return record.end - math.ceil(overlap * job.clip.rate / rate)
    return record.start - math.ceil((frames - overlap) * job.clip.rate / rate)


def result_name(clip: Clip, effect: str) -> str:
    """Return a result's file name without version and suffix: ``shot_010_generate``."""
    stem = re.sub(r"\.[A-Za-z0-9]{1,5}$", "", clip.name)
    # Resolve names numbered pictures so, and takes a movie of such a name for more of them.
    stem = re.sub(r"\[\d+-\d+\]", "", stem)
    stem = re.sub(r'[\x00-\x1f<>:"/\\|?*#\s]+', "_", stem).strip("._ ")
    stem = stem[:_LONGEST_NAME].encode()[:_MOST_BYTES].decode(errors="ignore")
    return f"{stem or 'clip'}_{effect}"
