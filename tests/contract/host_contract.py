"""What every host adapter must hold: the promises of ``afterframe_hosts.base``, one check each.

The checks are plain functions on a :class:`Stage`, an adapter's host with the test edit on its
timeline. They import the standard library and ``afterframe_hosts`` only, since they also run in
the Python inside a host, and raise ``AssertionError`` where a promise is broken. A check that a
host cannot meet by its nature raises ``unittest.SkipTest`` with the reason.

A new host is held to the contract by one ``Stage`` that builds :func:`known_clips` in it.
"""

from __future__ import annotations

import re
import unittest
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal, get_args

from afterframe_hosts.base import Host, Placed, Query
from afterframe_hosts.wire import codec
from afterframe_hosts.wire.clip import Clip, Span
from afterframe_hosts.wire.errors import (
    AfterframeError,
    CaptureFailed,
    ItemGone,
    MediaMissing,
    NoFreeChannel,
    NothingSelected,
    PlaceFailed,
    PlayheadOutside,
    UnsupportedItem,
)
from afterframe_hosts.wire.job import Job, JobStatus, Result, new_id
from afterframe_hosts.wire.session import Action, HostSession

RATE = Fraction(24000, 1001)
SIZE = (192, 112)
MOVIE_FRAMES, PLATES, FIRST_PLATE = 48, 24, 1001
RESULT_FRAMES = 12
PLAYHEAD = 45
"""Frames from the edit's start; the clips named below are counted from there too."""
AWKWARD = 'übér: "a/b" [3]*.png'
"""A clip's name that no file system takes, and that a careless pattern does not find."""
ALL, SELECTED = Query("all"), Query("selected")


@dataclass(frozen=True)
class Known:
    """A clip of the test edit.

    Attributes:
        name: on the timeline.
        track: its number, from 1 at the bottom.
        kind: of its medium.
        medium: path of its medium below the media folder.
        used: frames of the medium.
        stands: timeline frames, counted from the edit's start.
        speed: as ``Clip.speed``.
        exact: whether the host knows which frames of the medium it shows; others are rendered.
    """

    name: str
    track: int
    kind: Literal["movie", "sequence"]
    medium: str
    used: Span
    stands: Span
    speed: Fraction = Fraction(1)
    exact: bool = True


SHOT = Known("shot one", 1, "movie", "one.mp4", Span(5, 20), Span(0, 20))
TWO = Known("shot_two.mov", 1, "movie", "one.mp4", Span(0, 30), Span(30, 30))
OVER = Known(AWKWARD, 2, "sequence", "plates/plate.####.png", Span(3, 10), Span(40, 10))
LOST = Known("lost", 1, "movie", "lost.mp4", Span(0, 20), Span(60, 20))
BACK = Known("back", 1, "movie", "one.mp4", Span(10, 20), Span(100, 20), Fraction(-1))
UNSUPPORTED = Span(85, 10)
"""Where an item without a picture stands, alone in track 3."""
RED = OVER
"""The one clip with a label colour: red."""
EDIT = (SHOT, TWO, OVER, LOST, BACK)
"""In timeline order. The medium of ``LOST`` is not there."""


@dataclass(frozen=True)
class Stands:
    """What the host's own interface says of one result of ours on the timeline."""

    job: str
    name: str
    track: int
    span: Span


class Stage(ABC):
    """A host with the test edit, as fresh as it was built, and what a check needs beside it.

    Attributes:
        host: the adapter under test; may be another one after an action of the user.
        kind: what its clips give as their host.
        start: timeline frame at which the edit starts.
        size: of the timeline, None where the host has none.
        document: path of the saved document, or its id in a host that has no files.
        media: folder of the media.
        selected: the clips that are selected, the active one first.
        more: clips that only this host has, after the others.
        playhead: where it is, in frames from the edit's start.
        colours: whether its clips have label colours.
        renders: whether the host can render pictures as seen.
        folder: an empty one for captures.
        result: a movie of ``RESULT_FRAMES`` frames, named as results are.
        pictures: as many pictures, a path with ``#``; the first number is 1.
    """

    host: Host
    kind: str
    start: int
    size: tuple[int, int] | None
    document: Path
    media: Path
    selected: tuple[Known, ...]
    more: tuple[Known, ...] = ()
    playhead: int = PLAYHEAD
    colours: bool = True
    renders: bool
    folder: Path
    result: Path
    pictures: str

    @property
    def destination(self) -> Path:
        """The folder where results go."""
        return self.document.parent / "Afterframe"

    @abstractmethod
    def snapshot(self) -> object:
        """Return all that is the user's, in a form that compares equal while none is changed."""

    @abstractmethod
    def results(self) -> tuple[Stands, ...]:
        """Return what stands on the timeline that Afterframe has placed."""

    @abstractmethod
    def select_nothing(self) -> None:
        """Do as a user who selects no clip."""

    @abstractmethod
    def select_unsupported(self) -> None:
        """Do as a user who selects the item that has no picture."""

    @abstractmethod
    def remove(self, known: Known) -> None:
        """Do as a user who deletes a clip."""

    @abstractmethod
    def take_all_tracks(self) -> None:
        """Leave no track free; raise SkipTest where a host has tracks without end."""

    def clips(self) -> tuple[Known, ...]:
        """Return all clips of the edit, in timeline order."""
        return EDIT + self.more

    def clip(self, known: Known) -> Clip:
        """Return a clip of the edit as the host gives it."""
        found = [each for each in self.host.clips(ALL) if each.name == known.name]
        assert len(found) == 1, f"{known.name}: {len(found)} clips have this name"
        return found[0]


Check = Callable[[Stage], None]
CHECKS: dict[str, Check] = {}
"""All checks by name, in the order of this file."""


def check(function: Check) -> Check:
    """Make a function one of the contract's checks."""
    CHECKS[function.__name__] = function
    return function


# Who the host is


@check
def an_incomplete_adapter_cannot_be_made(stage: Stage) -> None:
    adapter: Any = type(stage.host)
    promised = set(Host.__abstractmethods__)
    assert len(promised) == 10, promised
    for name in promised:
        assert getattr(adapter, name) is not getattr(Host, name), f"{name} is not implemented"
        methods = {other: getattr(adapter, other) for other in promised - {name}}
        incomplete = type("Incomplete", (Host,), methods)
        try:
            incomplete()
        except TypeError:
            continue
        raise AssertionError(f"a host without {name} could be made")


@check
def it_says_who_it_is_and_what_is_open(stage: Stage) -> None:
    session = stage.host.describe()
    assert re.fullmatch(r"[0-9a-f]{32}", session.id), session.id
    assert session == stage.host.describe(), "it is not the same from one call to the next"
    assert session.host == stage.kind
    assert session.document == str(stage.document), session.document
    assert session.version
    assert session.name
    assert codec.loads(HostSession, codec.dumps(session)) == session


@check
def it_says_what_it_can_do(stage: Stage) -> None:
    capabilities = stage.host.describe().capabilities
    assert set(capabilities) <= set(get_args(Action))
    assert {"selection", "capture", "place", "reveal"} <= set(capabilities)
    assert len(set(capabilities)) == len(capabilities)


# What is on the timeline


@check
def the_playhead_is_where_the_user_left_it(stage: Stage) -> None:
    assert stage.host.playhead() == stage.start + stage.playhead


@check
def the_selected_clips_come_with_the_active_one_first(stage: Stage) -> None:
    names = [clip.name for clip in stage.host.selection()]
    assert names == [known.name for known in stage.selected], names


@check
def asking_for_the_selected_clips_gives_the_selection(stage: Stage) -> None:
    in_time = sorted(stage.host.selection(), key=lambda clip: clip.record_range.start)
    assert stage.host.clips(SELECTED) == tuple(in_time)


@check
def without_a_selection_it_says_so(stage: Stage) -> None:
    stage.select_nothing()
    _refused(NothingSelected, stage.host.selection)
    assert stage.host.clips(SELECTED) == ()


@check
def an_active_item_without_a_picture_is_told(stage: Stage) -> None:
    stage.select_unsupported()
    _refused(UnsupportedItem, stage.host.selection)
    assert stage.host.clips(SELECTED) == ()


@check
def all_clips_with_pictures_come_in_timeline_order(stage: Stage) -> None:
    names = [clip.name for clip in stage.host.clips(ALL)]
    assert names == [known.name for known in stage.clips()], names


@check
def clips_of_a_track_are_found(stage: Stage) -> None:
    for track in (1, 2):
        expected = [known for known in stage.clips() if known.track == track]
        _found(stage, Query("channel", str(track)), *expected)


@check
def clips_of_a_colour_are_found(stage: Stage) -> None:
    if not stage.colours:
        raise unittest.SkipTest("its clips have no label colours")
    _found(stage, Query("color", "red"), RED)


@check
def clips_are_found_by_patterns_of_their_name(stage: Stage) -> None:
    _found(stage, Query("name", "shot*"), SHOT, TWO)
    _found(stage, Query("name", "shot?one"), SHOT)
    _found(stage, Query("name", "SHOT ONE"), SHOT)
    _found(stage, Query("name", AWKWARD), OVER)
    _found(stage, Query("name", "*[3]*"), OVER)


@check
def the_gap_nearest_to_a_frame_lies_between_two_clips_of_one_track(stage: Stage) -> None:
    for at, pair in ((25, (SHOT, TWO)), (63, (TWO, LOST)), (90, (LOST, BACK))):
        found = stage.host.gap_at(stage.start + at)
        assert found == tuple(map(stage.clip, pair)), [clip.name for clip in found]


@check
def where_nothing_fits_there_are_no_clips(stage: Stage) -> None:
    _found(stage, Query("channel", "77"))
    _found(stage, Query("channel", "3"))
    _found(stage, Query("color", "green"))
    _found(stage, Query("name", "shot"))


@check
def every_clip_says_where_it_comes_from(stage: Stage) -> None:
    clips = stage.host.clips(ALL)
    items = {clip.item for clip in clips}
    assert len(items) == len(clips), "items of one name"
    assert "" not in items
    for clip in clips:
        assert (clip.host, clip.document) == (stage.kind, str(stage.document)), clip.name


@check
def every_clip_stands_exactly_where_it_does(stage: Stage) -> None:
    for known in stage.clips():
        clip = stage.clip(known)
        assert clip.record_range == _at(stage, known.stands), known.name
        assert clip.rate == RATE, known.name
        assert clip.size == stage.size, known.name


@check
def every_clip_shows_exactly_these_frames_of_its_medium(stage: Stage) -> None:
    exact = [known for known in stage.clips() if known.exact and known != LOST]
    for known in exact:
        clip = stage.clip(known)
        assert (clip.media_range, clip.speed) == (known.used, known.speed), known.name
        assert clip.media.kind == known.kind, known.name
        assert Path(clip.media.path) == stage.media / known.medium, known.name
        assert clip.media.first == (FIRST_PLATE if known.kind == "sequence" else 0), known.name


@check
def every_clip_is_the_same_after_its_way_over_the_wire(stage: Stage) -> None:
    clips = stage.host.clips(ALL)
    assert clips
    for clip in clips:
        assert codec.loads(Clip, codec.dumps(clip)) == clip, clip.name


@check
def results_go_to_a_folder_beside_the_document(stage: Stage) -> None:
    assert stage.host.destination() == stage.destination


@check
def a_result_has_a_legal_name_and_the_timelines_rate(stage: Stage) -> None:
    for clip in stage.host.clips(ALL):
        output = stage.host.output(clip, "generate")
        assert Path(output.folder) == stage.host.destination()
        assert output.rate == RATE
        assert output.name.endswith("_generate"), output.name
        assert output.name != "_generate"
        assert not re.search(r'[\x00-\x1f<>:"/\\|?*\s]|^[.]', output.name), output.name
        assert not output.path
        assert not output.overwrite


# Pictures


@check
def as_shot_a_clip_that_is_known_exactly_comes_back_as_it_is(stage: Stage) -> None:
    for known in stage.clips():
        if known.exact and known != LOST:
            clip = stage.clip(known)
            for frames in (clip.record_range, Span(clip.record_range.end - 1, 1)):
                assert stage.host.capture(clip, frames, stage.folder) == clip, known.name
    assert not any(stage.folder.iterdir()), "nothing had to be rendered"


@check
def as_shot_any_other_clip_is_rendered_for_just_these_frames(stage: Stage) -> None:
    for known in stage.more:
        if not known.exact:
            clip = stage.clip(known)
            frames = Span(clip.record_range.start + 4, 3)
            _rendered(stage, clip, frames, stage.host.capture(clip, frames, stage.folder))


@check
def as_seen_a_clip_is_rendered_or_the_host_says_that_it_cannot(stage: Stage) -> None:
    clip = stage.clip(TWO)
    frames = Span(clip.record_range.start + 7, 2)

    def capture() -> Clip:
        return stage.host.capture(clip, frames, stage.folder, seen=True)

    if stage.renders:
        seen = capture()
        _rendered(stage, clip, frames, seen)
        assert seen.size == stage.size
    else:
        _refused(CaptureFailed, capture)
        assert not any(stage.folder.iterdir())


@check
def frames_outside_a_clip_are_not_captured(stage: Stage) -> None:
    clip = stage.clip(TWO)
    start, end = clip.record_range.start, clip.record_range.end
    for frames in (Span(start - 1, 2), Span(end - 1, 2), Span(end, 1), Span(start - 1, 40)):
        for seen in (False, True):
            _refused(PlayheadOutside, stage.host.capture, clip, frames, stage.folder, seen=seen)
    assert not any(stage.folder.iterdir())


@check
def a_clip_that_has_gone_is_not_captured(stage: Stage) -> None:
    clip = stage.clip(SHOT)
    stage.remove(SHOT)
    before = stage.snapshot()
    for seen in (False, True):
        _refused(ItemGone, stage.host.capture, clip, clip.record_range, stage.folder, seen=seen)
    assert stage.snapshot() == before


@check
def a_clip_whose_medium_was_missing_is_not_captured(stage: Stage) -> None:
    clip = stage.clip(LOST)
    error = _refused(MediaMissing, stage.host.capture, clip, clip.record_range, stage.folder)
    assert Path(error.params["path"]) == stage.media / LOST.medium
    assert not any(stage.folder.iterdir())


@check
def a_clip_whose_medium_goes_while_it_is_open_is_not_captured(stage: Stage) -> None:
    clip = stage.clip(SHOT)
    (stage.media / SHOT.medium).unlink()
    error = _refused(MediaMissing, stage.host.capture, clip, clip.record_range, stage.folder)
    assert Path(error.params["path"]) == stage.media / SHOT.medium


@check
def reading_and_capturing_change_nothing_of_the_users(stage: Stage) -> None:
    before = stage.snapshot()
    host = stage.host
    host.describe()
    host.selection()
    for query in (ALL, SELECTED, Query("name", "*")):
        for clip in host.clips(query):
            host.output(clip, "restyle")
    for number, clip in enumerate(host.clips(ALL)):
        if clip.name != LOST.name:
            folder = stage.folder / str(number)
            folder.mkdir()
            first = Span(clip.record_range.start, 1)
            host.capture(clip, first, folder)
            if stage.renders:
                host.capture(clip, first, folder, seen=True)
    assert stage.snapshot() == before


# Results


@check
def a_result_stands_where_its_effect_belongs(stage: Stage) -> None:
    cases: tuple[tuple[str, int | None, dict[str, str], int], ...] = (
        ("generate", 45, {}, 45),
        ("generate", None, {}, 30),
        ("extend", 45, {"side": "tail"}, 60),
        ("extend", 45, {}, 60),
        ("extend", 45, {"side": "head"}, 30 - RESULT_FRAMES),
        ("restyle", 45, {}, 30),
        ("retime", None, {}, 30),
    )
    for effect, at, parameters, expected in cases:
        frame = None if at is None else stage.start + at
        placed = stage.host.place(_done(stage, TWO, effect, frame, **parameters))
        assert placed.span == _at(stage, Span(expected, RESULT_FRAMES)), (effect, parameters)


@check
def a_result_with_handles_shows_what_lies_between_them(stage: Stage) -> None:
    for path in (str(stage.result), stage.pictures):
        status = _done(stage, TWO, at=stage.start + 45, path=path)
        assert status.result is not None
        status = replace(status, result=replace(status.result, handles=(3, 2)))
        placed = stage.host.place(status)
        assert placed.span == _at(stage, Span(45, RESULT_FRAMES - 5))
        assert [each.span for each in stage.results() if each.job == status.job.id] == [placed.span]
        stage.host.reveal(placed.item)
        (clip,) = stage.host.selection()
        assert (clip.record_range, clip.speed) == (placed.span, 1)
        assert clip.media_range == Span(3, RESULT_FRAMES - 5), clip.media_range


@check
def what_is_read_back_is_what_the_host_has(stage: Stage) -> None:
    for path in (str(stage.result), stage.pictures):
        status = _done(stage, TWO, path=path)
        placed = stage.host.place(status)
        (result,) = [each for each in stage.results() if each.job == status.job.id]
        assert (placed.name, placed.span) == (result.name, result.span)
        assert placed.span.duration == RESULT_FRAMES
        assert "generate" in placed.name
        assert "v003" in placed.name
        assert placed.track
        assert codec.loads(Placed, codec.dumps(placed)) == placed


@check
def a_result_stands_above_its_clip(stage: Stage) -> None:
    for known in (TWO, OVER):
        status = _done(stage, known)
        stage.host.place(status)
        (result,) = [each for each in stage.results() if each.job == status.job.id]
        assert result.track > known.track


@check
def a_result_that_stands_is_found_by_its_job(stage: Stage) -> None:
    one, other = _done(stage, TWO), _done(stage, SHOT)
    assert stage.host.placed(one.job.id) is None
    assert stage.host.placed("") is None
    placed = stage.host.place(one)
    assert stage.host.placed(one.job.id) == placed
    assert stage.host.placed(other.job.id) is None


@check
def a_job_is_placed_once(stage: Stage) -> None:
    status = _done(stage, TWO)
    placed = stage.host.place(status)
    before, standing = stage.snapshot(), stage.results()
    assert stage.host.place(status) == placed
    assert (stage.snapshot(), stage.results()) == (before, standing)


@check
def no_two_results_overlap(stage: Stage) -> None:
    statuses = [
        _done(stage, known, at=stage.start + at)
        for known, at in ((TWO, 45), (TWO, 45), (TWO, 50), (TWO, 33), (SHOT, 2), (SHOT, 10))
    ]
    for status in statuses:
        stage.host.place(status)
    standing = stage.results()
    assert len(standing) == len(statuses)
    for one in standing:
        for other in standing:
            apart = one.span.end <= other.span.start or other.span.end <= one.span.start
            assert one == other or one.track != other.track or apart, (one, other)


@check
def a_result_is_still_found_when_others_stand_beside_it(stage: Stage) -> None:
    first = _done(stage, TWO, at=stage.start + 47)
    placed = stage.host.place(first)
    for at in (2, 18):
        stage.host.place(_done(stage, SHOT, at=stage.start + at))
    found = stage.host.placed(first.job.id)
    assert found is not None
    assert (found.name, found.span) == (placed.name, placed.span)
    stage.host.reveal(placed.item)
    assert stage.host.playhead() == placed.span.start


@check
def a_new_result_stays_out_of_all_clips(stage: Stage) -> None:
    before = stage.host.clips(ALL)
    stage.host.place(_done(stage, TWO))
    assert stage.host.clips(ALL) == before


@check
def placing_changes_nothing_of_the_users(stage: Stage) -> None:
    before = stage.snapshot()
    for known in (TWO, SHOT, OVER, BACK):
        stage.host.place(_done(stage, known))
    assert len(stage.results()) == 4
    assert stage.snapshot() == before


@check
def a_result_whose_clip_has_gone_is_refused(stage: Stage) -> None:
    status = _done(stage, SHOT)
    stage.remove(SHOT)
    _nothing_placed(stage, status, ItemGone)


@check
def a_result_whose_file_is_missing_is_refused(stage: Stage) -> None:
    missing = stage.result.with_name("shot_generate_v009.mp4")
    pictures = str(Path(stage.pictures).parent / "gone_v009.####.png")
    for path in (str(missing), pictures):
        _nothing_placed(stage, _done(stage, TWO, path=path), PlaceFailed)


@check
def a_result_without_a_free_track_is_refused(stage: Stage) -> None:
    status = _done(stage, TWO)
    stage.take_all_tracks()
    _nothing_placed(stage, status, NoFreeChannel)


@check
def a_job_that_is_not_done_is_refused(stage: Stage) -> None:
    done = _done(stage, TWO)
    for status in (replace(done, result=None), replace(done, state="running", result=None)):
        _nothing_placed(stage, status, ValueError)


# Showing


@check
def an_item_is_revealed_at_its_first_frame(stage: Stage) -> None:
    for known in (SHOT, OVER, BACK):
        clip = stage.clip(known)
        stage.host.reveal(clip.item)
        assert stage.host.playhead() == clip.record_range.start, known.name
        assert stage.host.selection() == (clip,), known.name


@check
def a_result_is_revealed_at_its_first_frame(stage: Stage) -> None:
    placed = stage.host.place(_done(stage, TWO, at=stage.start + 47))
    stage.host.reveal(placed.item)
    assert stage.host.playhead() == stage.start + 47
    (clip,) = stage.host.selection()
    assert (clip.name, clip.record_range) == (placed.name, placed.span)


@check
def an_item_that_has_gone_is_not_revealed(stage: Stage) -> None:
    item = stage.clip(BACK).item
    stage.remove(BACK)
    before = stage.snapshot()
    for gone in (item, "", "no such item", "0/99", "-1/0", "[1, 2]", "[[], {}]", '{"a": 1}', "\0"):
        _refused(ItemGone, stage.host.reveal, gone)
    assert stage.snapshot() == before


def _at(stage: Stage, span: Span) -> Span:
    return Span(stage.start + span.start, span.duration)


def _found(stage: Stage, query: Query, *expected: Known) -> None:
    names = [clip.name for clip in stage.host.clips(query)]
    assert names == [known.name for known in expected], f"{query}: {names}"


def _refused(kind: type[Exception], call: Callable[..., Any], *args: Any, **options: Any) -> Any:
    """Return the error of exactly this class that a call raises, told in every language."""
    answer, raised = None, None
    try:
        answer = call(*args, **options)
    except kind as error:
        raised = error
    assert raised is not None, f"no {kind.__name__}, but {answer!r} with {args}"
    assert type(raised) is kind, f"{type(raised).__name__} instead of {kind.__name__}"
    if isinstance(raised, AfterframeError):
        for language in ("en", "zh_CN"):
            assert raised.message(language)
            assert raised.fix(language)
    return raised


def _rendered(stage: Stage, clip: Clip, frames: Span, found: Clip) -> None:
    """Pictures of just these frames are in the folder, and the rest is the clip's own."""
    assert found.record_range == frames
    assert found.media_range == Span(0, frames.duration)
    assert found.speed == 1
    assert (found.name, found.item, found.document) == (clip.name, clip.item, clip.document)
    assert found.rate == RATE
    medium = Path(found.media.path)
    assert medium.is_relative_to(stage.folder)
    marks = re.search(r"#+", medium.name)
    for number in range(found.media.first, found.media.first + frames.duration):
        name = medium.name
        if marks:
            name = f"{name[: marks.start()]}{number:0{len(marks[0])}d}{name[marks.end() :]}"
        assert medium.with_name(name).stat().st_size > 0


def _done(
    stage: Stage,
    known: Known,
    effect: str = "generate",
    at: int | None = None,
    path: str = "",
    **parameters: Any,
) -> JobStatus:
    """Return a finished job on a clip, with one of the stage's results or another path."""
    clip = stage.clip(known)
    job = Job(new_id(), effect, clip, stage.host.output(clip, effect), at, parameters)
    recipe = str(stage.result.with_suffix(".afterframe.json"))
    path = path or str(stage.result)
    first = 1 if "#" in path else 0
    result = Result(path, recipe, RESULT_FRAMES, RATE, SIZE, first)
    return JobStatus(job, "done", 0.0, 0.0, result=result)


def _nothing_placed(stage: Stage, status: JobStatus, kind: type[Exception]) -> None:
    """Placing is refused, and everything on the timeline is as before."""
    before, standing = stage.snapshot(), stage.results()
    _refused(kind, stage.host.place, status)
    assert (stage.snapshot(), stage.results()) == (before, standing)
    assert stage.host.placed(status.job.id) is None
