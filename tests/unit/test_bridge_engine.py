"""The engine ``bridge``, as the pipeline calls it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import pairwise
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from afterframe.errors import Cancelled, CutIsCleaner
from afterframe.imaging.flow import flow_both_ways
from afterframe.media.frame import ColourTags, Frame, MediaInfo, PixelFormat
from afterframe_hosts.wire import effects
from afterframe_hosts.wire.job import Note
from afterframe_models import registry
from afterframe_models.base import Context, Request

SIZE = (160, 96)
YUV = PixelFormat("yuv", 8, subsampling=(1, 1))
Picture = NDArray[np.float32]


def texture(seed: int, size: tuple[int, int], grain: float = 3) -> Picture:
    noise = np.random.default_rng(seed).standard_normal(size[::-1])
    soft = cv2.GaussianBlur(noise.astype(np.float32), (0, 0), grain)
    return np.asarray(np.clip(0.5 + 0.17 * soft / soft.std(), 0, 1), np.float32)


def moved(picture: Picture, x: float, size: tuple[int, int] = SIZE) -> Picture:
    shift = np.array([[1, 0, x], [0, 1, 0]], np.float64)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    seen = cv2.warpAffine(picture, shift, size, flags=flags, borderMode=cv2.BORDER_REFLECT)
    return np.asarray(seen, np.float32)


def panning(time: float) -> Picture:
    """A camera that pans by two pixels a frame."""
    return moved(_WIDE, 2 * time)


def flat(level: float) -> Callable[[float], Picture]:
    return lambda _: np.full(SIZE[::-1], level, np.float32)


def passing(time: float) -> Picture:
    """A ball of its own texture that passes before a still wall, by four pixels a frame."""
    wall, ball = _WIDE[: SIZE[1], : SIZE[0]], _BALL[: SIZE[1], : SIZE[0]]
    x, y = np.meshgrid(np.arange(SIZE[0]), np.arange(SIZE[1]))
    inside = np.hypot(x - 30 - 4 * time, y - 48) < 16
    return np.where(inside, moved(ball, -4 * time), wall).astype(np.float32)


_WIDE, _BALL = texture(2, (320, SIZE[1])), 1 - texture(5, (320, SIZE[1]), 2)


@dataclass
class Seen:
    """A clip of a scene, its frames at these times; ``reads`` tells what was asked for."""

    scene: Callable[[float], Picture]
    times: tuple[float, ...]
    format: PixelFormat = YUV
    reads: list[int] = field(default_factory=list)
    spare = (0, 0)

    @property
    def info(self) -> MediaInfo:
        height, width = self.scene(0).shape
        return MediaInfo(width, height, self.frames, Fraction(24), self.format, ColourTags())

    @property
    def frames(self) -> int:
        return len(self.times)

    def read(self, index: int) -> Frame:
        self.reads.append(index)
        return pictured(self.scene(self.times[index]), self.format)


def pictured(picture: Picture, pixels: PixelFormat) -> Frame:
    peak = 1.0 if pixels.floating else pixels.peak
    planes = []
    for plane in range(pixels.planes):
        size = pixels.plane_size(plane, *picture.shape[::-1])
        small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
        planes.append((small * peak).astype(pixels.dtype))
    return Frame(tuple(planes), pixels, ColourTags())


def render(
    source: Seen,
    after: Seen,
    frames: int,
    notes: list[Note] | None = None,
    *,
    draft: bool = False,
    **values: Any,
) -> list[Frame]:
    engine = registry.load("bridge")
    declared = (*effects.effect("bridge").parameters, *engine.card.parameters)
    request = Request(
        "bridge", source, 0, frames, Fraction(24), Fraction(1),
        effects.resolve(declared, values), 0, draft, after,
    )  # fmt: skip
    tell = (notes if notes is not None else []).append
    return list(engine.render(request, Context(lambda: None, tell, 2)))


def around(
    scene: Callable[[float], Picture], frames: int, pixels: PixelFormat = YUV
) -> tuple[Seen, Seen]:
    """Return three frames before, and three after, a gap of so many."""
    before = Seen(scene, (-2.0, -1.0, 0.0), pixels)
    return before, Seen(scene, (frames + 1.0, frames + 2.0, frames + 3.0), pixels)


def error(made: Frame, true: Picture) -> float:
    """Return the root of the mean square error, in parts of white, away from the border."""
    peak = 1.0 if made.format.floating else made.format.peak
    inner = np.s_[6:-6, 40:-40]
    difference = made.planes[0][inner].astype(float) / peak - true[inner]
    return float(np.sqrt((difference**2).mean()))


def test_a_camera_that_pans_goes_on_at_its_speed() -> None:
    for index, frame in enumerate(render(*around(panning, 8), 8)):
        assert error(frame, panning(index + 1.0)) < 0.03


@pytest.mark.parametrize("frames", [1, 4, 10])
def test_a_draft_goes_the_same_way(frames: int) -> None:
    made = render(*around(panning, frames), frames, draft=True)
    assert len(made) == frames
    for index, frame in enumerate(made):
        assert error(frame, panning(index + 1.0)) < 0.04


def test_what_passes_before_a_wall_passes_on_and_the_wall_stays() -> None:
    made = render(*around(passing, 9), 9)
    ours, dissolved = 0.0, 0.0
    for index, frame in enumerate(made, 1):
        true = passing(index)
        mix = passing(0) + (passing(10) - passing(0)) * index / 10
        ours += error(frame, true)
        dissolved += error(pictured(mix.astype(np.float32), YUV), true)
    assert ours < 0.8 * dissolved


def test_both_joints_keep_the_speed_of_their_shots() -> None:
    """Before the gap all is at rest; after it the camera pans, from where it stood."""
    still = Seen(panning, (0.0, 0.0, 0.0))
    made = render(still, Seen(panning, (3.0, 4.0, 5.0)), 6)

    def speed(one: Frame, other: Frame) -> float:
        flow, _ = flow_both_ways(one.planes[0], other.planes[0])
        return float(np.median(-flow[10:-10, 40:-40, 0]))

    assert abs(speed(still.read(2), made[0])) < 0.4
    assert speed(made[-1], pictured(panning(3.0), YUV)) == pytest.approx(2, abs=0.5)


def test_the_frames_beside_the_bridge_are_not_repeated() -> None:
    before, after = around(panning, 5)
    made = render(before, after, 5)
    shown = [before.read(2), *made, after.read(0)]
    for one, other in pairwise(shown):
        assert not np.array_equal(one.planes[0], other.planes[0])


def test_two_scenes_are_refused_with_the_cost_and_forced_on_demand() -> None:
    other = texture(9, SIZE)
    before, after = Seen(panning, (0.0, 1.0)), Seen(lambda _: other, (0.0, 1.0))
    with pytest.raises(CutIsCleaner) as caught:
        render(before, after, 4)
    assert caught.value.params["cost"] > caught.value.params["most"]
    assert len(render(before, after, 4, force=True)) == 4


def test_another_exposure_is_no_other_scene() -> None:
    dim = Seen(lambda time: (0.1 + 0.5 * panning(time)).astype(np.float32), (5.0, 6.0))
    made = render(Seen(panning, (-1.0, 0.0)), dim, 4)
    means = [float(frame.planes[0].mean()) for frame in made]
    assert means == sorted(means, reverse=True)


def test_a_cut_beside_the_gap_gives_no_speed() -> None:
    before = Seen(lambda time: texture(9, SIZE) if time < 0 else panning(0), (-1.0, 0.0))
    for frame in render(before, Seen(panning, (0.0, 0.0)), 4):
        assert error(frame, panning(0)) < 0.01


@pytest.mark.parametrize(
    "pixels",
    [
        PixelFormat("yuv", 10, subsampling=(1, 0)),
        PixelFormat("rgb", 8, alpha=True),
        PixelFormat("rgb", 16, floating=True),
        PixelFormat("rgb", 32, floating=True),
        PixelFormat("grey", 16),
    ],
)
def test_every_encoding_goes_through_in_its_own_form(pixels: PixelFormat) -> None:
    made = render(*around(panning, 4, pixels), 4)
    for frame in made:
        assert frame.format == pixels
        assert [plane.dtype for plane in frame.planes] == [pixels.dtype] * pixels.planes
    assert error(made[1], panning(2)) < 0.03
    if pixels.alpha:
        np.testing.assert_array_equal(made[1].planes[3], made[1].planes[0])


@pytest.mark.parametrize("size", [(16, 16), (17, 33), (1301, 40)])
@pytest.mark.parametrize("shown", [1, 2])
def test_pictures_of_any_size_and_clips_of_one_frame_are_bridged(
    size: tuple[int, int], shown: int
) -> None:
    picture = texture(4, size)
    clip = Seen(lambda _: picture, (0.0,) * shown)
    for frame in render(clip, clip, 3):
        assert frame.planes[0].shape == picture.shape
        inner = np.s_[2:-2, 2:-2]
        np.testing.assert_allclose(frame.planes[0][inner] / 255, picture[inner], atol=0.02)


@pytest.mark.parametrize("levels", [(0.0, 0.0), (0.2, 0.8)])
def test_pictures_that_show_nothing_are_dissolved(levels: tuple[float, float]) -> None:
    before, after = (Seen(flat(level), (0.0, 1.0)) for level in levels)
    means = [frame.planes[0].mean() for frame in render(before, after, 5)]
    assert means == sorted(means)
    assert 255 * levels[0] - 1 <= means[0] <= means[-1] <= 255 * levels[1] + 1


def test_a_picture_fades_in_from_black() -> None:
    black = Seen(flat(0), (0.0, 1.0))
    means = [frame.planes[0].mean() for frame in render(black, Seen(panning, (0.0, 1.0)), 5)]
    assert means == sorted(means)


def test_one_frame_stands_in_the_middle() -> None:
    (frame,) = render(*around(panning, 1), 1)
    assert error(frame, panning(1)) < 0.03


def test_the_same_is_made_twice_and_only_four_frames_are_read() -> None:
    first, second = around(passing, 4), around(passing, 4)
    for one, other in zip(render(*first, 4), render(*second, 4), strict=True):
        for plane, again in zip(one.planes, other.planes, strict=True):
            np.testing.assert_array_equal(plane, again)
    assert [sorted(set(clip.reads)) for clip in first] == [[1, 2], [0, 1]]


def test_a_long_bridge_is_told_to_be_one() -> None:
    notes: list[Note] = []
    render(*around(panning, 4), 4, notes)
    assert notes == []
    small = Seen(lambda _: texture(4, (32, 32)), (0.0,))
    render(small, replace(small), 49, notes)
    assert [note.id for note in notes] == list(registry.load("bridge").messages())
    assert "2.04 s" in notes[0].text()


def test_it_stops_when_the_user_wants_no_more() -> None:
    engine = registry.load("bridge")
    before, after = around(panning, 4)
    values = effects.resolve((*effects.effect("bridge").parameters, *engine.card.parameters), {})
    request = Request("bridge", before, 0, 4, Fraction(24), Fraction(1), values, 0, after=after)
    wanted = True

    def check() -> None:
        if not wanted:
            raise Cancelled()

    frames = engine.render(request, Context(check, lambda note: None))
    next(frames)
    wanted = False
    with pytest.raises(Cancelled):
        next(frames)
