"""In a Blender without a window: the settings of a user, and a project in the editing workspace.

Arguments, after ``--``: the project's path, and movies that stand on its first channel, one after
the other.
"""

import sys

import bpy

PATH, *MOVIES = sys.argv[sys.argv.index("--") + 1 :]

preferences = bpy.context.preferences
preferences.view.show_splash = False
preferences.filepaths.save_version = 0
bpy.ops.wm.save_userpref()

bpy.ops.wm.read_homefile(app_template="Video_Editing")
scene = bpy.context.scene
editor = scene.sequence_editor_create()
at = 1
for movie in MOVIES:
    strip = editor.sequences.new_movie(movie.rsplit("/", 1)[-1], movie, 1, at)
    at = strip.frame_final_end
    element = strip.elements[0]
    scene.render.resolution_x, scene.render.resolution_y = element.orig_width, element.orig_height
    scene.render.fps = 24
    strip.select = False
scene.frame_end = max(at, 2)
scene.frame_set(min(31, at))
bpy.ops.wm.save_as_mainfile(filepath=PATH)
