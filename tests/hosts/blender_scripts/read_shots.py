"""Read shots out of a project: strips, their names, markers, a list, gaps.

Arguments: folder with look.mov, the answer's path. Answers with what each way gives: strip, effect,
parameters, frame, the strip after; or with an error's code and message.
"""

import json
import sys
from pathlib import Path

import bpy

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "host_adapters"))

from afterframe_hosts.blender import compat, shots
from afterframe_hosts.blender.adapter import BlenderHost
from afterframe_hosts.wire.errors import AfterframeError

MEDIA, ANSWER = map(Path, sys.argv[1:3])
BASE = {"motion": 4.0, "seconds": 2.0, "way": "coast"}


def main():
    host = make_project()
    bad_list = MEDIA / "bad.csv"
    bad_list.write_text("strip,effect\nlast,bridge\n")
    good_list = MEDIA / "good.csv"
    good_list.write_text("strip,effect,strength,at\none*,restyle,0.3,\ntwo,,,120\n")
    ways = {
        "strips": lambda: shots.shots_of_strips(host, "name:t*", "generate", BASE),
        "names": lambda: shots.shots_of_strips(host, "channel:2", "generate", BASE, named=True),
        "gaps": lambda: shots.shots_of_strips(host, "channel:1", "bridge", {"prompt": "fog"}),
        "selected": lambda: shots.shots_of_strips(host, "selected", "bridge", {}),
        "markers": lambda: shots.shots_of_markers(host, "all", "generate", BASE),
        "markers of a channel": lambda: shots.shots_of_markers(host, "channel:1", "generate", {}),
        "list": lambda: shots.shots_of_list(host, good_list, "generate", BASE),
        "bad list": lambda: shots.shots_of_list(host, bad_list, "generate", {}),
        "no marker": lambda: shots.shots_of_markers(host, "name:last", "generate", {}),
    }
    answer = {name: told(way) for name, way in ways.items()}
    scene = bpy.context.scene
    scene.timeline_markers.new("wrong motion=11", frame=110)
    scene.timeline_markers.new("wrong=1", frame=112)
    answer["wrong names"] = told(ways["markers"])
    ANSWER.write_text(json.dumps(answer))


def make_project():
    """Channel 1: one, two (a gap before it), three (a cut before it), last. Channel 2: over."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.render.fps = 24
    editor = scene.sequence_editor_create()
    for name, start, channel in (
        ("one's", 1, 1),
        ("two", 110, 1),
        ("three", 140, 1),
        ("last", 400, 1),
        ("over Extend seconds=1", 105, 2),
        ("restyle prompt='old film' it", 300, 2),
    ):
        strip = compat.strips(editor).new_movie(name, str(MEDIA / "look.mov"), channel, start)
        strip.select = name in {"two", "three"}
    editor.active_strip = compat.strips(editor)["two"]
    for name, frame in (
        ("Shot 1", 12),
        ('RESTYLE "slow" strength=0.5', 20),
        ("restyle strength=0.5 again", 25),
        ("nothing here", 60),
        ("pan-x=0.25 prompt='pan left, slowly'", 112),
        ("bridge", 29),
    ):
        scene.timeline_markers.new(name, frame=frame)
    return BlenderHost()


def told(way):
    try:
        found = way()
    except AfterframeError as error:
        return {"code": error.code, "message": error.message()}
    return [
        [shot.clip.name, shot.effect, shot.parameters, shot.at, shot.after and shot.after.name]
        for shot in found
    ]


main()
