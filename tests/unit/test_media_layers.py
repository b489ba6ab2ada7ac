"""Parts and layers of OpenEXR files: the finished picture is found, any other can be chosen."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import OpenImageIO as oiio
import pytest

from afterframe.errors import MediaUnreadable, UnknownLayer
from afterframe.media.frame import PixelFormat
from afterframe.media.source import open_media, probe
from afterframe_hosts.wire.clip import Media
from tests.makers import numbered_movie

SIZE = (12, 8)
Parts = list[tuple[str, list[str]]]
BLENDER: Parts = [
    ("", [f"ViewLayer.{name}" for name in ("Combined.R", "Combined.G", "Combined.B")])
]
BLENDER[0][1].extend(["ViewLayer.Combined.A", "ViewLayer.Depth.Z", "ViewLayer.DiffDir.R"])
BLENDER[0][1].extend(["ViewLayer.DiffDir.G", "ViewLayer.DiffDir.B"])
NUKE: Parts = [
    ("depth", ["Z"]),
    ("rgba", ["R", "G", "B", "A"]),
    ("specular", ["specular.R", "specular.G", "specular.B"]),
    ("left", ["motion.X", "motion.Y", "motion.Z", "mask.Y"]),
]
PLAIN: Parts = [("", ["R", "G", "B", "A", "Z", "normal.X", "normal.Y", "normal.Z", "id.V"])]


def write(path: Path, parts: Parts) -> Path:
    """Write a file whose n-th channel, over all parts, is n everywhere."""
    specs = []
    for name, channels in parts:
        spec = oiio.ImageSpec(*SIZE, len(channels), "half")
        spec.channelnames = tuple(channels)
        if name:
            spec.attribute("oiio:subimagename", name)
        specs.append(spec)
    out = oiio.ImageOutput.create(str(path))
    assert out.open(str(path), specs)
    number = 0
    for part, spec in enumerate(specs):
        if part:
            assert out.open(str(path), spec, "AppendSubimage")
        values = np.arange(number, number + spec.nchannels, dtype=np.float16)
        assert out.write_image(np.broadcast_to(values, (*SIZE[::-1], spec.nchannels)).copy())
        number += spec.nchannels
    assert out.close()
    return path


def values(path: Path, layer: str = "") -> tuple[PixelFormat, list[float]]:
    with open_media(Media("still", str(path), layer=layer)) as source:
        frame = source.read(0)
        return frame.format, [float(plane[0, 0]) for plane in frame.planes]


RGB, RGBA = PixelFormat("rgb", 16, True), PixelFormat("rgb", 16, True, True)
GREY = PixelFormat("grey", 16, True)


@pytest.mark.parametrize(
    ("parts", "layer", "expected"),
    [
        (BLENDER, "", (RGBA, [0, 1, 2, 3])),
        (BLENDER, "ViewLayer.Combined", (RGBA, [0, 1, 2, 3])),
        (BLENDER, "ViewLayer.Depth", (GREY, [4])),
        (BLENDER, "ViewLayer.DiffDir", (RGB, [5, 6, 7])),
        (NUKE, "", (RGBA, [1, 2, 3, 4])),
        (NUKE, "depth", (GREY, [0])),
        (NUKE, "specular", (RGB, [5, 6, 7])),
        (NUKE, "left.motion", (RGB, [8, 9, 10])),
        (NUKE, "left.mask", (GREY, [11])),
        (PLAIN, "", (RGBA, [0, 1, 2, 3])),
        (PLAIN, "Z", (GREY, [4])),
        (PLAIN, "normal", (RGB, [5, 6, 7])),
        (PLAIN, "id", (GREY, [8])),
    ],
)
def test_a_layer_is_read_by_its_name_and_the_finished_picture_without(
    parts: Parts, layer: str, expected: tuple[PixelFormat, list[float]], tmp_path: Path
) -> None:
    assert values(write(tmp_path / "a.exr", parts), layer) == expected


def test_all_layers_are_named_in_the_order_of_the_file(tmp_path: Path) -> None:
    info = probe(Media("still", str(write(tmp_path / "a.exr", NUKE))))
    assert info.layers == ("depth", "rgba", "specular", "left.mask", "left.motion")
    for layer in info.layers:
        probe(Media("still", str(tmp_path / "a.exr"), layer=layer))


def test_a_picture_of_one_layer_has_no_choice(tmp_path: Path) -> None:
    path = write(tmp_path / "a.exr", [("", ["R", "G", "B"])])
    assert probe(Media("still", str(path))).layers == ()


def test_a_layer_that_is_not_there_is_told_with_those_that_are(tmp_path: Path) -> None:
    path = write(tmp_path / "a.exr", BLENDER)
    with pytest.raises(UnknownLayer, match="has no layer diffuse") as told:
        values(path, "diffuse")
    assert "ViewLayer.DiffDir" in told.value.fix()


def test_a_picture_that_cannot_have_layers_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    oiio.ImageBuf(np.zeros((4, 4, 3), np.uint8)).write(str(path))
    with pytest.raises(UnknownLayer) as told:
        values(path, "diffuse")
    assert "none, it is one picture" in told.value.fix()


def test_a_sequence_is_read_in_the_chosen_layer(tmp_path: Path) -> None:
    for number in (1, 2, 3):
        write(tmp_path / f"a.{number}.exr", NUKE)
    media = Media("sequence", str(tmp_path / "a.#.exr"), first=1, layer="specular")
    with open_media(media) as source:
        assert [float(plane[0, 0]) for plane in source.read(2).planes] == [5, 6, 7]


def test_deep_pixels_are_refused_by_name(tmp_path: Path) -> None:
    spec = oiio.ImageSpec(4, 4, 2, "half")
    spec.channelnames, spec.z_channel, spec.deep = ("A", "Z"), 1, True
    spec.channelformats = (oiio.TypeDesc("half"), oiio.TypeDesc("float"))
    out = oiio.ImageOutput.create(str(tmp_path / "deep.exr"))
    assert out.open(str(tmp_path / "deep.exr"), spec)
    data = oiio.DeepData()
    data.init(16, 2, spec.channelformats, spec.channelnames)
    assert out.write_deep_image(data)
    assert out.close()
    with pytest.raises(MediaUnreadable, match="deep"):
        values(tmp_path / "deep.exr")


def test_a_movie_has_no_layers(tmp_path: Path) -> None:
    movie = numbered_movie(tmp_path / "a.mp4", 3)
    with pytest.raises(UnknownLayer, match="layer diffuse"):
        open_media(Media("movie", str(movie), layer="diffuse"))
