"""interchange.py FOLDER: write the timeline in every common form, and read one of them back."""

import os
import sys

folder = sys.argv[1]
resolve = fusion.GetResolve()
project = resolve.GetProjectManager().GetCurrentProject()
timeline = project.GetCurrentTimeline()
forms = [
    ("edl", resolve.EXPORT_EDL, resolve.EXPORT_NONE),
    ("csv", resolve.EXPORT_TEXT_CSV, resolve.EXPORT_NONE),
    ("xml", resolve.EXPORT_FCP_7_XML, resolve.EXPORT_NONE),
    ("fcpxml", resolve.EXPORT_FCPXML_1_9, resolve.EXPORT_NONE),
    ("otio", resolve.EXPORT_OTIO, resolve.EXPORT_NONE),
    ("drt", resolve.EXPORT_DRT, resolve.EXPORT_NONE),
]
for ending, kind, subtype in forms:
    path = os.path.join(folder, "cut." + ending)
    print(ending, timeline.Export(path, kind, subtype), os.path.exists(path))
print("text instead of a value:", timeline.Export(os.path.join(folder, "x.edl"), "edl", "none"))

copy = project.GetMediaPool().ImportTimelineFromFile(
    os.path.join(folder, "cut.otio"), {"timelineName": "Read back", "importSourceClips": True}
)
for item in copy.GetItemListInTrack("video", 1):
    print(item.GetName(), item.GetStart() - copy.GetStartFrame(), item.GetDuration())
again = project.GetMediaPool().ImportTimelineFromFile(
    os.path.join(folder, "cut.otio"), {"timelineName": "Read back"}
)
print(again)
