"""The stand-in's media pool answers as a real Resolve was measured to: imports, bins, clips."""

from __future__ import annotations

import json
import os
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from tests import makers
from tests.fakes.resolve import simulator, state
from tests.fakes.resolve.build import VERSIONS, Build
from tests.media import shared

from .resolve_edits import SIZE, Edit

KEYS = (
    *("Alpha mode", "Angle", "Audio Bit Depth", "Audio Ch", "Audio Codec", "Audio Offset"),
    *("Bit Depth", "Camera #", "Clip Color", "Clip Name", "Comments", "Data Level"),
    *("Date Added", "Date Created", "Date Modified", "Description", "Drop frame", "Duration"),
    *("Enable Deinterlacing", "End", "End TC", "FPS", "Field Dominance", "File Name"),
    *("File Path", "Flags", "Format", "Frames", "Good Take", "H-FLIP", "IDT", "In"),
    *("Input Color Space", "Input LUT", "Input Sizing Preset", "Keyword", "Noise Reduction"),
    *("Offline Reference", "Out", "PAR", "Proxy", "Proxy Media Path", "Reel Name", "Resolution"),
    *("Roll/Card", "S3D Sync", "Sample Rate", "Scene", "Sharpness", "Shot", "Slate TC", "Start"),
    *("Start KeyKode", "Start TC", "Synced Audio", "Take", "Type", "Usage", "V-FLIP"),
    *("Video Codec", "Super Scale"),
)
"""Of a real dump."""
PRORES = {"codec": "prores_ks", "pix_fmt": "yuv422p10le"}


def opened(folder: Path, build: Build | None = None, rate: str = "24") -> Edit:
    """Return a Resolve with nothing in it."""
    edit = Edit(simulator.start(build, folder=folder / "resolve"), folder)
    assert edit.project.SetSetting("timelineFrameRate", rate)
    return edit


def sound(edit: Edit, name: str = "sound.wav", seconds: float = 4) -> Any:
    (clip,) = edit.pool.ImportMedia([str(makers.sound_only(edit.folder / name, seconds))])
    return clip


@pytest.fixture
def edit(tmp_path: Path) -> Edit:
    return opened(tmp_path)


def test_every_key_of_a_real_dump_is_answered_and_in_its_form(edit: Edit) -> None:
    clip = edit.movie(
        "a.mov",
        **PRORES,
        rate=Fraction(24),
        sound=True,
        timecode="01:00:00:00",
    )
    told = clip.GetClipProperty()
    assert set(KEYS) <= set(told)
    assert list(told)[-1] == "Super Scale"
    assert list(told)[:-1] == sorted(list(told)[:-1])
    numbers = {key for key, value in told.items() if not isinstance(value, str)}
    assert numbers == {"FPS", "Super Scale"}
    said = {
        **{"FPS": 24.0, "Frames": "24", "Start": "0", "End": "23", "Duration": "00:00:01:00"},
        **{"Start TC": "01:00:00:00", "End TC": "01:00:01:00", "Slate TC": "01:00:00:00"},
        **{"Resolution": f"{SIZE[0]}x{SIZE[1]}", "Type": "Video + Audio", "Audio Ch": "1"},
        **{"Sample Rate": "48000", "Audio Codec": "AAC", "Bit Depth": "10", "Usage": "0"},
        **{"File Name": "a.mov", "Clip Name": "a.mov", "Format": "QuickTime", "H-FLIP": "Off"},
        **{"File Path": str(edit.folder / "a.mov"), "Input Color Space": "Project"},
    }
    assert {key: told[key] for key in said} == said
    assert clip.GetClipProperty("FPS") == 24.0
    assert clip.GetClipProperty("No Such Key") == ""


def test_values_are_in_the_language_of_the_interface_and_keys_are_not(tmp_path: Path) -> None:
    edit = opened(tmp_path, Build(language="ja"))
    told = edit.movie("a.mov", sound=True).GetClipProperty()
    assert told["Type"] == "ビデオ + オーディオ"
    assert told["Input Color Space"] == "プロジェクト"
    assert told["H-FLIP"] == "オフ"
    assert set(KEYS) <= set(told)


@pytest.mark.parametrize(
    ("rate", "told", "timecode", "end"),
    [
        (Fraction(24000, 1001), 23.976, "01:00:00:00", "01:00:01:00"),
        (Fraction(25), 25.0, "00:00:00:00", "00:00:00:24"),
        (Fraction(30000, 1001), 29.97, "00:00:59;20", "00:01:00;16"),
        (Fraction(60000, 1001), 59.94, "13:36:29:21", "13:36:29:45"),
    ],
)
def test_rates_and_timecode_are_those_of_the_file(
    edit: Edit, rate: Fraction, told: float, timecode: str, end: str
) -> None:
    clip = edit.movie("a.mov", rate=rate, timecode=timecode)
    assert clip.GetClipProperty("FPS") == told
    assert clip.GetClipProperty("Start TC") == timecode
    assert clip.GetClipProperty("End TC") == end
    assert clip.GetClipProperty("Drop frame") == ("1" if ";" in timecode else "0")


@pytest.mark.parametrize(
    ("codec", "pix_fmt", "options", "told"),
    [
        ("libx264", "yuv420p", {}, "H.264 High L1.2"),
        ("prores_ks", "yuv422p10le", {"profile": "3"}, "Apple ProRes 422 HQ"),
        ("prores_ks", "yuv444p10le", {"profile": "4"}, "Apple ProRes 4444"),
        ("dnxhd", "yuv422p", {"profile": "dnxhr_hq"}, "DNxHR HQ"),
    ],
)
def test_codings_have_the_names_that_people_know(
    edit: Edit, codec: str, pix_fmt: str, options: dict[str, str], told: str
) -> None:
    clip = edit.movie("a.mov", codec=codec, pix_fmt=pix_fmt, options=options, size=(256, 144))
    assert clip.GetClipProperty("Video Codec") == told


def test_a_real_camera_file_is_probed(edit: Edit) -> None:
    path = shared("video/car-detection.mp4")
    (clip,) = edit.pool.ImportMedia([str(path)])
    assert clip.GetClipProperty("FPS") == 12.5
    assert int(clip.GetClipProperty("Frames")) > 50


def test_a_folder_of_numbered_pictures_is_one_clip_for_each_unbroken_run(edit: Edit) -> None:
    folder = edit.folder / "plates"
    makers.numbered_sequence(folder, 4, first=1001)
    makers.numbered_sequence(folder, 2, first=1010)
    clips = edit.pool.ImportMedia([str(folder)])
    assert [clip.GetName() for clip in clips] == ["plate.[1001-1004].png", "plate.[1010-1011].png"]
    told = clips[0].GetClipProperty()
    assert told["File Path"] == str(folder / "plate.[1001-1004].png")
    assert (told["Start"], told["End"], told["Frames"]) == ("1001", "1004", "4")
    assert told["Start TC"] == "00:00:41:17"
    assert told["Type"] == "Video"


def test_a_sequence_is_a_pattern_with_both_numbers_inclusive(edit: Edit) -> None:
    makers.numbered_sequence(edit.folder / "plates", 6, first=1)
    given = {"FilePath": str(edit.folder / "plates/plate.%04d.png"), "StartIndex": 2, "EndIndex": 5}
    (clip,) = edit.pool.ImportMedia([given])
    assert clip.GetName() == "plate.[0002-0005].png"
    assert clip.GetClipProperty("Frames") == "4"
    assert edit.pool.ImportMedia([{**given, "EndIndex": 9}]) == []


def test_one_picture_is_a_still_whose_start_is_the_number_in_its_name(edit: Edit) -> None:
    path = makers.numbered_still(edit.folder / "dome_2K.png", 7)
    (clip,) = edit.pool.ImportMedia([str(path)])
    told = clip.GetClipProperty()
    assert (told["Type"], told["Frames"], told["Start"], told["End"]) == ("Still", "1", "2", "2")
    assert (told["Start TC"], told["End TC"]) == ("00:00:00:00", "00:00:00:01")


def test_s30_paths_of_windows_are_taken_as_its_media_storage_names_them(tmp_path: Path) -> None:
    edit = opened(tmp_path, Build(system="Windows"))
    makers.numbered_still(tmp_path / "a.png", 7)
    (listed,) = edit.resolve.GetMediaStorage().GetFileList("C:" + str(tmp_path).replace("/", "\\"))
    assert "/" not in listed
    (clip,) = edit.pool.ImportMedia([listed])
    assert clip.GetClipProperty("File Path") == str(tmp_path / "a.png")


def test_usage_counts_pictures_and_the_sound_with_them_once(edit: Edit) -> None:
    clip = edit.movie("a.mov", sound=True)
    edit.pool.CreateEmptyTimeline("cut")
    edit.pool.AppendToTimeline([clip, clip])
    assert clip.GetClipProperty("Usage") == "2"


def test_what_is_no_medium_is_not_imported(edit: Edit) -> None:
    (edit.folder / "notes.txt").write_text("hello")
    (edit.folder / "broken.mov").write_bytes(b"\0" * 4000)
    paths = [str(edit.folder / name) for name in ("notes.txt", "broken.mov", "absent.mov")]
    assert edit.pool.ImportMedia(paths) == []


def test_s16_imports_go_to_the_current_bin(edit: Edit) -> None:
    root = edit.pool.GetRootFolder()
    made = edit.pool.AddSubFolder(root, "Ours")
    assert edit.pool.SetCurrentFolder(made)
    clip = edit.movie("a.mov")
    assert made.GetClipList() == [clip]
    assert root.GetClipList() == []
    assert edit.pool.AddSubFolder(root, "Ours") is None


def test_s16_the_same_file_again_is_the_same_clip(edit: Edit) -> None:
    clip = edit.movie("a.mov")
    (again,) = edit.pool.ImportMedia([str(edit.folder / "a.mov")])
    assert again == clip
    assert again.GetUniqueId() == clip.GetUniqueId()


def test_s16_a_timeline_is_made_of_clips_of_the_current_bin_alone(edit: Edit) -> None:
    clip = edit.movie("a.mov", rate=Fraction(24))
    root = edit.pool.GetRootFolder()
    other = edit.pool.AddSubFolder(root, "Other")
    assert edit.pool.SetCurrentFolder(other)
    assert edit.pool.CreateTimelineFromClips("cut", [clip]) is None
    assert edit.pool.SetCurrentFolder(root)
    info = {"mediaPoolItem": clip, "startFrame": 2, "endFrame": 8, "trackIndex": 3}
    cut = edit.pool.CreateTimelineFromClips("cut", [info])
    assert cut.GetTrackCount("video") == 1
    assert cut.GetItemListInTrack("video", 1)[0].GetDuration() == 6


def test_sound_takes_the_rate_of_the_project_at_import_and_keeps_it(edit: Edit) -> None:
    clip = sound(edit)
    assert clip.GetClipProperty("FPS") == 24.0
    assert clip.GetClipProperty("Duration") == "00:00:04:00"
    edit.kept.settings["timelineFrameRate"] = "29.97"
    assert clip.GetClipProperty("FPS") == 24.0
    assert sound(edit, "later.wav").GetClipProperty("Duration") == "00:00:03:29"


def test_properties_that_can_only_be_read_are_refused(edit: Edit) -> None:
    clip = edit.movie("a.mov", rate=Fraction(24))
    assert clip.SetClipProperty("Comments", "checked")
    assert clip.GetClipProperty("Comments") == clip.GetMetadata("Comments") == "checked"
    assert clip.SetClipProperty("Start TC", "10:00:00:00")
    assert clip.GetClipProperty("End TC") == "10:00:01:00"
    assert clip.SetClipProperty("FPS", "25")
    assert clip.GetClipProperty("FPS") == 25.0
    assert clip.SetClipProperty("Super Scale", 2)
    assert clip.GetClipProperty("Super Scale") == 2
    for key in ("Frames", "Video Codec", "File Path", "Resolution", "superScale", "Usage"):
        assert clip.SetClipProperty(key, "1") is False


def test_metadata_is_one_field_or_a_dict_and_foreign_metadata_stands_apart(edit: Edit) -> None:
    clip = edit.movie("a.mov")
    assert clip.GetMetadata() == {}
    assert clip.SetMetadata("Scene", "12")
    assert clip.SetMetadata({"Shot": "3", "Keywords": "night"})
    assert clip.GetMetadata() == {"Scene": "12", "Shot": "3", "Keywords": "night"}
    assert clip.SetThirdPartyMetadata({"recipe": "{}"})
    assert clip.GetThirdPartyMetadata("recipe") == "{}"
    assert clip.GetThirdPartyMetadata() == {"recipe": "{}"}
    assert clip.GetMetadata("recipe") == ""


def test_s22_a_clip_takes_sixteen_colours_and_not_those_of_markers(edit: Edit) -> None:
    clip = edit.movie("a.mov")
    assert clip.GetClipColor() == ""
    assert clip.SetClipColor("Teal")
    assert clip.GetClipColor() == clip.GetClipProperty("Clip Color") == "Teal"
    for name in ("Cyan", "Red", "Fuchsia", "teal", ""):
        assert clip.SetClipColor(name) is False
    assert clip.ClearClipColor()
    assert clip.GetClipColor() == ""


@pytest.mark.parametrize("version", VERSIONS)
def test_methods_came_with_their_versions(tmp_path: Path, version: str) -> None:
    edit = opened(tmp_path, Build.named(version))
    clip = edit.movie("a.mov")
    newer = VERSIONS[version]
    assert (clip.SetName is not None) == (newer >= (20, 2))
    assert (clip.GetTimeline is not None) == (newer >= (21, 0, 4))
    assert (clip.GetTranscription is not None) == (newer >= (21, 1))
    assert ("SetName" in dir(clip)) == (newer >= (20, 2))
    assert clip.GetMarkInOut() == {"video": {}, "audio": {}}


def test_s27_a_missing_package_is_told_in_a_text_that_is_true(tmp_path: Path) -> None:
    clip = opened(tmp_path, Build.named("21.0")).movie("a.mov")
    answer = clip.AnalyzeForIntellisearch(False, False)
    assert "is not installed" in answer
    assert bool(answer) is True


def test_s23_a_studio_call_on_the_free_edition_opens_a_dialog(tmp_path: Path) -> None:
    edit = opened(tmp_path, Build.named("20.3", "free"))
    clip = edit.movie("a.mov")
    assert clip.TranscribeAudio() is False
    assert edit.world.faults.modal
    assert not clip.SetClipColor("Teal")
    assert clip.GetClipColor() == ""


@pytest.mark.parametrize("system", ["Linux", "Windows", "Darwin"])
@pytest.mark.parametrize("edition", ["free", "studio"])
def test_the_free_edition_on_linux_shows_no_h264(tmp_path: Path, system: Any, edition: Any) -> None:
    edit = opened(tmp_path, Build(edition=edition, system=system))
    heard = edit.movie("heard.mov", codec="libx264", sound=True)
    silent = makers.numbered_movie(tmp_path / "silent.mov", 4, size=SIZE)
    blind = (system, edition) == ("Linux", "free")
    assert heard.GetClipProperty("Type") == ("Audio" if blind else "Video + Audio")
    assert len(edit.pool.ImportMedia([str(silent)])) == (0 if blind else 1)


def test_media_that_is_gone_or_unlinked_is_offline(edit: Edit) -> None:
    clip = edit.movie("a.mov")
    os.replace(edit.folder / "a.mov", edit.folder / "moved.mov")
    assert clip.GetClipProperty("Online Status") == "Offline"
    assert clip.GetClipProperty("File Path") == str(edit.folder / "a.mov")
    elsewhere = edit.folder / "elsewhere"
    elsewhere.mkdir()
    os.replace(edit.folder / "moved.mov", elsewhere / "a.mov")
    assert edit.pool.RelinkClips([clip], str(edit.folder)) is False
    assert edit.pool.RelinkClips([clip], str(elsewhere))
    assert clip.GetClipProperty("Online Status") == "Online"
    assert edit.pool.UnlinkClips([clip])
    assert clip.GetClipProperty("Online Status") == "Offline"


def test_bins_and_clips_are_moved_and_deleted(edit: Edit) -> None:
    pool, root = edit.pool, edit.pool.GetRootFolder()
    first, second = (pool.AddSubFolder(root, name) for name in ("First", "Second"))
    pool.SetCurrentFolder(first)
    clip = edit.movie("a.mov")
    assert pool.MoveClips([clip], second)
    assert (first.GetClipList(), second.GetClipList()) == ([], [clip])
    assert pool.MoveFolders([second], first)
    assert pool.MoveFolders([first], second) is False
    assert [each.GetName() for each in first.GetSubFolderList()] == ["Second"]
    assert pool.DeleteFolders([root]) is False
    assert pool.DeleteFolders([first])
    assert root.GetSubFolderList() == []
    assert clip.GetName() is None
    assert pool.GetCurrentFolder().GetName() == "Master"


def test_a_clip_that_is_deleted_leaves_its_items_without_one(edit: Edit) -> None:
    clip = edit.movie("a.mov")
    timeline = edit.pool.CreateEmptyTimeline("cut")
    (item,) = edit.pool.AppendToTimeline([clip])
    assert clip.GetClipProperty("Usage") == "1"
    assert edit.pool.DeleteClips([clip])
    assert item.GetMediaPoolItem() is None
    assert timeline.GetItemListInTrack("video", 1) == [item]
    assert edit.pool.DeleteTimelines([timeline])
    assert edit.project.GetCurrentTimeline() is None


def test_a_bin_is_written_and_read(edit: Edit) -> None:
    clip = edit.movie("a.mov")
    clip.SetMetadata("Scene", "12")
    path = edit.folder / "bin.drb"
    assert edit.pool.GetRootFolder().Export(str(path))
    assert edit.pool.ImportFolderFromFile(str(path))
    (made,) = edit.pool.GetRootFolder().GetSubFolderList()
    (copied,) = made.GetClipList()
    assert copied != clip
    assert copied.GetMetadata("Scene") == "12"
    assert edit.pool.ImportFolderFromFile(str(edit.folder / "a.mov")) is False


def test_a_clip_is_replaced_and_takes_a_proxy_of_its_own_length(edit: Edit) -> None:
    clip = edit.movie("a.mov")
    same = makers.numbered_movie(edit.folder / "same.mov", 24, Fraction(24), SIZE)
    short = makers.numbered_movie(edit.folder / "short.mov", 10, Fraction(24), SIZE)
    assert clip.LinkProxyMedia(str(short)) is False
    assert clip.LinkProxyMedia(str(same))
    assert clip.GetClipProperty("Proxy Media Path") == str(same)
    assert clip.UnlinkProxyMedia()
    assert clip.GetClipProperty("Proxy") == "None"
    assert clip.ReplaceClip(str(short))
    assert clip.GetClipProperty("Frames") == "10"
    assert clip.GetName() == "short.mov"


def test_marks_and_markers_of_a_clip_count_from_its_first_frame(edit: Edit) -> None:
    clip = edit.movie("a.mov", timecode="01:00:00:00")
    assert clip.SetMarkInOut(4, 11)
    assert clip.GetMarkInOut() == {"video": {"in": 4, "out": 11}, "audio": {"in": 4, "out": 11}}
    assert clip.GetClipProperty("In") == "01:00:00:04"
    assert clip.ClearMarkInOut("audio")
    assert clip.GetMarkInOut() == {"video": {"in": 4, "out": 11}, "audio": {}}
    assert clip.AddMarker(3, "Red", "look", "here", 2)
    told = {"color": "Red", "duration": 2, "note": "here", "name": "look", "customData": ""}
    assert clip.GetMarkers() == {3: told}


def test_sound_is_synced_by_the_programs_own_keys_alone(edit: Edit) -> None:
    film, wave = edit.movie("a.mov"), sound(edit)
    assert edit.pool.AutoSyncAudio([film, wave], {"mode": "timecode"}) is False
    assert film.GetClipProperty("Synced Audio") == ""
    assert edit.pool.AutoSyncAudio([film, wave], {0: 1})
    assert film.GetClipProperty("Synced Audio") == "sound.wav"


def test_channels_are_told_as_json(edit: Edit) -> None:
    mapping = json.loads(edit.movie("a.mov", sound=True).GetAudioMapping())
    assert mapping["embedded_audio_channels"] == 1
    assert mapping["track_mapping"]["1"] == {"channel_idx": [1], "mute": False, "type": "Mono"}


def test_everything_in_the_pool_is_saved_and_read(edit: Edit, tmp_path: Path) -> None:
    clip = edit.movie("a.mov", sound=True)
    clip.AddMarker(3, "Red", "look", "", 1)
    edit.pool.CreateEmptyTimeline("cut")
    edit.pool.AppendToTimeline([clip])
    state.save(edit.world.application, tmp_path / "kept.json")
    kept = state.load(tmp_path / "kept.json")
    assert state.differences(state.dump(edit.world.application), state.dump(kept)) == []
