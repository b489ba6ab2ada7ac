"""Change one value deep in a project. Arguments: the .blend, the .blend to write, the answer."""

import sys
from pathlib import Path

import bpy

BLEND, CHANGED, ANSWER = map(Path, sys.argv[1:4])


def main():
    bpy.ops.wm.open_mainfile(filepath=str(BLEND))
    editor = bpy.context.scene.sequence_editor
    strips = editor.strips if hasattr(editor, "strips") else editor.sequences
    strips["graded"].modifiers["Contrast"].contrast += 0.5
    bpy.ops.wm.save_as_mainfile(filepath=str(CHANGED))
    ANSWER.write_text("true")


main()
