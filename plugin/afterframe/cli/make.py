"""``afterframe generate | extend | bridge | restyle | retime``: one effect on one source."""

from __future__ import annotations

import argparse
import math
from dataclasses import asdict, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from afterframe.errors import BadValue
from afterframe_hosts.wire import catalogue, codec, discovery
from afterframe_hosts.wire.effects import EFFECTS, Effect, Parameter, parse
from afterframe_models import registry

from . import live, show

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from afterframe_hosts.base import FileHost
    from afterframe_hosts.wire.clip import Clip
    from afterframe_hosts.wire.job import Job, JobStatus, Note, Output

_AT = (
    "playhead: timecode, seconds (2.5s) or frame; default: the start, or with --host the "
    "playhead of its timeline"
)
Commands = Any
"""What ``ArgumentParser.add_subparsers`` returns; argparse keeps its class to itself."""


def add(commands: Commands) -> None:
    """Add a command for every effect, its options drawn from the declaration."""
    for effect in EFFECTS.values():
        text = catalogue.text(effect.help_id, show.language())
        command = commands.add_parser(effect.name, help=text, description=f"{text}.")
        command.add_argument(
            "source",
            type=Path,
            nargs="?",
            metavar="SOURCE",
            help="a picture, a movie, one picture of a numbered sequence, or a timeline "
            "(.otio, .edl, .xml, .fcpxml); not with --host",
        )
        if effect.source == "gap":
            command.add_argument(
                "after",
                type=Path,
                nargs="?",
                metavar="AFTER",
                help="what follows SOURCE, --frames after its end (default: at once); of a "
                "timeline the gap or cut nearest to --at is bridged",
            )
        command.add_argument(
            "--at",
            metavar="TIME",
            help=_AT if effect.source == "frame" else f"of a timeline only: {_AT}",
        )
        for parameter in effect.parameters:
            _parameter_option(command, parameter)
        for card in registry.cards().values():
            if effect.name in card.effects and card.parameters:
                group = command.add_argument_group(card.label)
                for parameter in card.parameters:
                    _parameter_option(group, parameter)
        if effect.name == "generate":
            command.add_argument(
                "--variations",
                type=int,
                default=0,
                metavar="N",
                help="a contact sheet of N variants (2 to 16) to choose from, no clip",
            )
        add_output_options(command)
        add_reading_options(command)
        add_timeline_options(command)
        live.add_making_options(command)
        command.set_defaults(run=run, effect=effect)


def add_output_options(command: argparse.ArgumentParser) -> None:
    """Add the options that say where a result goes and in which form."""
    command.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="FILE",
        help="the result's path, or a folder for it; .png .tif .exr make numbered pictures in a "
        "folder of that name; default: a folder Afterframe beside the source",
    )
    command.add_argument("--format", default="auto", help="delivery format (see: doctor)")
    command.add_argument(
        "--rate", help="frames a second of the result, and of an .edl: 25 or 24000/1001"
    )
    command.add_argument("--size", metavar="WxH", help="size of the result in pixels")
    command.add_argument("--engine", default="", help="default: the best one that is ready")
    command.add_argument("--draft", action="store_true", help="small and quick")
    command.add_argument(
        "--reel", default="", help="reel name of the result; default: the source's"
    )
    add_mark_option(command)
    command.add_argument("--overwrite", action="store_true", help="replace FILE")


def add_reading_options(command: argparse.ArgumentParser) -> None:
    """Add the options that say how a source is read."""
    from afterframe_hosts.wire.clip import HOLES

    command.add_argument(
        "--deinterlace", action="store_true", help="make whole pictures of interlaced fields"
    )
    command.add_argument(
        "--layer", default="", metavar="NAME", help="part or layer of an .exr (see: probe)"
    )
    command.add_argument(
        "--holes",
        choices=HOLES,
        default=HOLES[0],
        help="what stands for a sequence's missing pictures (default: %(default)s)",
    )


def reading(options: argparse.Namespace) -> dict[str, Any]:
    """Return how a source is to be read, as fields of ``wire.clip.Media``."""
    return {"layer": options.layer, "holes": options.holes, "deinterlace": options.deinterlace}


def add_timeline_options(command: argparse.ArgumentParser) -> None:
    """Add the options that say what a timeline file leaves open."""
    command.add_argument(
        "--media",
        type=Path,
        metavar="DIR",
        help="where the media of an .edl are looked for; default: beside it",
    )
    command.add_argument(
        "--otio-for",
        choices=["resolve"],
        help="write an .otio as this program does; default: as the opened one was written",
    )


def add_mark_option(command: argparse.ArgumentParser) -> None:
    """Add the one switch of marking."""
    command.add_argument(
        "--no-mark",
        dest="mark",
        action="store_false",
        help="do not say in the file that its pictures were made (IPTC digital source type)",
    )


def run(options: argparse.Namespace) -> int:
    """Make the clip; on a timeline, write the timeline with its new track too."""
    from . import follow, timelines

    live.check_alone(options, ("source", "after") if "after" in options else ("source",))
    if options.host:
        return live.run(options)

    values = effect_values(options.effect, vars(options))
    timeline = timelines.open_timeline(options.source, timelines.options_of(options))
    if options.effect.source == "gap":
        job = _bridge(options, timeline, values)
    else:
        clip, at = _clip(options, timeline)
        job = make_job(options, options.effect, clip, at, values)
    client = discovery.connect()
    (status,) = follow.run(client, [job], quiet=options.json)
    placed = None
    if timeline and not job.variations:
        placed = timelines.place(timeline, client, [status])
    notes = timeline.notes() if timeline else ()
    return tell(status, placed, notes, as_json=options.json)


def effect_values(effect: Effect, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters that were set on the command line, parsed and checked."""
    cards = [card for card in registry.cards().values() if effect.name in card.effects]
    own = [parameter for card in cards for parameter in card.parameters]
    values = {}
    for parameter in (*effect.parameters, *own):
        text = given.get(f"set_{parameter.name}")
        if text is not None:
            values[parameter.name] = parse(parameter, text, str(Path.cwd()))
    return values


def make_job(
    options: argparse.Namespace,
    effect: Effect,
    clip: Clip,
    at: int | None,
    values: Mapping[str, Any],
    after: Clip | None = None,
) -> Job:
    """Return the job that the options describe."""
    from afterframe_hosts.wire.job import Job, new_id

    return Job(
        id=new_id(),
        effect=effect.name,
        clip=clip,
        output=output_of(options, Path(options.source)),
        at=at,
        parameters=dict(values),
        engine=options.engine,
        quality="draft" if options.draft else "final",
        variations=variations(options),
        after=after,
    )


def output_of(options: argparse.Namespace, source: Path) -> Output:
    """Return the result's place and form as the options say."""
    from afterframe_hosts.wire.job import Output

    output: Path | None = options.output
    folder = source.resolve().parent / "Afterframe"
    names_folder = variations(options) and output and not output.suffix
    if output and (output.is_dir() or names_folder):
        folder, output = output.resolve(), None
    return Output(
        folder="" if output else str(folder),
        path=str(output.resolve()) if output else "",
        format=options.format,
        rate=parse_rate(options.rate) if options.rate else None,
        size=parse_size(options.size) if options.size else None,
        overwrite=options.overwrite,
        reel=options.reel,
        mark=options.mark,
    )


def parse_rate(text: str) -> Fraction:
    """Return the rate that ``25``, ``23.976`` or ``24000/1001`` stands for.

    Raises:
        BadValue: it stands for none.
    """
    from afterframe_hosts.wire.clip import check_rate
    from afterframe_hosts.wire.rates import nearest_rate

    try:
        rate = nearest_rate(float(text)) if "/" not in text else Fraction(text)
        check_rate(rate)
    except (ValueError, ZeroDivisionError, OverflowError):
        raise BadValue(field="rate", value=text, allowed="25, 23.976, 24000/1001 ...") from None
    return rate


def parse_size(text: str) -> tuple[int, int]:
    """Return width and height of ``1920x1080``.

    Raises:
        BadValue: it is no size.
    """
    width, cross, height = text.lower().partition("x")
    if cross and width.isdecimal() and height.isdecimal():
        from afterframe_hosts.wire.job import LARGEST_SIDE

        size = int(width[:9]), int(height[:9])
        if all(1 <= side <= LARGEST_SIDE for side in size):
            return size
    raise BadValue(field="size", value=text, allowed="WIDTHxHEIGHT up to 16384x16384")


def tell(
    status: JobStatus, placed: Path | None, notes: Sequence[Note] = (), *, as_json: bool
) -> int:
    """Print how a job ended and where its result is; return the exit code.

    Args:
        status: of the job.
        placed: path of the timeline that it was placed on.
        notes: of that timeline.
        as_json: as the job with ``timeline`` and ``timeline_notes``.
    """
    if as_json:
        told: Any = codec.dump(status)
        timeline = str(placed) if placed else None
        show.data({**told, "timeline": timeline, "timeline_notes": list(notes)})
    elif status.error:
        show.error(status.error.exception())
    elif status.result:
        for note in (*status.result.notes, *notes):
            print(note.text(show.language()))
        for join in status.result.joins:
            print(catalogue.text(f"join.{join.side}", show.language(), **asdict(join)))
        for number, choice in enumerate(status.result.choices, start=1):
            print(f"{number}: {_as_options(choice)}")
        print(status.result.path)
        if placed:
            print(placed)
    else:
        print(f"{status.job.clip.name}: {status.state}")
    return 0 if status.state == "done" else 1


def variations(options: argparse.Namespace) -> int:
    """Return how many variants are asked for, 0 where a clip is.

    Raises:
        BadValue: too few or too many.
    """
    count: int = getattr(options, "variations", 0)
    if count and not 2 <= count <= 16:
        raise BadValue(field="variations", value=str(count), allowed="2 to 16")
    return count


def _as_options(choice: Mapping[str, Any]) -> str:
    """Return what to add to the command line for a variant."""
    return " ".join(f"--{name.replace('_', '-')} {value}" for name, value in choice.items())


def _parameter_option(command: argparse._ActionsContainer, parameter: Parameter) -> None:
    allowed = "" if parameter.kind == "text" else f" [{parameter.allowed()}]"
    if parameter.kind == "picture":  # seen from the current folder here
        allowed = " [the path of a picture]"
    default = (
        ""
        if parameter.default in (None, "")
        else f" (default {parameter.default:g})"
        if isinstance(parameter.default, float)
        else f" (default {parameter.default})"
    )
    # A card of the user's own need not have its words in our catalogue.
    said = catalogue.text_or(parameter.name, parameter.help_id, show.language())
    command.add_argument(
        f"--{parameter.name.replace('_', '-')}",
        dest=f"set_{parameter.name}",
        metavar=parameter.kind.upper(),
        help=(said + allowed + default).replace("%", "%%"),
    )


def _clip(options: argparse.Namespace, timeline: FileHost | None) -> tuple[Clip, int]:
    from . import timelines

    if timeline is None:
        return _bare_clip(options)
    clip, at = timelines.clip_at(timeline, options.at)
    return replace(clip, media=replace(clip.media, **reading(options))), at


def _bridge(
    options: argparse.Namespace, timeline: FileHost | None, values: Mapping[str, Any]
) -> Job:
    """Return the job that fills the gap between two clips of a timeline, or between two media."""
    from afterframe.media.clip import media_clip
    from afterframe_hosts.wire.gaps import following

    from . import timelines

    if timeline is not None:
        if options.after is not None:
            allowed = "nothing beside a timeline: its clips are bridged"
            raise BadValue(field="AFTER", value=str(options.after), allowed=allowed)
        before, after = timelines.gap_at(timeline, options.at)
        read = [
            replace(clip, media=replace(clip.media, **reading(options))) for clip in (before, after)
        ]
        return make_job(options, options.effect, read[0], None, values, read[1])
    if options.after is None:
        raise BadValue(field="AFTER", value="nothing", allowed="the clip after SOURCE")
    clip, _ = _bare_clip(options)
    rate = parse_rate(options.rate) if options.rate else clip.rate
    gap = math.ceil((values.get("frames") or 0) * clip.rate / rate)
    after = following(clip, media_clip(options.after, rate, **reading(options)), gap)
    return make_job(options, options.effect, clip, None, values, after)


def _bare_clip(options: argparse.Namespace) -> tuple[Clip, int]:
    from afterframe.core.timecode import parse_time
    from afterframe.media.clip import media_clip

    if options.at and options.effect.source != "frame":
        allowed = "a time on a timeline: of a medium alone all is taken"
        raise BadValue(field="at", value=options.at, allowed=allowed)
    rate = parse_rate(options.rate) if options.rate else None
    clip = media_clip(options.source, rate, **reading(options))
    start = clip.record_range.start
    return clip, parse_time(options.at, clip.rate, start) if options.at else start
