"""The extension in Blender: installed, chosen in, taken back and registered again.

Arguments: the zip, a folder, the answer.
"""

from __future__ import annotations

import importlib
import itertools
import json
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import bpy

sys.path.insert(0, str(Path(__file__).resolve().parent))

from paper import Paper

MODULE = "bl_ext.user_default.afterframe"
UI = f"{MODULE}.host_adapters.afterframe_hosts.blender.ui"
MENUS = ("SEQUENCER_MT_add", "SEQUENCER_MT_strip", "SEQUENCER_MT_context_menu")


def traces() -> dict[str, Any]:
    """All in Blender by which an add-on could be left behind."""
    handlers = {
        name: [f"{each.__module__}.{each.__name__}" for each in functions]
        for name, functions in ((name, getattr(bpy.app.handlers, name)) for name in events())
    }
    functions = (getattr(getattr(bpy.types, name).draw, "_draw_funcs", ()) for name in MENUS)
    drawn = [each.__module__ for each in itertools.chain(*functions)]
    return {
        "types": sorted(name for name in dir(bpy.types) if "AFTERFRAME" in name.upper()),
        "operators": sorted(dir(bpy.ops.afterframe)),
        "handlers": {name: each for name, each in handlers.items() if each},
        "menus": [module for module in drawn if module.startswith(MODULE)],
        "properties": [f"{owner}.{name}" for owner, name in properties() if "afterframe" in name],
        "threads": sorted(each.name for each in threading.enumerate()),
    }


def properties() -> Iterator[tuple[str, str]]:
    """What the classes have to which add-ons give properties; strips are called by two names."""
    for owner in ("Scene", "Strip", "Sequence", "WindowManager"):
        if hasattr(bpy.types, owner):
            yield from ((owner, name) for name in dir(getattr(bpy.types, owner)))


def events() -> list[str]:
    return [
        name for name in dir(bpy.app.handlers) if isinstance(getattr(bpy.app.handlers, name), list)
    ]


def wait_for_threads() -> None:
    """They end within seconds, and hold up nothing until then."""
    until = time.monotonic() + 10.0
    while threading.active_count() > 1 and time.monotonic() < until:
        time.sleep(0.05)


def choices(ui: Any) -> list[Any]:
    chosen = ui.preferences.get()
    return [str(chosen.folder), chosen.format, chosen.mark]


def draw_all(ui: Any, chosen: Any) -> dict[str, Any]:
    """Draw the engine as it may stand, and the preferences, in both languages."""
    engine_ui, setup = ui.engine_ui, ui.engine_ui.engine_setup
    errors = importlib.import_module(UI.removesuffix("blender.ui") + "wire.errors")
    python = "/home/me/.local/share/afterframe/engine/0.1.0-0123abcd/bin/python"
    engines = {
        "missing": setup.Engine("missing"),
        "broken": setup.Engine("broken", "0.1.0", python),
        "other": setup.Engine("other", "9.0.0", python),
        "ready": setup.Engine("ready", "0.1.0", python),
        "own": setup.Engine("ready", "", python),
    }
    offline, failed = errors.SetupOffline(), errors.SetupFailed(detail="why", log="/log")
    told: dict[str, Any] = {"wrong": []}
    usual = ui.words.language
    for language in ("en", "zh_CN"):
        ui.words.language = lambda language=language: language
        for name, engine in engines.items():
            for problem in (None, offline, failed):
                state = engine_ui._State(engine, time.monotonic() + 60, problem=problem)
                state.said, state.answered = ("a", "b") if problem is None else ("", "")
                state.setup = state.test = True if problem is None else None
                state.progress = setup.Progress("downloading", 0.5)
                engine_ui._state = state
                for draw in (engine_ui.draw, engine_ui.draw_notice):
                    paper = Paper()
                    draw(paper)
                    told["wrong"] += paper.wrong
                    code = problem.code if problem else "busy"
                    told[f"{language} {name} {code} {draw.__name__}"] = paper.drawn
        for chosen.place in ("BESIDE", "FOLDER"):
            paper = Paper()
            ui.preferences.draw_results(paper, chosen)
            told["wrong"] += paper.wrong
            told[f"{language} {chosen.place}"] = paper.drawn
    ui.words.language, engine_ui._state = usual, engine_ui._State()
    return told


def outputs(ui: Any, folder: Path) -> list[list[Any]]:
    """Where, as what and how marked the result of a job is written; of one that says as what."""
    hosts = UI.removesuffix(".blender.ui")
    orders = importlib.import_module(f"{hosts}.orders")
    timeline = importlib.import_module(f"{hosts}.blender.timeline")
    picture = folder / "picture.png"
    image = bpy.data.images.new("picture", 32, 32)
    image.filepath_raw, image.file_format = str(picture), "PNG"
    image.save()
    scene = bpy.context.scene
    editor = scene.sequence_editor_create()
    strips = editor.strips if hasattr(editor, "strips") else editor.sequences
    strip = strips.new_image("picture", str(picture), 1, 1)
    host = ui.session.current().host
    clip = timeline.read_clip(scene, strip, host.document())
    made = [
        orders.Order(clip, orders.Wish("generate", format=each)).job(host, [clip]).output
        for each in ("auto", "png")
    ]
    return [[each.folder, each.format, each.mark] for each in made]


def main() -> None:
    archive, folder, answer = sys.argv[1:]
    told: dict[str, Any] = {"before": traces()}
    bpy.ops.extensions.package_install_files(
        filepath=archive, repo="user_default", enable_on_install=True, overwrite=True
    )
    ui = importlib.import_module(UI)
    told["registered"] = traces()
    told["defaults"] = choices(ui)
    chosen = bpy.context.preferences.addons[MODULE].preferences
    chosen.place, chosen.path = "FOLDER", "//beside"
    told["relative"] = choices(ui)
    bpy.ops.wm.save_as_mainfile(filepath=str(Path(folder).with_name("edit.blend")))
    chosen.path = "//sub/../beside"
    told["picked"] = choices(ui)
    chosen.path, chosen.format, chosen.mark = folder, "prores_422_hq", False
    told["chosen"] = choices(ui)
    told["outputs"] = outputs(ui, Path(answer).parent)
    told["destination"] = str(ui.session.current().host.destination())

    told["standing"] = ui.engine_ui.engine().standing
    try:
        bpy.ops.afterframe.install_engine(action="install")
    except RuntimeError as error:
        told["offline"] = str(error)
    told["shown"] = ui.engine_ui.wanted()

    told["drawn"] = draw_all(ui, chosen)
    for times in ("once", "twice"):
        bpy.ops.preferences.addon_disable(module=MODULE)
        wait_for_threads()
        told[f"unregistered {times}"] = traces()
        bpy.ops.preferences.addon_enable(module=MODULE)
        told[f"registered {times}"] = traces()
    Path(answer).write_text(json.dumps(told))


main()
