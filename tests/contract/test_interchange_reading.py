"""Timeline files: what stands where, which media frames it shows, and what is no timeline."""

from __future__ import annotations

import json
import shutil
import zipfile
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import opentimelineio as otio
import pytest

from afterframe.core.clips import media_frame
from afterframe.errors import (
    ItemNotFound,
    MediaMissing,
    PlayheadOutside,
    TimelineUnreadable,
)
from afterframe_hosts.base import Host, Query
from afterframe_hosts.interchange.adapter import InterchangeHost
from afterframe_hosts.interchange.sample import sample_timeline
from afterframe_hosts.wire import codec
from afterframe_hosts.wire.clip import Clip, Media, Span
from afterframe_hosts.wire.errors import CaptureFailed, ItemGone, NothingSelected, UnsupportedItem

FILM = Fraction(24000, 1001)
HOUR = 86400
ALL = Query("all")


def time(value: float, rate: float = 24) -> Any:
    return otio.opentime.RationalTime(value, rate)


def span(start: float, duration: float, rate: float = 24) -> Any:
    return otio.opentime.TimeRange(time(start, rate), time(duration, rate))


def movie(url: str = "a.mov", frames: int = 100, start: int = 0, rate: float = 24) -> Any:
    return otio.schema.ExternalReference(url, span(start, frames, rate))


def cut(name: str, start: float, duration: float, media: Any = None, rate: float = 24) -> Any:
    return otio.schema.Clip(name, media or movie(), span(start, duration, rate))


def gap(duration: float, rate: float = 24) -> Any:
    return otio.schema.Gap(source_range=span(0, duration, rate))


def track(*children: Any, kind: str = "Video") -> Any:
    made = otio.schema.Track("V1", kind=kind)
    made.extend(children)
    return made


def warped(clip: Any, *scalars: float) -> Any:
    clip.effects.extend(otio.schema.LinearTimeWarp("w", scalar) for scalar in scalars)
    return clip


def open_edit(
    folder: Path, *tracks: Any, start: Any = None, files: str = "a.mov"
) -> InterchangeHost:
    for name in files.split():
        (folder / name).touch()
    timeline = otio.schema.Timeline("edit", global_start_time=start)
    timeline.tracks.extend(tracks)
    path = folder / "edit.otio"
    timeline.to_json_file(str(path))
    return InterchangeHost.open(path)


def only(host: InterchangeHost) -> Clip:
    (clip,) = host.clips(ALL)
    return clip


def shown(clip: Clip) -> list[int]:
    record = clip.record_range
    return [media_frame(clip, at) for at in range(record.start, record.end)]


def test_clips_stand_one_after_the_other_from_the_start_timecode(tmp_path: Path) -> None:
    host = open_edit(
        tmp_path,
        track(cut("one", 10, 20), gap(5), cut("two", 0, 7)),
        track(cut("sound", 0, 40), kind="Audio"),
        start=time(HOUR),
    )
    assert (host.rate, host.start, host.end) == (Fraction(24), HOUR, HOUR + 40)
    one, two = host.clips(ALL)
    assert (one.name, one.media_range, one.record_range) == ("one", Span(10, 20), Span(HOUR, 20))
    assert (two.name, two.media_range, two.record_range) == ("two", Span(0, 7), Span(HOUR + 25, 7))
    assert one.media == Media("movie", str(tmp_path / "a.mov"))
    assert (one.earliest, two.earliest) == (HOUR, HOUR)
    assert one.document == str(tmp_path / "edit.otio")
    assert codec.loads(Clip, codec.dumps(one)) == one


def test_media_frames_count_from_the_mediums_own_start_timecode(tmp_path: Path) -> None:
    host = open_edit(tmp_path, track(cut("one", HOUR + 10, 20, movie(start=HOUR))))
    assert only(host).media_range == Span(10, 20)


def test_without_an_available_range_media_frames_count_from_the_first_picture(
    tmp_path: Path,
) -> None:
    clip = otio.schema.Clip("one", otio.schema.ExternalReference("a.mov"), span(10, 20))
    assert only(open_edit(tmp_path, track(clip))).media_range == Span(10, 20)


def test_a_clip_without_a_source_range_is_its_whole_medium(tmp_path: Path) -> None:
    clip = otio.schema.Clip("one", movie(frames=33, start=HOUR))
    found = only(open_edit(tmp_path, track(clip)))
    assert (found.media_range, found.record_range) == (Span(0, 33), Span(0, 33))


@pytest.mark.parametrize("written", [23.976, 23.98, 24000 / 1001])
def test_positions_are_exact_at_ntsc_rates_however_they_are_written(
    tmp_path: Path, written: float
) -> None:
    media = movie(frames=200_000, rate=written)
    clips = [cut(f"{n}", 0, 2157, media.deepcopy(), written) for n in range(80)]
    host = open_edit(tmp_path, track(*clips), start=time(HOUR, written))
    last = host.clips(ALL)[-1]
    assert host.rate == last.rate == FILM
    assert last.record_range == Span(HOUR + 79 * 2157, 2157)
    assert host.end == HOUR + 80 * 2157


def test_a_transition_moves_no_clip(tmp_path: Path) -> None:
    dissolve = otio.schema.Transition("d", "SMPTE_Dissolve", time(6), time(6))
    host = open_edit(tmp_path, track(cut("one", 10, 20), dissolve, cut("two", 30, 10)))
    one, two = host.clips(ALL)
    assert one.record_range == Span(0, 20)
    assert two.record_range == Span(20, 10)
    assert host.clip_at(19) == one
    assert host.clip_at(20) == two


def test_speed_changes_what_is_shown_and_not_how_long(tmp_path: Path) -> None:
    clips = [
        warped(cut("half", 10, 5), 0.5),
        warped(cut("double", 10, 5), 2),
        warped(cut("back", 10, 5), -1),
        warped(cut("back double", 10, 5), -2),
        warped(cut("twice", 10, 4), 2, 0.5),
    ]
    frozen = cut("frozen", 10, 5)
    frozen.effects.append(otio.schema.FreezeFrame())
    found = open_edit(tmp_path, track(*clips, frozen)).clips(ALL)
    assert [clip.record_range.start for clip in found] == [0, 5, 10, 15, 20, 24]
    assert [shown(clip) for clip in found] == [
        [10, 10, 11, 11, 12],
        [10, 12, 14, 16, 18],
        [14, 13, 12, 11, 10],
        [19, 17, 15, 13, 11],
        [10, 11, 12, 13],
        [10, 10, 10, 10, 10],
    ]


def test_a_disabled_effect_changes_nothing(tmp_path: Path) -> None:
    clip = warped(cut("one", 10, 5), 2)
    clip.effects[0].enabled = False
    assert shown(only(open_edit(tmp_path, track(clip)))) == [10, 11, 12, 13, 14]


def test_media_at_another_rate_is_stepped_at_the_timelines(tmp_path: Path) -> None:
    media = movie(frames=100, start=90000, rate=25)
    pal = otio.schema.Clip("pal", media, span(90025, 50, 25))
    host = open_edit(tmp_path, track(pal, cut("film", 0, 24)), start=time(HOUR))
    first, second = host.clips(ALL)
    assert (first.media_range, first.speed) == (Span(25, 49), Fraction(25, 24))
    assert first.record_range == Span(HOUR, 48)
    assert second.record_range == Span(HOUR + 48, 24)
    assert shown(first)[:3] + shown(first)[-2:] == [25, 26, 27, 72, 73]


def test_a_reversed_medium_at_another_rate_begins_with_the_frame_it_ends_in(
    tmp_path: Path,
) -> None:
    media = movie(frames=100, rate=25)
    back = warped(otio.schema.Clip("back", media, span(0, 12.5, 25)), -1)
    found = only(open_edit(tmp_path, track(back), start=time(0)))
    assert found.record_range == Span(0, 12)
    assert shown(found)[0] == 12


def test_what_floats_lose_costs_no_frame(tmp_path: Path) -> None:
    found = only(open_edit(tmp_path, track(cut("one", 47.9999999, 9.9999999))))
    assert (found.media_range, found.record_range) == (Span(48, 10), Span(0, 10))


def test_a_mediums_clock_that_is_no_frame_rate_is_not_taken_for_one(tmp_path: Path) -> None:
    media = otio.schema.ExternalReference("a.mov", span(0, 900_000, 90_000))
    found = only(open_edit(tmp_path, track(otio.schema.Clip("one", media, span(12, 24)))))
    assert (found.media_range, found.speed) == (Span(12, 24), Fraction(1))


def test_the_rate_is_that_of_most_items_where_the_timeline_says_none(tmp_path: Path) -> None:
    pal = cut("pal", 0, 25, movie(rate=25), rate=25)
    edit = track(pal, cut("a", 0, 24), cut("b", 0, 24))
    assert open_edit(tmp_path, edit).rate == 24
    edit = track(cut("a", 0, 30, movie(rate=29.97), rate=29.97))
    assert open_edit(tmp_path, edit, start=time(0, 1)).rate == Fraction(30000, 1001)


def test_clips_in_a_nest_stand_where_the_timeline_shows_them(tmp_path: Path) -> None:
    inner = track(cut("x", 0, 10), cut("y", 20, 10), cut("z", 40, 10))
    nest = otio.schema.Stack("nest")
    nest.append(inner)
    nest.append(track(gap(12), cut("over", 60, 3)))
    nest.append(track(cut("sound", 0, 30), kind="Audio"))
    nest.source_range = span(5, 20)
    host = open_edit(tmp_path, track(cut("a", 0, 8), nest, cut("b", 0, 4)), start=time(HOUR))
    found = {clip.name: clip for clip in host.clips(ALL)}
    assert set(found) == {"a", "x", "y", "z", "over", "b"}
    places = {name: (c.record_range.start - HOUR, c.record_range.duration) for name, c in
              found.items()}  # fmt: skip
    assert places == {
        "a": (0, 8), "x": (8, 5), "y": (13, 10), "z": (23, 5), "over": (15, 3), "b": (28, 4),
    }  # fmt: skip
    assert shown(found["x"]) == [5, 6, 7, 8, 9]
    assert shown(found["z"]) == [40, 41, 42, 43, 44]
    assert host.clip_at(HOUR + 16).name == "over"
    assert host.clip_at(HOUR + 14).name == "y"


@pytest.mark.parametrize(
    ("scalar", "names", "frames"),
    [
        (2.0, ["x", "y"], [[0, 2, 4, 6, 8], [20, 22, 24, 26, 28]]),
        (-1.0, ["x", "y"], [list(range(9, -1, -1)), list(range(29, 19, -1))]),
    ],
)
def test_a_retimed_nest_retimes_what_is_in_it(
    tmp_path: Path, scalar: float, names: list[str], frames: list[list[int]]
) -> None:
    nest = otio.schema.Stack("nest")
    nest.append(track(cut("x", 0, 10), cut("y", 20, 10)))
    nest.source_range = span(0, 20 / abs(scalar))
    host = open_edit(tmp_path, track(gap(3), warped(nest, scalar)))
    found = {clip.name: clip for clip in host.clips(ALL)}
    assert [shown(found[name]) for name in names] == frames
    starts = {name: clip.record_range.start for name, clip in found.items()}
    assert starts == ({"x": 3, "y": 8} if scalar > 0 else {"y": 3, "x": 13})


def test_a_reversed_clip_in_a_reversed_nest_runs_forward(tmp_path: Path) -> None:
    nest = otio.schema.Stack("nest")
    nest.append(track(warped(cut("x", 10, 5), -1)))
    nest.source_range = span(0, 5)
    found = only(open_edit(tmp_path, track(warped(nest, -1))))
    assert shown(found) == [10, 11, 12, 13, 14]


def test_a_trimmed_reversed_clip_loses_the_frames_that_come_last(tmp_path: Path) -> None:
    inner = track(warped(cut("x", 10, 10), -1))
    inner.source_range = span(2, 5)
    found = only(open_edit(tmp_path, inner))
    assert shown(found) == [17, 16, 15, 14, 13]
    assert found.record_range == Span(0, 5)


def test_trimmed_tracks_and_timelines_show_their_part(tmp_path: Path) -> None:
    inner = track(cut("x", 0, 10), cut("y", 20, 10))
    inner.source_range = span(8, 6)
    found = open_edit(tmp_path, inner, start=time(HOUR)).clips(ALL)
    assert [(c.name, c.record_range, shown(c)) for c in found] == [
        ("x", Span(HOUR, 2), [8, 9]),
        ("y", Span(HOUR + 2, 4), [20, 21, 22, 23]),
    ]


def test_disabled_tracks_and_clips_are_not_seen(tmp_path: Path) -> None:
    off, hidden = cut("off", 0, 10), track(cut("hidden", 0, 20))
    off.enabled = hidden.enabled = False
    host = open_edit(tmp_path, track(off, cut("on", 0, 10)), hidden)
    assert [clip.name for clip in host.clips(ALL)] == ["on"]
    assert host.clip_at(12).name == "on"


def test_the_topmost_clip_is_under_the_playhead_seen_through_titles(tmp_path: Path) -> None:
    title = otio.schema.Clip("title", otio.schema.GeneratorReference(), span(0, 20))
    host = open_edit(tmp_path, track(cut("low", 0, 20)), track(cut("high", 0, 10)), track(title))
    assert host.clip_at(5).name == "high"
    assert host.clip_at(15).name == "low"
    assert [clip.name for clip in host.clips(Query("channel", "2"))] == ["high"]
    (problem,) = host.problems(ALL)
    assert isinstance(problem, UnsupportedItem)


def test_clips_are_found_by_name_and_colour(tmp_path: Path) -> None:
    red = cut("shot_020", 0, 5)
    red.color = otio.core.Color.RED
    host = open_edit(tmp_path, track(cut("shot_010", 0, 5), red, cut("other", 0, 5)))
    assert [clip.name for clip in host.clips(Query("name", "SHOT_*"))] == ["shot_010", "shot_020"]
    assert [clip.name for clip in host.clips(Query("color", "red"))] == ["shot_020"]
    assert host.clips(Query("name", "nothing")) == ()


def test_the_playhead_is_the_files_own_else_the_start(tmp_path: Path) -> None:
    (tmp_path / "a.mov").touch()
    sample = sample_timeline(tmp_path / "a.mov", 60, FILM, 30, media_start=100)
    path = tmp_path / "sample.otio"
    sample.to_json_file(str(path))
    host = InterchangeHost.open(path)
    assert host.playhead() == HOUR + 30
    (clip,) = host.selection()
    assert media_frame(clip, host.playhead()) == 33
    assert (clip.name, clip.record_range) == ("a opening", Span(HOUR, 40))
    plain = open_edit(tmp_path, track(gap(5), cut("one", 0, 5)), start=time(HOUR))
    assert plain.playhead() == HOUR
    with pytest.raises(NothingSelected):
        plain.selection()


@pytest.mark.parametrize("frames", [24, 25, 60, 97])
def test_every_part_of_the_sample_has_the_media_and_handles_it_shows(
    tmp_path: Path, frames: int
) -> None:
    (tmp_path / "a.mov").touch()
    sample = sample_timeline(tmp_path / "a.mov", frames, Fraction(24), 3)
    sample.to_json_file(str(tmp_path / "s.otio"))
    one, two, three = InterchangeHost.open(tmp_path / "s.otio").clips(ALL)
    assert all(0 <= frame < frames for each in (one, two, three) for frame in shown(each))
    assert one.media_range.end + 6 <= frames
    assert two.media_range.start >= 6
    assert three.media_range.end == frames
    assert three.record_range.start == two.record_range.end + 24


# media


@pytest.mark.parametrize(
    "url",
    [
        "media/a b.mov", "media/a%20b.mov", "{folder}/media/a b.mov", "file://{quoted}/a%20b.mov",
        "file://localhost{quoted}/a%20b.mov", "FILE:{quoted}/a%20b.mov",
    ],
)  # fmt: skip
def test_every_way_to_write_a_file_is_understood(tmp_path: Path, url: str) -> None:
    folder = tmp_path / "dé"
    (folder / "media").mkdir(parents=True)
    (folder / "media" / "a b.mov").touch()
    url = url.format(folder=folder, quoted=(folder / "media").as_uri().removeprefix("file://"))
    host = open_edit(folder, track(cut("one", 0, 5, movie(url))))
    assert only(host).media.path == str(folder / "media" / "a b.mov")
    assert host.problems(ALL) == ()


def test_a_percent_in_a_name_is_not_decoded_where_the_file_is_there(tmp_path: Path) -> None:
    host = open_edit(tmp_path, track(cut("one", 0, 5, movie("100%25.mov"))), files="100%25.mov")
    assert only(host).media.path == str(tmp_path / "100%25.mov")


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("file:///C:/shots/a%20b.mov", "C:/shots/a b.mov"),
        ("file://C:/shots/a.mov", "C:/shots/a.mov"),
        ("C:\\shots\\a.mov", "C:\\shots\\a.mov"),
        ("file://nas/shots/a.mov", "\\\\nas\\shots\\a.mov"),
        ("\\\\nas\\shots\\a.mov", "\\\\nas\\shots\\a.mov"),
    ],
)
def test_windows_paths_are_kept_and_told_as_missing_elsewhere(
    tmp_path: Path, url: str, path: str
) -> None:
    host = open_edit(tmp_path, track(cut("one", 0, 5, movie(url))))
    assert only(host).media.path == path
    with pytest.raises(MediaMissing) as caught:
        host.clip_at(2)
    assert caught.value.params["path"].replace("/", "\\") == path.replace("/", "\\")


@pytest.mark.parametrize("url", ["http://example.org/a.mov", "", "s3:bucket", "file:relative.mov"])
def test_what_is_not_a_file_is_missing_media(tmp_path: Path, url: str) -> None:
    host = open_edit(tmp_path, track(cut("one", 0, 5, movie(url))))
    assert host.clips(ALL) == ()
    with pytest.raises(MediaMissing):
        host.clip_at(2)


def test_missing_media_is_told_by_name_and_the_clip_stays_known(tmp_path: Path) -> None:
    lost = otio.schema.Clip("lost", otio.schema.MissingReference(), span(0, 5))
    host = open_edit(tmp_path, track(cut("gone", 0, 5, movie("gone.mov")), lost, cut("ok", 0, 5)))
    assert [clip.name for clip in host.clips(ALL)] == ["gone", "ok"]
    assert [error.params["path"] for error in host.problems(ALL)] == [
        str(tmp_path / "gone.mov"), "lost",
    ]  # fmt: skip
    with pytest.raises(MediaMissing, match=r"gone\.mov is not there"):
        host.clip_at(0)


def test_of_several_media_the_active_one_counts(tmp_path: Path) -> None:
    clip = cut("one", 0, 5)
    clip.set_media_references({"proxy": movie("p.mov"), "full": movie("a.mov")}, "full")
    assert only(open_edit(tmp_path, track(clip))).media.path == str(tmp_path / "a.mov")


def test_one_picture_is_a_still(tmp_path: Path) -> None:
    clip = cut("photo", 0, 48, movie("a.JPG", frames=1))
    found = only(open_edit(tmp_path, track(clip), files="a.JPG"))
    assert found.media.kind == "still"
    assert shown(found) == [0] * 48


def sequence(folder: str = "plates", step: int = 1) -> Any:
    return otio.schema.ImageSequenceReference(
        target_url_base=folder,
        name_prefix="plate.",
        name_suffix=".exr",
        start_frame=1001,
        frame_step=step,
        rate=24,
        frame_zero_padding=4,
        available_range=span(1001, 50),
    )


@pytest.mark.parametrize("folder", ["plates", "plates/"])
def test_a_sequence_counts_from_its_first_picture(tmp_path: Path, folder: str) -> None:
    (tmp_path / "plates").mkdir()
    files = " ".join(f"plates/plate.{n}.exr" for n in range(1001, 1051))
    clip = cut("seq", 1011, 20, sequence(folder))
    host = open_edit(tmp_path, track(clip), files=files)
    found = only(host)
    assert found.media == Media("sequence", str(tmp_path / "plates/plate.####.exr"), first=1001)
    assert found.media_range == Span(10, 20)
    assert host.problems(ALL) == ()
    (tmp_path / "plates/plate.1011.exr").unlink()
    (problem,) = InterchangeHost.open(tmp_path / "edit.otio").problems(ALL)
    assert problem.params["path"].endswith("plate.1011.exr")


@pytest.mark.parametrize("name", ["p.[1001-1050].exr", "p.%04d.exr", "p.####.exr"])
@pytest.mark.parametrize("style", ["", "{folder}/", "file://{folder}/"])
def test_a_name_with_a_place_for_the_number_is_a_sequence(
    tmp_path: Path, name: str, style: str
) -> None:
    url = style.format(folder=tmp_path) + name
    clip = cut("seq", 1011, 20, movie(url, 50, start=1001))
    found = only(open_edit(tmp_path, track(clip), files="p.1001.exr p.1002.exr p.0900.png"))
    assert found.media == Media("sequence", str(tmp_path / "p.####.exr"), first=1001)
    assert found.media_range == Span(10, 20)


def test_what_cannot_be_worked_on_says_why(tmp_path: Path) -> None:
    curve = cut("curve", 0, 5)
    curve.effects.append(otio.schema.TimeEffect("ramp"))
    nest = otio.schema.Stack("nest", children=[track(cut("x", 0, 5))], source_range=span(0, 5))
    nest.effects.append(otio.schema.FreezeFrame())
    host = open_edit(tmp_path, track(curve, nest, cut("steps", 1001, 5, sequence(step=2))))
    for frame, kind in ((2, "speed curve"), (7, "frozen nest"), (12, "steps of 2")):
        with pytest.raises(UnsupportedItem, match=kind):
            host.clip_at(frame)
    assert host.clips(ALL) == ()
    assert len(host.problems(ALL)) == 3


# capture


def test_a_clip_is_captured_as_shot_and_never_as_seen(tmp_path: Path) -> None:
    host: Host = open_edit(tmp_path, track(cut("one", 0, 20)))
    clip = host.clips(ALL)[0]
    assert host.capture(clip, Span(5, 3), tmp_path) == clip
    with pytest.raises(PlayheadOutside, match="Frame 20 is outside one"):
        host.capture(clip, Span(18, 3), tmp_path)
    with pytest.raises(CaptureFailed):
        host.capture(clip, Span(5, 3), tmp_path, seen=True)
    (tmp_path / "a.mov").unlink()
    with pytest.raises(MediaMissing):
        InterchangeHost.open(tmp_path / "edit.otio").capture(clip, Span(5, 3), tmp_path)
    open_edit(tmp_path, track(gap(4), cut("one", 0, 20)))
    with pytest.raises(ItemGone):
        InterchangeHost.open(tmp_path / "edit.otio").capture(clip, Span(5, 3), tmp_path)


# bundles


@pytest.mark.parametrize("suffix", [".otiod", ".otioz"])
def test_bundles_open_with_the_media_they_carry(tmp_path: Path, suffix: str) -> None:
    (tmp_path / "a b.mov").write_bytes(b"movie")
    timeline = otio.schema.Timeline("edit", global_start_time=time(HOUR))
    timeline.tracks.append(track(cut("one", 5, 10, movie((tmp_path / "a b.mov").as_uri()))))
    path = tmp_path / f"my edit{suffix}"
    otio.adapters.write_to_file(timeline, str(path))
    host = InterchangeHost.open(path)
    clip = only(host)
    assert Path(clip.media.path).read_bytes() == b"movie"
    assert clip.media.path != str(tmp_path / "a b.mov")
    assert clip.record_range == Span(HOUR, 10)
    assert only(InterchangeHost.open(path)).media == clip.media
    saved = host.save()
    assert saved == tmp_path / "my edit_afterframe_v001.otio"
    assert only(InterchangeHost.open(saved)).media == clip.media
    assert list(tmp_path.rglob(".*")) == []


# what is no timeline


@pytest.mark.parametrize(
    "text",
    ["", "nope", "{}", "[1]", '"x"', "null", "\x00\x01", '{"OTIO_SCHEMA": "Timeline.1"}',
     '{"OTIO_SCHEMA": "Timeline.99", "tracks": null}', '{"OTIO_SCHEMA": "Foo.1"}',
     '{"OTIO_SCHEMA": "Timeline.1", "tracks": null}', "{" * 100_000],
)  # fmt: skip
def test_what_is_no_timeline_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "edit.otio"
    path.write_text(text)
    with pytest.raises(TimelineUnreadable) as caught:
        InterchangeHost.open(path)
    assert str(path) in caught.value.message()
    assert caught.value.params["detail"]
    assert list(tmp_path.iterdir()) == [path]


def test_other_things_of_otio_are_told_from_timelines(tmp_path: Path) -> None:
    path = tmp_path / "edit.otio"
    track(cut("one", 0, 5)).to_json_file(str(path))
    with pytest.raises(TimelineUnreadable, match="it holds a Track, not a timeline"):
        InterchangeHost.open(path)
    otio.schema.SerializableCollection("c", []).to_json_file(str(path))
    with pytest.raises(TimelineUnreadable, match="it holds 0 timelines"):
        InterchangeHost.open(path)


def test_a_collection_of_one_timeline_is_that_timeline(tmp_path: Path) -> None:
    timeline = otio.schema.Timeline("edit")
    timeline.tracks.append(track(cut("one", 0, 5)))
    path = tmp_path / "edit.otio"
    otio.schema.SerializableCollection("c", [timeline]).to_json_file(str(path))
    assert only(InterchangeHost.open(path)).name == "one"


def test_a_file_that_is_not_there_or_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TimelineUnreadable, match="No such file"):
        InterchangeHost.open(tmp_path / "none.otio")
    (tmp_path / "folder.otio").mkdir()
    with pytest.raises(TimelineUnreadable, match="directory"):
        InterchangeHost.open(tmp_path / "folder.otio")


@pytest.mark.parametrize("suffix", [".otioz", ".otiod"])
def test_damaged_bundles_are_refused(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"edit{suffix}"
    path.write_bytes(b"PK nothing")
    with pytest.raises(TimelineUnreadable):
        InterchangeHost.open(path)
    path.unlink()
    if suffix == ".otioz":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("other.txt", "x")
    else:
        path.mkdir()
    with pytest.raises(TimelineUnreadable):
        InterchangeHost.open(path)


def test_a_timeline_without_pictures_or_rate_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TimelineUnreadable, match="no video track"):
        open_edit(tmp_path, track(cut("sound", 0, 5), kind="Audio"))
    with pytest.raises(TimelineUnreadable, match="no video track"):
        open_edit(tmp_path)
    with pytest.raises(TimelineUnreadable, match="frame rate"):
        open_edit(tmp_path, track())
    endless = otio.schema.Clip("boundless", otio.schema.ExternalReference("a.mov"))
    with pytest.raises(TimelineUnreadable, match="how long boundless is"):
        open_edit(tmp_path, track(cut("a", 0, 5), endless))


@pytest.mark.parametrize(
    ("key", "value"),
    [("value", float("nan")), ("value", float("inf")), ("value", 1e300), ("rate", 0.0),
     ("rate", float("nan")), ("value", -5.0)],
)  # fmt: skip
def test_times_that_make_no_sense_are_refused(tmp_path: Path, key: str, value: float) -> None:
    open_edit(tmp_path, track(cut("one", 0, 5)), start=time(0))
    path = tmp_path / "edit.otio"
    data = json.loads(path.read_text())
    data["tracks"]["children"][0]["children"][0]["source_range"]["duration"][key] = value
    path.write_text(json.dumps(data).replace("Infinity", "Inf"))
    with pytest.raises(TimelineUnreadable):
        InterchangeHost.open(path)


def test_a_clip_of_no_length_is_never_shown(tmp_path: Path) -> None:
    host = open_edit(tmp_path, track(cut("none", 0, 0), cut("one", 0, 5)))
    assert only(host).name == "one"


def test_a_playhead_in_a_gap_or_beyond_the_end_is_told(tmp_path: Path) -> None:
    host = open_edit(tmp_path, track(cut("one", 0, 5), gap(5), cut("two", 0, 5)), start=time(HOUR))
    with pytest.raises(ItemNotFound, match=f"no clip at frame {HOUR + 7}"):
        host.clip_at(HOUR + 7)
    for frame in (HOUR - 1, HOUR + 15, 0):
        with pytest.raises(PlayheadOutside, match=rf"outside edit \({HOUR} to {HOUR + 14}\)"):
            host.clip_at(frame)


def test_what_is_nested_beyond_all_measure_is_refused_and_crashes_nothing(tmp_path: Path) -> None:
    deep = '{"a":' * 200_000 + "1" + "}" * 200_000
    path = tmp_path / "edit.otio"
    path.write_text(f'{{"OTIO_SCHEMA": "Timeline.1", "metadata": {deep}}}')
    with pytest.raises(TimelineUnreadable, match="nested more than 500 deep"):
        InterchangeHost.open(path)


def test_brackets_in_names_are_no_nesting(tmp_path: Path) -> None:
    names = ("[" * 6000, '"{' * 6000, "\\", "\\\\" + "{" * 6000)
    host = open_edit(tmp_path, track(*(cut(name, 0, 5) for name in names)))
    assert [clip.name for clip in host.clips(ALL)] == list(names)


@pytest.mark.parametrize(("method", "flags"), [(0, 1), (99, 0)])
def test_archives_that_cannot_be_unpacked_are_refused(
    tmp_path: Path, method: int, flags: int
) -> None:
    path = tmp_path / "edit.otioz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("content.otio", "{}")
    data = bytearray(path.read_bytes())
    for mark, place in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        at = data.find(mark) + place
        data[at], data[at + 2] = flags, method
    path.write_bytes(data)
    with pytest.raises(TimelineUnreadable):
        InterchangeHost.open(path)


def test_an_archive_larger_than_the_disk_is_refused_before_it_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "edit.otioz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("content.otio", "{}")
        archive.writestr("media/a.mov", bytes(3_000_000))
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=2_000_000))
    with pytest.raises(TimelineUnreadable, match="need 3 MB, which are not free"):
        InterchangeHost.open(path)
    assert not list((tmp_path / "Afterframe").iterdir())


def test_a_gap_of_no_length_and_a_name_too_long_are_told(tmp_path: Path) -> None:
    host = open_edit(tmp_path, track(cut("one", 0, 5, movie("n" * 5000 + ".mov"))))
    with pytest.raises(MediaMissing):
        host.clip_at(host.start)
    gap = otio.schema.Gap()
    gap.source_range = None
    with pytest.raises(TimelineUnreadable, match="how long"):
        open_edit(tmp_path, track(cut("one", 0, 5), gap))
