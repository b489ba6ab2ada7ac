"""Sound of a timeline: what its clips sound like, at 100 %, mixed as it is."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from .exports import cut_of
from .rates import timeline_rate
from .state import Item, Project, Timeline

RATE = 48000
"""Samples a second of a render."""
Sound = NDArray[np.float32]
"""Samples of the left and the right (2, N), 1 is full scale."""


def mixed(project: Project, timeline: Timeline, first: int, last: int) -> Sound:
    """Return what is heard between two absolute frames, both inclusive.

    Retimed items, volumes and panning are not simulated: a retimed item is silent.
    """
    rate = timeline_rate(project, timeline)
    heard = np.zeros((2, round((last - first + 1) * RATE / rate)), np.float32)
    for track in timeline.tracks["audio"]:
        for item in track.items if track.enabled else ():
            if item.enabled and item.speed == 1 and item.start <= last and first < item.end:
                _add(heard, project, timeline, item, first)
    return np.clip(heard, -1, 1)


def _add(heard: Sound, project: Project, timeline: Timeline, item: Item, first: int) -> None:
    cut = cut_of(project, timeline, item)
    clip = project.clips.get(item.clip)
    if cut.medium is None or clip is None or not clip.online:
        return
    rate = timeline_rate(project, timeline)
    late = max(0, first - item.start)
    start = round((cut.start / cut.rate + late / rate) * RATE)
    samples = _decoded(cut.medium.path)[
        :, start : start + round((item.duration - late) * RATE / rate)
    ]
    at = round(Fraction(max(0, item.start - first)) / rate * RATE)
    room = heard[:, at : at + samples.shape[1]]
    room += samples[:, : room.shape[1]]


def _decoded(path: str) -> Sound:
    """Return all of a file's first sound; silence where it has none."""
    resampler = av.AudioResampler("fltp", "stereo", RATE)
    parts: list[NDArray[Any]] = [np.zeros((2, 0), np.float32)]
    try:
        with av.open(path) as container:
            if container.streams.audio:
                for frame in container.decode(audio=0):
                    parts += [each.to_ndarray() for each in resampler.resample(frame)]
                parts += [each.to_ndarray() for each in resampler.resample(None)]
    except (OSError, av.FFmpegError):
        return parts[0]
    return np.concatenate(parts, axis=1)


def write(path: Path, sound: Sound) -> None:
    """Write sound alone: a WAV, a QuickTime or an MPEG-4 file, after its suffix."""
    with av.open(str(path), "w") as container:
        _encode(container, _stream(container, path), sound)


def add(path: Path, sound: Sound, rate: Fraction, timecode: str) -> None:
    """Give a movie without sound its sound; its pictures are copied as they are."""
    silent = path.with_name(f".{path.stem}.silent{path.suffix}")
    path.replace(silent)
    try:
        with av.open(str(silent)) as source, av.open(str(path), "w") as container:
            pictures = source.streams.video[0]
            copied = container.add_stream_from_template(pictures)
            # QuickTime gets a track of timecode only where ticks are known to be pictures.
            copied.codec_context.framerate = rate
            copied.codec_context.time_base = copied.time_base = 1 / rate
            copied.metadata["timecode"] = timecode
            heard = _stream(container, path)
            for packet in source.demux(pictures):
                if packet.dts is not None:
                    packet.stream = copied
                    container.mux(packet)
            _encode(container, heard, sound)
    finally:
        silent.unlink()


def _stream(container: av.container.OutputContainer, path: Path) -> av.AudioStream:
    codec = "aac" if path.suffix == ".mp4" else "pcm_s16le"
    stream = container.add_stream(codec, rate=RATE, layout="stereo")
    assert isinstance(stream, av.AudioStream)
    return stream


def _encode(container: av.container.OutputContainer, stream: av.AudioStream, sound: Sound) -> None:
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(sound), format="fltp", layout="stereo")
    frame.sample_rate = RATE
    frame.pts = 0
    context = stream.codec_context
    size = context.frame_size or None
    resampler = av.AudioResampler(context.format or "s16", "stereo", RATE, size)
    for each in (*resampler.resample(frame), *resampler.resample(None)):
        container.mux(stream.encode(each))
    container.mux(stream.encode(None))
