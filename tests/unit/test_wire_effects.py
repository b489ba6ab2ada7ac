"""Effects are declared once, checked at the door, and said in every language."""

from __future__ import annotations

from typing import Any

import pytest

from afterframe_hosts.wire import catalogue, pictures
from afterframe_hosts.wire.effects import EFFECTS, Parameter, effect, parse, resolve
from afterframe_hosts.wire.errors import BadValue, UnknownEffect

GENERATE = {parameter.name: parameter for parameter in EFFECTS["generate"].parameters}
ALL = [parameter for each in EFFECTS.values() for parameter in each.parameters]


def test_all_five_effects_are_declared() -> None:
    assert list(EFFECTS) == ["generate", "extend", "bridge", "restyle", "retime"]


@pytest.mark.parametrize("language", catalogue.LANGUAGES)
@pytest.mark.parametrize("declared", [*EFFECTS.values(), *ALL], ids=lambda d: d.label_id)
def test_every_label_and_help_is_in_every_catalogue(declared: Any, language: str) -> None:
    for message in (declared.label_id, declared.help_id):
        assert catalogue.LANGUAGES[language][message].strip()


@pytest.mark.parametrize("parameter", ALL, ids=lambda p: p.label_id)
def test_a_default_is_itself_permitted(parameter: Parameter) -> None:
    assert parameter.check(parameter.default) == parameter.default


def test_missing_values_take_their_default_and_given_ones_stand() -> None:
    values = resolve(EFFECTS["generate"].parameters, {"motion": 7, "prompt": "pan left"})
    assert (values["motion"], values["seconds"], values["seed"]) == (7.0, 4.0, None)
    assert isinstance(values["motion"], float)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("motion", 0),
        ("motion", 11),
        ("motion", float("nan")),
        ("motion", float("inf")),
        ("motion", "7"),
        ("motion", True),
        ("seconds", 0),
        ("seconds", -4),
        ("seconds", 1e9),
        ("frames", 0),
        ("frames", 2.5),
        ("seed", -1),
        ("seed", 2**31),
        ("prompt", "x" * 2001),
        ("prompt", 3),
        ("zoom", 1.01),
        ("no_such", 1),
    ],
)
def test_a_value_out_of_range_is_refused_with_field_and_range(name: str, value: Any) -> None:
    with pytest.raises(BadValue) as caught:
        resolve(EFFECTS["generate"].parameters, {name: value})
    assert caught.value.params["field"] == name
    assert name in caught.value.message()
    assert caught.value.fix()


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [("motion", "7", 7.0), ("seed", "12", 12), ("frames", "25", 25), ("prompt", "a b", "a b")],
)
def test_text_of_a_command_line_becomes_a_value(name: str, text: str, value: Any) -> None:
    assert parse(GENERATE[name], text) == value


@pytest.mark.parametrize(("name", "text"), [("motion", "much"), ("seed", "1.5"), ("frames", "")])
def test_text_that_stands_for_nothing_is_refused(name: str, text: str) -> None:
    with pytest.raises(BadValue):
        parse(GENERATE[name], text)


def test_switches_are_read_in_the_usual_words() -> None:
    switch = Parameter("loop", "switch", False)
    assert [parse(switch, word) for word in ("yes", "Off", "1")] == [True, False, True]
    with pytest.raises(BadValue):
        parse(switch, "perhaps")


def test_an_unknown_effect_names_the_known_ones() -> None:
    with pytest.raises(UnknownEffect) as caught:
        effect("explode")
    assert "generate, extend" in caught.value.fix()


def test_references_and_regions_are_lists_in_a_job_and_text_on_a_command_line() -> None:
    reference = Parameter("reference", "references")
    assert parse(reference, "night.jpg*0.7; /b/wave.jpg", "/a") == [
        {"path": "/a/night.jpg", "weight": 0.7},
        {"path": "/b/wave.jpg", "weight": 1.0},
    ]
    regions = Parameter("regions", "regions")
    assert parse(regions, "river.png@right; leaf.png@sway; s.png@0.2,-0.9", "/a") == [
        {"mask": "/a/river.png", "x": 1.0, "y": 0.0, "kind": "flow"},
        {"mask": "/a/leaf.png", "x": 1.0, "y": 0.0, "kind": "sway"},
        {"mask": "/a/s.png", "x": 0.2, "y": -0.9, "kind": "flow"},
    ]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("references", "a.jpg*0"),
        ("references", "a.jpg*2"),
        ("references", "a.jpg*-1"),
        ("references", ";"),
        ("references", "[1]"),
        ("references", '[{"path": "a.jpg"}]'),
        ("references", '[{"path": "/a.jpg", "colour": 1}]'),
        ("references", "a*1;" * 17),
        ("regions", "river.png"),
        ("regions", "river.png@sideways"),
        ("regions", "river.png@0,0"),
        ("regions", "river.png@2,0"),
        ("picture", ""),
    ],
)
def test_lists_of_pictures_that_do_not_fit_are_refused(kind: Any, text: str) -> None:
    with pytest.raises(BadValue):
        parse(Parameter("p", kind), text, "/a")


def test_who_gives_a_weight_of_nothing_is_told_which_weights_there_are() -> None:
    with pytest.raises(BadValue) as caught:
        parse(Parameter("reference", "references"), "a.jpg*0; b.jpg", "/a")
    assert "weights over 0 to 1" in caught.value.fix()


def test_a_picture_is_named_by_its_absolute_path() -> None:
    picture = Parameter("end", "picture")
    assert parse(picture, "end.png", "/a") == "/a/end.png"
    with pytest.raises(BadValue):
        picture.check("end.png")


def test_a_semicolon_in_a_path_parts_nothing() -> None:
    masks = pictures.regions_of("my shot;2/ma sk;@1.png@right; b.png@0.2,0.9;c.png @ sway;", "/f")
    assert [mask["mask"] for mask in masks] == ["/f/my shot;2/ma sk;@1.png", "/f/b.png", "/f/c.png"]
    styles = pictures.references_of("a;b.jpg*0.7; my day.jpg * 0.3;c.jpg;", "/f")
    assert [style["path"] for style in styles] == ["/f/a;b.jpg", "/f/my day.jpg", "/f/c.jpg"]
