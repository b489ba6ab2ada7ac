"""Pictures out of Resolve: the frames that were asked for, and a Deliver page as it was."""

from __future__ import annotations

import time
from fractions import Fraction
from pathlib import Path

import pytest

from afterframe.media.source import open_media
from afterframe_hosts.resolve import aside, capture, deliver, quicktime
from afterframe_hosts.wire.clip import Clip, Span
from afterframe_hosts.wire.errors import CaptureFailed, HostUnrestored
from tests.fakes.resolve import state
from tests.fakes.resolve.build import VERSIONS, Build
from tests.makers import numbered_movie, read_number
from tests.unit.resolve_desk import WAYS, Desk, Shelf, Way, broken, capture_problems, desk

FIRST = 5
"""Frame of the source that the first item begins with."""


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    return Shelf.filled(tmp_path_factory.mktemp("media"), Fraction(24))


@pytest.fixture(scope="module")
def laid(shelf: Shelf, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return desk(shelf, tmp_path_factory.mktemp("resolve"))


@pytest.fixture
def table(laid: Desk) -> Desk:
    return laid.fresh()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The stand-in writes a still before it answers, and nothing plays on it."""
    monkeypatch.setattr(capture, "PLAYS", 0.01)
    monkeypatch.setattr(capture, "WRITTEN", 0.05)


def _seen(table: Desk, folder: Path, at: int, frames: int) -> Clip:
    clip = table.clip()
    span = Span(clip.record_range.start + at, frames)
    return capture.capture(table.resolve, clip, span, folder, seen=True, tell=table.told.append)


def _numbers(clip: Clip) -> list[int]:
    """Return what the pictures of a captured clip say, in order."""
    medium = open_media(clip.media)
    try:
        frames = (medium.read(n) for n in range(clip.media_range.duration))
        return [read_number(frame.planes[0]) for frame in frames]
    finally:
        medium.close()


def test_what_is_known_exactly_is_not_rendered(table: Desk, tmp_path: Path) -> None:
    clip, before = table.clip(), table.dump()
    span = Span(clip.record_range.start + 3, 4)
    assert capture.capture(table.resolve, clip, span, tmp_path, seen=False) == clip
    assert not any(tmp_path.iterdir())
    assert state.differences(before, table.dump()) == []


def test_what_failed_and_what_is_left_are_two_sentences(table: Desk) -> None:
    def fail() -> None:
        with aside.kept(table.resolve) as work:
            work.view.add("page color", lambda: False, lambda: None)
            raise CaptureFailed(item="one", detail="it exports no still")

    with pytest.raises(HostUnrestored) as failed:
        fail()
    said = "it exports no still. DaVinci Resolve did not take back: page color."
    assert str(failed.value).endswith(said)


def test_why_pictures_are_taken_as_seen_is_told(table: Desk, tmp_path: Path) -> None:
    table.item().speed = 0.5
    shot = table.clip()
    frames = Span(shot.record_range.start, 1)
    capture.capture(table.resolve, shot, frames, tmp_path, seen=False, tell=table.told.append)
    (note,) = table.told
    assert "is retimed: its pictures were taken as seen" in note.text("en")


@pytest.mark.parametrize("frames", [1, 6])
@pytest.mark.parametrize("version", VERSIONS)
def test_as_seen_just_these_frames_come(
    shelf: Shelf, tmp_path: Path, version: str, frames: int
) -> None:
    table = desk(shelf, tmp_path / "resolve", Build.named(version))
    table.item().properties.clear()
    before, folder = table.dump(), tmp_path / "pictures"
    folder.mkdir()
    clip = _seen(table, folder, 3, frames)
    assert (clip.media_range, clip.record_range) == (
        Span(0, frames),
        Span(table.start + 3, frames),
    )
    assert _numbers(clip) == [FIRST + 3 + n for n in range(frames)]
    assert state.differences(before, table.dump()) == []
    assert table.told == []
    assert table.world.misuse == []


@pytest.mark.parametrize("page", ["media", "cut", "edit", "fusion", "color", "deliver"])
def test_from_every_page(table: Desk, tmp_path: Path, page: str) -> None:
    table.world.application.page = page
    before = table.dump()
    assert _seen(table, tmp_path, 2, 1).media.kind == "still"
    assert state.differences(before, table.dump()) == []


def test_a_resolve_that_renders_is_not_disturbed(table: Desk, tmp_path: Path) -> None:
    table.world.faults.render_hangs = True
    project = table.world.handle("Resolve").GetProjectManager().GetCurrentProject()
    job = project.GetRenderJobList()[0]["JobId"]
    assert project.StartRendering([job])
    while project.GetRenderJobStatus(job)["CompletionPercentage"] < 50:  # where it hangs
        time.sleep(0.01)
    time.sleep(0.05)
    try:
        before = table.dump()
        with pytest.raises(CaptureFailed, match="is rendering"):
            _seen(table, tmp_path, 0, 3)
        assert state.differences(before, table.dump()) == []
        assert project.IsRenderingInProgress()
    finally:
        project.StopRendering()


def test_a_timeline_that_plays_is_not_disturbed(
    table: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(capture, "_is_playing", lambda project: True)
    before = table.dump()
    with pytest.raises(CaptureFailed, match="is playing"):
        _seen(table, tmp_path, 0, 1)
    assert state.differences(before, table.dump()) == []


def test_a_playhead_that_goes_on_is_one_that_plays(table: Desk, tmp_path: Path) -> None:
    project = table.resolve.GetProjectManager().GetCurrentProject()  # type: ignore[union-attr]
    assert project is not None
    assert not capture._is_playing(project)
    calls = table.line.call

    def playing(target: object, method: str, arguments: object) -> object:
        table.edit.playhead += method == "GetCurrentTimecode"
        return calls(target, method, arguments)  # type: ignore[arg-type]

    table.line.call = playing  # type: ignore[method-assign]
    assert capture._is_playing(project)


def test_a_failing_render_falls_back_to_stills(table: Desk, tmp_path: Path) -> None:
    table.item().properties.clear()
    table.world.faults.render_error = "GPU memory is full"
    before = table.dump()
    clip = _seen(table, tmp_path, 4, 3)
    assert (clip.media.kind, clip.media.first) == ("sequence", 1)
    assert _numbers(clip) == [FIRST + 4, FIRST + 5, FIRST + 6]
    assert not list(tmp_path.glob(f"{deliver.NAME}*")), "a half file is left"
    assert state.differences(before, table.dump()) == []


def test_a_render_that_stands_still_is_stopped_and_told(
    table: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliver, "PATIENCE", 0.3)
    table.world.faults.render_hangs = True
    before = table.dump()
    with pytest.raises(CaptureFailed, match="stands still"):
        _seen(table, tmp_path, 0, 6)
    assert state.differences(before, table.dump()) == []


def test_where_resolve_may_not_write_it_renders_elsewhere(shelf: Shelf, tmp_path: Path) -> None:
    table = desk(shelf, tmp_path / "resolve", Build.named("21.1"))
    volume, folder = tmp_path / "volume", tmp_path / "pictures"
    volume.mkdir()
    folder.mkdir()
    table.item().properties.clear()
    table.world.faults.storage = [str(volume)]
    before = table.dump()
    clip = _seen(table, folder, 1, 4)
    assert Path(clip.media.path).parent == folder
    assert _numbers(clip) == [FIRST + 1 + n for n in range(4)]
    assert not any(volume.iterdir())
    assert state.differences(before, table.dump()) == []


def test_numbered_pictures_are_found_however_they_are_named(
    table: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table.item().properties.clear()
    monkeypatch.setattr(deliver, "CHOICES", (("tif", "RGB16LZW"),))
    for plain in (False, True):
        table.world.faults.plain_numbers = plain
        folder = tmp_path / str(plain)
        folder.mkdir()
        clip = _seen(table, folder, 2, 3)
        assert (clip.media.kind, clip.media.first) == ("sequence", table.start + 2)
        assert _numbers(clip) == [FIRST + 2 + n for n in range(3)]


def test_on_a_free_resolve_and_after_the_preset_for_sound_there_are_pictures(
    shelf: Shelf, tmp_path: Path
) -> None:
    table = desk(shelf, tmp_path / "resolve", Build.named("21.0", "free"))
    project = table.world.handle("Resolve").GetProjectManager().GetCurrentProject()
    assert project.LoadRenderPreset("Audio Only")
    table.item().properties.clear()
    before, folder = table.dump(), tmp_path / "pictures"
    folder.mkdir()
    assert _numbers(_seen(table, folder, 0, 4)) == [FIRST + n for n in range(4)]
    assert state.differences(before, table.dump()) == []


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("frames", [1, 5])
def test_whichever_call_fails_everything_is_as_before(
    laid: Desk, tmp_path: Path, frames: int, way: Way
) -> None:
    """Every 23rd call here, another one for each way; ``tests.bench.place`` fails them all."""
    before, clip = laid.dump(), laid.clip()

    def take(table: Desk) -> Clip:
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        folder.mkdir()
        span = Span(clip.record_range.start + 3, frames)
        return capture.capture(table.resolve, clip, span, folder, seen=True)

    for case in broken(laid, take, way, 1 + 2 * WAYS.index(way), step=23):
        problems = capture_problems(case, take, before)
        assert problems == [], (case.at, case.call, case.error)


def test_the_pictures_of_a_movie_are_counted_by_its_index(tmp_path: Path) -> None:
    movie = numbered_movie(tmp_path / "a.mov", 17, sound=True)
    assert quicktime.pictures(movie) == 17
    cut = tmp_path / "cut.mov"
    cut.write_bytes(movie.read_bytes()[: movie.stat().st_size // 2])
    assert quicktime.pictures(cut) is None
    assert quicktime.pictures(tmp_path / "none.mov") is None
