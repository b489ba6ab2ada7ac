"""The disks as the Media page shows them. On Windows its paths have backslashes (S30)."""

from __future__ import annotations

import shutil
from pathlib import Path, PureWindowsPath
from typing import Any

from . import pool
from .probing import exists, merged
from .remote import Calls, changes, since
from .state import PoolClip


class MediaStorageCalls(Calls):
    """What lies on the disks, and the way from there into the media pool."""

    kind = "MediaStorage"

    def GetMountedVolumeList(self) -> list[str]:
        return [self._shown(Path(each)) for each in self.world.faults.storage or ["/"]]

    def GetMountedVolumes(self) -> dict[int, str]:
        return dict(enumerate(self.GetMountedVolumeList(), 1))

    def GetSubFolderList(self, folderPath: str) -> list[str]:
        return [self._shown(each) for each in self._inside(folderPath) if each.is_dir()]

    def GetSubFolders(self, folderPath: str) -> dict[int, str]:
        return dict(enumerate(self.GetSubFolderList(folderPath), 1))

    def GetFileList(self, folderPath: str) -> list[str]:
        """Return the files of a folder; numbered pictures as one sequence."""
        files = [str(each) for each in self._inside(folderPath) if each.is_file()]
        return [self._shown(Path(each)) for each in merged(files)]

    def GetFiles(self, folderPath: str) -> dict[int, str]:
        return dict(enumerate(self.GetFileList(folderPath), 1))

    def RevealInStorage(self, path: str) -> bool:
        real = self._real(path)
        return real is not None and (real.exists() or exists(str(real)))

    @changes
    def AddItemListToMediaPool(self, *items: Any) -> list[PoolClip]:
        """Import into the current bin: paths, a list of them, or of ``media`` with in and out."""
        listed = items[0] if len(items) == 1 and isinstance(items[0], list) else items
        clips: list[PoolClip] = []
        for each in listed:
            clips += self._import(each) if isinstance(each, (str, dict)) else []
        return clips

    @changes
    def AddItemsToMediaPool(self, *items: Any) -> dict[int, PoolClip]:
        return dict(enumerate(self.AddItemListToMediaPool(*items), 1))

    @changes
    def AddClipMattesToMediaPool(
        self, MediaPoolItem: PoolClip, paths: list[str], stereoEye: str | None = None
    ) -> bool:
        real = [self._real(str(each)) for each in paths]
        if not real or stereoEye not in (None, "", "left", "right"):
            return False
        if not all(each is not None and each.is_file() for each in real):
            return False
        kept = pool.mattes_of(MediaPoolItem)
        MediaPoolItem.properties["mattes"] = [*kept, *(str(each) for each in paths)]
        return True

    @changes
    def AddTimelineMattesToMediaPool(self, paths: list[str]) -> list[PoolClip]:
        return self.AddItemListToMediaPool(paths)

    @since(21, 1)
    @changes
    def SetCloneToolSettings(self, cloneToolSettings: dict[str, Any]) -> bool:
        return cloneToolSettings.keys() <= {"PreserveFolderName", "ChecksumType"}

    @since(21, 1)
    @changes
    def StartCloneMedia(self, sourceDir: str, targetDirs: list[str]) -> bool:
        """Copy a folder into others. Here it is done when the call comes back."""
        source = self._real(sourceDir)
        targets = [self._real(str(each)) for each in targetDirs]
        if source is None or not source.is_dir() or not targets:
            return False
        if not all(each is not None and each.is_dir() for each in targets):
            return False
        for each in targets:
            assert each is not None
            shutil.copytree(source, each / source.name, dirs_exist_ok=True)
        self.world.tasks["cloned"] = True
        return True

    @since(21, 1)
    def StopCloneMedia(self) -> bool:
        return False

    @since(21, 1)
    def GetCloneStatus(self) -> dict[str, Any]:
        if "cloned" not in self.world.tasks:
            return {}
        return {"JobStatus": "Complete", "CompletionPercentage": 100, "Error": ""}

    def _import(self, wanted: str | dict[str, Any]) -> list[PoolClip]:
        path = wanted if isinstance(wanted, str) else wanted.get("media")
        real = self._real(path) if isinstance(path, str) else None
        if real is None or self.world.project is None:
            return []
        if real.is_dir():
            inside = merged(str(each) for each in sorted(real.iterdir()) if each.is_file())
            found = [pool.import_path(self.world, each) for each in inside]
        else:
            found = [pool.import_path(self.world, str(real))]
        clips = [each for each in found if each is not None]
        if isinstance(wanted, dict) and "startFrame" in wanted and "endFrame" in wanted:
            marks = {"in": int(wanted["startFrame"]), "out": int(wanted["endFrame"])}
            for clip in clips:
                clip.marks["video"] = dict(marks)
        return clips

    def _inside(self, folder: str) -> list[Path]:
        real = self._real(folder)
        if real is None or not real.is_dir():
            return []
        return sorted(each for each in real.iterdir() if not each.name.startswith("."))

    def _real(self, path: str) -> Path | None:
        """Return the path here; None of a relative one, and with slashes on Windows."""
        if self.world.build.system != "Windows":
            return Path(path) if path.startswith("/") else None
        known = "/" not in path and PureWindowsPath(path).is_absolute()
        return Path("/", *PureWindowsPath(path).parts[1:]) if known else None

    def _shown(self, path: Path) -> str:
        text = str(path)
        return "C:" + text.replace("/", "\\") if self.world.build.system == "Windows" else text
