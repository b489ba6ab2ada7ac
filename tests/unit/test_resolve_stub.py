"""The stand-in of Resolve against ``fusionscript-stubs``: every method, with its arguments.

The stub describes 21.0.0; what came later is listed here, from the changelogs of 21.0.4 and 21.1.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable
from importlib.metadata import files
from typing import Any

import pytest

from tests.fakes.resolve.build import VERSIONS, Build
from tests.fakes.resolve.remote import Calls
from tests.fakes.resolve.simulator import start

OLD = (21, 0, 0)
"""What the stub describes."""

OURS = {"Fusion", "FusionComp", "FusionTool", "FusionInput", "GalleryStill"}
"""Classes that Blackmagic's text, and so the stub, says nothing of."""

UNLISTED = {
    "Timeline.ApplyGradeFromDRX",
    "TimelineItem.GetNumNodes",
    "TimelineItem.GetNodeLabel",
    "TimelineItem.SetLUT",
    "TimelineItem.GetLUT",
}
"""Deprecated methods of older texts that a real 21.0 still has, and the stub has not."""

Arity = tuple[int, float]


def stub() -> dict[str, list[Arity]]:
    """Return of every method in the stub how few and how many arguments each form of it takes."""
    (path,) = (
        each for each in files("fusionscript-stubs") or () if each.name == "fusionscript.pyi"
    )
    found: dict[str, list[Arity]] = {}
    for each in ast.parse(path.read_text("utf-8")).body:
        if isinstance(each, ast.ClassDef) and not any(
            isinstance(base, ast.Name) and base.id == "TypedDict" for base in each.bases
        ):
            for method in each.body:
                if isinstance(method, ast.FunctionDef) and method.name[0].isupper():
                    found.setdefault(f"{each.name}.{method.name}", []).append(_arity(method))
    return found


def _arity(method: ast.FunctionDef) -> Arity:
    after_self = method.args.args[1:]
    optional = len(method.args.defaults)
    for each in reversed(after_self[: len(after_self) - optional]):
        if not ast.unparse(each.annotation or ast.Constant(0)).startswith("Optional"):
            break
        optional += 1
    most = float("inf") if method.args.vararg else len(after_self)
    return len(after_self) - optional, most


def _taken(method: Callable[..., Any]) -> Arity:
    after_self = list(inspect.signature(method).parameters.values())[1:]
    if any(each.kind is inspect.Parameter.VAR_POSITIONAL for each in after_self):
        return 0, float("inf")
    needed = [each for each in after_self if each.default is inspect.Parameter.empty]
    return len(needed), len(after_self)


STUB = stub()
CLASSES: dict[str, type[Calls]] = start(Build(VERSIONS["21.1"])).classes


@pytest.mark.parametrize("name", sorted({each.partition(".")[0] for each in STUB} - OURS))
def test_a_class_has_every_method_of_the_stub_with_its_arguments(name: str) -> None:
    methods = CLASSES[name].methods(OLD)
    for call, arities in STUB.items():
        kind, _, method = call.partition(".")
        if kind != name:
            continue
        assert method in methods, f"{call} is missing"
        fewest, most = _taken(methods[method])
        for few, many in arities:
            assert fewest <= few, f"{call} takes {few} arguments, here {fewest} at least"
            assert many <= most, f"{call} takes {many} arguments, here {most} at most"


@pytest.mark.parametrize("name", sorted(CLASSES.keys() - OURS))
def test_a_class_has_no_method_that_the_stub_has_not(name: str) -> None:
    more = {f"{name}.{method}" for method in CLASSES[name].methods(OLD)} - STUB.keys()
    assert more <= UNLISTED


@pytest.mark.parametrize(
    ("call", "version"),
    [
        ("Timeline.GetSelectedClips", (21, 0, 4)),
        ("Resolve.GetLayoutPresetList", (21, 0, 4)),
        ("ProjectManager.GetProjectAttributesInCurrentFolder", (21, 0, 4)),
        ("MediaPoolItem.GetTimeline", (21, 0, 4)),
        ("TimelineItem.AddTransition", (21, 1)),
        ("TimelineItem.GetSpeed", (21, 1)),
        ("TimelineItem.GetType", (21, 1)),
        ("Resolve.IsStudio", (21, 1)),
        ("Project.GetSettings", (21, 1)),
        ("TimelineItem.SetName", (20, 2)),
        ("Project.ApplyFairlightPresetToCurrentTimeline", (20, 2, 2)),
    ],
)
def test_a_method_is_there_from_its_version_on(call: str, version: tuple[int, ...]) -> None:
    kind, _, method = call.partition(".")
    for build in VERSIONS.values():
        assert (method in CLASSES[kind].methods(build)) == (build >= version)
