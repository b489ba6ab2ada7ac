"""In a Blender without a window, with the extension: a project whose clips Blender has to render.

Arguments, after ``--``: the project's path, a movie.
"""

import sys

import bpy

PATH, MOVIE = sys.argv[sys.argv.index("--") + 1 :]
FRAMES = 20

bpy.ops.wm.read_homefile(app_template="Video_Editing")
scene = bpy.context.scene
editor = scene.sequence_editor_create()
for number, start in enumerate((1, 41, 81), 1):
    strip = editor.sequences.new_movie(f"shot {number}", MOVIE, 1, start)
    strip.frame_final_duration = FRAMES
    strip.color_saturation = 0.3
    strip.select = False
element = strip.elements[0]
scene.render.resolution_x, scene.render.resolution_y = element.orig_width, element.orig_height
scene.render.fps = 24
scene.frame_end = 120
scene.frame_set(5)
scene.afterframe.effect = "restyle"
scene.afterframe.seen = True
bpy.ops.wm.save_as_mainfile(filepath=PATH)
