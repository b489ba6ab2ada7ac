"""Results of every effect stand where an editor expects them, and look as their source does."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from tests import makers
from tests.bench import unchanged
from tests.hosts.blenders import VERSIONS, python_of, run_script
from tests.hosts.pictures import psnr, read_picture

pytestmark = [pytest.mark.hosts, pytest.mark.slow]

SIZE = (160, 96)
WITHOUT_SOUND = {"4.2.23"}


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sources, and results of several lengths: one picture throughout, or numbers from 1000."""
    folder = tmp_path_factory.mktemp("media")
    for name, frames in (("look.mov", 48), ("12_look.mov", 12), ("24_look.mov", 24)):
        _still_movie(folder / name, frames)
    _still_movie(folder / "48_look.mov", 48)
    makers.numbered_movie(folder / "numbers.mp4", 48, Fraction(24), SIZE)
    makers.sound_only(folder / "tone.wav", 2)
    for frames in (12, 24, 31, 48):
        path = folder / f"{frames}_numbers.mp4"
        makers.numbered_movie(path, frames, Fraction(24), SIZE, first=1000)
    return folder


@pytest.fixture(scope="module", params=VERSIONS)
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def folder(version: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("effects")


@pytest.fixture(scope="module")
def placed(version: str, media: Path, folder: Path) -> Any:
    return run_script(version, "place_effects.py", folder, media, folder)


def test_the_first_frame_looks_as_its_source_does_under_every_view(placed: Any) -> None:
    for case in placed["looks"]:
        for view, path in case["before"].items():
            found = psnr(read_picture(path), read_picture(case["after"][view]))
            assert found >= 40, f"{case['name']} under {view}: {found:.1f} dB"


def test_a_channel_is_named_for_the_effects_on_it(placed: Any) -> None:
    """But for the user's own, into which a bridge goes."""
    named = {(case["channel"], case["placed"]["track"]) for case in placed["looks"]}
    assert named == {(1, "Channel 1"), (2, "Generate"), (2, "Generate, Extend"), (3, "Style")}


def test_paths_are_relative_to_the_project_as_blender_keeps_its_own(placed: Any) -> None:
    assert {case["path"] for case in placed["looks"]} == {
        f"//{effect}_{frames}_look.mov_v001.mov"
        for effect, frames in (("generate", 24), ("extend", 24), ("bridge", 12), ("restyle", 48))
    }


def test_results_go_where_the_user_sees_them(placed: Any, version: str) -> None:
    """Above a closed meta, inside an open one; a channel that is muted is passed over, and so is
    one with sound."""
    above_its_sound = 5 if version in WITHOUT_SOUND else 7
    found = {
        name: (case["meta"], case["channel"], case["span"]["start"], case["span"]["duration"])
        for name, case in placed["standing"].items()
    }
    assert found == {
        "closed meta": ("", 5, 1000, 48),
        "open meta": ("meta", 4, 1000, 48),
        "gap in the meta": ("meta", 2, 1048, 12),
        "flush": ("", 4, 1248, 24),
        "above": ("", 5, 1248, 24),
        "crowded": ("", 5, 1348, 24),
        "overlap": ("", 7, 1342, 24),
        "cut": ("", 5, 1442, 12),
        "gap": ("", 4, 1648, 24),
        "heard": ("", above_its_sound, 2300, 48),
    }


def test_each_frame_of_a_result_is_shown_at_its_place(placed: Any) -> None:
    expected = {
        "flush": {"before": 47, "first": 1000, "last": 1023},
        "overlap": {"before": 41, "first": 1004, "last": 1027},
        "cut": {"before": 41, "first": 1000, "last": 1011, "after": 6},
        "gap": {"before": 47, "first": 1000, "last": 1023, "after": 0},
    }
    for name, numbers in expected.items():
        shown = {key: _number(placed["numbers"][name][key]) for key in numbers}
        assert shown == numbers, name


def test_a_style_fades_as_its_clip_does(placed: Any) -> None:
    assert placed["fade"]["values"] == [[0.0, pytest.approx(0.5), 1.0]]
    assert placed["fade"]["left"] == 0


def test_what_the_user_does_meanwhile_loses_nothing(placed: Any) -> None:
    """Moved, renamed, another scene opened, the rate changed: followed, found, told."""
    assert placed["meanwhile"] == {
        "moved": 1915,
        "renamed": [1610, "Scene"],
        "rate": "rate_changed",
        "rate again": "",
        "gone": "item_gone",
        "where it was": [1450, 7],
        "anywhere": [5000, 1],
    }


def test_everything_else_is_as_it_was(placed: Any, folder: Path, version: str) -> None:
    before, after = folder / "before.blend", folder / "faded.blend"
    found = unchanged.compare(before, after, python_of(version))
    assert found.differences == []


def _number(path: str) -> int:
    return makers.read_number(read_picture(path))


def _still_movie(path: Path, frames: int) -> None:
    """Write a movie of one coloured picture, soft with a few edges."""
    down, across = np.mgrid[0 : SIZE[1], 0 : SIZE[0]] / SIZE[0]
    waves = [np.sin(across * (5 + n) + n) * np.cos(down * (4 + 2 * n)) for n in range(3)]
    picture = np.stack(waves, axis=2) * 0.4 + 0.5
    picture[30:60, 40:90] *= (0.9, 0.4, 0.3)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=Fraction(24))
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height = SIZE
        stream.pix_fmt = "yuv420p"
        for _ in range(frames):
            frame = av.VideoFrame.from_ndarray((picture * 255).astype(np.uint8), "rgb24")
            container.mux(stream.encode(frame.reformat(format="yuv420p")))
        container.mux(stream.encode(None))
