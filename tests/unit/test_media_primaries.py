"""Primaries of linear pictures come out of a file as they went in."""

from __future__ import annotations

import struct
from fractions import Fraction
from pathlib import Path

import numpy as np
import OpenImageIO as oiio
import pytest

from afterframe.errors import FormatUnfit
from afterframe.media.formats import delivery_format
from afterframe.media.frame import ColourTags, Frame, PixelFormat
from afterframe.media.icc import D65_TO_D50, chromaticities_of_profile
from afterframe.media.primaries import (
    BY_CODE,
    BY_SPACE,
    D65,
    Chromaticities,
    code_of,
    code_of_space,
    linear_space_of,
)
from afterframe.media.source import open_media
from afterframe.media.writer import open_writer
from afterframe_hosts.wire.clip import Media

PIXELS = PixelFormat("rgb", 16, True)


@pytest.mark.parametrize("space", sorted(BY_SPACE))
def test_an_exr_says_its_primaries_to_every_program(space: str, tmp_path: Path) -> None:
    colour = ColourTags(code_of_space(space), 8, 0, full_range=True, space=space)
    frame = Frame((np.full((8, 8), 0.18, np.float16),) * 3, PIXELS, colour)
    target = tmp_path / "a" / "a.####.exr"
    with open_writer(
        target, "exr", width=8, height=8, rate=Fraction(24), frames=1, colour=colour,
        source_format=PIXELS,
    ) as writer:  # fmt: skip
        writer.write(frame)
        writer.finish()
        writer.publish(target)
    header = oiio.ImageInput.open(str(tmp_path / "a" / "a.0001.exr")).spec()
    assert np.allclose(header.getattribute("chromaticities"), BY_SPACE[space], atol=1e-6)
    with open_media(Media("sequence", str(target), first=1)) as source:
        told = source.info.colour
    assert (told.space, told.primaries) == (space, code_of_space(space))


@pytest.mark.parametrize("code", sorted(BY_CODE))
def test_rounded_chromaticities_are_known(code: int) -> None:
    rounded = [round(each, 3) for each in BY_CODE[code]]
    assert BY_CODE[code_of(rounded)] == BY_CODE[code]


def profile_of(said: Chromaticities, *, chad: bool = True) -> bytes:
    """Return an ICC profile of a display, as short as can be."""
    points = np.array(said[:6]).reshape(3, 2)
    colorants = np.column_stack([points, 1 - points.sum(axis=1)]) @ np.array(D65_TO_D50).T
    tags = {
        name: b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(each * 65536) for each in colour))
        for name, colour in zip((b"rXYZ", b"gXYZ", b"bXYZ"), colorants, strict=True)
    }
    if chad:
        numbers = (round(each * 65536) for each in np.ravel(D65_TO_D50))
        tags[b"chad"] = b"sf32\0\0\0\0" + struct.pack(">9i", *numbers)
    table, body = struct.pack(">I", len(tags)), b""
    for name, data in tags.items():
        table += name + struct.pack(">II", 132 + 12 * len(tags) + len(body), len(data))
        body += data
    header = bytearray(128)
    header[:4] = (128 + len(table) + len(body)).to_bytes(4)
    header[12:24], header[36:40] = b"mntrRGB XYZ ", b"acsp"
    return bytes(header) + table + body


def photo(path: Path, profile: bytes) -> Path:
    """Write a red picture with this profile."""
    spec = oiio.ImageSpec(16, 16, 3, "uint8")
    kind = oiio.TypeDesc(oiio.UINT8, oiio.SCALAR, oiio.NOSEMANTICS, len(profile))
    spec.attribute("ICCProfile", kind, np.frombuffer(profile, np.uint8))
    file = oiio.ImageOutput.create(str(path))
    assert file.open(str(path), spec)
    file.write_image(np.full((16, 16, 3), (250, 40, 40), np.uint8))
    file.close()
    return path


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif"])
@pytest.mark.parametrize(("code", "chad"), [(1, False), (9, True), (12, True)])
def test_a_photo_has_the_primaries_of_its_profile(
    suffix: str, code: int, chad: bool, tmp_path: Path
) -> None:
    path = photo(tmp_path / f"a{suffix}", profile_of(BY_CODE[code], chad=chad))
    with open_media(Media("still", str(path))) as source:
        assert (source.info.colour.primaries, source.info.colour.transfer) == (code, 13)
        assert source.notes() == ()


def test_a_profile_that_no_tag_can_say_is_told(tmp_path: Path) -> None:
    adobe = (0.640, 0.330, 0.210, 0.710, 0.150, 0.060, *D65)
    path = photo(tmp_path / "a.jpg", profile_of(adobe))
    with open_media(Media("still", str(path))) as source:
        assert source.info.colour.primaries == 2
        assert [note.id for note in source.notes()] == ["note.colour_profile"]


@pytest.mark.parametrize(("curve", "notes"), [("Printing density", ["note.log_samples"]),
                                              ("Linear", [])])  # fmt: skip
def test_a_film_scan_without_a_tag_for_its_curve_is_told(
    curve: str, notes: list[str], tmp_path: Path
) -> None:
    path = tmp_path / "a.0086400.dpx"
    spec = oiio.ImageSpec(16, 16, 3, "uint16")
    spec.attribute("oiio:BitsPerSample", 10)
    spec.attribute("dpx:Transfer", curve)
    file = oiio.ImageOutput.create(str(path))
    assert file.open(str(path), spec)
    file.write_image(np.full((16, 16, 3), 445 << 6, np.uint16))
    file.close()
    with open_media(Media("still", str(path))) as source:
        assert [note.id for note in source.notes()] == notes


@pytest.mark.parametrize("end", [0, 20, 131, 140, 200, 260])
def test_a_damaged_profile_says_nothing(end: int) -> None:
    assert chromaticities_of_profile(profile_of(BY_CODE[12])[:end]) is None


def test_primaries_of_a_camera_have_no_name() -> None:
    arri = (0.684, 0.313, 0.221, 0.848, 0.0861, -0.102, 0.3127, 0.3290)
    assert (code_of(arri), linear_space_of(arri)) == (2, "")


def test_a_film_scan_is_not_written_as_linear_light() -> None:
    scan = ColourTags(2, 2, 0, full_range=True, space="KodakLog")
    pixels = PixelFormat("rgb", 10)
    with pytest.raises(FormatUnfit, match="KodakLog is not linear light"):
        delivery_format("exr").tags(pixels, scan, PIXELS)
