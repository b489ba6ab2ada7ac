"""Recipes are exact, readable, and say what differs."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from afterframe.core.recipe import (
    SCHEMA,
    Made,
    Maker,
    Recipe,
    SourceRecord,
    beside,
    differences,
    read_recipe,
    to_text,
)
from afterframe.errors import RecipeUnreadable
from afterframe_hosts.wire.clip import Clip, Media, Span
from afterframe_hosts.wire.job import Job, Note, Output, new_id

CLIP = Clip("c", Media("movie", "/c.mov"), Span(0, 4), Span(0, 4), Fraction(25))
RECIPE = Recipe(
    SCHEMA,
    Job(new_id(), "generate", CLIP, Output("/o"), parameters={"seed": 3}),
    SourceRecord("/c.mov", "abc", 64, 48, {"matrix": 1}),
    Maker("0.1.0", "motion", "1", "cpu", "x86_64-linux", 2, {"numpy": "2.4.6"}),
    Made("c_generate_v001.mov", "dnxhr_hq", 4, 0, Fraction(25), (64, 48), "d1"),
    (Note("motion.understood", {"moves": "dolly in"}),),
)


def test_a_recipe_comes_back_equal_from_its_file(tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    path.write_text(to_text(RECIPE), encoding="utf-8")
    assert read_recipe(path) == RECIPE


@pytest.mark.parametrize(
    ("result", "recipe"),
    [
        ("/o/a_v001.mov", "/o/a_v001.afterframe.json"),
        ("/o/a_v001/a_v001.####.exr", "/o/a_v001.afterframe.json"),
        ("/o/take.2.mov", "/o/take.2.afterframe.json"),
    ],
)
def test_a_recipe_stands_beside_its_result(result: str, recipe: str) -> None:
    assert beside(Path(result)) == Path(recipe)


@pytest.mark.parametrize("text", ["", "{}", "[1]", "\x00"])
def test_another_file_is_no_recipe(tmp_path: Path, text: str) -> None:
    path = tmp_path / "r.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RecipeUnreadable):
        read_recipe(path)


def test_a_missing_or_binary_file_is_no_recipe(tmp_path: Path) -> None:
    with pytest.raises(RecipeUnreadable):
        read_recipe(tmp_path / "none.json")
    (tmp_path / "b.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(RecipeUnreadable):
        read_recipe(tmp_path / "b.json")


def test_a_recipe_of_another_schema_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    path.write_text(to_text(replace(RECIPE, schema="afterframe.recipe.9")), encoding="utf-8")
    with pytest.raises(RecipeUnreadable, match=r"recipe\.9"):
        read_recipe(path)


def test_the_same_recipe_has_no_differences() -> None:
    assert differences(RECIPE, RECIPE) == ()


def test_differences_name_what_changed_and_the_pixels() -> None:
    now = replace(
        RECIPE,
        maker=replace(RECIPE.maker, packages={"numpy": "3.0"}),
        made=replace(RECIPE.made, digest="d2"),
    )
    assert differences(RECIPE, now) == ("numpy: 2.4.6 then, 3.0 now", "pixels")


def test_pixels_that_differ_without_a_cause_are_told_too() -> None:
    now = replace(RECIPE, made=replace(RECIPE.made, digest="d2"))
    assert differences(RECIPE, now) == ("pixels, though all that the recipe names is the same",)
