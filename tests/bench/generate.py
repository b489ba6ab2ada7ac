"""Generate: how fast, how much it moves at each strength, and that no border is seen.

    .venv/bin/python -m tests.bench.generate [--media FOLDER] [--json]

Speed: two seconds of 1080p and one of 4K, 8-bit 4:2:0, from the first picture of `photo/` that
surely has a sky (else from a painted one): the camera alone, and with the sky; DNxHR HQ by the
pipeline's writer and ffmpeg's `zoompan` beside them. Draft: four seconds at 640 pixels with sky,
made from the first look at the picture on, and written.

Motion: every move, every strength from 1 to 10, four seconds at 480 pixels across in 9 frames (33
for sky and region); the mean length of the optical flow measured between the made frames. Border:
the frames carry, as alpha, the column (then the row) they come from; a continued edge would
repeat the first or last.

Bars: 8 frames a second of 1080p with camera and sky, 2 of 4K, a draft in 3 s; motion rises at
every step for every move, step 10 has at least 6 times the motion of step 1; no continued edge,
no black.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import av
import av.filter
import cv2
import numpy as np
from numpy.typing import NDArray

from afterframe.imaging.flow import flow_both_ways
from afterframe.media.convert import convert
from afterframe.media.display import grey_proxy, rgb_frame
from afterframe.media.frame import ColourTags, Frame, MediaInfo, PixelFormat
from afterframe.media.pix_fmt import to_av
from afterframe.media.writer import open_writer
from afterframe.pipeline.pictures import JobPictures
from afterframe_hosts.wire import effects
from afterframe_models import registry
from afterframe_models.base import Context, Request
from afterframe_models.motion.sky import find_sky
from tests.bench.report import finish, options, table

MOVES: dict[str, dict[str, float]] = {
    "pan left": {"pan_x": -1.0},
    "pan right": {"pan_x": 1.0},
    "pan up": {"pan_y": 1.0},
    "pan down": {"pan_y": -1.0},
    "zoom in": {"zoom": 1.0},
    "zoom out": {"zoom": -1.0},
    "roll clockwise": {"roll": 1.0},
    "roll anticlockwise": {"roll": -1.0},
    "dolly in": {"dolly": 1.0},
    "dolly out": {"dolly": -1.0},
}
LIVING = ("sky", "region")
"""What moves by itself under a camera that stands."""
STRENGTHS = range(1, 11)
LEAST_RATIO = 6.0
LEAST_FPS = {"1080p": 8.0, "4K": 2.0}
DRAFT_SECONDS = 3.0
RATE = Fraction(24)
SIZES = {"1080p": ((1920, 1080), 48), "4K": ((3840, 2160), 24)}
"""Of a picture, and how many frames are timed."""
CAMERA = {"dolly": 1.0, "pan_x": 0.5}
DRAFT = 640
SMALL = 480
SAMPLES, LIVING_SAMPLES = 9, 33
SRGB = ColourTags(primaries=1, transfer=13, matrix=0, full_range=True)
VIDEO = ColourTags(primaries=1, transfer=1, matrix=1)
YUV420 = PixelFormat("yuv", 8, subsampling=(1, 1))


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, judge."""
    chosen = options(__doc__ or "", arguments)
    photos = sorted((chosen.media / "photo").glob("*.*"))
    if not photos:
        print(f"no pictures in {chosen.media / 'photo'}", file=sys.stderr)
        return 1
    skies = [path for path in photos if _has_sky(path)]
    sky = _read(skies[0]) if skies else painted_sky()
    speeds = {name: _speeds(sky, *size) for name, size in SIZES.items()}
    rows = [[name, *found.values()] for name, found in speeds.items()]
    table(["frames a second", *speeds["1080p"]], rows, quiet=chosen.json)
    draft = _draft(sky)
    motion = {move: _motion_of(photos[:2], values) for move, values in MOVES.items()}
    motion |= {what: _living(what, photos[0]) for what in LIVING}
    heads = ["pixels a frame", *map(str, STRENGTHS), "10 / 1"]
    rows = [[move, *found, found[-1] / found[0]] for move, found in motion.items()]
    table(heads, rows, quiet=chosen.json)
    borders = sum(_continued_edges(_read(photos[0]), values) for values in MOVES.values())
    black = sum(_black(_read(path), values) for path in photos for values in MOVES.values())
    figures = {
        "fps": {
            size: {way: round(value, 1) for way, value in found.items()}
            for size, found in speeds.items()
        },
        "draft_seconds": round(draft, 2),
        "rises_at_every_step": {move: _rises(found) for move, found in motion.items()},
        "least_ratio_10_to_1": round(min(found[-1] / found[0] for found in motion.values()), 2),
        "continued_edges": borders,
        "black_border_pixels": black,
        "threads": os.cpu_count(),
    }
    ok = (
        all(speeds[size]["camera and sky"] >= least for size, least in LEAST_FPS.items())
        and draft <= DRAFT_SECONDS
        and all(figures["rises_at_every_step"].values())
        and figures["least_ratio_10_to_1"] >= LEAST_RATIO
        and not borders
        and not black
    )
    return finish("generate", figures, ok)


@dataclass(frozen=True)
class Still:
    """One frame, as an engine reads a clip."""

    picture: Frame
    frames: int = 1
    spare: tuple[int, int] = (0, 0)

    @property
    def info(self) -> MediaInfo:
        size = (self.picture.width, self.picture.height)
        return MediaInfo(*size, 1, None, self.picture.format, self.picture.colour)

    def read(self, index: int) -> Frame:
        del index
        return self.picture


def _made(
    picture: Frame, count: int, values: Mapping[str, Any], *, draft: bool = False
) -> Iterator[Frame]:
    """Yield ``count`` frames of a clip of four seconds."""
    declared = (*effects.effect("generate").parameters, *registry.cards()["motion"].parameters)
    parameters = effects.resolve(declared, {"sky": "off", **values})
    rate, still = Fraction(count, 4), Still(picture)
    request = Request(
        "generate", still, 0, count, rate, Fraction(0), parameters, 1, draft, None,
        JobPictures(still.info),
    )  # fmt: skip
    context = Context(lambda: None, lambda note: None, os.cpu_count() or 1)
    return registry.load("motion").render(request, context)


def painted_sky() -> NDArray[np.uint8]:
    """Return clouds on blue above dark hills, painted, (1080, 1920, 3)."""
    noise = np.random.default_rng(3)
    clouds = np.zeros((1080, 1920), np.float32)
    for cells in (6, 12, 24, 48):
        rough = noise.standard_normal((cells, 2 * cells)).astype(np.float32) / cells
        clouds += cv2.resize(rough, (1920, 1080), interpolation=cv2.INTER_CUBIC)
    share = np.clip(0.4 + 2.2 * clouds, 0, 1)[..., None]
    picture = (1 - share) * (0.35, 0.55, 0.85) + share * (0.95, 0.95, 0.97)
    across = np.arange(1920)
    skyline = 700 + 60 * np.sin(across / 130) + 30 * np.sin(across / 41)
    hills = np.arange(1080)[:, None] > skyline
    picture[hills] = (0.2 + 0.1 * noise.random((1080, 1920, 1)) * np.ones(3))[hills]
    return np.asarray(np.rint(picture * 255), np.uint8)


def _has_sky(path: Path) -> bool:
    return find_sky(_small(_read(path)).astype(np.float32) / np.float32(255)).is_sure


def _speeds(photo: NDArray[np.uint8], size: tuple[int, int], count: int) -> dict[str, float]:
    """Return frames a second of every way, the best of three runs each."""
    picture = _video(cv2.resize(photo, size, interpolation=cv2.INTER_CUBIC))
    frames = list(_made(picture, 8, CAMERA))
    ways: dict[str, Callable[[], None]] = {
        "camera": lambda: _take(count, picture, CAMERA),
        "camera and sky": lambda: _take(count, picture, {**CAMERA, "sky": "left"}),
        "encoded": lambda: _encode([frames[k % 8] for k in range(count)]),
        "zoompan": lambda: _zoompan(picture, count),
    }
    best = dict.fromkeys(ways, 0.0)
    for _ in range(3):
        for way, work in ways.items():
            begun = time.perf_counter()
            work()
            best[way] = max(best[way], count / (time.perf_counter() - begun))
    best["made and encoded"] = 1 / (1 / best["camera and sky"] + 1 / best["encoded"])
    return best


def _take(count: int, picture: Frame, values: Mapping[str, Any]) -> None:
    for _ in islice(_made(picture, 96, values), count):
        pass


def _draft(photo: NDArray[np.uint8]) -> float:
    """Return the seconds that a draft of four seconds takes, the least of three runs."""
    height = round(DRAFT * photo.shape[0] / photo.shape[1] / 2) * 2
    picture = _video(cv2.resize(photo, (DRAFT, height), interpolation=cv2.INTER_AREA))
    took = []
    for _ in range(3):
        begun = time.perf_counter()
        _encode(list(_made(picture, 96, {"sky": "left"}, draft=True)))
        took.append(time.perf_counter() - begun)
    return min(took)


def _video(photo: Any) -> Frame:
    return convert(rgb_frame(np.ascontiguousarray(photo), SRGB), YUV420, VIDEO)


def _living(what: str, photo: Path) -> list[float]:
    """Return the mean flow between made frames of a sky, or of a painted region, by strength."""
    picture = rgb_frame(_small(painted_sky() if what == "sky" else _read(photo)), SRGB)
    with tempfile.TemporaryDirectory() as folder:
        mask = Path(folder) / "mask.png"
        cv2.imwrite(str(mask), np.full((picture.height, picture.width), 255, np.uint8))
        region = [{"mask": str(mask), "x": 1.0, "y": 0.0, "kind": "flow"}]
        values: dict[str, Any] = {"prompt": "static"}
        values |= {"sky": "left"} if what == "sky" else {"regions": region}
        return [
            _flow(picture, {**values, "motion": float(strength)}, LIVING_SAMPLES)
            for strength in STRENGTHS
        ]


def _encode(frames: Sequence[Frame]) -> None:
    first = frames[0]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "made.mov"
        with open_writer(
            path,
            "dnxhr_hq",
            width=first.width,
            height=first.height,
            rate=RATE,
            frames=len(frames),
            colour=first.colour,
            source_format=first.format,
        ) as writer:
            for frame in frames:
                writer.write(frame)
            writer.finish()


def _zoompan(picture: Frame, count: int) -> None:
    """Make as many frames with ffmpeg's zoompan; a pan and a zoom like ours."""
    size = f"{picture.width}x{picture.height}"
    values = f"z='1+0.25*on/{count}':x='(iw-iw/zoom)*on/{count}':d={count}:s={size}:fps={RATE}"
    graph = av.filter.Graph()
    source = graph.add_buffer(
        width=picture.width, height=picture.height, format="yuv420p", time_base=1 / RATE
    )
    filtered, sink = graph.add("zoompan", values), graph.add("buffersink")
    source.link_to(filtered)
    filtered.link_to(sink)
    graph.configure()
    frame = to_av(picture)
    frame.pts, frame.time_base = 0, 1 / RATE
    source.push(frame)
    source.push(None)
    for _ in range(count):
        sink.pull()


def _motion_of(photos: Sequence[Path], values: Mapping[str, float]) -> list[float]:
    """Return the mean flow between made frames, at every strength, over the photos."""
    pictures = [rgb_frame(_small(_read(path)), SRGB) for path in photos]
    return [
        statistics.mean(
            _flow(picture, {**values, "motion": float(strength)}) for picture in pictures
        )
        for strength in STRENGTHS
    ]


def _flow(picture: Frame, values: Mapping[str, Any], samples: int = SAMPLES) -> float:
    greys = [grey_proxy(frame, frame.width) for frame in _made(picture, samples, values)]
    lengths = [np.linalg.norm(flow_both_ways(a, b)[0], axis=2).mean() for a, b in pairwise(greys)]
    return float(np.mean(lengths))


def _rises(found: Sequence[float]) -> bool:
    return all(after > before for before, after in pairwise(found))


def _continued_edges(photo: NDArray[np.uint8], values: Mapping[str, float]) -> int:
    """Count samples taken from beyond the first or last column or row, at strength 10."""
    small = _small(photo).astype(np.float32) / 255
    height, width = small.shape[:2]
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    found = 0
    for carried, last, axis in ((columns, width - 1, 1), (rows, height - 1, 0)):
        picture = rgb_frame(np.dstack((small, carried)), SRGB)
        for frame in _made(picture, SAMPLES, {**values, "motion": 10.0}):
            come_from = frame.planes[3]
            for edge in (0, last):
                repeats = (np.abs(come_from - edge) < 1e-3).sum(axis=axis) - 1
                found += int(repeats.clip(0).sum())
    return found


def _black(photo: NDArray[np.uint8], values: Mapping[str, float]) -> int:
    """Count black samples on the outermost pixels of a picture that has none, at strength 10."""
    picture = rgb_frame(np.maximum(_small(photo), 48), SRGB)
    found = 0
    for frame in _made(picture, SAMPLES, {**values, "motion": 10.0}):
        brightest = np.maximum.reduce(frame.planes)
        rim = [brightest[0], brightest[-1], brightest[:, 0], brightest[:, -1]]
        found += sum(int((side < 16).sum()) for side in rim)
    return found


def _read(path: Path) -> NDArray[np.uint8]:
    return np.ascontiguousarray(cv2.imread(str(path), cv2.IMREAD_COLOR)[..., ::-1])


def _small(photo: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height, width = photo.shape[:2]
    size = (SMALL, round(SMALL * height / width / 2) * 2)
    method = cv2.INTER_AREA if width > SMALL else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(photo, size, interpolation=method), np.uint8)


if __name__ == "__main__":
    sys.exit(main())
