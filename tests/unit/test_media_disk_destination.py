"""A destination that refuses, vanishes or clashes: one clear error each, nothing half-written.

The whole pipeline runs; afterwards, with the destination well again, the same job succeeds.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from afterframe import failpoints
from afterframe.core.recipe import read_recipe
from afterframe.errors import (
    DestinationGone,
    NameTooLong,
    NotWritable,
    OutputError,
    OutputExists,
)
from afterframe.media.clip import media_clip
from afterframe.media.formats import delivery_format
from afterframe.pipeline.run import Hooks, run_job
from afterframe_hosts.wire.clip import Clip
from afterframe_hosts.wire.job import Job, Output, Progress, Result
from tests.makers import write_picture
from tests.unit.test_media_disk_full import (
    FRAMES,
    LINUX,
    SIZE,
    check_retried,
    everything_in,
    give,
    in_a_process,
    job_of,
    mounting,
    run,
)

KINDS = ["dnxhr_hq", "h264", "png", "exr"]


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Clip:
    noise = np.random.default_rng(0).integers(0, 255, (SIZE[1], SIZE[0], 3), np.uint8)
    return media_clip(write_picture(tmp_path_factory.mktemp("source") / "noise.png", noise))


@pytest.fixture(autouse=True)
def orders(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(failpoints, "_orders", {})
    yield
    failpoints._met.clear()


def run_with(job: Job, at_frame: int, what: Callable[[], object]) -> Result:
    """Run a job; when it has made so many frames, something happens."""

    def progress(now: Progress) -> None:
        if now.phase == "making" and now.done == at_frame:
            what()

    return run_job(job, Hooks(progress, lambda picture: None, lambda: None))


def remove(folder: Path) -> None:
    """Remove a folder into which others are still writing."""
    while folder.exists():
        shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps a folder whose files are open")
@pytest.mark.parametrize("at_frame", [1, 3, FRAMES])
@pytest.mark.parametrize("name", KINDS)
def test_a_destination_that_is_removed_in_the_middle_is_told(
    name: str, at_frame: int, clip: Clip, tmp_path: Path
) -> None:
    disk = tmp_path / "disk"
    job = job_of(clip, Output(str(disk / "out"), format=name))
    with pytest.raises(DestinationGone) as told:
        run_with(job, at_frame, lambda: remove(disk))
    assert told.value.params["folder"] == str(disk / "out")
    assert not disk.exists()
    check_retried(job)


@LINUX
@pytest.mark.parametrize("name", KINDS)
def test_a_disk_that_is_unplugged_in_the_middle_is_told(
    name: str, clip: Clip, tmp_path: Path
) -> None:
    """The mount goes away under open files, as ``umount -l`` and a pulled cable do."""
    prefix = mounting()
    if prefix is None:
        pytest.skip("mounting is not permitted here")
    script = """
        from tests.unit.test_media_disk_destination import run_with
        disk = folder / "disk"
        disk.mkdir()
        mount = ["mount", "-t", "tmpfs", "none", str(disk)]
        subprocess.run(mount, check=True)
        job = job_of(clip, Output(str(disk / "out"), format=name))
        try:
            run_with(job, 3, lambda: subprocess.run(["umount", "-l", str(disk)], check=True))
        except OutputError as error:
            print(error.code)
        print(everything_in(disk))
        subprocess.run(mount, check=True)
        check_retried(job)
    """
    told = in_a_process(script, str(tmp_path), name, clip.media.path, prefix=prefix)
    assert told.splitlines() == ["destination_gone", "[]"]


@LINUX
@pytest.mark.parametrize("name", ["dnxhr_hq", "png"])
def test_a_disk_that_is_mounted_read_only_is_told(name: str, clip: Clip, tmp_path: Path) -> None:
    prefix = mounting()
    if prefix is None:
        pytest.skip("mounting is not permitted here")
    script = """
        disk = folder / "disk"
        disk.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "ro", "none", str(disk)], check=True)
        job = job_of(clip, Output(str(disk / "out"), format=name))
        print(code_of(job))
        subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
        check_retried(job)
    """
    told = in_a_process(script, str(tmp_path), name, clip.media.path, prefix=prefix)
    assert told.splitlines() == ["not_writable"]


@pytest.mark.skipif(not hasattr(os, "setresuid"), reason="another user cannot be tried here")
@pytest.mark.parametrize("mode", [0o555, 0o700, 0o000])
def test_a_folder_where_this_user_may_not_write_or_look_is_told(mode: int, clip: Clip) -> None:
    if os.getuid() != 0:
        pytest.skip("only root can try another user")
    with tempfile.TemporaryDirectory() as place:
        open_to_all = Path(place)
        open_to_all.chmod(0o755)
        source = Path(shutil.copy(clip.media.path, open_to_all))
        closed = open_to_all / "closed"
        closed.mkdir()
        closed.chmod(mode)
        script = """
            os.setresuid(65534, 65534, 65534)
            for name in (name, "png"):
                for output in (Output(str(folder)), Output(str(folder / "in" / "it")),
                               Output(path=str(folder / "mine.mov"))):
                    output = replace(output, format="auto" if output.path else name)
                    print(code_of(job_of(clip, output)))
        """
        told = in_a_process(script, str(closed), "dnxhr_hq", str(source))
        assert set(told.split()) == {"not_writable"}
        assert everything_in(closed) == []


@pytest.mark.parametrize("name", ["dnxhr_hq", "png"])
def test_a_destination_that_is_a_file_is_told_and_kept(
    name: str, clip: Clip, tmp_path: Path
) -> None:
    file = tmp_path / "out"
    file.write_text("the user's own")
    for folder in (file, file / "below"):
        with pytest.raises(NotWritable):
            run(job_of(clip, Output(str(folder), format=name)))
    assert file.read_text() == "the user's own"
    assert everything_in(tmp_path) == ["out"]


@pytest.mark.parametrize("name", ["dnxhr_hq", "png"])
def test_a_result_that_is_open_elsewhere_and_cannot_be_replaced_is_told(
    name: str, clip: Clip, tmp_path: Path
) -> None:
    """What Windows says of a file that a host has open; the older one stays whole."""
    path = str(tmp_path / f"mine{delivery_format(name).suffix}")
    job = job_of(clip, Output(path=path, format=name, overwrite=True))
    run(job)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    again = replace(job, id="0" * 32)
    give("writer.publish=EACCES+")
    with pytest.raises(NotWritable):
        run(again)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
    check_retried(again)


def test_a_destination_on_another_file_system_is_written_in_place(
    clip: Clip, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Temporary names lie beside the result: nothing is ever renamed across."""
    shared = Path("/dev/shm")
    if not shared.is_dir() or shared.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("there is one file system only")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with tempfile.TemporaryDirectory(dir=shared) as out:
        for name in KINDS:
            check_retried(job_of(clip, Output(out, format=name)))
    assert everything_in(tmp_path) == []


@pytest.mark.parametrize("name", ["dnxhr_hq", "png"])
@pytest.mark.parametrize("given", ["name", "path"])
def test_a_name_too_long_is_told_before_a_frame_is_made(
    name: str, given: str, clip: Clip, tmp_path: Path
) -> None:
    long = "n" * 245
    folder = tmp_path / "out"
    output = Output(str(folder), name=long) if given == "name" else Output(path=f"{folder}/{long}")
    made: list[Progress] = []
    with pytest.raises(NameTooLong) as told:
        run_job(
            job_of(clip, replace(output, format=name)),
            Hooks(made.append, lambda picture: None, lambda: None),
        )
    assert long in str(told.value)
    assert [progress for progress in made if progress.phase == "making"] == []
    assert not folder.exists()


@pytest.mark.parametrize("length", [180, 210])
def test_a_name_that_the_disk_takes_is_taken_whole(length: int, clip: Clip, tmp_path: Path) -> None:
    """Temporary names are no longer than the result's own."""
    for name in ("dnxhr_hq", "png"):
        job = job_of(clip, Output(str(tmp_path), name=f"{name}{'n' * length}", format=name))
        check_retried(job)


def test_a_clips_long_name_in_any_script_is_cut_to_what_every_disk_takes(
    clip: Clip, tmp_path: Path
) -> None:
    for script in ("镜头", "n", "🎬"):
        check_retried(job_of(replace(clip, name=script * 200), Output(str(tmp_path / script))))


def test_two_names_that_differ_in_case_alone_are_not_both_used(clip: Clip, tmp_path: Path) -> None:
    """On the disks of macOS and Windows they are one: a version is never taken twice."""
    (tmp_path / "SHOT_V001.MOV").touch()
    result = run(job_of(clip, Output(str(tmp_path), name="shot", format="dnxhr_hq")))
    assert Path(result.path).name == "shot_v002.mov"


def test_a_name_that_is_taken_at_the_last_moment_gives_the_next_one(
    clip: Clip, tmp_path: Path
) -> None:
    for name in ("dnxhr_hq", "png"):
        made = delivery_format(name)
        taken = tmp_path / (f"{name}_v001" + ("" if made.kind == "sequence" else made.suffix))
        job = job_of(clip, Output(str(tmp_path), name=name, format=name))
        result = run_with(job, FRAMES, taken.mkdir)
        assert f"{name}_v002" in result.path
        assert everything_in(taken) == []
        assert read_recipe(Path(result.recipe)).job.id == job.id


def test_an_exact_name_that_is_taken_at_the_last_moment_is_told(clip: Clip, tmp_path: Path) -> None:
    for name in ("dnxhr_hq", "png"):
        made = delivery_format(name)
        path = tmp_path / f"{name}{made.suffix}"
        taken = path.with_suffix("") if made.kind == "sequence" else path
        with pytest.raises(OutputExists):
            run_with(job_of(clip, Output(path=str(path), format=name)), FRAMES, taken.mkdir)
        assert everything_in(tmp_path) == [taken.name]
        taken.rmdir()


@pytest.mark.parametrize("name", ["dnxhr_hq", "png"])
def test_a_recipe_that_cannot_be_written_leaves_no_result(
    name: str, clip: Clip, tmp_path: Path
) -> None:
    in_its_place = tmp_path / "mine.afterframe.json"
    in_its_place.mkdir()
    job = job_of(
        clip, Output(path=str(tmp_path / f"mine{delivery_format(name).suffix}"), format=name)
    )
    with pytest.raises(OutputError) as told:
        run(job)
    assert told.value.code == "not_writable"
    assert everything_in(tmp_path) == ["mine.afterframe.json"]
    in_its_place.rmdir()
    check_retried(job)


@pytest.mark.parametrize("links", ["", ";platform.link=EPERM+"])
@pytest.mark.parametrize("name", ["dnxhr_hq", "png"])
def test_a_file_system_that_cannot_refuse_a_taken_name_gives_it_once_all_the_same(
    name: str, links: str, clip: Clip, tmp_path: Path
) -> None:
    """As of network shares and, without links, of a stick in exFAT."""
    results = set()
    for _ in range(3):
        give(f"platform.rename=EINVAL+{links}")
        job = job_of(clip, Output(str(tmp_path), format=name))
        results.add(run(job).path)
        assert run(job).path in results  # found again, by its recipe
    assert len(results) == 3
    assert not any(entry.startswith(".") for entry in everything_in(tmp_path))


def test_an_empty_file_that_held_a_name_when_all_was_killed_is_made_whole(
    clip: Clip, tmp_path: Path
) -> None:
    """Its recipe says whose it was: the next attempt removes both."""
    job = job_of(clip, Output(str(tmp_path), format="dnxhr_hq"))
    result = Path(run(job).path)
    result.write_bytes(b"")
    again = run(job)
    assert Path(again.path) == result
    assert result.stat().st_size > 0
    assert len(everything_in(tmp_path)) == 2
