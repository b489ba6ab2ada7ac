"""One picture as a scene: what stands in it, and the matter that moves through its parts.

A frame is the picture under the camera's map. Where matter flows, samples of a *plate* lie over
it: the matter ahead and behind of ``fluid``. Camera, sway, flow and overscan are one map for each
sample that is taken.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from afterframe.imaging.mover import mover_for
from afterframe.imaging.overlay import Over, overlay_for
from afterframe.imaging.warp import CoarseMap, Interpolation, node_places
from afterframe.media.frame import Frame

from .fluid import Fluid, Moment, Sway
from .plate import Plate

Single = NDArray[np.float32]


class Scene:
    """See the module.

    Args:
        source: the picture.
        step: pixels between the nodes of maps.
        fluid: what flows, or None.
        sway: what sways, or None.
        device: where pixels are worked on.
        threads: how many parts of a frame are made at once.
        draft: linear samples in place of cubic ones.
    """

    def __init__(
        self,
        source: Frame,
        step: int,
        fluid: Fluid | None = None,
        sway: Sway | None = None,
        *,
        device: str = "cpu",
        threads: int = 2,
        draft: bool = False,
    ) -> None:
        self._source = source
        self._step = step
        self._fluid = fluid
        self._sway = sway
        self._way: Interpolation = "linear" if draft else "cubic"
        if fluid is None:
            self._mover = mover_for([source], device)
        else:
            self._plate = Plate(source, fluid.mask, step)
            self._overlay = overlay_for(
                source, self._plate.picture, self._plate.matte, device, threads
            )

    def frame(self, camera: CoarseMap | None, index: int, seconds: float) -> Frame:
        """Return one frame.

        Args:
            camera: where its places are taken from; None: where they stand.
            index: of the frame.
            seconds: likewise.
        """
        source = self._source
        nodes = camera.nodes if camera else node_places(source.width, source.height, self._step)
        if self._sway is not None:
            nodes = self._sway.at(seconds, nodes)
        where = CoarseMap(np.asarray(nodes), self._step, source.width, source.height)
        if self._fluid is None:
            planes = self._mover.moved(where, interpolation=self._way)
        else:
            planes = self._flowing(where, self._fluid.at(index, where.nodes))
        return replace(source, planes=planes)

    def _flowing(self, where: CoarseMap, moment: Moment) -> tuple[Any, ...]:
        """Return the planes with the plate's samples ahead and behind over the picture.

        Brightness is mixed by the weights; texture by weights whose squares sum to 1, since two
        textures that know nothing of each other lose contrast otherwise. The light that lies
        over the whole does not flow: it would show where one side gives way to the other.
        """
        known = np.minimum(moment.weight_ahead + moment.weight_behind, 1)
        behind = moment.weight_behind / np.maximum(known, np.float32(1e-3))
        ahead = 1 - behind
        keep = 1 / np.sqrt(ahead * ahead + behind * behind)
        light = self._at(self._plate.light, where.nodes)
        overs = []
        for weight, displaced in ((ahead, moment.ahead), (behind, moment.behind)):
            places = where.nodes + displaced
            texture = self._at(self._plate.brightness, places) * (1 - keep)[..., None]
            light += weight[..., None] * (texture - self._at(self._plate.light, places))
            overs.append(Over(replace(where, nodes=places), weight * keep))
        return self._overlay.laid(where, overs, known, light, interpolation=self._way)

    def _at(self, values: Single, nodes: Single) -> Single:
        """Return values of the grid at places of the picture, one more axis for the planes."""
        places = (nodes + np.float32(0.5)) / np.float32(self._step) - np.float32(0.5)
        out: Any = cv2.remap(
            values, places, _UNSET, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        return np.asarray(out, np.float32).reshape(*nodes.shape[:2], -1)


_UNSET: Any = None  # an argument of OpenCV that its type stubs want, and that may be left out
