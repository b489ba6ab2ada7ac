"""Grades: node graphs of items, timelines and colour groups. Of what they hold CDLs are seen."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .picture import graded
from .remote import Calls, Ref, changes, since
from .state import Graph, Group, Item, Node, Project, Timeline, new_uid
from .world import World, items_of

CUBES = {"EXPORT_LUT_17PTCUBE": 17, "EXPORT_LUT_33PTCUBE": 33, "EXPORT_LUT_65PTCUBE": 65}
"""Points of a LUT's side, by the name of its export type."""
LUT_TYPES: dict[str, int] = {
    **{name: i for i, name in enumerate(CUBES)},
    "EXPORT_LUT_PANASONICVLUT": 3,
}
"""Attributes of ``resolve``."""
CACHES = {"CACHE_AUTO_ENABLED": -1, "CACHE_DISABLED": 0, "CACHE_ENABLED": 1}
"""Attributes of ``resolve``."""


class GraphCalls(Calls):
    """A node graph; its nodes count from 1."""

    kind = "Graph"
    record: Graph

    @classmethod
    def find(cls, world: World, uid: str) -> Graph | None:
        project = world.project
        if project is None or not _has_owner(project, uid.split("/")[0]):
            return None
        return graph_of(project, uid)

    def GetNumNodes(self) -> int:
        return len(self.record.nodes)

    @changes
    def SetLUT(self, nodeIndex: int, lutPath: str) -> bool:
        return _set_lut(self.world, self.record, nodeIndex, lutPath)

    def GetLUT(self, nodeIndex: int) -> str | None:
        node = _node(self.record, nodeIndex)
        return None if node is None else node.lut

    @changes
    def SetNodeCacheMode(self, nodeIndex: int, cache_value: int) -> bool:
        node = _node(self.record, nodeIndex)
        if node is None or cache_value not in CACHES.values():
            return False
        node.cache = cache_value
        return _keep(self.world, self.record)

    def GetNodeCacheMode(self, nodeIndex: int) -> int | None:
        node = _node(self.record, nodeIndex)
        return None if node is None else node.cache

    def GetNodeLabel(self, nodeIndex: int) -> str | None:
        node = _node(self.record, nodeIndex)
        return None if node is None else node.label

    def GetToolsInNode(self, nodeIndex: int) -> list[str] | None:
        node = _node(self.record, nodeIndex)
        return None if node is None else node.tools

    @changes
    def SetNodeEnabled(self, nodeIndex: int, isEnabled: bool) -> bool:
        node = _node(self.record, nodeIndex)
        if node is None:
            return False
        node.enabled = bool(isEnabled)
        return _keep(self.world, self.record)

    @changes
    def ApplyGradeFromDRX(self, path: str, gradeMode: int) -> bool:
        return _is_drx(path) and gradeMode in (0, 1, 2)

    @changes
    def ApplyArriCdlLut(self) -> bool:
        return False

    @changes
    def ResetAllGrades(self) -> bool:
        project = self.world.project
        assert project is not None
        for _, _, item in items_of(project):
            if item.uid == self.record.uid:
                item.cdl.clear()
        self.record.nodes[:] = [Node()]
        return _keep(self.world, self.record)


class TimelineGraphs(Calls):
    """The grade of a timeline."""

    kind = "Timeline"
    record: Timeline

    @since(19, 0)
    def GetNodeGraph(self) -> Ref:
        return Ref("Graph", self.record.uid)

    @changes
    def ApplyGradeFromDRX(self, path: str, gradeMode: int, *items: Any) -> bool:
        return _is_drx(path) and gradeMode in (0, 1, 2)


class ItemGraphs(Calls):
    """The grade of an item."""

    kind = "TimelineItem"
    record: Item

    @since(19, 0)
    def GetNodeGraph(self, layerIdx: int = 1) -> Ref | None:
        if not self.record.clip or self.record.kind == "audio" or layerIdx != 1:
            return None
        return Ref("Graph", self.record.uid)

    def GetNumNodes(self) -> int:
        return len(self._graph().nodes)

    def GetNodeLabel(self, nodeIndex: int) -> str | None:
        node = _node(self._graph(), nodeIndex)
        return None if node is None else node.label

    def GetLUT(self, nodeIndex: int) -> str | None:
        node = _node(self._graph(), nodeIndex)
        return None if node is None else node.lut

    @changes
    def SetLUT(self, nodeIndex: int, lutPath: str) -> bool:
        return _set_lut(self.world, self._graph(), nodeIndex, lutPath)

    @changes
    def SetCDL(self, CDL: Any) -> bool:
        """Take an ASC CDL; every value is text, as ``"0.5 0.4 0.2"``."""
        if not isinstance(CDL, dict) or self.record.kind in {"transition", "audio"}:
            return False
        try:
            sizes = {name: len([float(each) for each in CDL[name].split()]) for name in _CDL}
            node = _node(self._graph(), int(CDL["NodeIndex"]))
        except (KeyError, ValueError, AttributeError):
            return False
        if node is None or sizes != _CDL:
            return False
        self.record.cdl = {name: str(CDL[name]) for name in ("NodeIndex", *_CDL)}
        return True

    @changes
    def CopyGrades(self, tgtTimelineItems: Sequence[Item]) -> bool:
        targets = [item for item in tgtTimelineItems if isinstance(item, Item)]
        for item in targets:
            item.cdl = dict(self.record.cdl)
            nodes = [Node(**vars(node)) for node in self._graph().nodes]
            if nodes != [Node()]:
                _keep(self.world, Graph(item.uid, nodes))
        return bool(targets) and len(targets) == len(tgtTimelineItems)

    @since(19, 0)
    def GetColorGroup(self) -> Ref | None:
        return Ref("ColorGroup", self.record.group) if self.record.group else None

    @since(19, 0)
    @changes
    def AssignToColorGroup(self, ColorGroup: Any) -> bool:
        if not isinstance(ColorGroup, Group) or self.record.kind in {"transition", "audio"}:
            return False
        self.record.group = ColorGroup.uid
        return True

    @since(19, 0)
    @changes
    def RemoveFromColorGroup(self) -> bool:
        grouped = bool(self.record.group)
        self.record.group = ""
        return grouped

    @since(19, 0)
    def ExportLUT(self, exportType: int, path: str) -> bool:
        """Write the grade as a cube; Panasonic's own kind is not written."""
        names = {value: name for name, value in LUT_TYPES.items()}
        points = CUBES.get(names.get(exportType, ""), 0)
        target = Path(path)
        if not points or not target.parent.is_dir() or self.world.application.page != "color":
            return False
        target.with_suffix(".cube").write_text(_cube(points, self.record.cdl), "ascii")
        return True

    def _graph(self) -> Graph:
        project = self.world.project
        assert project is not None
        return graph_of(project, self.record.uid)


class ProjectGroups(Calls):
    """The colour groups of a project."""

    kind = "Project"
    record: Project

    @since(19, 0)
    def GetColorGroupsList(self) -> list[Ref]:
        return [Ref("ColorGroup", group.uid) for group in self.record.groups]

    @since(19, 0)
    @changes
    def AddColorGroup(self, groupName: str) -> Ref | None:
        if not groupName or any(group.name == groupName for group in self.record.groups):
            return None
        group = Group(new_uid(), groupName)
        self.record.groups.append(group)
        return Ref("ColorGroup", group.uid)

    @since(19, 0)
    @changes
    def DeleteColorGroup(self, colorGroup: Any) -> bool:
        if colorGroup not in self.record.groups:
            return False
        self.record.groups.remove(colorGroup)
        for _, _, item in items_of(self.record):
            if item.group == colorGroup.uid:
                item.group = ""
        return True


class ColorGroupCalls(Calls):
    """A colour group."""

    kind = "ColorGroup"
    record: Group

    @classmethod
    def find(cls, world: World, uid: str) -> Group | None:
        groups = world.project.groups if world.project else []
        return next((group for group in groups if group.uid == uid), None)

    def GetName(self) -> str:
        return self.record.name

    @changes
    def SetName(self, groupName: str) -> bool:
        project = self.world.project
        taken = project is None or any(group.name == groupName for group in project.groups)
        if not groupName or taken:
            return False
        self.record.name = groupName
        return True

    def GetClipsInTimeline(self, Timeline: Timeline | None = None) -> list[Item]:
        project = self.world.project
        if project is None:
            return []
        wanted = Timeline.uid if Timeline is not None else project.current_timeline
        found = items_of(project)
        return [
            i for timeline, _, i in found if timeline.uid == wanted and i.group == self.record.uid
        ]

    def GetPreClipNodeGraph(self) -> Ref:
        return Ref("Graph", f"{self.record.uid}/pre")

    def GetPostClipNodeGraph(self) -> Ref:
        return Ref("Graph", f"{self.record.uid}/post")


_CDL = {"Slope": 3, "Offset": 3, "Power": 3, "Saturation": 1}
"""Keys of a CDL beside its node, and how many numbers each has."""


def graph_of(project: Project, uid: str) -> Graph:
    """Return a graph; one that was never changed has an empty node and is not kept."""
    held = (graph for graph in project.graphs if graph.uid == uid)
    return next(held, None) or Graph(uid, [Node()])


def _keep(world: World, graph: Graph) -> bool:
    """Put a changed graph into the project; what is as a new one is not kept."""
    project = world.project
    assert project is not None
    project.graphs[:] = [each for each in project.graphs if each.uid != graph.uid]
    if graph.nodes != [Node()]:
        project.graphs.append(graph)
    return True


def _node(graph: Graph, index: Any) -> Node | None:
    known = isinstance(index, int) and 1 <= index <= len(graph.nodes)
    return graph.nodes[index - 1] if known else None


def _set_lut(world: World, graph: Graph, index: Any, path: Any) -> bool:
    """Give a node a LUT; it has to be there, in Resolve's folder of LUTs or as it is named."""
    node = _node(graph, index)
    if node is None or not isinstance(path, str):
        return False
    if path and not any(each.is_file() for each in (Path(path), world.folder / "LUT" / path)):
        return False
    node.lut = path
    return _keep(world, graph)


def _has_owner(project: Project, uid: str) -> bool:
    items = (item.uid for _, _, item in items_of(project))
    groups, timelines = (group.uid for group in project.groups), (t.uid for t in project.timelines)
    return uid in {*items, *groups, *timelines}


def _is_drx(path: Any) -> bool:
    return isinstance(path, str) and path.lower().endswith(".drx") and Path(path).is_file()


def _cube(points: int, cdl: dict[str, str]) -> str:
    """Return a grade as the text of a 3D LUT: red runs fastest."""
    side = np.linspace(0, 1, points, dtype=np.float32)
    blue, green, red = np.meshgrid(side, side, side, indexing="ij")
    lattice = np.stack([red, green, blue, np.ones_like(red)], -1).reshape(1, -1, 4)
    rows = graded(lattice, cdl)[0, :, :3]
    body = "\n".join(" ".join(f"{value:.6f}" for value in row) for row in rows)
    return f"LUT_3D_SIZE {points}\n{body}\n"
