"""Properties of items: keys, values at first, and what each takes."""

from __future__ import annotations

from typing import Any

PICTURE: dict[str, Any] = {
    "Pan": 0.0,
    "Tilt": 0.0,
    "ZoomX": 1.0,
    "ZoomY": 1.0,
    "ZoomGang": True,
    "RotationAngle": 0.0,
    "AnchorPointX": 0.0,
    "AnchorPointY": 0.0,
    "Pitch": 0.0,
    "Yaw": 0.0,
    "FlipX": False,
    "FlipY": False,
    "CropLeft": 0.0,
    "CropRight": 0.0,
    "CropTop": 0.0,
    "CropBottom": 0.0,
    "CropSoftness": 0.0,
    "CropRetain": False,
    "DynamicZoomEase": 0,
    "CompositeMode": 0,
    "Opacity": 100.0,
    "Distortion": 0.0,
    "RetimeProcess": 0,
    "MotionEstimation": 0,
    "Scaling": 0,
    "ResizeFilter": 0,
}
"""Of pictures, in the order in which they are told; none is the speed."""
SECTIONS: dict[str, Any] = {
    "TransformEnabled": True,
    "CroppingEnabled": True,
    "DynamicZoomEnabled": False,
    "CompositeEnabled": True,
    "LensCorrectionEnabled": True,
    "RetimeAndScalingEnabled": True,
}
"""Of pictures since 21.1: the switches of the inspector's sections."""
SOUND: dict[str, Any] = {
    "AudioVolumeEnabled": True,
    "AudioVolume": 0.0,
    "AudioPanEnabled": True,
    "AudioPan": 0.0,
    "AudioPitchEnabled": True,
    "AudioPitchSemiTones": 0,
    "AudioPitchCents": 0,
    "AudioVoiceIsolationEnabled": False,
    "AudioVoiceIsolationAmount": 100,
    "AudioDialogueLevelerEnabled": False,
    "AudioDialogueLevelerMode": 0,
    "AudioDialogueLevelerReduceLoudDialogue": True,
    "AudioDialogueLevelerLiftSoftDialogue": True,
    "AudioDialogueLevelerBackgroundReduction": True,
    "AudioDialogueLevelerOutputGain": 0.0,
}
"""Of sound, since 21.1."""
_CHOICES = {
    "DynamicZoomEase": 3,
    "CompositeMode": 32,
    "RetimeProcess": 3,
    "MotionEstimation": 6,
    "Scaling": 4,
    "ResizeFilter": 15,
    "AudioDialogueLevelerMode": 2,
}
"""The highest of each key that is a choice."""
_WITHIN: dict[str, tuple[float, float]] = {
    "ZoomX": (0, 100),
    "ZoomY": (0, 100),
    "RotationAngle": (-360, 360),
    "Pitch": (-1.5, 1.5),
    "Yaw": (-1.5, 1.5),
    "CropSoftness": (-100, 100),
    "Opacity": (0, 100),
    "Distortion": (-1, 1),
    "AudioVolume": (-100, 30),
    "AudioPan": (-100, 100),
    "AudioPitchSemiTones": (-24, 24),
    "AudioPitchCents": (-100, 100),
    "AudioVoiceIsolationAmount": (0, 100),
    "AudioDialogueLevelerOutputGain": (-24, 24),
}
_ACROSS = {"Pan": 4, "AnchorPointX": 4, "CropLeft": 1, "CropRight": 1}
_DOWN = {"Tilt": 4, "AnchorPointY": 4, "CropTop": 1, "CropBottom": 1}
"""Of keys in pixels, how many widths or heights of the timeline they go to."""


def fitting(key: str, value: Any, size: tuple[int, int]) -> bool | int | float | None:
    """Return a value as a property keeps it, clipped to its range; None where it does not take it.

    Args:
        key: known.
        value: as a script gives it.
        size: width and height of the timeline.
    """
    first = (PICTURE | SECTIONS | SOUND).get(key)
    if isinstance(first, bool):
        return bool(value) if isinstance(value, (bool, int, float)) else None
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return None
    if key in _CHOICES:
        return int(value) if 0 <= value <= _CHOICES[key] and value == int(value) else None
    low, high = _range(key, size)
    kept = min(max(value, low), high)
    return float(kept) if isinstance(first, float) else int(kept)


def _range(key: str, size: tuple[int, int]) -> tuple[float, float]:
    if key in _ACROSS or key in _DOWN:
        far = _ACROSS.get(key, 0) * size[0] or _DOWN.get(key, 0) * size[1]
        return (0 if key.startswith("Crop") else -far), far
    return _WITHIN.get(key, (float("-inf"), float("inf")))
