"""Media made for tests: every picture carries its own number, readable after any codec.

A picture is a grid of 8 by 4 large cells that fills the frame:

    row 0   white black white black white black black white      reference levels, and the way up
    row 1   bits 15 to 8 of the number, white is 1
    row 2   bits 7 to 0
    row 3   check: (151 * number + 90) modulo 256

Cells are read against the mean of the reference levels, so the number survives scaling, chroma
subsampling, view transforms and codecs; a picture that is not one of ours is refused.
"""

from __future__ import annotations

import wave
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import accumulate, cycle
from pathlib import Path
from typing import Any

import av
import numpy as np
import OpenImageIO as oiio
from numpy.typing import NDArray

COLUMNS, ROWS = 8, 4
REFERENCE = (1, 0, 1, 0, 1, 0, 0, 1)
LARGEST = 0xFFFF


def numbered_picture(number: int, size: tuple[int, int]) -> NDArray[np.uint8]:
    """Return a grey picture (height by width, 0 or 255) that says ``number`` (0 to 65535)."""
    if not 0 <= number <= LARGEST:
        raise ValueError(f"a picture's number is 0 to {LARGEST}, not {number}")
    width, height = size
    rows = np.arange(height) * ROWS // height
    columns = np.arange(width) * COLUMNS // width
    cells = _cells(number) * np.uint8(255)
    return cells[rows[:, None], columns[None, :]]


def read_number(picture: NDArray[Any]) -> int:
    """Return the number in a picture: luma (H, W) or RGB[A] (H, W, 3 or 4), of any type.

    Raises:
        ValueError: the picture carries no number, or more than one (two pictures mixed).
    """
    grey = np.asarray(picture, dtype=np.float64)
    if grey.ndim == 3:
        grey = grey[..., : min(3, grey.shape[2])].mean(axis=2)
    height, width = grey.shape
    levels = np.empty((ROWS, COLUMNS))
    for row, column in np.ndindex(ROWS, COLUMNS):
        top, bottom = _inner(row, ROWS, height)
        left, right = _inner(column, COLUMNS, width)
        levels[row, column] = grey[top:bottom, left:right].mean()
    reference = np.array(REFERENCE, dtype=bool)
    white, black = levels[0][reference].min(), levels[0][~reference].max()
    if white <= black:
        raise ValueError("no number in this picture: its reference row is not there")
    share = (levels - black) / (white - black)
    if np.any(np.abs(share - 0.5) < 0.2):
        raise ValueError("the number cannot be told: cells are neither black nor white")
    bits = share > 0.5
    number = int(np.packbits(bits[1:3].ravel()).view(">u2")[0])
    if not np.array_equal(bits, _cells(number).astype(bool)):
        raise ValueError(f"the check does not fit the number {number}")
    return number


def numbered_movie(
    path: Path,
    frames: int = 48,
    rate: Fraction = Fraction(25),
    size: tuple[int, int] = (192, 112),
    codec: str = "libx264",
    pix_fmt: str = "yuv420p",
    *,
    first: int = 0,
    gop: int = 12,
    b_frames: int = 2,
    offset: int = 0,
    options: Mapping[str, str] | None = None,
    timecode: str = "",
    sound: bool = False,
    pixel_aspect: Fraction = Fraction(1),
    lengths: Sequence[int] = (1,),
) -> Path:
    """Write a movie whose n-th presented picture says ``first + n``; return its path.

    Args:
        path: its suffix names the container (``.mp4``, ``.mov``, ``.mkv``, ``.ts`` ...).
        gop: pictures between keyframes at most.
        b_frames: B-frames in a row; 0 for none, and for codecs without them.
        offset: presentation time of the first picture, in pictures.
        options: the encoder's own (``{"x264-params": "open-gop=1"}``).
        timecode: of the first picture, written into the container.
        sound: with a tone of the same length beside the picture.
        pixel_aspect: width of a pixel over its height.
        lengths: how long the pictures stand, in frame times, again and again.
    """
    times = accumulate(cycle(lengths), initial=offset)
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate, options=dict(options or {}))
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height = size
        stream.pix_fmt = pix_fmt
        stream.codec_context.time_base = 1 / rate
        stream.codec_context.sample_aspect_ratio = pixel_aspect
        if codec.startswith(("libx26", "mpeg")):
            stream.codec_context.gop_size = gop
            stream.codec_context.max_b_frames = b_frames
        if timecode:
            stream.metadata["timecode"] = timecode
        tone = container.add_stream("aac", rate=48000, layout="mono") if sound else None
        for number in range(frames):
            picture = av.VideoFrame.from_ndarray(numbered_picture(first + number, size), "gray")
            picture = picture.reformat(format=pix_fmt, dst_color_range="MPEG")
            picture.pts, picture.time_base = next(times), 1 / rate
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
        if tone is not None:
            for block in _tone(float(frames / rate)):
                container.mux(tone.encode(block))
            container.mux(tone.encode(None))
    return path


def trimmed_movie(path: Path, source: Path, skip: int) -> Path:
    """Copy a movie's packets, starting ``skip`` pictures in; return its path.

    In mov and mp4 the packets before are kept and an edit list hides them, as cameras and
    ``-c copy`` do; presentation starts with picture ``skip``.
    """
    with av.open(str(source)) as whole, av.open(str(path), "w") as part:
        stream = whole.streams.video[0]
        copy = part.add_stream_from_template(stream)
        rate, base = stream.average_rate, stream.time_base
        assert rate is not None
        assert base is not None
        back = int(skip / rate / base)
        for packet in whole.demux(stream):
            if packet.dts is None or packet.pts is None:
                continue
            packet.pts, packet.dts = packet.pts - back, packet.dts - back
            packet.stream = copy
            part.mux(packet)
    return path


def numbered_sequence(
    folder: Path,
    frames: int = 12,
    first: int = 1001,
    size: tuple[int, int] = (96, 64),
    suffix: str = "png",
    name: str = "plate",
    padding: int = 4,
) -> str:
    """Write numbered pictures whose n-th says ``n``; return the path with ``#``."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(frames):
        path = folder / f"{name}.{first + number:0{padding}d}.{suffix}"
        numbered_still(path, number, size)
    return str(folder / f"{name}.{'#' * padding}.{suffix}")


def numbered_still(path: Path, number: int, size: tuple[int, int] = (96, 64)) -> Path:
    """Write one RGB picture that says ``number``, 8 bits or half float (EXR); return its path."""
    grey = numbered_picture(number, size)
    picture = np.repeat(grey[..., None], 3, axis=2)
    if path.suffix == ".exr":
        write_picture(path, (picture / 255).astype(np.float16))
    else:
        write_picture(path, picture)
    return path


def write_picture(path: Path, picture: NDArray[Any], **attributes: Any) -> Path:
    """Write an array (H, W, channels) as it is, with header attributes; return its path."""
    height, width, channels = picture.shape
    kind = {"float16": "half", "float32": "float"}.get(str(picture.dtype), str(picture.dtype))
    spec = oiio.ImageSpec(width, height, channels, kind)
    for key, value in attributes.items():
        spec.attribute(key, value)
    out = oiio.ImageOutput.create(str(path))
    if out is None or not out.open(str(path), spec):
        raise OSError(f"{path}: {oiio.geterror()}")
    written = out.write_image(np.ascontiguousarray(picture))
    if not (out.close() and written):
        raise OSError(f"{path}: {out.geterror()}")
    return path


def sound_only(path: Path, seconds: float = 1.0) -> Path:
    """Write a file without any picture: ``.wav``, or what PyAV makes of the suffix."""
    if path.suffix == ".wav":
        with wave.open(str(path), "wb") as out:
            out.setnchannels(1)
            out.setsampwidth(2)
            out.setframerate(48000)
            out.writeframes(bytes(2 * int(48000 * seconds)))
        return path
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=48000, layout="mono")
        for block in _tone(seconds):
            container.mux(stream.encode(block))
        container.mux(stream.encode(None))
    return path


def _cells(number: int) -> NDArray[np.uint8]:
    check = (151 * number + 90) % 256
    rows = (number >> 8, number & 255, check)
    bits = [[row >> (7 - bit) & 1 for bit in range(8)] for row in rows]
    return np.array([REFERENCE, *bits], dtype=np.uint8)


def _inner(index: int, cells: int, pixels: int) -> tuple[int, int]:
    """Return the middle half of a cell, at least one pixel, away from its blurred edges."""
    cell = pixels / cells
    start = int((index + 0.25) * cell)
    return start, max(start + 1, int((index + 0.75) * cell))


def _tone(seconds: float) -> Iterator[av.AudioFrame]:
    block, total = 1024, int(48000 * seconds)
    for start in range(0, total, block):
        phase = np.arange(start, start + block) * (2 * np.pi * 440 / 48000)
        samples = (np.sin(phase) * 0.1).astype(np.float32)[None]
        frame = av.AudioFrame.from_ndarray(samples, format="fltp", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = 48000, start, Fraction(1, 48000)
        yield frame
