"""A disk that fills up or fails, at every byte and every call: one outcome, nothing left, retried.

The whole pipeline runs, from a real source to a named result with its recipe. Errors come from a
limit of the file's size (any byte), from really small disks (where mounting is permitted), and
from fail points (each write, flush, rename and recipe).
"""

from __future__ import annotations

import errno
import json
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from afterframe import failpoints
from afterframe.core.admission import admit
from afterframe.core.recipe import beside, read_recipe
from afterframe.errors import OutputError
from afterframe.failpoints import read_orders
from afterframe.media.clip import media_clip
from afterframe.media.formats import delivery_format
from afterframe.pipeline.run import Hooks, run_job
from afterframe_hosts.wire.clip import Clip
from afterframe_hosts.wire.job import Job, Output, Result, new_id
from afterframe_models import registry
from tests.makers import write_picture
from tests.unit.test_media_writer import ONE_OF_EACH

REPOSITORY = Path(__file__).resolve().parents[2]
FRAMES = 5
SIZE = (256, 144)
MOVIES = [name for name in ONE_OF_EACH if delivery_format(name).kind == "movie"]
SEQUENCES = [name for name in ONE_OF_EACH if delivery_format(name).kind == "sequence"]
FULL = ("ENOSPC", "EDQUOT", "EFBIG")
LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux")
BETWEEN = {"writer.verified", "recipe.published", "delivery.published"}
"""Points that stand between two calls, and not before one that can fail."""
NEVER_FAIL = {"platform.sync_folder"}
"""Points whose error ends no job: the name stands already."""


class Counting(dict[str, failpoints._Order]):
    """Orders that order nothing and count who asks."""

    def __init__(self) -> None:
        super().__init__()
        self.met: dict[str, int] = {}

    def __contains__(self, name: object) -> bool:
        self.met[str(name)] = self.met.get(str(name), 0) + 1
        return False


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Clip:
    folder = tmp_path_factory.mktemp("source")
    noise = np.random.default_rng(0).integers(0, 255, (SIZE[1], SIZE[0], 3), np.uint8)
    return media_clip(write_picture(folder / "noise.png", noise))  # nothing encodes it small


@pytest.fixture(autouse=True)
def orders(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(failpoints, "_orders", {})
    yield
    failpoints._met.clear()


def job_of(clip: Clip, output: Output) -> Job:
    parameters = {"frames": FRAMES, "prompt": "slow zoom in", "seed": 1}
    job = Job(new_id(), "generate", clip, output, parameters=parameters)
    return admit(job, registry.infos())


def run(job: Job) -> Result:
    return run_job(job, Hooks(lambda progress: None, lambda picture: None, lambda: None))


def everything_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def met(job: Job, monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """Return how often an undisturbed run comes to each point."""
    counting = Counting()
    monkeypatch.setattr(failpoints, "_orders", counting)
    run(job)
    monkeypatch.setattr(failpoints, "_orders", {})
    return counting.met


def give(text: str) -> None:
    failpoints._met.clear()
    failpoints._orders.clear()
    failpoints._orders.update(read_orders(text))


def code_of(job: Job) -> str:
    try:
        run(job)
    except OutputError as error:
        return error.code if error.fix() else "no fix"
    return "written"


def check_retried(job: Job) -> None:
    """The same job, with the disk well again, comes to one result and its recipe."""
    give("")
    result = run(job)
    assert read_recipe(Path(result.recipe)).job.id == job.id
    path = Path(result.path)
    pictures = FRAMES if "#" in path.name else 1
    assert (
        len([entry for entry in path.parent.iterdir() if entry.suffix == path.suffix]) == pictures
    )
    assert beside(path) == Path(result.recipe)


@pytest.mark.parametrize("name", MOVIES)
def test_a_disk_full_at_any_write_is_told_and_leaves_nothing(
    name: str, clip: Clip, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = Path(clip.media.path).read_bytes()
    writes = met(job_of(clip, Output(str(tmp_path / "count"), format=name)), monkeypatch)
    last = writes["movie.write"]
    assert last >= 2
    for number in sorted({*range(1, last, max(1, last // 8)), *range(max(1, last - 6), last + 1)}):
        for ending in ("", "+"):  # an error that passes has taken bytes with it all the same
            job = job_of(clip, Output(str(tmp_path / "out"), format=name))
            give(f"movie.write=ENOSPC@{number}{ending}")
            assert code_of(job) == "disk_full", number
            assert not (tmp_path / "out").exists(), number
    check_retried(job)
    assert Path(clip.media.path).read_bytes() == source


@pytest.mark.parametrize("name", SEQUENCES)
@pytest.mark.parametrize("point", ["pictures.write", "pictures.sync"])
def test_a_disk_full_at_any_picture_is_told_and_leaves_nothing(
    name: str, point: str, clip: Clip, tmp_path: Path
) -> None:
    for number in range(1, FRAMES + 1):
        job = job_of(clip, Output(str(tmp_path / "out"), format=name))
        give(f"{point}=ENOSPC@{number}")
        assert code_of(job) == "disk_full", number
        assert not (tmp_path / "out").exists(), number
    check_retried(job)


@pytest.mark.parametrize("name", ["dnxhr_hq", "png"])
@pytest.mark.parametrize(
    ("number", "code"),
    [
        *((number, "disk_full") for number in FULL),
        ("EIO", "not_writable"),
        ("EROFS", "not_writable"),
        ("EACCES", "not_writable"),
        ("EPERM", "not_writable"),
        ("ENOENT", "destination_gone"),
        ("ENODEV", "destination_gone"),
        ("ESTALE", "destination_gone"),
        ("ENAMETOOLONG", "name_too_long"),
    ],
)
def test_an_error_at_any_moment_has_one_code_and_leaves_nothing(
    name: str,
    number: str,
    code: str,
    clip: Clip,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Every point that a job comes to; for a full disk, the last time that it comes there too."""
    if not hasattr(errno, number):
        pytest.skip(f"this system has no {number}")
    points = met(job_of(clip, Output(str(tmp_path / "count"), format=name)), monkeypatch)
    for point in points.keys() - NEVER_FAIL - BETWEEN:
        for meeting in {1, points[point]} if number == "ENOSPC" else {1}:
            job = job_of(clip, Output(str(tmp_path / "out"), format=name))
            give(f"{point}={number}@{meeting}+")
            assert code_of(job) == code, (point, meeting)
            assert not (tmp_path / "out").exists(), (point, meeting)
    check_retried(job)


def test_a_name_that_cannot_be_forced_to_the_disk_is_no_reason_to_fail(
    clip: Clip, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    give("platform.sync_folder=EIO+")
    run(job_of(clip, Output(str(tmp_path / "out"))))
    assert "not forced to the disk" in caplog.text


@pytest.mark.parametrize("name", ["dnxhr_hq", "png"])
def test_a_result_that_was_to_be_replaced_stands_as_it_was(
    name: str, clip: Clip, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever fails before the new one has its name; its older recipe stays with it."""
    path = str(tmp_path / f"mine{delivery_format(name).suffix}")
    output = Output(path=path, format=name, overwrite=True)
    first = run(job_of(clip, output))
    if "#" in first.path:
        (Path(first.path).parent / "notes.txt").write_text("the user's own")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    points = met(job_of(clip, output), monkeypatch)
    assert {"writer.publish", "recipe.write"} <= points.keys()
    after_that = {"recipe.publish", "writer.tidy"}
    lay_again(tmp_path, before)
    for point in points.keys() - NEVER_FAIL - BETWEEN - after_that:
        job = job_of(clip, output)
        give(f"{point}=ENOSPC+")
        assert code_of(job) == "disk_full", point
        assert {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()} == before, point
    check_retried(job)
    if "#" in first.path:
        assert (Path(first.path).parent / "notes.txt").read_text() == "the user's own"


def lay_again(folder: Path, files: dict[Path, bytes]) -> None:
    """Lay files as they were."""
    for path, contents in files.items():
        path.write_bytes(contents)
    for path in folder.rglob("*"):
        if path.is_file() and path not in files:
            path.unlink()


SCRIPT = """
import json, os, resource, shutil, subprocess, sys
from pathlib import Path
sys.path.insert(0, {repository!r})
from dataclasses import replace
from afterframe.media import disk, writer
from afterframe.pipeline.preflight import Preflight
from tests.unit.test_media_disk_full import *

folder, name = Path(sys.argv[1]), sys.argv[2]
clip = media_clip(Path(sys.argv[3]))
disk.RESERVE = 0
# The disk fills up after it was asked.
writer.check_room = lambda folder, needed: None
Preflight.check = lambda preflight, room=None: None
"""


def in_a_process(script: str, *arguments: str, prefix: tuple[str, ...] = ()) -> str:
    code = SCRIPT.format(repository=str(REPOSITORY)) + textwrap.dedent(script)
    done = subprocess.run(
        [*prefix, sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


@LINUX
@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_a_file_that_may_not_grow_past_any_byte_is_told(
    name: str, clip: Clip, tmp_path: Path
) -> None:
    """A limit of the file's size cuts a write in its middle, as a full disk does."""
    script = """
        result = run(job_of(clip, Output(str(folder / "whole"), format=name)))
        files = [path for path in (folder / "whole").rglob("*") if path.is_file()]
        whole = max(path.stat().st_size for path in files if path.suffix != ".json")
        hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
        job = job_of(clip, Output(str(folder / "out"), format=name))
        told = {}
        steps = {whole * step // 8 for step in range(8)} | {whole - n for n in (1, 2, 9, 24, 40)}
        for limit in sorted(steps):
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
            told[limit] = code_of(job)
            resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
            assert not (folder / "out").exists(), limit
        check_retried(job)
        print(json.dumps(told))
    """
    told = json.loads(in_a_process(script, str(tmp_path), name, clip.media.path).splitlines()[-1])
    assert set(told.values()) == {"disk_full"}, told


def mounting() -> tuple[str, ...] | None:
    """Return the words that let a program mount disks of its own; None where it may not."""
    for words in (("unshare", "-m"), ("unshare", "-rm")):
        probe = [*words, "mount", "-t", "tmpfs", "none", "/mnt"]
        try:
            if subprocess.run(probe, check=False, capture_output=True).returncode == 0:
                return words
        except OSError:
            return None
    return None


@LINUX
@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_a_disk_of_any_size_that_is_too_small_is_told(
    name: str, clip: Clip, tmp_path: Path
) -> None:
    """Real small file systems, a page larger each: recipe, index and folders find no room too."""
    prefix = mounting()
    if prefix is None:
        pytest.skip("mounting is not permitted here")
    script = """
        small = folder / "small"
        small.mkdir()
        result = run(job_of(clip, Output(str(folder / "whole"), format=name)))
        files = (path for path in (folder / "whole").rglob("*") if path.is_file())
        whole = sum(path.stat().st_size for path in files)
        step = max(1, whole // 4096 // 8)
        told, size = [], 4096 * 2
        job = job_of(clip, Output(str(small / "out"), format=name))
        while not told or told[-1] != "written":
            mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "none", str(small)]
            subprocess.run(mount, check=True)
            told.append(code_of(job))
            left = everything_in(small)
            assert told[-1] == "written" or left == [], (size, left)
            subprocess.run(["umount", str(small)], check=True)
            size += 4096 * step
        print(json.dumps(told))
    """
    arguments = (str(tmp_path), name, clip.media.path)
    told = json.loads(in_a_process(script, *arguments, prefix=prefix).splitlines()[-1])
    assert told.pop() == "written"
    assert len(told) > 3
    assert set(told) == {"disk_full"}, told


def test_a_job_on_a_full_disk_does_not_harm_the_job_after_it(clip: Clip, tmp_path: Path) -> None:
    give("movie.write=ENOSPC+")
    first = job_of(clip, Output(str(tmp_path / "out")))
    assert code_of(first) == "disk_full"
    check_retried(replace(first, id=new_id()))
