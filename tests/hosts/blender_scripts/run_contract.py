"""Hold the Blender adapter to the contract of all hosts; see ``tests/contract/host_contract.py``.

Arguments: a folder with ``media/`` and ``Afterframe/`` as ``test_blender_contract.py`` makes them,
the answer's path. Answers with each check's name and what it says: empty where it holds, else the
traceback, or ``skipped: `` with the reason.
"""

import json
import shutil
import sys
import traceback
import unittest
import warnings
from pathlib import Path

import bpy

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "host_adapters"))
sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from afterframe_hosts.blender import compat
from afterframe_hosts.blender.adapter import BlenderHost
from afterframe_hosts.wire.clip import Span
from tests.contract import host_contract as contract
from tests.contract.host_contract import CHECKS, Known, Stage, Stands
from tests.hosts.blender_scripts import walk

FOLDER, ANSWER = Path(sys.argv[1]), Path(sys.argv[2])
START = 101
STROBED = Known("strobed", 1, "movie", "one.mp4", Span(0, 20), Span(130, 20), exact=False)


def main():
    warnings.simplefilter("ignore", DeprecationWarning)
    project = FOLDER / "edit.blend"
    build(project)
    shutil.copytree(FOLDER / "media", FOLDER / "kept")
    answer = {}
    for number, (name, check) in enumerate(CHECKS.items()):
        shutil.rmtree(FOLDER / "media")
        shutil.copytree(FOLDER / "kept", FOLDER / "media")
        (FOLDER / "media" / contract.LOST.medium).unlink()
        answer[name] = outcome(check, BlenderStage(project, FOLDER / f"captures{number:02d}"))
    ANSWER.write_text(json.dumps(answer))


def outcome(check, stage):
    try:
        check(stage)
    except unittest.SkipTest as reason:
        return f"skipped: {reason}"
    except Exception:  # noqa: BLE001 - whatever a check met is its outcome
        return traceback.format_exc()
    return ""


class BlenderStage(Stage):
    kind = "blender"
    start = START
    size = contract.SIZE
    media = FOLDER / "media"
    selected = (contract.TWO, contract.SHOT)
    more = (STROBED,)
    renders = True
    result = FOLDER / "Afterframe" / "shot_generate_v003.mp4"
    pictures = str(FOLDER / "Afterframe" / "shot_generate_v003.####.png")

    def __init__(self, project, folder):
        bpy.ops.wm.open_mainfile(filepath=str(project))
        self.document = project
        self.folder = folder
        self.folder.mkdir()
        self.host = BlenderHost()

    @property
    def editor(self):
        return bpy.context.scene.sequence_editor

    def snapshot(self):
        """All values of the file, but for what stands for our results: strips, channel names."""
        found = walk.walk_open_file()
        plain = {f"'Channel {number}'" for number in range(129)}
        return {
            path: value
            for path, value in found["values"].items()
            if path not in found["renamed"] and not (".channels[" in path and value in plain)
        }

    def results(self):
        return tuple(
            Stands(
                strip["afterframe_job"],
                strip.name,
                strip.channel,
                Span(start, compat.end_frame(strip) - start),
            )
            for strip in compat.all_strips(self.editor)
            for start in (compat.first_frame(strip),)
            if "afterframe_job" in strip
        )

    def select_nothing(self):
        select(self.editor)

    def select_unsupported(self):
        select(self.editor, "adjustment")

    def remove(self, known):
        compat.strips(self.editor).remove(compat.strips(self.editor)[known.name])

    def take_all_tracks(self):
        for channel in self.editor.channels:
            channel.lock = True


def build(project):
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.render.resolution_x, scene.render.resolution_y = contract.SIZE
    scene.render.fps, scene.render.fps_base = 24, 1.001
    scene.frame_start, scene.frame_end = 1, 1000
    editor = scene.sequence_editor_create()
    for known in (*contract.EDIT, STROBED):
        strip = add(editor, known)
        if known == contract.RED:
            strip.color_tag = "COLOR_01"
    compat.strips(editor)["strobed"].strobe = 5
    add_adjustment(editor)
    select(editor, *(known.name for known in BlenderStage.selected))
    scene.frame_set(START + contract.PLAYHEAD)
    bpy.ops.wm.save_as_mainfile(filepath=str(project))


def add(editor, known):
    """Add a clip as a user does: whole, then trimmed with its handles."""
    count = contract.MOVIE_FRAMES if known.kind == "movie" else contract.PLATES
    backwards = known.speed < 0
    cut_off = count - known.used.end if backwards else known.used.start
    start = START + known.stands.start
    strips = compat.strips(editor)
    if known.kind == "movie":
        path = str(FOLDER / "media" / known.medium)
        strip = strips.new_movie(known.name, path, known.track, start - cut_off)
    else:
        pattern = FOLDER / "media" / known.medium
        names = [pattern.name.replace("####", f"{contract.FIRST_PLATE + n}") for n in range(count)]
        path = str(pattern.with_name(names[0]))
        strip = strips.new_image(known.name, path, known.track, start - cut_off)
        for name in names[1:]:
            strip.elements.append(name)
    strip.use_reverse_frames = backwards
    set_handles(strip, start, START + known.stands.end)
    return strip


def set_handles(strip, start, end):
    if hasattr(strip, "left_handle"):
        strip.left_handle, strip.right_handle = start, end
    else:
        strip.frame_final_start, strip.frame_final_end = start, end


def add_adjustment(editor):
    where = contract.UNSUPPORTED
    names = [p.identifier for p in compat.strips(editor).bl_rna.functions["new_effect"].parameters]
    start = START + where.start
    last = {"length": where.duration} if "length" in names else {"frame_end": START + where.end}
    compat.strips(editor).new_effect(
        name="adjustment", type="ADJUSTMENT", channel=3, frame_start=start, **last
    )


def select(editor, *names):
    """Select these strips alone; the first is the active one."""
    for strip in compat.all_strips(editor):
        strip.select = strip.name in names
    editor.active_strip = compat.all_strips(editor)[names[0]] if names else None


main()
