"""The wire's JSON: exact both ways, and strict at the door."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afterframe_hosts.wire import codec
from afterframe_hosts.wire.clip import Clip, Media, Span
from afterframe_hosts.wire.errors import BadMessage
from afterframe_hosts.wire.job import (
    ErrorInfo,
    Event,
    Job,
    JobStatus,
    Note,
    Output,
    Progress,
    Result,
    new_id,
)
from afterframe_hosts.wire.session import EngineInfo, HostAnswer, HostRequest, HostSession

RATE = Fraction(24000, 1001)


def a_clip() -> Clip:
    media = Media("sequence", "/shots/plate.####.exr", first=1001, rate=RATE)
    return Clip("plate", media, Span(3, 90), Span(86400, 90), RATE, Fraction(1, 2), (1920, 1080))


def a_job() -> Job:
    return Job(new_id(), "generate", a_clip(), Output("/out"), 86410, {"motion": 7.5, "seed": None})


def a_status() -> JobStatus:
    result = Result("/o.mov", "/o.json", 96, RATE, (1920, 1080), notes=(Note("x", {"n": 1}),))
    error = ErrorInfo("disk_full", "full", "free some", {"free_mb": 3})
    return JobStatus(
        a_job(), "done", 1.5, 2.5, 1, Progress("making", 1, 2, 0.5), True, error, result
    )


VALUES = [
    a_clip(),
    a_job(),
    replace(a_job(), lineage=new_id()),
    a_status(),
    Event(7, "progress", 3.25, a_status()),
    HostSession("0" * 32, "blender", "5.2.3", "/p.blend", "p", ("selection", "place")),
    HostRequest("1" * 32, "capture", {"item": "a"}),
    HostAnswer("1" * 32, None, ErrorInfo("item_gone", "gone", "undo")),
    EngineInfo("motion", "Motion", "1", ("generate",), True),
]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_a_value_comes_back_equal_from_its_text(value: object) -> None:
    assert codec.loads(type(value), codec.dumps(value)) == value


@given(
    st.fractions(min_value=Fraction(1, 1001), max_value=1000, max_denominator=1001),
    st.integers(-1000, 1000),
    st.integers(1, 10_000),
)
def test_rates_and_ranges_are_exact(rate: Fraction, start: int, duration: int) -> None:
    clip = replace(a_clip(), rate=rate, record_range=Span(start, duration))
    assert codec.loads(Clip, codec.dumps(clip)) == clip


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"clip": {**codec.dump(a_clip()), "rate": 23.976}}, "clip.rate"),  # type: ignore[dict-item]
        ({"at": 1.5}, "at"),
        ({"at": True}, "at"),
        ({"quality": "best"}, "quality"),
        ({"id": "zz"}, ""),
        ({"lineage": "the strip's"}, ""),
        ({"lineage": None}, "lineage"),
        ({"colour": 1}, "colour"),
        ({"output": {"folder": ""}}, "output"),
        ({"output": {"folder": "/o", "size": [1920]}}, "output.size"),
        ({"output": {"folder": "/o", "size": [1920, "x"]}}, "output.size[1]"),
        ({"priority": None}, "priority"),
    ],
)
def test_what_does_not_fit_is_refused_by_the_name_of_its_field(change: dict, field: str) -> None:
    message = {**codec.dump(a_job()), **change}  # type: ignore[dict-item]
    with pytest.raises(BadMessage) as caught:
        codec.load(Job, message)
    assert caught.value.params["field"] == field


def test_a_missing_field_is_named() -> None:
    message = codec.dump(a_job())
    assert isinstance(message, dict)
    del message["effect"]
    with pytest.raises(BadMessage, match="effect: is missing"):
        codec.load(Job, message)


@pytest.mark.parametrize("text", ["", "[", "NaN", "[]", "1", '"x"', "{}", "[" * 100_000])
def test_text_that_is_no_message_is_refused(text: str) -> None:
    with pytest.raises(BadMessage):
        codec.loads(Job, text)


def test_no_number_that_json_lacks_is_written() -> None:
    with pytest.raises(TypeError):
        codec.dumps(Progress(seconds_left=float("nan")))


def test_nothing_leaves_as_a_float_that_should_be_exact() -> None:
    assert json.loads(codec.dumps(a_clip()))["rate"] == "24000/1001"


@pytest.mark.parametrize(
    "media",
    [
        ("movie", "relative.mov"),
        ("movie", ""),
        ("sequence", "/a/no_number.exr"),
        ("sequence", "/a/###/x.exr"),
        ("movie", "/a\0b"),
    ],
)
def test_media_paths_are_absolute_and_sequences_numbered(media: tuple[str, str]) -> None:
    with pytest.raises(ValueError, match="path"):
        Media(*media)  # type: ignore[arg-type]


@pytest.mark.parametrize("path", ["C:\\shots\\a.mov", "\\\\server\\share\\a.mov", "/a.mov"])
def test_paths_of_all_three_systems_are_absolute(path: str) -> None:
    assert Media("movie", path).path == path
