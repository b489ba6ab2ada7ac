"""Reading ahead: in order and exact whatever is asked, bounded, and over when it is closed."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from afterframe.core.admission import admit
from afterframe.errors import Cancelled, MediaTruncated
from afterframe.media.display import to_rgb8
from afterframe.media.frame import ColourTags, Frame, PixelFormat
from afterframe.pipeline.ahead import AHEAD_BYTES, AHEAD_FRAMES, BEHIND_FRAMES, ReadAhead, Reading
from afterframe.pipeline.run import Hooks, run_job
from afterframe.pipeline.source import ClipSource, next_frame
from afterframe_hosts.wire.clip import Clip, Media, Span
from afterframe_hosts.wire.job import Job, Note, Output, new_id
from afterframe_models import registry
from tests.makers import numbered_movie, numbered_sequence, read_number

PATIENCE = 10.0
FRAMES = 60


class Medium:
    """Frames that are their own index; notes what is read, can fail and can be held up."""

    def __init__(self, size: int = 4, broken: int | None = None) -> None:
        self.read_so_far: list[int] = []
        self.size, self.broken = size, broken
        self.held_up: int | None = None
        self.may_go_on = threading.Event()
        self.changed = threading.Condition()

    def read(self, index: int) -> Reading:
        if index == self.held_up:
            assert self.may_go_on.wait(PATIENCE)
        with self.changed:
            self.read_so_far.append(index)
            self.changed.notify_all()
        if index == self.broken:
            return Reading(index, None, error=MediaTruncated(path="m", frame=index))
        plane = np.full((1, self.size), index, np.uint8)
        frame = Frame((plane,), PixelFormat("grey", 8), ColourTags())
        return Reading(index, frame, (Note("read", {"frames": len(self.read_so_far)}),))

    def following(self, index: int) -> int | None:
        return index + 1 if index + 1 < FRAMES else None

    def wait_for(self, reads: int) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.read_so_far) >= reads, PATIENCE)


Open = Callable[[Medium], ReadAhead]


@pytest.fixture
def ahead() -> Iterator[Open]:
    opened: list[ReadAhead] = []

    def open_one(medium: Medium) -> ReadAhead:
        opened.append(ReadAhead(medium.read, medium.following))
        return opened[-1]

    yield open_one
    for each in opened:
        each.close()
    assert not readers()


def readers() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == "reader"]


def shown(reading: Reading) -> int:
    assert reading.frame is not None
    return int(reading.frame.planes[0][0, 0])


def test_frames_in_order_are_read_once_each_and_no_more_of_them_than_there_are(ahead: Open) -> None:
    medium = Medium()
    source = ahead(medium)
    assert [shown(source.read(index)) for index in range(FRAMES)] == list(range(FRAMES))
    assert medium.read_so_far == list(range(FRAMES))


def test_the_next_frame_is_read_while_this_one_is_worked_on(ahead: Open) -> None:
    medium = Medium()
    source = ahead(medium)
    source.read(0)
    source.read(1)
    medium.wait_for(3)  # nobody has asked for a third
    assert medium.read_so_far[2] == 2


def test_no_more_frames_lie_ready_than_are_permitted(ahead: Open) -> None:
    medium = Medium()
    source = ahead(medium)
    source.read(0)
    source.read(1)
    medium.wait_for(2 + AHEAD_FRAMES)
    assert settled(medium) == 2 + AHEAD_FRAMES


def test_of_large_frames_fewer_lie_ready(ahead: Open) -> None:
    medium = Medium(size=AHEAD_BYTES // 2 + 1)
    source = ahead(medium)
    source.read(0)
    source.read(1)
    medium.wait_for(3)
    assert settled(medium) == 3


def settled(medium: Medium) -> int:
    """Return how much has been read when nothing more comes."""
    with medium.changed:
        medium.changed.wait_for(lambda: False, 0.2)
    return len(medium.read_so_far)


def test_who_asks_for_single_frames_has_no_others_read(ahead: Open) -> None:
    medium = Medium()
    source = ahead(medium)
    for index in (7, 3, 40, 41):
        source.read(index)
        if index != 41:
            assert not readers()
    assert medium.read_so_far[:4] == [7, 3, 40, 41]
    source.read(20)
    before = settled(medium)
    source.read(10)
    assert settled(medium) == before + 1


def test_any_order_gives_the_frame_that_was_asked_for(ahead: Open) -> None:
    medium, chance = Medium(), random.Random(7)
    source = ahead(medium)
    index = 0
    for _ in range(2000):
        index = chance.choice([index, index + 1, index + 1, index + 2, index - 1, 3 * index + 5])
        index %= FRAMES
        assert shown(source.read(index)) == index


def test_a_frame_that_nobody_wants_any_more_is_not_taken_for_another(ahead: Open) -> None:
    medium = Medium()
    medium.held_up = 2
    source = ahead(medium)
    source.read(0)
    source.read(1)
    threading.Timer(0.1, medium.may_go_on.set).start()
    assert shown(source.read(30)) == 30
    assert shown(source.read(31)) == 31


def test_looking_back_reads_nothing_again(ahead: Open) -> None:
    medium = Medium()
    source = ahead(medium)
    for index in range(BEHIND_FRAMES, FRAMES):
        for each in range(index - BEHIND_FRAMES, index + 1):
            source.read(each)
    assert medium.read_so_far == list(range(FRAMES))


def test_an_error_arrives_at_its_own_frame(ahead: Open) -> None:
    medium = Medium(broken=5)
    source = ahead(medium)
    assert [shown(source.read(index)) for index in range(5)] == [0, 1, 2, 3, 4]
    for _ in range(2):
        with pytest.raises(MediaTruncated) as told:
            source.read(5)
        assert told.value.params["frame"] == 5
    assert shown(source.read(6)) == 6


def test_an_error_that_nobody_reaches_is_not_told(ahead: Open) -> None:
    medium = Medium(broken=5)
    source = ahead(medium)
    for index in range(4):
        source.read(index)
    medium.wait_for(6)
    assert 6 not in medium.read_so_far
    assert shown(source.read(30)) == 30


def test_closing_ends_the_reader_wherever_it_is(ahead: Open) -> None:
    for held_up in (False, True):
        medium = Medium()
        source = ahead(medium)
        if held_up:
            medium.held_up = 3
            threading.Timer(0.1, medium.may_go_on.set).start()
        source.read(0)
        source.read(1)
        source.close()
        source.close()
        assert not readers()


def test_what_is_told_is_of_the_frames_given_not_of_those_that_lie_ready(ahead: Open) -> None:
    medium = Medium()
    source = ahead(medium)
    source.read(0)
    reading = source.read(1)
    medium.wait_for(2 + AHEAD_FRAMES)
    assert reading.notes[0].params == {"frames": 2}


@pytest.mark.parametrize(
    ("step", "order"),
    [
        ("1/4", [0, 1, 2, 3]),
        ("1", [0, 1, 2, 3]),
        ("5/4", [0, 1, 2, 3, 4, 5]),
        ("2", [0, 2, 4, 6]),
        ("5/2", [0, 2, 3, 5, 7, 8, 10]),
        ("16", [0, 16, 32]),
        ("1001/240", [0, 4, 5, 8, 9, 12, 13, 16, 17, 20, 21, 25, 26]),
    ],
)
def test_the_frames_that_come_next_are_those_that_a_retime_takes(
    step: str, order: list[int]
) -> None:
    foretold = [0]
    while len(foretold) < len(order):
        foretold.append(next_frame(foretold[-1], Fraction(step)))
    assert foretold == order


@pytest.mark.parametrize("speed", [1, -1])
def test_a_clip_is_read_exactly_in_any_order(tmp_path: Path, speed: int) -> None:
    path = numbered_movie(tmp_path / "m.mp4", frames=30)
    clip = Clip(
        "m", Media("movie", str(path)), Span(4, 20), Span(0, 20), Fraction(25), Fraction(speed)
    )
    with ClipSource(clip) as source:
        for index in (*range(8), 3, 19, 0, 1, 2, *range(12, 20)):
            wanted = 4 + index if speed > 0 else 23 - index
            assert read_number(to_rgb8(source.read(index))) == wanted
    assert not readers()


def test_holes_are_told_of_the_frames_that_were_given(tmp_path: Path) -> None:
    path = numbered_sequence(tmp_path / "plate", 10)
    Path(path.replace("####", "1004")).unlink()
    media = Media("sequence", path, first=1001, holes="hold")
    clip = Clip("m", media, Span(0, 10), Span(0, 10), Fraction(25))
    with ClipSource(clip) as source:
        source.read(0)
        source.read(1)
        assert source.notes() == ()
        source.read(2)
        source.read(3)
        assert [note.params["missing"] for note in source.notes()] == ["1004"]


def test_a_cancelled_job_leaves_no_thread_behind(tmp_path: Path) -> None:
    path = numbered_movie(tmp_path / "m.mp4", frames=30)
    clip = Clip("m", Media("movie", str(path)), Span(0, 30), Span(0, 30), Fraction(25))
    job = Job(new_id(), "retime", clip, Output(folder=str(tmp_path)), parameters={"speed": 1.0})
    threads: set[str] = set()

    def check() -> None:
        threads.update(thread.name for thread in threading.enumerate())
        if "reader" in threads:
            raise Cancelled

    with pytest.raises(Cancelled):
        run_job(admit(job, registry.infos()), Hooks(lambda told: None, lambda picture: None, check))
    assert {"reader", "encoder"} <= threads
    assert not {thread.name for thread in threading.enumerate()} & {"reader", "encoder"}
