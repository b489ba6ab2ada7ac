"""The memory of a worker does not grow with a clip's length. See ``tests.bench.memory``."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from afterframe.core.admission import admit
from afterframe.media.clip import media_clip
from afterframe_hosts.wire.clip import Span
from afterframe_hosts.wire.job import Job, Output, new_id
from afterframe_models import registry
from tests.bench.memory import worker_peak
from tests.makers import numbered_movie

SHORT, LONG = 90, 290
"""Frames; what is kept of the source is full after 70."""
SLACK = 20.0
"""MB by which two runs of the same job differ; a picture kept of each frame would be 276."""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="peaks are read from /proc")
@pytest.mark.parametrize("speed", [1.0, 0.8])
def test_a_longer_clip_takes_no_more_memory(tmp_path: Path, speed: float) -> None:
    whole = media_clip(numbered_movie(tmp_path / "m.mp4", frames=LONG, size=(1280, 720)))
    peaks = []
    for frames in (SHORT, LONG):
        span = Span(0, frames)
        job = Job(
            id=new_id(),
            effect="retime",
            clip=replace(whole, media_range=span, record_range=span),
            output=Output(folder=str(tmp_path / "out"), format="dnxhr_sq"),
            parameters={"speed": speed, "interpolation": "blend"},
        )
        peaks.append(worker_peak(admit(job, registry.infos()), tmp_path / job.id))
    assert peaks[1] - peaks[0] < SLACK
