"""What the built-in engines stand on: milliseconds of each function, and of its twin on a device.

    .venv/bin/python -m tests.bench.ground [--height 1080] [--device cuda] [--media FOLDER] [--json]

One photograph, brought to 16:9 at the height asked for; strokes and smoothing are shares of the
height. Wall and CPU time are each the least of three runs. With --device (as torch names it; `cpu`
is one too) the twins are measured beside the functions, everything that goes up and down counted.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from afterframe.imaging.colour import sampled, transfer_table
from afterframe.imaging.fill import filled
from afterframe.imaging.flow import flow_at, flow_both_ways, reduced
from afterframe.imaging.guided import guided_filter
from afterframe.imaging.lines import Streamlines
from afterframe.imaging.lut import build_table, look_up
from afterframe.imaging.mover import Layer, mover_for
from afterframe.imaging.pairs import measured_pair
from afterframe.imaging.tensor import structure_tensor, tangents
from afterframe.imaging.warp import CoarseMap, node_places
from afterframe.media.frame import ColourTags, Frame, PixelFormat
from tests.bench.report import MEDIA, table

ROUNDS = 3
Single = NDArray[np.float32]
Ways = dict[str, Callable[[], Any]]
YUV420 = PixelFormat("yuv", 8, subsampling=(1, 1))


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    line = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    line.add_argument("--height", type=int, default=1080)
    line.add_argument("--device", default="", help="measure the twins there too")
    line.add_argument("--media", default=MEDIA)
    line.add_argument("--json", action="store_true", help="print the JSON line only")
    chosen = line.parse_args(arguments)
    picture = _picture(f"{chosen.media}/photo/tuebingen.jpg", chosen.height)
    rows = {name: _measured(work) for name, work in _functions(picture).items()}
    twins: dict[str, tuple[float, float]] = {}
    if chosen.device:
        twins = {name: _measured(work) for name, work in _twins(picture, chosen.device).items()}
    table(
        [f"at {picture.shape[1]} x {picture.shape[0]}", "ms", "ms CPU", chosen.device],
        [[name, *took, *twins.get(name, ("",))[:1]] for name, took in rows.items()],
        quiet=chosen.json,
    )
    figures = {
        "height": chosen.height,
        "ms": {name: round(took[0], 1) for name, took in rows.items()},
        "device": chosen.device,
        "device_ms": {name: round(took[0], 2) for name, took in twins.items()},
    }
    print(json.dumps({"bench": "ground", **figures, "ok": True}))
    return 0


def _functions(picture: Single) -> Ways:
    height, width = picture.shape[:2]
    step, sigma, length = _sizes(height)
    grey = np.rint(picture[..., 1] * 255).astype(np.uint8)
    small = reduced(grey, 2)
    moved = np.roll(small, (3, 5), (0, 1))
    flow = flow_both_ways(small, moved)[0]
    tensor = structure_tensor(picture, sigma, step)
    along = tangents(tensor)[0]
    lines = Streamlines(along, step, (width, height), length)
    eight = np.rint(picture * 255).astype(np.uint8)
    colours = build_table(lambda rgb: rgb**1.2)
    known = (np.random.default_rng(0).random((height // 2, width // 2)) > 0.5).astype(np.float32)
    half = np.ascontiguousarray(picture[::2, ::2])
    frame, layers = _frame(eight), _layers(width, height)
    mover = mover_for([frame])
    return {
        "tensor": lambda: tangents(structure_tensor(picture, sigma, step)),
        "streamlines": lambda: Streamlines(along, step, (width, height), length),
        "integral, RGB of 8 bits": lambda: lines.integral(eight, length),
        "integral, RGB": lambda: lines.integral(picture, length),
        "integral, one channel": lambda: lines.integral(picture[..., 0].copy(), length),
        "colour table made": lambda: transfer_table(sampled(picture), [sampled(1 - picture)]),
        "colour table": lambda: look_up(colours, picture),
        "guided filter, radius 9": lambda: guided_filter(
            picture[..., 0].copy(), picture[..., 1].copy(), 9, 1e-3
        ),
        "fill, half size": lambda: filled(half, known),
        "pair, half size": lambda: measured_pair(small, moved, 2).trust_backward,
        "inversion, half size": lambda: flow_at(flow, 0.5),
        "moved": lambda: mover.moved(layers[0].where),
        "two mixed": lambda: mover.mixed(layers),
    }


def _twins(picture: Single, device: str) -> Ways:
    import torch

    from afterframe.imaging.twin import flow as twin_flow
    from afterframe.imaging.twin import guided, lines, lut, tensor
    from afterframe.imaging.twin.mover import DeviceMover

    def up(array: NDArray[Any]) -> Any:
        return torch.from_numpy(np.ascontiguousarray(array)).to(device)

    height, width = picture.shape[:2]
    step, sigma, length = _sizes(height)
    there = up(picture)
    along = tensor.tangents(tensor.structure_tensor(there, sigma, step))[0]
    found = lines.Streamlines(along, step, (width, height), length)
    colours = up(build_table(lambda rgb: rgb**1.2))
    flow = up(picture[::2, ::2, :2] * 8)
    one, other = there[..., 0].contiguous(), there[..., 1].contiguous()
    mover = DeviceMover([_frame(np.rint(picture * 255).astype(np.uint8))], device)
    layers = _layers(width, height)
    ways: Ways = {
        "tensor": lambda: tensor.tangents(tensor.structure_tensor(there, sigma, step)),
        "streamlines": lambda: lines.Streamlines(along, step, (width, height), length),
        "integral, RGB": lambda: found.integral(there, length),
        "integral, one channel": lambda: found.integral(one, length),
        "colour table": lambda: lut.look_up(colours, there),
        "guided filter, radius 9": lambda: guided.guided_filter(one, other, 9, 1e-3),
        "inversion, half size": lambda: twin_flow.flow_at(flow, 0.5),
        "moved": lambda: mover.moved(layers[0].where),
        "two mixed": lambda: mover.mixed(layers),
    }

    def finished(work: Callable[[], Any]) -> Callable[[], None]:
        def run() -> None:
            work()
            if device != "cpu":
                torch.accelerator.synchronize()

        return run

    return {name: finished(work) for name, work in ways.items()}


def _sizes(height: int) -> tuple[int, float, float]:
    """Return step, smoothing and stroke length of a painter at this height."""
    return max(1, round(4 * height / 1080)), 7.5 * height / 1080, 72 * height / 1080


def _picture(path: str, height: int) -> Single:
    read: Any = cv2.imread(path)
    if read is None:
        sys.exit(f"no picture {path}")
    size = (round(height * 16 / 9), height)
    scaled: Any = cv2.resize(read, size, interpolation=cv2.INTER_CUBIC)
    return np.asarray(scaled[..., ::-1] / np.float32(255), np.float32)


def _frame(eight: NDArray[np.uint8]) -> Frame:
    luma, *chroma = (np.ascontiguousarray(eight[..., index]) for index in range(3))
    planes = (luma, *(np.ascontiguousarray(plane[::2, ::2]) for plane in chroma))
    return Frame(planes, YUV420, ColourTags())


def _layers(width: int, height: int) -> list[Layer]:
    step = 4
    nodes = node_places(width, height, step) * np.float32(0.97) + np.float32(11.3)
    share = np.full((-(-height // step), -(-width // step)), 0.4, np.float32)
    return [
        Layer(CoarseMap(nodes + shift, step, width, height), weight)
        for shift, weight in ((np.float32(0), share), (np.float32(3.7), 1 - share))
    ]


def _measured(work: Callable[[], Any]) -> tuple[float, float]:
    """Return milliseconds of wall and of CPU."""
    work()
    wall, cpu = float("inf"), float("inf")
    for _ in range(ROUNDS):
        begun, used = time.perf_counter(), time.process_time()
        work()
        wall = min(wall, 1000 * (time.perf_counter() - begun))
        cpu = min(cpu, 1000 * (time.process_time() - used))
    return wall, cpu


if __name__ == "__main__":
    sys.exit(main())
