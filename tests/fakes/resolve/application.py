"""The program itself, its projects and its view of the disks."""

from __future__ import annotations

from .remote import Calls, Ref, changes
from .state import Project


class ResolveCalls(Calls):
    """The ``resolve`` object."""

    kind = "Resolve"

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
    def OpenPage(self, pageName: object) -> bool:
        if pageName not in PAGES:
            return False
        self.world.application.page = str(pageName)
        return True


class ProjectManagerCalls(Calls):
    """The projects of the database in use."""

    kind = "ProjectManager"

    def GetCurrentProject(self) -> Project | None:
        return self.world.project

    def GetCurrentDatabase(self) -> dict[str, str]:
        library = self.world.library
        return {"DbType": library.kind, "DbName": library.name} if library else {}

    @changes
    def SaveProject(self) -> bool:
        return True


PAGES = ("media", "cut", "edit", "fusion", "color", "fairlight", "deliver")
