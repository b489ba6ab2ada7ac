"""Where a result belongs on its timeline, and what it is called: the same in every host."""

from __future__ import annotations

import re

from .clip import Clip
from .job import Job

_LONGEST_NAME = 80
"""Of a result's file name without version and suffix: what every file system and path takes."""


def result_start(job: Job, frames: int) -> int:
    """Return the timeline frame at which a job's result of ``frames`` frames belongs.

    A generated clip begins at the frame it was made from, an extension continues the clip at the
    side asked for, anything else stands where its clip does.
    """
    record = job.clip.record_range
    if job.effect == "generate":
        return record.start if job.at is None else job.at
    if job.effect != "extend":
        return record.start
    return record.start - frames if job.parameters.get("side") == "head" else record.end


def result_name(clip: Clip, effect: str) -> str:
    """Return a result's file name without version and suffix: ``shot_010_generate``."""
    stem = re.sub(r"\.[A-Za-z0-9]{1,5}$", "", clip.name)
    stem = re.sub(r'[\x00-\x1f<>:"/\\|?*\s]+', "_", stem).strip("._ ")
    return f"{stem[:_LONGEST_NAME] or 'clip'}_{effect}"
