"""Primaries of linear pictures come out of a file as they went in."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import OpenImageIO as oiio
import pytest

from afterframe.media.frame import ColourTags, Frame, PixelFormat
from afterframe.media.primaries import BY_CODE, BY_SPACE, code_of, code_of_space, linear_space_of
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


def test_primaries_of_a_camera_have_no_name() -> None:
    arri = (0.684, 0.313, 0.221, 0.848, 0.0861, -0.102, 0.3127, 0.3290)
    assert (code_of(arri), linear_space_of(arri)) == (2, "")
