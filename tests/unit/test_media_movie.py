"""Movies are read exact to the frame: the n-th presented picture says n."""

from __future__ import annotations

import gc
import random
from bisect import bisect_right
from collections.abc import Sequence
from fractions import Fraction
from itertools import accumulate, cycle
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from afterframe.errors import (
    AfterframeError,
    FrameOutside,
    MediaMissing,
    MediaTruncated,
    MediaUnreadable,
    NoPicture,
)
from afterframe.media.frame import ColourTags, Frame, PixelFormat
from afterframe.media.movie import MovieSource
from afterframe.media.movie_index import snap_rate
from afterframe.media.source import Source, open_media, probe
from afterframe_hosts.wire.clip import Media
from tests.makers import numbered_movie, read_number, sound_only, trimmed_movie
from tests.media import shared

FRAMES = 48
KINDS: dict[str, dict[str, Any]] = {
    "b_frames.mp4": {},
    "long_gop.mp4": {"gop": 250, "b_frames": 3, "frames": 130},
    "open_gop.mp4": {"gop": 24, "b_frames": 3, "options": {"x264-params": "open-gop=1"}},
    "open_gop.ts": {"gop": 12, "b_frames": 3, "options": {"x264-params": "open-gop=1"}},
    "hevc.mp4": {"codec": "libx265", "gop": 24, "options": {"x265-params": "log-level=none"}},
    "starts_late.mp4": {"offset": 10},
    "starts_late.mkv": {"offset": 100},
    "starts_late.ts": {"offset": 1000},
    "plain.ts": {},
    "mpeg2.ts": {"codec": "mpeg2video"},
    "mpeg2.mpg": {"codec": "mpeg2video"},
    "mpeg2.mxf": {"codec": "mpeg2video", "pix_fmt": "yuv422p", "size": (720, 576)},
    "mpeg4.avi": {"codec": "mpeg4"},
    "mpeg4.ts": {"codec": "mpeg4", "gop": 30},
    "h264.avi": {},
    "sound.mov": {"sound": True},
    "prores.mov": {"codec": "prores_ks", "pix_fmt": "yuv422p10le"},
    "vp9.webm": {"codec": "libvpx-vp9"},
    "lossless.mkv": {"codec": "ffv1", "pix_fmt": "gbrp16le"},
}


def opened(path: Path) -> Source:
    return open_media(Media("movie", str(path)))


def number_of(frame: Frame) -> int:
    return read_number(frame.planes[0])


def make(folder: Path, name: str) -> Path:
    return numbered_movie(folder / name, **{"frames": FRAMES, **KINDS[name]})


def cut_off(path: Path, share: float) -> Path:
    data = path.read_bytes()
    part = path.with_name(f"cut_{path.name}")
    part.write_bytes(data[: int(len(data) * share)])
    return part


def index_in_front(path: Path) -> Path:
    """Copy a movie with its index before its pictures, as for the web."""
    front = path.with_name(f"front_{path.name}")
    with (
        av.open(str(path)) as source,
        av.open(str(front), "w", options={"movflags": "faststart"}) as copy,
    ):
        stream = copy.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                copy.mux(packet)
    return front


@pytest.mark.parametrize("name", KINDS)
def test_every_order_of_reading_gives_the_picture_asked_for(name: str, tmp_path: Path) -> None:
    frames = KINDS[name].get("frames", FRAMES)
    with opened(make(tmp_path, name)) as source:
        assert source.info.frames == frames
        assert [number_of(frame) for frame in source.frames(0, frames)] == list(range(frames))
        order = random.Random(1).sample(range(frames), 24)
        assert [number_of(source.read(index)) for index in order] == order
        back = list(range(frames - 1, -1, -1))
        assert [number_of(source.read(index)) for index in back] == back


@pytest.mark.parametrize("name", ["long_gop.mp4", "open_gop.ts", "mpeg2.mpg"])
def test_any_picture_can_be_the_first_that_is_read(name: str, tmp_path: Path) -> None:
    path = make(tmp_path, name)
    for index in (47, 1, 30, 24, 23, 12, 11):
        with opened(path) as source:
            assert number_of(source.read(index)) == index


@pytest.mark.parametrize("suffix", [".mp4", ".mov"])
@pytest.mark.parametrize(("kind", "skip"), [("b_frames.mp4", 17), ("long_gop.mp4", 101)])
def test_an_edit_list_hides_the_pictures_before_it(
    kind: str, skip: int, suffix: str, tmp_path: Path
) -> None:
    whole = make(tmp_path, kind)
    part = trimmed_movie(tmp_path / f"part{suffix}", whole, skip)
    frames = KINDS[kind].get("frames", FRAMES) - skip
    with opened(part) as source:
        assert source.info.frames == frames
        assert source.info.rate == 25
        for index in (0, frames - 1, 5, 1, frames // 2):
            assert number_of(source.read(index)) == skip + index


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "ts", "mov"])
@pytest.mark.parametrize(
    "rate",
    [
        Fraction(24000, 1001),
        Fraction(24),
        Fraction(25),
        Fraction(30000, 1001),
        Fraction(60000, 1001),
        Fraction(25, 2),
    ],
    ids=str,
)
def test_rates_are_exact(rate: Fraction, suffix: str, tmp_path: Path) -> None:
    path = numbered_movie(tmp_path / f"a.{suffix}", frames=12, rate=rate)
    assert probe(Media("movie", str(path))).rate == rate


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        ("2997/125", "24000/1001"),
        ("23.98", "24000/1001"),
        ("29.97", "30000/1001"),
        ("59.94", "60000/1001"),
        ("30.0003", "30"),
        ("24", "24"),
        ("12.5", "25/2"),
        ("29.5", "59/2"),
    ],
)
def test_a_containers_near_rate_is_the_broadcast_rate(told: str, meant: str) -> None:
    assert snap_rate(Fraction(told)) == Fraction(meant)


def shown_at(lengths: Sequence[int], frames: int) -> list[int]:
    """Return which picture stands at each frame time, by the makers' rule."""
    return [number for number, length in zip(range(frames), cycle(lengths)) for _ in range(length)]


@pytest.mark.parametrize("suffix", ["mp4", "mov", "mkv", "ts"])
@pytest.mark.parametrize(
    ("lengths", "uneven"),
    [([1], False), ([1, 1, 2, 1, 3], True), ([1, 3], True), ([1] * 30 + [2], True)],
    ids=["even", "mixed", "in turns", "one long"],
)
def test_a_frame_is_the_picture_that_is_shown_at_its_time(
    lengths: list[int], uneven: bool, suffix: str, tmp_path: Path
) -> None:
    path = numbered_movie(tmp_path / f"a.{suffix}", frames=51, lengths=lengths)
    shown = shown_at(lengths, 51)
    with open_media(Media("movie", str(path))) as source:
        assert (source.info.uneven, source.info.rate) == (uneven, Fraction(25))
        assert source.info.frames == len(shown)
        assert [number_of(frame) for frame in source.frames(0, len(shown))] == shown
        for index in random.Random(3).sample(range(len(shown)), 20):
            assert number_of(source.read(index)) == shown[index]


def test_what_was_held_and_passed_over_is_counted(tmp_path: Path) -> None:
    path = numbered_movie(tmp_path / "a.mkv", frames=50, lengths=[1, 1, 2, 1, 3])
    with opened(path) as source:
        assert source.notes() == ()
        list(source.frames(0, 2))
        assert source.notes() == ()
        list(source.frames(2, 6))
        (note,) = source.notes()
        assert (note.id, note.params) == ("note.uneven_frames", {"held": 3, "dropped": 0})


def test_a_rate_that_drifts_is_uneven_though_every_step_is_near_the_usual(tmp_path: Path) -> None:
    """A phone in poor light: 30 frames a second, then 25."""
    path = numbered_movie(
        tmp_path / "a.mp4", frames=100, rate=Fraction(600), lengths=[20] * 40 + [25] * 60
    )
    with opened(path) as source:
        rate = source.info.rate
        assert source.info.uneven
        assert rate is not None
        begins = list(accumulate([20] * 40 + [25] * 60, initial=0))
        for index in range(0, source.info.frames, 3):
            time = 600 * Fraction(index) / rate
            assert number_of(source.read(index)) == min(99, bisect_right(begins, time) - 1)


@pytest.mark.parametrize("suffix", ["mp4", "mkv"])
def test_a_long_frame_near_the_end_of_a_whole_file_is_no_missing_one(
    suffix: str, tmp_path: Path
) -> None:
    path = numbered_movie(tmp_path / f"a.{suffix}", frames=52, lengths=[1] * 46 + [2])
    with open_media(Media("movie", str(path))) as source:
        assert (source.info.frames, source.info.uneven) == (53, True)
        assert [number_of(source.read(index)) for index in (46, 47, 48)] == [46, 46, 47]


def test_a_fragmented_movie_is_read_whole(tmp_path: Path) -> None:
    whole = make(tmp_path, "b_frames.mp4")
    parts = tmp_path / "fragments.mp4"
    options = {"movflags": "frag_keyframe+empty_moov"}
    with av.open(str(whole)) as source, av.open(str(parts), "w", options=options) as copy:
        stream = copy.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                copy.mux(packet)
    with opened(parts) as source_:
        assert source_.info.frames == FRAMES
        assert number_of(source_.read(40)) == 40


def test_times_without_any_rate_are_counted_at_the_one_that_is_named(tmp_path: Path) -> None:
    path = tmp_path / "vfr.mkv"
    times = [0, 1, 2, 5, 6, 14, 15, 16, 30, 31, 32, 33]
    whole = numbered_movie(tmp_path / "cfr.mkv", frames=len(times), b_frames=0)
    with av.open(str(whole)) as source, av.open(str(path), "w") as copy:
        stream = copy.add_stream_from_template(source.streams.video[0])
        packets = [packet for packet in source.demux(video=0) if packet.size]
        for packet, time in zip(packets, times, strict=True):
            packet.pts = packet.dts = time * 40
            packet.stream = stream
            copy.mux(packet)
    with opened(path) as vfr:
        assert vfr.info.frames == 34
        for picture, time in enumerate(times):
            assert number_of(vfr.read(time)) == picture
        assert number_of(vfr.read(13)) == 4


@pytest.mark.skipif(not Path("/proc/self/io").exists(), reason="the system does not count reads")
def test_opening_a_large_movie_reads_a_small_part_of_it(tmp_path: Path) -> None:
    path = numbered_movie(
        tmp_path / "large.mov", 400, size=(640, 360), codec="prores_ks", pix_fmt="yuv422p10le"
    )
    before = _bytes_read()
    assert probe(Media("movie", str(path))).frames == 400
    assert _bytes_read() - before < path.stat().st_size / 2


def _bytes_read() -> int:
    return int(Path("/proc/self/io").read_text().split()[1])


@pytest.mark.parametrize("share", [0.5, 0.7, 0.95])
@pytest.mark.parametrize("name", ["b_frames.mp4", "prores.mov", "starts_late.mkv", "open_gop.ts"])
def test_a_truncated_movie_gives_what_is_there_and_names_the_first_that_is_not(
    name: str, share: float, tmp_path: Path
) -> None:
    whole = make(tmp_path, name)
    in_front = index_in_front(whole) if whole.suffix in (".mp4", ".mov") else whole
    with opened(cut_off(in_front, share)) as source:
        told = []
        for index in range(source.info.frames):
            try:
                assert number_of(source.read(index)) == index
            except MediaTruncated as error:
                told.append(error.params["frame"])
                break
        # A transport stream does not say how long it was to be: it may end between pictures.
        if whole.suffix != ".ts":
            assert told == [index]
            with pytest.raises(MediaTruncated) as last:
                source.read(source.info.frames - 1)
            assert last.value.params["frame"] == index
        assert number_of(source.read(2)) == 2


@pytest.mark.parametrize("codec", ["libx264", "mjpeg", "mpeg2video", "dvvideo"])
def test_a_picture_cut_through_is_not_there(codec: str, tmp_path: Path) -> None:
    """A decoder would make something up for the lower half."""
    pixels = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    path = numbered_movie(
        tmp_path / "a.mov", size=(720, 576), codec=codec, pix_fmt=pixels, gop=1, b_frames=0
    )
    whole = index_in_front(path)
    with av.open(str(whole)) as container:
        places = [(packet.pos, packet.size) for packet in container.demux(video=0) if packet.size]
    start, size = places[20]
    assert start is not None
    part = tmp_path / "cut.mp4"
    part.write_bytes(whole.read_bytes()[: start + size * 3 // 4])
    with opened(part) as source:
        assert number_of(source.read(19)) == 19
        with pytest.raises(MediaTruncated) as told:
            source.read(20)
    assert told.value.params["frame"] == 20


def test_a_movie_whose_index_is_missing_is_unreadable(tmp_path: Path) -> None:
    part = cut_off(make(tmp_path, "b_frames.mp4"), 0.9)
    with pytest.raises(MediaUnreadable, match="damaged"):
        opened(part)


def test_a_movie_of_which_nothing_is_left_is_unreadable(tmp_path: Path) -> None:
    part = cut_off(index_in_front(make(tmp_path, "b_frames.mp4")), 0.3)
    with pytest.raises(MediaUnreadable):
        opened(part)


@pytest.mark.parametrize("name", ["mpeg4.ts", "open_gop.ts", "mpeg2.ts"])
def test_a_stream_caught_in_the_middle_begins_with_its_first_keyframe(
    name: str, tmp_path: Path
) -> None:
    path = make(tmp_path, name)
    with av.open(str(path)) as container:
        packets = [packet for packet in container.demux(video=0) if packet.size]
    inside = packets[5].pos
    assert inside is not None
    tables = path.read_bytes()[: 3 * 188]
    path.write_bytes(tables + path.read_bytes()[inside // 188 * 188 :])
    with opened(path) as source:
        first = number_of(source.read(0))
        assert first == KINDS[name].get("gop", 12)
        assert [number_of(frame) for frame in source.frames(0, 10)] == [*range(first, first + 10)]


def test_a_picture_damaged_in_the_middle_is_told_and_the_rest_is_read(tmp_path: Path) -> None:
    path = make(tmp_path, "prores.mov")
    with av.open(str(path)) as container:
        packets = [(packet.pos, packet.size) for packet in container.demux(video=0) if packet.size]
    position, size = packets[20]
    assert position is not None
    data = bytearray(path.read_bytes())
    data[position : position + size] = bytes(size)
    path.write_bytes(data)
    with opened(path) as source:
        with pytest.raises(MediaUnreadable, match="20 is damaged"):
            source.read(20)
        assert number_of(source.read(21)) == 21
        assert number_of(source.read(19)) == 19


@pytest.mark.parametrize("name", ["sound.wav", "sound.m4a"])
def test_sound_alone_is_no_picture(name: str, tmp_path: Path) -> None:
    with pytest.raises(NoPicture):
        opened(sound_only(tmp_path / name))


def test_a_stream_that_is_not_there_is_no_picture(tmp_path: Path) -> None:
    path = make(tmp_path, "b_frames.mp4")
    with pytest.raises(NoPicture):
        open_media(Media("movie", str(path), stream=1))


@pytest.mark.parametrize(
    ("content", "error"),
    [(None, MediaMissing), (b"", MediaUnreadable), (b"not a movie at all" * 99, MediaUnreadable)],
)
def test_what_is_no_movie_is_told(
    content: bytes | None, error: type[AfterframeError], tmp_path: Path
) -> None:
    path = tmp_path / "a.mov"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(error) as told:
        opened(path)
    assert str(path) in told.value.message()


def test_a_folder_is_no_movie(tmp_path: Path) -> None:
    with pytest.raises(MediaUnreadable, match="folder"):
        opened(tmp_path)


@pytest.mark.parametrize("index", [-1, FRAMES, 10**9])
def test_a_frame_outside_is_refused(index: int, tmp_path: Path) -> None:
    with opened(make(tmp_path, "b_frames.mp4")) as source, pytest.raises(FrameOutside):
        source.read(index)


def test_a_playlist_cannot_reach_an_address(tmp_path: Path) -> None:
    playlist = tmp_path / "list.m3u8"
    playlist.write_text("#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n")
    with pytest.raises((MediaUnreadable, NoPicture)):
        opened(playlist)


def test_a_file_that_changes_is_indexed_anew(tmp_path: Path) -> None:
    path = tmp_path / "a.mkv"
    assert probe(Media("movie", str(numbered_movie(path, 10)))).frames == 10
    assert probe(Media("movie", str(numbered_movie(path, 20)))).frames == 20


@pytest.mark.parametrize("timecode", ["01:00:00:00", "00:59:58;12"])
def test_the_start_timecode_is_read(timecode: str, tmp_path: Path) -> None:
    path = numbered_movie(
        tmp_path / "a.mov", frames=4, rate=Fraction(30000, 1001), timecode=timecode
    )
    assert probe(Media("movie", str(path))).start_timecode == timecode


@pytest.mark.parametrize(
    ("pix_fmt", "pixels", "full"),
    [
        ("yuv420p", PixelFormat("yuv", 8, subsampling=(1, 1)), False),
        ("yuvj420p", PixelFormat("yuv", 8, subsampling=(1, 1)), True),
        ("yuv422p10le", PixelFormat("yuv", 10, subsampling=(1, 0)), False),
        ("yuv444p", PixelFormat("yuv", 8), False),
    ],
)
def test_pictures_keep_their_own_encoding(
    pix_fmt: str, pixels: PixelFormat, full: bool, tmp_path: Path
) -> None:
    path = numbered_movie(tmp_path / "a.mp4", frames=3, pix_fmt=pix_fmt)
    with opened(path) as source:
        frame = source.read(1)
    assert (frame.format, frame.colour.full_range) == (pixels, full)
    assert [plane.shape[::-1] for plane in frame.planes] == [
        pixels.plane_size(number, 192, 112) for number in range(3)
    ]
    assert source.info.colour == ColourTags(full_range=full)


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_turned_movie_is_read_upright(degrees: int, tmp_path: Path) -> None:
    plain = numbered_movie(tmp_path / "plain.mp4", frames=3)
    turned = tmp_path / "turned.mp4"
    with av.open(str(plain)) as source, av.open(str(turned), "w") as copy:
        stream = copy.add_stream_from_template(source.streams.video[0])
        assert isinstance(stream, av.VideoStream)
        stream.set_display_rotation(degrees)
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                copy.mux(packet)
    with opened(plain) as one, opened(turned) as other:
        upright = np.rot90(one.read(1).planes[0], degrees // 90)
        np.testing.assert_array_equal(other.read(1).planes[0], upright)
        assert (other.info.width, other.info.height) == upright.shape[::-1]


@pytest.mark.parametrize(
    ("name", "frames", "rate"),
    [
        ("video/flower.mp4", 150, Fraction(30000, 1001)),
        ("video/stream-of-water.mp4", 90, Fraction(30000, 1001)),
        ("video/car-detection.mp4", 377, Fraction(25, 2)),
        ("video/one-by-one-person.mp4", 1394, Fraction(10)),
        ("video/asl-sister.mkv", 87, Fraction(30)),
        ("video/bigbuckbunny.mp4", 132, Fraction(25)),
    ],
)
def test_real_clips_are_read_exactly(name: str, frames: int, rate: Fraction) -> None:
    path = shared(name)
    with av.open(str(path)) as container:
        pictures = container.decode(video=0)
        lumas = [picture.to_ndarray()[: picture.height] for picture in pictures]
    with opened(path) as source:
        assert (source.info.frames, source.info.rate) == (frames, rate)
        assert len(lumas) == frames
        for index in random.Random(2).sample(range(frames), 12):
            np.testing.assert_array_equal(source.read(index).planes[0], lumas[index])


@pytest.mark.parametrize("name", ["m.mp4", "m.mov", "m.mkv"])
def test_a_single_picture_costs_no_more_than_its_own_group(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = numbered_movie(tmp_path / name, frames=72, gop=12, b_frames=2)
    decoded: list[int] = []
    remember = MovieSource._remember

    def counted(source: MovieSource, number: int, picture: av.VideoFrame) -> None:
        decoded.append(number)
        remember(source, number, picture)

    monkeypatch.setattr(MovieSource, "_remember", counted)
    for index in (24, 41, 71):
        with opened(path) as source:
            decoded.clear()
            assert number_of(source.read(index)) == index
        assert decoded[0] >= index // 12 * 12


def test_the_way_to_a_far_picture_is_shorter_and_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("afterframe.media.movie.RECENT_BYTES", 1)
    path = numbered_movie(tmp_path / "m.mp4", frames=72, gop=72, b_frames=3)
    with opened(path) as source:
        planes = [frame.planes for frame in source.frames(0, 72)]
    decoded: list[int] = []
    remember = MovieSource._remember

    def counted(source: MovieSource, number: int, picture: av.VideoFrame) -> None:
        decoded.append(number)
        remember(source, number, picture)

    monkeypatch.setattr(MovieSource, "_remember", counted)
    for order in ((70, 71, 60), (50, 49, 48, 51, 8), (30, 66, 2, 65)):
        with opened(path) as source:
            decoded.clear()
            for index in order:
                found = source.read(index).planes
                assert all(map(np.array_equal, found, planes[index]))
                if index == order[0]:
                    assert len(decoded) < 0.8 * index


@pytest.mark.parametrize("way", [(20, 59), range(20, 60)])
def test_where_a_movie_breaks_off_is_told_though_pictures_before_were_passed_over(
    way: Sequence[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("afterframe.media.movie.RECENT_BYTES", 1)
    path = cut_off(index_in_front(numbered_movie(tmp_path / "m.mp4", frames=60, gop=60)), 0.7)
    told = []
    for order in (range(60), way):
        with opened(path) as source, pytest.raises(MediaTruncated) as caught:
            list(map(source.read, order))
        told.append(str(caught.value))
    assert told[0] == told[1]


def test_pictures_that_were_read_are_let_go_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("afterframe.media.movie.RECENT_BYTES", 1)
    path = numbered_movie(tmp_path / "m.mp4", frames=40)
    gc.collect()
    gc.disable()
    try:
        with open_media(Media("movie", str(path))) as source:
            for index in range(40):
                source.read(index)
            held = sum(isinstance(each, av.VideoFrame) for each in gc.get_objects())
    finally:
        gc.enable()
    assert held < 8
