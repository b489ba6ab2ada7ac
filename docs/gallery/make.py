"""Make the gallery: what each built-in engine and style looks like, and what it cannot do.

    .venv/bin/python docs/gallery/make.py [--media FOLDER] [--only NAME]

Every picture beside this file and the page that shows them, ``README.md``, are made by this
command from free media; the page names their makers. Jobs run as they do for a user, whole.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from examples import CREDITS, HEAD, SECTIONS, Example
from numpy.typing import NDArray

from afterframe.core.admission import admit
from afterframe.media.clip import media_clip
from afterframe.media.display import to_rgb8
from afterframe.media.sheet import LINE, grid, labelled
from afterframe.media.source import open_media
from afterframe.pipeline.run import Hooks, run_job
from afterframe_hosts.wire.clip import Clip, Media, Span
from afterframe_hosts.wire.effects import PRESETS
from afterframe_hosts.wire.job import Job, Note, Output, new_id
from afterframe_models import registry

HERE = Path(__file__).resolve().parent
MEDIA = HERE.parents[2] / "shared" / "media"
WIDTH = 420
"""Pixels of one picture on a sheet."""
QUALITY = 86
"""Of the JPEGs: a sheet stays near 200 KB."""
SHOT, MADE = "shot", "made"


@dataclass(frozen=True)
class Shown:
    """What came of an example: its pictures with what stands beneath each, and the notes."""

    tiles: tuple[NDArray[np.uint8], ...]
    notes: tuple[Note, ...]


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the pictures and the page."""
    parser = argparse.ArgumentParser(description=str(__doc__).split("\n")[0])
    parser.add_argument("--media", type=Path, default=MEDIA, help="folder of free media")
    parser.add_argument("--only", help="this example alone, and not the page")
    options = parser.parse_args(arguments)
    page = [HEAD]
    with tempfile.TemporaryDirectory() as folder:
        for section, text, examples in SECTIONS:
            page += [f"## {section}\n", f"{text}\n"]
            for example in examples:
                if options.only in (None, example.name):
                    notes = _make(example, options.media, Path(folder))
                    page.append(_told(example, notes))
    if not options.only:
        page.append(_credits())
        (HERE / "README.md").write_text("\n".join(page), encoding="utf-8")
    return 0


def _make(example: Example, media: Path, folder: Path) -> tuple[Note, ...]:
    print(example.name, flush=True)
    source = media / example.source
    if example.name == "presets":
        tiles = [_first(example, media, folder, preset=name) for name in PRESETS]
        shown = Shown(tuple(tile for each in tiles for tile in each.tiles), ())
    else:
        shown = _run(example, source, media, folder, example.parameters)
    columns = len(shown.tiles) if len(shown.tiles) <= 4 else 3 + len(shown.tiles) % 2
    sheet = grid(shown.tiles, columns)
    settings = [cv2.IMWRITE_JPEG_QUALITY, QUALITY]
    if not cv2.imwrite(str(HERE / f"{example.name}.jpg"), sheet[..., ::-1], settings):
        raise OSError(f"{example.name}.jpg could not be written")
    return shown.notes


def _first(example: Example, media: Path, folder: Path, **values: Any) -> Shown:
    shown = _run(example, media / example.source, media, folder, values)
    text = " ".join(str(value) for value in values.values())
    picture = shown.tiles[0][:-LINE]
    return Shown((labelled(np.ascontiguousarray(picture), text),), shown.notes)


def _run(
    example: Example, source: Path, media: Path, folder: Path, values: Mapping[str, Any]
) -> Shown:
    clip = _part(media_clip(source, None), example.use)
    job = Job(
        new_id(),
        example.effect,
        clip,
        Output(folder=str(folder), format="dnxhr_hq", mark=False),
        parameters=_absolute(values, media),
        after=_second(source, clip, example),
    )
    result = run_job(
        admit(job, registry.infos()), Hooks(lambda told: None, lambda picture: None, lambda: None)
    )
    tiles = [_tile(clip.media, at, f"{SHOT} {at}") for at in _last_of(clip, example.before)]
    made = Media("movie", result.path)
    tiles += [
        _tile(made, at, f"{MADE} {at}" if example.before else f"frame {at}")
        for at in example.show
        if at < result.frames
    ]
    return Shown(tuple(tiles), result.notes)


def _part(clip: Clip, use: tuple[int, int] | None) -> Clip:
    if use is None:
        return clip
    return replace(clip, media_range=Span(*use), record_range=Span(0, use[1]))


def _second(source: Path, clip: Clip, example: Example) -> Clip | None:
    """Return the shot after the gap, which is as long as what was left out between them."""
    if example.after is None:
        return None
    start, frames = example.after
    gap = start - clip.media_range.end
    after = media_clip(source, None)
    record = Span(clip.record_range.end + gap, frames)
    return replace(after, media_range=Span(start, frames), record_range=record)


def _last_of(clip: Clip, count: int) -> range:
    return range(clip.media_range.end - count, clip.media_range.end)


def _tile(media: Media, at: int, text: str) -> NDArray[np.uint8]:
    with open_media(media) as opened:
        info = opened.info
        height = round(WIDTH * info.height / info.width)
        return labelled(to_rgb8(opened.read(at), (WIDTH, height)), text)


def _absolute(values: Mapping[str, Any], media: Path) -> dict[str, Any]:
    """Return the parameters with their pictures' paths below the media folder."""
    found = {"seed": 7, **values}
    if "reference" in found:
        found["reference"] = [
            {**each, "path": str(media / each["path"])} for each in found["reference"]
        ]
    if "end" in found:
        found["end"] = str(media / found["end"])
    return found


def _told(example: Example, notes: Sequence[Note]) -> str:
    said = " ".join(note.text() for note in notes if note.id.startswith("note."))
    lines = [f"### {example.title}\n", f"![{example.title}]({example.name}.jpg)\n", example.text]
    if said:
        lines.append(f"\nAfterframe says: “{said}”")
    return "\n".join(lines) + "\n"


def _credits() -> str:
    names = sorted(
        {Path(path).stem for section in SECTIONS for each in section[2] for path in _media(each)}
    )
    lines = [f"- `{name}`: {CREDITS[name]}" for name in names]
    return "\n".join(["## Media\n", *lines]) + "\n"


def _media(example: Example) -> list[str]:
    references = [each["path"] for each in example.parameters.get("reference", ())]
    end = [example.parameters["end"]] if "end" in example.parameters else []
    return [example.source, *references, *end]


if __name__ == "__main__":
    sys.exit(main())
