"""Tell what stands in a project, and render frames of it under both view transforms.

Arguments: the .blend, a folder for renders, the frames with commas, the answer's path.
"""

import json
import sys
from pathlib import Path

import bpy

BLEND, FOLDER = map(Path, sys.argv[1:3])
FRAMES = [int(frame) for frame in sys.argv[3].split(",") if frame]
ANSWER = Path(sys.argv[4])
VIEWS = ("Standard", "AgX")


def main():
    bpy.ops.wm.open_mainfile(filepath=str(BLEND))
    scene = bpy.context.scene
    editor = scene.sequence_editor
    strips = editor.strips_all if hasattr(editor, "strips_all") else editor.sequences_all
    ANSWER.write_text(
        json.dumps(
            {
                "strips": {strip.name: describe(strip) for strip in strips},
                "playhead": scene.frame_current,
                "renders": [render(scene, frame, view) for frame in FRAMES for view in VIEWS],
            }
        )
    )


def describe(strip):
    new = hasattr(strip, "left_handle")
    return {
        "start": strip.left_handle if new else strip.frame_final_start,
        "end": strip.right_handle if new else strip.frame_final_end,
        "channel": strip.channel,
        "properties": dict(strip.items()),
        "file": bpy.path.abspath(getattr(strip, "filepath", "")),
    }


def render(scene, frame, view):
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / f"{frame:04d}-{view}.png"
    scene.view_settings.view_transform = view
    scene.render.image_settings.file_format = "PNG"
    scene.render.filepath = str(path)
    scene.frame_set(frame)
    bpy.ops.render.render(write_still=True)
    return str(path)


main()
