"""Frames before a clip need room on its timeline: refused at the door, not after the work."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from afterframe.core.admission import admit
from afterframe.errors import BeforeTimeline
from afterframe_hosts.wire.clip import Clip, Media, Span
from afterframe_hosts.wire.job import Job, Output, new_id
from afterframe_models import registry

RATE = Fraction(25)
CLIP = Clip("shot_010", Media("movie", "/m/a.mov"), Span(0, 100), Span(130, 100), RATE)


def asked(clip: Clip, rate: Fraction | None = None, **parameters: object) -> Job:
    output = Output(folder="/m/out", rate=rate)
    job = Job(new_id(), "extend", clip, output, parameters={"side": "head", **parameters})
    return admit(job, registry.infos())


def test_frames_before_a_clip_are_refused_where_the_timeline_has_no_room_for_them() -> None:
    clip = replace(CLIP, earliest=100)
    with pytest.raises(BeforeTimeline) as told:
        asked(clip, frames=31)
    assert told.value.params == {"clip": "shot_010", "frames": 31, "room": 30}
    assert "timeline" in told.value.message()
    assert "editor" not in told.value.message()
    with pytest.raises(BeforeTimeline):
        asked(clip, seconds=1.3)
    with pytest.raises(BeforeTimeline):
        asked(replace(clip, earliest=130), frames=1)


def test_what_fits_is_taken_and_what_repeats_of_the_shot_needs_no_room() -> None:
    clip = replace(CLIP, earliest=100)
    assert asked(clip, frames=30, overlap=8).parameters["frames"] == 30
    assert asked(clip, frames=300, side="tail").parameters["frames"] == 300
    assert asked(CLIP, frames=300).parameters["frames"] == 300


def test_room_is_counted_at_the_timelines_rate() -> None:
    clip = replace(CLIP, earliest=100)
    assert asked(clip, Fraction(50), frames=60).parameters["frames"] == 60
    with pytest.raises(BeforeTimeline):
        asked(clip, Fraction(50), frames=61)
