"""The stand-in's Deliver page: what it offers, what it queues, and what really comes out."""

from __future__ import annotations

import shutil
import threading
import time
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import av
import numpy as np
import pytest

from afterframe.media.frame import MediaInfo
from afterframe.media.source import open_media, probe
from afterframe_hosts.wire.clip import Media
from tests.fakes.resolve import codecs, simulator, state
from tests.fakes.resolve.build import Build
from tests.fakes.resolve.faults import Faults
from tests.makers import read_number, write_picture
from tests.unit.resolve_edits import SIZE, edit, pixels, two_clips

DUE = [*range(6, 12), *(100 + frame * 30 // 24 for frame in range(4))]
"""What frames 2 to 11 of the edit of two clips say."""
MARKS = {"SelectAllFrames": False, "MarkIn": 86402, "MarkOut": 86411}
MAC = replace(Build.named("19.1"), system="Darwin")


def info(path: Path) -> MediaInfo:
    return probe(Media("movie", str(path)))


def numbers(path: Path) -> list[int]:
    """Return what the pictures of a movie say."""
    with open_media(Media("movie", str(path))) as source:
        return [read_number(frame.planes[0]) for frame in source.frames(0, source.info.frames)]


@pytest.mark.parametrize(
    ("format", "codec"),
    [("mov", "ProRes422HQ"), ("mov", "ProRes422P"), ("mp4", "H264"), ("mov", "H265_NVIDIA")],
)
def test_a_movie_holds_every_frame_between_the_marks(
    tmp_path: Path, format: str, codec: str
) -> None:
    made = two_clips(tmp_path)
    job, status = made.render(format, codec, **MARKS)
    assert status["JobStatus"] == "Complete"
    assert status["CompletionPercentage"] == 100
    assert set(status) == {"JobStatus", "CompletionPercentage", "TimeTakenToRenderInMs"}
    path = tmp_path / f"out.{format}"
    assert numbers(path) == DUE
    assert (info(path).width, info(path).height, info(path).rate) == (*SIZE, 24)
    assert made.project.DeleteRenderJob(job)
    assert made.project.GetRenderJobStatus(job) is None


@pytest.mark.parametrize(
    ("format", "codec"),
    [
        ("png", "RGB8"),
        ("png", "RGB16"),
        ("tif", "RGB16LZW"),
        ("tif", "RGB8"),
        ("dpx", "RGB10"),
        ("dpx", "RGB12"),
        ("exr", "RGBHalfPIZ"),
        ("exr", "RGBFloatZIP"),
        ("jpg", "YUV444_8"),
    ],
)
def test_pictures_are_numbered_by_the_timelines_frames(
    tmp_path: Path, format: str, codec: str
) -> None:
    made = two_clips(tmp_path)
    _, status = made.render(format, codec, **MARKS)
    assert status["JobStatus"] == "Complete"
    files = sorted(tmp_path.glob(f"out_*.{format}"))
    assert [each.name for each in files] == [f"out_{n:08d}.{format}" for n in range(86402, 86412)]
    assert [read_number(pixels(each)) for each in files] == DUE


def test_a_render_is_exact_to_the_code_value(tmp_path: Path) -> None:
    made = two_clips(tmp_path)
    made.render("tif", "RGB16", **MARKS)
    truth = np.clip(pixels(tmp_path / "a.mov", 6), 0, 1)
    assert np.abs(pixels(tmp_path / "out_00086402.tif") - truth).max() < 1.5 / 65535


@pytest.mark.parametrize("codec", ["DNxHRHQ", "DNxHRHQX_10", "DNxHR444_10", "DNxHRLB", "DNxHRSQ"])
def test_dnxhr_is_really_written(tmp_path: Path, codec: str) -> None:
    made = edit(tmp_path, size=(256, 128))
    made.append(made.movie("a.mov", rate=Fraction(24), size=(256, 128), frames=4), 0, 3, 0)
    _, status = made.render("mov", codec)
    assert status["JobStatus"] == "Complete"
    assert numbers(tmp_path / "out.mov") == [0, 1, 2]
    assert info(tmp_path / "out.mov").codec == "dnxhd"


@pytest.mark.parametrize(
    ("rate", "real", "start"),
    [
        ("23.976", Fraction(24000, 1001), "01:00:00:03"),
        ("25", Fraction(25), "01:00:00:03"),
        ("29.97 DF", Fraction(30000, 1001), "01:00:00;03"),
        ("59.94 DF", Fraction(60000, 1001), "01:00:00;03"),
        ("60", Fraction(60), "01:00:00:03"),
    ],
)
def test_rate_timecode_and_count_are_right_at_every_rate(
    tmp_path: Path, rate: str, real: Fraction, start: str
) -> None:
    made = edit(tmp_path, rate=rate)
    made.append(made.movie("a.mov", rate=real), 0, 12, 0)
    first = made.record.start + 3
    marks = {"SelectAllFrames": False, "MarkIn": first, "MarkOut": first + 4}
    job, _ = made.render("mov", "ProRes422HQ", **marks)
    found = info(tmp_path / "out.mov")
    assert (found.rate, found.frames, found.start_timecode) == (real, 5, start)
    assert numbers(tmp_path / "out.mov") == [3, 4, 5, 6, 7]
    (told,) = made.project.GetRenderJobList()
    assert told["FrameRate"] == rate.removesuffix(" DF")
    assert told["JobId"] == job


def test_rendering_goes_on_beside_the_calls_until_it_is_stopped(tmp_path: Path) -> None:
    faults = Faults(render_hangs=True)
    made = two_clips(tmp_path, faults=faults)
    project = made.project
    assert project.SetCurrentRenderFormatAndCodec("mov", "ProRes422HQ")
    assert project.SetRenderSettings({"TargetDir": str(tmp_path), "CustomName": "out"})
    first, second = project.AddRenderJob(), project.AddRenderJob()
    assert project.GetRenderJobStatus(first) == {"JobStatus": "Ready", "CompletionPercentage": 0}
    assert project.StartRendering(first, second)
    assert project.IsRenderingInProgress() is True
    assert project.StartRendering(second) is False
    while project.GetRenderJobStatus(first)["CompletionPercentage"] < 50:
        time.sleep(0.01)
    status = project.GetRenderJobStatus(first)
    assert status["JobStatus"] == "Rendering"
    assert status["EstimatedTimeRemainingInMs"] >= 0
    assert project.DeleteRenderJob(first) is False
    assert project.DeleteAllRenderJobs() is False
    assert project.StopRendering() is None
    assert project.IsRenderingInProgress() is False
    assert project.GetRenderJobStatus(first)["JobStatus"] == "Cancelled"
    assert project.GetRenderJobStatus(second)["JobStatus"] == "Ready"
    assert (tmp_path / "out.mov").exists(), "a job that is stopped leaves its file as it is"
    faults.render_hangs = False
    assert project.StartRendering([first, second], False)
    assert made.wait(second)["JobStatus"] == "Complete"
    assert project.DeleteAllRenderJobs()
    assert not any(thread.name == "render" for thread in threading.enumerate())


def test_jobs_are_named_by_their_place_too(tmp_path: Path) -> None:
    made = two_clips(tmp_path)
    project = made.project
    assert project.SetCurrentRenderFormatAndCodec("png", "RGB8")
    assert project.SetRenderSettings({"TargetDir": str(tmp_path), **MARKS})
    jobs = [project.AddRenderJob() for _ in range(2)]
    assert project.StartRendering(2)
    made.wait(jobs[1])
    said = [project.GetRenderJobStatus(number)["JobStatus"] for number in (1, 2)]
    assert said == ["Ready", "Complete"]
    assert project.DeleteRenderJobByIndex(1)
    assert [job["JobId"] for job in project.GetRenderJobList()] == jobs[1:]
    assert project.DeleteRenderJobByIndex(2) is False


def test_a_missing_medium_fails_the_job_in_words(tmp_path: Path) -> None:
    made = two_clips(tmp_path)
    (tmp_path / "b.mov").unlink()
    _, status = made.render("mov", "ProRes422HQ")
    assert status["JobStatus"] == "Failed"
    assert "b.mov" in status["Error"]
    assert status["CompletionPercentage"] < 100


def test_a_missing_folder_fails_the_job_in_words(tmp_path: Path) -> None:
    made = two_clips(tmp_path)
    _, status = made.render("mov", "ProRes422HQ", TargetDir=str(tmp_path / "gone"))
    assert status["JobStatus"] == "Failed"
    assert "gone" in status["Error"]


def test_a_full_disk_fails_the_job_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Usage(NamedTuple):
        total: int = 10**9
        used: int = 10**9
        free: int = 1000

    made = two_clips(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage())
    _, status = made.render("mov", "ProRes422HQ")
    assert status["JobStatus"] == "Failed"
    assert "free" in status["Error"]


def test_a_codec_that_is_not_ours_to_write_fails_the_job(tmp_path: Path) -> None:
    made = two_clips(tmp_path)
    _, status = made.render("mov", "GoProYUV10")
    assert status["JobStatus"] == "Failed"
    assert "CineForm" in status["Error"]


def test_a_job_can_be_made_to_fail_half_way(tmp_path: Path) -> None:
    made = two_clips(tmp_path, faults=Faults(render_error="the disk is full"))
    _, status = made.render("png", "RGB8")
    assert status["JobStatus"] == "Failed"
    assert "the disk is full" in status["Error"]
    assert 0 < len(list(tmp_path.glob("out_*.png"))) < 16


def test_the_edit_is_rendered_as_it_is_when_rendering_begins(tmp_path: Path) -> None:
    made = two_clips(tmp_path)
    assert made.project.SetCurrentRenderFormatAndCodec("mov", "ProRes422HQ")
    assert made.project.SetRenderSettings({"TargetDir": str(tmp_path), "CustomName": "out"})
    job = made.project.AddRenderJob()
    made.record.tracks["video"][0].items[0].source = 5.0
    assert made.project.StartRendering(job)
    made.wait(job)
    assert numbers(tmp_path / "out.mov")[0] == 5


def test_the_audio_preset_leaves_no_picture_whatever_is_set_after(tmp_path: Path) -> None:
    made = two_clips(tmp_path)
    assert made.project.LoadRenderPreset("Audio Only")
    assert made.project.GetCurrentRenderFormatAndCodec()["format"] == "wav"
    made.render("mov", "ProRes422HQ", ExportVideo=True)
    with av.open(str(tmp_path / "out.mov")) as container:
        assert not container.streams.video
        assert container.streams.audio
    assert made.project.LoadRenderPreset("ProRes 422 HQ")
    made.render("mov", "ProRes422HQ", ExportVideo=True)
    assert len(numbers(tmp_path / "out.mov")) == 16


def test_sound_is_heard_where_its_clip_stands(tmp_path: Path) -> None:
    made = edit(tmp_path)
    clip = made.movie("a.mov", rate=Fraction(24), sound=True)
    info = {"mediaPoolItem": clip, "startFrame": 4, "endFrame": 12, "trackIndex": 1}
    made.pool.AppendToTimeline([{**info, "recordFrame": made.record.start + 4}])
    marks = {"SelectAllFrames": False, "MarkIn": 86402, "MarkOut": 86411}
    made.render("mov", "ProRes422HQ", **marks)
    made.project.LoadRenderPreset("Audio Only")
    made.project.SetRenderSettings({"CustomName": "alone"})
    job = made.project.AddRenderJob()
    assert made.project.StartRendering(job)
    assert made.wait(job)["JobStatus"] == "Complete"
    for name in ("out.mov", "alone.wav"):
        with av.open(str(tmp_path / name)) as container:
            heard = np.concatenate([each.to_ndarray() for each in container.decode(audio=0)], 1)
        loud = np.abs(heard.reshape(-1, 2).astype(float)).max(axis=1)
        assert len(loud) == 20000, "ten frames at 24 a second"
        assert not loud[:3900].any()
        assert loud[4100:].max() > 100
    assert made.project.LoadRenderPreset("ProRes 422 HQ")
    made.render("mov", "ProRes422HQ", ExportAudio=False)
    with av.open(str(tmp_path / "out.mov")) as container:
        assert not container.streams.audio


def test_formats_and_codecs_are_set_by_id(tmp_path: Path) -> None:
    project = two_clips(tmp_path).project
    select = project.SetCurrentRenderFormatAndCodec
    before = project.GetCurrentRenderFormatAndCodec()
    refused = [("QuickTime", "ProRes422HQ"), ("mov", "Apple ProRes 422 HQ"), ("mp4", "H.264")]
    assert [select(*each) for each in refused] == [False] * 3
    assert project.GetCurrentRenderFormatAndCodec() == before
    assert select("mov", "ProRes422HQ")
    assert project.GetCurrentRenderFormatAndCodec() == {"format": "mov", "codec": "ProRes422HQ"}


def test_a_listed_pair_can_be_refused(tmp_path: Path) -> None:
    project = two_clips(tmp_path).project
    assert "DNxHD1080p220" in project.GetRenderCodecs("mov").values()
    assert project.SetCurrentRenderFormatAndCodec("mov", "DNxHD1080p220") is False


def test_codecs_are_asked_for_by_extension(tmp_path: Path) -> None:
    project = two_clips(tmp_path).project
    assert project.GetRenderFormats()["QuickTime"] == "mov"
    assert project.GetRenderCodecs("QuickTime") == {}
    assert project.GetRenderCodecs("mov")["DNxHR HQX 10-bit"] == "DNxHRHQX_10"
    assert project.GetRenderCodecs("MP4") == project.GetRenderCodecs("mp4")
    assert project.GetRenderCodecs("wav") == {}
    assert project.GetRenderResolutions("mov", "ProRes422HQ")
    assert project.GetRenderResolutions("mp4", "H.264") == []


@pytest.mark.parametrize(
    ("build", "h264", "prores"),
    [
        (Build.named("20.3", "free"), False, True),
        (Build.named("20.3", "studio"), True, True),
        (Build.named("19.1", "studio"), True, False),
        (replace(Build.named("19.1", "free"), system="Windows"), True, False),
        (replace(Build.named("19.1", "free"), system="Darwin"), True, True),
    ],
)
def test_each_system_and_edition_offers_its_own_codecs(
    build: Build, h264: bool, prores: bool
) -> None:
    assert ("H264" in codecs.codecs(build, "mp4")) == h264
    assert ("ProRes422HQ" in codecs.codecs(build, "mov")) == prores
    assert "DNxHRHQX_10" in codecs.codecs(build, "mov")


def test_every_codec_that_is_listed_has_an_id_of_its_own() -> None:
    for format in codecs.formats(Build.named("21.1")).values():
        offered = codecs._offered(Build.named("21.1"), format)
        assert len({codec.id for codec in offered}) == len(offered)
        assert len({codec.label for codec in offered}) == len(offered)


def test_a_job_tells_what_real_jobs_tell(tmp_path: Path) -> None:
    made = two_clips(tmp_path, MAC)
    made.render("mov", "ProRes422HQ", **MARKS)
    (told,) = made.project.GetRenderJobList()
    expected: dict[str, Any] = {
        "RenderJobName": "Job 1",
        "TimelineName": "Main",
        "TargetDir": str(tmp_path),
        "IsExportVideo": True,
        "IsExportAudio": True,
        "FormatWidth": 96,
        "FormatHeight": 64,
        "FrameRate": "24",
        "PixelAspectRatio": 1.0,
        "MarkIn": 86402,
        "MarkOut": 86411,
        "AudioBitDepth": 16,
        "AudioSampleRate": 48000,
        "ExportAlpha": False,
        "OutputFilename": "out.mov",
        "RenderMode": "Single clip",
        "PresetName": "Custom",
        "VideoFormat": "QuickTime",
        "VideoCodec": "Apple ProRes 422 HQ",
        "AudioCodec": "lpcm",
        "EncodingProfile": "Auto",
        "MultiPassEncode": False,
        "NetworkOptimization": False,
    }
    assert {name: told[name] for name in told if name != "JobId"} == expected
    assert made.project.GetRenderJobs() == {1.0: told}


def test_a_job_of_21_1_tells_more(tmp_path: Path) -> None:
    made = two_clips(tmp_path, Build.named("21.1"))
    made.render("mov", "ProRes422HQ")
    (told,) = made.project.GetRenderJobList()
    assert {"AlphaMode", "UploadStatus", "ClipStartFrame", "TimelineStartTimecode"} <= set(told)


def test_words_of_a_status_are_in_the_language_of_the_interface(tmp_path: Path) -> None:
    made = two_clips(tmp_path, replace(Build(), language="ja"))
    _, status = made.render("png", "RGB8", **MARKS)
    assert status["JobStatus"] == "完了"


def test_a_job_without_a_folder_or_a_timeline_is_not_queued(tmp_path: Path) -> None:
    made = edit(tmp_path)
    assert made.project.AddRenderJob() == ""
    assert made.project.SetRenderSettings({"TargetDir": str(tmp_path)})
    assert made.project.AddRenderJob() == "", "the timeline is empty"
    made.kept.current_timeline = ""
    assert made.project.AddRenderJob() == ""
    assert made.project.GetRenderJobList() == []
    assert made.project.StartRendering() is False
    assert made.project.StartRendering("unknown") is False


@pytest.mark.parametrize(("version", "queued"), [("20.3", True), ("21.0", False), ("21.1", False)])
def test_a_target_outside_the_media_storage_is_refused_since_21(
    tmp_path: Path, version: str, queued: bool
) -> None:
    inside = tmp_path / "media"
    inside.mkdir()
    faults = Faults(storage=[str(inside)])
    made = two_clips(tmp_path, Build.named(version), faults=faults)
    assert made.resolve.GetMediaStorage().GetMountedVolumeList() == [str(inside)]
    assert made.project.SetRenderSettings({"TargetDir": str(tmp_path)})
    assert bool(made.project.AddRenderJob()) == queued
    assert made.project.SetRenderSettings({"TargetDir": str(inside / "new")})
    assert made.project.AddRenderJob()


def test_pictures_can_be_numbered_without_a_line(tmp_path: Path) -> None:
    made = two_clips(tmp_path, faults=Faults(plain_numbers=True))
    made.render("png", "RGB8", **MARKS)
    assert (tmp_path / "out00086402.png").is_file()


@pytest.mark.parametrize(
    ("call", "given"),
    [
        ("GetCurrentRenderMode", ()),
        ("AddRenderJob", ()),
        ("SetRenderSettings", ({"ExportAudio": False},)),
        ("SetCurrentRenderFormatAndCodec", ("png", "RGB8")),
    ],
)
def test_calls_of_the_queue_open_the_deliver_page(
    tmp_path: Path, call: str, given: tuple[Any, ...]
) -> None:
    made = two_clips(tmp_path)
    getattr(made.project, call)(*given)
    assert made.world.application.page == "deliver"


@pytest.mark.parametrize("name", ["", None])
def test_an_empty_name_refuses_all_settings(tmp_path: Path, name: object) -> None:
    made = two_clips(tmp_path)
    settings = {"TargetDir": str(tmp_path), "CustomName": name}
    assert made.project.SetRenderSettings(settings) is False
    assert "TargetDir" not in made.kept.deliver.settings


def test_a_job_that_was_cut_off_holds_nothing_up(tmp_path: Path) -> None:
    made = two_clips(tmp_path)
    made.project.SetRenderSettings({"TargetDir": str(tmp_path)})
    job = made.project.AddRenderJob()
    made.kept.queue[0].status = "Rendering"
    kept = made.world.application
    again: Any = simulator.start(made.world.build, folder=tmp_path, application=kept)
    project = again.handle("ProjectManager").GetCurrentProject()
    assert project.GetRenderJobStatus(job)["JobStatus"] == "Cancelled"
    assert project.DeleteRenderJob(job)


def test_a_new_project_renders_what_its_edition_has(tmp_path: Path) -> None:
    made = two_clips(tmp_path, Build.named("20.3", "free"))
    chosen = made.project.GetCurrentRenderFormatAndCodec()
    assert chosen == {"format": "mov", "codec": "DNxHRHQ"}
    made.kept.deliver.format, made.kept.deliver.codec = "mp4", "H264"
    made.project.SetRenderSettings({"TargetDir": str(tmp_path)})
    assert made.project.AddRenderJob() == "", "this edition has no H.264 on Linux"


def test_marks_of_a_render_are_those_of_the_timeline(tmp_path: Path) -> None:
    made = two_clips(tmp_path)
    assert made.project.SetRenderSettings({"SelectAllFrames": True, "TargetDir": str(tmp_path)})
    assert made.project.SetRenderSettings({"MarkIn": 86402, "MarkOut": 86404})
    made.project.AddRenderJob()
    assert not made.record.marks, "all frames were asked for, marks were ignored"
    assert made.project.SetRenderSettings(MARKS)
    assert made.record.marks["video"] == {"in": 2, "out": 11}
    made.project.AddRenderJob()
    told = [(job["MarkIn"], job["MarkOut"]) for job in made.project.GetRenderJobList()]
    assert told == [(86400, 86415), (86402, 86411)]
    assert made.project.SetRenderSettings({"MarkIn": 9, "MarkOut": 3}) is False


def test_unknown_settings_are_passed_over_in_silence(tmp_path: Path) -> None:
    made = two_clips(tmp_path)
    assert made.project.SetRenderSettings({"Nonsense": 1, "ExportSubtitle": True})
    assert "Nonsense" not in made.kept.deliver.settings
    assert "ExportSubtitle" in made.kept.deliver.settings


def test_an_older_version_does_not_know_newer_settings(tmp_path: Path) -> None:
    made = two_clips(tmp_path, Build.named("19.1"))
    assert made.project.SetRenderSettings({"ExportSubtitle": True})
    assert "ExportSubtitle" not in made.kept.deliver.settings


def test_a_preset_keeps_all_that_was_set(tmp_path: Path) -> None:
    made = two_clips(tmp_path)
    project = made.project
    assert project.SetCurrentRenderFormatAndCodec("tif", "RGB16")
    assert project.SetRenderSettings({"TargetDir": str(tmp_path), "FormatWidth": 48})
    before = state.dump(made.kept.deliver)
    assert project.SaveAsNewRenderPreset("mine")
    assert project.SaveAsNewRenderPreset("mine") is False
    assert "mine" in project.GetRenderPresetList()
    assert project.LoadRenderPreset("H.264 Master")
    assert project.GetCurrentRenderFormatAndCodec() == {"format": "mp4", "codec": "H264"}
    assert made.kept.deliver.settings == {"TargetDir": str(tmp_path)}
    assert project.LoadRenderPreset("mine")
    assert project.DeleteRenderPreset("mine")
    assert project.DeleteRenderPreset("H.264 Master") is False
    assert project.LoadRenderPreset("mine") is False
    assert state.dump(made.kept.deliver) == before
    assert project.GetRenderPresets()[1.0] == "H.264 Master"


def test_a_preset_whose_codec_is_not_offered_is_not_loaded(tmp_path: Path) -> None:
    made = edit(tmp_path, Build.named("20.3", "free"))
    assert made.project.LoadRenderPreset("H.264 Master") is False
    assert made.project.LoadRenderPreset("YouTube - 720p") is False


def test_quick_export_renders_and_waits(tmp_path: Path) -> None:
    made = two_clips(tmp_path)
    said = made.project.RenderWithQuickExport(
        "ProRes", {"TargetDir": str(tmp_path), "CustomName": "quick"}
    )
    assert said["JobStatus"] == "Render Complete"
    assert len(numbers(tmp_path / "quick.mov")) == 16
    assert made.project.GetRenderJobList() == []
    assert made.project.RenderWithQuickExport("ProRes", {})["JobStatus"] == "Render Failed"
    assert made.kept.deliver.codec != "ProRes422HQ"


def test_a_render_has_the_size_that_was_set(tmp_path: Path) -> None:
    made = two_clips(tmp_path)
    made.render("tif", "RGB16", FormatWidth=128, FormatHeight=64, **MARKS)
    picture = pixels(tmp_path / "out_00086402.tif")
    assert picture.shape == (64, 128, 3)
    assert not picture[:, :15].any()
    assert read_number(picture[:, 16:112]) == 6


def test_alpha_is_kept_where_it_is_asked_for(tmp_path: Path) -> None:
    made = edit(tmp_path)
    half = np.full((64, 96, 4), (65535, 0, 0, 32768), np.uint16)
    (clip,) = made.pool.ImportMedia([str(write_picture(tmp_path / "half.png", half))])
    made.append(clip, 0, 2, 0)
    made.render("mov", "ProRes4444", ExportAlpha=True, AlphaMode=1)
    with open_media(Media("movie", str(tmp_path / "out.mov"))) as source:
        frame = source.read(0)
    assert frame.format.alpha
    assert abs(float(frame.planes[3].mean()) / frame.format.peak - 0.5) < 0.01


def test_individual_clips_are_a_file_each(tmp_path: Path) -> None:
    made = two_clips(tmp_path)
    assert made.project.SetCurrentRenderMode(0)
    assert made.project.SetCurrentRenderMode(2) is False
    made.render("mov", "ProRes422HQ")
    (told,) = made.project.GetRenderJobList()
    assert told["RenderMode"] == "Individual clips"
    assert numbers(tmp_path / "out_00086400.mov") == [*range(4, 12)]
    assert numbers(tmp_path / "out_00086408.mov")[:3] == [100, 101, 102]


def test_a_resolve_without_a_window_renders(tmp_path: Path) -> None:
    made = two_clips(tmp_path, replace(Build(), headless=True))
    _, status = made.render("mov", "ProRes422HQ", **MARKS)
    assert status["JobStatus"] == "Complete"
    assert numbers(tmp_path / "out.mov") == DUE


def test_a_name_with_its_suffix_gets_no_second_one(tmp_path: Path) -> None:
    made = two_clips(tmp_path)
    made.render("mov", "ProRes422HQ", CustomName="shot.v2.mov", **MARKS)
    assert (tmp_path / "shot.v2.mov").is_file()


def test_a_dialog_keeps_the_queue_as_it_is(tmp_path: Path) -> None:
    made = two_clips(tmp_path)
    made.world.faults.modal = True
    assert not made.project.AddRenderJob()
    assert not made.project.StartRendering()
    assert made.project.GetRenderFormats()
