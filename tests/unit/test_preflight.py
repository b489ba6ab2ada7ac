"""What does not fit is refused before any work, and what is offered instead does fit."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from afterframe import platform
from afterframe.core.admission import admit
from afterframe.core.preflight import (
    MEGABYTE,
    Need,
    Option,
    Room,
    fitting,
    lacking,
    memory_needed,
    seconds_left,
    smaller_sizes,
)
from afterframe.errors import DiskFull, MemoryShort, OutOfMemory, TooLarge
from afterframe.media.clip import media_clip
from afterframe.pipeline import preflight
from afterframe.pipeline.run import Hooks, run_job
from afterframe_hosts.wire.catalogue import LANGUAGES
from afterframe_hosts.wire.clip import Span
from afterframe_hosts.wire.job import Job, Output, Progress, new_id
from afterframe_models import registry
from tests.makers import numbered_movie

HOOKS = Hooks(lambda told: None, lambda picture: None, lambda: None)
PLENTY = Room(10**15, 10**15, False, 10**15)


@pytest.mark.parametrize(
    ("need", "room", "lack"),
    [
        (Need(10, 2, 5), Room(10, 2, False, 5), ""),
        (Need(11, 2, 5), Room(10, 2, False, 5), "disk"),
        (Need(10, 3, 5), Room(10, 2, False, 5), "scratch"),
        (Need(10, 2, 6), Room(10, 2, False, 5), "memory"),
        (Need(10, 2, 5), Room(11, 11, True, 5), "disk"),
        (Need(10, 2, 5), Room(12, 12, True, 5), ""),
        (Need(11, 2, 6), Room(10, 2, False, 5), "disk"),
    ],
)
def test_what_is_short_is_named(need: Need, room: Room, lack: str) -> None:
    assert lacking(need, room) == lack


def test_of_each_kind_the_first_that_fits_in_everything_is_offered() -> None:
    room = Room(10, 10, False, 10)
    options = [
        Option("format", "a", Need(12, 0, 0)),
        Option("format", "b", Need(9, 0, 20)),
        Option("format", "c", Need(8, 0, 9)),
        Option("format", "d", Need(1, 0, 1)),
        Option("size", "1x1", Need(11, 0, 1)),
    ]
    assert fitting(options, room) == ("c",)


def test_memory_grows_with_pictures_and_engine_not_with_length() -> None:
    small = memory_needed(
        read=3 * MEGABYTE,
        made=4 * MEGABYTE,
        writer_pictures=12,
        megapixels=2,
        engine_mb=0,
        threads=2,
    )
    assert small == 110 * MEGABYTE + 25 * 3 * MEGABYTE + 12 * 4 * MEGABYTE


@pytest.mark.parametrize(
    ("size", "sizes"),
    [
        ((1920, 1080), ((1280, 720), (960, 540), (640, 360))),
        ((1080, 1920), ((720, 1280), (540, 960), (360, 640))),
        ((640, 360), ()),
        ((2048, 858), ((1920, 804), (1280, 536), (960, 402), (640, 268))),
    ],
)
def test_smaller_sizes_keep_the_shape(
    size: tuple[int, int], sizes: tuple[tuple[int, int], ...]
) -> None:
    assert smaller_sizes(*size) == sizes


@pytest.fixture
def job(tmp_path: Path) -> Job:
    movie = numbered_movie(tmp_path / "m.mp4", frames=30, size=(1280, 720))
    output = Output(folder=str(tmp_path / "out"), format="dnxhr_hq")
    asked = Job(new_id(), "retime", media_clip(movie), output, parameters={"speed": 1.0})
    return admit(asked, registry.infos())


def free(monkeypatch: pytest.MonkeyPatch, room: Room) -> None:
    monkeypatch.setattr(preflight, "room_now", lambda folder: room)


@pytest.mark.parametrize(("one_disk", "megabytes"), [(False, 26), (True, 34)])
def test_what_is_offered_for_a_full_disk_then_runs(
    job: Job, monkeypatch: pytest.MonkeyPatch, one_disk: bool, megabytes: int
) -> None:
    room = replace(PLENTY, disk=megabytes * MEGABYTE, one_disk=one_disk)
    free(monkeypatch, room)
    with pytest.raises(TooLarge) as told:
        run_job(job, HOOKS)
    assert not Path(job.output.folder).exists()
    assert told.value.params["free_mb"] == megabytes
    assert told.value.params["needed_mb"] > megabytes
    for language in LANGUAGES:
        assert told.value.params["fits"] in told.value.fix(language)
    format, size = told.value.params["fits"].split(" / ")
    width, height = (int(side) for side in size.split("x"))
    for output in (replace(job.output, format=format), replace(job.output, size=(width, height))):
        result = run_job(replace(job, id=new_id(), output=output), HOOKS)
        assert Path(result.path).stat().st_size < room.disk


def test_what_is_offered_for_little_memory_then_runs(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    free(monkeypatch, replace(PLENTY, memory=230 * MEGABYTE))
    with pytest.raises(MemoryShort) as told:
        run_job(job, HOOKS)
    assert told.value.params["free_mb"] == 230
    (size,) = (part for part in told.value.params["fits"].split(" / ") if "x" in part)
    width, height = (int(side) for side in size.split("x"))
    smaller = replace(job, id=new_id(), output=replace(job.output, size=(width, height)))
    assert run_job(smaller, HOOKS).size == (width, height)


@pytest.mark.parametrize(
    ("room", "error"),
    [
        (replace(PLENTY, disk=MEGABYTE), DiskFull),
        (replace(PLENTY, scratch=1), DiskFull),
        (replace(PLENTY, memory=MEGABYTE), OutOfMemory),
    ],
)
def test_where_nothing_smaller_fits_nothing_is_offered(
    job: Job, monkeypatch: pytest.MonkeyPatch, room: Room, error: type[Exception]
) -> None:
    free(monkeypatch, room)
    with pytest.raises(error):
        run_job(job, HOOKS)
    assert not Path(job.output.folder).exists()


def test_a_frame_too_large_for_the_memory_is_refused_not_begun(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    free(monkeypatch, replace(PLENTY, memory=8_000 * MEGABYTE))
    output = replace(job.output, format="auto", size=(16384, 9216))
    with pytest.raises(MemoryShort) as told:
        run_job(replace(job, output=output), HOOKS)
    assert told.value.params["needed_mb"] > 8_000


def test_the_room_of_a_folder_that_is_not_there_yet_is_that_of_its_disk(tmp_path: Path) -> None:
    room = preflight.room_now(tmp_path / "not" / "there")
    assert room.disk > 0
    assert room.memory > 0


@pytest.mark.parametrize("version", [1, 2])
def test_a_containers_limit_is_respected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: int
) -> None:
    if not Path("/proc/self/cgroup").exists():
        pytest.skip("no control groups here")
    kinds = "memory" if version == 1 else ""
    limit, used = platform._CGROUP_FILES[kinds]
    group = tmp_path / kinds / own_group(kinds).lstrip("/")
    if not own_group(kinds):
        pytest.skip(f"no control groups of version {version} here")
    group.mkdir(parents=True, exist_ok=True)
    (group / limit).write_text("1000000\n")
    (group / used).write_text("400000\n")
    (group / "memory.stat").write_text("anon 5\ninactive_file 100000\n")
    monkeypatch.setattr(platform, "CGROUPS", tmp_path)
    assert platform.memory_free() == 700_000
    (group / limit).write_text("max\n")
    assert platform.memory_free() > 700_000


def own_group(kinds: str) -> str:
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, named, group = line.split(":", 2)
        if named == kinds:
            return group
    return ""


@pytest.mark.skipif(sys.platform == "win32", reason="no ulimit")
def test_a_limit_of_the_process_is_respected() -> None:
    code = (
        "import resource, psutil; from afterframe.platform import memory_free;"
        "used = psutil.Process().memory_info().vms;"
        "resource.setrlimit(resource.RLIMIT_AS, (used + 200_000_000, resource.RLIM_INFINITY));"
        "assert 100_000_000 < memory_free() <= 200_000_000, memory_free()"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env=dict(os.environ))


def test_a_still_is_read_once_and_needs_less_than_a_film(job: Job) -> None:
    clip = replace(job.clip, rate=Fraction(25), media_range=Span(0, 30))
    film = admit(replace(job, clip=clip), registry.infos())
    one = replace(film, effect="generate", engine="", parameters={"frames": 30})
    needs = [need_of(each) for each in (film, admit(one, registry.infos()))]
    assert needs[1].memory < needs[0].memory


def need_of(job: Job) -> Need:
    from afterframe.core.plan import make_plan
    from afterframe.media.source import probe

    info = probe(job.clip.media)
    card = registry.cards()[job.engine]
    source = None if job.effect == "generate" else info
    where = Path(job.output.folder)
    return preflight.Preflight(job, make_plan(job), card, source, info, "dnxhr_hq", where).need()


@pytest.mark.parametrize(
    ("done", "passed", "foretold", "left"),
    [
        (0, 0.0, 0.0, None),
        (0, 0.0, 50.0, 50.0),
        (50, 10.0, 0.0, 10.0),
        (50, 10.0, 500.0, 10.0),
        (10, 4.0, 20.0, 27.0),
        (100, 30.0, 20.0, 0.0),
    ],
)
def test_time_left_is_told_by_history_first_and_by_the_jobs_own_speed_then(
    done: int, passed: float, foretold: float, left: float | None
) -> None:
    assert seconds_left(done, 100, passed, foretold) == left


def test_time_left_is_told_from_the_start_where_there_is_history(job: Job) -> None:
    told: list[Progress] = []
    run_job(job, Hooks(told.append, lambda picture: None, lambda: None, pace=2.0))
    estimates = [each.seconds_left for each in told if each.phase == "reading"]
    assert estimates == [None, pytest.approx(2.0 * 30 * 1280 * 720 / 1e6, abs=0.01)]
