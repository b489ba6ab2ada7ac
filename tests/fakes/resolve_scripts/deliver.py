"""deliver.py PRESET FOLDER FORMAT CODEC: render every timeline of the project."""

import os
import sys
import time

preset, folder, container, codec = sys.argv[1:5]
resolve = app.GetResolve()
project = resolve.GetProjectManager().GetCurrentProject()
resolve.OpenPage("deliver")

jobs = []
for index in range(1, int(project.GetTimelineCount()) + 1):
    timeline = project.GetTimelineByIndex(index)
    project.SetCurrentTimeline(timeline)
    if not project.LoadRenderPreset(preset):
        print("no such preset:", preset)
    if not project.SetCurrentRenderFormatAndCodec(container, codec):
        sys.exit("format and codec are refused")
    project.SetRenderSettings(
        {"SelectAllFrames": 1, "TargetDir": folder, "CustomName": timeline.GetName()}
    )
    job = project.AddRenderJob()
    if not job:
        sys.exit("no job")
    jobs.append(job)

project.StartRendering(jobs, isInteractiveMode=False)
while project.IsRenderingInProgress():
    time.sleep(0.05)
for info in project.GetRenderJobList():
    status = project.GetRenderJobStatus(info["JobId"])
    made = os.path.join(info["TargetDir"], info["OutputFilename"])
    length = info["MarkOut"] - info["MarkIn"] + 1
    print(info["TimelineName"], status["JobStatus"], status["CompletionPercentage"], length)
    print(info["FormatWidth"], info["FormatHeight"], info["FrameRate"], os.path.isfile(made))
for job in jobs:
    project.DeleteRenderJob(job)
print(len(project.GetRenderJobList()))
