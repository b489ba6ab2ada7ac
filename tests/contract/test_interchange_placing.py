"""Results on a timeline file: on our own track at the right frame; what the user had stays."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest

from afterframe_hosts.base import Placed, Query
from afterframe_hosts.interchange import timeline
from afterframe_hosts.interchange.adapter import InterchangeHost
from afterframe_hosts.interchange.media import medium
from afterframe_hosts.interchange.place import with_result
from afterframe_hosts.interchange.sample import sample_timeline
from afterframe_hosts.interchange.timeline import survey
from afterframe_hosts.wire.clip import Clip, Media, Span
from afterframe_hosts.wire.errors import ItemGone, PlaceFailed
from afterframe_hosts.wire.job import Job, JobStatus, Output, Result, new_id

FILM = Fraction(24000, 1001)
HOUR = 86400
ALL = Query("all")
GOLDEN = Path(__file__).parents[1] / "golden" / "edit_afterframe.otio"


@pytest.fixture
def edit(tmp_path: Path) -> InterchangeHost:
    """The sample: opening 40 frames, turn 20, a gap of 24, end 20, at 23.976."""
    movie = tmp_path / "shot.mov"
    movie.touch()
    timeline = sample_timeline(movie, 60, FILM, 30)
    timeline.metadata["somebody"] = {"else": [1, 2.5, {"deep": None}]}
    timeline.tracks.append(otio.schema.Track("A1", kind="Audio"))
    path = tmp_path / "edit.otio"
    timeline.to_json_file(str(path))
    return InterchangeHost.open(path)


def done(
    clip: Clip,
    at: int | None = None,
    frames: int = 24,
    effect: str = "generate",
    rate: Fraction = FILM,
    name: str = "",
    **parameters: Any,
) -> JobStatus:
    """A finished job on ``clip``, its files there."""
    folder = Path(clip.document).parent / "Afterframe"
    job = Job(new_id(), effect, clip, Output(folder=str(folder)), at=at, parameters=parameters)
    stem = name or f"shot_{effect}_v001.mov"
    result = Result(str(folder / stem), str(folder / "r.json"), frames, rate, (1280, 720), first=7)
    (folder / stem).parent.mkdir(parents=True, exist_ok=True)
    for number in range(7, 7 + frames):
        (folder / stem.replace("####", f"{number:04}")).touch()
    return JobStatus(job, "done", 0.0, 0.0, result=result)


def model(host: InterchangeHost) -> Any:
    return otio.adapters.read_from_file(str(host.save()))


def places(track: Any) -> list[tuple[str, int, int]]:
    """Every clip of a track with its first frame and its length."""
    found = []
    for child in track:
        where = child.range_in_parent()
        if isinstance(child, otio.schema.Clip):
            found.append((child.name, where.start_time.to_frames(), where.duration.to_frames()))
    return found


def test_the_result_stands_on_a_new_track_from_the_playhead_on(edit: InterchangeHost) -> None:
    (clip,) = edit.selection()
    status = done(clip, at=HOUR + 30)
    placed = edit.place(status)
    assert placed == Placed(
        f"job:{status.job.id}", "shot_generate_v001", "Afterframe", Span(HOUR + 30, 24)
    )
    tracks = model(edit).tracks
    assert [(track.name, track.kind) for track in tracks] == [
        ("V1", "Video"), ("Afterframe", "Video"), ("A1", "Audio"),
    ]  # fmt: skip
    assert places(tracks[1]) == [("shot_generate_v001", 30, 24)]
    made = tracks[1][1]
    assert made.media_reference.target_url == "Afterframe/shot_generate_v001.mov"
    available = made.media_reference.available_range
    assert available.start_time.strictly_equal(otio.opentime.RationalTime(HOUR + 30, float(FILM)))
    assert available.duration.strictly_equal(otio.opentime.RationalTime(24, float(FILM)))
    assert made.source_range == available
    assert made.metadata["afterframe"] == {
        "job": status.job.id, "lineage": status.job.id, "effect": "generate",
        "recipe": status.result.recipe if status.result else "",
    }  # fmt: skip
    assert made.color.name == "Purple"


def test_the_written_timeline_is_the_golden_one(edit: InterchangeHost) -> None:
    status = done(edit.selection()[0], at=HOUR + 30)
    edit.place(replace(status, job=replace(status.job, id="0123456789abcdef" * 2)))
    written = edit.save().read_text().replace(str(edit.path.parent), "/edit")
    assert json.loads(written) == json.loads(GOLDEN.read_text())


def test_what_the_user_had_is_the_same_to_the_byte(edit: InterchangeHost) -> None:
    before = edit.path.read_bytes()
    (clip,) = edit.selection()
    for at in (30, 35, 90, 200):
        edit.place(done(clip, at=HOUR + at))
    saved = edit.save()
    assert edit.path.read_bytes() == before
    written = json.loads(saved.read_bytes())
    children = written["tracks"]["children"]
    written["tracks"]["children"] = [t for t in children if "afterframe" not in t["metadata"]]
    assert len(children) == len(written["tracks"]["children"]) + 2
    assert json.dumps(written, indent=4) == before.decode()


def test_tracks_of_ours_are_used_while_they_are_free_and_never_overlap(
    edit: InterchangeHost,
) -> None:
    (clip,) = edit.selection()
    spans = [(50, 10), (10, 10), (15, 10), (20, 30), (60, 5), (0, 10), (70, 40), (66, 4)]
    tracks = []
    for number, (at, frames) in enumerate(spans):
        placed = edit.place(done(clip, at=HOUR + at, frames=frames, name=f"{number}.mov"))
        assert placed.span == Span(HOUR + at, frames)
        tracks.append(placed.track)
    second = "Afterframe 2"
    assert tracks == ["Afterframe"] * 2 + [second] + ["Afterframe"] * 5
    saved = model(edit)
    assert places(saved.tracks[1]) == [
        ("5", 0, 10), ("1", 10, 10), ("3", 20, 30), ("0", 50, 10), ("4", 60, 5), ("7", 66, 4),
        ("6", 70, 40),
    ]  # fmt: skip
    assert places(saved.tracks[2]) == [("2", 15, 10)]
    assert all(part.duration().value > 0 for track in saved.tracks for part in track)


def test_the_second_run_goes_on_from_the_first_runs_file(edit: InterchangeHost) -> None:
    (clip,) = edit.selection()
    edit.place(done(clip, at=HOUR + 30))
    first = edit.save()
    assert first.name == "edit_afterframe_v001.otio"
    again = InterchangeHost.open(first)
    names = ["shot opening", "shot turn", "shot end"]
    assert [each.name for each in again.clips(ALL)] == names
    (before,) = again.selection()
    assert before.name == "shot_generate_v001"
    again.place(done(again.clips(ALL)[0], at=HOUR + 30, name="second.mov"))
    second = again.save()
    assert second.name == "edit_afterframe_v002.otio"
    assert edit.save().name == "edit_afterframe_v003.otio"
    tracks = otio.adapters.read_from_file(str(second)).tracks
    assert [track.name for track in tracks] == ["V1", "Afterframe", "Afterframe 2", "A1"]


def test_a_job_is_placed_once(edit: InterchangeHost) -> None:
    (clip,) = edit.selection()
    status = done(clip, at=HOUR + 30)
    assert edit.placed(status.job.id) is None
    assert edit.place(status) == edit.place(status) == edit.placed(status.job.id)
    assert len(model(edit).tracks[1]) == 2
    again = InterchangeHost.open(next(edit.path.parent.glob("*_v001.otio")))
    assert again.placed(status.job.id) == edit.placed(status.job.id)


def test_the_timeline_given_stays_as_it_is(edit: InterchangeHost) -> None:
    given = otio.adapters.read_from_file(str(edit.path))
    status = done(edit.selection()[0], at=HOUR + 30)
    made = with_result(given, survey(given, edit.path), status, edit.path.parent)
    assert len(made.tracks) == len(given.tracks) + 1
    assert given.to_json_string() == edit.path.read_text()


def test_an_extension_stands_at_its_side(edit: InterchangeHost) -> None:
    turn = edit.clips(Query("name", "*turn"))[0]
    tail = edit.place(done(turn, frames=10, effect="extend", side="tail"))
    head = edit.place(done(turn, frames=10, effect="extend", side="head"))
    assert tail.span == Span(HOUR + 60, 10)
    assert head.span == Span(HOUR + 30, 10)


def test_nothing_is_placed_before_the_timeline(edit: InterchangeHost) -> None:
    (opening,) = edit.clips(Query("name", "*opening"))
    with pytest.raises(PlaceFailed, match="10 frames before"):
        edit.place(done(opening, frames=10, effect="extend", side="head"))
    assert edit.save().read_text() == edit.path.read_text() + "\n"


def test_a_clip_that_is_gone_takes_no_result(edit: InterchangeHost) -> None:
    (clip,) = edit.selection()
    edited = otio.adapters.read_from_file(str(edit.path))
    del edited.tracks[0][0:2]
    edited.to_json_file(str(edit.path))
    with pytest.raises(ItemGone, match="shot opening"):
        InterchangeHost.open(edit.path).place(done(clip, at=HOUR + 30))
    other = edit.path.with_name("other.otio")
    other.write_bytes(edit.path.read_bytes())
    with pytest.raises(ItemGone):
        InterchangeHost.open(other).place(done(clip, at=HOUR + 30))


def test_a_movie_in_a_folder_with_a_number_sign_is_a_movie(edit: InterchangeHost) -> None:
    (clip,) = edit.selection()
    edit.place(done(clip, at=HOUR + 30, name="Film #2/take_v001.mov"))
    reference = model(edit).tracks[1][1].media_reference
    assert isinstance(reference, otio.schema.ExternalReference)
    assert reference.target_url == "Afterframe/Film%20%232/take_v001.mov"


def test_a_sequence_is_placed_with_its_numbers(edit: InterchangeHost) -> None:
    (clip,) = edit.selection()
    edit.place(done(clip, at=HOUR + 30, name="take_v001/take_v001.####.exr"))
    made = model(edit).tracks[1][1]
    assert made.name == "take_v001"
    reference = made.media_reference
    folder = edit.path.parent / "Afterframe" / "take_v001"
    assert reference.target_url_for_image_number(0) == "Afterframe/take_v001/take_v001.0007.exr"
    assert reference.number_of_images_in_sequence() == 24
    read = InterchangeHost.open(edit.save()).clip_at(HOUR + 30)
    assert read.media.path == str(folder / "take_v001.####.exr")
    assert (read.media.first, read.media_range) == (7, Span(0, 24))


def test_a_result_at_another_rate_lasts_no_longer_than_it_has_pictures(
    edit: InterchangeHost,
) -> None:
    (clip,) = edit.selection()
    placed = edit.place(done(clip, at=HOUR + 30, frames=51, rate=Fraction(50)))
    assert placed.span == Span(HOUR + 30, 24)
    after = edit.place(done(clip, at=HOUR + 54, frames=10, name="next.mov"))
    assert (after.track, after.span) == ("Afterframe", Span(HOUR + 54, 10))
    reference = model(edit).tracks[1][1].media_reference
    assert (reference.available_range.duration.value, reference.available_range.duration.rate) == (
        51, 50,
    )  # fmt: skip


@pytest.mark.parametrize("style", ["relative", "path", "url"])
def test_results_are_named_the_way_the_timeline_names_its_media(
    edit: InterchangeHost, style: str
) -> None:
    movie = edit.path.parent / "shot.mov"
    urls = {"relative": "shot.mov", "path": str(movie), "url": movie.as_uri()}
    edited = otio.adapters.read_from_file(str(edit.path))
    for clip in edited.find_clips():
        clip.media_reference.target_url = urls[style]
    edited.to_json_file(str(edit.path))
    host = InterchangeHost.open(edit.path)
    host.place(done(host.selection()[0], at=HOUR + 30, name="né 1.mov"))
    result = edit.path.parent / "Afterframe" / "né 1.mov"
    expected = {"relative": "Afterframe/n%C3%A9%201.mov", "path": str(result),
                "url": result.as_uri()}  # fmt: skip
    assert model(host).tracks[1][1].media_reference.target_url == expected[style]
    saved = max(edit.path.parent.glob("*_afterframe_*"))
    assert InterchangeHost.open(saved).clip_at(HOUR + 30).media.path == str(result)


def test_the_timelines_own_spelling_of_its_rate_is_kept(edit: InterchangeHost) -> None:
    text = edit.path.read_text().replace("23.976023976023978", "23.976")
    edit.path.write_text(text)
    host = InterchangeHost.open(edit.path)
    host.place(done(host.selection()[0], at=HOUR + 30))
    assert "23.976023" not in host.save().read_text()


def test_a_nested_clips_result_stands_where_the_timeline_shows_it(tmp_path: Path) -> None:
    (tmp_path / "a.mov").touch()
    sample = sample_timeline(tmp_path / "a.mov", 60, Fraction(24), 0)
    nest = otio.schema.Stack("nest", source_range=otio.opentime.TimeRange(
        otio.opentime.RationalTime(10, 24), otio.opentime.RationalTime(20, 24)))  # fmt: skip
    nest.append(sample.tracks[0].deepcopy())
    sample.tracks[0][:] = [otio.schema.Gap(duration=otio.opentime.RationalTime(5, 24)), nest]
    sample.to_json_file(str(tmp_path / "n.otio"))
    host = InterchangeHost.open(tmp_path / "n.otio")
    clip = host.clip_at(HOUR + 10)
    assert clip.item == f"0/1/0/0@{clip.record_range.start}"
    placed = host.place(done(clip, at=HOUR + 10, rate=Fraction(24)))
    assert placed.span == Span(HOUR + 10, 24)
    assert places(model(host).tracks[1]) == [("shot_generate_v001", 10, 24)]


def test_a_trimmed_timeline_takes_results_at_the_frame_it_shows(edit: InterchangeHost) -> None:
    edited = otio.adapters.read_from_file(str(edit.path))
    rate = float(FILM)
    edited.tracks.source_range = otio.opentime.TimeRange(
        otio.opentime.RationalTime(20, rate), otio.opentime.RationalTime(60, rate)
    )
    edited.to_json_file(str(edit.path))
    host = InterchangeHost.open(edit.path)
    clip = host.clip_at(HOUR + 5)
    assert (clip.record_range, clip.media_range) == (Span(HOUR, 20), Span(23, 20))
    assert host.place(done(clip, at=HOUR + 5)).span == Span(HOUR + 5, 24)


@pytest.mark.parametrize("change", ["trimmed", "retimed", "dissolve"])
def test_a_track_of_ours_that_the_user_changed_is_left_alone(
    edit: InterchangeHost, change: str
) -> None:
    (clip,) = edit.selection()
    for at in (10, 60):
        edit.place(done(clip, at=HOUR + at, frames=10))
    edited = model(edit)
    track, six = edited.tracks[1], otio.opentime.RationalTime(6, float(FILM))
    if change == "trimmed":
        track.source_range = track.available_range()
    elif change == "retimed":
        track.effects.append(otio.schema.LinearTimeWarp("w", 2))
    else:
        track.insert(2, otio.schema.Transition("d", "SMPTE_Dissolve", six, six))
    path = edit.path.with_name("changed.otio")
    edited.to_json_file(str(path))
    host = InterchangeHost.open(path)
    placed = host.place(done(host.clips(ALL)[0], at=HOUR + 30, frames=10, name="new.mov"))
    assert placed.track == "Afterframe 2"


def test_revealing_moves_the_playhead_to_the_item(edit: InterchangeHost) -> None:
    (clip,) = edit.selection()
    placed = edit.place(done(clip, at=HOUR + 50))
    edit.reveal(placed.item)
    assert edit.playhead() == HOUR + 50
    with pytest.raises(ItemGone):
        edit.reveal("9/9")


def test_a_folder_that_takes_no_file_is_told_and_left_clean(
    edit: InterchangeHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    before = sorted(edit.path.parent.iterdir())
    with pytest.raises(PlaceFailed, match="No space left"):
        edit.save()
    assert sorted(edit.path.parent.iterdir()) == before


def test_unknown_things_of_another_program_survive(edit: InterchangeHost) -> None:
    data = json.loads(edit.path.read_text())
    data["tracks"]["children"][0]["children"][0]["metadata"] = {
        "theirs": {"OTIO_SCHEMA": "TheirGlow.3", "amount": 0.25, "name": "glow"}
    }
    edit.path.write_text(json.dumps(data))
    host = InterchangeHost.open(edit.path)
    host.place(done(host.selection()[0], at=HOUR + 30))
    written = json.loads(host.save().read_text())
    del written["tracks"]["children"][1]
    assert written == data


def test_placing_looks_at_our_tracks_alone_and_finds_what_opening_anew_finds(
    edit: InterchangeHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = otio.adapters.read_from_file(str(edit.path))
    upper = written.tracks[0].deepcopy()
    del upper[2:]
    written.tracks.insert(1, upper)
    written.to_json_file(str(edit.path))
    edit = InterchangeHost.open(edit.path)
    first, second = edit.clip_at(HOUR), edit.clip_at(HOUR + 41)
    edit.place(done(first))
    looked: list[str] = []

    def looking(reference: Any, folder: Path, name: str) -> Media:
        looked.append(name)
        return medium(reference, folder, name)

    monkeypatch.setattr(timeline, "medium", looking)
    edit.place(done(second, at=HOUR + 41, name="other.mov"))
    edit.place(done(first, at=HOUR + 5, name="above.mov"))
    assert not set(looked) & {first.name, second.name}
    anew = InterchangeHost.open(edit.save())
    assert [replace(each, clip=None) for each in edit._edit.items] == [
        replace(each, clip=None) for each in anew._edit.items
    ]
    assert {each.track for each in edit._edit.items} == {1, 2, 3, 4}
