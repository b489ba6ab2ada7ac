"""What every delivery format must do, whatever writes it."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from afterframe.errors import (
    FormatUnfit,
    NotWritable,
    OutputExists,
    UnknownFormat,
    VerifyFailed,
)
from afterframe.media import formats as formats_package
from afterframe.media import verify
from afterframe.media.display import rgb_frame, to_display
from afterframe.media.formats import (
    choose,
    delivery_format,
    formats,
    missing_encoders,
    review_bytes,
)
from afterframe.media.frame import ColourTags, Frame, HdrMetadata, MediaInfo, PixelFormat
from afterframe.media.source import Source, open_media
from afterframe.media.writer import Writer, open_writer
from afterframe_hosts.wire.clip import Media

NAMES = sorted(formats())
MOVIES = [name for name in NAMES if delivery_format(name).kind == "movie"]
SEQUENCES = [name for name in NAMES if delivery_format(name).kind == "sequence"]
WITH_ALPHA = ["exr", "exr_dwaa", "exr_zip", "ffv1", "png", "prores_4444", "tiff"]
SQUARE = {"ffv1", "png"}
RATES = [
    Fraction(24000, 1001),
    Fraction(24),
    Fraction(25),
    Fraction(30000, 1001),
    Fraction(60000, 1001),
    Fraction(25, 2),
    Fraction(120000, 1001),
    Fraction(1000, 1001),
]
SIZE = (320, 180)
FRAMES = 5
HD = ColourTags(1, 1, 1)
SRGB = ColourTags(1, 13, 0, full_range=True)
YUV8 = PixelFormat("yuv", 8, subsampling=(1, 1))
YUV10 = PixelFormat("yuv", 10, subsampling=(1, 0))
PQ, HLG = ColourTags(9, 16, 9), ColourTags(9, 18, 9)

BOUNDS = {
    "dnxhr_lb": 42.5,
    "dnxhr_sq": 43.0,
    "dnxhr_hq": 41.0,
    "dnxhr_hqx": 44.0,
    "dnxhr_444": 48.0,
    "prores_422_proxy": 41.0,
    "prores_422_lt": 43.5,
    "prores_422": 44.0,
    "prores_422_hq": 44.0,
    "prores_4444": 46.0,
    "h264": 36.0,
    "h264_10": 41.0,
    "hevc": 41.0,
    "hevc_10": 41.5,
    "ffv1": 120.0,
    "png": 120.0,
    "tiff": 120.0,
    "exr": 70.0,
    "exr_zip": 80.0,
    "exr_dwaa": 50.0,
}
"""PSNR in dB of display-referred RGB against an RGB source of 8 bits, least of all frames."""


def picture(index: int, size: tuple[int, int] = SIZE) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Return RGB that moves and has smooth colour, edges and a little grain."""
    width, height = size
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    waves = [np.sin((x * fx + y * fy + 5 * index) / 40) for fx, fy in ((1, 0.3), (0.2, 1), (1, 1))]
    grain = np.random.default_rng(index).normal(0, 1.0, (height, width, 3))
    rgb = np.stack(waves, axis=2) * 80 + 125 + grain
    rgb[height // 3 : height // 2, 20 + 4 * index : 60 + 4 * index] = (200, 60, 40)
    return np.clip(rgb, 0, 255).astype(np.uint8)


def rgb_frames(count: int = FRAMES, size: tuple[int, int] = SIZE) -> list[Frame]:
    return [rgb_frame(picture(index, size), SRGB) for index in range(count)]


def alpha_frames() -> list[Frame]:
    ramp = np.tile(np.linspace(0, 255, SIZE[0]).astype(np.uint8), (SIZE[1], 1))
    return [rgb_frame(np.dstack([picture(index), ramp]), SRGB) for index in range(FRAMES)]


def yuv_frames(colour: ColourTags, pixels: PixelFormat = YUV8) -> list[Frame]:
    planes = []
    for plane in range(3):
        width, height = pixels.plane_size(plane, *SIZE)
        ramp = np.linspace(60, 180, width)[None, :] + np.linspace(0, 20, height)[:, None]
        planes.append((ramp * 2 ** (pixels.depth - 8)).astype(pixels.dtype))
    return [Frame(tuple(planes), pixels, colour)] * FRAMES


def target_of(folder: Path, name: str, stem: str = "shot") -> Path:
    made = delivery_format(name)
    if made.kind == "sequence":
        return folder / stem / f"{stem}.####{made.suffix}"
    return folder / f"{stem}{made.suffix}"


def writer_of(target: Path, name: str, frames: list[Frame], **more: Any) -> Writer:
    first = frames[0]
    settings: dict[str, Any] = {
        "width": first.width,
        "height": first.height,
        "rate": Fraction(25),
        "frames": len(frames),
        "colour": first.colour,
        "source_format": first.format,
        **more,
    }
    return open_writer(target, name, **settings)


def write(folder: Path, name: str, frames: list[Frame], **more: Any) -> Path:
    target = target_of(folder, name)
    with writer_of(target, name, frames, **more) as writer:
        for frame in frames:
            writer.write(frame)
        writer.finish()
        writer.publish(target)
    return target


def opened(target: Path, name: str, rate: Fraction = Fraction(25)) -> Source:
    kind = delivery_format(name).kind
    sequence = kind == "sequence"
    return open_media(
        Media(kind, str(target), first=int(sequence), rate=rate if sequence else None)
    )


def psnr(ours: Frame, theirs: Frame) -> float:
    error = np.mean((to_display(ours).astype(np.float64) - to_display(theirs)) ** 2)
    return float(10 * np.log10(1 / max(error, 1e-12)))


def everything_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_the_promised_formats_are_there() -> None:
    assert set(BOUNDS) == set(NAMES)
    assert missing_encoders() == []


@pytest.mark.parametrize("rate", RATES, ids=str)
@pytest.mark.parametrize("name", NAMES)
def test_count_size_and_rate_come_back_exactly(name: str, rate: Fraction, tmp_path: Path) -> None:
    target = write(tmp_path, name, rgb_frames(), rate=rate)
    with opened(target, name, rate) as source:
        assert (source.info.frames, source.info.rate) == (FRAMES, rate)
        assert (source.info.width, source.info.height) == SIZE
        assert len(list(source.frames(0, FRAMES))) == FRAMES


@pytest.mark.parametrize("name", NAMES)
def test_pictures_come_back_within_the_formats_bound(name: str, tmp_path: Path) -> None:
    frames = rgb_frames()
    with opened(write(tmp_path, name, frames), name) as source:
        worst = min(psnr(source.read(index), frames[index]) for index in range(FRAMES))
    assert worst >= BOUNDS[name]


@pytest.mark.parametrize("name", ["dnxhr_hqx", "ffv1", "prores_422_hq"])
def test_yuv_of_10_bits_is_never_brought_to_fewer(name: str, tmp_path: Path) -> None:
    frames = yuv_frames(HD, PixelFormat("yuv", 10, subsampling=(1, 0)))
    with opened(write(tmp_path, name, frames), name) as source:
        assert source.info.format.depth == 10
        assert psnr(source.read(2), frames[2]) > 52


def test_ffv1_keeps_every_sample_of_every_layout(tmp_path: Path) -> None:
    random = np.random.default_rng(3)
    layouts = [
        PixelFormat("yuv", depth, subsampling=sub)
        for depth in (8, 10, 12, 16)
        for sub in ((0, 0), (1, 0), (1, 1))
    ]
    layouts += [PixelFormat("rgb", depth, alpha=alpha) for depth in (8, 16) for alpha in (0, 1)]
    layouts += [PixelFormat("grey", depth) for depth in (8, 16)]
    for number, pixels in enumerate(layouts):
        size = (64, 48)
        planes = tuple(
            random.integers(0, 2**pixels.depth, pixels.plane_size(plane, *size)[::-1]).astype(
                pixels.dtype
            )
            for plane in range(pixels.planes)
        )
        colour = HD if pixels.model == "yuv" else SRGB
        frame = Frame(planes, replace(pixels, alpha=bool(pixels.alpha)), colour)
        with opened(write(tmp_path / str(number), "ffv1", [frame]), "ffv1") as source:
            assert source.info.format == frame.format
            for ours, theirs in zip(frame.planes, source.read(0).planes, strict=True):
                np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("name", WITH_ALPHA)
def test_alpha_is_kept(name: str, tmp_path: Path) -> None:
    frames = alpha_frames()
    with opened(write(tmp_path, name, frames), name) as source:
        assert source.info.format.alpha
        peak = 1.0 if source.info.format.floating else source.info.format.peak
        alpha = source.read(1).planes[-1].astype(np.float64) / peak
    assert np.abs(alpha - frames[1].planes[-1] / 255.0).max() < 0.002


@pytest.mark.parametrize("name", sorted(set(NAMES) - set(WITH_ALPHA)))
def test_a_format_without_alpha_says_so_before_and_drops_it(name: str, tmp_path: Path) -> None:
    frames = alpha_frames()
    assert not delivery_format(name).stores(frames[0].format).alpha
    with opened(write(tmp_path, name, frames), name) as source:
        assert not source.info.format.alpha


@pytest.mark.parametrize(
    ("rate", "timecode"),
    [(Fraction(25), "10:20:30:12"), (Fraction(30000, 1001), "01:00:00;02")],
    ids=["25", "29.97-drop"],
)
@pytest.mark.parametrize("name", [*MOVIES, "exr", "exr_dwaa", "exr_zip"])
def test_the_start_timecode_is_in_the_file(
    name: str, rate: Fraction, timecode: str, tmp_path: Path
) -> None:
    target = write(tmp_path, name, rgb_frames(), rate=rate, start_timecode=timecode)
    with opened(target, name, rate) as source:
        assert source.info.start_timecode == timecode


@pytest.mark.parametrize(
    ("rate", "timecode"),
    [
        (Fraction(50), "09:59:59:49"),
        (Fraction(60000, 1001), "10:00:00;50"),
        (Fraction(60), "23:59:59:59"),
        (Fraction(120000, 1001), "01:00:00;100"),
    ],
    ids=str,
)
@pytest.mark.parametrize("name", MOVIES)
def test_movies_have_timecodes_above_30_frames_a_second(
    name: str, rate: Fraction, timecode: str, tmp_path: Path
) -> None:
    target = write(tmp_path, name, rgb_frames(2), rate=rate, start_timecode=timecode)
    with opened(target, name) as source:
        assert source.info.start_timecode == timecode


HDR = HdrMetadata(
    primaries=(
        (Fraction(17, 25), Fraction(8, 25)),
        (Fraction(53, 200), Fraction(69, 100)),
        (Fraction(3, 20), Fraction(3, 50)),
    ),
    white=(Fraction(3127, 10000), Fraction(329, 1000)),
    luminance=(Fraction(1, 200), Fraction(1000)),
    max_cll=1000,
    max_fall=400,
)


@pytest.mark.parametrize("hdr", [HDR, HdrMetadata(max_cll=4000, max_fall=1)], ids=["all", "light"])
@pytest.mark.parametrize("name", [name for name in MOVIES if name != "ffv1"])
def test_movies_say_what_hdr_pictures_were_mastered_on(
    name: str, hdr: HdrMetadata, tmp_path: Path
) -> None:
    with opened(write(tmp_path, name, yuv_frames(PQ), hdr=hdr), name) as source:
        assert source.info.hdr == hdr
        assert psnr(source.read(1), yuv_frames(PQ)[1]) > 40


@pytest.mark.parametrize("timecode", ["", "01:00:00:00"])
@pytest.mark.parametrize("name", sorted(set(NAMES) - {"tiff"}))
def test_the_reel_is_in_the_file(name: str, timecode: str, tmp_path: Path) -> None:
    target = write(tmp_path, name, rgb_frames(2), reel="A001_C002 ü", start_timecode=timecode)
    with opened(target, name) as source:
        assert source.info.reel == "A001_C002 ü"


def test_each_picture_of_an_exr_sequence_has_its_own_timecode(tmp_path: Path) -> None:
    target = write(tmp_path, "exr", rgb_frames(), start_timecode="00:00:59:23")
    last = open_media(Media("still", str(target).replace("####", "0005")))
    assert last.info.start_timecode == "00:01:00:02"


@pytest.mark.parametrize(
    "colour",
    [HD, ColourTags(9, 16, 9), ColourTags(1, 1, 1, full_range=True)],
    ids=["hd", "pq", "full"],
)
@pytest.mark.parametrize("name", MOVIES)
def test_tags_are_in_the_container_and_on_the_frames(
    name: str, colour: ColourTags, tmp_path: Path
) -> None:
    frames = yuv_frames(colour)
    made = delivery_format(name)
    stored = made.tags(YUV8, colour, made.stores(YUV8))
    target = write(tmp_path, name, frames)
    with opened(target, name) as source:
        assert source.read(1).colour == stored
        assert psnr(source.read(1), frames[1]) > 40
    with av.open(str(target)) as container:
        context = container.streams.video[0].codec_context
        said = (context.color_primaries, context.color_trc, context.colorspace)
    assert said == (stored.primaries, stored.transfer, stored.matrix)


@pytest.mark.parametrize("name", ["ffv1", "h264", "prores_422_hq"])
def test_what_a_source_leaves_unsaid_stays_unsaid(name: str, tmp_path: Path) -> None:
    with opened(write(tmp_path, name, yuv_frames(ColourTags())), name) as source:
        assert source.info.colour == ColourTags()


@pytest.mark.parametrize("name", ["dnxhr_hq", "dnxhr_hqx"])
def test_dnxhr_is_brought_to_the_one_matrix_that_its_decoders_know(
    name: str, tmp_path: Path
) -> None:
    frames = yuv_frames(ColourTags(6, 6, 6))
    with opened(write(tmp_path, name, frames), name) as source:
        assert source.info.colour.matrix == 1
        assert psnr(source.read(0), frames[0]) > 45


def test_linear_pictures_stay_linear_in_exr_and_nowhere_else(tmp_path: Path) -> None:
    linear = ColourTags(1, 8, 0, full_range=True, premultiplied=True)
    ramp = np.tile(np.linspace(0, 4, SIZE[0], dtype=np.float16)[:, None], (SIZE[1], 1, 3))
    frames = [rgb_frame(ramp, linear)] * FRAMES
    with opened(write(tmp_path, "exr", frames), "exr") as source:
        np.testing.assert_array_equal(source.read(0).planes[0], ramp[..., 0])
    with opened(write(tmp_path / "png", "png", frames), "png") as source:
        assert source.info.colour.transfer == 13
        assert psnr(source.read(0), frames[0]) > 80


@pytest.mark.parametrize("name", sorted(set(NAMES) - SQUARE))
def test_pixels_that_are_not_square_stay_so(name: str, tmp_path: Path) -> None:
    shape = Fraction(16, 15)
    with opened(write(tmp_path, name, rgb_frames(), pixel_aspect=shape), name) as source:
        assert source.info.pixel_aspect == pytest.approx(shape, abs=0.001)


@pytest.mark.parametrize("name", sorted(SQUARE))
def test_a_format_that_loses_the_shape_of_pixels_refuses_others(name: str, tmp_path: Path) -> None:
    with pytest.raises(FormatUnfit, match="16/15"):
        writer_of(target_of(tmp_path, name), name, rgb_frames(1), pixel_aspect=Fraction(16, 15))


@pytest.mark.parametrize("name", NAMES)
def test_nothing_stands_under_the_name_before_it_is_published(name: str, tmp_path: Path) -> None:
    frames, target = rgb_frames(), target_of(tmp_path, name)
    with writer_of(target, name, frames) as writer:
        for frame in frames:
            writer.write(frame)
            assert not target.exists()
            assert not (target.parent != tmp_path and target.parent.exists())
        writer.finish()
        assert all(entry.startswith(".shot.") for entry in everything_in(tmp_path))
        writer.publish(target)
    assert not any(".part" in entry for entry in everything_in(tmp_path))


@pytest.mark.parametrize("name", NAMES)
def test_an_error_while_writing_leaves_nothing_not_even_folders(name: str, tmp_path: Path) -> None:
    frames = rgb_frames()
    target = target_of(tmp_path / "new" / "deeper", name)

    def fail_half_way() -> None:
        with writer_of(target, name, frames) as writer:
            writer.write(frames[0])
            writer.write(frames[1])
            raise RuntimeError("engine")

    with pytest.raises(RuntimeError, match="engine"):
        fail_half_way()
    assert everything_in(tmp_path) == []


@pytest.mark.parametrize("name", NAMES)
def test_a_finished_but_unpublished_result_is_removed(name: str, tmp_path: Path) -> None:
    frames = rgb_frames()
    with writer_of(target_of(tmp_path, name), name, frames) as writer:
        for frame in frames:
            writer.write(frame)
        writer.finish()
    assert everything_in(tmp_path) == []


@pytest.mark.parametrize("name", NAMES)
def test_too_few_frames_are_refused_and_nothing_is_left(name: str, tmp_path: Path) -> None:
    frames = rgb_frames()
    with writer_of(target_of(tmp_path, name), name, frames) as writer:
        writer.write(frames[0])
        with pytest.raises(VerifyFailed, match="1 of 5"):
            writer.finish()
    assert everything_in(tmp_path) == []


@pytest.mark.parametrize("name", NAMES)
def test_publishing_never_replaces_what_is_there(name: str, tmp_path: Path) -> None:
    taken, other = target_of(tmp_path, name), target_of(tmp_path, name, "other")
    theirs = Path(str(taken).replace("####", "0001"))
    theirs.parent.mkdir(exist_ok=True)
    theirs.write_bytes(b"somebody's work")
    frames = rgb_frames()
    with writer_of(taken, name, frames) as writer:
        for frame in frames:
            writer.write(frame)
        writer.finish()
        with pytest.raises(OutputExists):
            writer.publish(taken)
        assert theirs.read_bytes() == b"somebody's work"
        writer.publish(other)
    assert theirs.read_bytes() == b"somebody's work"
    with opened(other, name) as source:
        assert source.info.frames == FRAMES


@pytest.mark.parametrize("name", NAMES)
def test_overwriting_replaces_the_whole_older_result(name: str, tmp_path: Path) -> None:
    write(tmp_path, name, rgb_frames(FRAMES + 2))
    frames = rgb_frames(3)
    target = target_of(tmp_path, name)
    with writer_of(target, name, frames) as writer:
        for frame in frames:
            writer.write(frame)
        writer.finish()
        writer.publish(target, overwrite=True)
    with opened(target, name) as source:
        assert source.info.frames == 3
    assert not any(".part" in entry for entry in everything_in(tmp_path))


@pytest.mark.parametrize("name", SEQUENCES)
def test_a_sequence_is_a_folder_of_its_own_from_number_1(name: str, tmp_path: Path) -> None:
    target = write(tmp_path, name, rgb_frames(2))
    suffix = delivery_format(name).suffix
    assert everything_in(tmp_path) == ["shot", f"shot/shot.0001{suffix}", f"shot/shot.0002{suffix}"]
    assert target.parent == tmp_path / "shot"


@pytest.mark.parametrize("name", NAMES)
def test_a_folder_that_is_a_file_is_told(name: str, tmp_path: Path) -> None:
    (tmp_path / "blocked").write_text("a file")
    with pytest.raises(NotWritable):
        writer_of(target_of(tmp_path / "blocked" / "below", name), name, rgb_frames(1))
    assert everything_in(tmp_path) == ["blocked"]


@pytest.mark.parametrize("name", NAMES)
def test_another_suffix_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(FormatUnfit, match="written as"):
        writer_of(tmp_path / "shot.avi", name, rgb_frames(1))


def test_an_unknown_format_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(UnknownFormat) as told:
        writer_of(tmp_path / "shot.mov", "betamax", rgb_frames(1))
    assert "dnxhr_hq" in told.value.fix()
    assert everything_in(tmp_path) == []


@pytest.mark.parametrize(
    ("name", "size"),
    [("dnxhr_hq", (254, 180)), ("dnxhr_444", (320, 118)), ("h264", (321, 180)),
     ("h264", (320, 181)), ("prores_422_hq", (321, 180))],
)  # fmt: skip
def test_a_size_that_the_format_cannot_hold_is_refused(
    name: str, size: tuple[int, int], tmp_path: Path
) -> None:
    with pytest.raises(FormatUnfit):
        writer_of(target_of(tmp_path, name), name, rgb_frames(1, size))
    assert everything_in(tmp_path) == []


@pytest.mark.parametrize(
    "size", [(321, 181), (64, 36), (33, 17), (256, 120), (16, 2), (17, 3), (3, 17), (1, 1), (5, 5)]
)
@pytest.mark.parametrize("aspect", [Fraction(1), Fraction(16, 15)])
def test_auto_chooses_a_format_that_holds_any_size(
    size: tuple[int, int], aspect: Fraction, tmp_path: Path
) -> None:
    frames = rgb_frames(2, size)
    info = MediaInfo(*size, 2, Fraction(24), frames[0].format, frames[0].colour)
    name = choose(replace(info, pixel_aspect=aspect))
    with opened(write(tmp_path, name, frames, pixel_aspect=aspect), name) as source:
        assert (source.info.width, source.info.height) == size


@pytest.mark.parametrize("size", [(321, 181), (320, 181), (1, 1), (3, 17)])
@pytest.mark.parametrize("aspect", [Fraction(1), Fraction(16, 15)])
def test_auto_keeps_alpha_at_any_size(
    size: tuple[int, int], aspect: Fraction, tmp_path: Path
) -> None:
    pixels = PixelFormat("rgb", 8, alpha=True)
    frames = [noise(pixels, SRGB, size, 3)]
    info = MediaInfo(*size, 1, Fraction(24), pixels, SRGB, pixel_aspect=aspect)
    name = choose(info)
    with opened(write(tmp_path, name, frames, pixel_aspect=aspect), name) as source:
        back = source.read(0)
    assert (back.width, back.height, back.format.alpha) == (*size, True)


@pytest.mark.parametrize(
    ("pixels", "colour", "suffix", "chosen"),
    [
        (YUV8, HD, "", "dnxhr_hq"),
        (PixelFormat("yuv", 10, subsampling=(1, 0)), HD, "", "dnxhr_hqx"),
        (PixelFormat("yuv", 12, subsampling=(0, 0)), HD, "", "dnxhr_444"),
        (PixelFormat("rgb", 8), SRGB, "", "dnxhr_444"),
        (PixelFormat("grey", 8), SRGB, "", "dnxhr_hq"),
        (PixelFormat("rgb", 16), SRGB, "", "dnxhr_444"),
        (PixelFormat("rgb", 8, alpha=True), SRGB, "", "prores_4444"),
        (PixelFormat("rgb", 16, floating=True), ColourTags(1, 8, 0, True), "", "exr"),
        (YUV8, ColourTags(), "", "prores_422_hq"),
        (YUV8, ColourTags(6, 6, 6), "", "prores_422_hq"),
        (PixelFormat("yuv", 8), HD, "", "dnxhr_444"),
        (YUV8, replace(HD, full_range=True), "", "dnxhr_hqx"),
        (PixelFormat("grey", 16), SRGB, "", "dnxhr_hqx"),
        (YUV10, PQ, "", "prores_422_hq"),
        (YUV10, HLG, "", "prores_422_hq"),
        (PixelFormat("yuv", 12), PQ, "", "prores_4444"),
        (PixelFormat("rgb", 16), ColourTags(9, 16, 0, full_range=True), "", "prores_4444"),
        (PixelFormat("yuv", 10, alpha=True), PQ, "", "prores_4444"),
        (PixelFormat("rgb", 16, floating=True), ColourTags(9, 16, 0, True), "", "prores_4444"),
        (PixelFormat("rgb", 16), ColourTags(12, 13, 0, full_range=True), "", "dnxhr_444"),
        (YUV10, PQ, ".mp4", "hevc_10"),
        (YUV10, HD, ".mp4", "h264"),
        (PixelFormat("rgb", 16, True, True), ColourTags(1, 8, 0, True), ".mov", "prores_4444"),
        (YUV8, HD, ".exr", "exr"),
        (YUV8, HD, ".mp4", "h264"),
        (YUV8, HD, ".mkv", "ffv1"),
        (YUV8, HD, ".MOV", "dnxhr_hq"),
        (YUV8, HD, ".png", "png"),
    ],
)
def test_auto_follows_the_source(
    pixels: PixelFormat, colour: ColourTags, suffix: str, chosen: str
) -> None:
    assert choose(MediaInfo(1920, 1080, 10, Fraction(24), pixels, colour), suffix) == chosen


DISK_KINDS = [
    PixelFormat("yuv", 8, subsampling=(1, 1)),
    PixelFormat("yuv", 16),
    PixelFormat("rgb", 8),
    PixelFormat("rgb", 16, alpha=True),
    PixelFormat("rgb", 16, floating=True, alpha=True),
    PixelFormat("rgb", 32, floating=True),
    PixelFormat("grey", 16),
]


@pytest.mark.parametrize("name", NAMES)
def test_noise_takes_no_more_disk_than_was_told(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verify, "LARGEST_ERROR", 1.0)  # what coding leaves of noise may differ
    made, size = delivery_format(name), (256, 144)
    for number, (pixels, source) in enumerate({made.stores(s): s for s in DISK_KINDS}.items()):
        colour = made.tags(source, LINEAR if source.floating else USUAL[source.model], pixels)
        made_of = grain if made.frame_bytes is review_bytes else noise
        frames = [made_of(pixels, colour, size, seed) for seed in range(8)]
        told = made.frame_bytes(*size, pixels) * len(frames)
        target = write(tmp_path / str(number), name, frames, **TRAVELLING)
        files = [target] if made.kind == "movie" else list(target.parent.iterdir())
        assert sum(file.stat().st_size for file in files) <= told + CONTAINER


TRAVELLING: dict[str, Any] = {
    "start_timecode": "01:00:00:00",
    "reel": "A001",
    "digital_source": "http://cv.iptc.org/newscodes/digitalsourcetype/algorithmicallyEnhanced",
}
USUAL = {"yuv": HD, "rgb": SRGB, "grey": SRGB}
CONTAINER = 8192
"""Bytes of a movie's own beside its frames."""
LINEAR = ColourTags(1, 8, 0, full_range=True, premultiplied=True)


def noise(pixels: PixelFormat, colour: ColourTags, size: tuple[int, int], seed: int) -> Frame:
    """Return a picture whose every bit is random; floats are finite."""
    random = np.random.default_rng(seed)
    planes = []
    for plane in range(pixels.planes):
        shape = pixels.plane_size(plane, *size)[::-1]
        if pixels.floating:
            bits = random.integers(0, 2 ** (pixels.depth - 1), shape)
            floats = bits.astype(f"uint{pixels.depth}").view(pixels.dtype)
            planes.append(np.where(np.isfinite(floats), floats, pixels.dtype.type(1)))
        else:
            planes.append(random.integers(0, 2**pixels.depth, shape).astype(pixels.dtype))
    return Frame(tuple(planes), pixels, colour)


def grain(pixels: PixelFormat, colour: ColourTags, size: tuple[int, int], seed: int) -> Frame:
    """Return a calm picture of 4:2:0 with the grain of fast film: 4 of 255, in chroma half."""
    random = np.random.default_rng(seed)
    step = 2 ** (pixels.depth - 8)
    planes = []
    for plane in range(pixels.planes):
        across, down = pixels.plane_size(plane, *size)
        calm = np.linspace(60, 180, across) if plane == 0 else np.full(across, 128)
        grainy = calm + random.normal(0, 2 if plane else 4, (down, across))
        planes.append((grainy * step).round().astype(pixels.dtype))
    return Frame(tuple(planes), pixels, colour)


def test_auto_refuses_a_suffix_that_nothing_is_written_as() -> None:
    with pytest.raises(FormatUnfit, match=r"\.avi"):
        choose(MediaInfo(1920, 1080, 10, Fraction(24), YUV8, HD), ".avi")


@pytest.mark.parametrize("name", ["dnxhr_hq", "dnxhr_444", "prores_422_hq", "png"])
def test_the_estimate_of_room_is_never_under_half_of_what_is_written(
    name: str, tmp_path: Path
) -> None:
    frames = rgb_frames()
    target = write(tmp_path, name, frames)
    made = delivery_format(name)
    estimate = FRAMES * made.frame_bytes(*SIZE, made.stores(frames[0].format))
    files = list(target.parent.iterdir()) if made.kind == "sequence" else [target]
    assert sum(file.stat().st_size for file in files) < 2 * estimate


def test_a_new_file_in_the_folder_is_a_new_format(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine.py").write_text(
        "from dataclasses import replace\n"
        "from afterframe.media.formats.png import FORMATS as PNG\n"
        "FORMATS = (replace(PNG[0], name='mine'),)\n"
    )
    monkeypatch.setattr(formats_package, "__path__", [*formats_package.__path__, str(tmp_path)])
    formats.cache_clear()
    try:
        assert delivery_format("mine").suffix == ".png"
    finally:
        monkeypatch.undo()
        formats.cache_clear()
