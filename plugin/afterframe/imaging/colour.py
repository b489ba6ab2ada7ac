"""The colours of pictures: what they are, and how those of one become those of others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from .lut import USUAL_NODES, Table, build_table

Single = NDArray[np.float32]

SAMPLE_SIDE = 160
"""Colours of a picture are read from a thumbnail of about so many pixels squared."""
ROUNDS = 20
"""Random turns of the transport; the last ones move colours by less than 1 of 255."""
STRIDE = 0.7
"""Share of the way that each turn goes."""
QUANTILES = 256

LAB_LOW, LAB_HIGH = (0.0, -100.0, -100.0), (100.0, 100.0, 100.0)
LATTICE = 17
"""Nodes a side of the lattice in CIE Lab on which moves are made smooth."""
SMOOTHING = (0.7, 1.5, 3.0, 8.0)
"""Sigmas, in nodes, of the sums that make it so: each is used where the finer ones know little."""
FALL = 1e-4 ** (1 / 3)
"""How much less a sigma counts than one that is a node smaller."""


def sampled(picture: Single) -> Single:
    """Return the colours of a thumbnail of a picture.

    Args:
        picture: (h, w, 3) float32.

    Returns:
        (n, 3) float32.
    """
    height, width = picture.shape[:2]
    factor = SAMPLE_SIDE / max(SAMPLE_SIDE, (height * width) ** 0.5)
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    small: Any = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float32).reshape(-1, 3)


def transfer_table(
    colours: Single,
    references: Sequence[Single],
    weights: Sequence[float] | None = None,
    *,
    strength: float = 1.0,
    seed: int = 0,
    nodes: int = USUAL_NODES,
) -> Table:
    """Return the table that gives a picture the colours of others.

    Args:
        colours: (n, 3) float32 RGB in [0, 1] of the picture, or of several of one clip.
        references: the same of each picture that is taken for a model, at least one.
        weights: how much each counts, any positive scale; None counts all alike.
        strength: 0 (as it was) to 1.
        seed: of the random turns.
        nodes: of the table.

    Colours that the picture does not have are moved as the nearest ones that it has.
    """
    clouds = [_lab(reference) for reference in references]
    shares = np.ones(len(clouds)) if weights is None else np.asarray(weights, np.float64)
    from_lab = _lab(colours)
    to_lab = transported(from_lab, clouds, (shares / shares.sum()).tolist(), seed)
    moves = _moves(from_lab, to_lab - from_lab)

    def change(rgb: Single) -> Single:
        lab = _lab(rgb)
        moved = lab + np.float32(strength) * _at(moves, lab)
        back: Any = cv2.cvtColor(moved[None], cv2.COLOR_LAB2RGB)[0]
        return np.asarray(back.clip(0, 1), np.float32)

    return build_table(change, nodes)


def transported(
    cloud: Single, references: Sequence[Single], weights: Sequence[float], seed: int = 0
) -> Single:
    """Return the points of a cloud moved so that they lie as those of the references do.

    Args:
        cloud: (n, 3) float32.
        references: each (m, 3) float32.
        weights: of each, of sum 1: of several the result is the barycentre.
        seed: of the random turns.

    Source: Rabin et al., Wasserstein Barycenter and its Application to Texture Mixing, 2011:
    along any axis the transport is that of sorted values, and axes are taken in random turns.
    """
    random = np.random.default_rng(seed)
    steps = np.linspace(0, 1, QUANTILES)
    points: Single = cloud.astype(np.float32)
    for _ in range(ROUNDS):
        turn = np.linalg.qr(random.standard_normal((3, 3)))[0].astype(np.float32)
        turned, models = points @ turn, [reference @ turn for reference in references]
        for axis in range(3):
            now = np.quantile(turned[:, axis], steps)
            wanted = sum(
                weight * np.quantile(model[:, axis], steps)
                for weight, model in zip(weights, models, strict=True)
            )
            turned[:, axis] += STRIDE * np.interp(turned[:, axis], now, wanted - now)
        points = np.asarray(turned @ turn.T, np.float32)
    return points


def _lab(rgb: Single) -> Single:
    return np.asarray(cv2.cvtColor(rgb.reshape(1, -1, 3), cv2.COLOR_RGB2LAB)[0], np.float32)


def _nodes(lab: Single) -> NDArray[np.float64]:
    """Return where colours stand on the lattice, in nodes."""
    low, high = np.array(LAB_LOW), np.array(LAB_HIGH)
    return np.asarray(((lab - low) / (high - low)).clip(0, 1) * (LATTICE - 1))


def _moves(lab: Single, move: Single) -> Table:
    """Return the moves on the lattice (L, a, b, 3), smooth, and continued to unseen colours."""
    cells = np.rint(_nodes(lab)).astype(np.intp)
    index = np.ravel_multi_index(tuple(cells.T), (LATTICE,) * 3)
    sums = [np.bincount(index, weights, LATTICE**3) for weights in (None, *move.T)]
    seen = np.stack(sums, axis=-1).astype(np.float64).reshape(*(LATTICE,) * 3, 4)
    total = np.zeros_like(seen)
    for sigma in SMOOTHING:
        total += FALL**sigma * _blurred(seen, sigma)
    return np.asarray(total[..., 1:] / np.maximum(total[..., :1], 1e-30), np.float32)


def _blurred(values: NDArray[np.float64], sigma: float) -> NDArray[np.float64]:
    """Return (n, n, n, c) blurred along its first three axes, without a mean's normalisation."""
    reach = np.arange(-(LATTICE - 1), LATTICE)
    kernel = np.exp(-(reach**2) / (2 * sigma**2))
    nodes = np.arange(LATTICE)
    spread = (kernel / kernel.sum())[np.subtract.outer(nodes, nodes) + LATTICE - 1]
    out = np.einsum("ai,bj,ck,ijkx->abcx", spread, spread, spread, values, optimize=True)
    return np.asarray(out)


def _at(moves: Table, lab: Single) -> Single:
    """Return the moves of colours, trilinearly."""
    where = _nodes(lab)
    lower = np.minimum(where.astype(np.intp), LATTICE - 2)
    share = where - lower
    out = np.zeros_like(lab)
    for corner in np.ndindex(2, 2, 2):
        weight = np.prod(np.where(corner, share, 1 - share), axis=1)
        out += weight[:, None] * moves[tuple((lower + corner).T)]
    return np.asarray(out, np.float32)
