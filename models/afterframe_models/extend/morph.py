"""From the frame at a joint into a run of real frames, without showing both at once.

Two takes of every made frame are at hand: the frame at the joint, coasting (``coast``), and the
run's own frame. A flow between joint and run, measured once and then carried along by the motion
of both, tells where each piece of matter is in either take. Both are warped into one geometry
that leaves the coasting one with its velocity and settles into the run's; so they lie on one
another, and each part of the picture can change from one to the other within a frame, at the
moment at which that is seen least (``switch``). Nothing is cross-faded that differs: a mixture
of two poses would be a ghost. What is left of the offset then fades out in the run alone.

The idea of keeping one take and letting the offset to the other decay is that of inertial blending
(Bollo, Inertialization, GDC 2018), there for poses of a skeleton.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from afterframe.imaging.flow import (
    Flow,
    Grey,
    displaced,
    flow_at,
    flow_both_ways,
    flow_to,
)

from .coast import Coast, velocity, without_noise
from .switch import switch_times

Single = NDArray[np.float32]

SHORTEST, LONGEST = 8, 32
"""Frames in which the geometry settles into the run's."""
FRAMES_PER_SAMPLE = 1.5
"""How many more it takes for each sample of the small picture that matter is off."""
LAST_SWITCH = 8
"""By this frame every part shows the run: later the coasting one has nothing to say."""
DIFFERENT = 12.0
"""Grey levels of 255 by which two takes differ visibly. Below, they are mixed over some frames;
above, a part changes within one."""
SOFTEST, HARDEST = 3.0, 0.01
"""Frames over which parts that do not differ, and those that do, are mixed."""
WINDOW, NEAR = (7, 7), (5, 5)
LIGHT_WINDOW = (61, 61)
"""Samples over which a difference is one of light, not of matter."""
AROUND = (15, 15)
"""Samples around a place over which a flow must bring both pictures nearer to be believed."""
UNDONE = 3.0
"""Samples by which the way there and back may miss; and half of the way's length."""


@dataclass(frozen=True)
class Meeting:
    """How two frames lie on one another.

    Attributes:
        offset: where the first's matter is in the second, (h, w, 2) in samples; zero where no
            flow makes them more alike.
        trust: how much it is believed, 0 to 1.
        unlike: grey levels by which they then still differ, local mean, slow changes of light
            left out.
    """

    offset: Flow
    trust: Single
    unlike: Single


@dataclass(frozen=True)
class Moment:
    """One made frame of a morph, on the grid of the small pictures.

    Attributes:
        first: where the coasting frame is sampled: displacement from each place; None: not any
            more.
        second: likewise of the run's frame.
        share: weight of the run's frame, 0 to 1.
        unlike: grey levels by which the two warped takes differ.
    """

    first: Flow | None
    second: Flow
    share: Single
    unlike: Single


def meet(first: Grey, second: Grey, *, fine: bool = True) -> Meeting:
    """Return how two small pictures lie on one another.

    Args:
        first: the one at the joint.
        second: the one in whose place it stands, of the same size.
        fine: measured down to single samples; else four times faster.
    """
    forward, backward = (_fine_flow if fine else flow_both_ways)(first, second)
    soft = _smooth(forward, 1.5)
    still, moved = _unlike(first, second), _unlike(first, _sampled(second, soft))
    helps = np.clip(cv2.blur(still, AROUND) - cv2.blur(moved, AROUND) + 1, 0, 1)
    undone = np.hypot(*cv2.split(forward + displaced(backward, forward)))
    agrees = np.exp(-np.square(undone / (UNDONE + 0.5 * np.hypot(*cv2.split(forward)))))
    trust = np.asarray(cv2.GaussianBlur(helps * agrees, (0, 0), 2), np.float32)
    offset = without_noise(np.asarray(soft * trust[..., None], np.float32))
    return Meeting(offset, trust, _unlike(first, _sampled(second, offset)))


def length_for(meeting: Meeting, most: int, smaller: int = 1) -> int:
    """Return in how many frames the geometry should settle.

    Args:
        meeting: at the joint.
        most: so many at most.
        smaller: how many times smaller than usual its pictures are.
    """
    far = smaller * float(np.percentile(np.hypot(*cv2.split(meeting.offset)), 98))
    return max(1, min(most, LONGEST, round(SHORTEST + FRAMES_PER_SAMPLE * far)))


def morph(
    past: Sequence[Grey], run: Sequence[Grey], length: int, meeting: Meeting | None = None
) -> list[Moment]:
    """Return what the frames of a morph are made of, the first right after the joint.

    Args:
        past: small pictures up to the one at the joint.
        run: the one in whose place the joint's stands, and the ``length`` that are shown.
        length: frames until the geometry is the run's; ``length_for``.
        meeting: of the last of ``past`` and the first of ``run``, where it is known already.
    """
    coast = Coast(velocity(past))
    meeting = meeting or meet(past[-1], run[0])
    offset, trust = meeting.offset, meeting.trust
    stages: list[tuple[Flow, Flow, Grey, Grey]] = []
    for frame in range(1, length + 1):
        offset, trust = _followed(offset, trust, coast, run[frame - 1 : frame + 1], frame)
        bend = settled(frame / (length + 1))
        placed = flow_at(offset, bend)
        second = np.asarray((1 - bend) * placed, np.float32)
        seen_through = np.asarray(-bend * placed, np.float32)
        first = seen_through + displaced(coast.back(frame), seen_through)
        stages.append((first, second, _sampled(past[-1], first), _sampled(run[frame], second)))
    return _moments(stages)


def settled(time: float) -> float:
    """Return how far what sets out and comes to rest has settled, 0 to 1, at a time 0 to 1."""
    return time * time * time * (time * (6 * time - 15) + 10)


def _moments(stages: Sequence[tuple[Flow, Flow, Grey, Grey]]) -> list[Moment]:
    last = min(LAST_SWITCH, len(stages))
    unlike = np.stack([_unlike(a, b) for _, _, a, b in stages[:last]])
    times = switch_times(unlike)
    moments = []
    for frame, (first, second, a, b) in enumerate(stages, start=1):
        if frame > last:
            whole = np.ones(second.shape[:2], np.float32)
            moments.append(Moment(None, second, whole, np.zeros_like(whole)))
            continue
        share = np.clip((frame - times + 0.5) / _softness(a, b) + 0.5, 0, 1)
        if frame == last:
            share = np.ones_like(share)
        moments.append(Moment(first, second, share.astype(np.float32), unlike[frame - 1]))
    return moments


def _softness(first: Grey, second: Grey) -> Single:
    """Return over how many frames each place is mixed: what differs near it, changes at once."""
    nearest = cv2.dilate(_apart(first, second), np.ones(NEAR, np.uint8))
    alike = np.clip(2 - 2 * nearest / DIFFERENT, 0, 1)
    return np.asarray(HARDEST + (SOFTEST - HARDEST) * alike, np.float32)


def _followed(
    offset: Flow, trust: Single, coast: Coast, run: Sequence[Grey], frame: int
) -> tuple[Flow, Single]:
    """Carry the offset to the next frame, with the motion of both takes."""
    coasting = displaced(coast.gone(frame) - coast.gone(frame - 1), coast.back(frame))
    back = -coasting
    offset, trust = displaced(offset, back), displaced(trust, back)
    moving = without_noise(_smooth(flow_to(run[0], run[1]), 1.0))
    moving = displaced(moving, back + offset)
    if frame > LAST_SWITCH:  # nothing coasts any more: the rest only travels with the run
        travelled = displaced(offset, -moving)
        return travelled, trust
    apart = (moving - coasting) * trust[..., None]
    return np.asarray(offset + apart, np.float32), trust


def _sampled(grey: Grey, displacement: Flow) -> Grey:
    return np.asarray(displaced(grey, displacement), np.uint8)


def _unlike(first: Grey, second: Grey) -> Single:
    """Return the local mean difference in grey levels, slow changes of light left out."""
    return np.asarray(cv2.blur(_apart(first, second), WINDOW), np.float32)


def _apart(first: Grey, second: Grey) -> Single:
    """Return by how many grey levels each sample differs, slow changes of light left out."""
    apart = second.astype(np.float32) - first
    apart -= np.median(apart)
    slow = cv2.blur(np.clip(apart, -DIFFERENT, DIFFERENT), LIGHT_WINDOW)
    return np.asarray(np.abs(apart - slow), np.float32)


def _smooth(flow: Flow, sigma: float) -> Flow:
    soft: Any = cv2.GaussianBlur(flow, (0, 0), sigma)
    return np.asarray(soft, np.float32)


def _fine_flow(first: Grey, second: Grey) -> tuple[Flow, Flow]:
    """Return the flows both ways, measured down to single samples.

    The search stops at half the size it is given: pictures of twice the size make it go on. Three
    decibels between a frame and its match, warped (six clips).
    """
    height, width = first.shape
    large = [cv2.resize(each, (2 * width, 2 * height)) for each in (first, second)]
    ways = flow_both_ways(*(np.asarray(each, np.uint8) for each in large))
    small = [cv2.resize(way, (width, height), interpolation=cv2.INTER_AREA) for way in ways]
    forward, backward = (np.asarray(0.5 * way, np.float32) for way in small)
    return forward, backward
