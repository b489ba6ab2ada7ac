"""The overlay on a device gives the planes that the one on the CPU gives, to 3 steps of 8 bits."""

from __future__ import annotations

import numpy as np
import pytest

from afterframe.imaging.overlay import Over, overlay_for
from afterframe.media.frame import PixelFormat
from tests.twins.here import twin
from tests.unit.test_imaging_overlay import FORMATS, matte, picture, ramp, shifted

pytestmark = pytest.mark.torch


@pytest.mark.parametrize("pixels", FORMATS.values(), ids=FORMATS)
def test_both_overlays_agree(pixels: PixelFormat) -> None:
    pictures = (picture(pixels, 1), picture(pixels, 2))
    under = shifted(0.4, -1.7)
    gain = ramp(under.nodes.shape[:2])
    overs = [Over(shifted(7.3, 1.2), gain), Over(shifted(-9.1, 0.5), 1 - gain)]
    top = 1.0 if pixels.floating else pixels.peak
    light = np.full((*gain.shape, pixels.planes), top / 80, np.float32) * gain[..., None]
    expected = overlay_for(*pictures, matte()).laid(under, overs, 1 - gain / 2, light)
    made = (
        twin("overlay")
        .DeviceOverlay(*pictures, matte(), "cpu")
        .laid(under, overs, 1 - gain / 2, light)
    )
    for plane, wanted in zip(made, expected, strict=True):
        assert plane.dtype == wanted.dtype
        difference = np.abs(plane.astype(np.float64) - wanted)
        assert difference.max() <= 3.5 * top / 255
        assert difference.mean() <= 0.6 * top / 255
