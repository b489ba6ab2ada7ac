"""OpenTimelineIO: the picture under each frame, by movies that carry numbers and timecode."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest

from afterframe.core.timecode import parse_time
from afterframe_hosts.base import Query
from afterframe_hosts.interchange.adapter import InterchangeHost
from tests.contract.shown import SIZE, numbers, standing
from tests.makers import numbered_movie, numbered_sequence

FILM, NTSC, PAL = Fraction(24000, 1001), Fraction(30000, 1001), Fraction(25)
FRAMES = 60


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Movies of 60 numbered pictures: 23.976 and 25 from 10:00:00:00, 29.97 from 10:00:00;00."""
    folder = tmp_path_factory.mktemp("media")
    numbered_movie(folder / "film.mov", FRAMES, FILM, SIZE, timecode="10:00:00:00")
    numbered_movie(folder / "pal.mov", FRAMES, PAL, SIZE, timecode="10:00:00:00")
    numbered_movie(folder / "tape.mov", FRAMES, NTSC, SIZE, timecode="10:00:00;00")
    return folder


def span(start: float, duration: float, rate: Fraction) -> Any:
    return otio.opentime.TimeRange(
        otio.opentime.RationalTime(start, float(rate)),
        otio.opentime.RationalTime(duration, float(rate)),
    )


def cut(path: Path, own: Fraction, first: int, frames: int, rate: Fraction, *effects: Any) -> Any:
    """A clip of a movie from its picture ``first`` on, as long as ``frames`` of the timeline."""
    zero = parse_time("10:00:00;00" if own == NTSC else "10:00:00:00", own)
    reference = otio.schema.ExternalReference(path.as_uri(), span(zero, FRAMES, own))
    used = otio.opentime.TimeRange(
        otio.opentime.RationalTime(zero + first, float(own)),
        otio.opentime.RationalTime(frames, float(rate)),
    )
    return otio.schema.Clip(path.stem, reference, used, effects=list(effects))


def opened(folder: Path, *children: Any, start: int, rate: Fraction) -> InterchangeHost:
    model = otio.schema.Timeline(
        "edit", global_start_time=otio.opentime.RationalTime(start, float(rate))
    )
    track = otio.schema.Track("V1")
    track.extend(children)
    model.tracks.append(track)
    model.to_json_file(str(folder / "edit.otio"))
    return InterchangeHost.open(folder / "edit.otio")


def warp(scalar: float) -> Any:
    return otio.schema.LinearTimeWarp("speed", scalar)


def test_a_drop_frame_timeline_with_media_of_three_rates(tmp_path: Path, media: Path) -> None:
    start = parse_time("01:00:00;00", NTSC)
    dissolve = otio.schema.Transition(
        "x", "SMPTE_Dissolve", *(otio.opentime.RationalTime(4, float(NTSC)) for _ in "io")
    )
    host = opened(
        tmp_path,
        cut(media / "tape.mov", NTSC, 6, 12, NTSC),
        dissolve,
        cut(media / "film.mov", FILM, 6, 15, NTSC),
        otio.schema.Gap(source_range=span(0, 3, NTSC)),
        cut(media / "pal.mov", PAL, 6, 12, NTSC),
        start=start,
        rate=NTSC,
    )
    assert standing(host) == [
        ("tape", 0, list(range(6, 18))),
        ("film", 12, [6 + n * 24 // 30 for n in range(15)]),
        ("pal", 30, [6 + int(n * PAL / NTSC) for n in range(12)]),
    ]
    clips = host.clips(Query("all"))
    assert all(clip.drop_frame for clip in clips)
    assert clips[2].record_range.start == parse_time("01:00:01;00", NTSC)


@pytest.mark.parametrize(
    ("effects", "shown"),
    [
        ([warp(2)], [6, 8, 10, 12, 14, 16]),
        ([warp(0.5)], [6, 6, 7, 7, 8, 8]),
        ([warp(-1)], [11, 10, 9, 8, 7, 6]),
        ([warp(-2)], [17, 15, 13, 11, 9, 7]),
        ([warp(2), warp(0.5)], [6, 7, 8, 9, 10, 11]),
        ([otio.schema.FreezeFrame()], [6] * 6),
    ],
)
def test_speeds_and_freezes(
    tmp_path: Path, media: Path, effects: list[Any], shown: list[int]
) -> None:
    clip = cut(media / "film.mov", FILM, 6, 6, FILM, *(each.clone() for each in effects))
    after = cut(media / "film.mov", FILM, 40, 2, FILM)
    assert standing(opened(tmp_path, clip, after, start=86400, rate=FILM)) == [
        ("film", 0, shown), ("film", 6, [40, 41]),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("outer", "inner", "shown"),
    [
        (2, 1, [[10, 12, 14, 16], [40, 42]]),
        (0.5, 1, [[10, 10, 11, 11, 12, 12]]),
        (2, 2, [[20, 24, 28, 32], [40, 42]]),
        (-1, 1, [[15, 14, 13, 12, 11, 10]]),
        (1, -1, [[11, 10, 9, 8, 7, 6]]),
    ],
)
def test_speed_within_a_nest_with_speed(
    tmp_path: Path, media: Path, outer: float, inner: float, shown: list[list[int]]
) -> None:
    """A nest of twelve pictures from 6 on and twelve from 36 on, opened at its fifth."""
    one = cut(media / "film.mov", FILM, 6 if inner > 0 else 0, 12, FILM)
    if inner != 1:
        one.effects.append(warp(inner))
        one.source_range = span(864000 + (12 if inner > 0 else 4), 12, FILM)
    two = cut(media / "film.mov", FILM, 40, 12, FILM)
    nest = otio.schema.Stack("nest", [otio.schema.Track("V1", [one, two])], span(4, 6, FILM))
    nest.effects.append(warp(outer))
    found = standing(opened(tmp_path, nest, start=86400, rate=FILM))
    assert [pictures for _, _, pictures in found] == shown


def test_what_the_media_layer_does_with_holes_is_the_timelines_to_say(tmp_path: Path) -> None:
    numbered_sequence(tmp_path, 12)
    for number in (1003, 1006):
        (tmp_path / f"plate.{number}.png").unlink()
    policies = otio.schema.ImageSequenceReference.MissingFramePolicy
    for policy, holes in ((policies.error, "refuse"), (policies.hold, "hold")):
        reference = otio.schema.ImageSequenceReference(
            "./", "plate.", ".png", 1001, 1, 24, 4, policy, span(1001, 12, Fraction(24))
        )
        clip = otio.schema.Clip("plates", reference, span(1003, 6, Fraction(24)))
        host = opened(tmp_path, clip, start=86400, rate=Fraction(24))
        (read,) = host.clips(Query("all"))
        assert read.media.holes == holes
        assert len(host.problems(Query("all"))) == (holes == "refuse")
    assert numbers(read) == [1, 3, 4, 4, 6, 7]
