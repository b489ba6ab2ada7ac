"""Fusion compositions of an item, and the versions of its grade."""

from __future__ import annotations

from typing import Any

from .items import OnItem
from .marks import counted
from .remote import Ref, changes, since

LOCAL, REMOTE = 0, 1
VERSIONS = {LOCAL: "local", REMOTE: "remote"}
FIRST_VERSION = "Version 1"
COMP = "Composition"


class ItemComps(OnItem):
    """Fusion compositions of an item, and the versions of its grade."""

    kind = "TimelineItem"

    def GetFusionCompCount(self) -> int:
        return len(self.record.comps)

    def GetFusionCompByIndex(self, compIndex: int) -> Ref | None:
        known = 1 <= compIndex <= len(self.record.comps)
        return self._comp(self.record.comps[compIndex - 1]) if known else None

    def GetFusionCompNameList(self) -> Any:
        """Return the names; where there is none, what Lua takes for an empty list."""
        return list(self.record.comps) or {}

    def GetFusionCompNames(self) -> dict[float, str]:
        return counted(self.record.comps)

    def GetFusionCompByName(self, compName: str) -> Ref | None:
        return self._comp(compName) if compName in self.record.comps else None

    @changes
    def AddFusionComp(self) -> Ref | None:
        if self.made and not self.record.comps:
            return None
        name = f"{COMP} {len(self.record.comps) + 1}"
        self.record.comps.append(name)
        return self._comp(name)

    @changes
    def ImportFusionComp(self, path: str) -> Ref | None:
        try:
            with open(path, encoding="utf-8") as file:
                file.read(1)
        except (OSError, UnicodeDecodeError):
            return None
        return self.AddFusionComp()

    @changes
    def ExportFusionComp(self, path: str, compIndex: int) -> bool:
        if not 1 <= compIndex <= len(self.record.comps):
            return False
        try:
            with open(path, "w", encoding="utf-8") as file:
                file.write("Composition {\n\tTools = ordered() {\n\t},\n}\n")
        except OSError:
            return False
        return True

    @changes
    def DeleteFusionCompByName(self, compName: str) -> bool:
        if compName not in self.record.comps:
            return False
        self.record.comps.remove(compName)
        return True

    @changes
    def LoadFusionCompByName(self, compName: str) -> Ref | None:
        return self.GetFusionCompByName(compName)

    @changes
    def RenameFusionCompByName(self, oldName: str, newName: str) -> bool:
        comps = self.record.comps
        if oldName not in comps or newName in comps or not newName:
            return False
        comps[comps.index(oldName)] = newName
        return True

    @changes
    def AddVersion(self, versionName: str, versionType: int) -> bool:
        """Add a version of the grade and go to it; only on the Color page."""
        names = self._versions(versionType)
        away = self.world.application.page != "color"
        if away or names is None or not versionName or versionName in names:
            return False
        names.append(versionName)
        self.record.version = f"{VERSIONS[versionType]}/{versionName}"
        return True

    def GetCurrentVersion(self) -> dict[str, Any]:
        if self.made or self.track_kind == "audio":
            return {}
        kind, _, name = (self.record.version or f"local/{FIRST_VERSION}").partition("/")
        return {"versionName": name, "versionType": REMOTE if kind == "remote" else LOCAL}

    @changes
    def DeleteVersionByName(self, versionName: str, versionType: int) -> bool:
        names = self._versions(versionType)
        current = {"versionName": versionName, "versionType": versionType}
        if names is None or versionName not in names or self.GetCurrentVersion() == current:
            return False
        names.remove(versionName)
        return True

    @changes
    def LoadVersionByName(self, versionName: str, versionType: int) -> bool:
        names = self._versions(versionType)
        if names is None or versionName not in names:
            return False
        self.record.version = f"{VERSIONS[versionType]}/{versionName}"
        return True

    @changes
    def RenameVersionByName(self, oldName: str, newName: str, versionType: int) -> bool:
        names = self._versions(versionType)
        if names is None or oldName not in names or newName in names or not newName:
            return False
        names[names.index(oldName)] = newName
        if self.record.version in {f"{VERSIONS[versionType]}/{oldName}", ""}:
            self.record.version = f"{VERSIONS[versionType]}/{newName}"
        return True

    def GetVersionNameList(self, versionType: int) -> list[str] | None:
        names = self._versions(versionType)
        return None if names is None else list(names)

    def GetVersionNames(self, versionType: int) -> dict[float, str]:
        return counted(self._versions(versionType) or ())

    @since(20, 2)
    @changes
    def ResetAllNodeColors(self) -> bool:
        return not self.made

    def _comp(self, name: str) -> Ref:
        return Ref("FusionComp", f"{self.record.uid}/{name}")

    def _versions(self, kind: int) -> list[str] | None:
        """Return the versions of a kind, to be changed; None of what has no grade."""
        if self.made or self.track_kind == "audio" or kind not in VERSIONS:
            return None
        first = [FIRST_VERSION] if kind == LOCAL else []
        return self.record.versions.setdefault(VERSIONS[kind], first)
