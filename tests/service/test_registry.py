"""Cards are data: read strictly, without an engine's code."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from afterframe.core.admission import choose_engine
from afterframe.errors import EngineUnfit, NoEngineReady, UnknownEngine
from afterframe_hosts.wire import catalogue, effects
from afterframe_hosts.wire.effects import Parameter
from afterframe_models import registry

CARD = """
name = "drift"
label = "Drift"
version = "1.0"
entry = "drift.engine:Drift"
effects = ["generate"]
pixels = "native"
alpha = "carried"
rank = 10
limits = "Drifts only."
licence = "GPL-3.0-or-later"

[[parameters]]
name = "amount"
kind = "number"
default = 1.0
minimum = 0.0
maximum = 2.0
"""


def write(folder: Path, text: str, name: str = "drift") -> Path:
    (folder / name).mkdir(exist_ok=True)
    (folder / name / "card.toml").write_text(text)
    return folder


def test_a_card_is_read_with_its_parameters(tmp_path: Path) -> None:
    card = registry.cards(write(tmp_path, CARD))["drift"]
    assert card.effects == ("generate",)
    assert card.parameters == (Parameter("amount", "number", 1.0, 0.0, 2.0),)
    assert registry.ready(card).ready
    (info,) = registry.infos({"drift": card})
    assert (info.name, info.ready, info.parameters) == ("drift", True, card.parameters)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('version = "1.0"', "", "version"),
        ('version = "1.0"', 'version = "1.0"\ncolour = "blue"', "colour"),
        ("rank = 10", 'rank = "ten"', "rank"),
        ('pixels = "native"', 'pixels = "linear"', "pixels"),
        ('["generate"]', '["generate", "sharpen"]', "sharpen"),
        ('name = "drift"\nlabel', 'name = "other"\nlabel', "folder"),
        ("rank = 10", "rank = ", "card.toml"),
    ],
)
def test_a_card_that_is_not_right_is_refused_by_its_path_and_field(
    tmp_path: Path, before: str, after: str, said: str
) -> None:
    write(tmp_path, CARD.replace(before, after))
    with pytest.raises(ValueError, match=said) as told:
        registry.cards(tmp_path)
    assert "card.toml" in str(told.value)


def test_an_engine_whose_packages_are_missing_says_which(tmp_path: Path) -> None:
    text = CARD.replace("rank = 10", 'rank = 10\nrequires = ["json", "no_such_package"]')
    (info,) = registry.infos(registry.cards(write(tmp_path, text)))
    assert not info.ready
    assert "no_such_package" in info.reason
    assert "no_such_package" in info.needs
    assert "json" not in info.needs


def test_engines_are_told_the_best_first(tmp_path: Path) -> None:
    write(tmp_path, CARD)
    write(tmp_path, CARD.replace('"drift"', '"better"').replace("rank = 10", "rank = 20"), "better")
    assert [info.name for info in registry.infos(registry.cards(tmp_path))] == ["better", "drift"]


def test_an_engine_that_does_not_exist_is_told_with_those_that_do() -> None:
    with pytest.raises(UnknownEngine):
        registry.load("nosuch")


def test_every_card_of_ours_is_right_and_its_engine_can_be_made() -> None:
    for name, card in registry.cards().items():
        if registry.ready(card).ready:
            assert registry.load(name).card == card
            assert registry.load(name) is registry.load(name)


@pytest.mark.parametrize("language", catalogue.LANGUAGES)
def test_every_parameter_of_our_engines_is_said_in_every_language(language: str) -> None:
    for card in registry.cards().values():
        for parameter in card.parameters:
            assert parameter.effect == card.name, parameter
            assert parameter.check(parameter.default) == parameter.default
            for message in (parameter.label_id, parameter.help_id):
                assert catalogue.LANGUAGES[language].get(message), message


def test_the_best_engine_that_is_ready_is_chosen(tmp_path: Path) -> None:
    drift = registry.cards(write(tmp_path, CARD))["drift"]
    better = replace(drift, name="better", rank=20, requires=("no_such_package",))
    other = replace(drift, name="other", rank=30, effects=("restyle",))
    engines = registry.infos({card.name: card for card in (drift, better, other)})
    generate = effects.effect("generate")
    assert choose_engine(generate, "", engines).name == "drift"
    with pytest.raises(EngineUnfit, match="other"):
        choose_engine(generate, "other", engines)
    with pytest.raises(UnknownEngine, match="nosuch"):
        choose_engine(generate, "nosuch", engines)
    with pytest.raises(NoEngineReady) as told:
        choose_engine(generate, "better", engines)
    assert "no_such_package" in told.value.fix()
    with pytest.raises(NoEngineReady) as told:
        choose_engine(effects.effect("bridge"), "", engines)
    assert "bridge" in told.value.fix()
