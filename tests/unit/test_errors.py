"""One tree of errors: each class has its own code, a message and a fix in every language."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator

import pytest

from afterframe import errors
from afterframe_hosts.wire import catalogue
from afterframe_hosts.wire import errors as wire_errors
from afterframe_hosts.wire.errors import AfterframeError, RemoteError
from afterframe_hosts.wire.job import ErrorInfo


def _tree(root: type[AfterframeError]) -> Iterator[type[AfterframeError]]:
    for branch in root.__subclasses__():
        if branch.__module__ in {errors.__name__, wire_errors.__name__}:
            yield branch
            yield from _tree(branch)


CLASSES = [kind for kind in _tree(AfterframeError) if kind is not RemoteError]
LEAVES = [kind for kind in CLASSES if not any(_tree(kind))]


def _said_params(kind: type[AfterframeError]) -> set[str]:
    """The parameters that a class's docstring names after ``Params:``."""
    text = (kind.__doc__ or "").partition("Params:")[2]
    text = re.sub(r"\([^)]*\)", "", text).strip().rstrip(".")
    return set() if text.strip() == "none" else set(re.findall(r"[a-z_]+", text))


def _wanted_params(message: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(message) if name}


def test_codes_are_unique() -> None:
    codes = [kind.code for kind in CLASSES]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("kind", LEAVES, ids=lambda kind: kind.code)
@pytest.mark.parametrize("language", catalogue.LANGUAGES)
def test_every_error_has_a_message_and_a_fix_of_its_own_params(
    kind: type[AfterframeError], language: str
) -> None:
    for part in ("message", "fix"):
        message = catalogue.LANGUAGES[language][f"error.{kind.code}.{part}"]
        assert _wanted_params(message) <= _said_params(kind), message


@pytest.mark.parametrize("kind", LEAVES, ids=lambda kind: kind.code)
def test_an_error_is_drawn_in_the_tree(kind: type[AfterframeError]) -> None:
    assert kind.__name__ in (errors.__doc__ or "") + (wire_errors.__doc__ or "")


def test_no_sentence_of_the_catalogues_is_left_over() -> None:
    codes = {kind.code for kind in LEAVES} | {"internal"}
    for messages in catalogue.LANGUAGES.values():
        said = {key.split(".")[1] for key in messages if key.startswith("error.")}
        assert said == codes


def test_the_languages_say_the_same_things() -> None:
    english, chinese = catalogue.LANGUAGES["en"], catalogue.LANGUAGES["zh_CN"]
    assert english.keys() == chinese.keys()


def test_an_error_crosses_the_wire_and_can_be_read_in_chinese() -> None:
    told = ErrorInfo.of(errors.DiskFull(folder="/out", needed_mb=900, free_mb=3)).exception()
    assert told.code == "disk_full"
    assert "900 MB" in told.message()
    assert told.message("zh_HANS") == "/out 剩余 3 MB；需要 900 MB。"


def test_an_error_of_a_newer_version_keeps_its_own_words() -> None:
    told = ErrorInfo("from_the_future", "It is too late.", "Go back.").exception()
    assert (told.message("zh_CN"), told.fix()) == ("It is too late.", "Go back.")


@pytest.mark.parametrize(
    ("locale", "language"),
    [
        ("zh_HANS", "zh_CN"),
        ("zh-CN", "zh_CN"),
        ("zh_CN.UTF-8", "zh_CN"),
        ("en_GB", "en"),
        ("fr_FR.UTF-8", "en"),
        ("C", "en"),
        ("", "en"),
    ],
)
def test_a_hosts_locale_finds_its_catalogue(locale: str, language: str) -> None:
    assert catalogue.match(locale) == language
