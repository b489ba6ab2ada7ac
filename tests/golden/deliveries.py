"""What other programs read of every delivery format, of every kind of source: the golden table.

The table is ``deliveries.json`` beside this file. Movies are read by libmediainfo and by the
ffmpeg program that imageio-ffmpeg brings, pictures by oiiotool and by the same ffmpeg. Make it
again, and look at what has changed, with

    python -m tests.golden.deliveries [FORMAT ...]

Known lies of these programs, which stand in the table as they are told:

- ffmpeg says 12 bits of every ProRes 4444, whatever was written: its decoder makes so many.
- ffmpeg and libmediainfo say BT.709 of the matrix of every DNxHR; ours is BT.709 for that reason.
- libmediainfo says no depth of ProRes, and neither of the two says limited of its range.
- ffmpeg rounds the rate that it prints to two places; libmediainfo has the fraction.
- ffmpeg shows neither the alpha mode of a picture nor its reel; oiiotool does.
- libmediainfo says RGB of a DNxHR 444 whose primaries and transfer are not said: it is YUV.
- libmediainfo rounds 1000/1001 to 999/1000; the file's own numbers are 1001 of 1000 a second.
"""

from __future__ import annotations

import functools
import json
import re
import subprocess
import sys
import sysconfig
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import av
import imageio_ffmpeg
import numpy as np
from pymediainfo import MediaInfo as Parsed

from afterframe.errors import FormatUnfit
from afterframe.media.convert import convert
from afterframe.media.display import rgb_frame
from afterframe.media.formats import DeliveryFormat, delivery_format, formats
from afterframe.media.frame import ColourTags, Frame, HdrMetadata, MediaInfo, PixelFormat
from afterframe.media.losses import losses
from afterframe.media.marking import term_uri
from afterframe.media.pix_fmt import from_av
from afterframe.media.stills import numbered
from afterframe.media.writer import open_writer

TABLE = Path(__file__).with_suffix(".json")
SIZE = (256, 144)
FRAMES = 3
MIDDLE = 1
REEL = "A001_C002"
MARK = term_uri("algorithmicallyEnhanced")
HDR = HdrMetadata(
    primaries=(
        (Fraction(34, 50), Fraction(16, 50)),
        (Fraction(265, 1000), Fraction(69, 100)),
        (Fraction(15, 100), Fraction(6, 100)),
    ),
    white=(Fraction(3127, 10000), Fraction(3290, 10000)),
    luminance=(Fraction(5, 1000), Fraction(1000)),
    max_cll=1000,
    max_fall=400,
)
HD = ColourTags(1, 1, 1)
SRGB = ColourTags(1, 13, 0, full_range=True)
LINEAR = ColourTags(1, 8, 0, full_range=True, premultiplied=True)
_420, _422, _444 = (1, 1), (1, 0), (0, 0)
Cell = dict[str, str]


@dataclass(frozen=True)
class Kind:
    """One kind of source, and what travels with it."""

    pixels: PixelFormat
    colour: ColourTags
    rate: Fraction
    timecode: str = ""
    pixel_aspect: Fraction = Fraction(1)
    hdr: HdrMetadata | None = None


KINDS = {
    "hd_8": Kind(PixelFormat("yuv", 8, subsampling=_420), HD, Fraction(25), "10:20:30:12"),
    "hd_10": Kind(
        PixelFormat("yuv", 10, subsampling=_422), HD, Fraction(24000, 1001), "01:00:00:00"
    ),
    "hd_444_12": Kind(
        PixelFormat("yuv", 12, subsampling=_444), HD, Fraction(30000, 1001), "00:59:59;28"
    ),
    "full_8": Kind(
        PixelFormat("yuv", 8, subsampling=_420),
        ColourTags(1, 1, 1, full_range=True),
        Fraction(60000, 1001),
        "10:00:00;50",
    ),
    "sd_8": Kind(
        PixelFormat("yuv", 8, subsampling=_420),
        ColourTags(5, 6, 5),
        Fraction(25),
        "00:00:00:00",
        pixel_aspect=Fraction(16, 15),
    ),
    "pq_10": Kind(
        PixelFormat("yuv", 10, subsampling=_422),
        ColourTags(9, 16, 9),
        Fraction(24),
        "23:59:58:00",
        hdr=HDR,
    ),
    "hlg_10": Kind(
        PixelFormat("yuv", 10, subsampling=_420),
        ColourTags(9, 18, 9),
        Fraction(50),
        "09:59:59:49",
        hdr=HdrMetadata(max_cll=1000, max_fall=400),
    ),
    "p3_10": Kind(PixelFormat("yuv", 10, subsampling=_422), ColourTags(12, 1, 1), Fraction(25, 2)),
    "unsaid_8": Kind(PixelFormat("yuv", 8, subsampling=_420), ColourTags(), Fraction(1000, 1001)),
    "rgb_8": Kind(PixelFormat("rgb", 8), SRGB, Fraction(120000, 1001), "01:00:00;100"),
    "rgb_16": Kind(PixelFormat("rgb", 16), SRGB, Fraction(24)),
    "rgb_p3": Kind(PixelFormat("rgb", 16), ColourTags(12, 13, 0, full_range=True), Fraction(24)),
    "rgba_8": Kind(PixelFormat("rgb", 8, alpha=True), SRGB, Fraction(25)),
    "rgba_half": Kind(PixelFormat("rgb", 16, floating=True, alpha=True), LINEAR, Fraction(24)),
    "float_2020": Kind(
        PixelFormat("rgb", 32, floating=True), ColourTags(9, 8, 0, full_range=True), Fraction(24)
    ),
    "grey_16": Kind(PixelFormat("grey", 16), SRGB, Fraction(24)),
}


def frames_of(kind: Kind) -> list[Frame]:
    """Return pictures with smooth colour, edges, saturated patches and a little grain."""
    return [
        convert(rgb_frame(_drawn(index, kind.pixels.alpha), SRGB), kind.pixels, _drawable(kind))
        if not kind.pixels.floating
        else _as_floats(_drawn(index, kind.pixels.alpha), kind)
        for index in range(FRAMES)
    ]


def cell(name: str, kind: Kind, folder: Path) -> Cell:
    """Write one delivery, and return what others read of it."""
    made = delivery_format(name)
    frames = [Frame(frame.planes, kind.pixels, kind.colour) for frame in frames_of(kind)]
    try:
        target = write(made, kind, frames, folder)
    except FormatUnfit as error:
        return {"refused": error.message()}
    stored = made.stores(kind.pixels)
    wanted = convert(frames[MIDDLE], stored, made.tags(kind.pixels, kind.colour, stored))
    first = Path(numbered(str(target), 1)) if made.kind == "sequence" else target
    second = {"oiiotool": _oiiotool(first)} if made.kind == "sequence" else _mediainfo(target)
    told = {**_ffmpeg(first), **second, "notes": _notes(made, kind)}
    shown = Path(numbered(str(target), 1 + MIDDLE)) if made.kind == "sequence" else target
    told["picture"] = _likeness(wanted, decoded(shown, 0 if made.kind == "sequence" else MIDDLE))
    return {key: value for key, value in told.items() if value}


def write(made: DeliveryFormat, kind: Kind, frames: Sequence[Frame], folder: Path) -> Path:
    """Write frames as a job would; return the result's path."""
    target = folder / f"shot{made.suffix}"
    if made.kind == "sequence":
        target = folder / "shot" / f"shot.####{made.suffix}"
    with open_writer(
        target,
        made.name,
        width=SIZE[0],
        height=SIZE[1],
        rate=kind.rate,
        frames=FRAMES,
        colour=kind.colour,
        source_format=kind.pixels,
        start_timecode=kind.timecode,
        pixel_aspect=kind.pixel_aspect,
        reel=REEL,
        hdr=kind.hdr,
        digital_source=MARK,
    ) as writer:
        for frame in frames:
            writer.write(frame)
        writer.finish()
        writer.publish(target)
    return target


def decoded(path: Path, index: int) -> Frame:
    """Return a picture as the ffmpeg program decodes it, in its own format; tags are left out."""
    pix_fmt, size = _stream(_said_by_ffmpeg(path))[1:3]
    arguments = ["-v", "error", "-i", str(path), "-vf", f"select=eq(n\\,{index})"]
    raw = _run(
        _ffmpeg_program(), *arguments, "-frames:v", "1", "-f", "rawvideo", "-pix_fmt", pix_fmt, "-"
    )
    width, height = map(int, size.split("x"))
    return from_av(_filled(av.VideoFrame(width, height, pix_fmt), raw))


def _filled(picture: av.VideoFrame, raw: bytes) -> av.VideoFrame:
    """Return a picture filled with raw video: its planes one after the other, without padding."""
    bits = picture.format.components[0].bits
    sample = {8: 1, 32: 4}.get(bits, 2)
    if len(picture.planes) == 1:
        sample = picture.format.padded_bits_per_pixel // 8
    start = 0
    for plane in picture.planes:
        row = plane.width * sample
        rows = np.frombuffer(raw, np.uint8, row * plane.height, start).reshape(plane.height, row)
        memory = np.frombuffer(memoryview(plane), np.uint8)
        memory.reshape(-1, plane.line_size)[: plane.height, :row] = rows
        start += row * plane.height
    assert start == len(raw)
    return picture


def _notes(made: DeliveryFormat, kind: Kind) -> str:
    info = MediaInfo(*SIZE, FRAMES, kind.rate, kind.pixels, kind.colour, hdr=kind.hdr)
    found = losses(made, info, kind.rate, start_timecode=kind.timecode, reel=REEL)
    return " ".join(note.text() for note in found)


def _drawn(index: int, alpha: bool) -> Any:
    width, height = SIZE
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    waves = [np.sin((x * fx + y * fy + 5 * index) / 40) for fx, fy in ((1, 0.3), (0.2, 1), (1, 1))]
    grain = np.random.default_rng(index).normal(0, 1.0, (height, width, 3))
    rgb = np.stack(waves, axis=2) * 80 + 125 + grain
    patches = ((235, 30, 30), (30, 220, 40), (30, 40, 230), (250, 250, 250), (4, 4, 4))
    for number, patch in enumerate(patches):
        left = 20 + 40 * number + 4 * index
        rgb[height // 3 : height // 2, left : left + 24] = patch
    if alpha:
        rgb = np.dstack([rgb, np.tile(np.linspace(0, 255, width), (height, 1))])
    return np.clip(rgb, 0, 255).astype(np.uint8)


def _drawable(kind: Kind) -> ColourTags:
    """Return tags that the drawing is brought to: the code values count, not what they show."""
    return kind.colour if kind.pixels.model == "yuv" else SRGB


def _as_floats(rgb: Any, kind: Kind) -> Frame:
    """Return scene-linear floats, some above 1, multiplied by alpha."""
    values = (rgb[..., :3].astype(np.float32) / 255) ** 2.2 * 4
    planes = [values[..., channel] for channel in range(3)]
    if kind.pixels.alpha:
        opacity = rgb[..., 3].astype(np.float32) / 255
        planes = [*(plane * opacity for plane in planes), opacity]
    made = tuple(np.ascontiguousarray(plane, dtype=kind.pixels.dtype) for plane in planes)
    return Frame(made, kind.pixels, kind.colour)


def _likeness(wanted: Frame, found: Frame) -> str:
    """Return ``exact``, or the least PSNR of a plane in whole dB against the range of samples."""
    worst = float("inf")
    for ours, theirs in zip(wanted.planes, found.planes, strict=True):
        scale = 2.0 ** (found.format.depth - wanted.format.depth)
        scale = 1.0 if found.format.floating else scale
        peak = 1.0 if wanted.format.floating else wanted.format.peak
        error = np.mean((ours.astype(np.float64) - theirs.astype(np.float64) / scale) ** 2)
        worst = min(worst, 10 * np.log10(peak**2 / error) if error else float("inf"))
    return "exact" if worst == float("inf") else f"{int(worst)} dB"


def _ffmpeg(path: Path) -> Cell:
    text = _said_by_ffmpeg(path)
    codec, pix_fmt, size, rest = _stream(text)
    rest = re.sub(r", \d+ kb/s|, [\d.k]+ tb[rn]| \(default\)|[\[\]]| DAR \d+:\d+", "", rest)
    wanted = r"^ *(timecode|TIMECODE|reel_name|REEL_NAME|digital_source_type|DIGITAL_SOURCE_TYPE)"
    tags = re.findall(rf"{wanted} *: (.*)$", text, re.MULTILINE)
    said = {
        f"{key.lower()} {value.removeprefix(MARK[: MARK.rindex('/') + 1])}" for key, value in tags
    }
    hdr = re.findall(
        r"(?:Mastering display|Content light level) metadata: (.*)$", text, re.M | re.I
    )
    is_movie = path.suffix in (".mov", ".mp4", ".mkv")
    first = f"{codec}, {pix_fmt}{rest if is_movie else ''}, {size}"
    return {"ffmpeg": "; ".join([first, *sorted(said), *hdr])}


def _stream(text: str) -> tuple[str, str, str, str]:
    """Return codec, pixel format, size and the rest of ffmpeg's line on the picture."""
    line = next(line for line in text.splitlines() if "Video:" in line).partition("Video: ")[2]
    codec, rest = line.split(", ", 1)
    pix_fmt, colours, size, rest = re.match(r"(\w+)(\([^)]*\))?, (\d+x\d+)(.*)", rest).groups("")  # type: ignore[union-attr]
    return re.sub(r" / 0x\w+", "", codec), pix_fmt, size, colours + rest


def _mediainfo(path: Path) -> Cell:
    tracks = {track.track_type: track.to_data() for track in Parsed.parse(str(path)).tracks}
    video, whole, other = tracks["Video"], tracks["General"], tracks.get("Other", {})
    depth = f"{video['bit_depth']} bits" if "bit_depth" in video else ""
    rate = f"{video.get('framerate_num') or video['frame_rate']}"
    if "framerate_den" in video:
        rate += f"/{video['framerate_den']}"
    parts = [
        *(video.get(key, "") for key in ("format", "format_profile", "codec_id")),
        *(video.get(key, "") for key in ("color_space", "chroma_subsampling")),
        depth,
        f"{video['width']}x{video['height']}",
        f"pixels {video['pixel_aspect_ratio']}",
        f"{video['frame_count']} frames at {rate}",
        *(video.get(key, "") for key in ("color_range", "color_primaries")),
        *(video.get(key, "") for key in ("transfer_characteristics", "matrix_coefficients")),
        video.get("hdr_format", ""),
        video.get("mastering_display_luminance", ""),
        video.get("maximum_content_light_level", ""),
        *(t.get("time_code_of_first_frame", "") for t in (video, other)),
        f"reel {other.get('title') or whole.get('reel_name', '')}",
        str(whole.get("digital_source_type", "")).rpartition("/")[2],
    ]
    return {"mediainfo": "; ".join(str(part) for part in parts if part)}


ATTRIBUTES = (
    "channel list|compression|chromaticities|CICP|FramesPerSecond|PixelAspectRatio|reelName"
    "|smpte:TimeCode|Iptc4xmpExt:DigitalSourceType|oiio:ColorSpace|oiio:UnassociatedAlpha"
)


def _oiiotool(path: Path) -> str:
    program = Path(sysconfig.get_path("scripts")) / "oiiotool"
    straight = ("--iconfig", "oiio:UnassociatedAlpha", "1")
    text = _run(str(program), *straight, "--info", "-v", str(path)).decode()
    head = next(line for line in text.splitlines() if "channel, " in line)
    lines = re.findall(rf"^ +((?:{ATTRIBUTES}): .*)$", text, re.MULTILINE)
    said = [line.replace(MARK[: MARK.rindex("/") + 1], "") for line in lines]
    return "; ".join([re.sub(r" +", " ", head.partition(" : ")[2].strip()), *said])


def _said_by_ffmpeg(path: Path) -> str:
    done = subprocess.run(
        [_ffmpeg_program(), "-hide_banner", "-i", str(path)],
        capture_output=True,
        check=False,
        timeout=60,
    )
    return done.stderr.decode(errors="replace")


@functools.cache
def _ffmpeg_program() -> str:
    return str(imageio_ffmpeg.get_ffmpeg_exe())


def _run(*command: str) -> bytes:
    return subprocess.run(command, capture_output=True, check=True, timeout=60).stdout


def read_table() -> dict[str, dict[str, Cell]]:
    """Return the table: by format, by kind of source, what was read."""
    table: dict[str, dict[str, Cell]] = json.loads(TABLE.read_text(encoding="utf-8"))
    return table


def make_again(names: Sequence[str]) -> None:
    """Make rows of the table again; tell what has changed."""
    table: dict[str, Mapping[str, Cell]] = dict(read_table()) if TABLE.exists() else {}
    for name in names or sorted(formats()):
        row = {}
        for label, kind in KINDS.items():
            with TemporaryDirectory() as folder:
                row[label] = cell(name, kind, Path(folder))
            if table.get(name, {}).get(label) != row[label]:
                print(f"{name} {label}: {row[label]}")
        table[name] = row
    rows = {name: table[name] for name in sorted(formats()) if name in table}
    TABLE.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    make_again(sys.argv[1:])
