"""A placed result looks as its source does there, stands where it should, and changes nothing."""

from __future__ import annotations

import json
import shutil
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

SIZE = (256, 128)
FRAMES = 48


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A movie and an EXR sequence of one coloured picture, the same from first to last."""
    folder = tmp_path_factory.mktemp("media")
    picture = _picture()
    with av.open(str(folder / "look.mov"), "w") as container:
        stream = container.add_stream("dnxhd", rate=Fraction(24000, 1001))
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height = SIZE
        stream.pix_fmt, stream.options = "yuv422p", {"profile": "dnxhr_hq"}
        for _ in range(FRAMES):
            frame = av.VideoFrame.from_ndarray((picture * 255).astype(np.uint8), "rgb24")
            container.mux(stream.encode(frame.reformat(format="yuv422p", dst_colorspace="itu709")))
        container.mux(stream.encode(None))
    (folder / "pictures").mkdir()
    for number in range(1, FRAMES + 1):
        path = folder / "pictures" / f"pictures_v002.{number:04d}.exr"
        makers.write_picture(path, (picture * 1.5).astype(np.float16))
    return folder


@pytest.fixture(scope="module", params=VERSIONS)
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def project(version: str, media: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    shutil.copy(media / "look.mov", folder / "plain_generate_v007.mov")
    shutil.copytree(media / "pictures", folder / "pictures_v002")
    return folder


@pytest.fixture(scope="module")
def placed(version: str, media: Path, project: Path) -> Any:
    return run_script(version, "place_results.py", project, media, project)


def test_the_first_frame_equals_the_scenes_render_of_the_source(placed: Any) -> None:
    for case in placed["cases"]:
        for view, path in case["before"].items():
            found = psnr(read_picture(path), read_picture(case["after"][view]))
            assert found >= 40, f"{case['kind']} under {view}: {found:.1f} dB"


def test_a_result_stands_at_its_frame_after_saving_and_loading(placed: Any) -> None:
    for case in placed["cases"]:
        stands = case["reloaded"]
        assert (stands["start"], stands["end"]) == (case["at"], case["at"] + FRAMES), case["kind"]
        assert stands["color_tag"] == "COLOR_06"
        assert not stands["selected"]
        assert case["placed"]["span"] == {"start": case["at"], "duration": FRAMES}
        assert stands["elements"] == (FRAMES if stands["type"] == "IMAGE" else 1)


def test_a_result_says_what_it_is(placed: Any) -> None:
    first = placed["cases"][0]
    assert first["placed"]["name"] == "plain generate v007"
    said = first["reloaded"]["properties"]
    assert said["afterframe_job"] == said["afterframe_lineage"] == "0" * 32
    assert said["afterframe_effect"] == "generate"
    assert json.loads(said["afterframe_owner"]) == ["Scene", "plain generate v007"]
    (take,) = json.loads(said["afterframe_takes"])
    assert take["result"]["path"] == "//plain_generate_v007.mov"
    assert take["result"]["recipe"] == "//plain_generate_v007.afterframe.json"
    (footage,) = take["footage"]
    assert (footage["strip"], footage["head"], footage["tail"]) == ("plain.mov", 20, 21)


def test_taken_and_locked_channels_are_left_alone(placed: Any) -> None:
    assert placed["cases"][0]["reloaded"]["channel"] == 4
    assert placed["cases"][1]["reloaded"]["channel"] == 2


def test_a_job_is_placed_once(placed: Any) -> None:
    assert all(case["placed again"] for case in placed["cases"])


def test_a_result_follows_a_clip_that_was_moved_meanwhile(placed: Any) -> None:
    assert placed["moved"] == 3


def test_what_cannot_be_placed_is_refused_and_nothing_is_added(placed: Any) -> None:
    stopped = ["stopped"] * 4
    codes = ["place_failed", "place_failed", *stopped, "no_free_channel", "item_gone"]
    assert placed["refusals"] == {"codes": codes, "strips added": 0}


def test_placing_is_one_undo_step_and_placing_again_none(placed: Any) -> None:
    assert placed["undo"] == ["Place NAME"]


def test_everything_else_is_as_it_was(placed: Any, project: Path, version: str) -> None:
    found = unchanged.compare(project / "before.blend", project / "after.blend", python_of(version))
    assert found.differences == []
    assert len(found.added) == len(placed["cases"])
    assert found.values > 10_000


def test_a_change_is_found(project: Path, placed: Any, version: str, tmp_path: Path) -> None:
    changed = tmp_path / "changed.blend"
    run_script(version, "change_one_value.py", tmp_path, project / "after.blend", changed)
    found = unchanged.compare(project / "before.blend", changed, python_of(version))
    assert any("graded" in path and "contrast" in path for path, *_ in found.differences)
    assert all("graded" in path for path, *_ in found.differences)


def _picture() -> Any:
    """Return a coloured picture (112, 192, 3) from 0 to 1: soft, with a few edges."""
    down, across = np.mgrid[0 : SIZE[1], 0 : SIZE[0]] / SIZE[0]
    waves = [np.sin(across * (5 + n) + n) * np.cos(down * (4 + 2 * n)) for n in range(3)]
    picture = np.stack(waves, axis=2) * 0.4 + 0.5
    picture[30:60, 40:90] *= (0.9, 0.4, 0.3)
    return picture.astype(np.float32)
