"""Kill service and workers at every named point, and at random times: nothing is lost or half.

    .venv/bin/python -m tests.bench.kill [--random 100] [--seed 1] [--minutes M] [--points NAME ...]

Service, workers and pipeline are the real ones, in a state folder of this run. First every point
of ``afterframe.failpoints`` kills the process that meets it, once, in a job that comes there; a
``Follower`` starts again what a host's would. Then, while a stream of small jobs runs, worker,
service, both, or a worker that is just writing are killed at random times. In the end each job
is done, with exactly one result and its recipe; nothing else lies in its folder; pixels and
recipe's checksum equal those of a run that nobody disturbed; the queue's file is sound.

A job whose worker was killed three times is given up and told (``worker_lost``): here the user
tries it again, and it is counted.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import psutil

from afterframe.core.admission import admit
from afterframe.core.recipe import beside, read_recipe
from afterframe.errors import AfterframeError, ServiceError
from afterframe.failpoints import POINTS, VARIABLE
from afterframe.media.checksum import Digest
from afterframe.media.clip import media_clip
from afterframe.media.source import open_media
from afterframe.pipeline.run import Hooks, run_job
from afterframe_hosts.wire import discovery
from afterframe_hosts.wire.client import Client
from afterframe_hosts.wire.clip import Clip, Media
from afterframe_hosts.wire.follower import Follower
from afterframe_hosts.wire.job import Job, JobStatus, Output, Result, new_id
from afterframe_models import registry
from tests import makers
from tests.bench import report

FRAMES = 8
LONG = 400
"""Frames of a job that is caught while it runs."""
SIZE = (256, 144)
PATIENCE = 90.0
"""Seconds that a job may take, with all that is killed around it."""
LONGEST_REST = 2.0
"""Seconds between two random kills, at most."""
AHEAD = 3
"""Jobs that wait or run while random kills go on."""
FOREIGN = "notes.txt"
"""A file of the user's in the folder of a sequence that is replaced."""
VICTIMS = ("worker", "service", "both", "writing")


class Outcome(NamedTuple):
    """What is in a result: the checksum of its decoded frames, and the one in its recipe."""

    pixels: str
    recipe: str


@dataclass
class Tally:
    """What was found."""

    kills: Counter[str] = field(default_factory=Counter)
    jobs: int = 0
    tried_again: int = 0
    lost: list[str] = field(default_factory=list)
    half: list[str] = field(default_factory=list)
    different: list[str] = field(default_factory=list)
    queue: list[str] = field(default_factory=list)
    not_met: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not any((self.lost, self.half, self.different, self.queue, self.not_met))


@dataclass(frozen=True)
class Scenario:
    """How a point is met.

    Attributes:
        kind: of the job, see :class:`Jobs`.
        orders: what else is ordered; ``{mark}`` is a file that does not exist yet.
        meeting: which time the process comes there it is killed.
        before: done to the state folder before the service starts.
        meanwhile: done while the job runs; gets the client's follower and the job.
        ends: how the job ends.
    """

    kind: str = "mov"
    orders: str = ""
    meeting: int = 1
    before: Callable[[Path], None] = lambda state: None
    meanwhile: Callable[[Follower, Job], None] = lambda follower, job: None
    ends: str = "done"


def main(arguments: Sequence[str] | None = None) -> int:
    """Kill, look, judge."""
    options = _command_line().parse_args(arguments)
    tally = Tally()
    with tempfile.TemporaryDirectory(prefix="afterframe-kill-") as folder:
        bench = Bench(Path(folder), tally, quiet=options.json)
        for name in options.points or sorted(POINTS):
            for scenario in SCENARIOS.get(name, (Scenario(),)):
                bench.at_point(name, scenario)
        until = time.monotonic() + options.minutes * 60
        bench.at_random(options.random, random.Random(options.seed), until)
    return _told(tally, options.json)


class Bench:
    """Runs jobs and kills what runs them.

    Args:
        folder: everything is below it.
        tally: what is found goes there.
        quiet: print nothing meanwhile.
    """

    def __init__(self, folder: Path, tally: Tally, *, quiet: bool = False) -> None:
        self.folder, self.tally, self._quiet = folder, tally, quiet
        self._begun = time.monotonic()
        self.jobs = Jobs(folder)
        self._count = 0

    def at_point(self, name: str, scenario: Scenario) -> None:
        """Kill one process at a point; see that its job comes to its end all the same."""
        with self._service(name) as place:
            mark = place / "killed"
            orders = scenario.orders.format(mark=place / "mark", hold=place / "hold")
            order = f"{name}=kill@{scenario.meeting}>{mark}"
            os.environ[VARIABLE] = ";".join(filter(None, (orders, order)))
            scenario.before(place / "state")
            job = self.jobs.make(scenario.kind, place / "out")
            follower = Follower()
            try:
                _submit(follower, job)
                scenario.meanwhile(follower, job)
                status = _followed(follower, job)
                _stop_service()
            finally:
                follower.stop()
            os.environ.pop(VARIABLE)
            if mark.exists():
                self.tally.kills[f"at {name}"] += 1
            else:
                self.tally.not_met.append(name)
            self._look(name, place, [(scenario.kind, scenario.ends, status)])
        self._say(f"{name} ({scenario.kind}, {scenario.meeting}): {_how(status)}")

    def at_random(self, kills: int, chance: random.Random, until: float) -> None:
        """Kill at random while a stream of jobs runs."""
        if not kills:
            return
        with self._service("random") as place:
            stream = _Stream(self.jobs, place / "out", chance)
            for number in range(1, kills + 1):
                if time.monotonic() > until:
                    break
                client = _connected()
                stream.fill(client)
                victim = chance.choice(VICTIMS)
                time.sleep(chance.uniform(0.0, LONGEST_REST))
                if victim == "writing":
                    _wait_for(lambda: _written_now(place / "out"), LONGEST_REST)
                    time.sleep(chance.uniform(0.0, 0.1))
                _kill(victim)
                self.tally.kills[victim] += 1
                self._say(f"random kill {number} of {kills}: {victim}")
            ends = stream.finish()
            self.tally.tried_again += stream.tried_again
            _stop_service()
            self._look("random", place, ends)

    def _say(self, text: str) -> None:
        if not self._quiet:
            print(f"{time.monotonic() - self._begun:6.1f} s  {text}", flush=True)

    @contextmanager
    def _service(self, name: str) -> Iterator[Path]:
        """Give a service a place of its own; end what runs there, and remove it, in the end."""
        self._count += 1
        place = self.folder / f"{self._count:03d}-{name}"
        place.mkdir()
        os.environ["AFTERFRAME_STATE"] = str(place / "state")
        os.environ["XDG_CONFIG_HOME"] = str(place / "config")
        try:
            yield place
        finally:
            for process in _processes(place / "state"):
                with suppress(psutil.NoSuchProcess):
                    process.kill()
                    process.wait(10)
            shutil.rmtree(place, ignore_errors=True)

    def _look(
        self, what: str, place: Path, ends: Sequence[tuple[str, str, JobStatus | None]]
    ) -> None:
        """Judge what has become of the jobs, what lies in their folder, and the queue."""
        tally = self.tally
        tally.jobs += len(ends)
        expected: set[Path] = set()
        for kind, wanted, status in ends:
            if status is None or status.state != wanted:
                tally.lost.append(f"{what}: {kind} ends as {_how(status)}, not {wanted}")
            if status is None or status.result is None:
                continue
            files = _files(status.result)
            if expected & files:
                tally.lost.append(f"{what}: two jobs have one result, {status.result.path}")
            expected |= files
            self._compare(what, kind, status)
        lying = {path for path in (place / "out").rglob("*") if path.is_file()}
        strange = [path for path in lying - expected if path.name != FOREIGN]
        tally.half += [f"{what}: {path.relative_to(place)}" for path in sorted(strange)]
        tally.half += [f"{what}: {path} is missing" for path in sorted(expected - lying)]
        if any(end[0] == "folder" for end in ends) and not _foreign_kept(place, ends):
            tally.lost.append(f"{what}: a file of the user's is gone from the replaced folder")
        tally.queue += [f"{what}: {problem}" for problem in _unsound(place / "state")]

    def _compare(self, what: str, kind: str, status: JobStatus) -> None:
        assert status.result is not None
        try:
            found = outcome_of(status.result, status.job.id)
        except (AfterframeError, OSError, ValueError) as error:
            self.tally.half.append(f"{what}: {status.result.path}: {error}")
            return
        if found != self.jobs.undisturbed(kind):
            self.tally.different.append(f"{what}: {status.result.path}")


class Jobs:
    """Makes small jobs of several kinds, and knows what comes of them.

    ``mov``, ``mp4``, ``mkv``, ``png``, ``exr``: by their format. ``file`` and ``folder`` replace
    an older movie and an older sequence. ``long`` runs until somebody stops it.
    """

    KINDS = ("mov", "mp4", "mkv", "png", "exr", "file", "folder")
    FORMATS: dict[str, str] = {  # noqa: RUF012
        "mov": "dnxhr_hq", "mp4": "h264", "mkv": "ffv1", "png": "png", "exr": "exr",
        "file": "dnxhr_hq", "folder": "png", "long": "dnxhr_hq",
    }  # fmt: skip

    def __init__(self, folder: Path) -> None:
        movie = makers.numbered_movie(folder / "shot.mov", 24, Fraction(24), SIZE)
        self._clip: Clip = media_clip(movie)
        self._folder = folder
        self._known: dict[str, Outcome] = {}

    def make(self, kind: str, out: Path) -> Job:
        """Return a new job whose result goes below ``out``."""
        job = Job(
            id=new_id(),
            effect="retime" if kind in ("mp4", "mkv") else "generate",
            clip=self._clip,
            output=Output(folder=str(out), format=self.FORMATS[kind]),
            engine="interpolate" if kind in ("mp4", "mkv") else "motion",
        )
        if job.effect == "retime":
            clip = replace(
                job.clip, media_range=replace(job.clip.media_range, duration=FRAMES // 2)
            )
            record = replace(clip.record_range, duration=FRAMES // 2)
            return replace(job, clip=replace(clip, record_range=record), parameters={"speed": 0.5})
        frames = LONG if kind == "long" else FRAMES
        job = replace(job, parameters={"frames": frames, "prompt": "slow zoom in", "seed": 7})
        if kind in ("file", "folder"):
            path = _older(out, job.id[:8], folder=kind == "folder")
            job = replace(job, output=replace(job.output, folder="", path=path, overwrite=True))
        return job

    def undisturbed(self, kind: str) -> Outcome:
        """Return what comes of a kind of job, made in this process and not disturbed."""
        if kind not in self._known:
            out = self._folder / f"undisturbed-{kind}"
            job = admit(self.make(kind, out), registry.infos())
            hooks = Hooks(lambda progress: None, lambda picture: None, lambda: None)
            self._known[kind] = outcome_of(run_job(job, hooks), job.id)
            shutil.rmtree(out)
        return self._known[kind]


class _Stream:
    """Jobs that go on coming while others are done."""

    def __init__(self, jobs: Jobs, out: Path, chance: random.Random) -> None:
        self._jobs, self._out, self._chance = jobs, out, chance
        self._begun: dict[str, tuple[str, Job]] = {}
        self._open: set[str] = set()
        self.tried_again = 0

    def fill(self, client: Client) -> None:
        """Look after the open jobs, and submit new ones."""
        with suppress(ServiceError):
            self._see_to(client)
            while len(self._open) < AHEAD:
                kind = self._chance.choice(Jobs.KINDS)
                job = self._jobs.make(kind, self._out)
                self._begun[job.id] = kind, job
                self._open.add(job.id)
                client.submit(job)

    def finish(self) -> list[tuple[str, str, JobStatus | None]]:
        """Wait for all; return each job's kind, how it is to end, and how it stands."""
        deadline = time.monotonic() + PATIENCE
        while self._open and time.monotonic() < deadline:
            with suppress(ServiceError):
                self._see_to(_connected())
            time.sleep(0.1)
        client = _connected()
        return [(kind, "done", _status(client, job.id)) for kind, job in self._begun.values()]

    def _see_to(self, client: Client) -> None:
        for job in list(self._open):
            status = _status(client, job)
            if status is None:  # killed before it was stored: its client has had no answer
                client.submit(self._begun[job][1])
            elif status.state == "failed" and status.error and status.error.code == "worker_lost":
                client.retry(job)
                self.tried_again += 1
            elif status.finished:
                self._open.discard(job)


def outcome_of(result: Result, job: str) -> Outcome:
    """Decode every frame of a result and read its recipe.

    Raises:
        ValueError: the recipe is another job's, or frames are missing.
    """
    recipe = read_recipe(Path(result.recipe))
    if recipe.job.id != job:
        raise ValueError(f"its recipe is of job {recipe.job.id}")
    sequence = "#" in result.path
    media = Media(
        "sequence" if sequence else "movie",
        result.path,
        first=result.first,
        rate=result.rate if sequence else None,
    )
    digest = Digest()
    with open_media(media) as source:
        if source.info.frames != result.frames:
            raise ValueError(f"{source.info.frames} frames instead of {result.frames}")
        for index in range(result.frames):
            digest.add(source.read(index))
    return Outcome(digest.hexdigest(), recipe.made.digest)


def _take_the_name(follower: Follower, job: Job) -> None:
    """Let another sequence take the name that this one was to have."""
    hold = Path(job.output.folder).parent / "hold"
    _wait_for(hold.exists, PATIENCE)
    (part,) = Path(job.output.folder).glob(f".*.{job.id}.part")
    taken = part.with_name(part.name[1:].removesuffix(f".{job.id}.part"))
    taken.mkdir()
    (taken / FOREIGN).touch()
    hold.unlink()
    _wait_for(hold.exists, PATIENCE)  # of the second attempt
    hold.unlink(missing_ok=True)


def _cancel(follower: Follower, job: Job) -> None:
    """Cancel a job that runs, as often as it takes to get an answer."""

    def told() -> bool:
        future = follower.call(lambda client: client.cancel(job.id))
        with suppress(ServiceError):
            future.result(PATIENCE)
            return True
        return False

    _until_running(follower, job)
    _wait_for(told, PATIENCE)


def _stop(follower: Follower, job: Job) -> None:
    """Stop the service while the job runs."""
    _until_running(follower, job)
    with suppress(ServiceError):
        follower.call(lambda client: client.stop()).result(PATIENCE)


def _until_running(follower: Follower, job: Job) -> None:
    def runs() -> bool:
        with suppress(ServiceError):
            status = follower.call(lambda client: client.job(job.id)).result(PATIENCE)
            return status.progress.done > 0 or status.finished
        return False

    _wait_for(runs, PATIENCE)


def _remove_queue(follower: Follower, job: Job) -> None:
    """Remove the queue's file under the service: it is to find that out, and write it again."""
    _until_running(follower, job)
    (discovery.state_folder() / "queue.sqlite3").unlink()


def _damage(state: Path) -> None:
    """Leave a queue that cannot be read."""
    state.mkdir(mode=0o700)
    (state / "queue.sqlite3").write_bytes(b"no database" * 500)


SCENARIOS: dict[str, tuple[Scenario, ...]] = {
    "movie.write": tuple(Scenario(meeting=meeting) for meeting in (1, 2, 4)),
    "movie.sync": (Scenario("mov"), Scenario("mp4"), Scenario("mkv")),
    "pictures.write": (Scenario("png"), Scenario("exr", meeting=FRAMES // 2)),
    "pictures.sync": (Scenario("png", meeting=3), Scenario("exr")),
    "writer.write": (Scenario("mov", meeting=5),),
    "writer.publish": tuple(Scenario(kind) for kind in ("mov", "png", "file", "folder")),
    "writer.rename": (
        Scenario("png", "writer.verified=pause>{hold}", 2, meanwhile=_take_the_name),
    ),
    "writer.set_aside": (Scenario("folder"),),
    "writer.tidy": (Scenario("folder"),),
    "recipe.publish": (Scenario("mov"), Scenario("file"), Scenario("folder")),
    "recipe.published": (Scenario("mov"), Scenario("exr")),
    "delivery.published": tuple(Scenario(kind) for kind in ("mp4", "exr", "file", "folder")),
    "platform.rename": (Scenario("mov"), Scenario("mov", meeting=2), Scenario("png", meeting=2)),
    "platform.sync_folder": (Scenario("mov"), Scenario("png", meeting=2), Scenario("file")),
    "platform.link": (Scenario("mov", "platform.rename=EINVAL+", 2),),
    "platform.hold": (Scenario("mov", "platform.rename=EINVAL+;platform.link=EPERM+", 2),),
    "writer.put_back": (Scenario("folder", "writer.set_aside=kill>{mark}"),),
    "queue.set_aside": (Scenario(before=_damage),),
    "queue.save": (Scenario(before=_damage),),
    "queue.renew": (Scenario(before=_damage),),
    "queue.put_back": (Scenario("long", meanwhile=_remove_queue),),
    "queue.commit": tuple(Scenario(meeting=meeting) for meeting in (1, 2, 3)),
    "queue.committed": tuple(Scenario(meeting=meeting) for meeting in (1, 2, 3)),
    "queue.unwanted": (Scenario("long", meanwhile=_cancel, ends="cancelled"),),
    "service.take_back": (Scenario(orders="lane.heard=kill>{mark}"),),
    "server.stopping": (Scenario("long", meanwhile=_stop, ends="done"),),
}
"""How each point is met; the others are met by any job."""


def _submit(follower: Follower, job: Job) -> None:
    """Submit a job as a host does: until there is an answer."""

    def answered() -> bool:
        future = follower.call(lambda client: client.submit(job))
        with suppress(ServiceError):
            future.result(PATIENCE)
            return True
        return False

    _wait_for(answered, PATIENCE)


def _followed(follower: Follower, job: Job) -> JobStatus | None:
    """Follow a job to its end; None when that does not come."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        for event in follower.pump().events:
            if event.status.job.id == job.id and event.status.finished:
                return event.status
        time.sleep(0.02)
    return None


def _connected() -> Client:
    """Return a client, of a new service where none runs."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return discovery.connect()
        except ServiceError:
            if time.monotonic() > deadline:
                raise


def _status(client: Client, job: str) -> JobStatus | None:
    try:
        return client.job(job)
    except AfterframeError as error:
        if error.code != "unknown_job":
            raise
        return None


def _kill(victim: str) -> None:
    endpoint = discovery.read_endpoint()
    if endpoint is None:
        return
    with suppress(psutil.NoSuchProcess):
        service = psutil.Process(endpoint.pid)
        workers = service.children(recursive=True)
        for process in {"service": [service], "both": [service, *workers]}.get(victim, workers):
            with suppress(psutil.NoSuchProcess):
                process.kill()
        if victim in ("service", "both"):
            with suppress(psutil.TimeoutExpired):
                service.wait(5)


def _stop_service() -> None:
    with suppress(ServiceError):
        discovery.connect(start=False).stop()
    state = discovery.state_folder()
    _wait_for(lambda: not _processes(state), PATIENCE)


def _processes(state: Path) -> list[psutil.Process]:
    """Return what runs for a state folder, and nothing else, ever."""
    found = []
    for process in psutil.process_iter(["cmdline", "status"]):
        if "afterframe.service" not in " ".join(process.info["cmdline"] or ()):
            continue
        with suppress(psutil.Error):
            if process.environ().get("AFTERFRAME_STATE") == str(state):
                found.append(process)
    return found


def _older(out: Path, name: str, *, folder: bool) -> str:
    """Lay an older result where a job's is to go; return the path."""
    if not folder:
        out.mkdir(parents=True, exist_ok=True)
        older = out / f"older_{name}.mov"
        older.write_bytes(b"an older take")
        return str(older)
    pictures = out / f"older_{name}"
    pictures.mkdir(parents=True)
    for number in range(1, FRAMES + 5):
        (pictures / f"older_{name}.{number:04d}.png").write_bytes(b"an older take")
    (pictures / FOREIGN).write_text("mine")
    return str(pictures.with_suffix(".png"))


def _files(result: Result) -> set[Path]:
    path = Path(result.path)
    if "#" not in path.name:
        return {path, beside(path)}
    width = path.name.count("#")
    numbers = range(result.first, result.first + result.frames)
    names = (path.name.replace("#" * width, f"{number:0{width}d}") for number in numbers)
    return {*(path.with_name(name) for name in names), beside(path)}


def _foreign_kept(place: Path, ends: Sequence[tuple[str, str, JobStatus | None]]) -> bool:
    results = [end[2].result for end in ends if end[0] == "folder" and end[2] is not None]
    return all(result and (Path(result.path).parent / FOREIGN).exists() for result in results)


def _unsound(state: Path) -> list[str]:
    """Say what is wrong with a queue's file, by SQLite itself."""
    with closing(sqlite3.connect(state / "queue.sqlite3")) as database:
        said = database.execute("PRAGMA integrity_check").fetchone()[0]
    return [] if said == "ok" else [str(said)]


def _written_now(out: Path) -> bool:
    return any(out.glob(".*.part*"))


def _how(status: JobStatus | None) -> str:
    if status is None:
        return "nothing"
    return f"{status.state} ({status.error.message})" if status.error else status.state


def _wait_for(condition: Callable[[], object], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)


def _told(tally: Tally, quiet: bool) -> int:
    points = sum(number for name, number in tally.kills.items() if name.startswith("at "))
    rows = [("named points", points)] + [(name, tally.kills[name]) for name in VICTIMS]
    report.table(("killed", "times"), rows, quiet=quiet)
    for problems in (tally.lost, tally.half, tally.different, tally.queue, tally.not_met):
        for problem in problems:
            print(problem)
    print(
        f"{tally.jobs} jobs, {tally.tried_again} tried again by the user: lost {len(tally.lost)},"
        f" half-written {len(tally.half)}, different {len(tally.different)}"
    )
    figures = {
        "kills": sum(tally.kills.values()),
        "points": points,
        "jobs": tally.jobs,
        "tried_again": tally.tried_again,
        "lost": len(tally.lost),
        "half_written": len(tally.half),
        "different": len(tally.different),
        "queue_unsound": len(tally.queue),
        "not_met": len(tally.not_met),
    }
    return report.finish("kill", figures, tally.ok)


def _command_line() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tests.bench.kill", description=str(__doc__))
    parser.add_argument("--random", type=int, default=100, metavar="N", help="random kills")
    parser.add_argument("--seed", type=int, default=1, help="of the random kills")
    parser.add_argument("--minutes", type=float, default=60, help="random kills end after so long")
    parser.add_argument("--points", nargs="*", metavar="NAME", help="these points only")
    parser.add_argument("--json", action="store_true", help="print the JSON line only")
    return parser


if __name__ == "__main__":
    sys.exit(main())
