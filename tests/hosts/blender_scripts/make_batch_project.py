"""Make a project for a batch. Arguments: folder with look.mov, the .blend, the answer's path."""

import sys
from pathlib import Path

import bpy

MEDIA, BLEND, ANSWER = map(Path, sys.argv[1:4])
SIZE = (320, 180)


def main():
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.render.resolution_x, scene.render.resolution_y = SIZE
    scene.render.fps, scene.render.fps_base = 24, 1.0
    scene.frame_start, scene.frame_end = 1, 400
    editor = scene.sequence_editor_create()
    strips = editor.strips if hasattr(editor, "strips") else editor.sequences
    strips.new_movie("look.mov", str(MEDIA / "look.mov"), 2, 1)
    turned = strips.new_movie("turned", str(MEDIA / "look.mov"), 2, 101)
    turned.transform.scale_x = turned.transform.scale_y = 0.8
    turned.transform.rotation, turned.color_saturation = 0.2, 0.7
    strobed = strips.new_movie("strobed", str(MEDIA / "look.mov"), 2, 201)
    strobed.strobe = 5
    strips.new_movie("gone", str(MEDIA / "gone.mov"), 3, 301)
    scene.timeline_markers.new("a turn frames=5", frame=112)
    scene.frame_set(7)
    bpy.ops.wm.save_as_mainfile(filepath=str(BLEND))
    ANSWER.write_text("true")


main()
