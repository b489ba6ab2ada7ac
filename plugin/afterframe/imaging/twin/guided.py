"""Twin of ``imaging.guided``."""

from __future__ import annotations

from torch import Tensor

from .filters import boxed


def guided_filter(guide: Tensor, picture: Tensor, radius: int, epsilon: float) -> Tensor:
    """Return ``picture`` smoothed where ``guide`` is smooth; see the twin."""

    def mean(values: Tensor) -> Tensor:
        return boxed(values, 2 * radius + 1, "reflect")

    mean_guide, mean_picture = mean(guide), mean(picture)
    covariance = mean(guide * picture) - mean_guide * mean_picture
    variance = mean(guide * guide) - mean_guide * mean_guide
    slope = covariance / (variance + epsilon)
    offset = mean_picture - slope * mean_guide
    return mean(slope) * guide + mean(offset)
