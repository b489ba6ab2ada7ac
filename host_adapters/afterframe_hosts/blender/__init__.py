"""The adapter that runs inside Blender, 4.2 and later, from one code base.

Only this package imports ``bpy``, and only on Blender's main thread.
"""
