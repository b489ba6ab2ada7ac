"""The program itself and the projects of its database."""

from __future__ import annotations

import base64
import copy
import shutil
import threading
import time
from pathlib import Path
from typing import Any

from . import codecs, placing, pool, projects
from .exchange import EXPORTS
from .project import written
from .remote import Calls, Ref, changes, since
from .state import Project, Timeline

PAGES = ("media", "cut", "edit", "fusion", "color", "fairlight", "deliver")


def _numbered(prefix: str, names: str, first: int = 0) -> dict[str, float]:
    return {f"{prefix}_{name}": float(at) for at, name in enumerate(names.split(), first)}


CONSTANTS: dict[str, float] = {
    **EXPORTS,
    **_numbered("EXPORT_LUT", "17PTCUBE 33PTCUBE 65PTCUBE PANASONICVLUT"),
    **_numbered("KEYFRAME_MODE", "ALL COLOR SIZING"),
    **_numbered("CACHE", "AUTO_ENABLED DISABLED ENABLED", -1),
    **_numbered(
        "AUTO_CAPTION",
        "AUTO DANISH DUTCH ENGLISH FRENCH GERMAN ITALIAN JAPANESE KOREAN MANDARIN_SIMPLIFIED "
        "MANDARIN_TRADITIONAL NORWEGIAN PORTUGUESE RUSSIAN SPANISH SWEDISH",
    ),
    **_numbered("AUTO_CAPTION", "SUBTITLE_DEFAULT TELETEXT NETFLIX"),
    **_numbered("AUTO_CAPTION", "LINE_SINGLE LINE_DOUBLE", 1),
    **_numbered("SUBTITLE", "LANGUAGE CAPTION_PRESET CHARS_PER_LINE LINE_BREAK GAP"),
    **_numbered(
        "CLOUD_SETTING",
        "PROJECT_NAME PROJECT_MEDIA_PATH IS_COLLAB SYNC_MODE IS_CAMERA_ACCESS",
    ),
    **_numbered("CLOUD_SYNC", "NONE PROXY_ONLY PROXY_AND_ORIG"),
    **_numbered(
        "CLOUD_SYNC",
        "DEFAULT DOWNLOAD_IN_QUEUE DOWNLOAD_IN_PROGRESS DOWNLOAD_SUCCESS DOWNLOAD_FAIL "
        "DOWNLOAD_NOT_FOUND UPLOAD_IN_QUEUE UPLOAD_IN_PROGRESS UPLOAD_SUCCESS UPLOAD_FAIL "
        "UPLOAD_NOT_FOUND SUCCESS",
        -1,
    ),
    **_numbered("AUDIO_SYNC", "MODE CHANNEL_NUMBER RETAIN_EMBEDDED_AUDIO RETAIN_VIDEO_METADATA"),
    **_numbered("AUDIO_SYNC", "WAVEFORM TIMECODE"),
    "AUDIO_SYNC_CHANNEL_AUTOMATIC": -1.0,
    "AUDIO_SYNC_CHANNEL_MIX": -2.0,
    "DLB_BLEND_SHOTS": 0.0,
}
"""Live attributes of ``resolve``: numbers, and not in its ``dir``. Which numbers Resolve has is not
known but for those of KEYFRAME_MODE, CACHE and CLOUD_SYNC's states."""


class ResolveCalls(Calls):
    """The ``resolve`` object."""

    kind = "Resolve"

    def attribute(self, name: str) -> Any:
        """Return a constant: ``EXPORT_OTIO``."""
        return CONSTANTS.get(name)

    def Fusion(self) -> Ref:
        return Ref("Fusion")

    def GetMediaStorage(self) -> Ref:
        return Ref("MediaStorage")

    def GetProjectManager(self) -> Ref:
        return Ref("ProjectManager")

    def GetVersion(self) -> list[object]:
        return [*self.world.build.version, ""]

    def GetVersionString(self) -> str:
        return ".".join(map(str, self.world.build.version))

    def GetProductName(self) -> str:
        return "DaVinci Resolve Studio" if self.world.build.studio else "DaVinci Resolve"

    def GetCurrentPage(self) -> str:
        return self.world.application.page

    @changes
    def OpenPage(self, pageName: str) -> bool:
        pages = (*PAGES, "photo") if self.world.build.since(21) else PAGES
        if pageName not in pages:
            return False
        self.world.application.page = pageName
        return True

    def Quit(self) -> bool | None:
        self.world.ended = True
        return True if self.world.build.since(21, 1) else None

    @since(19, 0)
    def GetKeyframeMode(self) -> int | None:
        """Return the mode, on the Color page alone."""
        application = self.world.application
        return application.keyframes if application.page == "color" else None

    @since(19, 0)
    @changes
    def SetKeyframeMode(self, keyframeMode: int) -> bool:
        if self.world.application.page != "color" or keyframeMode not in (0, 1, 2):
            return False
        self.world.application.keyframes = keyframeMode
        return True

    @since(21, 0)
    def DisableBackgroundTasksForCurrentResolveSession(self) -> None:
        """Do nothing: there are none."""

    @since(21, 1)
    def GetCurrentProject(self) -> Project | None:
        return self.world.project

    @since(21, 1)
    def GetCurrentTimeline(self) -> Timeline | None:
        return pool.current_timeline(self.world.project) if self.world.project else None

    @since(21, 1)
    def GetMediaPool(self) -> Ref | None:
        return Ref("MediaPool", self.world.project.uid) if self.world.project else None

    @since(21, 1)
    def GetGallery(self) -> Ref | None:
        return Ref("Gallery", self.world.project.uid) if self.world.project else None

    @since(21, 1)
    def IsStudio(self) -> bool:
        return self.world.build.studio

    @since(21, 1)
    def SetHighPriority(self, highPriority: bool) -> bool:
        return True

    @since(21, 1)
    def ValidateDCTL(self, dctlSource: str) -> str | None:
        """Return what is wrong with a DCTL; a function on one line is misread, as measured."""
        if "transform" not in dctlSource or "__DEVICE__" not in dctlSource:
            return "cannot find main DCTL function."
        if "return" not in dctlSource or "\n" not in dctlSource.strip():
            return "DCTL Error: main DCTL function does not have return value."
        return None

    @since(21, 1)
    def EncryptDCTL(self, inputPath: str, encryptDCTLOptions: dict[str, Any] | None = None) -> bool:
        """Write ``NAME.dctle`` into the folder of the options, else beside the file."""
        path, options = Path(inputPath), encryptDCTLOptions or {}
        if path.suffix != ".dctl" or not path.is_file():
            return False
        folder = Path(str(options.get("OutputFolder") or path.parent))
        name = str(options.get("Name") or path.stem)
        text = base64.b64encode(path.read_bytes()).decode()
        return written(folder / f"{name}.dctle", text)


class PresetCalls(Calls):
    """What ``resolve`` keeps by name: layouts, preferences, keyboards, burn-ins, mixes."""

    kind = "Resolve"

    @since(21, 0, 4)
    def GetLayoutPresetList(self) -> list[str]:
        return list(self._names("layouts"))

    @changes
    def LoadLayoutPreset(self, presetName: str) -> bool:
        return presetName in self._names("layouts") and not self.world.build.headless

    @changes
    def UpdateLayoutPreset(self, presetName: str) -> bool:
        return presetName in self._names("layouts") and not self.world.build.headless

    def ExportLayoutPreset(self, presetName: str, presetFilePath: str) -> bool:
        return self._export("layouts", presetName, presetFilePath)

    @changes
    def DeleteLayoutPreset(self, presetName: str) -> bool:
        return self._delete("layouts", presetName)

    @changes
    def SaveLayoutPreset(self, presetName: str) -> bool:
        return not self.world.build.headless and self._add("layouts", presetName)

    @changes
    def ImportLayoutPreset(self, presetFilePath: str, presetName: str | None = None) -> bool:
        return self._import("layouts", presetFilePath, presetName)

    @changes
    def ImportRenderPreset(self, presetPath: str) -> bool:
        """Read a render preset, named after its file, and load it."""
        path, project = Path(presetPath), self.world.project
        if project is None or not _is_preset(path) or path.stem in project.presets:
            return False
        project.presets[path.stem] = copy.deepcopy(project.deliver)
        project.deliver.preset = path.stem
        return True

    def ExportRenderPreset(self, presetName: str, exportPath: str) -> bool:
        """Write a render preset; since 21.1 into a folder of that name."""
        project = self.world.project
        if project is None or presetName not in (*codecs.PRESETS, *project.presets):
            return False
        path = Path(exportPath)
        if self.world.build.since(21, 1):
            path.mkdir(parents=True, exist_ok=True)
        return _export(path, presetName)

    @since(21, 0, 4)
    def GetBurnInPresetList(self) -> list[str]:
        return list(self._names("burn-ins"))

    @since(21, 0, 4)
    @changes
    def DeleteBurnInPreset(self, presetName: str) -> bool:
        return self._delete("burn-ins", presetName)

    @changes
    def ImportBurnInPreset(self, presetPath: str) -> bool:
        return self._import("burn-ins", presetPath, None)

    def ExportBurnInPreset(self, presetName: str, exportPath: str) -> bool:
        return self._export("burn-ins", presetName, exportPath)

    @since(21, 0, 4)
    def GetUserPreferencesPresetList(self) -> list[str]:
        return list(self._names("preferences"))

    @since(21, 0, 4)
    @changes
    def LoadUserPreferencesPreset(self, presetName: str) -> bool:
        return presetName in self._names("preferences")

    @since(21, 0, 4)
    @changes
    def SaveUserPreferencesPreset(self, presetName: str) -> bool:
        return self._add("preferences", presetName)

    @since(21, 0, 4)
    @changes
    def DeleteUserPreferencesPreset(self, presetName: str) -> bool:
        return self._delete("preferences", presetName)

    @since(21, 0, 4)
    @changes
    def ImportUserPreferencesPreset(
        self, presetFilePath: str, presetName: str | None = None
    ) -> bool:
        return self._import("preferences", presetFilePath, presetName)

    @since(21, 0, 4)
    def ExportUserPreferencesPreset(self, presetName: str, exportPath: str) -> bool:
        return self._export("preferences", presetName, exportPath)

    @since(20, 2, 2)
    def GetFairlightPresets(self) -> list[str]:
        return list(self._names("mixes"))

    @since(21, 1)
    def GetKeyboardPresetList(self) -> list[str]:
        return ["DaVinci Resolve", *self._names("keyboards")]

    @since(21, 1)
    @changes
    def LoadKeyboardPreset(self, presetName: str) -> bool:
        if presetName not in self.GetKeyboardPresetList():
            return False
        self.world.application.keyboard = presetName
        return True

    @since(21, 1)
    @changes
    def DeleteKeyboardPreset(self, presetName: str) -> bool:
        return self._delete("keyboards", presetName)

    @since(21, 1)
    def GetCurrentKeyboardPreset(self) -> str:
        return self.world.application.keyboard

    @since(21, 1)
    @changes
    def ImportKeyboardPreset(self, filePath: str, presetName: str | None = None) -> bool:
        return self._import("keyboards", filePath, presetName)

    @since(21, 1)
    def ExportKeyboardPreset(self, presetName: str, exportPath: str) -> bool:
        return self._export("keyboards", presetName, exportPath)

    def _names(self, kind: str) -> list[str]:
        return self.world.application.presets.setdefault(kind, [])

    def _add(self, kind: str, name: str) -> bool:
        if not name or name in self._names(kind):
            return False
        self._names(kind).append(name)
        return True

    def _delete(self, kind: str, name: str) -> bool:
        if name not in self._names(kind):
            return False
        self._names(kind).remove(name)
        return True

    def _import(self, kind: str, path: str, name: str | None) -> bool:
        return _is_preset(Path(path)) and self._add(kind, name or Path(path).stem)

    def _export(self, kind: str, name: str, path: str) -> bool:
        return name in self._names(kind) and _export(Path(path), name)


class ProjectManagerCalls(Calls):
    """The projects of the database in use."""

    kind = "ProjectManager"

    def GetCurrentProject(self) -> Project | None:
        return self.world.project

    @changes
    def CreateProject(self, projectName: str, mediaLocationPath: str | None = None) -> Any:
        """Make a project and open it; not while one that was never saved has something in it.

        Without a window that one is lost.
        """
        if self.world.faults.wedged:
            return False
        taken = projectName in projects.here(self.world) or self._is_open_name(projectName)
        if not projectName or "/" in projectName or taken or self._blocked():
            return None
        return projects.make(self.world, projectName, mediaLocationPath or "")

    @changes
    def LoadProject(self, projectName: str) -> Any:
        """Open a project; what was never saved is lost."""
        if self.world.faults.wedged:
            return False
        project = projects.here(self.world).get(projectName)
        if project is not None and project is not self.world.project:
            projects.go_to(self.world, projectName)
        return project

    @changes
    def DeleteProject(self, projectName: str) -> bool:
        project, library = projects.here(self.world).get(projectName), self.world.library
        if project is None or library is None or project is self.world.project:
            return False
        if self.world.faults.holding and project.uid in self.world.held:
            return False
        del library.projects[self.world.application.folder + projectName]
        self.world.kept.pop(project.uid, None)
        return True

    @changes
    def SaveProject(self) -> bool | None:
        """Save; of a project without a name Resolve asks for one, for ever without a window."""
        project = self.world.project
        if project is None or self.world.faults.wedged:
            return None
        if projects.is_new(project):
            if self.world.build.headless:
                threading.Event().wait()
            return False
        placing.vanish(self.world)
        project.saved = projects.digest(project)
        self.world.made.discard(project.uid)
        self.world.saved_at[project.uid] = int(time.time())
        projects.keep(self.world, project)
        return True

    @changes
    def CloseProject(self, project: Project) -> bool:
        if any(job.status == "Rendering" for job in project.queue):
            return False
        self.world.held.discard(project.uid)
        if project is self.world.project:
            projects.drop(self.world, project)
        return True

    @changes
    def CreateFolder(self, folderName: str) -> bool:
        library = self.world.library
        if library is None or not folderName or "/" in folderName:
            return False
        if folderName in projects.folders_here(self.world):
            return False
        library.folders.append(f"{self.world.application.folder}{folderName}/")
        return True

    @changes
    def DeleteFolder(self, folderName: str) -> bool:
        library, application = self.world.library, self.world.application
        inside = f"{application.folder}{folderName}/"
        if library is None or folderName not in projects.folders_here(self.world):
            return False
        if application.project.startswith(inside):
            return False
        library.folders = [each for each in library.folders if not each.startswith(inside)]
        kept = library.projects.items()
        library.projects = {key: each for key, each in kept if not key.startswith(inside)}
        return True

    def GetProjectListInCurrentFolder(self) -> list[str]:
        return sorted(projects.here(self.world))

    def GetProjectsInCurrentFolder(self) -> dict[int, str]:
        return dict(enumerate(self.GetProjectListInCurrentFolder(), 1))

    @since(21, 0, 4)
    def GetProjectAttributesInCurrentFolder(self) -> dict[str, dict[str, Any]]:
        return {
            name: {
                "lastModifiedDate": self.world.saved_at.get(project.uid, 0),
                "creationDate": self.world.saved_at.get(project.uid, 0),
                "notes": "",
                "liveCollaborationMode": False,
            }
            for name, project in projects.here(self.world).items()
        }

    @since(21, 1)
    def GetProjectLastModifiedTime(self, projectName: str) -> int | None:
        project = projects.here(self.world).get(projectName)
        return self.world.saved_at.get(project.uid, 0) if project else None

    def GetFolderListInCurrentFolder(self) -> list[str]:
        return sorted(projects.folders_here(self.world))

    def GetFoldersInCurrentFolder(self) -> dict[int, str]:
        return dict(enumerate(self.GetFolderListInCurrentFolder(), 1))

    def GotoRootFolder(self) -> bool:
        self.world.application.folder = ""
        return True

    def GotoParentFolder(self) -> bool:
        folder = self.world.application.folder
        if not folder:
            return False
        parent = folder[:-1].rpartition("/")[0]
        self.world.application.folder = f"{parent}/" if parent else ""
        return True

    def GetCurrentFolder(self) -> str:
        return self.world.application.folder[:-1].rpartition("/")[2]

    def OpenFolder(self, folderName: str) -> bool:
        if folderName not in projects.folders_here(self.world):
            return False
        self.world.application.folder += f"{folderName}/"
        return True

    @changes
    def ImportProject(self, filePath: str, projectName: str | None = None) -> bool:
        return self._take_in(Path(filePath), projectName)

    def ExportProject(
        self, projectName: str, filePath: str, withStillsAndLUTs: bool = True
    ) -> bool:
        """Write a project as it was saved last."""
        project = projects.here(self.world).get(projectName)
        return project is not None and _exported(self._saved(project), Path(filePath))

    def ArchiveProject(
        self,
        projectName: str,
        filePath: str,
        isArchiveSrcMedia: bool = True,
        isArchiveRenderCache: bool = True,
        isArchiveProxyMedia: bool = False,
    ) -> bool | None:
        """Write a folder with the project and, if asked, its media.

        21.1 writes nothing, and ends with media asked for (measured on 21.1.0.14).
        """
        project, folder = projects.here(self.world).get(projectName), Path(filePath)
        if project is None or folder.exists() or not folder.parent.is_dir():
            return False
        broken = self.world.build.since(21, 1)
        if broken and not (isArchiveSrcMedia or isArchiveProxyMedia):
            return False
        folder.mkdir()
        if broken:
            self.world.ended = True
            return None
        if isArchiveSrcMedia:
            media = (clip.medium.path for clip in project.clips.values() if clip.medium)
            for path in filter(Path.is_file, map(Path, media)):
                shutil.copy2(path, folder)
        return _exported(self._saved(project), folder / "project.drp")

    @changes
    def RestoreProject(self, filePath: str, projectName: str | None = None) -> bool:
        folder = Path(filePath)
        return self._take_in(folder / "project.drp", projectName or folder.stem)

    def GetCurrentDatabase(self) -> dict[str, str] | None:
        library = self.world.library
        if library is None or self.world.faults.wedged:
            return None
        return {"DbType": library.kind, "DbName": library.name}

    def GetDatabaseList(self) -> list[dict[str, str]]:
        every = self.world.application.libraries
        return [{"DbType": each.kind, "DbName": each.name} for each in every]

    @changes
    def SetCurrentDatabase(self, dbInfo: dict[str, Any]) -> bool:
        """Go to another database; the open project is closed."""
        wanted = (dbInfo.get("DbType"), dbInfo.get("DbName"))
        every = self.world.application.libraries
        found = next((each for each in every if (each.kind, each.name) == wanted), None)
        if found is None or self._blocked():
            return False
        if self.world.project is not None:
            projects.drop(self.world, self.world.project)
            if self.world.library is not None:
                self.world.library.projects.pop(projects.NEW, None)
        self.world.application.library, self.world.application.folder = found.name, ""
        projects.open_new(self.world)
        return True

    @changes
    def CreateCloudProject(self, cloudSettings: dict[Any, Any]) -> None:
        """Make none: nobody is signed in to Blackmagic Cloud."""

    @since(19, 1)
    @changes
    def LoadCloudProject(self, cloudSettings: dict[Any, Any]) -> None:
        """Open none: nobody is signed in to Blackmagic Cloud."""

    @changes
    def ImportCloudProject(self, filePath: str, cloudSettings: dict[Any, Any]) -> bool:
        return False

    @changes
    def RestoreCloudProject(self, folderPath: str, cloudSettings: dict[Any, Any]) -> bool:
        return False

    def _saved(self, project: Project) -> Project:
        return self.world.kept.get(project.uid, project)

    def _blocked(self) -> bool:
        """Return whether a dialog asks what to do with the open project (S19); in a window only."""
        project = self.world.project
        asked = project is not None and projects.is_touched(project)
        return asked and not self.world.build.headless

    def _is_open_name(self, name: str) -> bool:
        return self.world.project is not None and self.world.project.name == name

    def _take_in(self, path: Path, name: str | None) -> bool:
        project = projects.read(path, name)
        if project is None or project.name in projects.here(self.world):
            return False
        projects.put(self.world, project)
        projects.keep(self.world, project)
        return True


def _exported(project: Project, path: Path) -> bool:
    try:
        projects.write(project, path)
    except OSError:
        return False
    return True


def _export(path: Path, name: str) -> bool:
    """Write a preset to a file, or into a folder under its name."""
    return written(path / f"{name}.xml" if path.is_dir() else path, f"<Preset>{name}</Preset>\n")


def _is_preset(path: Path) -> bool:
    """Return whether a file holds a preset, as :func:`_export` writes it."""
    try:
        with path.open("rb") as file:
            return file.read(8) == b"<Preset>"
    except OSError:
        return False
