"""What real files say of themselves: read through our media code, told as Resolve tells it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av

from afterframe.media.frame import MediaInfo
from afterframe.media.source import probe
from afterframe.media.stills import numbered
from afterframe_hosts.wire.clip import STILL_SUFFIXES, Media
from afterframe_hosts.wire.errors import MediaError
from afterframe_hosts.wire.timecode import can_drop

from .rates import frame_at
from .state import Medium

_NUMBERED = re.compile(r"(?P<head>.*?)(?P<number>[0-9]+)(?P<tail>\.[^.]+)")
_RUN = re.compile(r"\[([0-9]+)-([0-9]+)\]")


def look(path: str, rate: Fraction) -> tuple[Medium, dict[str, Any]] | None:
    """Return a file's or sequence's facts and the properties that stem from them; None: no medium.

    Args:
        path: of a file, or of a sequence with ``[0001-0024]`` where the number stands.
        rate: of the project: what has no rate of its own takes it and keeps it.
    """
    if not Path(path).is_absolute():
        return None
    media = media_at(path)
    try:
        info = probe(media)
    except (MediaError, ValueError):
        return _sound_alone(path, rate)
    own = info.rate if media.kind == "movie" and info.rate else rate
    count = len(_numbers(path)) if media.kind == "sequence" else info.frames
    medium = Medium(
        path,
        count,
        str(own),
        info.width,
        info.height,
        _start(info, media, own),
        ";" in info.start_timecode and can_drop(own),
        first=media.first if media.kind == "sequence" else None,
        codec=_coding(media) or info.codec.upper(),
        format=_format(path),
    )
    told = _picture_properties(info)
    if media.kind == "movie" and (sound := _sound(path)):
        medium.audio = True
        told |= sound[1]
    return medium, told


def media_at(path: str) -> Media:
    """Return what our media code opens for a path of Resolve."""
    run = _RUN.search(Path(path).name)
    if run:
        folder, name = Path(path).parent, Path(path).name
        marks = name[: run.start()] + "#" * len(run[1]) + name[run.end() :]
        return Media("sequence", str(folder / marks), first=int(run[1]))
    return Media("still" if _is_picture(path) else "movie", path)


def merged(paths: Iterable[str]) -> list[str]:
    """Return paths with each unbroken run of numbered pictures as one: ``a.[0001-0024].exr``."""
    out: list[str] = []
    runs: dict[tuple[str, str, int], list[int]] = {}
    for path in paths:
        named = _NUMBERED.fullmatch(Path(path).name) if _is_picture(path) else None
        if named is None:
            out.append(path)
            continue
        head = path[: len(path) - len(Path(path).name)] + named["head"]
        key = (head, named["tail"], len(named["number"]))
        runs.setdefault(key, []).append(int(named["number"]))
    for (head, tail, width), numbers in runs.items():
        out += [_run_path(head, tail, width, run) for run in _unbroken(sorted(set(numbers)))]
    return out


def sequence(pattern: str, first: int, last: int) -> str | None:
    """Return the path of a sequence given as Resolve takes it; None where a picture is missing.

    Args:
        pattern: with ``%04d`` where the number stands.
        first, last: numbers, both inclusive.
    """
    found = re.search(r"%0?(\d*)d", pattern)
    if found is None or last < first:
        return None
    width = int(found[1] or 1)
    head, tail = pattern[: found.start()], pattern[found.end() :]
    numbers = range(first, last + 1)
    if not all(Path(f"{head}{number:0{width}d}{tail}").is_file() for number in numbers):
        return None
    return _run_path(head, tail, width, list(numbers))


def exists(path: str) -> bool:
    """Return whether a medium's file is there; of a sequence its first picture."""
    media = media_at(path)
    if media.kind == "sequence":
        return Path(numbered(media.path, media.first)).is_file()
    return Path(path).is_file()


def numbers_of(path: str) -> list[int]:
    """Return the numbers in the name of a file."""
    return [int(number) for number in re.findall(r"[0-9]+", Path(path).stem)]


def _is_picture(path: str) -> bool:
    return Path(path).suffix.lower() in STILL_SUFFIXES


def _numbers(path: str) -> range:
    run = _RUN.search(Path(path).name)
    return range(int(run[1]), int(run[2]) + 1) if run else range(1)


def _run_path(head: str, tail: str, width: int, numbers: list[int]) -> str:
    first, last = f"{numbers[0]:0{width}d}", f"{numbers[-1]:0{width}d}"
    return f"{head}{first}{tail}" if len(numbers) == 1 else f"{head}[{first}-{last}]{tail}"


def _unbroken(numbers: list[int]) -> list[list[int]]:
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return runs


def _start(info: MediaInfo, media: Media, rate: Fraction) -> int:
    """Return the first frame as timecode counts it: of pictures without one it is their number."""
    drop = ";" in info.start_timecode and can_drop(rate)
    said = frame_at(info.start_timecode, rate, drop) if info.start_timecode else None
    if said is not None:
        return said
    return media.first if media.kind == "sequence" else 0


def _picture_properties(info: MediaInfo) -> dict[str, Any]:
    return {
        "Bit Depth": str(info.format.depth),
        "PAR": "Square" if info.pixel_aspect == 1 else f"{float(info.pixel_aspect):.3f}",
        "Field Dominance": _FIELDS[info.fields],
        "Reel Name": info.reel,
        "Alpha mode": "Straight" if info.format.alpha else "None",
    }


def _sound_alone(path: str, rate: Fraction) -> tuple[Medium, dict[str, Any]] | None:
    sound = _sound(path)
    if sound is None:
        return None
    seconds, told = sound
    frames = max(1, int(seconds * rate))
    codec = str(told["Audio Codec"])
    medium = Medium(path, frames, str(rate), video=False, audio=True, codec=codec)
    medium.format = _format(path)
    return medium, told


def _sound(path: str) -> tuple[Fraction, dict[str, Any]] | None:
    """Return the length in seconds and the properties of a file's first sound; None without one."""
    try:
        with av.open(path) as container:
            streams = container.streams.audio
            if not streams:
                return None
            stream, context = streams[0], streams[0].codec_context
            length = Fraction(container.duration or 0, av.time_base)
            if stream.duration and stream.time_base:
                length = stream.duration * stream.time_base
            channels = sum(each.codec_context.channels for each in streams)
            bits = {"s16": "16", "s16p": "16", "s32": "24", "s32p": "24"}
            return length, {
                "Audio Ch": str(channels),
                "Audio Codec": _SOUND_CODECS.get(context.name, context.name.upper()),
                "Audio Bit Depth": bits.get(context.format.name, "32"),
                "Sample Rate": str(context.sample_rate),
            }
    except (OSError, av.FFmpegError):
        return None


def _coding(media: Media) -> str:
    """Return the name of a movie's coding as people know it; empty for any other."""
    if media.kind != "movie":
        return ""
    with av.open(media.path) as container:
        context = container.streams.video[media.stream].codec_context
        profile, level = context.profile or "", context.level
    if context.name == "h264":
        return f"H.264 {profile} L{level / 10:.1f}"
    if context.name == "hevc":
        return f"H.265 {profile} L{level / 30:.1f}"
    if context.name == "prores":
        return _PRORES.get(profile, "Apple ProRes")
    return profile.replace("DNXHR", "DNxHR") if context.name == "dnxhd" else ""


def _format(path: str) -> str:
    suffix = Path(path).suffix.lower().removeprefix(".")
    return _FORMATS.get(suffix, suffix.upper())


_PRORES = {
    "Proxy": "Apple ProRes 422 Proxy",
    "LT": "Apple ProRes 422 LT",
    "Standard": "Apple ProRes 422",
    "HQ": "Apple ProRes 422 HQ",
    "4444": "Apple ProRes 4444",
    "XQ": "Apple ProRes 4444 XQ",
}
"""By profile."""
_SOUND_CODECS = {
    "aac": "AAC",
    "pcm_s16le": "Linear PCM",
    "pcm_s24le": "Linear PCM",
    "mp3": "MP3",
    "mp3float": "MP3",
}
_FORMATS = {"mov": "QuickTime", "mp4": "QuickTime", "wav": "Wave", "mkv": "MKV", "mxf": "MXF OP1a"}
_FIELDS = {
    "progressive": "Auto",
    "top_first": "Upper Field",
    "bottom_first": "Lower Field",
}
