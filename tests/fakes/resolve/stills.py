"""Stills: one frame into a file, the gallery and its albums, thumbnails (S18)."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from afterframe.errors import MediaError
from afterframe.media.convert import rgb_floats
from afterframe.media.stills import read_picture

from . import placing
from .codecs import Codec
from .picture import Painter, Picture, eight_bits
from .remote import Calls, changes
from .state import Album, Item, Project, Still, Timeline, new_uid
from .timeline import SILENT_PAGES
from .world import World
from .writing import write_picture

_FILES = {
    "bmp": Codec("", "", "", "uint8"),
    "dpx": Codec("", "", "", "uint16", 10),
    "jpg": Codec("", "YUV 4:4:4", "", "uint8"),
    "png": Codec("", "", "", "uint8"),
    "ppm": Codec("", "", "", "uint8"),
    "tif": Codec("", "", "", "uint16", 0, "none"),
}
"""How stills are written, by suffix. ``cin`` and ``xpm``, which Resolve has too, are refused."""
_THUMBNAIL = (288, 162)
"""As it was seen, of a timeline of 16:9."""
FIRST_FRAME, MIDDLE_FRAME = 1, 2
"""Values of ``stillFrameSource``."""


class ProjectStills(Calls):
    """The frame under the playhead into a file."""

    kind = "Project"
    record: Project

    def ExportCurrentFrameAsStill(self, filePath: str) -> bool:
        timeline = _current(self.record)
        if timeline is None or self.world.application.page in SILENT_PAGES:
            return False
        path = Path(filePath)
        codec = _FILES.get(path.suffix.lower().removeprefix("."))
        if codec is None or not path.parent.is_dir():
            return False
        return _write(path, codec, _seen(self.record, timeline))


class TimelineStills(Calls):
    """Stills into the gallery, and thumbnails."""

    kind = "Timeline"
    record: Timeline

    @changes
    def GrabStill(self) -> Still | None:
        project = self.world.project
        if project is None or self.record.uid != project.current_timeline:
            return None
        return _grab(self.world, project, self.record, None, self.record.playhead)

    @changes
    def GrabAllStills(self, stillFrameSource: int) -> list[Still]:
        project = self.world.project
        if project is None or stillFrameSource not in (FIRST_FRAME, MIDDLE_FRAME):
            return []
        items = [
            item
            for track in self.record.tracks["video"]
            for item in track.items
            if item.kind != "transition"
        ]
        half = stillFrameSource == MIDDLE_FRAME
        frames = [item.start + half * (item.duration // 2) for item in items]
        grabbed = [
            _grab(self.world, project, self.record, item, frame)
            for item, frame in zip(items, frames, strict=True)
        ]
        return [still for still in grabbed if still is not None]

    def GetCurrentClipThumbnailImage(self) -> dict[str, Any] | None:
        project = self.world.project
        hidden = self.world.build.headless or self.world.application.page != "color"
        if project is None or hidden or self.record.uid != project.current_timeline:
            return None
        seen = eight_bits(_seen(project, self.record))
        small = cv2.resize(seen, _THUMBNAIL, interpolation=cv2.INTER_AREA)
        data = base64.b64encode(np.ascontiguousarray(small).tobytes()).decode("ascii")
        width, height = _THUMBNAIL
        return {"width": width, "height": height, "format": "RGB 8 bit", "data": data}


class GalleryCalls(Calls):
    """The gallery of a project."""

    kind = "Gallery"
    record: Project

    def GetAlbumName(self, galleryStillAlbum: Album) -> str | None:
        return galleryStillAlbum.name if isinstance(galleryStillAlbum, Album) else None

    @changes
    def SetAlbumName(self, galleryStillAlbum: Album, albumName: str) -> bool:
        taken = any(album.name == albumName for album in self.record.albums)
        if not isinstance(galleryStillAlbum, Album) or not albumName or taken:
            return False
        galleryStillAlbum.name = albumName
        return True

    def GetCurrentStillAlbum(self) -> Album | None:
        held = (each for each in self.record.albums if each.uid == self.record.current_album)
        return next(held, None)

    @changes
    def SetCurrentStillAlbum(self, galleryStillAlbum: Album) -> bool:
        if not isinstance(galleryStillAlbum, Album) or galleryStillAlbum.power_grade:
            return False
        self.record.current_album = galleryStillAlbum.uid
        return True

    def GetGalleryStillAlbums(self) -> list[Album]:
        return [album for album in self.record.albums if not album.power_grade]

    def GetGalleryPowerGradeAlbums(self) -> list[Album]:
        return [album for album in self.record.albums if album.power_grade]

    @changes
    def CreateGalleryStillAlbum(self) -> Album:
        return self._added("Stills", power_grade=False)

    @changes
    def CreateGalleryPowerGradeAlbum(self) -> Album:
        return self._added("PowerGrade", power_grade=True)

    def _added(self, word: str, *, power_grade: bool) -> Album:
        number = 1 + sum(album.power_grade == power_grade for album in self.record.albums)
        album = Album(new_uid(), f"{word} {number}", power_grade=power_grade)
        self.record.albums.append(album)
        return album


class AlbumCalls(Calls):
    """One album of stills."""

    kind = "GalleryStillAlbum"
    record: Album

    def GetStills(self) -> list[Still]:
        return self.record.stills

    def GetLabel(self, galleryStill: Still) -> str | None:
        return galleryStill.label if galleryStill in self.record.stills else None

    @changes
    def SetLabel(self, galleryStill: Still, label: str) -> bool:
        if galleryStill not in self.record.stills:
            return False
        galleryStill.label = str(label)
        return True

    @changes
    def ImportStills(self, filePaths: Sequence[str]) -> bool:
        """Take in picture files; of a DRX its grade alone would come, and nothing here has one."""
        paths = [Path(each) for each in filePaths]
        found = [path for path in paths if path.is_file()]
        for path in found:
            self.record.stills.append(Still(new_uid(), path.stem, str(path)))
        return bool(found)

    def ExportStills(
        self, galleryStill: Sequence[Still], folderPath: str, filePrefix: str, format: str
    ) -> bool:
        """Write stills, ``<prefix>_1.1.1.png`` and so on; False where no gallery is to be seen."""
        application = self.world.application
        shown = application.page == "color" and application.gallery
        folder, codec = Path(folderPath), _FILES.get(str(format).lower())
        if not shown or self.world.build.headless or codec is None or not folder.is_dir():
            return False
        stills = [still for still in galleryStill if still in self.record.stills]
        written = [
            _write(folder / f"{filePrefix}_1.{number}.1.{format}", codec, _kept(still))
            for number, still in enumerate(stills, 1)
        ]
        return bool(written) and all(written)

    @changes
    def DeleteStills(self, galleryStill: Sequence[Still]) -> bool:
        gone = [still for still in galleryStill if still in self.record.stills]
        for still in gone:
            self.record.stills.remove(still)
        return bool(gone)


class StillCalls(Calls):
    """One still: a handle without methods."""

    kind = "GalleryStill"
    record: Still


def _current(project: Project) -> Timeline | None:
    held = (each for each in project.timelines if each.uid == project.current_timeline)
    return next(held, None)


def _seen(project: Project, timeline: Timeline) -> Picture:
    """Return the frame under the playhead; after the last it is black."""
    with Painter(project) as painter:
        return painter.paint(timeline, max(timeline.start, timeline.playhead))


def _grab(
    world: World, project: Project, timeline: Timeline, item: Item | None, frame: int
) -> Still | None:
    """Return a new still of the current album; None where nothing stands at the frame."""
    album = next((each for each in project.albums if each.uid == project.current_album), None)
    if album is None or not timeline.start <= frame < placing.end_of(timeline):
        return None
    with Painter(project) as painter:
        shown = painter.item(timeline, item, frame) if item else painter.paint(timeline, frame)
    folder = world.folder / "stills"
    folder.mkdir(exist_ok=True)
    still = Still(new_uid(), "")
    still.path = str(folder / f"{still.uid}.tif")
    _write(Path(still.path), _FILES["tif"], shown)
    album.stills.append(still)
    return still


def _kept(still: Still) -> Picture | None:
    """Return the picture of a still, None where its file is gone."""

    with suppress(MediaError):
        colour = rgb_floats(read_picture(still.path).frame)
        return np.dstack([colour, np.ones(colour.shape[:2])]).astype(np.float32)
    return None


def _write(path: Path, codec: Codec, picture: Picture | None) -> bool:
    if picture is None:
        return False
    try:
        write_picture(path, codec, picture)
    except OSError:
        return False
    return True
