"""Results on Resolve's timeline: to the frame, or refused; and the project as it was."""

from __future__ import annotations

import copy
import platform
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from afterframe_hosts.resolve import api, calls, door, link, marks, place
from afterframe_hosts.wire.clip import Span
from afterframe_hosts.wire.errors import (
    AfterframeError,
    HostFormat,
    HostStuck,
    ItemGone,
    NoFreeChannel,
    PlaceFailed,
    RateChanged,
)
from afterframe_hosts.wire.job import Note
from tests.fakes.direct import Direct
from tests.fakes.resolve import state
from tests.fakes.resolve.build import VERSIONS, Build
from tests.unit.resolve_desk import (
    KINDS,
    MADE,
    QUIRKS,
    SETTERS,
    WAYS,
    Desk,
    Shelf,
    Way,
    broken,
    desk,
    method_problems,
    place_problems,
    quirk_problems,
    scene,
)

RATES = {
    "23.976": (Fraction(24000, 1001), False),
    "25": (Fraction(25), False),
    "29.97 DF": (Fraction(30000, 1001), True),
    "59.94 DF": (Fraction(60000, 1001), True),
    "60": (Fraction(60), False),
}


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    return Shelf.filled(tmp_path_factory.mktemp("media"), Fraction(24))


@pytest.fixture(scope="module")
def laid(shelf: Shelf, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return desk(shelf, tmp_path_factory.mktemp("resolve"))


@pytest.fixture
def table(laid: Desk) -> Desk:
    return laid.fresh()


# To the frame


@pytest.mark.parametrize("start", ["00:00:00:00", "01:00:00:00"])
@pytest.mark.parametrize("name", RATES)
def test_a_result_stands_to_the_frame_at_every_rate_and_start(
    name: str, start: str, tmp_path: Path
) -> None:
    rate, drop = RATES[name]
    table = desk(
        Shelf.filled(tmp_path / "media", rate), tmp_path / "resolve", None, start, drop=drop
    )
    before = table.dump()
    for handles, path in (((0, 0), ""), ((3, 2), ""), ((2, 1), table.shelf.pictures)):
        status = table.job(0, path, handles=handles)
        placed = place.place(table.resolve, status, table.told.append)
        assert placed.span == Span(table.start + 7, MADE - sum(handles))
        (item,) = [each for each in table.ours() if placed.item.split("/")[1] == each.uid]
        assert (item.start, item.duration) == (placed.span.start, placed.span.duration)
        assert item.source == handles[0]
        assert item.speed == 1
    assert len(table.ours()) == 3
    assert table.changes(before) == []
    assert table.told == []
    assert table.world.misuse == []


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("edition", ["studio", "free"])
@pytest.mark.parametrize("headless", [False, True])
def test_every_version_and_edition_takes_a_result(
    shelf: Shelf, tmp_path: Path, version: str, edition: str, headless: bool
) -> None:
    build = Build.named(version, "free" if edition == "free" else "studio", headless=headless)
    table = desk(shelf, tmp_path, build)
    before = table.dump()
    placed = place.place(table.resolve, table.job(0, handles=(1, 1)), table.told.append)
    assert placed.span == Span(table.start + 7, MADE - 2)
    assert table.changes(before) == []
    assert table.told == []


def test_placed_twice_is_once(table: Desk) -> None:
    status = table.job()
    placed = place.place(table.resolve, status)
    before = table.dump()
    assert (placed.path, placed.is_there) == (str(table.shelf.made), True)
    assert place.place(table.resolve, status) == placed
    assert table.dump() == before
    assert place.placed(table.resolve, status.job.id) == placed
    assert place.placed(table.resolve, "") is None


def test_a_result_looks_as_its_source_does_and_says_what_it_is(table: Desk) -> None:
    status = table.job(parameters={"seed": 7})
    place.place(table.resolve, status)
    (item,) = table.ours()
    assert item.properties["ZoomX"] == 1.25
    assert item.color == marks.COLOR
    (marker,) = item.markers.values()
    assert "seed 7" in marker.note
    clip = table.project.clips[item.clip]
    assert clip.third_party[marks.JOB] == status.job.id
    assert clip.third_party["Afterframe Recipe"].endswith(".afterframe.json")


def test_what_was_captured_as_seen_is_not_transformed_again(table: Desk) -> None:
    status = table.job(seen=True)
    place.place(table.resolve, status)
    assert "ZoomX" not in table.ours()[0].properties


def test_a_clip_that_was_moved_is_followed(table: Desk) -> None:
    status = table.job()
    table.item().start += 5
    assert place.place(table.resolve, status).span.start == table.start + 12


def test_a_clip_that_was_trimmed_is_not_taken_for_moved(table: Desk) -> None:
    status = table.job()
    item = table.item()
    item.start, item.source, item.duration = item.start + 3, item.source + 3, item.duration - 3
    assert place.place(table.resolve, status).span.start == table.start + 7


def test_what_is_in_the_way_is_left_alone(table: Desk) -> None:
    before = table.dump()
    one = place.place(table.resolve, table.job())
    table.edit.tracks["video"].append(state.Track("locked", locked=True))
    table.edit.tracks["video"].append(state.Track("disabled", enabled=False))
    other = place.place(table.resolve, table.job(path=str(table.shelf.other)))
    assert (one.track, other.track) == ("Video 2", marks.BIN)
    assert [len(track.items) for track in table.edit.tracks["video"]] == [2, 2, 0, 0, 1]
    assert one.span == other.span
    del table.edit.tracks["video"][2:4]
    assert table.changes(before) == []


def test_a_track_that_the_user_named_is_left_alone(table: Desk) -> None:
    tracks = table.edit.tracks["video"]
    tracks[1].name = "Titles"
    first = place.place(table.resolve, table.job())
    assert (first.track, len(tracks[1].items), len(tracks)) == (marks.BIN, 1, 3)
    tracks.append(state.Track("视频 4"))
    second = place.place(table.resolve, table.job(path=str(table.shelf.other)))
    assert second.track == "视频 4"
    tracks[2].items.clear()
    third = place.place(table.resolve, table.job(path=str(table.shelf.pictures)))
    assert third.track == marks.BIN, "ours comes before one without a name"


def test_it_is_told_which_shots_a_result_lies_over(table: Desk) -> None:
    name = table.clip(1).name
    place.place(table.resolve, table.job(effect="extend", handles=(2, 2)), table.told.append)
    assert table.told == []
    after = table.item(1)
    after.start, after.duration = table.start + 33, 5
    other = table.job(path=str(table.shelf.other), effect="extend", handles=(2, 2))
    place.place(table.resolve, other, table.told.append)
    note = Note("note.resolve_covers", {"names": name, "at": "01:00:01:09"})
    assert table.told == [note]


def test_what_was_not_taken_is_told_in_the_time_of_the_timeline(table: Desk) -> None:
    class Nothing(Direct):
        def call(self, target: object, method: str, arguments: Sequence[object]) -> object:
            if method == "AppendToTimeline":
                return None
            return super().call(target, method, arguments)

    resolve = calls.root(Nothing(), table.world.handle("Resolve"))
    with pytest.raises(PlaceFailed, match="nothing instead of 12 frames at 01:00:00:07"):
        place.place(resolve, table.job())


def test_an_extension_goes_onto_its_clips_own_track_where_that_is_free(table: Desk) -> None:
    status = table.job(effect="extend", own_track=True, handles=(2, 2))
    placed = place.place(table.resolve, status)
    assert placed.track == "Video 1"
    assert placed.span.start == table.start + 30


def test_a_bridge_goes_into_its_gap(table: Desk) -> None:
    status = table.job(effect="bridge", after=table.clip(1), handles=(1, 1))
    assert place.place(table.resolve, status).track == "Video 1"


def test_a_timeline_that_is_not_open_is_opened_and_closed(table: Desk) -> None:
    status = table.job()
    table.project.current_timeline = table.project.timelines[1].uid
    before = table.dump()
    placed = place.place(table.resolve, status)
    assert placed.item.startswith(table.edit.uid)
    assert table.changes(before) == []


def test_a_new_take_goes_behind_the_item_of_its_lineage(table: Desk) -> None:
    first = table.job()
    there = place.place(table.resolve, first)
    second = table.job(path=str(table.shelf.other), lineage=first.job.id)
    taken = place.place(table.resolve, second)
    assert (taken.item.split("/")[1], taken.span) == (there.item.split("/")[1], there.span)
    (item,) = table.ours()
    assert (len(item.takes), item.take) == (2, 2)
    assert place.placed(table.resolve, first.job.id) == taken
    third = table.job(path=table.shelf.pictures, lineage=first.job.id, handles=(2, 2))
    assert place.place(table.resolve, third).item.split("/")[1] != item.uid, "of another length"


def test_several_jobs_with_one_file_stand_each_at_its_place(table: Desk) -> None:
    one, other = table.job(), table.job(1)
    first, second = place.place(table.resolve, one), place.place(table.resolve, other)
    assert place.placed(table.resolve, one.job.id) == first
    assert place.placed(table.resolve, other.job.id) == second


def test_reveal_goes_to_the_item_and_changes_nothing_else(table: Desk) -> None:
    before = table.dump()
    table.world.application.page = "media"
    placed = place.place(table.resolve, table.job())
    place.reveal(table.resolve, placed.item)
    assert (table.edit.playhead, table.world.application.page) == (placed.span.start, "edit")
    assert table.changes(before, viewed=False) == []
    with pytest.raises(ItemGone):
        place.reveal(table.resolve, f"{table.edit.uid}/nothing/0")


# Refused


def _refused(table: Desk, status: object, kind: type[AfterframeError]) -> AfterframeError:
    before = table.dump()
    with pytest.raises(kind) as caught:
        place.place(table.resolve, status)  # type: ignore[arg-type]
    assert type(caught.value) is kind
    assert state.differences(before, table.dump()) == []
    return caught.value


def test_what_has_no_place_is_refused(table: Desk) -> None:
    status = table.job()
    clip = status.job.clip
    gone = replace(clip, item=f"{table.edit.uid}/gone/0")
    _refused(table, replace(status, job=replace(status.job, clip=gone)), ItemGone)
    another = replace(clip, document="another project")
    _refused(table, replace(status, job=replace(status.job, clip=another)), ItemGone)
    early = replace(status.job, effect="extend", parameters={"side": "head"})
    assert "before" in str(_refused(table, replace(status, job=early), PlaceFailed))
    assert status.result is not None
    fast = replace(status.result, rate=Fraction(25))
    _refused(table, replace(status, result=fast), RateChanged)
    lost = replace(status.result, path=str(table.shelf.made.with_name("lost.mov")))
    _refused(table, replace(status, result=lost), PlaceFailed)
    short = replace(status.result, frames=MADE + 1)
    assert "12 frames" in str(_refused(table, replace(status, result=short), PlaceFailed))
    table.world.faults.refusing.add("Timeline.AddTrack")
    table.edit.tracks["video"][1].locked = True
    _refused(table, status, NoFreeChannel)


def test_h264_is_refused_on_linux_before_anything_is_done(
    table: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    status = table.job()
    wanted = replace(
        status, job=replace(status.job, output=replace(status.job.output, format="h264"))
    )
    monkeypatch.setattr(platform, "system", lambda: "Linux")
    error = _refused(table, wanted, HostFormat)
    assert "h264" in str(error)
    assert "dnxhr_hq" in error.fix()
    with pytest.raises(HostFormat):
        place.check_format("auto", "/films/shot.mp4")
    place.check_format("auto", "/films/shot.mov")
    monkeypatch.setattr(platform, "system", lambda: "Darwin")
    place.check_format("h264", "/films/shot.mp4")


def test_an_open_dialog_refuses_a_result_and_loses_nothing(table: Desk) -> None:
    table.world.faults.modal = True
    _refused(table, table.job(), PlaceFailed)


def test_a_timeline_that_is_being_rendered_is_not_changed(table: Desk) -> None:
    table.world.faults.render_hangs = True
    project = table.world.handle("Resolve").GetProjectManager().GetCurrentProject()
    job = project.GetRenderJobList()[0]["JobId"]
    assert project.StartRendering([job])
    while project.GetRenderJobStatus(job)["CompletionPercentage"] < 50:  # where it hangs
        time.sleep(0.01)
    time.sleep(0.05)
    try:
        assert "is rendering" in str(_refused(table, table.job(), PlaceFailed))
    finally:
        project.StopRendering()


# Faults


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", ["new track", "handles", "take"])
def test_whichever_call_fails_a_result_stands_or_all_is_as_before(
    laid: Desk, kind: str, way: Way
) -> None:
    """Every 19th call here, another one for each way; ``tests.bench.place`` fails them all."""
    table, status, span = scene(laid, kind)
    before, first = table.dump(), 1 + WAYS.index(way)
    for case in broken(table, lambda d: place.place(d.resolve, status), way, first, step=19):
        problems = place_problems(case, status, span, before)
        assert problems == [], (case.at, case.call, case.error)


@pytest.mark.parametrize("kind", KINDS)
def test_a_method_that_never_works_gives_no_half_result(laid: Desk, kind: str) -> None:
    for name in SETTERS:
        assert method_problems(laid, kind, name)[1] == [], name


@pytest.mark.parametrize("name", QUIRKS)
def test_a_resolve_with_a_quirk_places_all_the_same(laid: Desk, name: str) -> None:
    assert quirk_problems(laid, copy.deepcopy(QUIRKS[name])) == []


@pytest.mark.parametrize(
    "name", ["MediaPool.ImportMedia", "MediaPool.AppendToTimeline", "ProjectManager.SaveProject"]
)
def test_a_call_that_never_returns_is_told_and_what_it_cut_off_is_finished_later(
    laid: Desk, name: str
) -> None:
    table, status = laid.fresh(), laid.job(handles=(2, 1))
    before = table.dump()
    table.world.faults.blocking.add(name)
    with _door(table, patience=0.2) as resolve, pytest.raises(HostStuck):
        place.place(resolve, status)
    table.world.faults.blocking.clear()
    with _door(table) as resolve:
        assert place.place(resolve, status).span == Span(table.start + 7, 9)
    assert len(table.ours()) == 1
    assert table.changes(before, viewed=False) == []


@contextmanager
def _door(table: Desk, patience: float = 10.0) -> Iterator[api.Resolve]:
    """Reach a desk through a door in a thread; one that is blocked stays there for ever."""
    opened, closed = door.Door(table.world.handle("Resolve")), threading.Event()
    serving = threading.Thread(
        target=opened.serve, args=(lambda: not closed.is_set(),), daemon=True
    )
    serving.start()
    line = link.Link(opened.address, longer={}, patience=patience)
    try:
        yield calls.root(line, line.resolve)
    finally:
        line.close()
        closed.set()
        serving.join(1.0 if not table.world.faults.blocking else 0.0)


def test_an_append_that_fails_and_leaves_something_is_taken_back(table: Desk) -> None:
    table.world.faults.vanishing = True
    before = table.dump()
    try:
        place.place(table.resolve, table.job())
    except PlaceFailed:
        assert state.differences(before, table.dump()) == []
    else:
        assert table.changes(before) == []


def test_a_project_without_a_name_is_not_saved(laid: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    table = laid.fresh()
    place.place(table.resolve, table.job())
    assert "SaveProject" in table.line.names_made
    library = table.world.library
    assert library is not None
    project = library.projects.pop("Show")
    project.name = table.world.application.project = "Untitled Project"
    library.projects[project.name] = project
    place.place(table.join(), table.job(1, path=str(table.shelf.other)))
    assert "SaveProject" not in table.line.names_made
    assert len(table.ours()) == 2


def test_a_project_that_cannot_be_saved_is_told(table: Desk) -> None:
    table.world.faults.refusing.add("ProjectManager.SaveProject")
    place.place(table.resolve, table.job(), table.told.append)
    assert table.told == [Note("note.resolve_not_saved")]
