"""snapshots.py FOLDER: a still of the timeline at each marker."""

import os
import sys

folder = sys.argv[1]
project = resolve.GetProjectManager().GetCurrentProject()
timeline = project.GetCurrentTimeline()
page = resolve.GetCurrentPage()
before = timeline.GetCurrentTimecode()
fps = int(round(float(timeline.GetSetting("timelineFrameRate"))))

for frame in (0, 3):
    timeline.AddMarker(frame, "Red", "shot %d" % frame, "", 1)
resolve.OpenPage("color")
for frame in sorted(timeline.GetMarkers()):
    at = timeline.GetStartFrame() + frame
    rest = at // fps
    text = "%02d:%02d:%02d:%02d" % (rest // 3600, rest // 60 % 60, rest % 60, at % fps)
    moved = timeline.SetCurrentTimecode(text)
    path = os.path.join(folder, "still_%03d.png" % frame)
    done = project.ExportCurrentFrameAsStill(path)
    print(moved, done, os.path.isfile(path), timeline.GetCurrentVideoItem().GetName())
still = timeline.GrabStill()
album = project.GetGallery().GetCurrentStillAlbum()
print(len(album.GetStills()), album.SetLabel(still, "last"), album.GetLabel(still))
timeline.DeleteMarkersByColor("All")
timeline.SetCurrentTimecode(before)
resolve.OpenPage(page)
print(timeline.GetCurrentTimecode() == before, resolve.GetCurrentPage() == page)
