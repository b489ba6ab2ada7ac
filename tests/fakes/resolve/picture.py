"""Frames of a timeline as they are seen: decoded by our media code, exact to the frame.

Samples stay in the encoding of their files, as in a project without colour management: what is
neither moved nor graded comes out as it was decoded. Not simulated: perspective (``Pitch``,
``Yaw``), lens distortion, dynamic zoom, node LUTs, what Fusion compositions do.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import pairwise
from math import cos, floor, radians, sin
from types import TracebackType
from typing import Any, Self

import cv2
import numpy as np
from numpy.typing import NDArray

from afterframe.errors import MediaError
from afterframe.media.base import Source
from afterframe.media.convert import rgb_floats
from afterframe.media.display import LUMA_709
from afterframe.media.frame import Frame
from afterframe.media.source import open_media

from .placing import clip_rate, is_still, nested_timeline
from .probing import media_at
from .rates import setting, timeline_rate
from .state import Item, PoolClip, Project, Timeline, Track

Picture = NDArray[np.float32]
"""RGB and alpha (H, W, 4): colour is multiplied by alpha, 1 is white; it may lie outside."""
MOST_OPEN = 8
"""Media that are held open at a time."""
OFFLINE = (0.7, 0.0, 0.0)
"""What stands where a medium is missing, when nobody is told of it."""


class Offline(Exception):
    """A medium of the timeline is missing or cannot be read; its text is the item's name."""


class Painter:
    """Paints frames of a project's timelines. Not for several threads at once.

    Args:
        project: whose clips the timelines refer to.
        strict: a missing medium is an error, as when rendering; else it is painted red.
    """

    def __init__(self, project: Project, *, strict: bool = False) -> None:
        self._project = project
        self._strict = strict
        self._open: OrderedDict[str, Source] = OrderedDict()

    def paint(self, timeline: Timeline, frame: int) -> Picture:
        """Return what is seen at an absolute frame, of the timeline's size.

        Raises:
            Offline: a medium cannot be read, and this is strict.
        """
        size = size_of(self._project, timeline)
        layers: list[tuple[Picture, int]] = []
        for track in reversed(timeline.tracks["video"]):
            if not track.enabled:
                continue
            for item, layer in self._layers(timeline, track, frame, size):
                mode = int(in_effect(item.properties).get("CompositeMode", 0))
                layers.append((layer, mode))
            if layers and layers[-1][1] == 0 and layers[-1][0][..., 3].min() >= 1:
                break
        below = np.zeros((size[1], size[0], 4), np.float32)
        for layer, mode in reversed(layers):
            below = _over(layer, below, mode)
        return below

    def item(self, timeline: Timeline, item: Item, frame: int) -> Picture:
        """Return what an item alone shows at an absolute frame, of the timeline's size."""
        return self._shown(timeline, item, frame, size_of(self._project, timeline))

    def close(self) -> None:
        """Let go of all media."""
        while self._open:
            self._open.popitem()[1].close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _layers(
        self, timeline: Timeline, track: Track, frame: int, size: tuple[int, int]
    ) -> Iterator[tuple[Item, Picture]]:
        """Yield what a track shows: an item, or the two that a transition mixes."""
        at = [item for item in track.items if item.start <= frame < item.end]
        mixing = next((item for item in at if item.kind == "transition"), None)
        cut = _cut(track, mixing) if mixing else None
        if mixing is None or cut is None:
            for item in at:
                if item.enabled and item.kind != "transition":
                    yield item, self._shown(timeline, item, frame, size)
            return
        before, after = cut
        share = np.float32((frame - mixing.start + 1) / (mixing.duration + 1))
        first, second = (self._shown(timeline, each, frame, size) for each in (before, after))
        yield after, first * (1 - share) + second * share

    def _shown(self, timeline: Timeline, item: Item, frame: int, size: tuple[int, int]) -> Picture:
        """Return an item's picture where it stands in the frame, graded, at its opacity."""
        try:
            picture, aspect = self._pixels(timeline, item, frame, size)
        except Offline:
            if self._strict:
                raise
            picture, aspect = _flat(size, (*OFFLINE, 1.0)), Fraction(1)
        behaviour = setting(self._project, timeline, "timelineInputResMismatchBehavior")
        picture = graded(picture, item.cdl if _is_graded(self._project, item) else {})
        properties = in_effect(item.properties)
        picture = _placed(picture, properties, size, str(behaviour), aspect)
        opacity = float(properties.get("Opacity", 100.0)) / 100 * _fade(item, frame)
        return picture if opacity == 1 else picture * np.float32(opacity)

    def _pixels(
        self, timeline: Timeline, item: Item, frame: int, size: tuple[int, int]
    ) -> tuple[Picture, Fraction]:
        """Return an item's picture at its own size, and the shape of its pixels."""
        clip = self._project.clips.get(item.clip)
        if clip is None:
            return _made(item, size), Fraction(1)
        index = source_frame(self._project, timeline, item, frame)
        if clip.medium is None:
            nested = nested_timeline(self._project, clip)
            if nested is None:
                raise Offline(item.name)
            return self.paint(nested, nested.start + index), Fraction(1)
        return self._decoded(item, clip, index)

    def _decoded(self, item: Item, clip: PoolClip, index: int) -> tuple[Picture, Fraction]:
        if clip.medium is None or not clip.online or not clip.medium.video:
            raise Offline(item.name)
        try:
            source = self._source(clip.medium.path)
            last = source.info.frames - 1
            wanted = 0 if is_still(clip) else max(0, min(index, last))
            return _rgba(source.read(wanted)), source.info.pixel_aspect
        except (MediaError, ValueError) as error:
            raise Offline(item.name) from error

    def _source(self, path: str) -> Source:
        if path not in self._open:
            while len(self._open) >= MOST_OPEN:
                self._open.popitem(last=False)[1].close()
            self._open[path] = open_media(media_at(path))
        self._open.move_to_end(path)
        return self._open[path]


def size_of(project: Project, timeline: Timeline | None) -> tuple[int, int]:
    """Return width and height of a timeline in pixels."""
    return (
        int(setting(project, timeline, "timelineResolutionWidth")),
        int(setting(project, timeline, "timelineResolutionHeight")),
    )


def source_frame(project: Project, timeline: Timeline, item: Item, frame: int) -> int:
    """Return which frame of its clip an item shows at an absolute frame of its timeline.

    Counted from the clip's first as 0. Where rates or speed differ it is the one that is shown at
    that time, as with the retime process "Nearest".
    """
    clip = project.clips[item.clip]
    ratio = clip_rate(project, clip) / timeline_rate(project, timeline)
    speed = Fraction(item.speed).limit_denominator(10_000)
    start = Fraction(item.source).limit_denominator(10_000)
    return floor(start + (frame - item.start) * ratio * speed)


def graded(picture: Picture, cdl: dict[str, str]) -> Picture:
    """Return a picture through an ASC CDL (v1.2): slope, offset, power, then saturation.

    Args:
        cdl: as ``SetCDL`` takes it; empty: none.
    """
    if not cdl:
        return picture
    slope, offset, power = (
        np.array([float(each) for each in cdl.get(name, default).split()], np.float32)
        for name, default in (("Slope", "1 1 1"), ("Offset", "0 0 0"), ("Power", "1 1 1"))
    )
    saturation = np.float32(cdl.get("Saturation", "1"))
    alpha = picture[..., 3:]
    graded = np.clip(picture[..., :3] * slope + offset, 0, 1) ** power
    luma = (graded @ np.array(LUMA_709, np.float32))[..., None]
    return np.dstack([(luma + saturation * (graded - luma)) * alpha, alpha])


def in_effect(properties: dict[str, Any]) -> dict[str, Any]:
    """Return an item's properties without those whose section of the inspector is switched off."""
    off = {key for name in _SECTIONS if properties.get(name) is False for key in _SECTIONS[name]}
    return {name: value for name, value in properties.items() if name not in off}


def eight_bits(picture: Picture) -> NDArray[np.uint8]:
    """Return RGB (H, W, 3) of 8 bits, over black."""
    return np.asarray(np.rint(np.clip(picture[..., :3], 0, 1) * np.float32(255)), np.uint8)


def sixteen_bits(picture: Picture) -> NDArray[np.uint16]:
    """Return RGB (H, W, 3) of 16 bits, over black."""
    return np.asarray(np.rint(np.clip(picture[..., :3], 0, 1) * np.float32(65535)), np.uint16)


_SECTIONS = {
    "TransformEnabled": (
        *("Pan", "Tilt", "ZoomX", "ZoomY", "RotationAngle", "AnchorPointX", "AnchorPointY"),
        *("FlipX", "FlipY"),
    ),
    "CroppingEnabled": ("CropLeft", "CropRight", "CropTop", "CropBottom"),
    "CompositeEnabled": ("CompositeMode", "Opacity"),
    "RetimeAndScalingEnabled": ("Scaling",),
}
"""Switches of sections, known since 21.1, and the properties of each that are seen."""


def _rgba(frame: Frame) -> Picture:
    colour = np.nan_to_num(rgb_floats(frame), nan=0.0).astype(np.float32, copy=False)
    if not frame.format.alpha:
        return np.dstack([colour, np.ones(colour.shape[:2], np.float32)])
    peak = np.float32(1 if frame.format.floating else frame.format.peak)
    alpha = frame.planes[-1].astype(np.float32) / peak
    if not frame.colour.premultiplied:
        colour = colour * alpha[..., None]
    return np.dstack([colour, alpha])


def _over(layer: Picture, below: Picture, mode: int) -> Picture:
    """Return a layer over what is below, by one of Resolve's composite modes; unknown: normal."""
    alpha = layer[..., 3:]
    if mode in _MODES:
        under = below[..., :3]
        mixed = _MODES[mode](under, layer[..., :3]) * alpha
        layer = np.dstack([mixed, alpha])
    merged: Picture = layer + below * (1 - alpha)
    return merged


_MODES: dict[int, Callable[[Picture, Picture], Picture]] = {
    1: lambda under, over: under + over,
    2: lambda under, over: under - over,
    3: lambda under, over: np.abs(under - over),
    4: lambda under, over: under * over,
    5: lambda under, over: 1 - (1 - under) * (1 - over),
    9: np.minimum,
    10: np.maximum,
}
"""Add, subtract, difference, multiply, screen, darken, lighten."""


def _cut(track: Track, mixing: Item) -> tuple[Item, Item] | None:
    """Return the two items between which a transition mixes, None where there are not two."""
    items = [item for item in track.items if item.kind != "transition"]
    inside = range(mixing.start, mixing.end + 1)
    return next((pair for pair in pairwise(items) if pair[0].end == pair[1].start in inside), None)


def _is_graded(project: Project, item: Item) -> bool:
    """Return whether the node that holds an item's grade is enabled."""
    number = int(item.cdl.get("NodeIndex", "1"))
    nodes = next((graph.nodes for graph in project.graphs if graph.uid == item.uid), [])
    return number > len(nodes) or nodes[number - 1].enabled


def _fade(item: Item, frame: int) -> float:
    """Return by how much an item is faded in at a frame: 1 is wholly."""
    fade_in, fade_out = item.fades.get("FadeIn", 0), item.fades.get("FadeOut", 0)
    shares = [1.0]
    if fade_in:
        shares.append((frame - item.start) / fade_in)
    if fade_out:
        shares.append((item.end - 1 - frame) / fade_out)
    return min(shares)


_SCALINGS = {1: "centerCrop", 2: "scaleToFit", 3: "scaleToCrop", 4: "stretch"}
"""Values of an item's ``Scaling`` and the project's own words for them; 0 is the project's."""


def _placed(
    picture: Picture,
    properties: dict[str, Any],
    size: tuple[int, int],
    behaviour: str,
    aspect: Fraction,
) -> Picture:
    """Return a picture scaled into a frame, then flipped, cropped, zoomed, turned and moved."""
    picture = _cropped(picture, properties)
    if properties.get("FlipX"):
        picture = picture[:, ::-1]
    if properties.get("FlipY"):
        picture = picture[::-1]
    mode = _SCALINGS.get(int(properties.get("Scaling", 0)), behaviour)
    picture = _scaled(picture, size, mode, aspect)
    matrix = _matrix(properties, (picture.shape[1], picture.shape[0]), size)
    if (picture.shape[1], picture.shape[0]) == size and np.allclose(matrix, np.eye(2, 3)):
        return picture
    return np.asarray(cv2.warpAffine(np.ascontiguousarray(picture), matrix, size), np.float32)


def _cropped(picture: Picture, properties: dict[str, Any]) -> Picture:
    """Return a picture with what is cropped, in its own pixels, transparent."""
    sides = ("CropLeft", "CropRight", "CropTop", "CropBottom")
    left, right, top, bottom = (round(float(properties.get(side, 0))) for side in sides)
    if not (left or right or top or bottom):
        return picture
    height, width = picture.shape[:2]
    cropped = np.zeros_like(picture)
    rows, columns = slice(top, max(top, height - bottom)), slice(left, max(left, width - right))
    cropped[rows, columns] = picture[rows, columns]
    return cropped


def _scaled(picture: Picture, size: tuple[int, int], mode: str, aspect: Fraction) -> Picture:
    height, width = picture.shape[0], float(picture.shape[1] * aspect)
    across, down = size[0] / width, size[1] / height
    if mode == "scaleToFit":
        across = down = min(across, down)
    elif mode == "scaleToCrop":
        across = down = max(across, down)
    elif mode == "centerCrop":
        across = down = 1.0
    wanted = (max(1, round(width * across)), max(1, round(height * down)))
    if wanted == (picture.shape[1], picture.shape[0]):
        return picture
    smaller = wanted[0] <= picture.shape[1] and wanted[1] <= picture.shape[0]
    method = cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(np.ascontiguousarray(picture), wanted, interpolation=method))


def _matrix(
    properties: dict[str, Any], own: tuple[int, int], size: tuple[int, int]
) -> NDArray[np.float64]:
    """Return the 2x3 map from a picture's pixels to the frame's, centre on centre."""

    def value(name: str, default: float = 0.0) -> float:
        return float(properties.get(name, default))

    angle = radians(value("RotationAngle"))
    turn = np.array([[cos(angle), sin(angle)], [-sin(angle), cos(angle)]])
    linear = turn @ np.diag([value("ZoomX", 1.0), value("ZoomY", 1.0)])
    anchor = np.array([value("AnchorPointX"), -value("AnchorPointY")])
    centre = (np.array(own) - 1) / 2 + anchor
    move = np.array([value("Pan"), -value("Tilt")])
    target = (np.array(size) - 1) / 2 + anchor + move
    return np.column_stack([linear, target - linear @ centre])


def _flat(size: tuple[int, int], colour: tuple[float, float, float, float]) -> Picture:
    return np.full((size[1], size[0], 4), colour, np.float32)


def _made(item: Item, size: tuple[int, int]) -> Picture:
    """Return what stands for a generator, a title or a Fusion composition: flat areas."""
    if item.kind == "title":
        picture = _flat(size, (0, 0, 0, 0))
        third = size[1] // 3
        picture[third : 2 * third, size[0] // 4 : 3 * size[0] // 4] = 1
        return picture
    if item.kind == "fusion" or "Solid" in item.name:
        return _flat(size, (0, 0, 0, 1))
    bars = np.array(_BARS if "Bar" in item.name else [[each / 9] * 3 for each in range(10)])
    row = bars[np.arange(size[0]) * len(bars) // size[0]]
    opaque = np.column_stack([row, np.ones(size[0])]).astype(np.float32)
    return np.tile(opaque, (size[1], 1, 1))


_BARS = [[0.75 * (n >> bit & 1) for bit in (1, 2, 0)] for n in range(7, -1, -1)]
"""Colour bars of 75 %, from white to black."""
