"""The presets that are there from the start: values of parameters, by effect and name.

Their names before the user are ``look.<effect>.<name>`` of the catalogue. A parameter that is not
named has its default; one that the chosen engine has not is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

LOOKS: Mapping[str, Mapping[str, Mapping[str, Any]]] = {
    "generate": {
        "push_in": {"motion": 3.0, "dolly": 0.5},
        "pull_out": {"motion": 3.0, "dolly": -0.5},
        "pan_left": {"motion": 3.0, "pan_x": -0.6},
        "pan_right": {"motion": 3.0, "pan_x": 0.6},
        "parallax": {"motion": 6.0, "dolly": 0.8, "pan_x": 0.3},
        "crane": {"motion": 5.0, "pan_y": 0.7, "dolly": 0.2},
        "handheld": {"motion": 3.0, "prompt": "handheld"},
        "living_sky": {"motion": 5.0, "prompt": "static camera", "sky": "left"},
    },
    "extend": {
        "live": {"way": "live"},
        "coast": {"way": "coast"},
    },
    "restyle": {
        "oil": {"preset": "oil", "strength": 0.8},
        "oil_light": {"preset": "oil", "strength": 0.5},
        "watercolour": {"preset": "watercolour", "strength": 0.9},
        "ink": {"preset": "ink", "strength": 1.0},
        "pencil": {"preset": "pencil", "strength": 1.0},
        "gouache": {"preset": "gouache", "strength": 0.9},
        "cartoon": {"preset": "cartoon", "strength": 0.9},
    },
    "retime": {
        "half": {"speed": 0.5},
        "quarter": {"speed": 0.25},
        "double": {"speed": 2.0, "motion_blur": 0.5},
    },
}
