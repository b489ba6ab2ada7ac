"""What the Blender adapter computes: exact rates, numbered pictures, free channels, names."""

from __future__ import annotations

import struct
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afterframe_hosts.blender.exact import (
    LAST_CHANNEL,
    Taken,
    free_channel,
    numbered,
    scene_rate,
    shortest,
    strip_name,
)
from afterframe_hosts.wire.clip import Span


def stored(base: float) -> float:
    """A number as Blender keeps it: with 32 bits."""
    value: float = struct.unpack("f", struct.pack("f", base))[0]
    return value


@pytest.mark.parametrize(
    ("fps", "base", "rate"),
    [
        (24, 1.0, Fraction(24)),
        (25, 1.0, Fraction(25)),
        (24, 1.001, Fraction(24000, 1001)),
        (30, 1.001, Fraction(30000, 1001)),
        (60, 1.001, Fraction(60000, 1001)),
        (120, 1.001, Fraction(120000, 1001)),
        (30, 2.0, Fraction(15)),
        (25, 0.5, Fraction(50)),
        (2997, 100.0, Fraction(2997, 100)),
        (1, 0.04, Fraction(25)),
    ],
)
def test_a_scenes_rate_is_exact(fps: int, base: float, rate: Fraction) -> None:
    assert scene_rate(fps, stored(base)) == rate


@given(st.integers(-(10**6), 10**6), st.integers(0, 5))
def test_a_number_of_few_digits_comes_back_from_32_bits(digits: int, places: int) -> None:
    number = round(digits / 10**places, places)
    assert shortest(stored(number)) == number


@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_the_shortest_decimal_is_stored_alike(held: float) -> None:
    assert stored(shortest(held)) == held


@given(st.integers(1, 240), st.integers(1, 2000), st.integers(1, 2000))
def test_a_rate_is_the_simplest_that_blender_stores_as_this_number(
    fps: int, top: int, bottom: int
) -> None:
    base = stored(top / bottom)
    rate = scene_rate(fps, base)
    assert stored(float(Fraction(fps) / rate)) == base


def test_a_run_of_pictures_is_known_by_its_numbers() -> None:
    assert numbered(["plate.1001.exr", "plate.1002.exr"]) == ("plate.####.exr", 1001)
    assert numbered(["a2_v3_9.png", "a2_v3_10.png"]) == ("a2_v3_#.png", 9)
    assert numbered(["0099.jpg", "0100.jpg", "0101.jpg"]) == ("####.jpg", 99)


@pytest.mark.parametrize(
    "names",
    [
        ["a.1.png", "a.3.png"],  # a gap
        ["a.2.png", "a.1.png"],  # downwards
        ["a.1.png", "a.1.png"],  # held
        ["a.1.png", "b.2.png"],
        ["a.009.png", "a.10.png"],  # padding changes
        ["still.png"],
    ],
)
def test_what_is_no_run_is_not_taken_for_one(names: list[str]) -> None:
    assert numbered(names) is None


def test_the_lowest_channel_that_is_free_for_the_whole_span_is_taken() -> None:
    taken = [Taken(1, 0, 100), Taken(2, 90, 95), Taken(3, 100, 200), Taken(4, 0, 10)]
    assert free_channel(taken, Span(10, 80), above=1) == 2  # ends where the strip there begins
    assert free_channel(taken, Span(10, 81), above=1) == 3
    assert free_channel(taken, Span(10, 91), above=1) == 4  # begins where the strip there ends
    assert free_channel(taken, Span(9, 92), above=1) == 5
    assert free_channel(taken, Span(10, 80), above=1, closed=[2, 3]) == 4


def test_there_may_be_no_free_channel() -> None:
    taken = [Taken(n, 0, 10) for n in range(1, LAST_CHANNEL + 1)]
    assert free_channel(taken, Span(9, 5), above=1) is None
    assert free_channel(taken, Span(10, 5), above=LAST_CHANNEL) is None
    assert free_channel(taken[:-1], Span(9, 5), above=1) == LAST_CHANNEL


def test_a_strips_name_keeps_its_end_and_whole_letters() -> None:
    assert strip_name("shot_010.mov", "generate", "v001") == "shot_010 generate v001"
    assert strip_name("take 1.5", "extend", "") == "take 1 extend"
    long = strip_name("雪" * 40 + ".mov", "restyle", "v012")
    assert len(long.encode()) <= 63
    assert long.endswith("雪 restyle v012")
