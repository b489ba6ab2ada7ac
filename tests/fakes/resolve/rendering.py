"""The Deliver page: presets, settings, the queue, and jobs that really render."""

from __future__ import annotations

import copy
import threading
from collections.abc import Generator, Sequence
from contextlib import closing
from pathlib import Path
from time import monotonic
from typing import Any

import cv2
import numpy as np

from afterframe.errors import AfterframeError

from . import codecs, placing, sound
from .locale import shown
from .picture import Offline, Painter, Picture, size_of
from .rates import label, shown_rate, timeline_rate
from .remote import Calls, changes, since
from .state import Deliver, Item, Project, RenderJob, Timeline, new_uid
from .world import World
from .writing import Shape, write_movie, write_picture

_KEPT = ("TargetDir", "CustomName", "SelectAllFrames")
"""Settings that a preset of Resolve's own leaves as they are."""
_MARKS = ("MarkIn", "MarkOut")
_NO_PICTURES = "(no pictures)"
"""What nobody sees of the Deliver page: it was set by the preset for sound alone (S20)."""


class Rendering(Calls):
    """What a project renders."""

    kind = "Project"
    record: Project

    def GetRenderFormats(self) -> dict[str, str]:
        return codecs.formats(self.world.build)

    def GetRenderCodecs(self, renderFormat: str) -> dict[str, str]:
        known = codecs.codecs(self.world.build, renderFormat)
        return {codec.label: codec.id for codec in known.values()}

    @since(21, 1)
    def GetAudioRenderFormats(self) -> dict[str, str]:
        return {"Wave": "wav", "MP3": "mp3", "FLAC": "flac", "QuickTime": "mov", "MP4": "mp4"}

    @since(21, 1)
    def GetAudioRenderCodecs(self, renderFormat: str) -> dict[str, str]:
        return {"Linear PCM": "lpcm"} if renderFormat in {"wav", "mov"} else {}

    def GetRenderResolutions(self, format: str = "", codec: str = "") -> list[dict[str, int]]:
        known = codecs.codecs(self.world.build, format)
        if format and codec and codec not in known:
            return []
        sizes = [known[codec].size] if codec and known[codec].size else codecs.RESOLUTIONS
        return [{"Width": size[0], "Height": size[1]} for size in sizes if size]

    def GetCurrentRenderFormatAndCodec(self) -> dict[str, str]:
        return {"format": self.record.deliver.format, "codec": self.record.deliver.codec}

    @changes
    def SetCurrentRenderFormatAndCodec(self, format: str, codec: str) -> bool:
        known = codecs.codecs(self.world.build, format)
        size = size_of(self.record, _current(self.record))
        _open_deliver(self.world)
        if codec not in known or not codecs.takes(known[codec], size):
            return False
        deliver = self.record.deliver
        deliver.format, deliver.codec, deliver.preset = format.lower(), codec, ""
        return True

    def GetCurrentRenderMode(self) -> int:
        _open_deliver(self.world)
        return self.record.deliver.mode

    @changes
    def SetCurrentRenderMode(self, renderMode: int) -> bool:
        if renderMode not in (0, 1):
            return False
        _open_deliver(self.world)
        self.record.deliver.mode = int(renderMode)
        return True

    def GetRenderPresetList(self) -> list[str]:
        return [*codecs.PRESETS, *self.record.presets]

    def GetRenderPresets(self) -> dict[float, str]:
        return _numbered(self.GetRenderPresetList())

    @changes
    def LoadRenderPreset(self, presetName: str) -> bool:
        own = self.record.presets.get(presetName)
        if own is not None:
            self.record.deliver = copy.deepcopy(own)
            self.record.deliver.preset = presetName
            return True
        made = _of_resolve(self.world, presetName)
        if made is None:
            return False
        kept = self.record.deliver.settings
        made.settings |= {name: kept[name] for name in _KEPT if name in kept}
        self.record.deliver = made
        return True

    @changes
    def SaveAsNewRenderPreset(self, presetName: str) -> bool:
        if not presetName or presetName in self.GetRenderPresetList():
            return False
        self.record.presets[presetName] = copy.deepcopy(self.record.deliver)
        return True

    @since(21, 1)
    @changes
    def UpdateRenderPreset(self, presetName: str) -> bool:
        if presetName not in self.record.presets:
            return False
        self.record.presets[presetName] = copy.deepcopy(self.record.deliver)
        return True

    @changes
    def DeleteRenderPreset(self, presetName: str) -> bool:
        if self.record.presets.pop(presetName, None) is None:
            return False
        if self.record.deliver.preset == presetName:
            self.record.deliver.preset = ""
        return True

    @since(21, 1)
    @changes
    def SetQuickExportEnabledForRenderPreset(self, presetName: str, isEnabled: bool) -> bool:
        return presetName in self.GetRenderPresetList()

    @changes
    def SetRenderSettings(self, settings: Any) -> bool:
        """Overlay settings; where the name in them is empty none is taken (19.1.3.7)."""
        if not isinstance(settings, dict):
            return False
        _open_deliver(self.world)
        if not settings.get("CustomName", "a name"):
            return False
        given = {name: placing.whole(settings[name]) for name in _MARKS if name in settings}
        marks = {name: frame for name, frame in given.items() if frame is not None}
        if len(marks) < len(given) or not isinstance(settings.get("TargetDir", ""), str):
            return False
        deliver, timeline = self.record.deliver, _current(self.record)
        if marks.get("MarkIn", 0) > marks.get("MarkOut", marks.get("MarkIn", 0)):
            return False
        known = {name: value for name, value in settings.items() if name in _known(self.world)}
        deliver.settings |= known
        deliver.preset = ""
        if marks and timeline is not None and not deliver.settings.get("SelectAllFrames"):
            deliver.settings["SelectAllFrames"] = False
            _mark(timeline, marks)
        return True

    @changes
    def AddRenderJob(self) -> str:
        timeline = _current(self.record)
        _open_deliver(self.world)
        folder = self.record.deliver.settings.get("TargetDir")
        if timeline is None or not folder or not _within_storage(self.world, Path(folder)):
            return ""
        format, codec = self.record.deliver.format, self.record.deliver.codec
        if codec and codec not in codecs.codecs(self.world.build, format):
            return ""  # chosen in another edition or on another system
        if not any(track.items for kind in timeline.tracks.values() for track in kind):
            return ""
        number = len(self.record.queue) + 1
        job = RenderJob(new_uid(), timeline.uid)
        job.settings = _info(self.world, self.record, timeline, job.uid, number)
        self.record.queue.append(job)
        return job.uid

    @changes
    def DeleteRenderJob(self, jobId: str) -> bool:
        job = _job(self.record, jobId)
        if job is None or job.status == "Rendering":
            return False
        self.record.queue.remove(job)
        return True

    @changes
    def DeleteRenderJobByIndex(self, idx: int) -> bool:
        """Drop a job by its place in the queue, from 1: the older form."""
        job = _job(self.record, idx)
        return job is not None and self.DeleteRenderJob(job.uid)

    @changes
    def DeleteAllRenderJobs(self) -> bool:
        if self.IsRenderingInProgress():
            return False
        self.record.queue.clear()
        return True

    def GetRenderJobList(self) -> list[dict[str, Any]]:
        return [_shown(job) for job in self.record.queue]

    def GetRenderJobs(self) -> dict[float, dict[str, Any]]:
        return _numbered(self.GetRenderJobList())

    @changes
    def StartRendering(self, *jobs: Any) -> bool:
        """Start jobs by id or place, one by one or in a list, or all; a bool may come last."""
        named = [job for job in jobs if not isinstance(job, bool)]
        flat = [each for job in named for each in (job if isinstance(job, list) else [job])]
        wanted = [_job(self.record, each) for each in flat]
        if not flat:
            wanted = [job for job in self.record.queue if job.status != "Complete"]
        found = [job for job in wanted if job is not None]
        if not found or len(found) < len(wanted) or self.IsRenderingInProgress():
            return False
        _open_deliver(self.world)
        self.world.tasks["rendering"] = Renderer(self.world, self.record, found)
        return True

    def StopRendering(self) -> None:
        renderer = self.world.tasks.get("rendering")
        if renderer is not None:
            renderer.stop()

    def IsRenderingInProgress(self) -> bool:
        renderer = self.world.tasks.get("rendering")
        return renderer is not None and renderer.running

    def GetRenderJobStatus(self, jobId: str | int) -> dict[str, Any] | None:
        job = _job(self.record, jobId)
        if job is None:
            return None
        said: dict[str, Any] = {
            "JobStatus": shown(self.world.build.language, job.status),
            "CompletionPercentage": job.done,
        }
        if job.status == "Rendering":
            said["EstimatedTimeRemainingInMs"] = _left(job)
        elif job.status != "Ready":
            said["TimeTakenToRenderInMs"] = job.milliseconds
        return said | ({"Error": job.error} if job.error else {})

    def GetQuickExportRenderPresets(self) -> list[str]:
        return list(codecs.QUICK)

    @changes
    def RenderWithQuickExport(self, preset_name: str, param_dict: dict[str, Any]) -> Any:
        """Render and wait; return the status."""
        timeline = _current(self.record)
        format, codec = codecs.QUICK.get(preset_name, ("", ""))
        folder = param_dict.get("TargetDir", "")
        problem = "" if codec in codecs.codecs(self.world.build, format) else "no such preset"
        problem = problem or ("" if folder and isinstance(folder, str) else "no target directory")
        if timeline is None:
            problem = "Project has no active timeline"
        if timeline is None or problem:
            return {"JobStatus": "Render Failed", "Error": problem}
        kept = self.record.deliver
        self.record.deliver = Deliver("", format, codec, 1, {"SelectAllFrames": True, **param_dict})
        job = RenderJob(new_uid(), timeline.uid)
        job.settings = _info(self.world, self.record, timeline, job.uid, 1)
        self.record.deliver = kept
        Renderer(self.world, self.record, [job]).wait()
        status = "Render Complete" if job.status == "Complete" else f"Render {job.status}"
        said = {"JobStatus": status, "CompletionPercentage": job.done}
        said["TimeTakenToRenderInMs"] = job.milliseconds
        return said | ({"Error": job.error} if job.error else {})


class Renderer:
    """Renders jobs one after the other in a thread of its own, as they stand when it comes to them.

    A job's file has its name from the start, and a job that does not end well leaves it.
    """

    def __init__(self, world: World, project: Project, jobs: Sequence[RenderJob]) -> None:
        self._world = world
        self._project = project
        self._jobs = jobs
        self._stopped = threading.Event()
        for job in jobs:
            job.status, job.done, job.error, job.milliseconds = "Ready", 0, "", 0
        jobs[0].status = "Rendering"
        self._thread = threading.Thread(target=self._run, name="render", daemon=True)
        self._thread.start()

    @property
    def running(self) -> bool:
        """Whether a job is being rendered."""
        return self._thread.is_alive()

    def stop(self) -> None:
        """End the job that is being rendered as cancelled, and begin no other."""
        self._stopped.set()
        self._thread.join()

    def wait(self) -> None:
        """Wait until all jobs have ended."""
        self._thread.join()

    def _run(self) -> None:
        for job in self._jobs:
            if self._stopped.is_set() or self._world.ended:
                return
            job.status = "Rendering"
            begun = monotonic()
            try:
                self._render(job, begun)
            except Offline as error:
                self._fail(job, f"{error} could not be processed: media offline")
            except (AfterframeError, OSError, ValueError) as error:
                self._fail(job, str(error))
            job.milliseconds = round((monotonic() - begun) * 1000)

    def _fail(self, job: RenderJob, reason: str) -> None:
        job.error = f"{job.settings['RenderJobName']} failed: {reason}"
        job.status = "Failed"

    def _render(self, job: RenderJob, begun: float) -> None:
        project = copy.deepcopy(self._project)
        timeline = next((each for each in project.timelines if each.uid == job.timeline), None)
        if timeline is None:
            raise ValueError("its timeline is gone")
        folder = Path(job.settings["TargetDir"])
        if not folder.is_dir():
            raise OSError(f"{folder} is not a folder")
        runs = _runs(job, timeline)
        total, before = sum(last - first + 1 for first, last, _ in runs), 0
        with Painter(project, strict=True) as painter:
            for run in runs:
                steps = _written(self._world, project, painter, timeline, job, run)
                with closing(steps):
                    for done in steps:
                        job.done = min(99, 100 * (before + done) // total)
                        job.milliseconds = round((monotonic() - begun) * 1000)
                        if self._interrupted(job, before + done, total):
                            return
                before += run[1] - run[0] + 1
        job.status, job.done = "Complete", 100

    def _interrupted(self, job: RenderJob, done: int, total: int) -> bool:
        """Return whether rendering ends here; what ends it has been said in the job."""
        faults = self._world.faults
        half = done * 2 >= total
        if half and faults.render_error:
            self._fail(job, faults.render_error)
            return True
        while half and faults.render_hangs and not self._stopped.is_set():
            self._stopped.wait(0.05)
        if self._stopped.is_set() or self._world.ended:
            job.status = "Cancelled"
            return True
        return False


def _written(
    world: World,
    project: Project,
    painter: Painter,
    timeline: Timeline,
    job: RenderJob,
    run: tuple[int, int, Item | None],
) -> Generator[int]:
    """Write one file or sequence of a job, yielding how many of its frames are done."""
    first, last, item = run
    info = job.settings
    rate = timeline_rate(project, timeline)
    start = label(first, rate, timeline.drop)
    path = Path(info["TargetDir"]) / _file_name(job, first if item else None)
    job.file = str(path)
    size = (int(info["FormatWidth"]), int(info["FormatHeight"]))
    shape = Shape(size, rate, last - first + 1, start, info["ExportAlpha"], info["(straight)"])
    if not info["IsExportVideo"]:
        sound.write(path, sound.mixed(project, timeline, first, last))
        yield shape.frames
        return
    format, codec_id = info["(format)"], info["(codec)"]
    codec = codecs.codecs(world.build, format).get(codec_id)
    if codec is None:
        raise ValueError(f"the encoder {codec_id} is not there")
    frames = (
        _fitted(painter.item(timeline, item, each) if item else painter.paint(timeline, each), size)
        for each in range(first, last + 1)
    )
    if format in codecs.SEQUENCES and codec.writable:
        for done, picture in enumerate(frames, 1):
            line = "" if world.faults.plain_numbers else "_"
            numbered = path.with_name(f"{path.stem}{line}{first + done - 1:08d}{path.suffix}")
            write_picture(numbered, codec, picture, alpha=shape.alpha)
            job.file = str(numbered)
            yield done
        return
    made = codecs.written_as(codec, format)
    if not made:
        raise ValueError(f"the encoder of {codec.label} could not be started")
    path.touch()
    yield from write_movie(path, made, shape, frames)
    if info["IsExportAudio"]:
        sound.add(path, sound.mixed(project, timeline, first, last), rate, start)


def _fitted(picture: Picture, size: tuple[int, int]) -> Picture:
    """Return a timeline's picture in a render's size: scaled to fit, black around it."""
    height, width = picture.shape[:2]
    if (width, height) == size:
        return picture
    scale = min(size[0] / width, size[1] / height)
    inner = (round(width * scale), round(height * scale))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    whole = np.zeros((size[1], size[0], 4), np.float32)
    left, top = (size[0] - inner[0]) // 2, (size[1] - inner[1]) // 2
    scaled = cv2.resize(picture, inner, interpolation=method)
    whole[top : top + inner[1], left : left + inner[0]] = scaled
    return whole


def _runs(job: RenderJob, timeline: Timeline) -> list[tuple[int, int, Item | None]]:
    """Return what a job renders: first and last frame, and the item where it is one alone."""
    first, last = job.settings["MarkIn"], job.settings["MarkOut"]
    if job.settings["RenderMode"] == "Single clip":
        return [(first, last, None)]
    items = [
        item
        for track in timeline.tracks["video"]
        if track.enabled
        for item in track.items
        if item.kind != "transition" and item.start <= last and first < item.end
    ]
    return [(max(first, item.start), min(last, item.end - 1), item) for item in items]


def _info(
    world: World, project: Project, timeline: Timeline, uid: str, number: int
) -> dict[str, Any]:
    """Return a job as the queue shows it; names in brackets are the stand-in's own."""
    deliver, settings = project.deliver, project.deliver.settings
    width, height = size_of(project, timeline)
    first, last = _range(timeline, bool(settings.get("SelectAllFrames")))
    offered = codecs.codecs(world.build, deliver.format)
    names = {format: name for name, format in codecs.formats(world.build).items()}
    codec = offered.get(deliver.codec)
    single = deliver.mode == 1
    info: dict[str, Any] = {
        "JobId": uid,
        "RenderJobName": f"Job {number}",
        "TimelineName": timeline.name,
        "TargetDir": settings["TargetDir"],
        "IsExportVideo": _NO_PICTURES not in settings and bool(settings.get("ExportVideo", True)),
        "IsExportAudio": bool(settings.get("ExportAudio", True)),
        "FormatWidth": int(settings.get("FormatWidth", width)),
        "FormatHeight": int(settings.get("FormatHeight", height)),
        "FrameRate": f"{shown_rate(timeline_rate(project, timeline)):g}",
        "PixelAspectRatio": 1.0,
        "MarkIn": first,
        "MarkOut": last,
        "AudioBitDepth": int(settings.get("AudioBitDepth", 16)),
        "AudioSampleRate": int(settings.get("AudioSampleRate", sound.RATE)),
        "ExportAlpha": bool(settings.get("ExportAlpha", False)),
        "RenderMode": "Single clip" if single else "Individual clips",
        "PresetName": deliver.preset or "Custom",
        "VideoFormat": names[deliver.format],
        "VideoCodec": codec.label if codec else deliver.codec,
        "AudioCodec": settings.get("AudioCodec", "lpcm"),
        "EncodingProfile": settings.get("EncodingProfile", "Auto"),
        "MultiPassEncode": bool(settings.get("MultiPassEncode", False)),
        "NetworkOptimization": bool(settings.get("NetworkOptimization", False)),
        "(format)": deliver.format,
        "(codec)": deliver.codec,
        "(name)": str(settings.get("CustomName") or timeline.name),
        "(straight)": settings.get("AlphaMode", 1) == 1,
    }
    if world.build.since(21, 1):
        info |= {
            "AlphaMode": settings.get("AlphaMode", 1),
            "UploadStatus": "",
            "ClipStartFrame": settings.get("ClipStartFrame", 0),
            "TimelineStartTimecode": settings.get("TimelineStartTimecode", ""),
            "ReplaceExistingFilesInPlace": settings.get("ReplaceExistingFilesInPlace", False),
        }
    info["OutputFilename"] = _file_name(RenderJob(uid, timeline.uid, info), None)
    return info


def _file_name(job: RenderJob, start: int | None) -> str:
    """Return the name of a job's file; of an item alone it ends with the frame where it stands."""
    info = job.settings
    suffix = {"mxf_op1a": "mxf", "j2c": "jp2"}.get(info["(format)"], info["(format)"])
    end = "" if start is None else f"_{start:08d}"
    name = str(info["(name)"])
    stem = name[: -len(suffix) - 1] if name.lower().endswith(f".{suffix}") else name
    return f"{stem}{end}.{suffix}"


def _range(timeline: Timeline, everything: bool) -> tuple[int, int]:
    """Return first and last absolute frame of a render: the marks, or all there is."""
    last = placing.end_of(timeline) - 1
    marks = {} if everything else timeline.marks.get("video", {})
    first = max(timeline.start, timeline.start + marks.get("in", 0))
    return first, max(first, min(last, timeline.start + marks.get("out", last - timeline.start)))


def _within_storage(world: World, folder: Path) -> bool:
    """Return whether jobs may write into a folder; its name counts, not what it links to."""
    roots = [Path(each) for each in world.faults.storage] if world.build.since(21) else []
    return not roots or any(folder.is_relative_to(root) for root in roots)


def _mark(timeline: Timeline, marks: dict[str, int]) -> None:
    """Set a timeline's in and out, which the Deliver page shares with the others."""
    for kind in ("video", "audio"):
        held = timeline.marks.setdefault(kind, {})
        for name, key in (("MarkIn", "in"), ("MarkOut", "out")):
            if name in marks:
                held[key] = marks[name] - timeline.start


def _of_resolve(world: World, name: str) -> Deliver | None:
    """Return the state that a preset of Resolve's own sets, None where it cannot be had here."""
    if name not in codecs.PRESETS:
        return None
    format, codec, mode = codecs.PRESETS[name]
    offered = codecs.codecs(world.build, format)
    if codec not in offered and name != codecs.AUDIO_ONLY:
        return None
    settings: dict[str, Any] = {_NO_PICTURES: True} if name == codecs.AUDIO_ONLY else {}
    if size := codecs.sized(name):
        settings |= {"FormatWidth": size[0], "FormatHeight": size[1]}
    return Deliver(name, format, codec, mode, settings)


def _known(world: World) -> frozenset[str]:
    """Return the settings that this version knows; others are passed over in silence."""
    newer = {(20, 2): _SINCE_20_2, (21, 0, 4): _SINCE_21_0_4, (21, 1): _SINCE_21_1}
    added = (names for version, names in newer.items() if world.build.since(*version))
    return frozenset(_ALWAYS).union(*added)


_ALWAYS = (
    "SelectAllFrames",
    "TargetDir",
    "CustomName",
    "UniqueFilenameStyle",
    "ExportVideo",
    "ExportAudio",
    "FormatWidth",
    "FormatHeight",
    "FrameRate",
    "PixelAspectRatio",
    "VideoQuality",
    "AudioCodec",
    "AudioBitDepth",
    "AudioSampleRate",
    "ColorSpaceTag",
    "GammaTag",
    "ExportAlpha",
    "AlphaMode",
    "EncodingProfile",
    "MultiPassEncode",
    "NetworkOptimization",
    "ClipStartFrame",
    "TimelineStartTimecode",
    "ReplaceExistingFilesInPlace",
)
_SINCE_20_2 = ("ExportSubtitle", "SubtitleFormat")
_SINCE_21_0_4 = ("UseFullExtents", "AddFrameHandles", "DataBurnIn")
_SINCE_21_1 = ("UseUniqueFilenames", "AudioFormat")


def _shown(job: RenderJob) -> dict[str, Any]:
    return {name: value for name, value in job.settings.items() if not name.startswith("(")}


def _left(job: RenderJob) -> int:
    return job.milliseconds * (100 - job.done) // job.done if job.done else 0


def _job(project: Project, uid: Any) -> RenderJob | None:
    """Return a job by its id, or in the older form by its place, from 1."""
    if isinstance(uid, (int, float)):
        return project.queue[int(uid) - 1] if 1 <= uid <= len(project.queue) else None
    return next((job for job in project.queue if job.uid == uid), None)


def _current(project: Project) -> Timeline | None:
    held = (each for each in project.timelines if each.uid == project.current_timeline)
    return next(held, None)


def _open_deliver(world: World) -> None:
    """Show the Deliver page, as calls of the queue do by themselves (measured on 19.1.3.7)."""
    world.application.page = "deliver"


def _numbered(values: Sequence[Any]) -> dict[float, Any]:
    return {float(number): value for number, value in enumerate(values, 1)}
