"""The stand-in's timelines answer as a real Resolve was measured to: rules S1 to S17, S22, S29."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from tests import makers
from tests.fakes.resolve import simulator, state
from tests.fakes.resolve.build import VERSIONS, Build
from tests.fakes.resolve.faults import Faults

from .resolve_edits import Edit

NTSC_24, NTSC_30, NTSC_60 = (Fraction(count * 1000, 1001) for count in (24, 30, 60))
HOUR = 86400
FRAMES = 48


def cut(folder: Path, version: str = "21.0", rate: str = "24", **faults: Any) -> Edit:
    """Return a Resolve with one empty timeline."""
    world = simulator.start(Build.named(version), Faults(**faults), folder / "resolve")
    edit = Edit(world, folder)
    assert edit.project.SetSetting("timelineFrameRate", rate)
    edit.timeline = edit.pool.CreateEmptyTimeline("cut")
    return edit


def named(folder: Path, **faults: Any) -> Edit:
    """Return a Resolve with one empty timeline in a project that can be saved."""
    world = simulator.start(faults=Faults(**faults), folder=folder / "resolve")
    assert world.handle("Resolve").GetProjectManager().CreateProject("Show")
    edit = Edit(world, folder)
    edit.timeline = edit.pool.CreateEmptyTimeline("cut")
    return edit


def film(edit: Edit, name: str = "a.mov", rate: Fraction = Fraction(24), **said: Any) -> Any:
    return edit.movie(name, **{"frames": FRAMES, "rate": rate, **said})


def info(clip: Any, start: int, end: int, record: int | None = None, **more: Any) -> dict[str, Any]:
    at = {} if record is None else {"recordFrame": record}
    return {"mediaPoolItem": clip, "startFrame": start, "endFrame": end, **at, **more}


def put(edit: Edit, clip: Any, start: int, end: int, record: int | None = None, **more: Any) -> Any:
    (item,) = edit.pool.AppendToTimeline([info(clip, start, end, record, **more)])
    return item


def kept(edit: Edit, item: Any) -> state.Item:
    tracks = (track for kind in edit.record.tracks.values() for track in kind)
    items = (each for track in tracks for each in track.items)
    return next(each for each in items if each.uid == item.GetUniqueId())


def spans(edit: Edit, kind: str = "video", track: int = 1) -> list[tuple[int, int]]:
    items = edit.timeline.GetItemListInTrack(kind, track)
    return [(item.GetStart(), item.GetEnd()) for item in items]


@pytest.fixture
def edit(tmp_path: Path) -> Edit:
    return cut(tmp_path)


@pytest.mark.parametrize(
    ("rate", "first"),
    [
        *(("24", 86400), ("23.976", 86400), ("25", 90000), ("29.97", 108000), ("30", 108000)),
        *(("59.94", 216000), ("60", 216000), ("29.97 DF", 107892), ("59.94 DF", 215784)),
    ],
)
def test_s1_frames_are_absolute(tmp_path: Path, rate: str, first: int) -> None:
    edit = cut(tmp_path, rate=rate)
    assert edit.timeline.GetStartFrame() == first
    assert edit.timeline.GetStartTimecode() == (
        "01:00:00;00" if rate.endswith("DF") else "01:00:00:00"
    )
    still = makers.numbered_still(tmp_path / "a.png", 1)
    (clip,) = edit.pool.ImportMedia([str(still)])
    item = put(edit, clip, 0, 10, first + 7)
    assert (item.GetStart(), item.GetEnd(), item.GetDuration()) == (first + 7, first + 17, 10)
    assert edit.timeline.GetEndFrame() == first + 17


def test_s1_what_stands_before_the_start_is_taken_and_reads_back(edit: Edit) -> None:
    item = put(edit, film(edit), 0, 24, 0)
    assert (item.GetStart(), item.GetEnd()) == (0, 24)
    assert edit.timeline.GetItemListInTrack("video", 1) == [item]
    assert edit.timeline.GetStartFrame() == HOUR


def test_s2_markers_and_marks_are_relative(edit: Edit) -> None:
    item = put(edit, film(edit), 0, 24, HOUR + 100)
    assert edit.timeline.AddMarker(0, "Green", "first", "", 1, "tag")
    assert list(edit.timeline.GetMarkers()) == [0]
    assert edit.timeline.AddMarker(0, "Red", "again", "", 1) is False
    assert edit.timeline.AddMarker(86400, "Red", "far behind the end", "", 1)
    assert edit.timeline.AddMarker(5, "Orange", "a clip's colour", "", 1) is False
    assert list(edit.timeline.GetMarkerByCustomData("tag")) == [0]
    assert edit.timeline.GetMarkerByCustomData("nothing") is None
    assert edit.timeline.UpdateMarkerCustomData(0, "other")
    assert edit.timeline.GetMarkerCustomData(0) == "other"
    assert edit.timeline.DeleteMarkersByColor("Red")
    assert edit.timeline.DeleteMarkerByCustomData("other")
    assert edit.timeline.DeleteMarkerAtFrame(0) is False
    assert item.AddMarker(3, "Blue", "in the item", "", 2)
    assert item.GetMarkers()[3]["duration"] == 2
    assert edit.timeline.SetMarkInOut(4, 19, "video")
    assert edit.timeline.GetMarkInOut() == {"video": {"in": 4, "out": 19}, "audio": {}}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("frames", [1, 2, 47])
def test_s3_the_end_frame_is_exclusive(tmp_path: Path, version: str, frames: int) -> None:
    edit = cut(tmp_path, version)
    assert put(edit, film(edit), 0, frames).GetDuration() == frames


def test_s3_the_other_answer_is_a_switch(tmp_path: Path) -> None:
    edit = cut(tmp_path, "19.1", end_frame_inclusive=True)
    assert put(edit, film(edit), 0, 10).GetDuration() == 11


@pytest.mark.parametrize("version", VERSIONS)
def test_s4_fractions_of_frames_are_refused_since_21(tmp_path: Path, version: str) -> None:
    edit = cut(tmp_path, version)
    clip = film(edit)
    both = [info(clip, 0, 4, HOUR), {**info(clip, 0, 4, HOUR + 10), "recordFrame": HOUR + 10.5}]
    answer = edit.pool.AppendToTimeline(both)
    if version.startswith("21"):
        assert answer is None
        assert spans(edit) == []
    else:
        assert len(answer) == 2
        assert spans(edit) == [(HOUR, HOUR + 4), (HOUR + 10, HOUR + 14)]


def test_s4_whole_numbers_in_floats_are_whole(edit: Edit) -> None:
    clip = film(edit)
    assert put(edit, clip, 0.0, 4.0, float(HOUR)).GetDuration() == 4  # type: ignore[arg-type]


def test_s5_the_earlier_item_wins(edit: Edit) -> None:
    clip = film(edit)
    first = put(edit, clip, 0, 24, HOUR)
    answer = edit.pool.AppendToTimeline([info(clip, 0, 24, HOUR + 23), info(clip, 0, 4, HOUR + 24)])
    assert [each is not None for each in answer] == [False, True]
    assert spans(edit) == [(HOUR, HOUR + 24), (HOUR + 24, HOUR + 28)]
    assert first.GetDuration() == 24


def test_s5_what_was_dropped_may_come_back_as_a_ghost(tmp_path: Path) -> None:
    edit = cut(tmp_path, ghosts=True)
    clip = film(edit)
    put(edit, clip, 0, 24, HOUR)
    ghost = put(edit, clip, 0, 24, HOUR + 10)
    assert ghost is not None
    assert [ghost.GetUniqueId(), ghost.GetStart(), ghost.GetDuration()] == [None, None, None]
    assert len(spans(edit)) == 1


def test_s6_refusals_have_four_forms(edit: Edit) -> None:
    clip = film(edit)
    assert edit.pool.AppendToTimeline([{"mediaPoolItem": None}]) == [None]
    assert edit.pool.AppendToTimeline([info(clip, 30, 30)]) == [None]
    assert edit.pool.AppendToTimeline([info(clip, 0, 4, HOUR, trackIndex=2)]) == []
    assert edit.timeline.SetTrackLock("video", 1, True)
    assert edit.pool.AppendToTimeline([info(clip, 0, 4, HOUR, trackIndex=1)]) == []
    assert edit.timeline.SetTrackLock("video", 1, False)
    assert edit.pool.DeleteTimelines([edit.timeline])
    assert edit.pool.AppendToTimeline([info(clip, 0, 4, HOUR)]) is None


@pytest.mark.parametrize("version", VERSIONS)
def test_the_number_of_a_sound_track_was_looked_for_among_pictures(
    tmp_path: Path, version: str
) -> None:
    edit = cut(tmp_path, version)
    clip = film(edit, sound=True)
    assert edit.timeline.AddTrack("audio", "stereo")
    answer = edit.pool.AppendToTimeline([info(clip, 0, 4, HOUR, trackIndex=2, mediaType=2)])
    assert len(answer) == (0 if version == "19.1" else 1)


def test_s7_what_a_failed_append_has_left_vanishes_at_the_save(tmp_path: Path) -> None:
    edit = named(tmp_path, vanishing=True)
    assert edit.pool.AppendToTimeline([info(film(edit), 0, 4, HOUR)]) is None
    assert spans(edit) == [(HOUR, HOUR + 4)]
    assert edit.resolve.GetProjectManager().SaveProject()
    assert spans(edit) == []


def test_s8_without_a_media_type_sound_comes_along_and_is_linked(edit: Edit) -> None:
    clip = film(edit, sound=True)
    item = put(edit, clip, 0, 12, HOUR)
    (heard,) = edit.timeline.GetItemListInTrack("audio", 1)
    assert item.GetTrackTypeAndIndex() == ["video", 1]
    assert item.GetLinkedItems() == [heard]
    assert heard.GetLinkedItems() == [item]
    put(edit, clip, 0, 12, HOUR + 20, mediaType=1)
    assert len(spans(edit, "audio")) == 1
    alone = put(edit, clip, 0, 12, HOUR + 40, mediaType=2)
    assert alone.GetTrackTypeAndIndex() == ["audio", 1]
    assert len(spans(edit)) == 2
    assert edit.timeline.SetClipsLinked([item, heard], False)
    assert item.GetLinkedItems() == []


@pytest.mark.parametrize(
    ("rate", "source", "frames"),
    [("23.976", Fraction(24), 47), ("23.976", NTSC_30, 38), ("30", Fraction(25), 57)],
)
def test_s9_ranges_are_source_frames_and_the_length_is_floored(
    tmp_path: Path, rate: str, source: Fraction, frames: int
) -> None:
    edit = cut(tmp_path, rate=rate)
    assert put(edit, film(edit, rate=source), 0, 48).GetDuration() == frames


def test_s10_the_left_offset_is_the_in_point_at_the_timelines_rate(tmp_path: Path) -> None:
    edit = cut(tmp_path, rate="25")
    same = put(edit, film(edit, rate=Fraction(25)), 6, 18)
    assert (same.GetLeftOffset(), same.GetSourceStartFrame()) == (6, 6)
    double = put(edit, film(edit, "b.mov", rate=Fraction(50)), 20, 40)
    assert (double.GetDuration(), double.GetLeftOffset()) == (10, 10)
    assert double.GetSourceStartFrame() == 20
    assert double.GetLeftOffset(True) == 10.0


def test_s10_a_retimed_item_shows_its_speed_in_its_span(edit: Edit) -> None:
    item = put(edit, film(edit), 24, 36)
    kept(edit, item).speed = 2.0
    assert (item.GetSourceStartFrame(), item.GetSourceEndFrame()) == (24, 48)
    assert (item.GetLeftOffset(), item.GetDuration()) == (12, 12)
    kept(edit, item).speed, kept(edit, item).source = -1.0, 35.0
    assert (item.GetSourceStartFrame(), item.GetSourceEndFrame()) == (35, 23)
    assert item.GetLeftOffset() == FRAMES - 36
    kept(edit, item).unmapped = True
    assert (item.GetSourceStartFrame(), item.GetSourceEndFrame()) == (0, 0)


def test_s10_the_source_start_may_be_one_too_low(tmp_path: Path) -> None:
    item_of = [put(e := cut(tmp_path / f"{low}", off_by_one=low), film(e), 6, 18) for low in (0, 1)]
    assert [item.GetSourceStartFrame() for item in item_of] == [6, 5]
    assert [item.GetLeftOffset() for item in item_of] == [6, 6]


@pytest.mark.parametrize("version", VERSIONS)
def test_the_right_offset_means_what_follows_since_20(tmp_path: Path, version: str) -> None:
    edit = cut(tmp_path, version)
    item = put(edit, film(edit), 6, 18)
    assert item.GetRightOffset() == (18 if version == "19.1" else FRAMES - 18)


def test_s11_the_source_end_is_exclusive_where_rates_match_and_inclusive_else(
    tmp_path: Path,
) -> None:
    edit = cut(tmp_path)
    same = put(edit, film(edit), 10, 20)
    other = put(edit, film(edit, "b.mov", rate=NTSC_30), 10, 41)
    assert same.GetSourceEndFrame() == 20
    assert other.GetSourceEndFrame() == 39


def test_s11_source_times_count_as_timecode_does(edit: Edit) -> None:
    clip = film(edit, timecode="01:00:00:00")
    item = put(edit, clip, 12, 24)
    assert item.GetSourceStartTime() == 3600.5
    assert item.GetSourceEndTime() == 3601.0
    assert item.GetSourceStartFrame() == 12


@pytest.mark.parametrize("page", ["media", "cut", "fusion", "color", "fairlight", "deliver"])
def test_s12_nothing_is_deleted_off_the_edit_page(edit: Edit, page: str) -> None:
    item = put(edit, film(edit), 0, 12)
    assert edit.resolve.OpenPage(page)
    assert edit.timeline.DeleteClips([item]) is False
    assert len(spans(edit)) == 1
    assert edit.resolve.OpenPage("edit")
    assert edit.timeline.DeleteClips([item])
    assert spans(edit) == []


def test_s12_linked_sound_stays_and_a_first_call_may_fail(edit: Edit) -> None:
    clip = film(edit, sound=True)
    first, second = put(edit, clip, 0, 12, HOUR), put(edit, clip, 0, 12, HOUR + 12)
    edit.world.faults.flaky["Timeline.DeleteClips"] = 1
    assert edit.timeline.DeleteClips([first], True) is False
    assert edit.timeline.DeleteClips([first], True)
    assert spans(edit) == [(HOUR, HOUR + 12)]
    assert second.GetStart() == HOUR
    assert len(spans(edit, "audio")) == 2
    edit.timeline.SetTrackLock("video", 1, True)
    assert edit.timeline.DeleteClips([second]) is False


def test_s13_what_resolve_makes_lands_on_the_first_track(edit: Edit) -> None:
    edit.timeline.AddTrack("video")
    made = edit.timeline.InsertGeneratorIntoTimeline("Solid Color")
    assert (made.GetTrackTypeAndIndex(), made.GetDuration()) == (["video", 1], 120)
    assert made.GetMediaPoolItem() is None
    comp = edit.timeline.InsertFusionCompositionIntoTimeline()
    for each in (made, comp):
        assert (each.GetSourceStartFrame(), each.GetLeftOffset()) == (None, None)
        assert (each.GetSourceEndTime(), each.GetTakesCount()) == (None, None)
    assert edit.timeline.InsertGeneratorIntoTimeline("No Such Thing") is None
    assert edit.timeline.SetTrackLock("video", 1, True)
    assert edit.timeline.InsertFusionTitleIntoTimeline("Text+") is None
    assert len(spans(edit, "video", 2)) == 0


def test_s13_an_insert_moves_what_follows_and_cuts_what_it_meets(edit: Edit) -> None:
    put(edit, film(edit), 0, 24, HOUR)
    assert edit.timeline.SetCurrentTimecode("01:00:00:12")
    title = edit.timeline.InsertFusionTitleIntoTimeline("Text+")
    assert title.GetFusionCompNameList() == ["Composition 1"]
    assert spans(edit) == [
        (HOUR, HOUR + 12),
        (HOUR + 12, HOUR + 132),
        (HOUR + 132, HOUR + 144),
    ]
    assert edit.timeline.GetItemListInTrack("video", 1)[2].GetLeftOffset() == 12


def test_s13_a_nested_timeline_goes_where_it_is_told(edit: Edit) -> None:
    edit.timeline.InsertFusionTitleIntoTimeline("Text+")
    inner = edit.timeline.GetMediaPoolItem()
    assert inner.GetClipProperty("Type") == "Timeline"
    outer = edit.timeline = edit.pool.CreateEmptyTimeline("outer")
    outer.AddTrack("video")
    item = put(edit, inner, 0, 48, HOUR + 5, trackIndex=2, mediaType=1)
    assert item.GetTrackTypeAndIndex() == ["video", 2]
    assert (item.GetStart(), item.GetDuration()) == (HOUR + 5, 48)
    assert item.GetMediaPoolItem().GetTimeline().GetName() == "cut"


def test_a_compound_clip_has_no_timeline_to_be_had(edit: Edit) -> None:
    items = [put(edit, film(edit), 0, 12, HOUR + 12 * number) for number in range(2)]
    made = edit.timeline.CreateCompoundClip(items, {"name": "both"})
    assert spans(edit) == [(HOUR, HOUR + 24)]
    assert made.GetMediaPoolItem().GetClipProperty("Type") == "Compound"
    assert made.GetMediaPoolItem().GetTimeline() is None
    assert edit.project.GetTimelineCount() == 1
    assert made.GetFusionCompCount() == 0


def test_s14_transitions_are_listed_and_have_nothing(tmp_path: Path) -> None:
    edit = cut(tmp_path, "21.1")
    first = put(edit, film(edit), 0, 24, HOUR)
    put(edit, film(edit), 24, 36, HOUR + 24)
    options = {"type": "Cross Dissolve", "category": "simple", "alignment": "center"}
    made = first.AddTransition({**options, "position": "end", "duration": 12})
    assert spans(edit) == [(HOUR, HOUR + 24), (HOUR + 18, HOUR + 30), (HOUR + 24, HOUR + 36)]
    assert made.GetProperty() == {}
    assert made.GetMediaPoolItem() is None
    assert made.GetType() == "transition"
    assert made.GetName() == "Cross Dissolve"
    assert edit.timeline.DeleteClips([made])
    assert len(spans(edit)) == 2


def test_s15_a_name_that_is_no_method_is_there_and_none(edit: Edit) -> None:
    item = put(edit, film(edit), 0, 12)
    for handle in (item, edit.timeline, edit.pool):
        assert hasattr(handle, "TotallyMadeUpName")
        assert handle.TotallyMadeUpName is None
        assert "TotallyMadeUpName" not in dir(handle)
    with pytest.raises(TypeError, match="'NoneType' object is not callable"):
        item.SetSpeed({})


@pytest.mark.parametrize("page", ["edit", "color", "media", "fusion"])
def test_s17_the_playhead_goes_nowhere_before_the_start(edit: Edit, page: str) -> None:
    put(edit, film(edit), 0, 24)
    edit.resolve.OpenPage(page)
    moves = page not in {"media", "fusion"}
    assert edit.timeline.SetCurrentTimecode("01:00:00:10") is moves
    assert edit.timeline.GetCurrentTimecode() == ("01:00:00:10" if moves else None)
    assert edit.timeline.SetCurrentTimecode("00:00:00:10") is False
    assert edit.timeline.SetCurrentTimecode("nonsense") is False
    assert edit.timeline.SetCurrentTimecode(str(HOUR + 5)) is moves


def test_the_current_item_is_the_topmost_that_is_shown(edit: Edit) -> None:
    edit.timeline.AddTrack("video")
    low = put(edit, film(edit), 0, 24, HOUR)
    high = put(edit, film(edit), 0, 12, HOUR, trackIndex=2)
    edit.timeline.SetCurrentTimecode("01:00:00:05")
    assert edit.timeline.GetCurrentVideoItem() == high
    edit.timeline.SetTrackEnable("video", 2, False)
    assert edit.timeline.GetCurrentVideoItem() == low
    low.SetClipEnabled(False)
    assert edit.timeline.GetCurrentVideoItem() is None


def test_s22_generators_say_true_and_keep_no_colour(edit: Edit) -> None:
    made = edit.timeline.InsertGeneratorIntoTimeline("Solid Color")
    item = put(edit, film(edit), 0, 12)
    assert made.SetClipColor("Teal")
    assert item.SetClipColor("Teal")
    assert (made.GetClipColor(), item.GetClipColor()) == ("", "Teal")
    assert item.SetClipColor("Cyan") is False
    assert item.GetMediaPoolItem().GetClipColor() == ""
    assert made.AddFlag("Red")
    assert item.AddFlag("Red")
    assert (made.GetFlagList(), item.GetFlagList()) == ([], ["Red"])
    assert item.ClearFlags("All")
    assert item.GetFlagList() == []


def test_s25_a_rate_is_a_number_to_read_and_text_to_write(edit: Edit) -> None:
    assert edit.timeline.GetSetting("timelineFrameRate") == 24.0
    assert edit.timeline.GetSetting("timelineResolutionWidth") == "1920"
    assert edit.timeline.GetSetting("noSuchSetting") is None
    assert edit.timeline.SetSetting("noSuchSetting", "1") is False
    assert edit.timeline.GetSetting()["timelineFrameRate"] == 24.0
    assert edit.timeline.GetSetting("") == edit.timeline.GetSetting()


def test_s26_a_timeline_has_settings_of_its_own_when_it_is_told_to(edit: Edit) -> None:
    timeline = edit.timeline
    assert timeline.SetSetting("timelineResolutionWidth", "1280") is False
    assert timeline.GetSetting("useCustomSettings") == "0"
    assert timeline.SetSetting("useCustomSettings", "1")
    assert timeline.SetSetting("timelineResolutionWidth", "1280")
    assert timeline.GetSetting("timelineResolutionWidth") == "1280"
    assert edit.project.GetSetting("timelineResolutionWidth") == "1920"
    assert timeline.SetSetting("timelineFrameRate", "29.97 DF")
    assert timeline.GetSetting("timelineFrameRate") == 29.97
    assert timeline.GetSetting("timelineDropFrameTimecode") == "1"
    assert timeline.GetStartFrame() == 107892
    put(edit, film(edit), 0, 12)
    assert timeline.SetSetting("timelineFrameRate", "25") is False
    assert timeline.SetSetting("timelinePlaybackFrameRate", "25") is False
    assert timeline.SetSetting("useCustomSettings", "0")
    assert timeline.GetSetting("timelineResolutionWidth") == "1920"


def test_s29_a_transition_needs_handles_and_all_four_keys(tmp_path: Path) -> None:
    edit = cut(tmp_path, "21.1")
    full = [put(edit, film(edit), 0, FRAMES, HOUR + FRAMES * number) for number in range(2)]
    options = {"type": "Cross Dissolve", "category": "simple", "alignment": "center"}
    assert full[0].AddTransition({**options, "position": "end"}) is None
    tail = put(edit, film(edit), 12, FRAMES, HOUR + 150)
    put(edit, film(edit), 12, 24, tail.GetEnd())
    assert tail.AddTransition({**options, "position": "end"}) is None
    spare = put(edit, film(edit), 12, 24, HOUR + 200)
    put(edit, film(edit), 12, 24, HOUR + 212)
    for key in ("type", "category", "alignment"):
        some = {name: options[name] for name in options if name != key}
        assert spare.AddTransition({**some, "position": "end"}) is None
    made = spare.AddTransition({**options, "position": "end", "duration": None})
    assert (made.GetStart(), made.GetDuration()) == (HOUR + 208, 8)
    before = put(edit, film(edit), 12, 24, HOUR + 250)
    put(edit, film(edit), 0, 12, HOUR + 262)
    assert before.AddTransition({**options, "position": "end"}) is None, "nothing before the next"
    made = before.AddTransition({**options, "position": "end", "alignment": "right"})
    assert made.GetStart() == HOUR + 262


def test_tracks_are_added_named_and_taken_away(edit: Edit) -> None:
    timeline = edit.timeline
    assert timeline.AddTrack("video")
    assert timeline.SetTrackName("video", 2, "Ours")
    assert timeline.AddTrack("video", {"index": 1})
    assert [timeline.GetTrackName("video", n) for n in (1, 2, 3)] == ["Video 1", "Video 2", "Ours"]
    assert timeline.AddTrack("audio", "5.1")
    assert timeline.GetTrackSubType("audio", 2) == "5.1"
    assert timeline.AddTrack("audio", "quadraphonic") is False
    assert timeline.AddTrack("picture") is False
    assert timeline.GetTrackName("video", 4) is None
    assert timeline.DeleteTrack("video", 3)
    assert timeline.DeleteTrack("video", 2)
    assert timeline.DeleteTrack("video", 1) is False
    assert timeline.GetTrackCount("video") == 1
    assert timeline.GetItemListInTrack("video", 9) == []


def test_a_start_that_moves_takes_every_item_along(edit: Edit) -> None:
    item = put(edit, film(edit), 0, 12, HOUR + 10)
    assert edit.timeline.SetStartTimecode("00:00:00:00")
    assert (edit.timeline.GetStartFrame(), item.GetStart()) == (0, 10)
    assert edit.timeline.GetStartTimecode() == "00:00:00:00"


def test_a_duplicate_is_open_from_then_on(edit: Edit) -> None:
    item = put(edit, film(edit), 0, 12)
    made = edit.timeline.DuplicateTimeline("second")
    assert edit.project.GetCurrentTimeline() == made
    (copied,) = made.GetItemListInTrack("video", 1)
    assert copied.GetUniqueId() != item.GetUniqueId()
    assert edit.timeline.DuplicateTimeline("second") is None
    assert edit.timeline.SetName("second") is False
    assert edit.timeline.SetName("first")
    assert edit.timeline.GetMediaPoolItem().GetName() == "first"


def test_properties_are_clipped_and_none_is_the_speed(edit: Edit) -> None:
    item = put(edit, film(edit), 0, 12)
    assert len(item.GetProperty()) == 26
    assert item.SetProperty("ZoomX", 1.25)
    assert item.GetProperty("ZoomX") == 1.25
    assert item.SetProperty("Opacity", 250)
    assert item.GetProperty("Opacity") == 100.0
    for key in ("Speed", "PlaybackSpeed", "RetimeSpeed", "Volume"):
        assert item.SetProperty(key, 50) is False
        assert item.GetProperty(key) is None
    assert item.SetProperty("ZoomX", "wide") is False
    assert item.SetProperty("CompositeMode", 99) is False


def test_since_21_1_properties_are_all_or_none_and_speed_is_told(tmp_path: Path) -> None:
    edit = cut(tmp_path, "21.1")
    item, next_one = put(edit, film(edit), 0, 12), put(edit, film(edit), 0, 12)
    assert len(item.GetProperties()) == 32
    assert item.SetProperties({"ZoomX": 2.0, "NoSuchKey": 1}) is False
    assert item.GetProperty("ZoomX") == 1.0
    assert item.SetProperties({"ZoomX": 2.0, "ZoomY": 2.0})
    assert item.GetSpeed()["Percentage"] == 100.0
    assert item.SetSpeed({"Percentage": 50.0})
    assert (item.GetDuration(), item.GetSourceEndFrame()) == (12, 6)
    assert item.SetSpeed({"Percentage": 25.0, "RippleTimeline": True})
    assert (item.GetDuration(), next_one.GetStart()) == (24, HOUR + 24)
    assert item.SetFades({"FadeIn": 6})
    assert item.GetFades() == {"FadeIn": 6.0, "FadeOut": 0.0}
    assert item.SetFades({"FadeAcross": 6}) is False
    assert [item.GetType(), next_one.GetType()] == ["video", "video"]


def test_nothing_that_a_script_gives_breaks_the_stand_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    edit = cut(tmp_path, "21.1")
    item = put(edit, film(edit, sound=True), 0, 12)
    odd = (None, "", -1, 1.5, [], {}, [None], {"a": []}, [{"mediaPoolItem": item}], item, "x" * 99)
    targets = (edit.pool, edit.timeline, item, item.GetMediaPoolItem(), edit.pool.GetRootFolder())
    calls = [(target, name) for target in targets for name in dir(target)]
    for number, (target, name) in enumerate(calls):
        given = [odd[(number * 7 + place * 3) % len(odd)] for place in range(number % 5)]
        edit.world.faults.modal = False
        getattr(target, name)(*given)


@pytest.mark.parametrize("version", VERSIONS)
def test_item_methods_came_with_their_versions(tmp_path: Path, version: str) -> None:
    edit = cut(tmp_path, version)
    item, newer = put(edit, film(edit), 0, 12), VERSIONS[version]
    for name, since in (
        *(("SetName", (20, 2)), ("GetVoiceIsolationState", (20, 1)), ("SetSpeed", (21, 1))),
        *(("AddTransition", (21, 1)), ("GetProperties", (21, 1)), ("GetType", (21, 1))),
    ):
        assert (name in dir(item)) == (newer >= since), name
    assert ("GetSelectedClips" in dir(edit.timeline)) == (newer >= (21, 0, 4))
    assert ("GetSettings" in dir(edit.timeline)) == (newer >= (21, 1))


def test_the_first_take_is_what_the_item_showed(edit: Edit) -> None:
    clip, other = film(edit), film(edit, "b.mov")
    item = put(edit, clip, 6, 18)
    assert (item.GetTakesCount(), item.GetSelectedTakeIndex()) == (0, 0)
    assert item.AddTake(other, 2, 20)
    assert item.GetTakesCount() == 2
    assert item.SelectTakeByIndex(2)
    assert item.GetMediaPoolItem() == other
    assert (item.GetSourceStartFrame(), item.GetDuration()) == (2, 12)
    assert item.SelectTakeByIndex(1)
    assert (item.GetMediaPoolItem(), item.GetSourceStartFrame()) == (clip, 6)
    assert item.GetTakeByIndex(2) == {"mediaPoolItem": other, "startFrame": 2, "endFrame": 20}
    assert item.SelectTakeByIndex(3) is False
    assert item.DeleteTakeByIndex(2)
    assert item.FinalizeTake()
    assert (item.GetTakesCount(), item.GetTakeByIndex(1)) == (0, None)


def test_versions_of_a_grade_are_added_on_the_color_page_alone(edit: Edit) -> None:
    item = put(edit, film(edit), 0, 12)
    assert item.GetVersionNameList(0) == ["Version 1"]
    assert item.GetCurrentVersion() == {"versionName": "Version 1", "versionType": 0}
    assert item.AddVersion("other", 0) is False
    edit.resolve.OpenPage("color")
    assert item.AddVersion("other", 0)
    assert item.GetCurrentVersion()["versionName"] == "other"
    assert item.DeleteVersionByName("other", 0) is False
    assert item.RenameVersionByName("other", "mine", 0)
    assert item.LoadVersionByName("Version 1", 0)
    assert item.DeleteVersionByName("mine", 0)
    assert item.GetVersionNameList(0) == ["Version 1"]


def test_what_is_between_a_clips_marks_is_appended_where_nobody_says_more(edit: Edit) -> None:
    clip = film(edit)
    assert clip.SetMarkInOut(6, 17)
    (item,) = edit.pool.AppendToTimeline([clip])
    assert (item.GetLeftOffset(), item.GetDuration()) == (6, 12)
    assert put(edit, clip, 0, 40).GetDuration() == 40


def test_what_has_no_place_goes_behind_the_last_of_its_track(edit: Edit) -> None:
    clip = film(edit)
    edit.timeline.AddTrack("video")
    put(edit, clip, 0, 20)
    assert put(edit, clip, 0, 8, trackIndex=2).GetStart() == HOUR
    assert put(edit, clip, 0, 8).GetStart() == HOUR + 20


def test_a_still_stands_five_seconds_or_as_long_as_is_said(tmp_path: Path) -> None:
    for boxed, frames in ((False, 30), (True, 120)):
        edit = cut(tmp_path / f"{boxed}", "21.1", boxed_stills=boxed)
        picture = makers.numbered_still(edit.folder / "a.png", 1)
        (clip,) = edit.pool.ImportMedia([str(picture)])
        assert put(edit, clip, 0, 30).GetDuration() == frames
        assert edit.world.faults.modal == boxed


def test_an_append_may_need_a_selected_clip_before_20_3_2(tmp_path: Path) -> None:
    for version, needs in (("19.1", False), ("20.3", True), ("21.0", False)):
        edit = cut(tmp_path / version, version, needs_selection=True)
        clip = film(edit)
        answer = edit.pool.AppendToTimeline([info(clip, 0, 4, HOUR)])
        assert (answer is None) == needs
        assert edit.pool.SetSelectedClip(clip)
        assert edit.pool.AppendToTimeline([info(clip, 0, 4, HOUR + 100)])
