"""selects.py: what has a flag or the colour Orange goes into a timeline of its own, half of it."""

project = resolve.GetProjectManager().GetCurrentProject()
pool = project.GetMediaPool()
source = project.GetCurrentTimeline()
chosen = []
for index in range(1, source.GetTrackCount("video") + 1):
    for item in source.GetItemListInTrack("video", index):
        if item.GetFlagList() or item.GetClipColor() == "Orange":
            chosen.append(item)
print(len(chosen), "chosen")

target = pool.CreateEmptyTimeline("Selects")
project.SetCurrentTimeline(target)
target.AddTrack("video")
frame = target.GetStartFrame()
for item in chosen:
    half = item.GetDuration() // 2
    left = item.GetLeftOffset()
    made = pool.AppendToTimeline(
        [
            {
                "mediaPoolItem": item.GetMediaPoolItem(),
                "startFrame": left,
                "endFrame": left + half,
                "mediaType": 1,
                "trackIndex": 2,
                "recordFrame": frame,
            }
        ]
    )
    if not made or not made[0]:
        print("not placed:", item.GetName())
        continue
    made[0].SetClipColor("Teal")
    made[0].AddMarker(0, "Pink", "select", "", 1, item.GetUniqueId())
    frame = made[0].GetEnd()
for item in target.GetItemListInTrack("video", 2):
    where = item.GetTrackTypeAndIndex()
    print(item.GetName(), item.GetStart() - target.GetStartFrame(), item.GetDuration(), where)
    print(item.GetClipColor(), list(item.GetMarkers()))
