"""What a real Resolve answered, call by call, and the stand-in answers.

The answers are facts from a public log of every method tried once on Studio 19.1.3.7 (macOS), as
text, cut where the log cut it (``...``): samuelgursky/davinci-resolve-mcp, files
``tests/live_api_results.json``, ``test_all_tools_results.json`` and ``test_phase2_results.json``.
The shapes of jobs and clip properties are from three further public logs; see the tests.
"""

from __future__ import annotations

import re
import time
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import OpenImageIO as oiio
import pytest

from tests.fakes.resolve import simulator
from tests.fakes.resolve.build import Build
from tests.makers import numbered_movie, read_number

HANDLE = "(0x0x"
"""In the text of a handle, before its address."""

LOG: tuple[tuple[str, str, tuple[Any, ...], str], ...] = (
    ("resolve", "GetProductName", (), "DaVinci Resolve Studio"),
    ("resolve", "GetVersion", (), "[19, 1, 3, 7, '']"),
    ("resolve", "GetVersionString", (), "19.1.3.7"),
    ("resolve", "OpenPage", ("edit",), "True"),
    ("resolve", "GetCurrentPage", (), "edit"),
    ("resolve", "GetKeyframeMode", (), "None"),
    ("resolve", "SetKeyframeMode", (0,), "False"),
    ("manager", "SaveProject", (), "True"),
    ("manager", "GetFolderListInCurrentFolder", (), "[]"),
    ("manager", "GotoRootFolder", (), "True"),
    ("manager", "GotoParentFolder", (), "False"),
    ("manager", "GetCurrentFolder", (), ""),
    ("manager", "GetCurrentDatabase", (), "{'DbType': 'Disk', 'DbName': 'Local Database'}"),
    ("manager", "GetDatabaseList", (), "[{'DbType': 'Disk', 'DbName': 'Local Database'}]"),
    ("project", "GetName", (), "Sample"),
    ("project", "GetTimelineCount", (), "1"),
    ("project", "SetName", ("Sample",), "False"),
    (
        "project",
        "GetPresetList",
        (),
        "[{'Name': 'Current Project', 'Width': 1920, 'Height': 1080}, {...",
    ),
    ("project", "SetPreset", ("nonexistent",), "False"),
    ("project", "AddRenderJob", (), ""),
    ("project", "DeleteAllRenderJobs", (), "True"),
    ("project", "GetRenderJobList", (), "[]"),
    (
        "project",
        "GetRenderPresetList",
        (),
        "['H.264 Master', 'HyperDeck', 'H.265 Master', 'ProRes 422 HQ', 'YouTube - 720p', 'You...",
    ),
    ("project", "StopRendering", (), "None"),
    ("project", "IsRenderingInProgress", (), "False"),
    (
        "project",
        "GetQuickExportRenderPresets",
        (),
        "['H.264', 'HyperDeck', 'H.265', 'ProRes', 'YouTube', 'Vimeo', 'TikTok', 'Presentatio...",
    ),
    (
        "project",
        "GetSetting",
        ("",),
        "{'audioCaptureNumChannels': '2', 'audioOutputHasTime...",
    ),
    ("project", "SetSetting", ("timelineFrameRate", "23.976"), "True"),
    (
        "project",
        "GetRenderFormats",
        (),
        "{'AVI': 'avi', 'BRAW': 'braw', 'Cineon': 'cin', 'DCP': 'dcp', 'DPX': 'dpx', 'EXR': 'e...",
    ),
    ("project", "GetRenderCodecs", ("mp4",), "{'H.264': 'H264', 'H.265': 'H265'}"),
    ("project", "SetCurrentRenderFormatAndCodec", ("mov", "H264"), "True"),
    ("project", "GetCurrentRenderFormatAndCodec", (), "{'format': 'mov', 'codec': 'H264'}"),
    ("project", "GetCurrentRenderMode", (), "1"),
    ("project", "SetCurrentRenderMode", (1,), "True"),
    ("project", "GetRenderResolutions", ("mp4", "H.264"), "[]"),
    ("project", "RefreshLUTList", (), "True"),
    ("project", "LoadBurnInPreset", ("nonexistent",), "False"),
    ("project", "GetColorGroupsList", (), "[]"),
    ("project", "AddColorGroup", ("_test_cg",), "Color Group (0x0x..."),
    ("pool", "RefreshFolders", (), "True"),
    ("pool", "GetClipMatteList", ("clip",), "[]"),
    ("pool", "GetTimelineMatteList", ("root",), "[]"),
    ("pool", "GetSelectedClips", (), "None"),
    ("pool", "SetSelectedClip", ("clip",), "True"),
    ("root", "GetName", (), "Master"),
    ("root", "GetSubFolderList", (), "[]"),
    ("root", "GetIsFolderStale", (), "False"),
    ("clip", "SetMetadata", ("Comments", "API test"), "True"),
    ("clip", "GetMetadata", (), "{'Comments': 'API test'}"),
    ("clip", "GetThirdPartyMetadata", (), "{}"),
    ("clip", "AddMarker", (0, "Green", "TestMarker", "test", 1), "True"),
    (
        "clip",
        "GetMarkers",
        (),
        "{0: {'color': 'Green', 'duration': 1, 'note': 'test', 'name': 'TestMarker', 'cus...",
    ),
    ("clip", "GetMarkerByCustomData", ("nonexistent",), "None"),
    ("clip", "UpdateMarkerCustomData", (0, "test_data"), "True"),
    ("clip", "GetMarkerCustomData", (0,), "test_data"),
    ("clip", "DeleteMarkersByColor", ("Green",), "True"),
    ("clip", "DeleteMarkerAtFrame", (0,), "False"),
    ("clip", "DeleteMarkerByCustomData", ("test_data",), "False"),
    ("clip", "AddFlag", ("Green",), "True"),
    ("clip", "AddFlag", ("Blue",), "True"),
    ("clip", "GetFlagList", (), "['Green', 'Blue']"),
    ("clip", "ClearFlags", ("All",), "True"),
    ("clip", "GetClipColor", (), ""),
    ("clip", "SetClipColor", ("Orange",), "True"),
    ("clip", "ClearClipColor", (), "True"),
    ("clip", "GetClipProperty", (), "{'Alpha mode': 'None', 'Angle': '', 'Audio Bit Depth': '..."),
    ("clip", "UnlinkProxyMedia", (), "True"),
    ("clip", "GetMarkInOut", (), "{'video': {}, 'audio': {}}"),
    ("clip", "SetMarkInOut", (0, 10), "True"),
    ("clip", "ClearMarkInOut", (), "True"),
    ("timeline", "GetName", (), "Timeline 1"),
    ("timeline", "SetName", ("Timeline 1",), "False"),
    ("timeline", "GetStartFrame", (), "86400"),
    ("timeline", "SetStartTimecode", ("01:00:00:00",), "True"),
    ("timeline", "GetStartTimecode", (), "01:00:00:00"),
    ("timeline", "GetTrackCount", ("video",), "1"),
    ("timeline", "GetTrackCount", ("subtitle",), "0"),
    ("timeline", "GetTrackSubType", ("audio", 1), "stereo"),
    ("timeline", "SetTrackEnable", ("video", 1, True), "True"),
    ("timeline", "GetIsTrackEnabled", ("video", 1), "True"),
    ("timeline", "SetTrackLock", ("video", 1, False), "True"),
    ("timeline", "GetIsTrackLocked", ("video", 1), "False"),
    ("timeline", "AddMarker", (86400, "Blue", "Test", "note", 1), "True"),
    (
        "timeline",
        "GetMarkers",
        (),
        "{86400: {'color': 'Blue', 'duration': 1, 'note': 'note', 'name': 'Test', 'custom...",
    ),
    ("timeline", "GetMarkerByCustomData", ("nonexistent",), "None"),
    ("timeline", "UpdateMarkerCustomData", (86400, "test"), "True"),
    ("timeline", "GetMarkerCustomData", (86400,), "test"),
    ("timeline", "DeleteMarkersByColor", ("Blue",), "True"),
    ("timeline", "DeleteMarkerAtFrame", (86400,), "False"),
    ("timeline", "DeleteMarkerByCustomData", ("test",), "False"),
    ("timeline", "GetTrackName", ("video", 1), "Video 1"),
    ("timeline", "SetTrackName", ("video", 1, "Video 1"), "True"),
    (
        "timeline",
        "GetSetting",
        ("",),
        "{'audioCaptureNumChannels': '2', 'audioOutputHasTime...",
    ),
    ("timeline", "SetSetting", ("timelineFrameRate", "23.976"), "False"),
    ("timeline", "GetMediaPoolItem", (), "Media pool item (0x0x..."),
    ("timeline", "GetMarkInOut", (), "{'video': {}, 'audio': {}}"),
    ("timeline", "SetMarkInOut", (86400, 86500), "True"),
    ("timeline", "ClearMarkInOut", (), "True"),
    ("item", "GetName", (), "10 Step"),
    ("item", "GetDuration", (), "120"),
    ("item", "GetEnd", (), "86520"),
    ("item", "GetStart", (), "86400"),
    ("item", "GetSourceEndFrame", (), "None"),
    ("item", "GetSourceEndTime", (), "None"),
    ("item", "GetSourceStartFrame", (), "None"),
    ("item", "GetSourceStartTime", (), "None"),
    ("item", "GetLeftOffset", (), "None"),
    ("item", "GetRightOffset", (), "None"),
    ("item", "GetFusionCompCount", (), "0"),
    ("item", "GetFusionCompNameList", (), "{}"),
    (
        "item",
        "GetProperty",
        (),
        "{'Pan': 0.0, 'Tilt': 0.0, 'ZoomX': 1.0, 'ZoomY': 1.0, 'ZoomGang': True, 'Rotatio...",
    ),
    ("item", "AddMarker", (0, "Red", "TITest", "note", 1), "True"),
    (
        "item",
        "GetMarkers",
        (),
        "{0: {'color': 'Red', 'duration': 1, 'note': 'note', 'name': 'TITest', 'customDat...",
    ),
    ("item", "GetMarkerByCustomData", ("nonexistent",), "None"),
    ("item", "UpdateMarkerCustomData", (0, "test"), "True"),
    ("item", "GetMarkerCustomData", (0,), "test"),
    ("item", "DeleteMarkersByColor", ("Red",), "True"),
    ("item", "DeleteMarkerAtFrame", (0,), "False"),
    ("item", "DeleteMarkerByCustomData", ("test",), "False"),
    ("item", "AddFlag", ("Green",), "True"),
    ("item", "GetFlagList", (), "[]"),
    ("item", "ClearFlags", ("All",), "True"),
    ("item", "GetClipColor", (), ""),
    ("item", "SetClipColor", ("Orange",), "True"),
    ("item", "ClearClipColor", (), "True"),
    ("item", "GetCurrentVersion", (), "{}"),
    ("item", "GetVersionNameList", (0,), "None"),
    ("item", "GetMediaPoolItem", (), "None"),
    ("item", "GetStereoConvergenceValues", (), "{}"),
    ("item", "GetStereoLeftFloatingWindowParams", (), "{}"),
    ("item", "GetStereoRightFloatingWindowParams", (), "{}"),
    ("item", "GetSelectedTakeIndex", (), "None"),
    ("item", "GetTakesCount", (), "None"),
    ("item", "FinalizeTake", (), "False"),
    ("item", "SetClipEnabled", (True,), "True"),
    ("item", "GetClipEnabled", (), "True"),
    ("item", "UpdateSidecar", (), "False"),
    ("item", "LoadBurnInPreset", ("nonexistent",), "False"),
    ("item", "GetNodeGraph", (), "None"),
    ("item", "GetColorGroup", (), "None"),
    ("item", "RemoveFromColorGroup", (), "False"),
    ("item", "GetLinkedItems", (), "[]"),
    ("item", "GetTrackTypeAndIndex", (), "['video', 1]"),
    ("item", "GetSourceAudioChannelMapping", (), "None"),
    ("item", "GetIsColorOutputCacheEnabled", (), "None"),
    ("item", "GetIsFusionOutputCacheEnabled", (), "None"),
    ("gallery", "GetAlbumName", ("album",), "Stills 1"),
    ("gallery", "SetCurrentStillAlbum", ("album",), "True"),
    ("manager", "CreateFolder", ("_test",), "True"),
    ("manager", "OpenFolder", ("_test",), "True"),
    ("manager", "GotoRootFolder", (), "True"),
    ("manager", "DeleteFolder", ("_test",), "True"),
    ("manager", "DeleteProject", ("Sample",), "False"),
)
"""Of each call: on what, method, arguments (``clip``, ``root``, ``album`` stand for objects), and
its answer as ``str`` gave it."""


@pytest.fixture(scope="module")
def objects(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A project as the log's was: a generator first, one movie in the pool."""
    folder = tmp_path_factory.mktemp("transcript")
    movie = numbered_movie(
        folder / "shot.mov", 48, Fraction(24000, 1001), (64, 32), sound=True, timecode="01:00:00:00"
    )
    resolve: Any = simulator.start(
        replace(Build.named("19.1"), system="Darwin"), folder=folder
    ).handle("Resolve")
    manager = resolve.GetProjectManager()
    project = manager.CreateProject("Sample")
    project.SetSetting("timelineFrameRate", "23.976")
    pool = project.GetMediaPool()
    (clip,) = pool.ImportMedia([str(movie)])
    timeline = pool.CreateEmptyTimeline("Timeline 1")
    item = timeline.InsertGeneratorIntoTimeline("10 Step")
    pool.AppendToTimeline([{"mediaPoolItem": clip}])
    return {
        "resolve": resolve,
        "manager": manager,
        "project": project,
        "pool": pool,
        "root": pool.GetRootFolder(),
        "clip": clip,
        "timeline": timeline,
        "item": item,
        "gallery": project.GetGallery(),
        "album": project.GetGallery().GetCurrentStillAlbum(),
        "folder": folder,
    }


def test_every_call_of_the_log_is_answered_as_it_was(objects: dict[str, Any]) -> None:
    other = []
    for target, method, given, said in LOG:
        named = [objects.get(each, each) if isinstance(each, str) else each for each in given]
        call = getattr(objects[target], method)
        answer = str(call(*named)) if call else "no such method"
        if not (answer.startswith(said[:-3]) if said.endswith("...") else answer == said):
            other.append(f"{target}.{method}{given}: {answer[:90]} instead of {said}")
    assert not other, "\n".join(other)


def test_a_handle_is_written_as_the_program_writes_it(objects: dict[str, Any]) -> None:
    kinds = {"timeline": "Timeline", "item": "Timeline item", "clip": "Media pool item"}
    for name, kind in kinds.items():
        form = (
            rf"{kind} \(0x0x[0-9a-f]+\) \[App: 'Resolve' on 127\.0\.0\.1, UUID: [0-9a-f-]{{36}}\]"
        )
        assert re.fullmatch(form, str(objects[name]))
        assert re.fullmatch(
            r"\[<BlackmagicFusion\.PyRemoteObject object at 0x[0-9a-f]+>\]", str([objects[name]])
        )


def test_a_clip_says_of_itself_what_real_clips_say(objects: dict[str, Any]) -> None:
    """Kinds and order of the values: a movie's dump in b3n0y/ResolveDevDoc, for versions since."""
    said = objects["clip"].GetClipProperty()
    assert isinstance(said["FPS"], float)
    assert said["Super Scale"] == 1
    assert list(said)[-1] == "Super Scale"
    assert list(said)[:-1] == sorted(list(said)[:-1])
    assert all(
        isinstance(value, str) for name, value in said.items() if name not in ("FPS", "Super Scale")
    )
    expected = {
        "Alpha mode": "None",
        "Clip Name": "shot.mov",
        "Data Level": "Auto",
        "Drop frame": "0",
        "Duration": "00:00:02:00",
        "End": "47",
        "End TC": "01:00:02:00",
        "FPS": 23.976,
        "Field Dominance": "Auto",
        "File Name": "shot.mov",
        "Format": "QuickTime",
        "Frames": "48",
        "H-FLIP": "Off",
        "Input Sizing Preset": "None",
        "Online Status": "Online",
        "PAR": "Square",
        "Proxy": "None",
        "Resolution": "64x32",
        "Sample Rate": "48000",
        "Slate TC": "01:00:00:00",
        "Start": "0",
        "Start TC": "01:00:00:00",
        "SuperScale Sharpness": "0.5",
        "Type": "Video + Audio",
    }
    assert {name: said.get(name) for name in expected} == expected
    day = r"[A-Z][a-z]{2} [A-Z][a-z]{2} "
    assert re.fullmatch(day + r"\d{1,2} \d{4} \d\d:\d\d:\d\d", said["Date Added"])
    assert re.fullmatch(day + r"[ \d]\d \d\d:\d\d:\d\d \d{4}", said["Date Modified"])


def test_a_render_job_says_of_itself_what_real_jobs_say(objects: dict[str, Any]) -> None:
    """Two public logs of ``GetRenderJobList``: rates are text, codecs their descriptions."""
    project, folder = objects["project"], objects["folder"]
    project.LoadRenderPreset("H.264 Master")
    project.SetCurrentRenderFormatAndCodec("mov", "H264")
    start = objects["timeline"].GetStartFrame()
    project.SetRenderSettings(
        {
            "SelectAllFrames": False,
            "MarkIn": start + 120,
            "MarkOut": start + 123,
            "TargetDir": str(folder),
            "CustomName": "Test",
        }
    )
    job = project.AddRenderJob()
    (info,) = project.GetRenderJobList()
    expected = {
        "JobId": job,
        "RenderJobName": "Job 1",
        "TimelineName": "Timeline 1",
        "TargetDir": str(folder),
        "IsExportVideo": True,
        "FrameRate": "23.976",
        "PixelAspectRatio": 1.0,
        "MarkIn": start + 120,
        "MarkOut": start + 123,
        "OutputFilename": "Test.mov",
        "RenderMode": "Single clip",
        "VideoFormat": "QuickTime",
        "VideoCodec": "H.264",
        "ExportAlpha": False,
    }
    assert {name: info.get(name) for name in expected} == expected
    assert project.StartRendering([job]) is True
    until = time.monotonic() + 20
    while project.IsRenderingInProgress() and time.monotonic() < until:
        time.sleep(0.02)
    status = project.GetRenderJobStatus(job)
    assert (status["JobStatus"], status["CompletionPercentage"]) == ("Complete", 100)
    assert isinstance(status["TimeTakenToRenderInMs"], int)
    assert Path(folder, "Test.mov").is_file()
    assert project.DeleteRenderJob(job) is True


def test_codecs_are_asked_for_by_the_extension_of_a_format(objects: dict[str, Any]) -> None:
    """Measured on Studio 18.5: by its name only where name and extension are one word."""
    project = objects["project"]
    assert project.GetRenderCodecs("QuickTime") == {}
    assert project.GetRenderCodecs("MP4") == project.GetRenderCodecs("mp4")
    assert {"DNxHRHQX_10", "ProRes422HQ"} <= set(project.GetRenderCodecs("mov").values())
    assert project.GetRenderFormats()["MXF OP1A"] == "mxf_op1a"


def test_pages_without_a_viewer_of_the_timeline_have_no_playhead(objects: dict[str, Any]) -> None:
    resolve, timeline = objects["resolve"], objects["timeline"]
    resolve.OpenPage("media")
    assert timeline.GetCurrentTimecode() is None
    assert timeline.SetCurrentTimecode("01:00:01:00") is False
    assert timeline.GetCurrentVideoItem() is None
    resolve.OpenPage("edit")
    assert timeline.SetCurrentTimecode("01:00:01:00") is True


def test_a_quick_export_without_a_timeline_fails_in_words(tmp_path: Path) -> None:
    resolve: Any = simulator.start(Build.named("19.1"), folder=tmp_path).handle("Resolve")
    project = resolve.GetProjectManager().CreateProject("Empty")
    assert project.RenderWithQuickExport("H.264", {}) == {
        "JobStatus": "Render Failed",
        "Error": "Project has no active timeline",
    }


def test_a_playhead_takes_absolute_timecodes_alone(tmp_path: Path) -> None:
    """Measured on Studio 19.1.3.7 with a timeline that starts at 00:59:50:00."""
    _, project = _cut(tmp_path, "19.1")
    timeline = project.GetMediaPool().CreateEmptyTimeline("Reel")
    assert timeline.SetStartTimecode("00:59:50:00") is True
    assert timeline.GetStartFrame() == (59 * 60 + 50) * 24
    while timeline.GetEndFrame() - timeline.GetStartFrame() < 520:
        assert timeline.InsertGeneratorIntoTimeline("10 Step") is not None
    assert timeline.SetCurrentTimecode("00:00:21:03") is False
    assert timeline.SetCurrentTimecode("01:00:11:03") is True
    assert timeline.GetCurrentTimecode() == "01:00:11:03"


def test_speed_and_fades_are_told_as_they_were_measured(tmp_path: Path) -> None:
    """Measured on Studio 21.1.0.14: at half the speed second two shows what second one showed."""
    movie = numbered_movie(tmp_path / "pattern.mov", 144, Fraction(24), (64, 32))
    resolve, project = _cut(tmp_path, "21.1")
    pool = project.GetMediaPool()
    timeline = pool.CreateEmptyTimeline("Pattern")
    assert timeline.SetStartTimecode("00:00:00:00") is True
    (item,) = pool.AppendToTimeline(pool.ImportMedia([str(movie)]))
    before = (item.GetSpeed(), item.GetFades())
    assert (before[0]["Percentage"], before[1]) == (100, {"FadeIn": 0.0, "FadeOut": 0.0})

    def shown(timecode: str) -> int:
        still = tmp_path / "still.png"
        assert timeline.SetCurrentTimecode(timecode)
        assert project.ExportCurrentFrameAsStill(str(still))
        return read_number(oiio.ImageBuf(str(still)).get_pixels(oiio.UINT8))

    assert (shown("00:00:01:00"), shown("00:00:05:23")) == (24, 143)
    assert item.SetSpeed({"Percentage": 50, "RippleTimeline": False}) is True
    assert (item.GetSpeed()["Percentage"], item.GetDuration()) == (50, 144)
    assert shown("00:00:02:00") == 24
    assert item.SetFades({"FadeIn": 24, "FadeOut": 24}) is True
    assert item.GetFades() == {"FadeIn": 24.0, "FadeOut": 24.0}
    assert item.SetSpeed(before[0]) is True
    assert item.SetFades(before[1]) is True
    assert (item.GetSpeed(), item.GetFades()) == before
    assert resolve.GetVersionString() == "21.1.0.14"


def test_what_21_1_can_be_asked_is_answered_in_the_kind_that_was_measured(tmp_path: Path) -> None:
    movie = numbered_movie(tmp_path / "shot.mov", 12, Fraction(24), (64, 32))
    resolve, project = _cut(tmp_path, "21.1")
    pool = project.GetMediaPool()
    timeline = pool.CreateEmptyTimeline("Reel")
    (item,) = pool.AppendToTimeline(pool.ImportMedia([str(movie)]))
    asked: dict[str, tuple[Any, type]] = {
        "IsStudio": (resolve.IsStudio(), bool),
        "GetKeyboardPresetList": (resolve.GetKeyboardPresetList(), list),
        "GetCurrentKeyboardPreset": (resolve.GetCurrentKeyboardPreset(), str),
        "GetProjectSettingsPresetList": (project.GetProjectSettingsPresetList(), list),
        "GetAudioRenderFormats": (project.GetAudioRenderFormats(), dict),
        "GetAudioRenderCodecs": (project.GetAudioRenderCodecs("wav"), dict),
        "GetNormalizeAudioModes": (timeline.GetNormalizeAudioModes(), list),
        "Timeline.GetOutputBlanking": (timeline.GetOutputBlanking(), dict),
        "TimelineItem.GetOutputBlanking": (item.GetOutputBlanking(), dict),
        "GetUseTimelineForOutputBlanking": (item.GetUseTimelineForOutputBlanking(), bool),
    }
    other = {name: answer for name, (answer, kind) in asked.items() if not isinstance(answer, kind)}
    assert other == {}


def _cut(folder: Path, version: str) -> tuple[Any, Any]:
    """Return a program and its new project, at 24 frames a second."""
    resolve: Any = simulator.start(Build.named(version), folder=folder / "own").handle("Resolve")
    project = resolve.GetProjectManager().CreateProject("Cut")
    assert project.SetSetting("timelineFrameRate", "24") is True
    return resolve, project
