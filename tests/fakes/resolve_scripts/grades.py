"""grades.py: versions, a CDL, groups, nodes, copies of a grade."""

project = resolve.GetProjectManager().GetCurrentProject()
timeline = project.GetCurrentTimeline()
resolve.OpenPage("color")
items = timeline.GetItemListInTrack("video", 1)
first, others = items[0], items[1:]
print(first.AddVersion("warm", 0), first.GetVersionNameList(0))
print(first.LoadVersionByName("warm", 0), first.GetCurrentVersion()["versionName"])
cdl = {
    "NodeIndex": "1",
    "Slope": "1.2 1 0.8",
    "Offset": "0 0 0",
    "Power": "1 1 1",
    "Saturation": "0.9",
}
print(first.SetCDL(cdl), first.CopyGrades(others))
graph = first.GetNodeGraph()
print(graph.GetNumNodes(), repr(graph.GetLUT(1)), repr(graph.GetNodeLabel(1)))
group = project.AddColorGroup("Day")
print(first.AssignToColorGroup(group), first.GetColorGroup().GetName())
print([each.GetName() == first.GetName() for each in group.GetClipsInTimeline(timeline)])
print(first.RemoveFromColorGroup(), first.GetColorGroup(), project.DeleteColorGroup(group))
print(first.SetProperty("ZoomX", 1.25), first.GetProperty("ZoomX"), first.SetProperty("Speed", 2))
print(
    first.GetProperty("Opacity"), first.SetProperty("Opacity", 50.0), first.GetProperty("Opacity")
)
