"""chapters.py: markers of the timeline as chapters; those of our own are put in and taken out."""


def timecode(frame, fps):
    frames = int(round(fps))
    seconds = int(frame // frames)
    return "%02d:%02d:%02d:%02d" % (
        seconds // 3600,
        seconds // 60 % 60,
        seconds % 60,
        frame % frames,
    )


project = resolve.GetProjectManager().GetCurrentProject()
timeline = project.GetCurrentTimeline()
fps = float(timeline.GetSetting("timelineFrameRate"))
for number, item in enumerate(timeline.GetItemListInTrack("video", 1)):
    frame = item.GetStart() - timeline.GetStartFrame()
    timeline.AddMarker(frame, "Green", "Chapter %d" % (number + 1), item.GetName(), 1, "ours")

markers = timeline.GetMarkers()
for frame in sorted(markers):
    marker = markers[frame]
    print(timecode(frame, fps), marker["color"], marker["name"], "-", marker["note"])
print(list(timeline.GetMarkerByCustomData("ours")))
print(timeline.AddMarker(0, "Green", "again", "", 1), timeline.DeleteMarkerAtFrame(100000))
while timeline.DeleteMarkerByCustomData("ours"):
    pass
print(timeline.GetMarkers())
