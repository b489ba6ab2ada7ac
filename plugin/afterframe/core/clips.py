"""Clip maths: which picture of the medium stands at which frame of the timeline. Pure."""

from __future__ import annotations

import math

from afterframe_hosts.wire.clip import Clip
from afterframe_hosts.wire.errors import PlayheadOutside


def media_frame(clip: Clip, at: int) -> int:
    """Return the frame of the medium, from 0, that the clip shows at timeline frame ``at``.

    A host may round the range of a retimed clip shorter than its speed reaches; its last frame
    then stands. A still has one frame for all times.

    Raises:
        PlayheadOutside: the clip does not stand there.
    """
    record, used = clip.record_range, clip.media_range
    if at not in record:
        raise PlayheadOutside(
            frame=at, first=record.start, last=record.end - 1, clip=clip.name or clip.media.path
        )
    if clip.media.kind == "still":
        return used.start
    passed = math.floor(clip.phase + (at - record.start) * abs(clip.speed))
    passed = min(passed, used.duration - 1)
    return used.start + passed if clip.speed > 0 else used.end - 1 - passed
