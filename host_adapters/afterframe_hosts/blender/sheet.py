"""A contact sheet of a timeline: what Blender itself shows, in rows of small pictures."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import bpy

from ..wire.clip import Span
from . import compat, studio

COLUMNS, ROWS = 4, 3
WIDTH, GAP = 480, 8
"""Pixels: of one picture, and between two."""


def render_sheet(scene: Any, span: Span, path: Path) -> None:
    """Render pictures spread evenly over frames of a scene, the first and the last among them.

    Args:
        scene: stays as it is.
        span: frames of the scene.
        path: of the sheet, a PNG.

    Raises:
        CaptureFailed: Blender gave no picture.
    """
    size = scene.render.resolution_x, scene.render.resolution_y
    height = round(WIDTH * size[1] / size[0])
    cells = COLUMNS * ROWS
    frames = [span.start + round(n * (span.duration - 1) / (cells - 1)) for n in range(cells)]
    with tempfile.TemporaryDirectory() as folder:
        pictures = [Path(folder) / f"{number:02d}.png" for number in range(cells)]
        with studio.scene_copy(scene) as copy:
            studio.set_output(copy, size, "8", alpha=False)
            for frame, picture in zip(frames, pictures):  # noqa: B905 - made equally many above
                studio.render_still(copy, frame, picture, scene.name)
        _render_grid(scene, pictures, (WIDTH, height), WIDTH / size[0], path)


def _render_grid(
    scene: Any, pictures: list[Path], size: tuple[int, int], scale: float, path: Path
) -> None:
    sheet = bpy.data.scenes.new("Contact sheet")
    try:
        strips = compat.strips(sheet.sequence_editor_create())
        for number, picture in enumerate(pictures):
            strip = strips.new_image(picture.name, str(picture), number + 1, 1)
            row, column = divmod(number, COLUMNS)
            strip.blend_type = "ALPHA_OVER"
            strip.transform.scale_x = strip.transform.scale_y = scale
            strip.transform.offset_x = (column - (COLUMNS - 1) / 2) * (size[0] + GAP)
            strip.transform.offset_y = ((ROWS - 1) / 2 - row) * (size[1] + GAP)
        whole = (COLUMNS * (size[0] + GAP) + GAP, ROWS * (size[1] + GAP) + GAP)
        studio.set_output(sheet, whole, "8", alpha=False)
        studio.render_still(sheet, 1, path, "contact sheet")
    finally:
        bpy.data.scenes.remove(sheet)
