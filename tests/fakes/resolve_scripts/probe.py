"""probe.py: what a careful author finds out about the program before using it."""

try:
    resolve
except NameError:
    import DaVinciResolveScript

    resolve = DaVinciResolveScript.scriptapp("Resolve")

project = resolve.GetProjectManager().GetCurrentProject()
timeline = project.GetCurrentTimeline()
print(resolve.GetProductName(), resolve.GetVersionString(), resolve.GetVersion())
print(hasattr(timeline, "NoSuchMethod"), timeline.NoSuchMethod, "NoSuchMethod" in dir(timeline))
for name in ("GetSelectedClips", "GetVoiceIsolationState", "GetSettings"):
    print(name, name in dir(timeline), getattr(timeline, name) is not None)
try:
    timeline.NoSuchMethod()
except TypeError as error:
    print(error)
item = timeline.GetCurrentVideoItem()
print("SetName" in dir(item), "GetSpeed" in dir(item), "GetType" in dir(item))
print(str(item).startswith("Timeline item (0x"), repr([item]).startswith("[<BlackmagicFusion.Py"))
print(item == timeline.GetCurrentVideoItem(), bool(item))
print(timeline.GetMarkInOut(), timeline.SetMarkInOut(2, 5, "video"), timeline.GetMarkInOut())
print(timeline.ClearMarkInOut(), timeline.GetMarkInOut(), resolve.OpenPage("nowhere"))
