"""Timelines of Resolve are read to the frame, or known not to be: in every version and rate."""

from __future__ import annotations

import random
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from afterframe.core.clips import media_frame
from afterframe_hosts.base import Query
from afterframe_hosts.resolve import timeline
from afterframe_hosts.resolve.adapter import ResolveHost
from afterframe_hosts.resolve.calls import root
from afterframe_hosts.wire.clip import Clip, Span
from afterframe_hosts.wire.errors import (
    AfterframeError,
    BadValue,
    HostUnable,
    HostUnreachable,
    ItemGone,
    ItemNotFound,
    MediaMissing,
    NothingSelected,
    NoTimeline,
    PlayheadOutside,
    UnsupportedItem,
)
from tests.fakes.direct import Direct
from tests.fakes.resolve.build import VERSIONS, Build
from tests.fakes.resolve.edits import Edit
from tests.fakes.resolve.faults import Faults
from tests.fakes.resolve.picture import source_frame
from tests.fakes.resolve.state import Item, Marker, Track

NTSC_24, NTSC_30, NTSC_60 = (Fraction(count * 1000, 1001) for count in (24, 30, 60))
ALL = Query("all")
COUNTS = [
    *(
        (rate, start)
        for rate in (NTSC_24, 25, NTSC_30, 60)
        for start in ("00:00:00:00", "01:00:00:00")
    ),
    *((rate, start) for rate in (NTSC_30, NTSC_60) for start in ("00:00:00;00", "01:00:00;00")),
]
HOURS = {
    (NTSC_24, "01:00:00:00"): 86400,
    (25, "01:00:00:00"): 90000,
    (NTSC_30, "01:00:00:00"): 108000,
    (NTSC_30, "01:00:00;00"): 107892,
    (NTSC_60, "01:00:00;00"): 215784,
    (60, "01:00:00:00"): 216000,
}
"""First frames at one hour, as measured (S1) and as others assert them."""


def hosted(edit: Edit) -> ResolveHost:
    return ResolveHost(root(Direct(), edit.resolve))


def only(host: ResolveHost) -> Clip:
    (clip,) = host.clips(ALL)
    return clip


def why_inexact(edit: Edit, item: Item) -> str:
    host = hosted(edit)
    found = timeline.find_item(host.resolve, f"{edit.timeline.uid}/{item.uid}")
    return timeline.why_inexact(*found)


def is_exact(edit: Edit, item: Item) -> bool:
    resolve = root(Direct(), edit.resolve)
    return timeline.is_exact(*timeline.find_item(resolve, f"{edit.timeline.uid}/{item.uid}"))


@pytest.fixture
def edit(tmp_path: Path) -> Edit:
    return Edit(tmp_path, Fraction(25))


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(("rate", "begins"), COUNTS)
def test_every_frame_is_where_it_stands(
    tmp_path: Path, version: str, rate: Fraction, begins: str
) -> None:
    """Movies and sequences: the medium's frame at each timeline frame is what Resolve shows."""
    edit = Edit(tmp_path, Fraction(rate), begins, Build.named(version))
    start = edit.timeline.start
    assert start == HOURS.get((rate, begins), 0)
    movie = edit.movie("one.mov", 40000, start=start + 17)
    items = [
        edit.put(movie, 0, 20, 5),
        edit.put(movie, 20, 1, 0),
        edit.put(movie, 1799, 3, 39997),
        edit.put(edit.pictures("plate.####.png", 1001, 24), 18000, 10, 3),
    ]
    host = hosted(edit)
    assert (host.rate, host.start) == (rate, start)
    clips = host.clips(ALL)
    assert len(clips) == len(items)
    for item, clip in zip(items, clips, strict=True):
        assert clip.record_range == Span(item.start, item.duration)
        assert clip.media_range == Span(int(item.source), item.duration)
        assert (clip.speed, clip.phase, clip.rate) == (Fraction(1), Fraction(0), rate)
        assert (clip.earliest, clip.drop_frame) == (start, ";" in begins)
        assert is_exact(edit, item)
        for frame in range(item.start, item.end):
            shown = source_frame(edit.project, edit.timeline, item, frame)
            assert media_frame(clip, frame) == shown
            edit.timeline.playhead = frame
            assert host.playhead() == frame


@pytest.mark.parametrize("version", VERSIONS)
def test_what_is_taken_for_exact_is_what_resolve_shows(tmp_path: Path, version: str) -> None:
    """Speeds near 100 % and far from it, other rates, short and long: a wrong frame never."""
    dice = random.Random(version)
    rates = [Fraction(24), NTSC_24, Fraction(25), NTSC_30, Fraction(30), Fraction(50), Fraction(60)]
    edit = Edit(tmp_path, dice.choice(rates), build=Build.named(version))
    media = [edit.movie(f"{number}.mov", 5000, rate) for number, rate in enumerate(rates)]
    own = media[rates.index(edit.rate)]
    sure = 0
    for number in range(150):
        speed = dice.choice(
            (1, 1, 1, 1, 1, 1, 1.0005, 0.9999, 0.99, 1.01, 0.5, 2, -1, 1.05, 0.95, 4, 0.04)
        )
        clip = dice.choice((own, own, dice.choice(media)))
        source = dice.choice((0, 1, 7, 20, 21, 1000, 1001, 2000))
        length = dice.choice((1, 2, 3, 10, 20, 24, 100, 101))
        edit.world.faults.off_by_one = dice.random() < 0.3
        item = edit.put(clip, 200 * number, length, source, speed=speed)
        if not is_exact(edit, item):
            # Played as it was shot and at the timeline's rate, it must not be rendered in vain.
            plain = speed == 1 and Fraction(clip.medium.rate) == edit.rate  # type: ignore[union-attr]
            assert not plain or edit.world.faults.off_by_one
            continue
        sure += 1
        read = timeline.read_clip(
            *timeline.find_item(root(Direct(), edit.resolve), f"{edit.timeline.uid}/{item.uid}")
        )
        for frame in range(item.start, item.end):
            shown = source_frame(edit.project, edit.timeline, item, frame)
            assert media_frame(read, frame) == shown, (item, frame)
    assert sure > 15


@pytest.mark.parametrize("version", VERSIONS)
def test_what_resolve_has_to_render_is_known(tmp_path: Path, version: str) -> None:
    edit = Edit(tmp_path, Fraction(25), build=Build.named(version))
    movie = edit.movie("one.mov", 500)
    items = [
        edit.put(movie, 0, 50, 10, speed=2.0),
        edit.put(movie, 50, 50, 10, speed=0.5),
        edit.put(movie, 100, 50, 99, speed=-1.0),
        edit.put(edit.movie("50.mov", 500, Fraction(50)), 150, 50, 21),
        edit.put(edit.movie("24.mov", 500, NTSC_24), 200, 50, 21),
        edit.put(edit.pictures("plate.####.exr", 1, 60, Fraction(24)), 250, 50),
        edit.put(edit.nest("inner", 80), 300, 50, kind="compound"),
        edit.put(movie, 350, 50, 10, unmapped=True),
        edit.put(movie, 400, 50, 480),
    ]
    clips = hosted(edit).clips(ALL)
    assert [clip.record_range for clip in clips] == [Span(i.start, i.duration) for i in items]
    assert not any(is_exact(edit, item) for item in items)
    assert [clip.speed for clip in clips[:3]] == [2, Fraction(1, 2), -1]
    assert [clip.media_range.start for clip in clips[:5]] == [10, 10, 50, 21, 21]
    assert clips[3].media_range == Span(21, 99)
    assert [clip.speed for clip in clips[3:5]] == [2, NTSC_24 / 25]


@pytest.mark.parametrize("version", VERSIONS)
def test_why_resolve_has_to_render_is_told_where_it_is_known(tmp_path: Path, version: str) -> None:
    edit = Edit(tmp_path, Fraction(25), build=Build.named(version))
    movie = edit.movie("one.mov", 500)
    whys = {
        "retimed": edit.put(movie, 0, 50, 10, speed=2.0),
        "rate": edit.put(edit.movie("24.mov", 500, NTSC_24), 200, 50, 21),
        "nested": edit.put(edit.nest("inner", 80), 300, 50, kind="compound"),
        "": edit.put(movie, 350, 50, 10, unmapped=True),
        "made": edit.put(None, 450, 50, kind="title"),
    }
    assert {why: why_inexact(edit, item) for why, item in whys.items()} == {w: w for w in whys}


def test_a_range_that_resolve_does_not_tell_is_rendered(edit: Edit) -> None:
    item = edit.put(edit.movie("one.mov", 500), 0, 50, 10)
    assert is_exact(edit, item)
    for call in ("GetSourceStartFrame", "GetSourceEndFrame", "GetLeftOffset"):
        edit.world.faults.refusing = {f"TimelineItem.{call}"}
        assert not is_exact(edit, item)
        assert only(hosted(edit)).record_range == Span(item.start, 50)


def test_a_still_stands_as_long_as_its_clip(edit: Edit) -> None:
    (edit.folder / "photo.jpg").touch()
    item = edit.put(edit.movie("photo.jpg", 1), 0, 100)
    clip = only(hosted(edit))
    assert (clip.media.kind, clip.media_range, clip.record_range.duration) == (
        "still",
        Span(0, 1),
        100,
    )
    assert is_exact(edit, item)


def test_pictures_are_counted_by_their_numbers(edit: Edit) -> None:
    edit.put(edit.pictures("plate.####.png", 1001, 24), 0, 10, 3)
    clip = only(hosted(edit))
    assert clip.media.path == str(edit.folder / "plate.####.png")
    assert (clip.media.first, clip.media.rate, clip.media_range) == (1001, None, Span(3, 10))


def test_a_medium_of_windows_is_found_in_its_own_words(edit: Edit) -> None:
    clip = edit.movie("one.mov", 50)
    assert clip.medium is not None
    clip.medium.path = "D:\\shots\\plate.[0001-0050].exr"
    edit.put(clip, 0, 20)
    media = only(hosted(edit)).media
    assert (media.kind, media.path, media.first) == ("sequence", "D:\\shots\\plate.####.exr", 1)


@pytest.mark.parametrize("name", ["one.mov", "plate.####.png"])
def test_a_missing_medium_is_told_and_its_clip_not_lost(edit: Edit, name: str) -> None:
    made = edit.pictures(name, 1001, 24) if "#" in name else edit.movie(name, 500)
    item = edit.put(made, 0, 20, 3)
    file = edit.folder / name.replace("####", "1004")
    file.unlink()
    host = hosted(edit)
    assert [clip.record_range for clip in host.clips(ALL)] == [Span(item.start, 20)]
    (problem,) = host.problems(ALL)
    assert isinstance(problem, MediaMissing)
    assert problem.params == {"path": str(file)}
    with pytest.raises(MediaMissing):
        host.clip_at(item.start)
    file.touch()
    assert host.problems(ALL) == ()


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("edition", ["free", "studio"])
def test_words_of_another_language_change_nothing(
    tmp_path: Path, language: Any, edition: Any
) -> None:
    build = Build(edition=edition, language=language)
    edit = Edit(tmp_path, NTSC_30, "01:00:00;00", build)
    items = [
        edit.put(edit.movie("one.mov", 500), 0, 20, 5),
        edit.put(edit.pictures("p.####.png", 7, 30), 20, 20, 5),
        edit.put(edit.nest("inner", 80), 40, 20, kind="compound"),
    ]
    edit.put(None, 60, 20, kind="title", name="タイトル")
    clips = hosted(edit).clips(ALL)
    assert [clip.media.kind for clip in clips] == ["movie", "sequence", "still"]
    assert [is_exact(edit, item) for item in items] == [True, True, False]


def test_a_timeline_of_another_rate_than_its_project_is_read_at_its_own(tmp_path: Path) -> None:
    edit = Edit(tmp_path, Fraction(25))
    edit.timeline.settings = {
        "useCustomSettings": "1",
        "timelineFrameRate": "50",
        "timelineResolutionWidth": "640",
        "timelineResolutionHeight": "360",
    }
    edit.timeline.start = edit.timeline.playhead = 180000
    item = edit.put(edit.movie("one.mov", 500, Fraction(50)), 0, 20, 5)
    clip = only(hosted(edit))
    assert clip.rate == 50
    assert (clip.size, clip.media_range) == ((640, 360), Span(5, 20))
    assert is_exact(edit, item)


def test_what_is_disabled_is_left_alone(edit: Edit) -> None:
    movie = edit.movie("one.mov", 500)
    edit.put(movie, 0, 20, enabled=False)
    edit.put(movie, 0, 20, track=2)
    seen = edit.put(movie, 30, 20)
    edit.timeline.tracks["video"][1].enabled = False
    host = hosted(edit)
    assert [clip.record_range.start for clip in host.clips(ALL)] == [seen.start]
    with pytest.raises(ItemNotFound):
        host.clip_at(edit.timeline.start + 5)


def test_no_answer_is_not_taken_for_no(edit: Edit) -> None:
    """None from a handle that is asked whether a track is on hides no clip."""
    edit.put(edit.movie("one.mov", 500), 0, 20)
    edit.world.faults.refusing = {"Timeline.GetIsTrackEnabled", "TimelineItem.GetClipEnabled"}
    assert only(hosted(edit)).record_range.duration == 20


def test_items_that_tell_nothing_are_no_empty_timeline(edit: Edit) -> None:
    edit.put(edit.movie("one.mov", 500), 0, 20)
    host = hosted(edit)
    edit.world.faults.refusing = {"TimelineItem.GetDuration", "TimelineItem.GetEnd"}
    with pytest.raises(HostUnreachable, match="what stands"):
        host.clips(ALL)


def test_a_timeline_without_pictures_has_no_clips(edit: Edit) -> None:
    host = hosted(edit)
    assert host.clips(ALL) == ()
    edit.put(edit.movie("tone.wav", 500, video=False, audio=True), 0, 20)
    edit.timeline.tracks["audio"] = edit.timeline.tracks["video"]
    edit.timeline.tracks["video"] = [Track("Video 1")]
    assert host.clips(ALL) == ()
    with pytest.raises(ItemNotFound):
        host.gap_at(edit.timeline.start)


@pytest.mark.parametrize("call", ["GetStart", "GetDuration", "GetEnd"])
def test_a_place_is_known_in_three_ways(edit: Edit, call: str) -> None:
    item = edit.put(edit.movie("one.mov", 500), 0, 20)
    edit.world.faults.refusing = {f"TimelineItem.{call}"}
    assert only(hosted(edit)).record_range == Span(item.start, 20)


class Heard(Direct):
    """A line that remembers which calls were made."""

    def __init__(self) -> None:
        self.calls: set[str] = set()

    def call(self, target: Any, method: str, arguments: Any) -> object:
        self.calls.add(f"{target._ref.kind}.{method}")
        return super().call(target, method, arguments)


@pytest.mark.parametrize("version", ["19.1", "21.1"])
def test_whatever_call_fails_no_clip_is_lost_in_silence(tmp_path: Path, version: str) -> None:
    """Each call that is made gives None, False, a text, or raises: all clips come, or an error."""
    edit = Edit(tmp_path, NTSC_30, "01:00:00;00", Build.named(version))
    movie = edit.movie("one.mov", 500)
    items = [edit.put(movie, 0, 20, 5), edit.put(movie, 20, 20, 5, speed=2.0)]
    items.append(edit.put(edit.nest("inner", 80), 40, 20, kind="compound"))
    edit.put(None, 60, 20, kind="title")
    heard = Heard()
    host = ResolveHost(root(heard, edit.resolve))
    whole = host.clips(ALL)
    spans = [clip.record_range for clip in whole]
    assert spans == [Span(item.start, item.duration) for item in items]
    assert len(heard.calls) > 25
    for call in sorted(heard.calls):
        for fault in (
            Faults(refusing={call}),
            Faults(words={call: "an error occurred"}),
            Faults(raising={call}),
            Faults(flaky={call: 1}),
        ):
            edit.world.faults = fault
            try:
                clips = host.clips(ALL)
                exact = [is_exact(edit, item) for item in items]
            except (HostUnreachable, NoTimeline, ItemGone):
                continue
            assert [clip.record_range for clip in clips] == spans, (call, fault)
            assert exact in ([True, False, False], [False] * 3), (call, fault)
            assert not exact[0] or clips[0].media_range == whole[0].media_range, fault
            assert (clips[0].rate, clips[0].earliest) == (whole[0].rate, whole[0].earliest), fault
            assert clips[0].drop_frame, fault
        edit.world.faults = Faults()
    assert host.clips(ALL) == whole


def test_a_rate_that_is_told_as_text_is_the_same(tmp_path: Path) -> None:
    edit = Edit(tmp_path, NTSC_24, faults=Faults(text_rates=True))
    edit.put(edit.movie("one.mov", 500), 0, 20, 5)
    assert only(hosted(edit)).rate == NTSC_24


def test_a_resolve_that_ends_while_it_is_read_is_told_and_no_clip_is_lost(edit: Edit) -> None:
    for number in range(4):
        edit.put(edit.movie("one.mov", 500), 30 * number, 20)
    host = hosted(edit)
    whole = host.clips(ALL)
    before = edit.world.faults.calls
    host.clips(ALL)
    needed = edit.world.faults.calls - before
    for calls in range(needed):
        edit.world.faults.dead_after = edit.world.faults.calls + calls
        with suppress(HostUnreachable, NoTimeline):
            assert host.clips(ALL) == whole
        edit.world.faults.dead_after = None
    assert host.clips(ALL) == whole


# The selection


def under(host: ResolveHost) -> list[str]:
    return [clip.name for clip in host.selection()]


@pytest.mark.parametrize("version", ["19.1", "20.3"])
def test_before_21_what_is_under_the_playhead_is_selected(tmp_path: Path, version: str) -> None:
    edit = Edit(tmp_path, Fraction(25), build=Build.named(version))
    movie = edit.movie("one.mov", 500)
    edit.put(movie, 0, 20, name="below")
    edit.put(movie, 10, 20, track=2, name="above")
    edit.put(None, 5, 50, track=3, kind="title", name="title")
    edit.put(movie, 0, 20, track=4, name="off", enabled=False)
    host = hosted(edit)
    for at, name in ((0, "below"), (9, "below"), (10, "above"), (29, "above"), (30, "title")):
        edit.playhead(at)
        assert under(host) == [name]
        assert [clip.name for clip in host.clips(Query("selected"))] == [name]
    edit.playhead(55)
    with pytest.raises(NothingSelected):
        host.selection()


@pytest.mark.parametrize("version", ["21.0", "21.1"])
def test_since_21_the_selection_is_the_users(tmp_path: Path, version: str) -> None:
    edit = Edit(tmp_path, Fraction(25), build=Build.named(version))
    movie = edit.movie("one.mov", 500)
    one = edit.put(movie, 0, 20, name="one")
    two = edit.put(movie, 10, 20, track=2, name="two")
    title = edit.put(None, 5, 50, track=3, kind="title", name="title")
    cut = edit.put(None, 30, 4, track=2, kind="transition", name="dissolve")
    host = hosted(edit)
    with pytest.raises(NothingSelected):
        host.selection()
    cases = (
        ([one], 90, ["one"]),
        ([one, two], 90, ["one", "two"]),
        ([one, two], 15, ["two", "one"]),
        ([one, two], 5, ["one", "two"]),
        ([one, cut], 5, ["one"]),
        ([title], 0, ["title"]),
    )
    for chosen, at, names in cases:
        edit.timeline.selected = [item.uid for item in chosen]
        edit.playhead(at)
        assert under(host) == names
    edit.timeline.selected = [cut.uid]
    with pytest.raises(UnsupportedItem, match="dissolve is a transition"):
        host.selection()
    assert host.clips(Query("selected")) == ()


def test_generators_and_titles_are_rendered_when_they_are_selected(tmp_path: Path) -> None:
    edit = Edit(tmp_path, Fraction(25), build=Build.named("21.1"))
    made: tuple[Any, ...] = ("generator", "title")
    items = [edit.put(None, 50 * n, 50, kind=kind) for n, kind in enumerate(made)]
    edit.timeline.selected = [item.uid for item in items]
    host = hosted(edit)
    clips = host.selection()
    assert [clip.record_range for clip in clips] == [Span(i.start, 50) for i in items]
    assert not any(is_exact(edit, item) for item in items)
    assert host.clips(ALL) == ()


def test_on_a_page_without_a_playhead_that_is_told(edit: Edit) -> None:
    edit.put(edit.movie("one.mov", 500), 0, 20)
    host = hosted(edit)
    edit.world.faults.refusing = {"Timeline.GetCurrentTimecode"}
    with pytest.raises(HostUnable, match=r"playhead.*--at"):
        host.playhead()
    assert len(host.clips(ALL)) == 1


# Queries


def found(host: ResolveHost, query: str) -> list[str]:
    return [clip.name for clip in host.clips(Query.parse(query))]


def test_clips_are_found_by_track_colour_flag_and_name(edit: Edit) -> None:
    movie = edit.movie("one.mov", 500)
    edit.put(movie, 0, 20, name="a", color="Orange")
    edit.put(movie, 20, 20, name="b", flags=["Red", "Cyan"])
    edit.put(movie, 10, 20, track=2, name="shot [3]*", color="Teal")
    edit.put(None, 40, 20, track=2, kind="title", name="shot title", color="Orange")
    host = hosted(edit)
    assert found(host, "all") == ["a", "shot [3]*", "b"]
    assert found(host, "channel:2") == ["shot [3]*"]
    assert found(host, "channel:3") == []
    assert found(host, "color:orange") == ["a"]
    assert found(host, "color:RED") == ["b"]
    assert found(host, "color:cyan") == ["b"]
    assert found(host, "color:chocolate") == []
    assert found(host, "name:shot*") == ["shot [3]*"]
    with pytest.raises(BadValue, match="orang"):
        found(host, "color:orang")


def test_results_of_ours_are_not_among_the_users_clips(edit: Edit) -> None:
    movie = edit.movie("one.mov", 500)
    edit.put(movie, 0, 20, name="theirs", markers={3: Marker("Blue", custom_data='{"job": 1}')})
    edit.put(movie, 20, 20, name="marked", markers={0: Marker("Purple", custom_data=OURS)})
    ours = edit.movie("made.mov", 20)
    ours.third_party = {"Afterframe Job": "0" * 32}
    edit.put(ours, 40, 20, name="pooled")
    edit.put(movie, 60, 20, name="last")
    host = hosted(edit)
    assert found(host, "all") == ["theirs", "last"]
    assert [clip.name for clip in host.gap_at(edit.timeline.start + 50)] == ["theirs", "last"]
    edit.playhead(45)
    assert under(host) == ["pooled"]
    edit.put(None, 40, 20, track=2, kind="title")
    assert under(host) == ["pooled"]


@pytest.mark.parametrize("version", ["20.3", "21.1"])
def test_another_result_is_made_of_the_same_shot_again(tmp_path: Path, version: str) -> None:
    """A result lies over its shot, under the same playhead: it is not taken for what is meant."""
    edit = Edit(tmp_path, Fraction(25), build=Build.named(version))
    movie = edit.movie("one.mov", 500)
    edit.put(movie, 0, 20, name="shot")
    made = edit.put(
        movie, 5, 20, track=2, name="made", markers={0: Marker("Purple", custom_data=OURS)}
    )
    host = hosted(edit)
    names = [host.clip_at(edit.timeline.start + at).name for at in (0, 5, 19, 20, 24)]
    assert names == ["shot", "shot", "shot", "made", "made"]
    edit.playhead(7)
    edit.timeline.selected = [made.uid]
    assert under(host) == ["shot" if version == "20.3" else "made"]


OURS = '{"Afterframe Job": "00000000000000000000000000000000"}'


def test_the_gap_is_between_two_shots_of_one_track(edit: Edit) -> None:
    movie = edit.movie("one.mov", 500)
    edit.put(movie, 0, 20, name="a")
    edit.put(movie, 30, 20, name="b")
    edit.put(None, 18, 4, kind="transition")
    edit.put(movie, 50, 20, name="c")
    edit.put(None, 70, 10, kind="title")
    edit.put(movie, 90, 10, name="d")
    edit.put(movie, 200, 10, track=2, name="e")
    host = hosted(edit)

    def gap(at: int) -> list[str]:
        return [clip.name for clip in host.gap_at(edit.timeline.start + at)]

    assert [gap(at) for at in (0, 25, 39)] == [["a", "b"]] * 3
    assert [gap(at) for at in (41, 60, 85, 500)] == [["b", "c"]] * 4
    edit.timeline.tracks["video"][0].enabled = False
    with pytest.raises(ItemNotFound):
        gap(25)


def test_outside_of_the_timeline_there_is_no_clip(edit: Edit) -> None:
    movie = edit.movie("one.mov", 500)
    edit.put(movie, 0, 20, name="a")
    edit.put(movie, 30, 20, name="b")
    host, start = hosted(edit), edit.timeline.start
    assert [host.clip_at(start + at).name for at in (0, 19, 30, 49)] == ["a", "a", "b", "b"]
    with pytest.raises(ItemNotFound):
        host.clip_at(start + 20)
    for frame in (start - 1, start + 50, 0):
        with pytest.raises(PlayheadOutside, match=r"\(01:00:00:00 to 01:00:01:24\)"):
            host.clip_at(frame)


def test_on_an_empty_timeline_there_is_no_clip(edit: Edit) -> None:
    with pytest.raises(ItemNotFound, match="01:00:00:07"):
        hosted(edit).clip_at(edit.timeline.start + 7)


# What is open


def test_an_item_is_found_again_wherever_it_was_moved(edit: Edit) -> None:
    movie = edit.movie("one.mov", 500)
    item = edit.put(movie, 0, 20, 10)
    host = hosted(edit)
    before = only(host)
    item.start += 33
    after = only(host)
    anchors = [int(clip.item.split("/")[2]) for clip in (before, after)]
    assert anchors[1] - anchors[0] == 33
    item.start, item.source, item.duration = item.start + 5, 15, 15
    assert only(host).item == after.item, "trimmed, not moved"
    for name in (after.item, after.item.rpartition("/")[0]):
        edit_, handle = timeline.find_item(host.resolve, name)
        assert (edit_.uid, handle.GetUniqueId()) == (edit.timeline.uid, item.uid)


def test_an_item_of_a_timeline_that_is_not_open_is_found(edit: Edit) -> None:
    edit.put(edit.movie("one.mov", 500), 0, 20)
    host = hosted(edit)
    clip = only(host)
    edit.nest("other", 40)
    edit.project.current_timeline = edit.project.timelines[1].uid
    assert timeline.find_item(host.resolve, clip.item)[0].uid == edit.timeline.uid
    for name in ("", "/", "x", "[1, 2]", f"{edit.timeline.uid}/", "\0", "a/b/c/d"):
        with pytest.raises(ItemGone):
            timeline.find_item(host.resolve, name)


def test_without_a_timeline_nothing_can_be_read(edit: Edit) -> None:
    host = hosted(edit)
    cases: tuple[tuple[str, type[AfterframeError]], ...] = (
        ("ProjectManager.GetCurrentProject", HostUnreachable),
        ("Project.GetCurrentTimeline", NoTimeline),
        ("Timeline.GetUniqueId", HostUnreachable),
        ("Timeline.GetTrackCount", HostUnreachable),
    )
    for call, error in cases:
        edit.world.faults.refusing = {call}
        with pytest.raises(error):
            host.clips(ALL)
    edit.world.faults.refusing = {"Timeline.GetSetting", "Project.GetSetting"}
    with pytest.raises(NoTimeline, match="Untitled Project"):
        hosted(edit)


def test_it_says_which_resolve_and_which_project(edit: Edit) -> None:
    host = hosted(edit)
    told = host.describe()
    assert (told.host, told.document, told.version) == ("resolve", edit.project.uid, "20.3.1.6")
    assert told.name == "DaVinci Resolve Studio: Untitled Project"
    assert told == host.describe()


def test_results_go_where_the_projects_media_are(
    edit: Edit, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = hosted(edit)
    monkeypatch.setattr("afterframe_hosts.resolve.adapter.video_folder", lambda: Path("/videos"))
    for setting in ("", "relative", str(edit.folder / "gone")):
        edit.project.settings["projectMediaLocation"] = setting
        assert host.destination() == Path("/videos/Afterframe/Untitled Project")
    edit.project.settings["projectMediaLocation"] = str(edit.folder)
    assert host.destination() == edit.folder / "Afterframe"
    edit.project.settings["projectMediaLocation"] = ""
    edit.project.name = 'a/b: "c"..'
    assert host.destination() == Path("/videos/Afterframe/a_b_ _c_")


def test_reading_changes_nothing(edit: Edit) -> None:
    edit.put(edit.movie("one.mov", 500), 0, 20)
    host = hosted(edit)
    before = repr(edit.world.application)
    for query in (ALL, Query("selected"), Query("channel", "1"), Query("name", "*")):
        assert host.clips(query)
        assert host.problems(query) == ()
    host.selection(), host.playhead(), host.describe(), host.destination(), host.notes()
    assert repr(edit.world.application) == before
