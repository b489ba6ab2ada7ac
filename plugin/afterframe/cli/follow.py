"""Submit jobs and watch them, with a bar for each and the time that is left."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING

from afterframe_hosts.wire.client import Client
from afterframe_hosts.wire.errors import RemoteError
from afterframe_hosts.wire.job import Job, JobStatus

from . import show

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import TaskID


def run(
    client: Client,
    jobs: Sequence[Job],
    *,
    quiet: bool,
    submit: Callable[[Client, Job], JobStatus] = Client.submit,
) -> tuple[JobStatus, ...]:
    """Submit the jobs, follow them to their end, and return how they ended, in their order.

    Ctrl-C cancels what has not finished, waits until it has stopped, and is raised again; so does
    a refusal of one of the jobs.

    Args:
        client: of the service.
        jobs: in the order in which they are made.
        quiet: show no bars.
        submit: hands a job over, perhaps under another id.
    """
    submitted: list[str] = []
    ended: dict[str, JobStatus] = {}
    with Watch(quiet) as watch:
        try:
            for job in jobs:
                submitted.append(submit(client, job).job.id)
            for job_id in submitted:
                ended[job_id] = _until_end(client, job_id, watch)
        except BaseException:  # Ctrl-C, or a refusal: nothing goes on behind the user's back
            _cancel(client, [job_id for job_id in submitted if job_id not in ended])
            raise
    return tuple(ended[job_id] for job_id in submitted)


class Watch:
    """Progress bars on a terminal; nothing where nobody watches."""

    def __init__(self, quiet: bool) -> None:
        self._quiet = quiet or not sys.stderr.isatty()
        self._bars: Bars | None = None
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Watch:
        if not self._quiet:
            self._bars = _bars()
            self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bars:
            self._bars.stop()

    def update(self, status: JobStatus) -> None:
        """Show how a job stands."""
        if not self._bars:
            return
        job, progress = status.job, status.progress
        if job.id not in self._tasks:
            name = f"{job.clip.name} {job.effect}"
            self._tasks[job.id] = self._bars.add_task(name, total=None, phase="", left="")
        done = progress.total if status.state == "done" else progress.done
        left = "" if progress.seconds_left is None else show.duration(progress.seconds_left)
        phase = status.state if status.finished else progress.phase
        self._bars.update(
            self._tasks[job.id],
            completed=done,
            total=progress.total or None,
            phase=phase,
            left="" if status.finished else left,
        )


def _until_end(client: Client, job: str, watch: Watch) -> JobStatus:
    for status in client.follow(job):
        watch.update(status)
    return status


def _cancel(client: Client, ids: Sequence[str]) -> None:
    """Cancel jobs and wait until each has stopped, so that nothing is left half done."""
    for job in ids:
        with suppress(RemoteError):  # it has finished meanwhile
            client.cancel(job)
    for job in ids:
        _until_end(client, job, Watch(quiet=True))


def _bars() -> Bars:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[phase]}"),
        TextColumn("{task.fields[left]}"),
        console=Console(stderr=True),
    )
