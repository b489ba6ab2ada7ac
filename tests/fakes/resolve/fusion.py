"""Fusion, as far as scripts for Resolve reach for it: compositions, their tools and inputs.

Nothing is computed: a composition keeps its tools, what was written into them and how they are
connected. What it would render is left to ``picture``.
"""

from __future__ import annotations

import os
from typing import Any, ClassVar

from . import ui
from .remote import Calls, Ref, changes
from .state import Item, Tool
from .world import World, items_of

_TOOLS = {"TextPlus", "Background", "Merge", "Transform", "Blur", "Loader", "Saver", "MediaIn"} | {
    *("MediaOut", "BrightnessContrast", "ColorCorrector", "ColorCurves", "Crop", "Resize", "Glow"),
    *("RectangleMask", "EllipseMask", "PolylineMask", "BSplineMask", "BezierSpline", "DeltaKeyer"),
    *("Dissolve", "ChannelBoolean", "FastNoise", "Letterbox", "Note", "PipeRouter", "Scale"),
    *("SoftGlow", "Sharpen", "TimeSpeed", "TimeStretcher", "Tracker", "UltraKeyer", "Vignette"),
    *("XYPath", "Expression", "StyledTextFollower", "Shape3D", "Text3D", "Merge3D", "Renderer3D"),
}
"""What AddTool knows; ``ofx.`` and ``Fuse.`` tools beside them."""


class FusionCalls(Calls):
    """The object behind ``fusion``, ``fu`` and ``app``."""

    kind = "Fusion"

    def attribute(self, name: str) -> Any:
        if name == "UIManager":
            window = self.world.build.studio and not self.world.build.headless
            return ui.Manager() if window else None
        if name == "CurrentComp":
            return self.GetCurrentComp()
        return {"Version": float(self.world.build.version[0])}.get(name)

    def GetResolve(self) -> Ref:
        return Ref("Resolve")

    def GetCurrentComp(self) -> Ref | None:
        """Return the composition under the playhead, on the Fusion page alone."""
        project = self.world.project
        if project is None or self.world.application.page != "fusion":
            return None
        open_ = next((t for t in project.timelines if t.uid == project.current_timeline), None)
        for track in reversed(open_.tracks.get("video", []) if open_ else []):
            for item in track.items:
                if open_ and item.start <= open_.playhead < item.end and item.comps:
                    return Ref("FusionComp", f"{item.uid}/{item.comps[0]}")
        return None

    def GetAttrs(self) -> dict[str, Any]:
        return {"FUSIONS_Version": ".".join(map(str, self.world.build.version))}

    def MapPath(self, path: str) -> str:
        return path.replace("Temp:", f"{self.world.folder}{os.sep}")

    def Test(self) -> None:
        """Do nothing: whoever can call it is still connected."""


class FusionCompCalls(Calls):
    """A composition of an item; its record is where its tools are kept."""

    kind = "FusionComp"
    record: tuple[str, list[Tool]]

    @classmethod
    def find(cls, world: World, uid: str) -> Any:
        """Return the key and the tools of a composition; a new one has its own first ones."""
        project, (owner, _, name) = world.project, uid.partition("/")
        every = items_of(project) if project else []
        item = next((item for _, _, item in every if item.uid == owner), None)
        if project is None or item is None or name not in item.comps:
            return None
        return uid, project.tools.setdefault(uid, _first_tools(item))

    def attribute(self, name: str) -> Any:
        if name == "CurrentTime":
            return 0.0
        tool = self._tool(name)
        return Ref("FusionTool", f"{self.record[0]}/{tool.name}") if tool else None

    def GetAttrs(self, name: str = "") -> Any:
        """Return what a composition is; its frames are those of its item, from 0 on."""
        owner, _, own = self.record[0].partition("/")
        project = self.world.project
        every = items_of(project) if project else []
        last = next((item.duration - 1 for _, _, item in every if item.uid == owner), 0)
        starts = dict.fromkeys(("COMPN_GlobalStart", "COMPN_RenderStart", "COMPN_CurrentTime"), 0.0)
        ends = dict.fromkeys(("COMPN_GlobalEnd", "COMPN_RenderEnd"), float(last))
        known = {"COMPS_Name": own, "COMPB_Locked": False, **starts, **ends}
        return known.get(name) if name else known

    @changes
    def AddTool(self, id: str, x: Any = None, y: Any = None, *rest: Any) -> Ref | None:
        if id not in _TOOLS and not id.startswith(("ofx.", "Fuse.")):
            return None
        stem = id.rpartition(".")[2]
        number = 1
        while self._tool(f"{stem}{number}"):
            number += 1
        tool = Tool(f"{stem}{number}", id)
        self.record[1].append(tool)
        return self._ref(tool)

    def FindTool(self, name: str) -> Ref | None:
        return self._ref(self._tool(name))

    def FindToolByID(self, id: str, after: Any = None) -> Ref | None:
        return self._ref(next((each for each in self.record[1] if each.id == id), None))

    def GetToolList(self, selected: bool = False, id: str = "") -> dict[float, Ref]:
        """Return the tools, counted from 1.0; none is ever selected."""
        tools = [each for each in self.record[1] if not selected and id in ("", each.id)]
        return {float(at): Ref("FusionTool", self._uid(each)) for at, each in enumerate(tools, 1)}

    def Lock(self) -> None:
        """Do nothing: see S24 for what it does to values in a real one."""

    def Unlock(self) -> None:
        """Do nothing."""

    def StartUndo(self, name: str = "") -> None:
        """Do nothing: there is nothing to be undone."""

    def EndUndo(self, keep: bool = True) -> None:
        """Do nothing."""

    def _tool(self, name: str) -> Tool | None:
        return next((each for each in self.record[1] if each.name == name), None)

    def _uid(self, tool: Tool) -> str:
        return f"{self.record[0]}/{tool.name}"

    def _ref(self, tool: Tool | None) -> Ref | None:
        return Ref("FusionTool", self._uid(tool)) if tool else None


class FusionToolCalls(Calls):
    """A tool of a composition. ``dir`` of it leaves out what every tool has."""

    kind = "FusionTool"
    hidden: ClassVar[frozenset[str]] = frozenset({"GetAttrs", "SetAttrs"})
    record: tuple[str, Tool]

    @classmethod
    def find(cls, world: World, uid: str) -> Any:
        comp, _, name = uid.rpartition("/")
        found = FusionCompCalls.find(world, comp)
        tools = found[1] if found else []
        return next(((uid, each) for each in tools if each.name == name), None)

    def attribute(self, name: str) -> Any:
        uid, tool = self.record
        known = {"Name": tool.name, "ID": tool.id}
        return known.get(name) or Ref("FusionInput", f"{uid}/{name}")

    def assign(self, name: str, value: Any) -> None:
        """Set an input, or connect it where a tool is given."""
        self.SetInput(name, value) if not isinstance(value, tuple) else self._link(name, value)

    @changes
    def SetInput(self, name: str, value: Any, time: Any = None) -> None:
        self.record[1].inputs[name] = value

    def GetInput(self, name: str, time: Any = None) -> Any:
        return self.record[1].inputs.get(name)

    def GetAttrs(self, name: str = "") -> Any:
        known = {"TOOLS_Name": self.record[1].name, "TOOLS_RegID": self.record[1].id}
        return known.get(name) if name else known

    @changes
    def SetAttrs(self, attrs: dict[Any, Any]) -> None:
        self.record[1].name = str(attrs.get("TOOLS_Name", self.record[1].name))

    @changes
    def ConnectInput(self, input: str, target: Any) -> bool:
        return self._link(input, target)

    def FindMainInput(self, index: int) -> Ref | None:
        return Ref("FusionInput", f"{self.record[0]}/Input") if index == 1 else None

    def FindMainOutput(self, index: int) -> Ref | None:
        return Ref("FusionInput", f"{self.record[0]}/Output") if index == 1 else None

    @changes
    def Delete(self) -> None:
        found = FusionCompCalls.find(self.world, self.record[0].rpartition("/")[0])
        if found:
            found[1].remove(self.record[1])

    def _link(self, name: str, target: Any) -> bool:
        if not (isinstance(target, tuple) and isinstance(target[1], (Tool, str))):
            return False
        other = target[1].name if isinstance(target[1], Tool) else target[0].rpartition("/")[2]
        self.record[1].links[name] = other
        return True


class FusionInputCalls(Calls):
    """An input or output of a tool: ``tool.Size[frame]``."""

    kind = "FusionInput"
    record: tuple[str, str, Tool]

    @classmethod
    def find(cls, world: World, uid: str) -> Any:
        owner, _, name = uid.rpartition("/")
        found = FusionToolCalls.find(world, owner)
        return (owner, name, found[1]) if found else None

    def attribute(self, name: str) -> Any:
        return self.record[1] if name in ("Name", "ID") else None

    def at(self, key: Any) -> Any:
        """Return the value at a time; the same at every one."""
        return self.record[2].inputs.get(self.record[1])

    def put(self, key: Any, value: Any) -> None:
        """Set the value, at every time."""
        self.record[2].inputs[self.record[1]] = value

    @changes
    def ConnectTo(self, target: Any = None) -> bool:
        links = self.record[2].links
        if target is None:
            links.pop(self.record[1], None)
            return True
        if not isinstance(target, tuple) or not isinstance(target[1], (str, Tool)):
            return False
        links[self.record[1]] = target[0].rpartition("/")[2]
        return True

    def GetAttrs(self) -> dict[str, Any]:
        return {"INPS_Name": self.record[1], "INPS_ID": self.record[1]}

    def GetTool(self) -> Ref:
        return Ref("FusionTool", self.record[0])


def _first_tools(item: Item) -> list[Tool]:
    """Return what a new composition has: the text of a title, else what goes in and out."""
    out = Tool("MediaOut1", "MediaOut")
    if item.kind == "title":
        return [Tool("Template", "TextPlus", {"StyledText": "Custom Title"}), out]
    into = Tool("MediaIn1", "MediaIn")
    return (
        [into, Tool("MediaOut1", "MediaOut", links={"Input": "MediaIn1"})] if item.clip else [out]
    )
