"""What moves by itself in a picture: the sky that was found, and the regions that were painted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from afterframe_hosts.wire import pictures
from afterframe_hosts.wire.job import Note
from afterframe_models.base import Request

from .fluid import Body
from .prompt import NOTE, Flow, Reading
from .sky import Sky
from .words import USUAL

Single = NDArray[np.float32]

WAYS = {"left": (-1.0, 0.0), "right": (1.0, 0.0), "up": (0.0, -1.0), "down": (0.0, 1.0)}
"""Directions in a picture, x to the right and y down."""
NOTES = (
    *(f"sky_{way}" for way in WAYS),
    "sky_none",
    "sky_unsure",
    "sky_plain",
    "region_empty",
    "region_words",
    "needs_mask",
)


class Matter:
    """What moves, and what the user is told of it.

    Args:
        request: its parameters ``sky`` and ``regions`` are taken.
        reading: of the prompt.
        sky: as found.
        grid: columns and rows of the masks.
    """

    def __init__(self, request: Request, reading: Reading, sky: Sky, grid: tuple[int, int]) -> None:
        self.notes: list[Note] = []
        self.flowing: list[Body] = []
        self.swaying: list[Body] = []
        self._request, self._grid = request, grid
        flows = {flow.matter: flow for flow in reading.flows}
        drifting = self._sky(sky, flows.pop("sky", None), forbidden="sky" in reading.forbidden)
        if drifting is not None:
            self.flowing.append(drifting)
        regions = list(self._regions())
        self.flowing += [body for body in regions if body.kind == "flow"]
        self.swaying += [body for body in regions if body.kind == "sway"]
        self._tell_words(flows.values(), painted=bool(regions))

    def _sky(self, sky: Sky, said: Flow | None, *, forbidden: bool) -> Body | None:
        choice = self._request.parameters["sky"]
        asked = choice != "auto" or said is not None
        if choice == "off" or (forbidden and choice == "auto"):
            return None
        if not asked and not (sky.is_sure and sky.living):
            return None  # a wall that drifts is worse than a sky that stands
        if sky.kind == "none":
            self._tell("sky_none")
            return None
        if not sky.is_sure:
            self._tell("sky_unsure")
        elif not sky.living:
            self._tell("sky_plain")
        way = choice if choice != "auto" else (said.way if said else "") or self._usual_way()
        self._tell(f"sky_{way}")
        speed = said.amount / USUAL if said else 1.0
        x, y = WAYS[way]
        return Body("sky", _on_grid(sky.mask, self._grid), (x * speed, y * speed))

    def _usual_way(self) -> str:
        return ("left", "right")[self._request.seed % 2]

    def _regions(self) -> Iterator[Body]:
        for region in pictures.regions(self._request.parameters["regions"]):
            assert self._request.pictures is not None
            mask = _on_grid(self._request.pictures.mask(region.mask), self._grid)
            if mask.max() <= 0.5:
                self._tell("region_empty", name=Path(region.mask).name)
            else:
                yield Body(region.kind, mask, (region.x, -region.y))

    def _tell_words(self, flows: Any, *, painted: bool) -> None:
        """Say of water, smoke and leaves in the prompt what becomes of them."""
        words = "; ".join(flow.words for flow in flows)
        if words:
            self._tell("region_words" if painted else "needs_mask", words=words)

    def _tell(self, message: str, **parameters: Any) -> None:
        self.notes.append(Note(NOTE + message, parameters))


def _on_grid(mask: Single, grid: tuple[int, int]) -> Single:
    smaller = mask.shape[1] > grid[0]
    method = cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(mask, grid, interpolation=method), np.float32)
