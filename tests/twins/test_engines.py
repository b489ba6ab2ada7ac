"""Engines that can work on a device make there what they make on the CPU."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import cv2
import numpy as np
import pytest

from afterframe.media.frame import ColourTags, Frame, MediaInfo, PixelFormat
from afterframe_hosts.wire import effects
from afterframe_models import registry
from afterframe_models.base import Context, Request
from tests.twins.here import torch

pytestmark = pytest.mark.torch

DEVICE = "cpu:0"
"""torch's CPU, which by this name counts as a device."""
YUV = PixelFormat("yuv", 8, subsampling=(1, 1))
WIDTH, HEIGHT = 192, 112
PLAIN = 40
"""Rows of sky."""


@dataclass
class Landscape:
    """Textured land under a blue sky with clouds; the camera pans by two pixels a frame."""

    start: int = 0
    frames: int = 4
    spare: tuple[int, int] = (0, 0)

    @property
    def info(self) -> MediaInfo:
        return MediaInfo(WIDTH, HEIGHT, self.frames, Fraction(24), YUV, ColourTags())

    def read(self, index: int) -> Frame:
        noise = np.random.default_rng(0).standard_normal((HEIGHT, 2 * WIDTH)).astype(np.float32)
        fine, coarse = (cv2.GaussianBlur(noise, (0, 0), sigma) for sigma in (2, 9))
        luma = 100 + 30 * fine / fine.std()
        luma[:PLAIN] = 170 + 12 * coarse[:PLAIN] / coarse.std()
        left = self.start + 2 * index
        seen = luma[:, left : left + WIDTH].clip(16, 235).astype(np.uint8)
        blue, red = np.full((2, HEIGHT // 2, WIDTH // 2), 120, np.uint8)
        blue[: PLAIN // 2], red[: PLAIN // 2] = 165, 100
        return Frame((seen, blue, red), YUV, ColourTags())


def made(engine: str, effect: str, device: str, values: Mapping[str, Any]) -> list[Frame]:
    card = registry.cards()[engine]
    declared = (*effects.effect(effect).parameters, *card.parameters)
    request = Request(
        effect,
        Landscape(),
        at=0,
        frames=4,
        rate=Fraction(24),
        step=Fraction(1),
        parameters=effects.resolve(declared, values),
        seed=3,
        after=Landscape(start=16),
    )
    context = Context(lambda: None, lambda note: None, 2, device)
    return list(registry.load(engine).render(request, context))


JOBS = [
    ("motion", "generate", {"prompt": "pan right and dolly in", "sky": "off", "motion": 10}),
    ("motion", "generate", {"prompt": "static camera", "sky": "left", "motion": 10}),
    ("bridge", "bridge", {"force": True}),
]


@pytest.mark.parametrize(("engine", "effect", "values"), JOBS)
def test_an_engine_makes_the_same_frames_there(
    engine: str, effect: str, values: Mapping[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert registry.cards()[engine].gpu
    expected = made(engine, effect, "cpu", values)
    ran: list[int] = []
    floor = torch.floor
    monkeypatch.setattr(torch, "floor", lambda values: ran.append(1) or floor(values))
    found = made(engine, effect, DEVICE, values)
    assert ran, "torch was not used"
    assert len(found) == len(expected)
    first, *_, last = (frame.planes[0].astype(np.int16) for frame in expected)
    assert (np.abs(last - first) > 9).any(), "these are stills"
    for there, here in zip(found, expected, strict=True):
        for plane, wanted in zip(there.planes, here.planes, strict=True):
            difference = np.abs(plane.astype(np.int16) - wanted)
            assert difference.mean() < 0.3
            assert np.quantile(difference, 0.995) <= 2
