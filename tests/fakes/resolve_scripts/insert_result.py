"""insert_result.py STILL MOVIE: how generators of clips put what they have made on a timeline."""

import os
import sys

still, movie = sys.argv[1:3]
project = resolve.GetProjectManager().GetCurrentProject()
pool = project.GetMediaPool()
timeline = project.GetCurrentTimeline()
print(project.ExportCurrentFrameAsStill(still), os.path.isfile(still))

root = pool.GetRootFolder()
folder = next((each for each in root.GetSubFolderList() if each.GetName() == "I2V"), None)
pool.SetCurrentFolder(folder or pool.AddSubFolder(root, "I2V"))
clip = pool.ImportMedia([movie])[0]
print(pool.ImportMedia([movie])[0].GetUniqueId() == clip.GetUniqueId())
frames = int(clip.GetClipProperty("Frames"))
rate = float(timeline.GetSetting("timelineFrameRate"))
at = timeline.GetStartFrame() + 2


def is_free(track):
    items = timeline.GetItemListInTrack("video", track) or []
    return all(item.GetEnd() <= at or at + frames <= item.GetStart() for item in items)


track = 1
while track <= timeline.GetTrackCount("video") and not is_free(track):
    track += 1
if track > timeline.GetTrackCount("video"):
    print("new track:", timeline.AddTrack("video"), timeline.GetTrackCount("video"))
info = {
    "mediaPoolItem": clip,
    "startFrame": 0,
    "endFrame": frames - 1,
    "trackIndex": track,
    "recordFrame": at,
    "mediaType": 1,
}
placed = pool.AppendToTimeline([info])
print(rate, track, placed[0].GetStart() - at, frames - placed[0].GetDuration())
print([bool(each) for each in pool.AppendToTimeline([info]) or []])
print(timeline.DeleteClips(placed), len(timeline.GetItemListInTrack("video", track)))
print(pool.AppendToTimeline([dict(info, trackIndex=track + 7)]))
