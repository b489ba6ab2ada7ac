"""Capture every probe of a project made by make_kinds.py, as shot and as seen.

Arguments: the .blend, the probes' path, a folder, the answer's path.
The folder gets ``after.blend``, the project saved after all captures. Answers with the probes,
each with its two clips, and with whether the captures left anything changed in the session.
"""

import json
import sys
from pathlib import Path

import bpy

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "host_adapters"))

from afterframe_hosts.blender import capture, compat, timeline
from afterframe_hosts.wire import codec
from afterframe_hosts.wire.clip import Span

BLEND, PROBES, FOLDER, ANSWER = map(Path, sys.argv[1:5])


def main():
    bpy.ops.wm.open_mainfile(filepath=str(BLEND))
    scene = bpy.context.scene
    before = state(scene)
    answer = []
    for number, probe in enumerate(json.loads(PROBES.read_text())):
        strip = compat.all_strips(scene.sequence_editor)[probe["strip"]]
        clip = timeline.read_clip(scene, strip, str(BLEND))
        for seen in (False, True):
            folder = FOLDER / f"{number:03d}-{'seen' if seen else 'shot'}"
            folder.mkdir(parents=True)
            taken = capture.capture(clip, Span(probe["frame"], 1), folder, seen=seen)
            probe["seen" if seen else "shot"] = codec.dump(taken)
        probe["plain"] = timeline.is_plain(scene, strip)
        answer.append(probe)
    changed = before != state(scene)
    bpy.ops.wm.save_as_mainfile(filepath=str(FOLDER / "after.blend"))
    ANSWER.write_text(json.dumps({"probes": answer, "changed": changed}))


def state(scene):
    counts = [
        len(getattr(bpy.data, p.identifier))
        for p in bpy.data.bl_rna.properties
        if p.type == "COLLECTION"
    ]
    render = [str(getattr(scene.render, p.identifier)) for p in scene.render.bl_rna.properties]
    return scene.frame_current, scene.view_settings.view_transform, counts, render


main()
