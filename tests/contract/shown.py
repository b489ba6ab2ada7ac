"""What a timeline shows, read through the real media layer; and results to put on it."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

from afterframe.core.clips import media_frame
from afterframe.media.source import open_media
from afterframe_hosts.base import Query
from afterframe_hosts.interchange.adapter import InterchangeHost
from afterframe_hosts.wire.clip import Clip
from afterframe_hosts.wire.job import Job, JobStatus, Output, Result, new_id
from tests.makers import numbered_movie, numbered_sequence, read_number

ALL = Query("all")
SIZE = (96, 64)


def numbers(clip: Clip) -> list[int]:
    """The number in the picture under each timeline frame of a clip."""
    record = clip.record_range
    medium = open_media(clip.media)
    try:
        frames = [media_frame(clip, frame) for frame in range(record.start, record.end)]
        return [read_number(medium.read(frame).planes[0]) for frame in frames]
    finally:
        medium.close()


def standing(host: InterchangeHost) -> list[tuple[str, int, list[int]]]:
    """Each clip's name, its first frame from the timeline's start, and the pictures it shows."""
    found = host.clips(ALL)
    return [(each.name, each.record_range.start - host.start, numbers(each)) for each in found]


def result(
    clip: Clip,
    at: int,
    name: str,
    frames: int = 12,
    rate: Fraction | None = None,
    effect: str = "generate",
) -> JobStatus:
    """A finished job on ``clip`` whose pictures say 1000, 1001 ..., or 0, 1 ... in a sequence."""
    folder = Path(clip.document).parent / "Afterframe"
    folder.mkdir(exist_ok=True)
    path, first = str(folder / name), 0
    if "#" in name:
        stem = name.partition(".")[0]
        path, first = numbered_sequence(folder, frames, 7, SIZE, "png", stem), 7
    else:
        numbered_movie(folder / name, frames, rate or clip.rate, SIZE, first=1000)
    made = Result(path, str(folder / "r.json"), frames, rate or clip.rate, SIZE, first=first)
    job = Job(new_id(), effect, clip, Output(folder=str(folder)), at=at)
    return JobStatus(job, "done", 0.0, 0.0, result=made)


def without(text: str, is_ours: Callable[[ET.Element], bool]) -> str:
    """A document in canonical form, without the elements that are ours."""
    root = ET.fromstring(text)
    for parent in list(root.iter()):
        for child in list(parent):
            if is_ours(child):
                parent.remove(child)
    return ET.canonicalize(ET.tostring(root, encoding="unicode"), strip_text=True)
