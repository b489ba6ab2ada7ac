"""assemble.py NAME RATE FOLDER: a project with a timeline of all clips of a folder, by name."""

import sys

import DaVinciResolveScript as dvr

name, rate, folder = sys.argv[1:4]
resolve = dvr.scriptapp("Resolve")
manager = resolve.GetProjectManager()
project = manager.CreateProject(name)
if not project:
    sys.exit("Unable to create a project '%s'" % name)
project.SetSetting("timelineFrameRate", rate)
project.SetSetting("timelineResolutionWidth", "640")
project.SetSetting("timelineResolutionHeight", "360")

pool = project.GetMediaPool()
clips = resolve.GetMediaStorage().AddItemListToMediaPool(folder)
timeline = pool.CreateEmptyTimeline("Assembly")
for clip in sorted(clips, key=lambda each: each.GetClipProperty("File Name")):
    pool.AppendToTimeline(clip)

print("Project '" + project.GetName() + "'")
print("  Framerate " + str(project.GetSetting("timelineFrameRate")))
width = project.GetSetting("timelineResolutionWidth")
print("  Resolution " + width + "x" + project.GetSetting("timelineResolutionHeight"))
for kind in ("video", "audio", "subtitle"):
    for index in range(1, int(timeline.GetTrackCount(kind)) + 1):
        for item in timeline.GetItemListInTrack(kind, index):
            start = item.GetStart() - timeline.GetStartFrame()
            print("  %s %d: %s %d+%d" % (kind, index, item.GetName(), start, item.GetDuration()))
manager.SaveProject()
