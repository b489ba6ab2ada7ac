"""A clip that begins on one picture and ends on another.

**The same scene.** Where features of the two agree on a similarity or a homography ``H`` (end to
source), the camera travels along the one path that ``H`` itself describes, its powers: at the
share ``s`` a place ``q`` shows the source at ``H^s q`` and the end picture at ``H^(s-1) q``. What
``H`` leaves - parallax, matter that has moved - is optical flow and travels evenly in between.
Each picture is shown where it reaches; where both do, the one gives way to the other.

**Two scenes.** One camera move goes through both: the end picture enters with the velocity of the
source's own move and comes to rest at its frame, and a dissolve leads over while both are fast.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from afterframe.imaging.fill import filled
from afterframe.imaging.flow import Flow, displaced, flow_at, flow_both_ways
from afterframe.imaging.mover import Layer, mover_for
from afterframe.imaging.warp import MARGIN, CoarseMap, Interpolation, node_places
from afterframe.media.display import grey_proxy
from afterframe.media.frame import Frame

from .camera import Camera

Single = NDArray[np.float32]
Matrix = NDArray[np.float64]

PROXY = 960
"""Pixels across at which the two pictures are compared."""
FEATURES = 3000
NEAREST_RATIO = 0.75
"""A match counts when its next best is so much worse (Lowe 2004)."""
LEAST_MATCHES, LEAST_SHARE = 24, 0.3
"""Agreeing matches, and their share of all, that show the same scene."""
LARGEST_SCALE = 8.0
TOLERANCE = 2.5
"""Pixels of the proxy by which matches may miss the common move."""
SIMILARITY_SHARE = 0.85
"""A similarity that explains so many of a homography's matches is believed instead."""

SURE, UNSURE = 0.7, 0.25
"""Over how much of the way the one picture gives way where both agree, and where they do not: the
less two things are the same, the shorter they are seen at once."""
ALIKE = 16.0
"""Grey levels, of 255, by which agreeing places may differ beside the pictures' common change."""
FEATHER = 0.04
"""Over how much of the longer side a picture gives way towards its own edge."""
LARGEST_CLOSENESS = 1.5
"""How much closer the camera goes on its way, at most, so that no place is unseen by both."""


class Landing:
    """The frames between two pictures of one scene.

    Args:
        source: the first picture.
        end: the last, of the same encoding and size.
        move: 3 x 3, from the end's places to the source's, in units of half the longer side
            from the middle; see :func:`common_move`.
        step: pixels between the nodes of maps.
        device: where pixels are worked on.
        draft: linear samples in place of cubic ones.
    """

    def __init__(
        self,
        source: Frame,
        end: Frame,
        move: Matrix,
        step: int,
        *,
        device: str = "cpu",
        draft: bool = False,
    ) -> None:
        self._size = (source.width, source.height)
        self._source, self._end = source, end
        self._step = step
        self._unit = max(self._size) / 2
        self._log = _log(move)
        self._mover = mover_for([source, end], device)
        self._way: Interpolation = "linear" if draft else "cubic"
        self._flow, self._trust = self._residual()
        self._closeness = self._closer()

    def frame(self, time: float, camera: CoarseMap | None = None) -> Frame:
        """Return the frame at ``time``, 0 (the source) to 1 (the end).

        Args:
            time: of the frame.
            camera: a move on top of the path.
        """
        share = time * time * (3 - 2 * time)
        nodes = camera.nodes if camera else node_places(*self._size, self._step)
        places = self._from_middle(nodes)
        at_source, at_end = self._taken_from(places, share)
        # Each is seen to its very edge where the clip begins and ends with it.
        seen_source = self._seen(at_source, feather=FEATHER * min(1, 6 * share))
        seen_end = self._seen(at_end, feather=FEATHER * min(1, 6 * (1 - share)))
        trust = self._at_end(self._trust, at_end)
        passed = _smooth((np.float32(share) - 0.5) / (SURE * trust + UNSURE * (1 - trust)) + 0.5)
        weight = seen_source * (1 - passed * seen_end)
        other = seen_end * (1 - (1 - passed) * seen_source)
        total = np.maximum(weight + other, np.float32(1e-4))
        inner = np.s_[MARGIN:-MARGIN, MARGIN:-MARGIN]
        of_end = np.where(total > 1e-3, other / total, passed)[inner].astype(np.float32)
        layers = [
            Layer(self._map(at_source), 1 - of_end, 0),
            Layer(self._map(at_end), of_end, 1),
        ]
        planes = self._mover.mixed(layers, interpolation=self._way)
        return replace(self._source, planes=planes)

    def _taken_from(self, places: Single, share: float) -> tuple[Single, Single]:
        """Return where places of a frame, in units from the middle, stand in both pictures."""
        closer = 1 + (self._closeness - 1) * 4 * share * (1 - share)
        matrix = _exp(self._log * (share - 1)) @ np.diag((1 / closer, 1 / closer, 1.0))
        at_end = _projected(places, matrix)
        moved = self._moved(at_end, share)
        whole = _exp(self._log)
        return _projected(at_end - np.float32(share) * moved, whole), at_end + np.float32(
            1 - share
        ) * moved

    def _moved(self, at_end: Single, share: float) -> Single:
        """Return the residual flow, in units, of what stands at places of the end picture."""
        scale = self._flow.shape[1] / (self._size[0] / self._unit)
        return self._at_end(flow_at(self._flow, share), at_end) / np.float32(scale)

    def _at_end(self, values: Single, at_end: Single) -> Single:
        """Return values of the proxy's grid at places of the end picture."""
        rows, columns = values.shape[:2]
        scale = columns / (self._size[0] / self._unit)
        nodes = at_end * np.float32(scale) + np.array(((columns - 1) / 2, (rows - 1) / 2))
        out: Any = cv2.remap(
            values,
            nodes.astype(np.float32),
            _UNSET,
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
        return np.asarray(out, np.float32)

    def _residual(self) -> tuple[Flow, Single]:
        """Return the flow from the source, brought to the end's frame by the move, to the end.

        And where it is to be believed, 0 to 1.
        """
        width = min(PROXY // 2, self._size[0])
        first, last = grey_proxy(self._source, width), grey_proxy(self._end, width)
        brought, inside = self._brought(first)
        forward, backward = flow_both_ways(brought, last)
        undone = np.linalg.norm(forward + displaced(backward, forward), axis=2)
        sure = (undone < 1.5) & (np.linalg.norm(forward, axis=2) < width / 10)
        edge = 2 * max(3, width // 60) + 1
        within: Any = cv2.erode(inside, np.ones((edge, edge), np.uint8), borderValue=0)
        known = (sure & (within > 0.99)).astype(np.float32)
        beyond = inside < 0.01  # nothing to go by: there nothing moves by itself
        flow = filled(forward * known[..., None], np.maximum(known, beyond.astype(np.float32)))
        soft: Any = cv2.GaussianBlur(flow, (0, 0), 1.5)
        moved = displaced(brought.astype(np.float32), -flow) - last.astype(np.float32)
        unlike: Any = cv2.GaussianBlur(np.abs(moved - np.median(moved)), (0, 0), width / 160)
        trust: Any = cv2.GaussianBlur(_smooth(2 - unlike / ALIKE), (0, 0), width / 160)
        return np.asarray(soft, np.float32), np.asarray(trust, np.float32)

    def _brought(self, grey: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], Single]:
        """Return the source's proxy seen as the end sees it, and where it reaches."""
        height, width = grey.shape
        scale = width / (self._size[0] / self._unit)
        from_units = np.array(
            [[scale, 0, (width - 1) / 2], [0, scale, (height - 1) / 2], [0, 0, 1]]
        )
        matrix: Any = from_units @ _exp(self._log) @ np.linalg.inv(from_units)
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        brought: Any = cv2.warpPerspective(
            grey, matrix, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE
        )
        inside: Any = cv2.warpPerspective(
            np.ones((height, width), np.float32), matrix, (width, height), flags=flags
        )
        return np.asarray(brought, np.uint8), np.asarray(inside, np.float32)

    def _closer(self) -> float:
        """Return how much closer the camera goes half-way, so that one picture is always seen."""
        inner = np.s_[MARGIN:-MARGIN, MARGIN:-MARGIN]
        places = self._from_middle(node_places(*self._size, self._step)[inner])
        for closeness in np.linspace(1, LARGEST_CLOSENESS, 11).tolist():
            self._closeness = closeness
            if all(self._covers(places, share) for share in (0.1, 0.25, 0.4, 0.5, 0.6, 0.75, 0.9)):
                break
        return float(self._closeness)

    def _covers(self, places: Single, share: float) -> bool:
        half = np.array(self._size, np.float32) / np.float32(2 * self._unit)
        both = [
            (np.abs(at) <= half + np.float32(0.5 / self._unit)).all(axis=2)
            for at in self._taken_from(places, share)
        ]
        return bool((both[0] | both[1]).all())

    def _seen(self, places: Single, *, feather: float) -> Single:
        """Return how far places lie within a picture, 0 beyond its edge to 1."""
        half = np.array(self._size, np.float32) / np.float32(2 * self._unit)
        depth = (half - np.abs(places)).min(axis=2) + np.float32(1e-4)
        return _smooth(depth / np.float32(2 * feather + 1e-4))

    def _from_middle(self, places: Single) -> Single:
        middle = (np.array(self._size, np.float32) - 1) / 2
        return np.asarray((places - middle) / np.float32(self._unit), np.float32)

    def _map(self, places: Single) -> CoarseMap:
        middle = (np.array(self._size, np.float32) - 1) / 2
        nodes = np.asarray(places * np.float32(self._unit) + middle, np.float32)
        return CoarseMap(nodes, self._step, *self._size)


class Passage:
    """The frames between two pictures of different scenes.

    Args:
        source: the first picture.
        end: the last, of the same encoding and size.
        leaving: the camera of the source.
        arriving: the camera of the end, which comes to rest.
        device: where pixels are worked on.
        draft: linear samples in place of cubic ones.
    """

    def __init__(
        self,
        source: Frame,
        end: Frame,
        leaving: Camera,
        arriving: Camera,
        *,
        device: str = "cpu",
        draft: bool = False,
    ) -> None:
        self._source = source
        self._leaving, self._arriving = leaving, arriving
        self._mover = mover_for([source, end], device)
        self._way: Interpolation = "linear" if draft else "cubic"

    def frame(self, time: float) -> Frame:
        """Return the frame at ``time``, 0 (the source) to 1 (the end)."""
        passed = float(_smooth((time - 0.3) / 0.4))
        layers = [
            Layer(camera.map_at(time), share, picture)
            for picture, (camera, share) in enumerate(
                ((self._leaving, 1 - passed), (self._arriving, passed))
            )
            if share > 0
        ]
        planes = self._mover.mixed(layers, interpolation=self._way)
        return replace(self._source, planes=planes)


def common_move(source: Frame, end: Frame) -> Matrix | None:
    """Return the move from the end's places to the source's, or None: they show two scenes.

    In units of half the longer side from the middle, 3 x 3.
    """
    width = min(PROXY, source.width)
    first, last = grey_proxy(source, width), grey_proxy(end, width)
    pairs = _matches(first, last)
    if len(pairs) < LEAST_MATCHES:
        return None
    middle = np.array(((width - 1) / 2, (first.shape[0] - 1) / 2))
    unit = max(first.shape) / 2
    at_source, at_end = ((points - middle) / unit for points in (pairs[:, 0], pairs[:, 1]))
    return _agreed(at_end, at_source, TOLERANCE / unit)


def reach(move: Matrix, width: int, height: int) -> float:
    """Return how far a move carries the corners, in longer sides of the picture."""
    half = np.array((width, height)) / max(width, height)
    corners = np.array([[[x, y] for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1))]]) * half
    moved = _projected(corners.astype(np.float32), move)
    return float(np.linalg.norm(moved - corners, axis=2).max()) / 2


_UNSET: Any = None  # an argument of OpenCV that its type stubs want, and that may be left out


def _matches(first: NDArray[np.uint8], last: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return places in both pictures that look alike, (n, 2, 2)."""
    search = cv2.SIFT.create(nfeatures=FEATURES)
    found = [search.detectAndCompute(grey, _UNSET) for grey in (first, last)]
    if any(descriptors is None or len(points) < 4 for points, descriptors in found):
        return np.zeros((0, 2, 2))
    (points, of_first), (others, of_last) = found
    nearest = cv2.BFMatcher(cv2.NORM_L2).knnMatch(of_first, of_last, k=2)
    good = [m for m, *n in nearest if n and m.distance < NEAREST_RATIO * n[0].distance]
    places = [[points[m.queryIdx].pt, others[m.trainIdx].pt] for m in good]
    return np.array(places, np.float64).reshape(-1, 2, 2)


def _agreed(of_end: Matrix, of_source: Matrix, tolerance: float) -> Matrix | None:
    cv2.setRNGSeed(0)
    homography: Any
    homography, held = cv2.findHomography(of_end, of_source, cv2.RANSAC, tolerance)
    if homography is None or not _is_believable(homography):
        homography, held = None, np.zeros(len(of_end))
    cv2.setRNGSeed(0)
    similarity: Any
    similarity, alike = cv2.estimateAffinePartial2D(
        of_end, of_source, method=cv2.RANSAC, ransacReprojThreshold=tolerance
    )
    count, simple = int(np.sum(held)), int(np.sum(alike)) if similarity is not None else 0
    if max(count, simple) < max(LEAST_MATCHES, LEAST_SHARE * len(of_end)):
        return None
    if simple >= SIMILARITY_SHARE * count:
        similarity = np.vstack((similarity, (0, 0, 1)))
        return np.asarray(similarity, np.float64) if _is_believable(similarity) else None
    return np.asarray(homography, np.float64)


def _is_believable(move: Matrix) -> bool:
    """Return True when a move keeps the way up roughly, and scales within reason."""
    corners = np.array([[[-1, -1], [1, -1], [1, 1], [-1, 1], [0, 0]]], np.float32)
    if (corners[0] @ move[2, :2] + move[2, 2] <= 0.2).any():  # behind the camera, or nearly so
        return False
    (moved,) = _projected(corners, move)
    across, down = moved[1] - moved[0], moved[3] - moved[0]
    area = float(across[0] * down[1] - across[1] * down[0]) / 4
    upright = across[0] > abs(across[1])
    return bool(upright and LARGEST_SCALE**-2 < area < LARGEST_SCALE**2)


def _projected(places: Single, matrix: Matrix) -> Single:
    rows, columns = places.shape[:2]
    flat: Any = cv2.perspectiveTransform(places.reshape(1, -1, 2), matrix)
    return np.asarray(flat.reshape(rows, columns, 2), np.float32)


def _log(matrix: Matrix) -> Matrix:
    """Return the logarithm, by square roots until the series converges at once.

    Source: Higham, Functions of Matrices, 2008, section 11.5; roots by Denman and Beavers, 1976.
    """
    root = matrix / np.cbrt(np.linalg.det(matrix))
    halvings = 10
    for _ in range(halvings):
        y, z = root, np.eye(3)
        for _ in range(20):
            y, z = (y + np.linalg.inv(z)) / 2, (z + np.linalg.inv(y)) / 2
        root = y
    rest = root - np.eye(3)
    series = rest - rest @ rest / 2 + rest @ rest @ rest / 3
    return np.asarray(series * 2**halvings, np.float64)


def _exp(matrix: Matrix) -> Matrix:
    small, power, total = matrix / 2**10, np.eye(3), np.eye(3)
    for order in range(1, 8):
        power = power @ small / order
        total = total + power
    for _ in range(10):
        total = total @ total
    return np.asarray(total / total[2, 2], np.float64)


def _smooth(value: Any) -> Single:
    held = np.clip(value, 0, 1)
    return np.asarray(held * held * (3 - 2 * held), np.float32)
