"""What the gallery shows: data for ``make.py``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

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
        parameters: as a user sets them; paths below the media folder are made absolute.
        use: first frame and number of frames of the source, or all of it.
        after: of a bridge: first frame and number of frames of the second shot.
        show: which made frames.
        before: how many of the shot's last frames stand before them.
    """

    name: str
    title: str
    text: str
    effect: str
    source: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    use: tuple[int, int] | None = None
    after: tuple[int, int] | None = None
    show: tuple[int, ...] = (0, 32, 64, 95)
    before: int = 0


HEAD = """# What the built-in engines look like

No model was downloaded for any of these pictures. All of them are made by
`.venv/bin/python docs/gallery/make.py`.
"""
EXTENDED = (0, 7, 15, 47, 95)
STARRY, WAVE = "style/starry_night.jpg", "style/wave.jpg"
BUNNY, STREAM, FLOWER = "video/bigbuckbunny.mp4", "video/stream-of-water.mp4", "video/flower.mp4"
SIGNING, WALKERS, CARS = (
    "video/asl-sister.mkv",
    "video/one-by-one-person.mp4",
    "video/car-detection.mp4",
)
TOWN, DOOR, DINO, CAT = (
    "photo/tuebingen.jpg",
    "photo/amber.jpg",
    "photo/dino.jpg",
    "photo/chelsea.png",
)

SECTIONS: tuple[tuple[str, str, tuple[Example, ...]], ...] = (
    (
        "Generate",
        "A camera moves through one picture. The first frame is the picture itself.",
        (
            Example(
                "generate_forward",
                "Walk forward",
                "Near things come closer than far ones, by a depth that is guessed.",
                "generate",
                TOWN,
                {"prompt": "walk forward", "motion": 9},
            ),
            Example(
                "generate_sky",
                "Clouds drift",
                "The sky is found by itself and drifts; what stands before it does not.",
                "generate",
                DINO,
                {"prompt": "clouds drift to the left", "motion": 10},
            ),
            Example(
                "generate_pan",
                "Pan right and zoom in",
                "The framing tightens by just as much as is needed: no border is ever seen.",
                "generate",
                CAT,
                {"prompt": "pan right, zoom in", "motion": 8},
            ),
            Example(
                "generate_wrong",
                "What it cannot do",
                "This recess is taken for the nearest matter, and comes forward. "
                "A near/far mask puts it right. Limbs and new things it cannot make at all.",
                "generate",
                DOOR,
                {"prompt": "dolly in", "motion": 9},
            ),
        ),
    ),
    (
        "Extend",
        "The shot's last frame, then made ones: four seconds more.",
        (
            Example(
                "extend_bunny",
                "An animated film",
                "It coasts on, then the shot's own past plays on from a moment that fits.",
                "extend",
                BUNNY,
                {"seconds": 4},
                use=(0, 60),
                show=EXTENDED,
                before=1,
            ),
            Example(
                "extend_water",
                "Water",
                "What flows goes on flowing.",
                "extend",
                STREAM,
                {"seconds": 4},
                show=EXTENDED,
                before=1,
            ),
            Example(
                "extend_signing",
                "What it cannot do",
                "A person who signs goes on with what was signed before: no new words.",
                "extend",
                SIGNING,
                {"seconds": 4},
                show=EXTENDED,
                before=1,
            ),
        ),
    ),
    (
        "Bridge",
        "A gap between two shots: the last frame before it, then the made ones.",
        (
            Example(
                "bridge_flower",
                "Twelve frames that are missing",
                "Both sides' own motion is carried into the gap.",
                "bridge",
                FLOWER,
                use=(60, 40),
                after=(112, 30),
                show=(1, 4, 7, 10),
                before=1,
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
                "oil, watercolour, ink, pencil, gouache, cartoon",
                "restyle",
                TOWN,
                show=(0,),
            ),
            Example(
                "style_starry",
                "After a picture: van Gogh",
                "Palette, stroke and bristle of the reference.",
                "restyle",
                BUNNY,
                {"reference": [{"path": STARRY, "weight": 1.0}], "strength": 1.0},
                use=(24, 25),
                show=(0, 8, 16, 24),
            ),
            Example(
                "style_wave",
                "After a picture: Hokusai",
                "Flat areas and contours. What it cannot do: the shapes of the reference.",
                "restyle",
                WALKERS,
                {"reference": [{"path": WAVE, "weight": 1.0}], "strength": 1.0},
                use=(428, 25),
                show=(0, 8, 16, 24),
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
                "Frames 0 and 8 were shot. Fast cars are the hardest: where only one of the two "
                "frames shows something, that one is shown alone.",
                "retime",
                CARS,
                {"speed": 0.125},
                use=(324, 4),
                show=(0, 2, 4, 6, 8),
            ),
        ),
    ),
)
"""Title, text and examples of each section."""
