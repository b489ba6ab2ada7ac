"""Make the gallery: what each built-in engine and style looks like, and what it cannot do.

    .venv/bin/python docs/gallery/make.py [--media FOLDER] [--only NAME ...]

Every picture beside this file and the page that shows them, ``README.md``, are made by this
command from free media; the page names their makers. Jobs run as they do for a user, whole.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from examples import CREDITS, DRAWN, HEAD, SECTIONS, Example, View, absolute
from numpy.typing import NDArray

from afterframe.core.admission import admit
from afterframe.media.clip import media_clip
from afterframe.media.display import to_rgb8
from afterframe.media.sheet import GAP, PAPER, grid, labelled
from afterframe.media.source import open_media
from afterframe.pipeline.run import Hooks, run_job
from afterframe_hosts.wire.clip import Clip, Media, Span
from afterframe_hosts.wire.job import Job, Note, Output, Result, new_id
from afterframe_models import registry

HERE = Path(__file__).resolve().parent
MEDIA = HERE.parents[2] / "shared" / "media"
WIDTH = 1740
"""Pixels of a sheet, gaps included."""
QUALITIES = range(86, 40, -6)
"""Of the JPEGs: the first that keeps a sheet below ``MOST``."""
MOST = 250_000
"""Bytes of a sheet."""
LOUDER = 4
"""How much louder a difference is shown than it is."""
SOFT = 0.01
"""How soft the edge of a painted mask is, as a share of the picture's width."""
LINE = 99
"""Characters of the page's lines."""
OF_DELIVERY = "note.detail_lost"
"""A note on the codec that the gallery delivers in: says nothing of the engine."""
PAINTED = (255, 60, 200)

Picture = NDArray[np.uint8]


@dataclass(frozen=True)
class Stand:
    """Where media are and where results go."""

    media: Path
    folder: Path

    def path(self, name: str) -> str:
        """Return the absolute path of a medium, or of what is drawn for an example."""
        return str((self.folder if name.startswith(DRAWN) else self.media) / name)


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the pictures and the page."""
    parser = argparse.ArgumentParser(description=str(__doc__).split("\n")[0])
    parser.add_argument("--media", type=Path, default=MEDIA, help="folder of free media")
    parser.add_argument("--only", nargs="+", help="these examples alone, and not the page")
    options = parser.parse_args(arguments)
    page = [HEAD]
    with tempfile.TemporaryDirectory() as folder:
        stand = Stand(options.media, Path(folder))
        for section, text, examples in SECTIONS:
            page += [f"## {section}\n", f"{_wrapped(text)}\n"]
            for example in examples:
                if options.only is None or example.name in options.only:
                    page.append(_told(example, _make(example, stand)))
    if options.only is None:
        page.append(_credits())
        (HERE / "README.md").write_text("\n".join(page), encoding="utf-8")
    return 0


def _make(example: Example, stand: Stand) -> list[Note]:
    """Write the sheet of an example; return what the engine said."""
    print(example.name, flush=True)
    _draw(example, stand)
    clip = _part(media_clip(Path(stand.path(example.source)), None), example.use)
    results = {
        name: _run(example, clip, {**example.parameters, **more}, stand)
        for name, more in example.runs.items()
    }
    tiles = [
        tile for view in example.views for tile in _tiles(example, clip.media, results, view, stand)
    ]
    _write(grid(tiles, example.columns), HERE / f"{example.name}.jpg")
    notes = [note for result in results.values() for note in result.notes]
    return [note for index, note in enumerate(notes) if note not in notes[:index]]


def _run(example: Example, clip: Clip, values: Mapping[str, Any], stand: Stand) -> Result:
    job = Job(
        new_id(),
        example.effect,
        clip,
        Output(folder=str(stand.folder), format="dnxhr_hq", mark=False),
        parameters=absolute({"seed": 7, **values} if example.seeded else values, stand.path),
        after=_second(clip, example),
    )
    hooks = Hooks(lambda told: None, lambda picture: None, lambda: None)
    return run_job(admit(job, registry.infos()), hooks)


def _part(clip: Clip, use: tuple[int, int] | None) -> Clip:
    if use is None:
        return clip
    return replace(clip, media_range=Span(*use), record_range=Span(0, use[1]))


def _second(clip: Clip, example: Example) -> Clip | None:
    """Return the shot after the gap, which is as long as what was left out between them."""
    if example.after is None:
        return None
    start, frames = example.after
    record = Span(clip.record_range.end + start - clip.media_range.end, frames)
    return replace(clip, media_range=Span(start, frames), record_range=record)


def _draw(example: Example, stand: Stand) -> None:
    """Write the masks and the end picture that an example draws for itself."""
    picture = _read(media_clip(Path(stand.path(example.source)), None).media, example.frame)
    height, width = picture.shape[:2]
    (stand.folder / DRAWN).mkdir(exist_ok=True)
    for name, points in example.painted.items():
        mask = np.full((height, width), example.ground, np.uint8)
        corners = np.round(np.array(points) * (width, height)).astype(np.int32)
        cv2.fillPoly(mask, [corners], 255 - example.ground if example.ground != 128 else 0)
        cv2.imwrite(stand.path(DRAWN + name), cv2.GaussianBlur(mask, (0, 0), SOFT * width))
    if example.framed:
        left, top, size = example.framed
        x, y = round(left * width), round(top * height)
        part = picture[y : y + round(size * height), x : x + round(size * width)]
        end = cv2.resize(part, (width, height), interpolation=cv2.INTER_CUBIC)
        cv2.imwrite(stand.path(DRAWN + "end.png"), end[..., ::-1])


def _tiles(
    example: Example, media: Media, results: Mapping[str, Result], view: View, stand: Stand
) -> Iterator[Picture]:
    """Yield one view's pictures, in the order in which they stand on the sheet."""
    frame = _Frame(example.columns, _read(media, example.frame), view)
    for name in example.given(stand.path):
        picture = _read(media_clip(Path(name), None).media, 0)
        yield frame.given(picture, Path(name).stem.replace("_", " "))
    if example.painted and view is None:
        yield frame.shown(_outlined(_read(media, example.frame), example), "what was painted")
    for at in example.shots:
        yield frame.shown(_read(media, at), f"the shot, frame {at}")
    for name, result in results.items():
        made = Media("movie", result.path)
        for at in example.show:
            yield frame.shown(_read(made, at), f"{name} {at}" if example.numbered else name)
        if example.changed:
            first, last = (_read(made, at).astype(int) for at in example.changed)
            loud = np.clip(LOUDER * np.abs(last - first), 0, 255).astype(np.uint8)
            yield frame.shown(loud, f"what differs, {example.changed[0]} and {example.changed[1]}")
    for at in example.truth:
        yield frame.shown(_read(media, at), f"what was hidden, frame {at}")


class _Frame:
    """Makes pictures tiles of one size: whole, or cut out one pixel for one."""

    def __init__(self, columns: int, like: Picture, view: View) -> None:
        self._width = (WIDTH - GAP) // columns - GAP
        self._height = round(self._width * like.shape[0] / like.shape[1])
        self._view = view

    def shown(self, picture: Picture, text: str) -> Picture:
        """Return a tile of a picture as large as the source."""
        if self._view is None:
            return labelled(_sized(picture, self._width, self._height), text)
        left, top = self._view
        part = picture[top : top + self._height, left : left + self._width]
        return self.fitted(part, text + ", 1:1")

    def given(self, picture: Picture, text: str) -> Picture:
        """Return a tile of a picture of any size: all of it, or its middle one for one."""
        if self._view is None:
            return self.fitted(picture, text)
        top = max(0, (picture.shape[0] - self._height) // 2)
        left = max(0, (picture.shape[1] - self._width) // 2)
        part = picture[top : top + self._height, left : left + self._width]
        return self.fitted(part, text + ", 1:1")

    def fitted(self, picture: Picture, text: str) -> Picture:
        """Return a tile of a picture of any shape, on paper."""
        height, width = picture.shape[:2]
        scale = min(self._height / height, self._width / width)
        size = round(width * scale), round(height * scale)
        tile = np.full((self._height, self._width, 3), PAPER, np.uint8)
        left, top = (self._width - size[0]) // 2, (self._height - size[1]) // 2
        tile[top : top + size[1], left : left + size[0]] = _sized(picture, *size)
        return labelled(tile, text)


def _sized(picture: Picture, width: int, height: int) -> Picture:
    smaller = width < picture.shape[1]
    way = cv2.INTER_AREA if smaller else cv2.INTER_CUBIC
    return cv2.resize(picture, (width, height), interpolation=way).astype(np.uint8)


def _outlined(picture: Picture, example: Example) -> Picture:
    found = picture.copy()
    height, width = found.shape[:2]
    for points in example.painted.values():
        corners = np.round(np.array(points) * (width, height)).astype(np.int32)
        cv2.polylines(found, [corners], True, PAINTED, max(2, width // 250), cv2.LINE_AA)
    return found


def _read(media: Media, at: int) -> Picture:
    with open_media(media) as opened:
        info = opened.info
        return to_rgb8(opened.read(at), (info.width, info.height))


def _write(sheet: Picture, path: Path) -> None:
    for quality in QUALITIES:
        done, data = cv2.imencode(".jpg", sheet[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
        if done and data.size <= MOST:
            path.write_bytes(data.tobytes())
            return
    raise OSError(f"{path.name} is larger than {MOST} bytes at every quality")


def _told(example: Example, notes: Iterable[Note]) -> str:
    said = [_wrapped(note.text(), "> ") for note in notes if note.id != OF_DELIVERY]
    picture = f"![{example.title}]({example.name}.jpg)\n"
    lines = [f"### {example.title}\n", picture, _wrapped(example.text)]
    if said:
        lines += ["\nWhat Afterframe says to it:\n", "\n>\n".join(said)]
    return "\n".join(lines) + "\n"


def _wrapped(text: str, before: str = "") -> str:
    return textwrap.fill(text, LINE, initial_indent=before, subsequent_indent=before)


def _credits() -> str:
    names = sorted(
        {Path(name).stem for section in SECTIONS for each in section[2] for name in each.media()}
    )
    lines = [f"- `{name}`: {CREDITS[name]}" for name in names]
    return "\n".join(["## Media\n", *lines]) + "\n"


if __name__ == "__main__":
    sys.exit(main())
