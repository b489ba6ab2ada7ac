"""What can be read from a style picture without knowing what it shows: its manner.

All sizes are shares of the style picture's height.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from afterframe.imaging.flow import displaced
from afterframe.imaging.tensor import structure_tensor, tangents

Single = NDArray[np.float32]

SIDE = 512
"""Longer side at which a style picture is looked at."""
STROKE_SIGMA = 5.0
"""Pixels, at that size: what is finer belongs to strokes, what is coarser to the picture."""
FINE_SIGMA = 1.0
"""Pixels: what is finer belongs to bristles and canvas."""
SAMPLES = 6000
"""Pixels of a style picture that are kept as examples of its strokes and colours."""
INKS = 10
"""Colours of a palette."""
EVEN = 3.0
"""ΔE: standard deviation in a window of 9 pixels below which a place is even."""
EVEN_SHARE = (0.12, 0.36)
"""Of a picture: below the first it is brushwork, from the second on there are areas. A van Gogh
has 0.03, a wood-cut of Hokusai's 0.38; photographs and smooth old masters have areas too."""
INK_ERROR = (2.4, 3.2)
"""Median ΔE from the next ink of the palette in even places: below the first they are of a few
inks, above the second they are shaded. The wood-cut has 2.1, photographs have 2.9 to 5."""
ONE_COLOUR = 1.5
"""Standard deviation of a picture (Lab units) below which there is no manner to be read."""

_UNSET: Any = None  # an argument of OpenCV that its type stubs want, and that may be left out


@dataclass(frozen=True)
class Manner:
    """How a picture is painted.

    Attributes:
        width: of its strokes, a share of its height.
        length: of its strokes, likewise.
        bristle: how uneven the paint within a stroke is, standard deviation of L.
        coherence: how plainly its strokes run, 0 to 1.
        flat: 0 (brushwork everywhere) to 1 (even areas).
        contour: how dark its lines are, L units; 0: it has none.
        contour_width: of these lines.
        contour_colour: (3,) float32, Lab.
        grounds: (n, 3) float32, Lab: colours of places, softened.
        residues: (n, 3) float32, Lab: what the strokes at these places have beside them.
        inks: (k, 3) float32, Lab: its palette.
        colours: (n, 3) float32, Lab: a sample of its pixels.
    """

    width: float
    length: float
    bristle: float
    coherence: float
    flat: float
    contour: float
    contour_width: float
    contour_colour: Single
    grounds: Single
    residues: Single
    inks: Single
    colours: Single

    @property
    def kind(self) -> Literal["painterly", "flat", "colour"]:
        """What it is told as: brushwork, flat areas, or nothing but a colour."""
        if float(self.colours.std(0).max()) < ONE_COLOUR:
            return "colour"
        return "flat" if self.flat >= 0.5 else "painterly"


def read_manner(picture: Single, seed: int = 0) -> Manner:
    """Return the manner of a style picture.

    Args:
        picture: (h, w, 3) float32, display-referred RGB in [0, 1], of any size.
        seed: which of its pixels are kept as examples.
    """
    rng = np.random.default_rng(seed)
    lab = lab_of(_looked_at(picture))
    light = np.ascontiguousarray(lab[..., 0])
    height = light.shape[0]
    fine = lab - _blurred(lab, FINE_SIGMA)
    ground = _blurred(lab, STROKE_SIGMA)
    residue = _blurred(lab, FINE_SIGMA) - ground
    width = _stroke_width(light)
    length, coherence = _stroke_length(light)
    contour, contour_width, contour_colour = _contours(lab)
    picked = rng.permutation(light.size)[:SAMPLES]
    colours = lab.reshape(-1, 3)[picked]
    inks = _inks(colours)
    return Manner(
        width=width / height,
        length=max(length, 2 * width) / height,
        bristle=float(fine[..., 0].std()),
        coherence=coherence,
        flat=_flatness(lab, inks),
        contour=contour,
        contour_width=contour_width / height,
        contour_colour=contour_colour,
        grounds=ground.reshape(-1, 3)[picked],
        residues=residue.reshape(-1, 3)[picked],
        inks=inks,
        colours=colours,
    )


def mixed(manners: Sequence[Manner], weights: Sequence[float]) -> Manner:
    """Return the manner between several, by their weights (relative to each other)."""
    share = np.asarray(weights, np.float64) / sum(weights)
    if len(manners) == 1:
        return manners[0]

    def mean(name: str) -> float:
        return float(sum(s * getattr(m, name) for s, m in zip(share, manners, strict=True)))

    def ratio_mean(name: str) -> float:
        logs = [np.log(getattr(m, name)) for m in manners]
        return float(np.exp(np.dot(share, logs)))

    def pooled(name: str) -> Single:
        parts = [
            getattr(m, name)[: max(1, round(s * len(getattr(m, name))))]
            for s, m in zip(share, manners, strict=True)
        ]
        return np.concatenate(parts)

    colours = pooled("colours")
    # Where one of them has no lines, the others' ink still draws those that there are.
    lined = [max(1e-6, s * m.contour) for s, m in zip(share, manners, strict=True)]
    ink = sum(w * m.contour_colour for w, m in zip(lined, manners, strict=True)) / sum(lined)
    return Manner(
        width=ratio_mean("width"),
        length=ratio_mean("length"),
        bristle=mean("bristle"),
        coherence=mean("coherence"),
        flat=mean("flat"),
        contour=mean("contour"),
        contour_width=ratio_mean("contour_width"),
        contour_colour=np.asarray(ink, np.float32),
        grounds=pooled("grounds"),
        residues=pooled("residues"),
        inks=_inks(colours),
        colours=colours,
    )


def lab_of(rgb: Single) -> Single:
    """Return CIE Lab (L to 100) of display-referred RGB, (h, w, 3)."""
    return np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB), np.float32)


def rgb_of(lab: Single) -> Single:
    """Return display-referred RGB of CIE Lab, (h, w, 3) or (n, 3), clipped to [0, 1]."""
    if not lab.size:
        return lab.astype(np.float32)
    rows = np.ascontiguousarray(lab, np.float32)
    out: Any = cv2.cvtColor(rows.reshape(-1, lab.shape[-2], 3), cv2.COLOR_LAB2RGB)
    return np.clip(np.asarray(out, np.float32), 0, 1).reshape(lab.shape)


def _looked_at(picture: Single) -> Single:
    height, width = picture.shape[:2]
    by = SIDE / max(height, width)
    size = (max(16, round(width * by)), max(16, round(height * by)))
    method = cv2.INTER_AREA if by < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(picture, size, interpolation=method), np.float32)


def _stroke_width(light: Single) -> float:
    """Return the width at which most of the picture's fine contrast lies, in pixels."""
    scales = np.array([1.0, 2.0, 4.0, 8.0])
    levels = [light, *(_blurred(light, scale) for scale in scales)]
    energy = np.array([(a - b).std() for a, b in pairwise(levels)]) + 1e-6
    return 2 * float(np.exp((np.log(scales) * energy).sum() / energy.sum()))


def _stroke_length(light: Single) -> tuple[float, float]:
    """Return how far contrast stays alike along lines more than across, and how plain lines are."""
    detail = light - _blurred(light, 4)
    energy = float((detail * detail).mean()) + 1e-6
    along, plain = tangents(structure_tensor(light / 100, 2.5))
    across = np.dstack((-along[..., 1], along[..., 0]))

    def alike(direction: Single, distance: float) -> float:
        there = displaced(detail, (direction * np.float32(distance)).astype(np.float32))
        return float((detail * there).mean()) / energy

    gain = np.mean([alike(along, far) - alike(across, far) for far in (4, 8)])
    strong = np.abs(detail) > detail.std()
    coherence = float(plain[strong].mean()) if strong.any() else 0.0
    return float(np.clip(8 + 56 * max(0.0, float(gain)), 8, 48)), coherence


def _flatness(lab: Single, inks: Single) -> float:
    """Return how far a picture consists of even areas of few inks, 0 to 1."""
    soft = _blurred(lab, FINE_SIGMA)
    mean, square = cv2.blur(soft, (9, 9)), cv2.blur(soft * soft, (9, 9))
    even = np.maximum(0, square - mean * mean).sum(2) < EVEN**2
    if not even.any():
        return 0.0
    places = soft[even][:: max(1, int(even.sum()) // SAMPLES)]
    error = np.median(np.sqrt(np.square(places[:, None] - inks[None]).sum(2)).min(1))
    areas = np.clip((even.mean() - EVEN_SHARE[0]) / (EVEN_SHARE[1] - EVEN_SHARE[0]), 0, 1)
    few = np.clip((INK_ERROR[1] - error) / (INK_ERROR[1] - INK_ERROR[0]), 0, 1)
    return float(areas * few)


def _contours(lab: Single) -> tuple[float, float, Single]:
    """Return how dark thin dark lines are, how wide, and their colour."""
    light = np.ascontiguousarray(lab[..., 0])
    hats = []
    for side in (3, 5, 7, 9):
        kernel = np.ones((side, side), np.uint8)
        hats.append(np.asarray(cv2.morphologyEx(light, cv2.MORPH_BLACKHAT, kernel), np.float32))
    strong = float(np.percentile(hats[1], 97))
    lines = hats[1] >= max(strong, 1e-3)
    if not lines.any():
        return 0.0, 2.0, np.array([15.0, 0.0, 0.0], np.float32)
    growth = np.array([float(hat[lines].mean()) for hat in hats])
    # A line of n pixels is found whole by the first opening that is wider than it.
    width = float(np.interp(0.8, growth / growth[-1], [1.5, 3, 5, 7]))
    colour = np.asarray(np.median(lab[lines], axis=0), np.float32)
    return float(strong), width, colour


def _inks(colours: Single) -> Single:
    """Return a palette: the means of the colours' clusters, most frequent first."""
    count = min(INKS, len(np.unique(np.round(colours), axis=0)))
    cv2.setRNGSeed(1)
    criteria = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 20, 0.3)
    samples = np.ascontiguousarray(colours, np.float32)
    found: Any = cv2.kmeans(samples, count, _UNSET, criteria, 3, cv2.KMEANS_PP_CENTERS)
    order = np.argsort(-np.bincount(found[1].ravel(), minlength=count), kind="stable")
    return np.asarray(found[2][order], np.float32)


def _blurred(picture: Single, sigma: float) -> Single:
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), np.float32)
