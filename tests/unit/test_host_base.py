"""What every host shares: queries, where results go, what they are called."""

from __future__ import annotations

from fractions import Fraction

import pytest

from afterframe_hosts.base import Host, Query
from afterframe_hosts.wire.clip import Clip, Media, Span
from afterframe_hosts.wire.errors import BadValue
from afterframe_hosts.wire.job import Job, Output, new_id
from afterframe_hosts.wire.results import result_name, result_start

CLIP = Clip("shot_010.mov", Media("movie", "/a.mov"), Span(0, 50), Span(1000, 50), Fraction(24))


def job(effect: str, at: int | None = None, **parameters: object) -> Job:
    return Job(new_id(), effect, CLIP, Output(folder="/"), at=at, parameters=parameters)


def test_an_incomplete_host_cannot_be_made() -> None:
    class Half(Host):
        def playhead(self) -> int:
            return 0

    with pytest.raises(TypeError, match="abstract"):
        Half()  # type: ignore[abstract]


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("all", Query("all")),
        ("selected", Query("selected")),
        ("channel:12", Query("channel", "12")),
        ("color:red", Query("color", "red")),
        ("name:a:b*", Query("name", "a:b*")),
    ],
)
def test_queries_are_read(text: str, query: Query) -> None:
    assert Query.parse(text) == query


@pytest.mark.parametrize(
    "text", ["", "left", "all:", "all:1", "channel:", "channel:x", "channel:-1", "name:", "color:"]
)
def test_what_is_no_query_is_refused(text: str) -> None:
    with pytest.raises(BadValue):
        Query.parse(text)


@pytest.mark.parametrize(
    ("asked", "start"),
    [
        (job("generate", at=1020), 1020),
        (job("generate"), 1000),
        (job("extend"), 1050),
        (job("extend", side="head"), 990),
        (job("restyle"), 1000),
        (job("retime"), 1000),
    ],
)
def test_a_result_belongs_where_its_effect_says(asked: Job, start: int) -> None:
    assert result_start(asked, frames=10) == start


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("shot_010.mov", "shot_010_generate"),
        ("A/B: take 2?.mp4", "A_B_take_2_generate"),
        ("雪山", "雪山_generate"),
        ("plate.[1001-1040].exr", "plate_generate"),
        ("...", "clip_generate"),
        ("x" * 200, "x" * 80 + "_generate"),
    ],
)
def test_a_results_name_is_one_that_every_file_system_takes(name: str, stem: str) -> None:
    clip = Clip(name, CLIP.media, CLIP.media_range, CLIP.record_range, CLIP.rate)
    assert result_name(clip, "generate") == stem
