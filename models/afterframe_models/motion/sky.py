"""Where the sky is in a picture, and whether it is surely sky.

What may be sky is smooth in its finest detail (clouds are, walls of houses and trees are not),
bright, and reaches the picture's upper edge. That a plain wall does as well; so *sure* is only
what looks like one of three skies: **blue**, which is less blue where it is brighter, as clouds
before a blue ground are; **overcast**, grey, brighter than all below, with soft structure
everywhere - on walls and plates it stands in a few shadows - above a skyline that is no straight
line; and **sunset**, cool above and warm below. Numbers were read off 20 photographs, ten of
them of walls, plates, roads, pages and blurred backgrounds, and painted skies.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

Single = NDArray[np.float32]
Kind = Literal["none", "unsure", "blue", "overcast", "sunset"]

FINE_DETAIL = 0.011
"""Mean absolute detail of under two pixels, of 480, above which a place is no sky."""
LEAST_DETAIL, ROUGHER = 0.004, 2.5
"""That limit may be lower: so many times the sky's own 85th percentile, but not below."""
LEAST_AREA = 0.03
SURE_AREA = 0.06
"""Shares of the picture below which there is no sky, and none that is worth moving."""
LIVING = 0.0035
"""Median local contrast from which on a sky has clouds whose drift is seen."""


@dataclass(frozen=True)
class Sky:
    """What was found.

    Attributes:
        mask: (h, w) float32, 1 where sky may be, else 0.
        kind: ``none``; ``unsure``: it may as well be a wall; or which sky it is.
        living: it has clouds: a plain sky looks the same wherever it drifts.
    """

    mask: Single
    kind: Kind
    living: bool

    @property
    def is_sure(self) -> bool:
        """It is no wall."""
        return self.kind not in ("none", "unsure")


def find_sky(rgb: NDArray[np.float32]) -> Sky:
    """Return the sky of a picture.

    Args:
        rgb: (h, w, 3) float32, display-referred, in [0, 1], about 500 pixels on its longer side.
    """
    grey = _array(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY))
    sunset = _seen(rgb, grey, warm=True)
    return sunset if sunset.kind == "sunset" else _seen(rgb, grey, warm=False)


def _seen(rgb: NDArray[np.float32], grey: Single, *, warm: bool) -> Sky:
    smooth = _smooth_to_the_top(rgb, grey, warm=warm)
    if smooth.mean() < LEAST_AREA:
        return Sky(np.zeros(grey.shape, np.float32), "none", living=False)
    traits = _traits(rgb, grey, smooth)
    if traits is None:
        return Sky(_to_its_edges(rgb, smooth), "unsure", living=False)
    return Sky(_to_its_edges(rgb, smooth), _kind(traits), traits.contrast >= LIVING)


@dataclass(frozen=True)
class _Traits:
    """What tells skies from walls.

    ``top``, ``bottom``: shares of the picture's uppermost and lowest rows that it fills. ``blue``:
    mean of (b - r) / (r + g + b), ``blue_above`` and ``blue_below`` likewise of its upper and
    lower parts. ``grey_spread`` and ``blue_spread``: deviations beside a smooth gradient;
    ``agreement``: their correlation. ``contrast``: median of the local contrast, ``evenness``:
    that over its 90th percentile. ``skyline``: deviation of the lower border from a straight
    line, in heights of the picture.
    """

    area: float
    top: float
    bottom: float
    brightness: float
    brightness_of_rest: float
    blue: float
    blue_above: float
    blue_below: float
    blue_spread: float
    agreement: float
    contrast: float
    evenness: float
    skyline: float


def _kind(t: _Traits) -> Kind:
    if t.area < SURE_AREA:
        return "unsure"
    if t.blue > 0.02 and t.agreement < -0.6 and t.brightness > 0.35:
        return "blue"
    above_all = t.top > 0.95 and t.bottom < 0.01 and t.skyline > 0.015
    if above_all and t.blue > 0.08 and t.contrast < LIVING:
        return "blue"  # without a cloud
    if above_all and t.blue_above - t.blue_below > 0.12 and t.blue_below < -0.02:
        return "sunset" if t.brightness > 0.25 and t.evenness > 0.4 else "unsure"
    grey = abs(t.blue) < 0.03 and t.blue_spread < 0.012
    bright = t.brightness > max(0.6, 1.35 * t.brightness_of_rest)
    if above_all and grey and bright and t.evenness > 0.5:
        return "overcast"
    return "unsure"


def _smooth_to_the_top(rgb: NDArray[np.float32], grey: Single, *, warm: bool) -> Single:
    """Return 1 where it is smooth and bright and connected to the upper edge by such places."""
    detail = _blurred(np.abs(grey - _blurred(grey, 1.2)), 2.0)
    red, green, blue = cv2.split(rgb)
    hue = green < np.maximum(red, blue) + 0.03 if warm else blue > red - 0.03
    fit = hue & (rgb.max(axis=2) > 0.2)
    found = _from_the_top((detail < FINE_DETAIL) & fit)
    if not found.any():
        return found
    # A clear sky is far smoother than that: pale matter before it, a roof, a forehead, is not.
    own = float(np.percentile(detail[found > 0], 85)) * ROUGHER
    limit = min(max(own, LEAST_DETAIL), FINE_DETAIL)
    return _from_the_top((detail < limit) & fit)


def _from_the_top(fit: NDArray[np.bool_]) -> Single:
    opened: Any = cv2.morphologyEx(fit.astype(np.uint8), cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    _, labels = cv2.connectedComponents(opened)
    at_top = np.unique(labels[:4][opened[:4] > 0])
    return _array(np.isin(labels, at_top) & (opened > 0))


def _to_its_edges(rgb: NDArray[np.float32], smooth: Single) -> Single:
    """Return the mask grown to the edges that its smoothness kept away from, holes filled."""
    reach = np.ones((3, 3), np.uint8)
    mean, near = _mean_within(rgb, smooth, max(smooth.shape) / 40)
    alike = (np.abs(rgb - mean).max(axis=2) < 0.05) & (near > 1e-3)
    mask = smooth
    for _ in range(max(2, max(smooth.shape) // 80)):
        mask = np.maximum(mask, _array(cv2.dilate(mask, reach)) * alike)
    _, labels, stats, _ = cv2.connectedComponentsWithStats((mask < 0.5).astype(np.uint8))
    small = stats[:, cv2.CC_STAT_AREA] < 0.0008 * mask.size
    return _array(np.maximum(mask, small[labels] & alike))


def _traits(rgb: NDArray[np.float32], grey: Single, mask: Single) -> _Traits | None:
    height = mask.shape[0]
    side = np.ones((9, 9), np.uint8)
    padded = np.pad(mask, ((4, 0), (4, 4)), mode="edge")
    inner = _array(cv2.erode(padded, side))[4:, 4:-4]
    held = inner > 0
    if held.mean() < LEAST_AREA / 2:
        return None
    red, _, blue = cv2.split(rgb)
    blueness = (blue - red) / (rgb.sum(axis=2) + np.float32(0.05))
    light, hue = (_without_gradient(_blurred(v, 2.0), held) for v in (grey, blueness))
    contrast = _local_contrast(grey, inner)[held]
    strong = float(np.percentile(contrast, 90))
    rows = np.flatnonzero(held.any(axis=1))
    sixth = max(1, len(rows) // 6)
    rest = mask < 0.5
    return _Traits(
        area=float(mask.mean()),
        top=float(mask[min(2, height - 1)].mean()),
        bottom=float(mask[max(0, height - 3)].mean()),
        brightness=float(grey[held].mean()),
        brightness_of_rest=float(grey[rest].mean()) if rest.any() else 0.0,
        blue=float(blueness[held].mean()),
        blue_above=_mean_of(blueness, held, rows[:sixth]),
        blue_below=_mean_of(blueness, held, rows[-sixth:]),
        blue_spread=float(hue.std()),
        agreement=_correlation(light, hue),
        contrast=float(np.median(contrast)),
        evenness=float(np.median(contrast)) / max(strong, 1e-6),
        skyline=_skyline(mask),
    )


def _mean_of(values: Single, held: NDArray[np.bool_], rows: NDArray[Any]) -> float:
    return float(values[rows][held[rows]].mean())


def _correlation(a: Single, b: Single) -> float:
    if min(float(a.std()), float(b.std())) < 1e-3:
        return 0.0
    return float(np.corrcoef(a, b)[0, 1])


def _without_gradient(values: Single, held: NDArray[np.bool_]) -> Single:
    """Return held values less the smooth surface (of second order, of third downwards) in them."""
    rows, columns = values.shape
    y, x = (axis[::2, ::2][held[::2, ::2]] for axis in np.mgrid[:rows, :columns])
    y, x = y / rows, x / columns
    terms = np.stack((np.ones_like(x), x, y, x * x, y * y, x * y, y**3), axis=1)
    some = values[::2, ::2][held[::2, ::2]]
    factors = np.linalg.lstsq(terms, some.astype(np.float64), rcond=None)[0]
    return _array(some - terms @ factors)


def _local_contrast(grey: Single, inner: Single) -> Single:
    """Return the deviation, about each place, of structure between 2 and 12 pixels of 480."""
    soft = _blurred(grey, 2.0)
    wide, _ = _mean_within(soft[..., None], inner, 12)
    middle = (soft - wide[..., 0]) * inner
    squares, _ = _mean_within((middle * middle)[..., None], inner, 10)
    return _array(np.sqrt(squares[..., 0].clip(0)))


def _mean_within(values: NDArray[np.float32], mask: Single, sigma: float) -> tuple[Single, Single]:
    """Return the mean about each place of what lies within the mask, and how much does."""
    share = _blurred(mask, sigma)
    total = _blurred(values * mask[..., None], sigma).reshape(values.shape)
    return _array(total / np.maximum(share, 1e-4)[..., None]), share


def _skyline(mask: Single) -> float:
    """Return how far the mask's lower border is from one straight line, robustly."""
    height, width = mask.shape
    held = mask.max(axis=0) > 0
    if held.sum() < 8:
        return 0.0
    lowest = height - 1 - np.argmax(mask[::-1] > 0, axis=0)[held]
    places = np.flatnonzero(held) / width
    line = np.polyfit(places, lowest, 1)
    return float(np.mean(np.abs(lowest - np.polyval(line, places))) / height)


def _blurred(picture: NDArray[Any], sigma: float) -> Single:
    return _array(cv2.GaussianBlur(picture, (0, 0), sigma))


def _array(picture: Any) -> Single:
    return np.asarray(picture, np.float32)
