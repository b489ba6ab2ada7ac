"""Where the matter of one shot's last picture is in another shot's first one.

A second may lie between the two, so matter has moved far, and dense flow alone is led astray.
Several guesses are made first: nothing has moved; the camera has (a similarity between matched
features, and a second and third one among those that the first does not explain: subjects); all
has gone on as it did before and after the gap. Each guess is applied, what remains is measured by
dense flow, and place by place the guess is taken that makes the two pictures agree best. What is
not found, or not found again on the way back, is told as unsure, and moves as the sure matter
around it does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from afterframe.imaging import cuts
from afterframe.imaging.fill import filled
from afterframe.imaging.flow import Flow, Grey, displaced, flow_both_ways, places
from afterframe_models.ahead import made_ahead

Single = NDArray[np.float32]

LAYERS = 3
"""Similarities looked for among matched features: the camera's, and those of large subjects."""
FEATURES = 1500
FEATURES_OF_A_LAYER = 12
RATIO = 0.8
"""Lowe's ratio test (IJCV 2004), whose usual value this is."""
REACH = 3.0
"""Pixels within which a feature follows a similarity."""
WINDOW = (15, 15)
"""Samples over which pictures are compared."""
UNDONE = 3.0
"""Samples by which a flow may miss its way back and still be rather sure."""
UNLIKE = 14.0
"""Grey levels of difference, likewise."""
CHANCE = (15, 15)
"""Samples below which a region that fits among others that do not fits by chance."""
UNSURE = 0.3
"""Sureness below which a place counts as not found."""
SMALLEST_REGION = 0.002
REGIONS = 3
"""Share of the picture, and number, of regions that are looked for as wholes."""
FOUND = 0.5
"""Correlation from which such a region counts as found."""
FLAT = 16.0
"""Grey levels between the quartiles below which they tell of no contrast."""
BETTER, WHOLE, KNOWN = 1.0, 4.0, 8.0
"""Grey levels by which another guess must win; by which a shift of a whole region must, and by
which more where a flow is sure."""
ISLAND = 15
"""Samples below which a region of another guess is none: a median's window."""


@dataclass(frozen=True)
class Match:
    """What was found between two pictures.

    Attributes:
        greys: both, the second's brightness brought to the first's.
        flows: first -> second and second -> first, smooth where they are unsure.
        sure: (h, w) each, 0 to 1, how sure they are, on the first's and the second's grid.
    """

    greys: tuple[Grey, Grey]
    flows: tuple[Flow, Flow]
    sure: tuple[Single, Single]


def match(
    first: Grey, second: Grey, coasts: Sequence[tuple[Flow, Flow]], threads: int = 1
) -> Match:
    """Return what lies between two pictures that may be far apart.

    Args:
        first: (h, w) uint8, display-referred.
        second: of the same size.
        coasts: guesses of where the first's matter is in the second if all went on as it did,
            and of the way back: (h, w, 2) each, one pair at least.
        threads: in which guesses are measured, each in one.
    """
    second = _as_bright(second, first)
    still = np.zeros_like(coasts[0][0])
    guesses = [(still, still), *_layers(first, second)]
    camera = min(guesses, key=lambda guess: _median_difference(first, second, guess[0]))

    def measured(guess: tuple[Flow, Flow]) -> tuple[Flow, Flow]:
        return _measured(first, second, *guess)

    found = [camera, *made_ahead(measured, (*guesses, *coasts), threads)]
    flows, sure = _chosen(first, second, found)
    shifts = _shifts(first, second, sure) + _steady(coasts, camera, sure)
    if shifts:
        ways = ((shift, -shift) for shift in shifts)
        found = [flows, *made_ahead(measured, ways, threads)]
        flows, sure = _chosen(first, second, found, sure)
    smooth = (filled(flows[0], sure[0] ** 2), filled(flows[1], sure[1] ** 2))
    return Match((first, second), smooth, sure)


def likeness(found: Match) -> float:
    """Return how alike both pictures are, each moved onto the other, -1 to 1.

    See ``imaging.cuts.likeness``; gain and offset do not count.
    """
    first, second = found.greys
    pairs = (
        (first, displaced(second, found.flows[0])),
        (second, displaced(first, found.flows[1])),
    )
    return min(
        cuts.likeness(cuts.thumbnail(a).astype(np.float32), cuts.thumbnail(b).astype(np.float32))
        for a, b in pairs
    )


def local_mean(picture: Single) -> Single:
    """Return the mean around each place."""
    return np.asarray(cv2.blur(picture, WINDOW), np.float32)


def _as_bright(grey: Grey, like: Grey) -> Grey:
    """Bring a picture's usual brightness and contrast to another's: shots differ in exposure.

    By the middle half of the levels: a white car that comes or goes is no exposure.
    """
    low, middle, high = np.percentile(grey, (25, 50, 75))
    wanted_low, wanted, wanted_high = np.percentile(like, (25, 50, 75))
    gain = 1.0
    if min(high - low, wanted_high - wanted_low) > FLAT:
        gain = float(np.clip((wanted_high - wanted_low) / (high - low), 0.5, 2.0))
    brought = (grey.astype(np.float32) - middle) * gain + wanted
    return np.asarray(np.clip(np.rint(brought), 0, 255), np.uint8)


def _median_difference(first: Grey, second: Grey, flow: Flow) -> float:
    return float(np.median(_difference(first, second, flow)))


def _layers(first: Grey, second: Grey) -> Iterator[tuple[Flow, Flow]]:
    """Yield flows, and back, of the similarities that many matched features follow."""
    here, there = _matched(first, second)
    for _ in range(LAYERS):
        if len(here) < FEATURES_OF_A_LAYER:
            return
        found, inliers = cv2.estimateAffinePartial2D(
            here, there, method=cv2.RANSAC, ransacReprojThreshold=REACH, maxIters=2000
        )
        if found is None or inliers.sum() < FEATURES_OF_A_LAYER:
            return
        back = cv2.invertAffineTransform(found)
        yield _affine_flow(found, first.shape), _affine_flow(back, first.shape)
        rest = inliers.ravel() == 0
        here, there = here[rest], there[rest]


def _matched(first: Grey, second: Grey) -> tuple[Single, Single]:
    """Return the places of features that are in both pictures, (n, 2) each."""
    nothing = np.empty((0, 2), np.float32)
    search = cv2.SIFT.create(nfeatures=FEATURES)
    (a, about_a), (b, about_b) = (search.detectAndCompute(g, None) for g in (first, second))
    if about_a is None or about_b is None or min(len(a), len(b)) < 2:
        return nothing, nothing
    nearest = cv2.BFMatcher(cv2.NORM_L2).knnMatch(about_a, about_b, k=2)
    good = [m for m, other in nearest if m.distance < RATIO * other.distance]
    if not good:
        return nothing, nothing
    here = np.array([a[m.queryIdx].pt for m in good], np.float32)
    there = np.array([b[m.trainIdx].pt for m in good], np.float32)
    return here, there


def _affine_flow(matrix: NDArray[Any], shape: tuple[int, ...]) -> Flow:
    grid = places(*shape[:2])
    return np.asarray(cv2.transform(grid, matrix) - grid, np.float32)


def _measured(first: Grey, second: Grey, guess: Flow, back: Flow) -> tuple[Flow, Flow]:
    """Return both flows, begun with a guess and its way back."""
    rest, rest_back = flow_both_ways(first, displaced(second, guess))
    return rest + displaced(guess, rest), back + displaced(rest_back, back)


def _chosen(
    first: Grey,
    second: Grey,
    found: Sequence[tuple[Flow, Flow]],
    known: tuple[Single, Single] | tuple[None, None] = (None, None),
) -> tuple[tuple[Flow, Flow], tuple[Single, Single]]:
    """Return the best of flows found, both ways, and how sure they are."""
    forward = _best(first, second, [each[0] for each in found], known[0])
    backward = _best(second, first, [each[1] for each in found], known[1])
    sure = (
        _sureness(first, second, forward, backward),
        _sureness(second, first, backward, forward),
    )
    return (forward, backward), sure


def _shifts(first: Grey, second: Grey, sure: tuple[Single, Single]) -> list[Flow]:
    """Return by how far what was not found in one picture may have moved in the other.

    Regions of either are looked for as wholes among what was not found in the other.
    """
    there = [_shift(first, second, box, sure) for box in _regions(sure[0])]
    back = [_shift(second, first, box, sure[::-1]) for box in _regions(sure[1])]
    shifts = [s for s in there if s] + [(-s[0], -s[1]) for s in back if s]
    return [np.full((*first.shape, 2), shift, np.float32) for shift in shifts]


def _steady(
    coasts: Sequence[tuple[Flow, Flow]], camera: tuple[Flow, Flow], sure: tuple[Single, Single]
) -> list[Flow]:
    """Return by how far what was not found would have moved as a whole at its own speed."""
    shifts = []
    for there, back in coasts:
        shifts += [_usual_way(there, camera[0], box) for box in _regions(sure[0])]
        shifts += [-_usual_way(back, camera[1], box) for box in _regions(sure[1])]
    return [
        np.broadcast_to(shift, camera[0].shape).copy()
        for shift in shifts
        if np.hypot(*shift) > REACH
    ]


def _usual_way(flow: Flow, camera: Flow, box: tuple[int, int, int, int]) -> NDArray[np.float32]:
    """Return the median way of what moves in a region otherwise than the camera does."""
    left, top, width, height = box
    part = np.s_[top : top + height, left : left + width]
    ways = flow[part].reshape(-1, 2)
    apart = np.hypot(*(flow[part] - camera[part]).reshape(-1, 2).T)
    return np.asarray(np.median(ways[apart >= np.percentile(apart, 75)], axis=0), np.float32)


def _regions(sure: Single) -> list[tuple[int, int, int, int]]:
    """Return the boxes (left, top, width, height) of the largest regions that are unsure."""
    unsure = (sure < UNSURE).astype(np.uint8)
    count, _, boxes, _ = cv2.connectedComponentsWithStats(unsure)
    large = [box for box in boxes[1:count] if box[4] > SMALLEST_REGION * sure.size]
    large.sort(key=lambda box: -box[4])
    return [(int(x), int(y), int(w), int(h)) for x, y, w, h, _ in large[:REGIONS]]


def _shift(
    here: Grey, there: Grey, box: tuple[int, int, int, int], sure: tuple[Single, Single]
) -> tuple[int, int] | None:
    """Return how far a region has moved, None where it is not found."""
    left, top, width, height = box
    if min(width, height) < WINDOW[0]:
        return None
    what = here[top : top + height, left : left + width]
    unsure = 1 - sure[0][top : top + height, left : left + width]
    weight = np.clip(unsure * _contrast(what) / FLAT, 0.02, 1)
    # It may have left the picture by half.
    beside, above = width // 2, height // 2
    wide = cv2.copyMakeBorder(there, above, above, beside, beside, cv2.BORDER_REPLICATE)
    likeness = cv2.matchTemplate(wide, what, cv2.TM_CCOEFF_NORMED, mask=weight)
    likeness = np.nan_to_num(likeness, nan=-1, posinf=-1, neginf=-1)
    _, best, _, place = cv2.minMaxLoc(likeness)
    if best < FOUND:
        return None
    return place[0] - beside - left, place[1] - above - top


def _contrast(grey: Grey) -> Single:
    """Return the standard deviation around each place: what is plain fits everywhere."""
    values = grey.astype(np.float32)
    variance = local_mean(values**2) - local_mean(values) ** 2
    return np.asarray(np.sqrt(np.maximum(variance, 0)), np.float32)


def _best(first: Grey, second: Grey, flows: Sequence[Flow], known: Single | None = None) -> Flow:
    """Return, place by place, the flow that makes the pictures agree best.

    The first of them stands unless another is clearly better; the more so where it is ``known``.
    """
    handicap = BETTER if known is None else WHOLE + KNOWN * known
    least = _difference(first, second, flows[0])
    label = np.zeros(first.shape, np.uint8)
    for number, flow in enumerate(flows[1:], 1):
        cost = _difference(first, second, flow) + handicap
        label[cost < least] = number
        least = np.minimum(least, cost)
    label = np.asarray(cv2.medianBlur(label, ISLAND), np.uint8)
    best = flows[0].copy()
    for number, flow in enumerate(flows):
        best[label == number] = flow[label == number]
    return best


def _difference(first: Grey, second: Grey, flow: Flow) -> Single:
    """Return the local mean difference of a picture and another moved onto it."""
    moved = displaced(second, flow)
    height, width = first.shape
    x, y = cv2.split(places(height, width) + flow)
    outside = (x < 0) | (y < 0) | (x > width - 1) | (y > height - 1)
    difference = cv2.absdiff(first, moved).astype(np.float32) + 20.0 * outside
    return local_mean(difference)


def _sureness(first: Grey, second: Grey, flow: Flow, back: Flow) -> Single:
    undone = np.hypot(*cv2.split(flow + displaced(back, flow))) / UNDONE
    unlike = _difference(first, second, flow) / UNLIKE
    sure = local_mean(np.exp(-(np.minimum(undone, 9) ** 2) - unlike**2).astype(np.float32))
    return np.asarray(cv2.morphologyEx(sure, cv2.MORPH_OPEN, np.ones(CHANCE, np.uint8)), np.float32)
