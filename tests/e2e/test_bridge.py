"""A gap filled through the command line: between two files, and on a timeline."""

from __future__ import annotations

import shutil
from pathlib import Path

import opentimelineio as otio
import pytest

from afterframe.core.recipe import beside, read_recipe
from afterframe.media.source import open_media
from afterframe.sample.movie import write_movie
from afterframe_hosts.wire.clip import Media
from tests.e2e.conftest import Run, answer

RATE = 24
FRAMES = 24
SAMPLE = (320, 180)


@pytest.fixture(scope="module")
def shot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("shot") / "take.mov"
    write_movie(path, SAMPLE, FRAMES)
    return path


@pytest.fixture
def take(shot: Path, tmp_path: Path) -> Path:
    """A second of one take."""
    return Path(shutil.copy(shot, tmp_path / "take.mov"))


@pytest.fixture
def edit(take: Path) -> Path:
    """A timeline from 01:00:00:00 on: eight frames of the take, a gap of four, eight more."""

    def span(start: int, duration: int) -> otio.opentime.TimeRange:
        rate = float(RATE)
        return otio.opentime.TimeRange(
            otio.opentime.RationalTime(start, rate), otio.opentime.RationalTime(duration, rate)
        )

    def clip(name: str, start: int) -> otio.schema.Clip:
        with open_media(Media("movie", str(take))) as source:
            begins = source.info.start_timecode
        first = int(otio.opentime.from_timecode(begins, RATE).value)
        reference = otio.schema.ExternalReference(take.name, span(first, FRAMES))
        return otio.schema.Clip(name, reference, span(first + start, 8))

    track = otio.schema.Track("V1", kind=otio.schema.TrackKind.Video)
    track.extend([clip("one", 0), otio.schema.Gap(source_range=span(0, 4)), clip("two", 12)])
    track.append(clip("three", 4))
    timeline = otio.schema.Timeline("edit", [track])
    timeline.global_start_time = otio.opentime.RationalTime(86400, RATE)
    path = take.with_name("edit.otio")
    timeline.to_json_file(str(path))
    return path


def frames_of(path: str) -> int:
    with open_media(Media("movie", path)) as source:
        return source.info.frames


def ours(timeline: str) -> tuple[int, int]:
    """Return where our clip stands on a timeline, from its start, and for how long."""
    model = otio.adapters.read_from_file(timeline)
    (clip,) = model.tracks[-1].find_clips()
    span = clip.range_in_parent()
    return int(span.start_time.value), int(span.duration.value)


def test_a_gap_between_two_files_is_filled_and_made_again_from_its_recipe(
    afterframe: Run, take: Path
) -> None:
    after = take.with_name("after.mov")
    shutil.copy(take, after)
    status = answer(afterframe("bridge", take, after, "--frames", 6, "--json"))
    assert status["state"] == "done", status["error"]
    result = Path(status["result"]["path"])
    assert result == take.parent / "Afterframe" / "take_bridge_v001.mov"
    assert frames_of(str(result)) == 6
    recipe = read_recipe(beside(result))
    assert set(recipe.pictures) == {str(after)}
    assert recipe.job.after is not None
    assert recipe.job.after.record_range.start == recipe.job.clip.record_range.end + 6
    again = afterframe("render", beside(result))
    assert again.returncode == 0, again.stderr
    assert again.stdout.splitlines()[-1] == "The same pixels."


def test_a_result_is_not_written_over_the_clip_that_follows(afterframe: Run, take: Path) -> None:
    after = take.with_name("after.mov")
    shutil.copy(take, after)
    done = afterframe("bridge", take, after, "-o", after, "--overwrite", "--json")
    assert answer(done)["error"]["code"] == "path_not_permitted"


def test_a_gap_under_the_playhead_is_filled_on_a_new_track(afterframe: Run, edit: Path) -> None:
    status = answer(afterframe("bridge", edit, "--at", "01:00:00:09", "--json"))
    assert status["state"] == "done", status["error"]
    assert frames_of(status["result"]["path"]) == 4
    assert ours(status["timeline"]) == (8, 4)


def test_a_cut_is_bridged_over_the_ends_of_its_clips(afterframe: Run, edit: Path) -> None:
    status = answer(
        afterframe("bridge", edit, "--at", "01:00:00:21", "--frames", 6, "--force", "yes", "--json")
    )
    assert status["state"] == "done", status["error"]
    assert frames_of(status["result"]["path"]) == 6
    assert ours(status["timeline"]) == (17, 6)
    wrong = afterframe("bridge", edit, "--at", "01:00:00:09", "--frames", 3, "--json")
    told = answer(wrong)["error"]
    assert told["code"] == "bad_value"
    assert "4 to 18 frames" in told["fix"]


def test_a_bridge_of_another_rate_lasts_as_long_as_its_gap(afterframe: Run, edit: Path) -> None:
    status = answer(afterframe("bridge", edit, "--at", "01:00:00:09", "--rate", 48, "--json"))
    assert status["state"] == "done", status["error"]
    assert status["result"]["frames"] == 8
    assert ours(status["timeline"]) == (8, 4)
