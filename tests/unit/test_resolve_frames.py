"""No frame is lost between a timeline of Resolve and us: every picture carries its own number.

The numbers are read off real files: out of the medium where a clip is exact, else out of what
Resolve has rendered for us.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from afterframe.core.clips import media_frame
from afterframe.media.source import open_media
from afterframe_hosts.base import Query
from afterframe_hosts.orders import Order, Wish
from afterframe_hosts.resolve.adapter import ResolveHost
from afterframe_hosts.resolve.calls import root
from afterframe_hosts.wire.clip import Clip, Span
from tests.fakes.direct import Direct
from tests.fakes.resolve.build import Build
from tests.fakes.resolve.edits import Edit
from tests.fakes.resolve.picture import source_frame
from tests.fakes.resolve.state import Item
from tests.makers import numbered_movie, numbered_sequence, read_number

FRAMES, SIZE = 60, (192, 112)
NTSC_24, NTSC_30, NTSC_60 = (Fraction(count * 1000, 1001) for count in (24, 30, 60))
CASES = [
    (NTSC_24, "01:00:00:00", "19.1"),
    (Fraction(25), "00:00:00:00", "20.3"),
    (NTSC_30, "01:00:00;00", "21.0"),
    (NTSC_60, "00:00:00;00", "21.1"),
    (Fraction(60), "01:00:00:00", "20.3"),
]
"""All rates and versions with either start; ``test_resolve_reading`` has all of one with all of
the others, where nothing has to be rendered."""
EXACT = {"plain", "sequence"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Media: at whatever rate a file is, its pictures are counted as the clip's rate says."""
    folder = tmp_path_factory.mktemp("numbered")
    numbered_movie(folder / "one.mp4", FRAMES, Fraction(25), SIZE)
    numbered_sequence(folder, 24, 1001, SIZE)
    return folder


def numbers(clip: Clip, frames: Span) -> list[int]:
    """Return what the pictures of these timeline frames say."""
    medium = open_media(clip.media)
    try:
        places = [media_frame(clip, frame) for frame in range(frames.start, frames.end)]
        return [read_number(medium.read(place).planes[0]) for place in places]
    finally:
        medium.close()


def shown(edit: Edit, item: Item) -> list[int]:
    """Return the numbers of the frames of its medium that an item shows."""
    every = range(item.start, item.end)
    return [source_frame(edit.project, edit.timeline, item, frame) for frame in every]


@pytest.mark.parametrize(("rate", "begins", "version"), CASES)
def test_every_frame_of_every_clip_arrives(
    tmp_path: Path, made: Path, rate: Fraction, begins: str, version: str
) -> None:
    edit = Edit(made, rate, begins, Build.named(version), folder=tmp_path)
    edit.project.settings |= {"timelineResolutionWidth": "192", "timelineResolutionHeight": "112"}
    movie = edit.movie("one.mp4", FRAMES)
    other = edit.movie("one.mp4", FRAMES, Fraction(24) if rate != 24 else Fraction(25))
    double = edit.movie("one.mp4", FRAMES, rate * 2)
    items = [
        edit.put(movie, 0, 5, 7, name="plain"),
        edit.put(edit.pictures("plate.####.png", 1001, 24), 5, 5, 3, name="sequence"),
        edit.put(other, 10, 5, 7, name="other rate"),
        edit.put(double, 15, 4, 7 + version.startswith("21.1"), name="double rate"),
        edit.put(movie, 19, 4, 7, speed=2.0, name="fast"),
        edit.put(movie, 23, 5, 7, speed=0.5, name="slow"),
        edit.put(movie, 28, 4, 40, speed=-1.0, name="back"),
        edit.put(edit.nest("inner", 8, movie, 20), 32, 4, 2, kind="compound", name="nest"),
    ]
    expected = {item.name: shown(edit, item) for item in items}
    expected["nest"] = [22, 23, 24, 25]
    host = ResolveHost(root(Direct(), edit.resolve))
    before = edit.timeline.playhead
    for item, clip in zip(items, host.clips(Query("all")), strict=True):
        folder = tmp_path / item.uid
        folder.mkdir()
        captured = host.capture(clip, clip.record_range, folder)
        is_exact = item.name in EXACT or (item.name == "double rate" and version == "21.1")
        assert (captured == clip) == is_exact, item.name
        assert numbers(captured, clip.record_range) == expected[item.name], item.name
        assert captured.record_range == Span(item.start, item.duration)
    assert edit.timeline.playhead == before


@pytest.mark.parametrize("version", ["19.1", "20.3", "21.1"])
@pytest.mark.parametrize(("rate", "other"), [(NTSC_24, NTSC_60), (Fraction(60), Fraction(25))])
def test_slow_motion_has_all_pictures_of_a_clip_of_another_rate(
    tmp_path: Path, made: Path, rate: Fraction, other: Fraction, version: str
) -> None:
    edit = Edit(made, rate, build=Build.named(version), folder=tmp_path)
    movie = edit.movie("one.mp4", FRAMES, other)
    even = edit.put(movie, 0, 8, 7)
    for at, speed in ((10, 2.0), (20, 0.5), (30, -1.0)):
        edit.put(movie, at, 8, 12, speed=speed)
    edit.put(edit.movie("one.mp4", FRAMES), 40, 8, 7)
    host = ResolveHost(root(Direct(), edit.resolve))
    first, *others = host.clips(Query("all"))
    fluent = host.fluent(first)
    assert fluent is not None
    assert fluent.speed == other / rate
    assert fluent.media == first.media
    assert fluent.record_range == Span(even.start, even.duration)
    told = zip(numbers(fluent, fluent.record_range), shown(edit, even), strict=True)
    assert all(abs(one - another) <= 1 for one, another in told)
    assert [host.fluent(clip) for clip in others] == [None] * 4
    wish = Wish(effect="retime", parameters={"speed": 50})
    assert Order(first, wish).captured(host, first, first.record_range) == fluent


def test_every_frame_is_the_one_that_was_asked_for(tmp_path: Path, made: Path) -> None:
    """One frame of a clip that has to be rendered: its first, one in between, its last."""
    edit = Edit(made, NTSC_60, "01:00:00;00", folder=tmp_path)
    edit.project.settings |= {"timelineResolutionWidth": "192", "timelineResolutionHeight": "112"}
    item = edit.put(edit.movie("one.mp4", FRAMES), 1795, 10, 5, speed=2.0)
    host = ResolveHost(root(Direct(), edit.resolve))
    (clip,) = host.clips(Query("all"))
    for offset in (0, 4, 5, 9):
        folder = tmp_path / str(offset)
        folder.mkdir()
        frames = Span(item.start + offset, 1)
        captured = host.capture(clip, frames, folder)
        assert numbers(captured, frames) == [5 + 2 * offset]
