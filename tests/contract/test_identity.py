"""A retime at speed 1 gives back what it was given: encoding, range, depth and samples.

The real pipeline runs, with the real engine, in and out of the same format. What comes out is what
one plain encoding of the source's frames gives, bit for bit; where the format is lossless it is the
source itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from afterframe.core.recipe import read_recipe
from afterframe.media.formats import delivery_format, formats
from afterframe.media.frame import ColourTags, Frame, MediaInfo, PixelFormat
from afterframe.media.source import open_media
from afterframe.media.writer import open_writer
from afterframe.pipeline.run import Hooks, run_job
from afterframe_hosts.wire.clip import Clip, Media, Span
from afterframe_hosts.wire.effects import EFFECTS, resolve
from afterframe_hosts.wire.job import Job, Output, Result, new_id

RATE = Fraction(24000, 1001)
SIZE = (272, 152)
FRAMES = 4
HD, FULL = ColourTags(1, 1, 1), ColourTags(1, 1, 1, full_range=True)
PQ = ColourTags(9, 16, 9)
SRGB = ColourTags(1, 13, 0, full_range=True)
LINEAR = ColourTags(1, 8, 0, full_range=True, premultiplied=True)


@dataclass(frozen=True)
class Case:
    """A format, and frames as it stores them."""

    name: str
    pixels: PixelFormat
    colour: ColourTags
    size: tuple[int, int] = SIZE

    def __str__(self) -> str:
        pixels = self.pixels
        depth = f"{pixels.depth}{'f' if pixels.floating else ''}{'a' if pixels.alpha else ''}"
        shape = "".join(map(str, pixels.subsampling))
        range_ = "full" if self.colour.full_range else "limited"
        size = "x".join(map(str, self.size))
        mode = "premultiplied" if self.colour.premultiplied else "straight"
        parts = (self.name, pixels.model, shape, depth, range_, self.colour.transfer, mode, size)
        return "-".join(map(str, parts))


def _yuv(depth: int, subsampling: tuple[int, int], alpha: bool = False) -> PixelFormat:
    return PixelFormat("yuv", depth, alpha=alpha, subsampling=subsampling)


def _rgb(depth: int, alpha: bool = False, floating: bool = False) -> PixelFormat:
    return PixelFormat("rgb", depth, floating, alpha)


def _movies() -> Iterator[Case]:
    for name in ("dnxhr_lb", "dnxhr_sq", "dnxhr_hq"):
        yield Case(name, _yuv(8, (1, 0)), HD)
    yield Case("dnxhr_hqx", _yuv(10, (1, 0)), HD)
    yield Case("dnxhr_444", _yuv(10, (0, 0)), HD, (273, 153))
    for name in ("prores_422_proxy", "prores_422_lt", "prores_422", "prores_422_hq"):
        yield Case(name, _yuv(10, (1, 0)), PQ, (272, 151))
    for alpha in (False, True):
        yield Case("prores_4444", _yuv(10, (0, 0), alpha), HD)
    for name, depth in (("h264", 8), ("hevc", 8), ("h264_10", 10), ("hevc_10", 10)):
        for colour in (HD, FULL, PQ):
            yield Case(name, _yuv(depth, (1, 1)), colour)


def _lossless_movies() -> Iterator[Case]:
    for depth in (8, 10, 12, 16):
        for subsampling in ((0, 0), (1, 0), (1, 1)):
            yield Case("ffv1", _yuv(depth, subsampling), FULL if depth == 12 else HD)
    for subsampling in ((0, 1), (2, 0), (2, 2)):
        yield Case("ffv1", _yuv(8, subsampling), HD)
    yield Case("ffv1", _yuv(10, (1, 0), alpha=True), HD)
    yield Case("ffv1", _yuv(8, (1, 1)), FULL, (273, 153))


def _pictures() -> Iterator[Case]:
    for name, depth in product(("ffv1", "png", "tiff"), (8, 16)):
        yield Case(name, _rgb(depth), SRGB, (33, 17))
        yield Case(name, _rgb(depth, alpha=True), SRGB)
        yield Case(name, PixelFormat("grey", depth), SRGB)
    for depth in (8, 16):
        yield Case("tiff", _rgb(depth, alpha=True), replace(SRGB, premultiplied=True))
    for name in ("exr", "exr_zip", "exr_dwaa"):
        yield Case(name, _rgb(16, floating=True), LINEAR, (33, 17))
        yield Case(name, _rgb(16, alpha=True, floating=True), LINEAR)
        yield Case(name, PixelFormat("grey", 16, floating=True), LINEAR)
    for name in ("exr", "exr_zip"):
        yield Case(name, _rgb(32, alpha=True, floating=True), LINEAR)


CASES = [*_movies(), *_lossless_movies(), *_pictures()]
LOSSLESS = {"ffv1", "png", "tiff", "exr", "exr_zip"}


@pytest.mark.parametrize("case", CASES, ids=str)
def test_speed_1_in_and_out_of_a_format_is_one_plain_encoding(case: Case, tmp_path: Path) -> None:
    source = written(case, frames_of(case), tmp_path / "source")
    given_info, given = read(case, source)
    result = retimed(case, source, tmp_path)
    made_info, made = read(case, Path(result.path))
    _, plain = read(case, written(case, given, tmp_path / "plain"))
    assert made_info == given_info
    assert alike(made, plain)
    if case.name in LOSSLESS:
        assert alike(made, frames_of(case))
    digital_source = read_recipe(Path(result.recipe)).made.digital_source
    assert digital_source.endswith("/algorithmicallyEnhanced")


def test_every_format_is_held_by_this() -> None:
    assert {case.name for case in CASES} == set(formats())


def frames_of(case: Case) -> list[Frame]:
    """Return frames that use the whole range of samples, smooth enough for every codec."""
    random = np.random.default_rng(5)
    pixels, (width, height) = case.pixels, case.size
    frames = []
    for index in range(FRAMES):
        planes = []
        for number in range(pixels.planes):
            across, down = pixels.plane_size(number, width, height)
            y, x = np.mgrid[0:down, 0:across] / max(across, down)
            plane = 0.5 + 0.45 * np.sin(9 * x + 5 * y * (number + 1) + index / 3)
            plane += random.normal(0, 0.004, plane.shape)
            if pixels.floating:
                planes.append((np.abs(plane) * 4).astype(pixels.dtype))
            else:
                planes.append(np.clip(plane * pixels.peak, 0, pixels.peak).astype(pixels.dtype))
        frames.append(Frame(tuple(planes), pixels, case.colour))
    return frames


def written(case: Case, frames: list[Frame], folder: Path) -> Path:
    """Encode frames plainly; return the file's path."""
    made, first = delivery_format(case.name), frames[0]
    target = folder / f"shot{made.suffix}"
    if made.kind == "sequence":
        target = folder / "shot" / f"shot.####{made.suffix}"
    with open_writer(
        target,
        case.name,
        width=first.width,
        height=first.height,
        rate=RATE,
        frames=len(frames),
        colour=first.colour,
        source_format=first.format,
        start_timecode="00:00:00:00",  # of the clip's place: its timeline begins there
        reel="A001",
    ) as writer:
        for frame in frames:
            writer.write(frame)
        writer.finish()
        writer.publish(target)
    return target


def media(case: Case, path: Path) -> Media:
    if delivery_format(case.name).kind == "sequence":
        return Media("sequence", str(path), first=1, rate=RATE)
    return Media("movie", str(path))


def read(case: Case, path: Path) -> tuple[MediaInfo, list[Frame]]:
    with open_media(media(case, path)) as source:
        return source.info, list(source.frames(0, FRAMES))


def retimed(case: Case, source: Path, folder: Path) -> Result:
    """Run the job: the interpolating engine at speed 1, delivered in the source's own format."""
    span = Span(0, FRAMES)
    job = Job(
        new_id(),
        "retime",
        Clip("shot", media(case, source), span, span, RATE),
        Output(folder=str(folder / "out"), format=case.name),
        0,
        resolve(EFFECTS["retime"].parameters, {"speed": 1.0}),
        engine="interpolate",
    )
    return run_job(job, Hooks(lambda progress: None, lambda picture: None, lambda: None))


def alike(ours: list[Frame], theirs: list[Frame]) -> bool:
    return all(
        np.array_equal(a, b)
        for one, other in zip(ours, theirs, strict=True)
        for a, b in zip(one.planes, other.planes, strict=True)
    )
