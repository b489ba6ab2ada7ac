"""What makes Blender crash is called nowhere in the add-on.

Each was seen to end Blender, in the versions named; nothing that Python could catch is raised. The
calls are looked for in the source, since a test that ran them would end with its Blender.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ADDON = Path(__file__).resolve().parents[2] / "host_adapters" / "afterframe_hosts" / "blender"

CRASHES = {
    "reload_if_needed": "after fps of a missing movie was read: 3.4 to 5.2",
    "retiming_keys.add": "without a key that the operator made: 4.2, 4.5, 5.0",
    "sequencer.movie_strip_add": "in the module bpy: 5.0, 5.2",
    "sequencer.image_strip_add": "as movie_strip_add",
    "sequencer.sound_strip_add": "as movie_strip_add",
    "render.opengl": "no window to draw with: refused without one",
}
"""The end of a dotted name, and where it ends Blender (or never works)."""

MODIFIER, ITS_SCENE = "modifiers.new", "SequencerScene"
"""Ends 5.0 while the workspace has no sequencer scene: only inside this context."""


def calls(source: str) -> Iterator[tuple[str, int]]:
    """Every called name with its dots, and its line; also names handed to ``getattr``."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute):
            yield dotted(node), node.lineno
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value, node.lineno


def dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else "()"


def crashing(source: str) -> list[str]:
    """What of the list a source has, as ``name, line``."""
    return [
        f"{crash}, line {line}"
        for name, line in calls(source)
        for crash in CRASHES
        if name == crash or name.endswith(f".{crash}")
    ]


def bare_modifiers(tree: ast.AST) -> Iterator[int]:
    """The line of every new modifier outside the context that it needs."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.With) and any(_gives_scene(item) for item in node.items):
            continue
        if isinstance(node, ast.Attribute) and dotted(node).endswith(MODIFIER):
            yield node.lineno
        yield from bare_modifiers(node)


def _gives_scene(item: ast.withitem) -> bool:
    call = item.context_expr
    return isinstance(call, ast.Call) and dotted(call.func).endswith(ITS_SCENE)


def modules() -> list[Path]:
    return sorted(ADDON.rglob("*.py"))


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.relative_to(ADDON).as_posix())
def test_nothing_that_ends_blender_is_called(path: Path) -> None:
    assert crashing(path.read_text("utf-8")) == []


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.relative_to(ADDON).as_posix())
def test_a_modifier_is_added_only_where_the_sequencer_has_a_scene(path: Path) -> None:
    assert list(bare_modifiers(ast.parse(path.read_text("utf-8")))) == []


def test_a_modifier_without_a_scene_is_found() -> None:
    bare = "for each in strips:\n    each.modifiers.new('grade', 'CURVES')"
    assert list(bare_modifiers(ast.parse(bare))) == [2]
    seen_to = f"with compat.{ITS_SCENE}(scene):\n    strip.modifiers.new('grade', 'CURVES')"
    assert list(bare_modifiers(ast.parse(seen_to))) == []


@pytest.mark.parametrize(
    "line",
    [
        "strip.reload_if_needed()",
        "strips[0].reload_if_needed(can_produce_frames=True)",
        "strip.retiming_keys.add(timeline_frame=3)",
        "bpy.ops.sequencer.movie_strip_add(filepath=path)",
        "add = bpy.ops.sequencer.movie_strip_add",
        'getattr(strip, "reload_if_needed")()',
        "bpy.ops.render.opengl(sequencer=True)",
    ],
)
def test_the_search_finds_it_however_it_is_written(line: str) -> None:
    assert crashing(line)


def test_the_search_reads_the_whole_add_on() -> None:
    names = {path.name for path in modules()}
    assert {"adapter.py", "capture.py", "place.py", "operators.py", "session.py"} <= names
