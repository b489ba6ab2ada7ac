"""Rational time: labels and frames are one to one over the whole day, and nothing is a float."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import islice

import opentimelineio as otio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from afterframe.core.timecode import (
    can_drop,
    frames_for,
    nearest_rate,
    nominal,
    parse_time,
    rescale,
    timecode,
)
from afterframe.errors import BadTimecode

RATES = [
    Fraction(24000, 1001), Fraction(24), Fraction(25), Fraction(30000, 1001), Fraction(30),
    Fraction(48), Fraction(50), Fraction(60000, 1001), Fraction(60), Fraction(120000, 1001),
    Fraction(120), Fraction(12), Fraction(25, 2), Fraction(1),
]  # fmt: skip
DROP = [rate for rate in RATES if can_drop(rate)]
SPELLINGS = {
    23.976: Fraction(24000, 1001), 23.98: Fraction(24000, 1001),
    23.976023976023978: Fraction(24000, 1001), 24.0: Fraction(24), 25.0: Fraction(25),
    29.97: Fraction(30000, 1001), 29.97003: Fraction(30000, 1001), 30.0: Fraction(30),
    47.952: Fraction(48000, 1001), 47.95: Fraction(48000, 1001), 50.0: Fraction(50),
    59.94: Fraction(60000, 1001), 60.0: Fraction(60), 119.88: Fraction(120000, 1001),
    12.5: Fraction(25, 2), 16.6667: Fraction(50, 3), 14.985: Fraction(15000, 1001),
    29.83: Fraction(2983, 100), 0.5: Fraction(1, 2), 1000.0: Fraction(1000),
    0.0001: Fraction(1, 10000),
}  # fmt: skip

rates = st.sampled_from(RATES)
drop_rates = st.sampled_from(DROP)


def day(rate: Fraction, drop: bool = False) -> int:
    """Frames until timecode starts anew."""
    return 24 * 3600 * nominal(rate) - (24 * 54 * (nominal(rate) // 15) if drop else 0)


def labels(rate: Fraction) -> Iterator[str]:
    """Drop-frame labels of a day, counted one by one as the standard words it."""
    base = nominal(rate)
    for minute in range(24 * 60):
        late = 0 if minute % 10 == 0 else base // 15
        for count in range(late, 60 * base):
            seconds, frame = divmod(count, base)
            width = len(str(base - 1))
            yield f"{minute // 60:02}:{minute % 60:02}:{seconds:02};{frame:0{width}}"


@given(rates, st.data())
def test_every_frame_of_a_day_comes_back_from_its_label(
    rate: Fraction, data: st.DataObject
) -> None:
    frame = data.draw(st.integers(0, day(rate) - 1))
    assert parse_time(timecode(frame, rate), rate) == frame


@given(drop_rates, st.data())
def test_every_drop_frame_label_comes_back(rate: Fraction, data: st.DataObject) -> None:
    frame = data.draw(st.integers(0, day(rate, drop=True) - 1))
    assert parse_time(timecode(frame, rate, drop=True), rate) == frame


@pytest.mark.parametrize("rate", DROP)
def test_around_every_minute_of_the_day_drop_frame_labels_are_whole(rate: Fraction) -> None:
    base, total = nominal(rate), day(rate, drop=True)
    for minute in range(24 * 60):
        near = minute * 60 * base - (base // 15) * (minute - minute // 10)
        frames = range(max(0, near - 10), min(total, near + 10))
        named = [timecode(frame, rate, drop=True) for frame in frames]
        assert named == sorted(set(named))
        assert [parse_time(label, rate) for label in named] == list(frames)


@pytest.mark.parametrize("rate", [Fraction(30000, 1001), Fraction(60000, 1001)])
def test_drop_frame_labels_are_those_counted_one_by_one(rate: Fraction) -> None:
    for frame, label in enumerate(islice(labels(rate), 25 * 60 * nominal(rate))):
        assert timecode(frame, rate, drop=True) == label
    assert sum(1 for _ in labels(rate)) == day(rate, drop=True)


@given(drop_rates.filter(lambda rate: rate < 100), st.booleans(), st.data())
def test_labels_are_those_of_opentimelineio(
    rate: Fraction, drop: bool, data: st.DataObject
) -> None:
    frame = data.draw(st.integers(0, day(rate, drop=True) - 1))
    theirs = otio.opentime.RationalTime(frame, float(rate)).to_timecode(float(rate), drop)
    assert timecode(frame, rate, drop) == theirs


@pytest.mark.parametrize(
    ("text", "rate", "frame"),
    [
        ("01:00:00;00", Fraction(30000, 1001), 107892),
        ("01:00:00;00", Fraction(60000, 1001), 215784),
        ("01:00:00:00", Fraction(24000, 1001), 86400),
        ("01:00:00:00", Fraction(30000, 1001), 108000),
        ("00:10:00;00", Fraction(30000, 1001), 17982),
        ("00:00:59;29", Fraction(30000, 1001), 1799),
        ("00:01:00;02", Fraction(30000, 1001), 1800),
        ("23:59:59:23", Fraction(24), 24 * 3600 * 24 - 1),
        ("1:00:00:00", Fraction(25), 90000),
        ("00:00:01:119", Fraction(120), 239),
    ],
)
def test_labels_name_the_frames_that_editors_give_them(
    text: str, rate: Fraction, frame: int
) -> None:
    assert parse_time(text, rate) == frame
    assert parse_time(text, rate, start=90) == frame


def test_seconds_name_the_frame_on_screen_counted_from_the_start() -> None:
    film = Fraction(24000, 1001)
    assert parse_time("2.5s", Fraction(24), start=86400) == 86460
    assert parse_time("2.5 s", film) == 59
    assert parse_time("0.04s", Fraction(25)) == 1
    assert parse_time("0.0399s", Fraction(25)) == 0
    assert parse_time(".5s", Fraction(30)) == 15
    assert parse_time(" 12 ", film, start=100) == 112


@pytest.mark.parametrize(
    "text",
    ["", "soon", "-1", "-2s", "1e3", "2.5", "nan", "inf s", "24:00:00:00", "00:60:00:00",
     "00:00:60:00", "00:00:00:24", "00:00:00;00", "1:2:3:4", "00:00:00", "00:00:00:0x",
     "99999999999", "999999999", "999999999s", "١٢", "00:00:00:00 25"],
)  # fmt: skip
def test_what_is_no_time_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(BadTimecode) as caught:
        parse_time(text, Fraction(24))
    assert repr(text) in caught.value.message()
    assert "HH:MM:SS:FF" in caught.value.fix()


@pytest.mark.parametrize("rate", DROP)
def test_labels_that_drop_frame_skips_are_refused(rate: Fraction) -> None:
    for minute in (1, 9, 11, 59):
        for frame in range(nominal(rate) // 15):
            with pytest.raises(BadTimecode):
                parse_time(f"00:{minute:02}:00;{frame:02}", rate)


def test_drop_frame_is_refused_where_there_is_none() -> None:
    with pytest.raises(ValueError, match="no drop-frame"):
        timecode(0, Fraction(24000, 1001), drop=True)
    assert [Fraction(30000, 1001), Fraction(60000, 1001), Fraction(120000, 1001)] == DROP


def test_labels_start_anew_at_midnight_on_either_side() -> None:
    assert timecode(24 * 3600 * 25, Fraction(25)) == "00:00:00:00"
    assert timecode(-1, Fraction(25)) == "23:59:59:24"
    assert timecode(-1, Fraction(30000, 1001), drop=True) == "23:59:59;29"


@pytest.mark.parametrize(("value", "rate"), SPELLINGS.items())
def test_floats_become_the_rate_they_stand_for(value: float, rate: Fraction) -> None:
    assert nearest_rate(value) == rate


@given(rates)
def test_a_rate_survives_a_library_that_holds_it_as_a_float(rate: Fraction) -> None:
    assert nearest_rate(float(rate)) == rate


@pytest.mark.parametrize("value", [0.0, -24.0, float("nan"), float("inf"), 1001.0])
def test_what_is_no_rate_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="a rate lies above 0"):
        nearest_rate(value)


def test_durations_round_to_the_nearest_frame_and_never_to_none() -> None:
    assert frames_for(Fraction(4), Fraction(24)) == 96
    assert frames_for(Fraction(4), Fraction(24000, 1001)) == 96
    assert frames_for(Fraction(1, 2), Fraction(25)) == 13
    assert frames_for(0.001, Fraction(25)) == 1
    assert frames_for(0.1, Fraction(30)) == 3


@given(st.integers(-(10**7), 10**7), rates, rates)
def test_to_a_faster_rate_and_back_is_the_same_frame(
    frame: int, first: Fraction, second: Fraction
) -> None:
    slow, fast = sorted((first, second))
    assert rescale(rescale(frame, slow, fast), fast, slow) == frame


@given(st.integers(-(10**7), 10**7), rates, rates)
def test_rescaling_is_off_by_half_a_frame_at_most(frame: int, rate: Fraction, to: Fraction) -> None:
    assert abs(rescale(frame, rate, to) / to - frame / rate) <= 1 / to / 2
