"""A result lies neither among the service's own files nor upon its own source."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from afterframe.core.admission import check_place
from afterframe.errors import PathNotPermitted
from afterframe_hosts.wire.client import Client
from afterframe_hosts.wire.clip import Media
from afterframe_hosts.wire.errors import RemoteError
from afterframe_hosts.wire.job import Job, Output

MakeJob = Callable[..., Job]


def with_source(job: Job, kind: str, path: Path) -> Job:
    return replace(job, clip=replace(job.clip, media=Media(kind, str(path))))  # type: ignore[arg-type]


@pytest.mark.parametrize("place", ["", "jobs", "jobs/{other}", "logs", "new/folder", "../state"])
def test_a_result_among_the_services_files_is_refused(
    client: Client, make_job: MakeJob, state: Path, place: str
) -> None:
    folder = str(state / place.format(other="0" * 32))
    for output in (Output(folder=folder), Output(path=f"{folder}/queue.sqlite3", overwrite=True)):
        with pytest.raises(RemoteError) as told:
            client.submit(make_job(output=output))
        assert told.value.code == "path_not_permitted"
        assert told.value.fix()
    assert client.jobs() == ()


def test_a_link_into_the_services_files_is_refused(
    client: Client, make_job: MakeJob, state: Path, tmp_path: Path
) -> None:
    (tmp_path / "link").symlink_to(state)
    with pytest.raises(RemoteError, match="outside"):
        client.submit(make_job(output=Output(folder=str(tmp_path / "link" / "logs"))))


def test_a_jobs_own_folder_is_open_to_it(client: Client, make_job: MakeJob, state: Path) -> None:
    job = make_job()
    job = replace(job, output=Output(folder=str(state / "jobs" / job.id)))
    client.submit(job)
    *_, last = client.follow(job.id)
    assert last.state == "done"


@pytest.mark.parametrize("overwrite", [False, True])
@pytest.mark.parametrize("way", ["itself", "by a dot", "link", "hard link", "missing"])
def test_a_result_upon_its_own_source_is_refused(
    make_job: MakeJob, tmp_path: Path, way: str, overwrite: bool
) -> None:
    source = tmp_path / "shot.mov"
    other = tmp_path / "other.mov"
    if way != "missing":
        source.touch()
    if way == "link":
        other.symlink_to(source)
    if way == "hard link":
        other.hardlink_to(source)
    path = {"link": other, "hard link": other}.get(way, source)
    text = f"{tmp_path}/./{path.name}" if way == "by a dot" else str(path)
    job = with_source(make_job(output=Output(path=text, overwrite=overwrite)), "movie", source)
    with pytest.raises(PathNotPermitted):
        check_place(job, tmp_path / "state")


def test_a_link_to_a_picture_of_its_own_sequence_is_refused(
    make_job: MakeJob, tmp_path: Path
) -> None:
    (tmp_path / "plate.0007.exr").touch()
    (tmp_path / "out.exr").symlink_to(tmp_path / "plate.0007.exr")
    job = make_job(output=Output(path=str(tmp_path / "out.exr"), overwrite=True))
    with pytest.raises(PathNotPermitted):
        check_place(with_source(job, "sequence", tmp_path / "plate.####.exr"), tmp_path / "state")


@pytest.mark.parametrize(
    ("name", "refused"),
    [
        ("plate.####.exr", True),
        ("plate.#.exr", True),
        ("plate.0007.exr", True),
        ("plate.7.exr", True),
        ("plate.exr", False),
        ("plate.0007.png", False),
        ("plate.0007_v001.exr", False),
        ("plates.0007.exr", False),
    ],
)
def test_a_result_upon_a_picture_of_its_own_sequence_is_refused(
    make_job: MakeJob, tmp_path: Path, name: str, refused: bool
) -> None:
    job = make_job(output=Output(path=str(tmp_path / name), overwrite=True))
    job = with_source(job, "sequence", tmp_path / "plate.####.exr")
    if refused:
        with pytest.raises(PathNotPermitted):
            check_place(job, tmp_path / "state")
    else:
        check_place(job, tmp_path / "state")
