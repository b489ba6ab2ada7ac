"""Subtitles of the stand-in: an SRT file goes into the pool, and its captions onto their track."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.fakes.resolve import projects, simulator
from tests.fakes.resolve.build import Build

CAPTIONS = """\ufeff1\r
00:00:01,000 --> 00:00:02,000\r
Hello\r
\r
2
00:00:02,500 --> 00:00:04,020
two
lines
"""


@pytest.fixture
def edit(tmp_path: Path) -> tuple[Any, Any, Any]:
    """An open timeline at 25 without subtitle tracks, its pool, and the clip of an SRT file."""
    world = simulator.start(Build.named("21.1"), folder=tmp_path)
    project = projects.make(world, "P")
    project.settings["timelineFrameRate"] = "25"
    pool = world.handle("Project", project.uid).GetMediaPool()
    path = tmp_path / "captions.srt"
    path.write_text(CAPTIONS, "utf-8", newline="")
    timeline = pool.CreateEmptyTimeline("Cut")
    return timeline, pool, pool.ImportMedia([str(path)])[0]


def spans(timeline: Any, track: int = 1) -> list[tuple[str, int, int]]:
    items = timeline.GetItemListInTrack("subtitle", track)
    return [(item.GetName(), item.GetStart() - 90000, item.GetEnd() - 90000) for item in items]


def test_a_file_of_captions_is_one_clip_of_its_own_type(edit: Any) -> None:
    clip = edit[2]
    assert (clip.GetName(), clip.GetClipProperty("Type")) == ("captions.srt", "Subtitle")
    assert clip.GetClipProperty("End TC") == "00:00:04:00"


def test_captions_stand_at_their_own_times_on_an_empty_track(edit: Any) -> None:
    timeline, pool, clip = edit
    assert timeline.AddTrack("subtitle")
    item = pool.AppendToTimeline([{"mediaPoolItem": clip}])[0]
    assert spans(timeline) == [("Hello", 25, 50), ("two\nlines", 62, 100)]
    assert item.GetTrackTypeAndIndex() == ["subtitle", 1]
    assert item.GetMediaPoolItem() is None
    assert item.GetTakesCount() is None
    assert timeline.GetItemListInTrack("video", 1) == []


def test_captions_follow_what_stands_on_the_first_track_though_another_is_empty(edit: Any) -> None:
    timeline, pool, clip = edit
    timeline.AddTrack("subtitle")
    timeline.AddTrack("subtitle")
    pool.AppendToTimeline([clip])
    pool.AppendToTimeline([clip])
    assert [start for _, start, _ in spans(timeline)] == [25, 62, 125, 162]
    assert spans(timeline, 2) == []


@pytest.mark.parametrize("place", [{"trackIndex": 2}, {"recordFrame": 90000}])
def test_captions_that_are_told_a_place_go_behind_everything(edit: Any, place: Any) -> None:
    timeline, pool, clip = edit
    timeline.AddTrack("subtitle")
    timeline.InsertTitleIntoTimeline("Text")
    pool.AppendToTimeline([{"mediaPoolItem": clip, **place}])
    assert [start for _, start, _ in spans(timeline)] == [150, 187]


def test_without_a_subtitle_track_a_handle_is_told_and_nothing_placed(edit: Any) -> None:
    timeline, pool, clip = edit
    items = pool.AppendToTimeline([clip])
    assert len(items) == 1
    assert items[0].GetStart() is None
    assert timeline.GetTrackCount("subtitle") == 0


def test_a_file_without_captions_is_not_imported(edit: Any, tmp_path: Path) -> None:
    path = tmp_path / "empty.srt"
    path.write_text("nothing", "utf-8")
    assert edit[1].ImportMedia([str(path)]) == []
