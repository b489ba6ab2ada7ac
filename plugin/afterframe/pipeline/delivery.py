"""The end of a job: its place is chosen, its frames written, its recipe laid beside them.

The order makes a kill at any moment harmless. Frames go to a temporary name. When they are all
there and verified, the recipe takes its name first, and only if that name was free: it holds the
place for the result, which follows by a rename. A recipe of this job without a result is what a
killed attempt left; the next attempt removes it. Where the user has asked to replace a file, the
result comes first and its recipe follows.
"""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from afterframe import __version__, failpoints
from afterframe.core.plan import Plan
from afterframe.core.recipe import (
    SCHEMA,
    Made,
    Maker,
    Recipe,
    SourceRecord,
    beside,
    to_text,
)
from afterframe.errors import OutputExists
from afterframe.media.disk import check_names, check_room, make_folder, telling, told
from afterframe.media.formats import choose, delivery_format
from afterframe.media.frame import MediaInfo
from afterframe.media.losses import losses
from afterframe.media.marking import term_uri
from afterframe.media.writer import SHOWN, Writer, open_writer
from afterframe.platform import rename_new, sync_folder
from afterframe_hosts.wire.job import Job, Note, Result
from afterframe_models.card import Card

from .naming import check_not_source, result_path
from .pixels import Passage

PACKAGES = ("numpy", "opencv-python-headless", "av", "openimageio")
"""Libraries whose version can change a pixel."""
PUBLISH_TRIES = 100


@dataclass(frozen=True)
class Target:
    """Where and how one result is written.

    Attributes:
        job: whose result it is.
        plan: what it comes to.
        info: what its frames are.
        format: name of the delivery format, chosen.
        digital_source: how its pictures came about, a URI of IPTC's digital source types.
    """

    job: Job
    plan: Plan
    info: MediaInfo
    format: str
    digital_source: str

    @classmethod
    def choose(cls, job: Job, plan: Plan, info: MediaInfo, card: Card) -> Target:
        """Choose the format, and refuse early what can be refused early.

        Raises:
            UnknownFormat, FormatUnfit: see ``afterframe.media.formats``.
            OutputExists: the job names a path that is taken.
            NameTooLong: the destination's disk does not take the name.
            PathNotPermitted: the job names its own source: that is never written to.
            BadValue: the job names a movie as only a sequence is named.
        """
        name = job.output.format
        if name == "auto":
            suffix = Path(job.output.path).suffix.lower()
            name = choose(info, suffix)
        target = cls(job, plan, info, name, term_uri(card.source_of(job.effect)))
        path = target.path()
        check_not_source(path, job)
        place = beside(path)
        check_names(place.parent, (path.name, path.parent.name, place.name))
        return target

    def path(self) -> Path:
        """Return the result's path as it would be chosen now."""
        made = delivery_format(self.format)
        return result_path(self.job, made.suffixes, made.kind == "sequence")

    def open(self) -> Writer:
        """Open a writer into the destination folder, under a temporary name.

        Raises:
            NotWritable, DiskFull, FormatUnfit: see ``afterframe.media.writer``.
        """
        return open_writer(
            self.path(),
            self.format,
            width=self.info.width,
            height=self.info.height,
            rate=self.plan.rate,
            frames=self.plan.frames,
            colour=self.info.colour,
            source_format=self.info.format,
            start_timecode=self.plan.start_timecode,
            pixel_aspect=self.info.pixel_aspect,
            reel=self._reel,
            hdr=self.info.hdr,
            digital_source=self.digital_source if self.job.output.mark else "",
            token=self.job.id,
        )

    def notes(self) -> tuple[Note, ...]:
        """Tell what the format does not hold of what the frames had."""
        return losses(
            delivery_format(self.format),
            self.info,
            self.plan.rate,
            start_timecode=self.plan.start_timecode,
            reel=self._reel,
        )

    @property
    def _reel(self) -> str:
        return self.job.output.reel or self.info.reel

    def publish(self, writer: Writer, make_recipe: Callable[[str, int], Recipe]) -> Result:
        """Give the finished file and its recipe their names.

        Args:
            writer: finished.
            make_recipe: makes the recipe from the result's name beside it and the number of a
                sequence's first picture.

        Raises:
            OutputExists: the exact path that the job names was taken meanwhile.
        """
        for _ in range(PUBLISH_TRIES):
            path = self.path()
            made = make_recipe(_name_beside(path), writer.first)
            try:
                self._publish_at(path, writer, made)
            except FileExistsError as error:
                if self.job.output.path:
                    raise OutputExists(path=str(path)) from error
                continue
            failpoints.at("delivery.published")
            return result_of(made, path)
        raise OutputExists(path=str(self.path()))

    def _publish_at(self, path: Path, writer: Writer, recipe: Recipe) -> None:
        place = beside(path)
        with _written(place, to_text(recipe), self.job.id) as part:
            if self.job.output.overwrite:
                # What is there keeps its own recipe until it has been replaced.
                writer.publish(path, overwrite=True)
                _name(part, place, replace=True)
                return
            # At an exact path that is free, a recipe is that of a result which is gone.
            _name(part, place, replace=bool(self.job.output.path))
        try:
            failpoints.at("recipe.published")
            writer.publish(path)
        except BaseException:
            place.unlink(missing_ok=True)
            raise


def recipe(
    job: Job,
    card: Card,
    way: Passage,
    source_print: str,
    made: Made,
    notes: tuple[Note, ...],
    device: str,
) -> Recipe:
    """Return the recipe of a result.

    Args:
        source_print: the source's fingerprint.
        device: where the engine worked on pixels.
    """
    source = way.source.info
    return Recipe(
        schema=SCHEMA,
        job=job,
        source=SourceRecord(
            path=job.clip.media.path,
            fingerprint=source_print,
            width=source.width,
            height=source.height,
            colour=way.record,
        ),
        maker=Maker(
            afterframe=__version__,
            engine=card.name,
            engine_version=card.version,
            device=device,
            machine=f"{platform.machine()}-{sys.platform}",
            threads=os.cpu_count() or 1,
            packages=_versions(PACKAGES if device == "cpu" else (*PACKAGES, "torch")),
        ),
        made=made,
        notes=notes,
    )


def _versions(packages: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in packages:
        with suppress(PackageNotFoundError):
            found[name] = version(name)
    return found


def result_of(recipe: Recipe, path: Path) -> Result:
    """Return the result that a recipe tells of, standing at ``path``."""
    made = recipe.made
    return Result(
        path=str(path),
        recipe=str(beside(path)),
        frames=made.frames,
        rate=made.rate,
        size=made.size,
        first=made.first,
        colour_space=recipe.job.clip.media.colour_space,
        notes=recipe.notes,
        handles=recipe.handles,
        joins=recipe.joins,
        choices=recipe.choices,
    )


def publish_picture(
    job: Job, data: bytes, suffix: str, make_recipe: Callable[[str], Recipe]
) -> Result:
    """Put one encoded picture where a job says, with its recipe beside it.

    Args:
        job: whose result it is.
        data: the file's bytes.
        suffix: of its name.
        make_recipe: makes the recipe from the result's name beside it.

    Raises:
        NotWritable, DiskFull, DestinationGone, OutputExists, NameTooLong: see ``media.disk`` and
            ``pipeline.naming``.
    """
    for _ in range(PUBLISH_TRIES):
        path = result_path(job, (suffix,), sequence=False)
        check_not_source(path, job)
        make_folder(path.parent)
        check_room(path.parent, len(data))
        made = make_recipe(path.name)
        try:
            _publish_picture_at(path, data, made, job)
        except FileExistsError as error:
            if job.output.path:
                raise OutputExists(path=str(path)) from error
            continue
        return result_of(made, path)
    raise OutputExists(path=str(path))


def _publish_picture_at(path: Path, data: bytes, recipe: Recipe, job: Job) -> None:
    """As :meth:`Target._publish_at`: the recipe holds the name that the picture follows to."""
    place = beside(path)
    with (
        _written(path, data, job.id) as part,
        _written(place, to_text(recipe), job.id) as recipe_part,
    ):
        if job.output.overwrite:
            _name(part, path, replace=True)
            _name(recipe_part, place, replace=True)
            return
        _name(recipe_part, place, replace=bool(job.output.path))
        try:
            _name(part, path, replace=False)
        except BaseException:
            place.unlink(missing_ok=True)
            raise


def _name_beside(path: Path) -> str:
    return f"{path.parent.name}/{path.name}" if "#" in path.name else path.name


@contextmanager
def _written(path: Path, content: str | bytes, token: str) -> Iterator[Path]:
    """Write a small file under a temporary name, which is free again in the end.

    What a kill leaves of it is removed with what else has this token, see ``core.leftover``.
    """
    # A long name is cut: its suffix tells the picture from the recipe beside it.
    part = path.with_name(f".{path.name[:SHOWN]}{path.suffix}.recipe.{token}.part")
    try:
        with telling(path.parent):
            failpoints.at("recipe.write")
            with part.open("wb") as file:
                file.write(content.encode() if isinstance(content, str) else content)
                file.flush()
                os.fsync(file.fileno())
        yield part
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def _name(part: Path, path: Path, *, replace: bool) -> None:
    """Give a file its name; FileExistsError if it is taken, and may not be."""
    try:
        failpoints.at("recipe.publish")
        if replace:
            part.replace(path)
            sync_folder(path.parent)
        else:
            rename_new(part, path)
    except FileExistsError:
        raise
    except OSError as error:
        raise told(error, path.parent, 0) from error
