"""What is computed about Resolve's timelines: rates, labels, and which source frames are sure."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from fractions import Fraction

import pytest

from afterframe_hosts.resolve import exact
from afterframe_hosts.resolve.exact import Told, clock, rate_of, used
from afterframe_hosts.wire.clip import Media, Span

NTSC_24, NTSC_30, NTSC_60 = (Fraction(count * 1000, 1001) for count in (24, 30, 60))


@pytest.mark.parametrize(
    ("said", "rate"),
    [
        *((24.0, Fraction(24)), (23.976, NTSC_24), ("23.976", NTSC_24), ("23,976", NTSC_24)),
        *((23, NTSC_24), ("23", NTSC_24), (23.98, NTSC_24), ("29.97 DF", NTSC_30), (29, NTSC_30)),
        *(("29.97df ", NTSC_30), (59.94, NTSC_60), ("59", NTSC_60), (60.0, Fraction(60))),
        *((25, Fraction(25)), ("25", Fraction(25)), ("119.88", NTSC_60 * 2), (119, NTSC_60 * 2)),
        *((None, None), ("", None), (False, None), (True, None), (0, None), ("DF", None)),
        *(("プロジェクト", None), (math.inf, None), (math.nan, None), (-25, None), ({}, None)),
    ],
)
def test_a_rate_is_known_in_every_form_that_it_comes_in(said: object, rate: object) -> None:
    assert rate_of(said) == rate


@pytest.mark.parametrize(
    ("said", "number"),
    [("1440", 1440), (24.0, 24), ("", None), (None, None), (True, None), ("x", None), (0.5, None)],
)
def test_a_whole_number_is_known_as_text_too(said: object, number: object) -> None:
    assert exact.whole(said) == number


@pytest.mark.parametrize(
    ("rates", "drops", "start", "labels", "rate", "drop"),
    [
        # what the settings say, where nothing speaks against it
        ((23.976,), False, 86400, ("01:00:00:00", "01:00:00:00"), NTSC_24, False),
        ((25,), False, 0, ("00:00:00:00", "00:00:05:00"), Fraction(25), False),
        ((29.97,), True, 107892, ("01:00:00;00", "01:00:10;02"), NTSC_30, True),
        ((29.97,), False, 108000, ("01:00:00:00", "01:00:10:02"), NTSC_30, False),
        ((59.94,), True, 215784, ("01:00:00;00", "01:00:00;00"), NTSC_60, True),
        ((59.94,), True, 0, ("00:00:00:00", ""), NTSC_60, True),
        # the label knows better than a setting that was not read
        ((29.97,), False, 107892, ("01:00:00;00", ""), NTSC_30, True),
        ((29.97,), False, 0, ("00:00:00:00", "00:01:00;02"), NTSC_30, True),
        # the first frame knows better than the setting
        ((29.97,), False, 107892, ("01:00:00:00", ""), NTSC_30, True),
        ((29.97,), True, 108000, ("01:00:00:00", "01:00:00:00"), NTSC_30, False),
        # a timeline of another rate than its project (auto-subs: 50 in a project of 25)
        ((25, 50), False, 180000, ("01:00:00:00", ""), Fraction(50), False),
        ((50, 25), False, 180000, ("01:00:00:00", ""), Fraction(50), False),
        ((None, "24"), False, 86400, ("01:00:00:00", ""), Fraction(24), False),
        # no rate that there is counts like this: the first one, from its first frame on
        ((25, 24), False, 7, ("01:00:00:00", ""), Fraction(25), False),
        ((25,), True, 90000, ("01:00:00:00", ""), Fraction(25), False),
        ((25,), False, 90000, ("", ""), Fraction(25), False),
        ((25,), False, None, ("01:00:00:00", ""), Fraction(25), False),
    ],
)
def test_a_timeline_counts_as_all_that_is_told_of_it_fits(
    rates: tuple[object, ...],
    drops: bool,
    start: int | None,
    labels: tuple[str, str],
    rate: Fraction,
    drop: bool,
) -> None:
    found = clock(rates, drops, start, labels)
    assert found is not None
    assert (found.rate, found.drop) == (rate, drop)
    assert found.start == (90000 if start is None else start)


def test_without_a_rate_or_a_start_a_timeline_cannot_be_read() -> None:
    assert clock((None, ""), False, 86400, ("01:00:00:00", "")) is None
    assert clock((25,), False, None, ("", "")) is None


@pytest.mark.parametrize("begins", ["00:00:00:00", "01:00:00:00", "23:59:59:00"])
@pytest.mark.parametrize(
    ("rate", "drop"),
    [
        *((rate, False) for rate in (NTSC_24, Fraction(25), NTSC_30, NTSC_60, Fraction(60))),
        *((NTSC_30, True), (NTSC_60, True)),
    ],
)
def test_no_frame_is_lost_between_labels(rate: Fraction, begins: str, drop: bool) -> None:
    start = exact.counted(begins, rate, drop)
    assert start is not None
    found = clock((float(rate),), drop, start, (begins, ""))
    assert found is not None
    frames = [start + each for each in (0, 1, 59, 1799, 1800, 1801, 17981, 17982, 107892, 216000)]
    for frame in frames:
        for label in (found.label(frame), found.label(frame).replace(";", ":")):
            assert found.frame(label) == frame, label


def test_a_first_frame_that_is_numbered_otherwise_shifts_every_label() -> None:
    """Should a drop-frame timeline number its first frame without dropping: 108000 for an hour."""
    found = clock((29.97,), True, 108000, ("01:00:00;00", ""))
    assert found is not None
    assert found.drop
    assert found.label(108000 + 1800) == "01:01:00;02"
    assert found.frame("01:01:00;02") == 108000 + 1800


PLAIN = Told(Fraction(25), 500, left=40.0, first=40, end=90, seconds=(3601.6, 3603.6))
"""50 frames at 25 frames a second, from frame 40 on, as all answers agree."""


def told(**change: object) -> Told:
    return Told(**{**vars(PLAIN), **change})


def test_a_range_is_sure_where_all_answers_agree() -> None:
    found = used(PLAIN, 50, Fraction(25))
    assert found == exact.Used(Span(40, 50), Fraction(1), Fraction(0), True)


@pytest.mark.parametrize(
    "plain",
    [
        told(seconds=(None, None)),
        told(seconds=(3601.6, None)),
        told(seconds=(3601.6, 3603.56)),  # to the last frame
        told(frames=None),
        told(frames=90),
        told(left=40),
        told(percent=100.0),
        told(percent=100.0, first=39, end=89),  # off by one (S10)
        told(percent=100.0, first=41, end=91),
        told(percent=100.0, seconds=(3601.6, 3603.7)),
    ],
)
def test_a_range_is_sure_where_nothing_speaks_against_it(plain: Told) -> None:
    assert used(plain, 50, Fraction(25)) == used(PLAIN, 50, Fraction(25))


@pytest.mark.parametrize(("first", "end"), [(80, 180), (79, 178), (80, 179), (79, 179)])
def test_a_medium_of_the_double_rate_is_sure_where_its_speed_is_told(first: int, end: int) -> None:
    """As measured on 21.1 with 50p in 25p: the offset counts timeline frames, and the source frame
    is often one lower."""
    double = told(rate=Fraction(50), percent=100.0, first=first, end=end)
    found = used(double, 50, Fraction(25))
    assert found == exact.Used(Span(80, 99), Fraction(2), Fraction(0), True)
    for doubtful in (
        replace(double, left=40.5),
        replace(double, percent=None),
        replace(double, percent=200.0),
        replace(double, frames=178),
        replace(double, first=first - 2),
        replace(double, end=end + 9),
        replace(double, rate=Fraction(60)),
    ):
        assert not used(doubtful, 50, Fraction(25)).exact, doubtful


@pytest.mark.parametrize(
    "doubtful",
    [
        told(left=None),
        told(left=-1.0, first=-1, end=49),
        told(left=40.5),
        told(first=None),
        told(end=None),
        told(first=0, end=0),
        told(first=39, end=89),  # off by one, or a speed near 100 %
        told(first=41, end=91),
        told(end=89),
        told(end=91),
        told(first=90, end=40),
        told(rate=None),
        told(rate=NTSC_24),
        told(rate=Fraction(50), first=80, end=180),
        told(percent=99.99),
        told(percent=-100.0),
        told(percent=0.0),
        told(seconds=(3601.6, 3603.64)),
        told(seconds=(3601.6, 3601.6)),
        told(seconds=(3603.6, 3601.6)),
        told(frames=89),
    ],
)
def test_a_range_is_not_sure_where_answers_differ(doubtful: Told) -> None:
    found = used(doubtful, 50, Fraction(25))
    assert not found.exact
    assert found.speed != 0


def test_a_subclip_begins_in_the_middle_of_its_medium() -> None:
    found = used(told(base=100, first=140, end=190), 50, Fraction(25))
    assert (found.span, found.exact) == (Span(140, 50), True)


def test_numbered_pictures_may_be_counted_by_their_numbers() -> None:
    for first in (40, 1041):
        found = used(told(base=1001, origin=1001, first=first, end=first + 50), 50, Fraction(25))
        assert (found.span, found.exact) == (Span(40, 50), True)


@pytest.mark.parametrize(
    ("doubtful", "span", "speed"),
    [
        (told(rate=Fraction(50), left=40.0, first=79, end=178), Span(80, 99), Fraction(2)),
        (told(rate=Fraction(50), left=40.5, first=81, end=180), Span(81, 99), Fraction(2)),
        (told(left=20.0, end=140), Span(40, 99), Fraction(2)),
        (told(percent=50.0, left=80.0, end=65), Span(40, 25), Fraction(1, 2)),
        (told(first=89, end=39), Span(40, 50), Fraction(-1)),
        (told(percent=-100.0, first=89, end=39), Span(40, 50), Fraction(-1)),
        (told(first=0, end=0, left=7.0), Span(7, 50), Fraction(1)),
        (told(first=40, end=40), Span(40, 1), Fraction(1, 50)),
    ],
)
def test_what_is_not_sure_tells_where_it_comes_from(
    doubtful: Told, span: Span, speed: Fraction
) -> None:
    found = used(doubtful, 50, Fraction(25))
    assert (found.span, found.speed, found.exact) == (span, speed, False)


def test_absurd_answers_give_no_absurd_clip() -> None:
    """Whatever numbers come, a clip can be made of them."""
    dice = random.Random(6)
    numbers = (None, 0, 1, -1, 7, 10**9, -(10**9))
    for _ in range(3000):
        rate = dice.choice((None, Fraction(25), NTSC_24, Fraction(1000), Fraction(1)))
        some = {name: dice.choice(numbers) for name in ("left", "first", "end", "frames")}
        percent = dice.choice((None, 0.0, 100.0, -100.0, 1e9, -1e9, 1e-9))
        seconds = dice.choice(((None, None), (0.0, 1e12), (3600.0, 3601.0)))
        said = Told(rate, percent=percent, seconds=seconds, **some)  # type: ignore[arg-type]
        found = used(said, dice.choice((1, 2, 50)), Fraction(25))
        assert found.speed != 0
        assert abs(found.speed) <= 1000
        assert 0 <= found.phase < 1


@pytest.mark.parametrize(
    ("path", "kind", "marked", "first"),
    [
        ("/shots/plate.[1001-1024].exr", "sequence", "/shots/plate.####.exr", 1001),
        ("/shots/[8-12].png", "sequence", "/shots/#.png", 8),
        ("C:\\shots\\plate_[0001-0024].dpx", "sequence", "C:\\shots\\plate_####.dpx", 1),
        ("/shots/take [3-4]/one.mov", "movie", "/shots/take [3-4]/one.mov", 0),
        ("/shots/shot [a].mov", "movie", "/shots/shot [a].mov", 0),
        ("/stills/Photo.JPG", "still", "/stills/Photo.JPG", 0),
        ("/films.png/film", "movie", "/films.png/film", 0),
    ],
)
def test_a_path_of_resolve_is_a_medium(path: str, kind: str, marked: str, first: int) -> None:
    media, is_sure = exact.medium(path, None, None)
    assert (media.kind, media.path, media.first, is_sure) == (kind, marked, first, True)


def test_one_picture_of_several_frames_is_not_surely_a_still() -> None:
    assert exact.medium("/plate.1001.exr", None, 24) == (Media("still", "/plate.1001.exr"), False)
    assert exact.medium("/plate.1001.exr", None, 1)[1]


@pytest.mark.parametrize("path", ["", "plate.mov", "   "])
def test_without_a_path_there_is_no_medium(path: str) -> None:
    with pytest.raises(ValueError, match="path"):
        exact.medium(path, None, None)


def test_a_picture_of_a_sequence_has_a_file() -> None:
    media = Media("sequence", "/shots/plate.####.exr", first=1001)
    assert media.file(3) == "/shots/plate.1004.exr"
    assert Media("movie", "/shots/one.mov").file(3) == "/shots/one.mov"
