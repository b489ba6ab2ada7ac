"""Odd movies are read picture by picture as FFmpeg's own program decodes them, or refused by name.

The movies are made by that program, in the kinds that cameras, phones, screen recorders, broadcast
recorders and old programs leave behind.
"""

from __future__ import annotations

import random
import struct
import subprocess
import zipfile
from fractions import Fraction
from pathlib import Path

import av
import imageio_ffmpeg  # type: ignore[import-untyped]
import numpy as np
import pytest
from numpy.typing import NDArray

from afterframe.errors import MediaUnreadable, NoPicture
from afterframe.media.frame import Frame
from afterframe.media.pix_fmt import name_of
from afterframe.media.source import Source, open_media, probe
from afterframe_hosts.wire.clip import Media
from tests.makers import numbered_movie, read_number

PROGRAM = imageio_ffmpeg.get_ffmpeg_exe()
PICTURES = "testsrc2=s=176x144:r=25:d=1.2"
H264 = "-c:v libx264 -g 12"
KINDS = {
    "b_pyramid.mp4": "-c:v libx264 -x264-params b-pyramid=normal:bframes=8:ref=4:open-gop=1",
    "open_gop.mkv": "-c:v libx264 -x264-params bframes=3:open-gop=1:keyint=10:min-keyint=10",
    "intra.mov": "-c:v libx264 -g 1",
    "cmaf.mp4": f"{H264} -movflags cmaf+frag_every_frame",
    "negative_times.mp4": f"{H264} -bf 3 -movflags negative_cts_offsets",
    "times_of_decoding.mxf": f"{H264} -bf 3",
    "flash.flv": f"{H264} -bf 3",
    "elementary.h264": f"{H264} -bf 3",
    "elementary.hevc": "-c:v libx265 -x265-params log-level=none:keyint=12",
    "elementary.m2v": "-c:v mpeg2video -g 12 -bf 2",
    "disc.vob": "-c:v mpeg2video -g 12 -bf 2",
    "packed.avi": "-c:v mpeg4 -g 12 -bf 2",
    "hidden_pictures.webm": "-c:v libvpx -auto-alt-ref 1 -lag-in-frames 10",
    "alpha_vp9.webm": "-c:v libvpx-vp9 -auto-alt-ref 0 -pix_fmt yuva420p",
    "alpha_vp8.webm": "-c:v libvpx -auto-alt-ref 0 -pix_fmt yuva420p",
    "palette.gif": "-r 10",
    "palette.mov": "-c:v png -pix_fmt pal8",
    "one_bit.mov": "-c:v png -pix_fmt monob",
    "animation.mov": "-c:v qtrle -pix_fmt argb",
    "tape.dv": "-c:v dvvideo -s 720x576 -pix_fmt yuv420p",
    "tape_411.avi": "-c:v dvvideo -s 720x480 -r 30000/1001 -pix_fmt yuv411p",
    "deep.mkv": "-c:v ffv1 -pix_fmt yuv422p14le",
    "nine_bits.mkv": "-c:v ffv1 -pix_fmt yuv420p9le",
    "tall_chroma.mkv": "-c:v ffv1 -pix_fmt yuv440p",
    "sixteenth_chroma.mkv": "-c:v ffv1 -pix_fmt yuv410p",
    "rgb12.mkv": "-c:v ffv1 -pix_fmt gbrp12le",
    "rgba16.mkv": "-c:v ffv1 -pix_fmt gbrap16le",
    "grey16.mkv": "-c:v ffv1 -pix_fmt gray16le",
    "rgb.avi": "-c:v utvideo -pix_fmt gbrp",
    "uncompressed.mov": "-c:v v210",
    "uncompressed.avi": "-c:v rawvideo -pix_fmt uyvy422",
    "cineform.mov": "-c:v cfhd -s 320x240",
    "two_by_two.mkv": "-c:v ffv1 -vf scale=2:2",
    "odd_size.mkv": "-c:v ffv1 -vf scale=35:21 -pix_fmt yuv420p",
    "full_range.mp4": f"{H264} -pix_fmt yuvj420p",
}


def ffmpeg(*words: str | Path) -> bytes:
    command = [PROGRAM, "-v", "error", "-nostdin", "-y", *map(str, words)]
    return subprocess.run(command, check=True, capture_output=True, timeout=60).stdout


def made(path: Path, options: str, pictures: str = PICTURES) -> Path:
    ffmpeg("-f", "lavfi", "-i", pictures, *options.split(), path)
    return path


def opened(path: Path, *, deinterlace: bool = False) -> Source:
    return open_media(Media("movie", str(path), deinterlace=deinterlace))


def decoded(path: Path, frame: Frame, *options: str) -> list[NDArray[np.uint8]]:
    """Return every picture as the program decodes it, as bytes in the frame's own format."""
    kind = name_of(frame.format)
    data = ffmpeg(
        *options, "-i", path, "-map", "0:V:0", "-fps_mode", "passthrough",
        "-pix_fmt", kind, "-f", "rawvideo", "-",
    )  # fmt: skip
    return list(np.frombuffer(data, np.uint8).reshape(-1, len(_bytes(frame))))


def _bytes(frame: Frame) -> NDArray[np.uint8]:
    order = (1, 2, 0, 3) if frame.format.model == "rgb" else (0, 1, 2, 3)
    planes = [frame.planes[plane] for plane in order[: len(frame.planes)]]
    return np.concatenate([plane.ravel().view(np.uint8) for plane in planes])


def check_all(path: Path, *options: str) -> None:
    with opened(path) as source:
        wanted = decoded(path, source.read(0), *options)
        frames = source.info.frames
        assert frames == len(wanted)
        order = random.Random(1).sample(range(frames), min(frames, 10))
        for index in (*range(frames), *order):
            np.testing.assert_array_equal(_bytes(source.read(index)), wanted[index], str(index))


@pytest.mark.parametrize("name", KINDS)
def test_every_picture_is_the_one_that_ffmpeg_decodes(name: str, tmp_path: Path) -> None:
    decoder = {"alpha_vp9": "libvpx-vp9", "alpha_vp8": "libvpx"}.get(name.partition(".")[0])
    options = ("-c:v", decoder) if decoder else ()
    check_all(made(tmp_path / name, KINDS[name]), *options)


@pytest.mark.parametrize("later", [0, 20_000, -20_000])
def test_recordings_put_end_to_end_are_read_through_though_time_starts_over(
    later: int, tmp_path: Path
) -> None:
    times = (0, later) if later >= 0 else (-later, 0)
    parts = [
        made(tmp_path / f"{number}.ts", f"{H264} -output_ts_offset {time}")
        for number, time in enumerate(times)
    ]
    path = tmp_path / "both.ts"
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    with opened(path) as source:
        assert (source.info.frames, source.info.uneven) == (60, False)
    check_all(path)


def test_a_size_that_changes_on_the_way_is_told_where_it_does(tmp_path: Path) -> None:
    path = tmp_path / "both.ts"
    large = made(tmp_path / "large.ts", H264)
    small = made(tmp_path / "small.ts", f"{H264} -s 88x72")
    path.write_bytes(large.read_bytes() + small.read_bytes())
    with opened(path) as source:
        source.read(29)
        with pytest.raises(MediaUnreadable, match="picture 30 is of another size"):
            source.read(30)


# which way up


QUARTERS = {
    "as it is": (1, 0, 0, 1),
    "a quarter clockwise": (0, 1, -1, 0),
    "upside down": (-1, 0, 0, -1),
    "a quarter anticlockwise": (0, -1, 1, 0),
    "mirrored": (-1, 0, 0, 1),
    "flipped": (1, 0, 0, -1),
    "over one diagonal": (0, 1, 1, 0),
    "over the other": (0, -1, -1, 0),
}


def turned(path: Path, source: Path, matrix: tuple[float, float, float, float]) -> Path:
    """Copy a movie with another display matrix in its track header."""
    data = source.read_bytes()
    a, b, c, d = (round(65536 * number) for number in matrix)
    unit = struct.pack(">9i", 65536, 0, 0, 0, 65536, 0, 0, 0, 1 << 30)
    at = data.index(unit, data.index(b"tkhd"))
    new = struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 1 << 30)
    path.write_bytes(data[:at] + new + data[at + len(unit) :])
    return path


@pytest.mark.parametrize("name", QUARTERS)
def test_a_turned_or_mirrored_movie_is_read_as_ffmpeg_shows_it(name: str, tmp_path: Path) -> None:
    plain = made(tmp_path / "plain.mp4", H264)
    check_all(turned(tmp_path / "turned.mp4", plain, QUARTERS[name]))


def test_a_turn_that_is_no_quarter_is_refused(tmp_path: Path) -> None:
    plain = made(tmp_path / "plain.mp4", H264)
    half = 0.5**0.5
    with pytest.raises(MediaUnreadable, match="turned by -45 degrees"):
        opened(turned(tmp_path / "turned.mp4", plain, (half, half, -half, half)))


def test_the_shape_of_pixels_turns_with_the_picture(tmp_path: Path) -> None:
    plain = made(tmp_path / "plain.mp4", f"{H264} -vf setsar=16/11")
    assert probe(Media("movie", str(plain))).pixel_aspect == Fraction(16, 11)
    info = probe(Media("movie", str(turned(tmp_path / "t.mp4", plain, (0, 1, -1, 0)))))
    assert (info.width, info.height, info.pixel_aspect) == (144, 176, Fraction(11, 16))


def test_the_containers_shape_of_pixels_goes_before_the_codecs(tmp_path: Path) -> None:
    inside = made(tmp_path / "inside.mp4", f"{H264} -vf setsar=16/11")
    path = tmp_path / "outside.mkv"
    ffmpeg("-i", inside, "-c", "copy", "-aspect", "16:9", path)
    assert probe(Media("movie", str(path))).pixel_aspect == Fraction(16, 9) * 144 / 176


# two fields to a picture


FIELDS = {
    "h264.mp4": "-c:v libx264 -flags +ilme+ildct -x264opts {order}=1 -pix_fmt yuv420p",
    "mpeg2.mxf": "-c:v mpeg2video -b:v 8M -flags +ilme+ildct -pix_fmt yuv422p",
    "prores.mov": "-c:v prores_ks -flags +ildct -pix_fmt yuv422p10le",
    "uncompressed.mov": "-c:v v210 -field_order {short}",
    "deep.mkv": "-c:v ffv1 -flags +ildct -pix_fmt yuv420p10le",
}


def interlaced(path: Path, options: str, order: str) -> Path:
    weave = {"tff": "interleave_top", "bff": "interleave_bottom"}[order]
    filters = f"-vf tinterlace={weave},setfield={order}"
    words = options.format(order=order, short={"tff": "tt", "bff": "bb"}[order])
    return made(path, f"{filters} {words}", "testsrc2=s=192x144:r=50:d=0.48")


@pytest.mark.parametrize(("order", "fields"), [("tff", "top_first"), ("bff", "bottom_first")])
@pytest.mark.parametrize("name", FIELDS)
def test_fields_are_recognised_left_alone_and_told(
    name: str, order: str, fields: str, tmp_path: Path
) -> None:
    path = interlaced(tmp_path / name, FIELDS[name], order)
    with opened(path) as source:
        assert source.info.fields == fields
        assert [note.id for note in source.notes()] == ["note.interlaced"]
    check_all(path)


@pytest.mark.parametrize(("order", "fields"), [("tff", "top_first"), ("bff", "bottom_first")])
@pytest.mark.parametrize("name", FIELDS)
def test_pictures_of_two_fields_are_made_whole_one_for_one_in_any_order_of_reading(
    name: str, order: str, fields: str, tmp_path: Path
) -> None:
    path = interlaced(tmp_path / name, FIELDS[name], order)
    with opened(path) as source:
        plain = [_bytes(source.read(index)) for index in range(source.info.frames)]
    with opened(path, deinterlace=True) as source:
        frames = source.info.frames
        assert source.info.fields == "progressive"
        whole = [_bytes(source.read(index)) for index in range(frames)]
        wanted = decoded_whole(path, source.read(0), order)
        assert [note.id for note in source.notes()] == ["note.deinterlaced"]
        for index in (frames - 1, 3, 7, 6, 0, 5):
            np.testing.assert_array_equal(_bytes(source.read(index)), whole[index])
    assert len(plain) == len(whole) == len(wanted) == 12
    for index in range(12):
        # The library and the program, two versions of FFmpeg, fill the second row otherwise.
        assert np.mean(whole[index] != wanted[index]) < 0.012
        assert np.mean(whole[index] != plain[index]) > 0.03


def decoded_whole(path: Path, frame: Frame, order: str) -> list[NDArray[np.uint8]]:
    data = ffmpeg(
        "-i", path, "-vf", f"bwdif=mode=send_frame:parity={order}:deint=all", "-fps_mode",
        "passthrough", "-pix_fmt", name_of(frame.format), "-f", "rawvideo", "-",
    )  # fmt: skip
    return list(np.frombuffer(data, np.uint8).reshape(-1, len(_bytes(frame))))


def test_an_edge_that_moves_has_no_comb_once_its_fields_are_made_whole(tmp_path: Path) -> None:
    path = interlaced(tmp_path / "a.mkv", "-c:v ffv1 -flags +ildct -pix_fmt yuv420p", "tff")
    combs = []
    for deinterlace in (False, True):
        with opened(path, deinterlace=deinterlace) as source:
            luma = source.read(6).planes[0].astype(int)
        middle, around = luma[1:-1], (luma[:-2] + luma[2:]) / 2
        combs.append(float(np.abs(middle - around).mean()))
    assert combs[1] < 0.6 * combs[0]


def test_a_movie_that_says_nothing_of_fields_is_made_whole_on_demand_only(tmp_path: Path) -> None:
    path = made(tmp_path / "a.mp4", H264)
    with opened(path) as source:
        assert source.info.fields == "progressive"
        assert source.notes() == ()


# tags


def test_the_reel_is_read_from_the_timecode_track(tmp_path: Path) -> None:
    options = f"{H264} -timecode 01:00:00:00 -metadata:s:v:0 reel_name=A001C003"
    info = probe(Media("movie", str(made(tmp_path / "a.mov", options))))
    assert (info.start_timecode, info.reel) == ("01:00:00:00", "A001C003")


def test_the_reel_is_read_from_quicktime_metadata(tmp_path: Path) -> None:
    words = "-movflags use_metadata_tags -metadata com.apple.quicktime.reelname=B002"
    assert probe(Media("movie", str(made(tmp_path / "a.mov", f"{H264} {words}")))).reel == "B002"


def test_mastering_display_and_light_level_are_read(tmp_path: Path) -> None:
    display = "G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,50)"
    options = f"log-level=none:master-display={display}:max-cll=1000,400"
    path = made(tmp_path / "a.mp4", f"-c:v libx265 -pix_fmt yuv420p10le -x265-params {options}")
    hdr = probe(Media("movie", str(path))).hdr
    assert hdr is not None
    red = Fraction(34000, 50000), Fraction(16000, 50000)
    assert (hdr.primaries[0], hdr.white) == (red, (Fraction(15635, 50000), Fraction(16450, 50000)))
    assert hdr.luminance == (Fraction(50, 10000), Fraction(1000))
    assert (hdr.max_cll, hdr.max_fall) == (1000, 400)


# refused by name


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("aprn", "Apple ProRes RAW"),
        ("aprh", "Apple ProRes RAW HQ"),
        ("brxq", "Blackmagic RAW"),
        ("encv", "encrypted"),
        ("drmi", "encrypted"),
        ("XYZW", "XYZW"),
    ],
)
def test_a_coding_without_a_decoder_is_refused_by_its_name(
    code: str, name: str, tmp_path: Path
) -> None:
    path = made(tmp_path / "a.mov", "-c:v prores_ks -pix_fmt yuv422p10le")
    data = path.read_bytes()
    at = data.index(b"apc", data.rindex(b"stsd"))
    path.write_bytes(data[:at] + code.encode() + data[at + 4 :])
    with pytest.raises(MediaUnreadable, match=name):
        opened(path)


@pytest.mark.parametrize("profile", [5, 8])
def test_dolby_vision_is_refused_where_it_has_no_base_of_another_kind(
    profile: int, tmp_path: Path
) -> None:
    path = made(tmp_path / "a.mp4", "-c:v libx265 -x265-params log-level=none -tag:v hvc1")
    data = path.read_bytes()
    at = data.index(b"btrt")
    said = b"dvcC\x01\x00" + bytes([profile << 1])
    path.write_bytes((data[:at] + said + data[at + 7 :]).replace(b"hvc1", b"dvh1"))
    if profile == 5:
        with pytest.raises(MediaUnreadable, match="Dolby Vision profile 5"):
            opened(path)
    else:
        assert probe(Media("movie", str(path))).codec == "hevc"


def test_a_coding_without_a_decoder_is_named_in_matroska_too(tmp_path: Path) -> None:
    path = made(tmp_path / "a.mkv", H264)
    data = path.read_bytes()
    path.write_bytes(data.replace(b"V_MPEG4/ISO/AVC", b"V_MPEG9/ISO/XYZ"))
    with pytest.raises(MediaUnreadable, match="V_MPEG9/ISO/XYZ"):
        opened(path)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.braw", b"\0\0\0\x08wide" + bytes(999), "Blackmagic RAW"),
        ("a.R3D", b"\0\0\0\x20RED2" + bytes(999), "REDCODE RAW"),
        ("a.mov", b"\0\0\0\x20RED2" + bytes(999), "REDCODE RAW"),
        ("a.ari", b"ARRI" + bytes(4096), "ARRIRAW"),
        ("a.dng", b"II*\0" + bytes(999), "CinemaDNG"),
        ("a.mov", b"It was a dark night.\n" * 400, "a text"),
        ("a.mp4", b"<!DOCTYPE html><html><body>404 Not Found</body></html>", "a web page"),
        ("a.mov", b"%PDF-1.7" + bytes(99), "a PDF"),
        ("a.ico", b"\0\0\1\0\5\0\0\0" + bytes(99), "an icon"),
        ("a.mov", b"\0\0\0\x24ftypheic" + bytes(99), "HEIC"),
        ("a.heif", b"\0\0\0\x1cftypmif1" + bytes(99), "HEIC"),
        ("a.mov", bytes(100_000), "not a movie"),
        ("a.mov", random.Random(1).randbytes(100_000), "not a movie"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_movie_of_ours_is_called_by_its_name(
    name: str, content: bytes, said: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(MediaUnreadable) as told:
        opened(path)
    assert said in told.value.message()


def test_an_archive_is_called_one(tmp_path: Path) -> None:
    path = tmp_path / "a.mov"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", "text")
    with pytest.raises(MediaUnreadable, match="ZIP"):
        opened(path)


def test_a_folder_of_camera_raw_pictures_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "A001_000001.dng").write_bytes(b"II*\0")
    with pytest.raises(MediaUnreadable, match="CinemaDNG"):
        opened(tmp_path)


def test_a_picture_of_the_cover_is_no_video(tmp_path: Path) -> None:
    cover, song = tmp_path / "cover.png", tmp_path / "song.m4a"
    made(cover, "-frames:v 1")
    ffmpeg("-f", "lavfi", "-i", "sine=d=1", "-i", cover, "-map", "0", "-map", "1", "-c:v", "copy",
           "-disposition:v", "attached_pic", song)  # fmt: skip
    with pytest.raises(NoPicture):
        opened(song)


@pytest.mark.parametrize("suffix", [".wmv", ".mkv"])
def test_where_the_first_stream_is_empty_the_first_with_pictures_is_taken(
    suffix: str, tmp_path: Path
) -> None:
    source, path = tmp_path / "one.mkv", tmp_path / f"two{suffix}"
    made(source, "-c:v mpeg4 -q:v 2")
    with av.open(str(source)) as given, av.open(str(path), "w") as container:
        given_stream = given.streams.video[0]
        container.add_stream_from_template(given_stream)
        full = container.add_stream_from_template(given_stream)
        for packet in given.demux(given_stream):
            if packet.dts is not None:
                packet.stream = full
                container.mux(packet)
    with opened(source) as one, opened(path) as two:
        assert two.info.frames == one.info.frames
        last = one.info.frames - 1
        np.testing.assert_array_equal(two.read(last).planes[0], one.read(last).planes[0])
    with pytest.raises(NoPicture):
        open_media(Media("movie", str(path), stream=2))


def test_one_picture_does_not_go_at_the_rate_of_its_clock(tmp_path: Path) -> None:
    path = tmp_path / "a.wmv"
    made(path, "-frames:v 1 -c:v mpeg4")
    with opened(path) as source:
        assert (source.info.frames, source.info.rate) == (1, 25)


def test_uneven_pictures_are_whole_after_a_seek_too(tmp_path: Path) -> None:
    """Fields, times and reordering at once: what a frame shows does not depend on how it is met."""
    path = numbered_movie(tmp_path / "a.mkv", 60, lengths=[1, 1, 2, 1, 3], b_frames=3)
    with opened(path) as through, opened(path) as sought:
        order = list(range(through.info.frames))
        shown = [read_number(through.read(index).planes[0]) for index in order]
        random.Random(2).shuffle(order)
        assert [read_number(sought.read(index).planes[0]) for index in order] == [
            shown[index] for index in order
        ]


def test_pyav_still_hands_on_what_these_readers_need() -> None:
    assert {"bwdif", "select"} <= av.filter.filters_available
