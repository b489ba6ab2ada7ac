"""Engines work where their card and the machine permit; a device that fails ends no job."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from afterframe.core.recipe import beside, read_recipe
from afterframe.errors import Cancelled, EngineFailed
from afterframe.media.frame import Frame
from afterframe.pipeline.run import Hooks, run_job
from afterframe.service.lanes import plan_lanes
from afterframe_hosts.wire.catalogue import LANGUAGES
from afterframe_hosts.wire.clip import Media
from afterframe_hosts.wire.job import Result
from afterframe_models.base import Context, Request
from tests.makers import numbered_movie
from tests.unit.test_pipeline_run import CARD, job, numbers, play
from tests.unit.test_pipeline_run import use as use

Use = Callable[..., None]
ASK = """
import sys
from afterframe.pipeline.device import device_for
from afterframe_models import registry
card = registry.cards()["bridge"]
from dataclasses import replace
print(device_for(replace(card, gpu={gpu})), "torch" in sys.modules)
"""


def asked(folder: Path, torch: str, device: str = "", *, gpu: bool = True) -> str:
    """Ask a process that finds this code under the name of torch; '' leaves it away."""
    if torch:
        build, _, code = torch.partition("\n")
        info = folder / f"torch-{build}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: torch\nVersion: {build}\n")
        (folder / "torch").mkdir()
        (folder / "torch" / "__init__.py").write_text(code)
    environ = {**os.environ, "PYTHONPATH": str(folder), "AFTERFRAME_DEVICE": device}
    done = subprocess.run(
        [sys.executable, "-c", ASK.format(gpu=gpu)], env=environ, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


CARD_OF_CUDA = """2.13.0
class Tensor: pass
class device: pass
class accelerator:
    def is_available(): return True
    def current_accelerator():
        device.type = "cuda"
        return device
class ones:
    def __init__(self, count, device): assert device == "cuda"
    def __mul__(self, other): return self
    def sum(self): return self
    def item(self): return 4
"""


@pytest.mark.skipif(sys.modules.get("torch") is not None, reason="the real torch is here")
@pytest.mark.parametrize(
    ("torch", "device", "gpu", "expected"),
    [
        ("2.13.0+cpu\nraise SystemExit(3)", "", True, "cpu False"),
        ("2.13.0\nraise SystemExit(3)", "cpu", True, "cpu False"),
        ("2.13.0\nraise SystemExit(3)", "", False, "cpu False"),
        ("2.13.0\nraise ImportError('no driver')", "", True, "cpu False"),
        ("2.13.0\nraise OSError('libcudart.so')", "", True, "cpu False"),
        (CARD_OF_CUDA, "", True, "cuda True"),
        (CARD_OF_CUDA, "cuda", True, "cuda True"),
        (CARD_OF_CUDA, "xpu", True, "cpu True"),
    ],
)
def test_torch_is_asked_only_where_it_has_devices_and_an_engine_uses_them(
    tmp_path: Path, torch: str, device: str, gpu: bool, expected: str
) -> None:
    assert asked(tmp_path, torch, device, gpu=gpu) == expected


def test_the_quick_lane_stays_on_the_cpu_and_each_gpu_has_a_lane_of_its_own() -> None:
    one, two = plan_lanes(["A"]), plan_lanes(["A", "B"])
    assert [plan.name for plan in two] == ["render-0", "render-1", "quick"]
    for quick in (plan_lanes([])[-1], one[-1], two[-1]):
        assert quick.environment["AFTERFRAME_DEVICE"] == "cpu"
    assert "AFTERFRAME_DEVICE" not in one[0].environment


def run_on(device: str, folder: Path) -> Result:
    media = Media("movie", str(numbered_movie(folder / "shot.mov", 24)))
    hooks = Hooks(lambda told: None, lambda picture: None, lambda: None, device=device)
    return run_job(job(media, folder), hooks)


def on_device(what: Exception, after: int) -> Callable[[Request, Context], Iterator[Frame]]:
    """An engine that on a device breaks after some frames."""

    def make(request: Request, context: Context) -> Iterator[Frame]:
        for index, frame in enumerate(play(request, context)):
            if context.device != "cpu" and index == after:
                raise what
            yield frame

    return make


@pytest.mark.parametrize("after", [0, 3])
def test_where_a_device_fails_the_cpu_makes_the_rest_and_it_is_told(
    tmp_path: Path, use: Use, after: int
) -> None:
    use(on_device(RuntimeError("out of memory\nand more"), after), replace(CARD, gpu=True))
    result = run_on("cuda", tmp_path)
    assert numbers(result) == [7, 8, 9, 10, 11]
    recipe = read_recipe(beside(Path(result.path)))
    (note,) = recipe.notes
    assert note.id == "note.device_failed"
    assert note.params == {"device": "cuda", "detail": "out of memory"}
    for language in LANGUAGES:
        assert "out of memory" in note.text(language)


def test_an_engine_s_own_error_is_one_on_the_cpu_too(tmp_path: Path, use: Use) -> None:
    def broken(request: Request, context: Context) -> Iterator[Frame]:
        yield from play(replace(request, frames=1), context)
        raise RuntimeError("a bug")

    use(broken, replace(CARD, gpu=True))
    with pytest.raises(EngineFailed, match="a bug"):
        run_on("cuda", tmp_path)


def test_cancelling_is_no_failure_of_the_device(tmp_path: Path, use: Use) -> None:
    use(on_device(Cancelled(), 2), replace(CARD, gpu=True))
    with pytest.raises(Cancelled):
        run_on("cuda", tmp_path)


@pytest.mark.parametrize("device", ["cpu", "cuda"])
def test_the_recipe_says_where_pixels_were_worked_on(tmp_path: Path, use: Use, device: str) -> None:
    use(play)
    recipe = read_recipe(beside(Path(run_on(device, tmp_path).path)))
    assert recipe.maker.device == device
