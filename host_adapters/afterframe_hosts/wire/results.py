"""Where a result belongs on its timeline, and what it is called: the same in every host."""

from __future__ import annotations

import math
import re

from .clip import Clip
from .job import Job

_LONGEST_NAME = 80
_MOST_BYTES = 160
"""Characters, and bytes, of a result's file name without effect, version and suffix: what every
file system and path takes."""


def result_start(job: Job, frames: int) -> int:
    """Return the timeline frame where a job's result of ``frames`` frames, at its rate, belongs.

    A generated clip begins at the frame it was made from, an extension continues the clip at the
    side asked for, anything else stands where its clip does.
    """
    record = job.clip.record_range
    if job.effect == "generate":
        return record.start if job.at is None else job.at
    if job.effect != "extend":
        return record.start
    if job.parameters.get("side") != "head":
        return record.end
    return record.start - math.ceil(frames * job.clip.rate / (job.output.rate or job.clip.rate))


def result_name(clip: Clip, effect: str) -> str:
    """Return a result's file name without version and suffix: ``shot_010_generate``."""
    stem = re.sub(r"\.[A-Za-z0-9]{1,5}$", "", clip.name)
    stem = re.sub(r'[\x00-\x1f<>:"/\\|?*#\s]+', "_", stem).strip("._ ")
    stem = stem[:_LONGEST_NAME].encode()[:_MOST_BYTES].decode(errors="ignore")
    return f"{stem or 'clip'}_{effect}"
