"""Ask for what cannot be made. Arguments: folder with look.mov, the answer's path.

No engine is installed here, and none is needed to refuse. Answers, for each case, with what
speaks against the effect at a glance, whether its operator can be called, and what asking tells.
"""

import json
import logging
import sys
import time
from pathlib import Path

import bpy

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "host_adapters"))

from afterframe_hosts.blender import choose, compat, ui
from afterframe_hosts.blender.ui import session

FOLDER, ANSWER = map(Path, sys.argv[1:3])
LIMIT = 20
LOGGED = []


class Keep(logging.Handler):
    def emit(self, record):
        LOGGED.append(record.getMessage())


def main():
    kept = Keep(level=logging.ERROR)
    logging.getLogger().addHandler(kept)
    ui.register()
    told = {}
    for name, make in CASES.items():
        project()
        make()
        told[name] = see()
    told["read-only folder"] = read_only_folder()
    told["no engine"] = no_engine()
    told["logged"] = LOGGED
    ui.unregister()
    ANSWER.write_text(json.dumps(told))


def see(effect="generate"):
    here = session.current()
    obstacle = choose.obstacle(effect)
    return {
        "poll": getattr(bpy.ops.afterframe, effect).poll(),
        "obstacle": obstacle.code if obstacle else "",
        **asked(here, effect),
    }


def asked(here, effect="generate"):
    """Ask as a script does, past what greys the operator out."""
    known = len(here.board.rows())
    settings = compat.edited_scene().afterframe
    settings.effect = effect
    here.ask(ui.settings.wish(settings, "draft"))
    code = here.problem.code if here.problem else ""
    return {"asked": code, "rows": len(here.board.rows()) - known}


def project():
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.render.resolution_x, scene.render.resolution_y = 160, 90
    scene.frame_set(3)
    path = FOLDER / f"{len(list(FOLDER.glob('*.blend')))}.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(path))


def strips():
    editor = bpy.context.scene.sequence_editor or bpy.context.scene.sequence_editor_create()
    return compat.strips(editor)


def chosen(strip):
    strip.select, bpy.context.scene.sequence_editor.active_strip = True, strip
    return strip


def movie(path=FOLDER / "look.mov"):
    return chosen(strips().new_movie("look", str(path), 1, 1))


def effect(kind):
    made = {"name": kind, "type": kind, "channel": 2, "frame_start": 1}
    parameters = [p.identifier for p in strips().bl_rna.functions["new_effect"].parameters]
    made["length" if "length" in parameters else "frame_end"] = 20
    return chosen(strips().new_effect(**made))


def sound():
    if hasattr(strips(), "new_sound"):
        try:
            return chosen(strips().new_sound("sound", str(FOLDER / "sound.wav"), 1, 1))
        except RuntimeError:  # a Blender without Audaspace
            pass
    effect("ADJUSTMENT")
    return None


def scene_strip():
    other = bpy.data.scenes.new("other")
    chosen(strips().new_scene("scene", other, 1, 1))


def meta():
    inner = movie()
    made = chosen(strips().new_meta("meta", 3, 1))
    inner.move_to_meta(made)
    compat.set_ends(made, 1, 12)
    inner.select = False


def pictures(*names):
    image = bpy.data.images.new("p", 160, 90)
    for name in names:
        image.filepath_raw, image.file_format = str(FOLDER / name), "PNG"
        image.save()
    bpy.data.images.remove(image)


def image():
    pictures("one.png")
    strip = chosen(strips().new_image("one", str(FOLDER / "one.png"), 1, 1))
    compat.set_ends(strip, 1, 20)


def missing_pictures():
    image()
    (FOLDER / "one.png").unlink()


def from_another_machine():
    """A file that was saved elsewhere: its paths lead nowhere here."""
    strip = movie()
    strip.filepath = "D:\\film\\reel 2\\look.mov"


def linked():
    """A scene of another file, which is shown and cannot be written to."""
    movie()
    bpy.context.scene.name = "of another file"
    path = str(FOLDER / "library.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path, copy=True)
    bpy.ops.wm.read_factory_settings(use_empty=True)
    with bpy.data.libraries.load(path, link=True) as (_, into):
        into.scenes = ["of another file"]
    bpy.context.window.scene = into.scenes[0]
    into.scenes[0].frame_current = 3


CASES = {
    "no sequence editor": lambda: None,
    "nothing on it": lambda: strips(),
    "no selection": lambda: setattr(movie(), "select", False),
    "sound": sound,
    "adjustment": lambda: effect("ADJUSTMENT"),
    "scene": scene_strip,
    "colour": lambda: effect("COLOR"),
    "text": lambda: effect("TEXT"),
    "meta": meta,
    "image": image,
    "missing media": lambda: movie(FOLDER / "gone.mov"),
    "missing pictures": missing_pictures,
    "from another machine": from_another_machine,
    "linked scene": linked,
    "playhead elsewhere": lambda: (movie(), bpy.context.scene.frame_set(200)),
}


def read_only_folder():
    """Not even root writes to a folder of the kernel's, or into a file."""
    project()
    movie()
    here = session.current()
    here.choose_folder(FOLDER / "look.mov" / "results")
    told = asked(here)
    bpy.ops.afterframe.fix(fix="choose_folder", directory=str(FOLDER))
    return {**told, "after choosing": asked(here)}


def no_engine():
    here = session.current()
    here.clear_finished()
    project()
    movie()
    known = {row.job for row in here.board.rows()}
    asked(here)
    deadline = time.monotonic() + LIMIT
    while time.monotonic() < deadline:
        here.tick()
        time.sleep(0.05)
        new = [vars(row) for row in here.board.rows() if row.job not in known]
        if new and new[0]["kind"] == "failed":
            return new
    raise AssertionError("waited in vain")


main()
