"""The captured picture is the one under the playhead, whatever kind of strip it is."""

from __future__ import annotations

import json
import math
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from afterframe.media.source import open_media
from afterframe_hosts.wire import codec
from afterframe_hosts.wire.clip import Clip
from tests import makers
from tests.bench import unchanged
from tests.hosts.blenders import VERSIONS, python_of, run_script
from tests.hosts.pictures import psnr, read_picture

pytestmark = [pytest.mark.hosts, pytest.mark.slow]

SIZE = (192, 112)
PLAIN = {
    "movie", "edit list", "offset", "still", "sequence", "trimmed", "skipped", "split",
    "reversed", "reversed and trimmed", "animated look",
}  # fmt: skip
MAKES_RATE_ADJUSTED = "4.5.15"
"""The operator that users add movies with ends Blender 5.0 and later when there is no window."""


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("media")
    rate = Fraction(24)
    makers.numbered_movie(folder / "plain.mp4", 48, rate, SIZE)
    makers.numbered_movie(folder / "whole.mp4", 60, rate, SIZE)
    makers.trimmed_movie(folder / "edited.mp4", folder / "whole.mp4", 5)
    makers.numbered_movie(folder / "late.mp4", 48, rate, SIZE, offset=7)
    makers.numbered_movie(folder / "fast.mp4", 120, Fraction(60), SIZE)
    makers.numbered_sequence(folder / "plates", 24, size=SIZE)
    makers.numbered_still(folder / "still.png", 777, SIZE)
    makers.sound_only(folder / "tone.wav", 2)
    return folder


@pytest.fixture(scope="module", params=VERSIONS)
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def folder(version: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("kinds")


@pytest.fixture(scope="module")
def captured(version: str, media: Path, folder: Path) -> Any:
    return _capture_all(version, version, "all", media, folder)


def test_every_kind_gives_the_frame_under_the_playhead(captured: Any) -> None:
    _check_numbers(captured["probes"])
    assert {probe["kind"] for probe in captured["probes"] if probe["plain"]} == PLAIN


def test_nothing_of_the_users_is_changed_by_capturing(
    captured: Any, folder: Path, version: str
) -> None:
    assert not captured["changed"]
    after = folder / "captures" / "after.blend"
    found = unchanged.compare(folder / "kinds.blend", after, python_of(version))
    assert found.differences == []


def test_as_seen_is_what_the_untouched_project_renders(captured: Any) -> None:
    for probe in captured["probes"]:
        seen = codec.load(Clip, probe["seen"])
        assert psnr(read_picture(seen.media.path), read_picture(probe["render"])) > 45, probe[
            "kind"
        ]


def test_a_rate_adjusted_strip_gives_the_frame_under_the_playhead(
    version: str, media: Path, tmp_path: Path
) -> None:
    captured = _capture_all(MAKES_RATE_ADJUSTED, version, "rate-adjusted", media, tmp_path)
    _check_numbers(captured["probes"])
    assert not any(probe["plain"] for probe in captured["probes"])


def _capture_all(maker: str, version: str, which: str, media: Path, folder: Path) -> Any:
    blend, renders = folder / "kinds.blend", folder / "renders"
    renders.mkdir()
    probes = run_script(maker, "make_kinds.py", folder, media, blend, renders, which)
    listed = folder / "probes.json"
    listed.write_text(json.dumps(probes))
    return run_script(version, "capture_kinds.py", folder, blend, listed, folder / "captures")


def _check_numbers(probes: list[Any]) -> None:
    assert probes
    for probe in probes:
        under_playhead = makers.read_number(read_picture(probe["render"]))
        shot = codec.load(Clip, probe["shot"])
        where = f"{probe['kind']} at {probe['frame']}"
        assert _number(shot, probe["frame"]) == under_playhead, where
        seen = codec.load(Clip, probe["seen"])
        assert _number(seen, probe["frame"]) == under_playhead, f"{where}, as seen"


def _number(clip: Clip, at: int) -> int:
    """Read the number at a timeline frame as the clip's declaration says where it is."""
    index = math.floor((at - clip.record_range.start) * clip.speed)
    used = clip.media_range
    index += used.end if clip.speed < 0 else used.start
    index -= clip.speed < 0
    with open_media(clip.media) as medium:
        return makers.read_number(medium.read(0 if clip.media.kind == "still" else index).planes[0])
