"""What the gallery shows: data for ``make.py``."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from afterframe_hosts.wire.effects import PRESETS

View = tuple[int, int] | None
"""Left and top pixel of a part shown one pixel for one, or the whole picture."""
Points = tuple[tuple[float, float], ...]
"""Corners, as shares of the picture's width and height."""

DRAWN = "drawn/"
"""What the names of pictures begin with that the gallery draws for itself."""

CREDITS = {
    "bigbuckbunny": "Big Buck Bunny, Blender Foundation, CC BY 3.0",
    "stream-of-water": "mdn interactive examples, CC0",
    "flower": "mdn interactive examples, CC0",
    "asl-sister": "intel-iot-devkit sample videos, CC BY 4.0",
    "one-by-one-person": "intel-iot-devkit sample videos, CC BY 4.0",
    "car-detection": "intel-iot-devkit sample videos, CC BY 4.0",
    "tuebingen": "Andreas Praefcke, Wikimedia Commons, CC BY",
    "amber": "PyTorch examples, BSD-3-Clause",
    "astronaut": "NASA, public domain",
    "chelsea": "scikit-image, CC0",
    "dino": "mdn interactive examples, CC0",
    "starry_night": "Vincent van Gogh, 1889, public domain",
    "wave": "Katsushika Hokusai, about 1831, public domain",
}
"""By the stem of the file: who made it, and what one may do with it."""


@dataclass(frozen=True)
class Example:
    """One sheet of the gallery.

    Attributes:
        name: of its picture.
        title: above it.
        text: beneath it; what to look at.
        effect: see ``wire.effects``.
        source: below the media folder.
        parameters: as a user sets them; names of pictures are made absolute.
        runs: by what stands beneath their pictures: what each sets beside ``parameters``.
        use: first frame and number of frames of the source, or all of it.
        after: of a bridge: first frame and number of frames of the second shot.
        shots: which of the source's frames stand before the made ones.
        show: which made frames, of each run.
        truth: which of the source's frames stand after the made ones, for comparison.
        changed: two made frames whose difference is shown.
        painted: masks that the gallery paints, by name, as polygons.
        ground: what such a mask is where nothing was painted: 0, or 128 for a depth hint (black
            is painted on that, white on the other).
        framed: left, top and size, as shares, of the part of the source that is the end picture.
        views: what is shown of each picture: all of it, a part one for one, or both in turn.
        columns: of the sheet.
    """

    name: str
    title: str
    text: str
    effect: str
    source: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    runs: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: {"made": {}})
    use: tuple[int, int] | None = None
    after: tuple[int, int] | None = None
    shots: tuple[int, ...] = ()
    show: tuple[int, ...] = (0,)
    truth: tuple[int, ...] = ()
    changed: tuple[int, int] | None = None
    painted: Mapping[str, Points] = field(default_factory=dict)
    ground: int = 0
    framed: tuple[float, float, float] | None = None
    views: tuple[View, ...] = (None,)
    columns: int = 4

    @property
    def frame(self) -> int:
        """The source's frame that masks are painted on."""
        return self.use[0] if self.use else 0

    @property
    def seeded(self) -> bool:
        """Whether the effect draws by chance."""
        return self.effect != "retime"

    @property
    def numbered(self) -> bool:
        """Whether made frames need their number beneath."""
        return len(self.show) > 1

    def given(self, path: Callable[[str], str]) -> list[str]:
        """Return the paths of the pictures that the user hands in and that are shown."""
        return [path(name) for name in self._pictures()]

    def media(self) -> list[str]:
        """Return the names of all media that it is made from."""
        names = [self.source, *self._pictures()]
        return [name for name in names if not name.startswith(DRAWN)]

    def _pictures(self) -> list[str]:
        every = [self.parameters, *self.runs.values()]
        styles = [each["path"] for values in every for each in values.get("reference", ())]
        return styles + [values["end"] for values in every if "end" in values]


def absolute(values: Mapping[str, Any], path: Callable[[str], str]) -> dict[str, Any]:
    """Return parameters with the names of their pictures made paths by ``path``."""
    found = dict(values)
    for name in {"end", "keep", "depth_hint"} & set(found):
        found[name] = path(found[name])
    for name, key in (("reference", "path"), ("regions", "mask")):
        if name in found:
            found[name] = [{**each, key: path(each[key])} for each in found[name]]
    return found


def _oval(x: float, y: float, across: float, down: float) -> Points:
    turns = [2 * math.pi * step / 32 for step in range(32)]
    return tuple((x + across * math.cos(turn), y + down * math.sin(turn)) for turn in turns)


def _after(*names: str) -> dict[str, Any]:
    return {"reference": [{"path": f"style/{name}.jpg", "weight": 1.0} for name in names]}


HEAD = """# What the built-in engines look like

No model was downloaded for any of these pictures. All of them, and this page, are made by
`.venv/bin/python docs/gallery/make.py`. Frames are counted from 0; “1:1” is a part of the frame,
pixel for pixel. Motion is hard to print: where frames look alike, “what differs” shows their
difference, four times as strong.
"""
BUNNY, STREAM, FLOWER = "video/bigbuckbunny.mp4", "video/stream-of-water.mp4", "video/flower.mp4"
SIGNING, WALKERS, CARS = (
    "video/asl-sister.mkv",
    "video/one-by-one-person.mp4",
    "video/car-detection.mp4",
)
TOWN, DOOR, DINO, CAT, WOMAN = (
    "photo/tuebingen.jpg",
    "photo/amber.jpg",
    "photo/dino.jpg",
    "photo/chelsea.png",
    "photo/astronaut.png",
)
RIVER: Points = (
    *((0.33, 0.26), (0.38, 0.22), (0.40, 0.42), (0.46, 0.50), (0.56, 0.52), (0.72, 0.60)),
    *((0.93, 0.80), (0.88, 0.86), (0.74, 0.79), (0.52, 0.68), (0.32, 0.66), (0.34, 0.48)),
)
LEAF: Points = (
    (0.29, 1.0),
    (0.29, 0.6),
    (0.4, 0.35),
    (0.6, 0.25),
    (0.8, 0.38),
    (0.9, 0.6),
    (0.9, 1.0),
)
LATER = (0, 7, 15, 31, 63, 95)
"""Made frames of an extension: close to the joint, and far from it."""

SECTIONS: tuple[tuple[str, str, tuple[Example, ...]], ...] = (
    (
        "Generate",
        "A camera moves through one picture, and what flows in it flows. The first frame is the "
        "picture itself.",
        (
            Example(
                "generate_forward",
                "Walk forward",
                "Near things come closer than far ones, by a depth that is guessed.",
                "generate",
                TOWN,
                {"prompt": "walk forward", "motion": 9, "seconds": 3},
                show=(0, 24, 48, 71),
            ),
            Example(
                "generate_sky",
                "Clouds drift, the camera stands",
                "The sky is found by itself and drifts to the left. The animal before it, teeth "
                "and all, stands still: black where the frames are compared. What has no "
                "clouds, as to the right of it, hardly seems to move.",
                "generate",
                DINO,
                {"prompt": "clouds drift to the left, static camera", "motion": 10, "seconds": 3},
                show=(0, 36, 71),
                changed=(0, 71),
            ),
            Example(
                "generate_brush",
                "Water, by the motion brush",
                "One frame of a stream, one painted mask and an arrow down the stream. Only "
                "what was painted moves; the faint squares are the codec's.",
                "generate",
                STREAM,
                {
                    "prompt": "static camera",
                    "motion": 7,
                    "seconds": 2,
                    "sky": "off",
                    "regions": [{"mask": DRAWN + "river.png", "x": 0.7, "y": -0.6, "kind": "flow"}],
                },
                painted={"river.png": RIVER},
                show=(0, 24),
                changed=(0, 24),
            ),
            Example(
                "generate_end",
                "An end picture",
                "The end picture, on the left, is a closer framing of the same town; the camera "
                "finds its way and arrives at it: the last frame is that picture.",
                "generate",
                TOWN,
                {"end": DRAWN + "end.png", "seconds": 3},
                framed=(0.45, 0.2, 0.55),
                show=(0, 36, 71),
            ),
            Example(
                "generate_loop",
                "A loop",
                "To the right and closer, then back: the last frame leads into the first. No "
                "border is ever seen.",
                "generate",
                CAT,
                {"prompt": "pan right, zoom in", "motion": 9, "seconds": 4, "loop": True},
                show=(0, 24, 48, 95),
            ),
            Example(
                "generate_wrong",
                "What it cannot do",
                "Depth is guessed. The recess of this door is taken for the nearest matter and "
                "swells (guessed); with a depth hint, painted black for far, it stays behind "
                "the arch (hint). Limbs it cannot move at all, and nothing new comes into the "
                "picture.",
                "generate",
                DOOR,
                {"prompt": "dolly in", "motion": 10, "seconds": 2},
                runs={"guessed": {}, "hint": {"depth_hint": DRAWN + "hint.png"}},
                painted={"hint.png": LEAF},
                ground=128,
                shots=(0,),
                show=(47,),
            ),
        ),
    ),
    (
        "Extend",
        "Two of the shot's frames, the second of them its last, then four seconds of made ones.",
        (
            Example(
                "extend_bunny",
                "An animated film",
                "No moment of this shot is like its last one: the stretch and the camera's drift "
                "coast to rest, and stay there. The file itself goes on after the cut. Afterframe "
                "says both.",
                "extend",
                BUNNY,
                {"seconds": 4},
                use=(0, 60),
                shots=(44, 59),
                show=LATER,
            ),
            Example(
                "extend_water",
                "Water",
                "The foam of every made frame differs, the stones stay where they are.",
                "extend",
                STREAM,
                {"seconds": 4},
                shots=(74, 89),
                show=LATER,
            ),
            Example(
                "extend_flower",
                "A flower that opens",
                "The bud closes and opens again, slowly: that is how a slow shot stays alive. "
                "It does not open further than it did in the shot.",
                "extend",
                FLOWER,
                {"seconds": 4},
                use=(0, 120),
                shots=(104, 119),
                show=LATER,
            ),
            Example(
                "extend_signing",
                "What it cannot do",
                "The shot is cut in the middle of a sign. The hands stay where they are and the "
                "body breathes: the sign is not finished, and there is no next one.",
                "extend",
                SIGNING,
                {"seconds": 4},
                use=(0, 64),
                shots=(48, 63),
                show=LATER,
            ),
        ),
    ),
    (
        "Bridge",
        "Twelve frames of a shot are hidden and made anew; the hidden ones stand beneath. "
        "Two shots that are too unlike are refused: there, a cut is cleaner.",
        (
            Example(
                "bridge_flower",
                "A flower that opens",
                "Both sides' own motion is carried into the gap. Above what was made, below "
                "what was shot.",
                "bridge",
                FLOWER,
                use=(60, 40),
                after=(112, 30),
                show=(1, 4, 7, 10),
                truth=(101, 104, 107, 110),
            ),
            Example(
                "bridge_signing",
                "What it cannot do",
                "An arm that is somewhere else after the gap is not found again: it dissolves, "
                "with ghosts of both arms, and the way that it took (below) is not known.",
                "bridge",
                SIGNING,
                use=(0, 20),
                after=(32, 30),
                show=(1, 4, 7, 10),
                truth=(21, 24, 27, 30),
            ),
        ),
    ),
    (
        "Style transfer",
        "Painted frame by frame; strokes travel with what they are painted on.",
        (
            Example(
                "presets",
                "The presets",
                "Six styles that need no picture. Oil lets its strokes follow the lines of the "
                "shot; watercolour has paper, and edges where pigment gathered; ink and pencil "
                "leave out all but a trace of the colour; gouache and cartoon simplify, the "
                "latter with contours.",
                "restyle",
                TOWN,
                runs={name: {"preset": name} for name in PRESETS},
                columns=3,
            ),
            Example(
                "presets_closer",
                "The presets, closer",
                "The same frames, pixel for pixel: windows are about the smallest things that "
                "survive.",
                "restyle",
                TOWN,
                runs={name: {"preset": name} for name in PRESETS},
                views=((380, 220),),
                columns=3,
            ),
            Example(
                "style_starry",
                "After a picture: van Gogh",
                "Palette, stroke and bristle of the reference, on a rabbit that moves: half a "
                "second lies between the two frames.",
                "restyle",
                BUNNY,
                {**_after("starry_night"), "strength": 1.0},
                use=(24, 13),
                show=(0, 12),
                views=(None, (120, 60)),
                columns=3,
            ),
            Example(
                "style_wave",
                "After a picture: Hokusai",
                "Its palette, its even areas and its dark contours. A clear sky falls into "
                "bands, as the colours of the print are few.",
                "restyle",
                TOWN,
                {**_after("wave"), "strength": 1.0},
                views=(None, (480, 220)),
            ),
            Example(
                "style_keep",
                "A face is kept",
                "Faces are fine for a broad brush: painted over, this one has lost its likeness. A "
                "soft mask holds the style back there.",
                "restyle",
                WOMAN,
                _after("starry_night"),
                runs={"all painted": {}, "face kept": {"keep": DRAWN + "face.png"}},
                painted={"face.png": _oval(0.44, 0.21, 0.11, 0.16)},
            ),
            Example(
                "style_wrong",
                "What it cannot do",
                "Water after a picture of water: palette, areas and contours are taken, its "
                "claws of foam are not. Where the shot is restless, so is the drawing.",
                "restyle",
                STREAM,
                {**_after("wave"), "strength": 1.0},
                use=(24, 9),
                shots=(24,),
                show=(0, 8),
            ),
        ),
    ),
    (
        "Change speed",
        "Frames in between, by optical flow.",
        (
            Example(
                "retime_cars",
                "Eight times slower",
                "The frame halfway between two shot ones: flow moves the car, blend shows it "
                "twice.",
                "retime",
                CARS,
                {"speed": 0.125},
                runs={"flow": {}, "blend": {"interpolation": "blend"}},
                use=(326, 4),
                shots=(326, 327),
                show=(4,),
                views=((130, 0),),
            ),
            Example(
                "retime_walker",
                "What it cannot do",
                "A leg that swings out from behind the other, at ten frames a second: the body is "
                "in its place, the foot is crumpled, and the floor beside it is in small pieces.",
                "retime",
                WALKERS,
                {"speed": 0.125},
                runs={"flow": {}, "blend": {"interpolation": "blend"}},
                use=(440, 4),
                shots=(440, 441),
                show=(4,),
                views=((348, 196),),
            ),
        ),
    ),
)
"""Title, text and examples of each section."""
