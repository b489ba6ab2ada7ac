"""The stand-in's pictures: each frame of a timeline is what an editor would see of it."""

from __future__ import annotations

import base64
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from afterframe_hosts.wire.timecode import timecode
from tests.fakes.resolve import state
from tests.fakes.resolve.build import Build
from tests.fakes.resolve.graph import LUT_TYPES
from tests.fakes.resolve.picture import Painter, Picture, eight_bits, source_frame
from tests.makers import numbered_sequence, numbered_still, read_number, write_picture
from tests.unit.resolve_edits import SIZE, Edit, edit, pixels, two_clips

EXACT = 1.5 / 65535
STUDIO_WINDOW = Build.named("21.0")


def seen(made: Edit, at: int) -> Picture:
    """Return what is seen so many frames from the start."""
    with Painter(made.kept) as painter:
        return painter.paint(made.record, made.record.start + at)


def number(made: Edit, at: int) -> int:
    return read_number(eight_bits(seen(made, at)))


def flat(folder: Path, name: str, colour: tuple[float, ...], size: tuple[int, int] = SIZE) -> str:
    """Write a still of one colour, RGB or RGBA."""
    picture = np.full((size[1], size[0], len(colour)), np.array(colour) * 65535, np.uint16)
    return str(write_picture(folder / name, picture))


def layer(made: Edit, path: str, track: int = 1, frames: int = 8) -> state.Item:
    """Put a still onto a track, from the start."""
    (clip,) = made.pool.ImportMedia([path])
    return made.append(clip, 0, frames, 0, track)


def test_every_frame_is_the_one_that_is_due(tmp_path: Path) -> None:
    made = two_clips(tmp_path)
    due = [*range(4, 12), *(100 + frame * 30 // 24 for frame in range(8))]
    assert [number(made, at) for at in range(16)] == due


def test_what_is_neither_moved_nor_graded_is_as_it_was_decoded(tmp_path: Path) -> None:
    made = two_clips(tmp_path)
    truth = np.clip(pixels(tmp_path / "a.mov", 7), 0, 1)
    assert np.abs(np.clip(seen(made, 3)[..., :3], 0, 1) - truth).max() == 0


@pytest.mark.parametrize(
    ("speed", "source", "due"),
    [
        (0.5, 4.0, [4, 4, 5, 5, 6, 6, 7, 7]),
        (2.0, 4.0, [4, 6, 8, 10, 12, 14, 16, 18]),
        (-1.0, 20.0, [20, 19, 18, 17, 16, 15, 14, 13]),
    ],
)
def test_a_retimed_item_shows_the_frames_of_its_speed(
    tmp_path: Path, speed: float, source: float, due: list[int]
) -> None:
    made = two_clips(tmp_path)
    item = made.record.tracks["video"][0].items[0]
    item.speed, item.source = speed, source
    assert [number(made, at) for at in range(8)] == due


def test_a_source_frame_is_told_for_mixed_rates(tmp_path: Path) -> None:
    made = two_clips(tmp_path)
    item = made.record.tracks["video"][0].items[1]
    at = [source_frame(made.kept, made.record, item, item.start + k) for k in range(4)]
    assert at == [0, 1, 2, 3]
    assert source_frame(made.kept, made.record, item, item.start + 4) == 5


def test_the_topmost_item_that_is_enabled_is_seen(tmp_path: Path) -> None:
    made = two_clips(tmp_path)
    made.timeline.AddTrack("video")
    upper = made.append(made.movie("c.mov", first=200, rate=Fraction(24)), 0, 4, 0, track=2)
    assert number(made, 0) == 200
    upper.enabled = False
    assert number(made, 0) == 4
    upper.enabled = True
    made.record.tracks["video"][1].enabled = False
    assert number(made, 0) == 4


def test_where_nothing_stands_it_is_black_without_alpha(tmp_path: Path) -> None:
    made = two_clips(tmp_path)
    assert not seen(made, 16).any()


def test_opacity_mixes_with_what_is_below(tmp_path: Path) -> None:
    made = edit(tmp_path)
    made.timeline.AddTrack("video")
    layer(made, flat(tmp_path, "below.png", (0.2, 0.4, 0.6)))
    above = layer(made, flat(tmp_path, "above.png", (1.0, 0.0, 0.0)), track=2)
    above.properties["Opacity"] = 25.0
    assert np.allclose(seen(made, 0)[0, 0], (0.4, 0.3, 0.45, 1.0), atol=1e-4)


def test_a_picture_with_alpha_lies_over_what_is_below(tmp_path: Path) -> None:
    made = edit(tmp_path)
    made.timeline.AddTrack("video")
    layer(made, flat(tmp_path, "below.png", (0.0, 1.0, 0.0)))
    layer(made, flat(tmp_path, "above.png", (1.0, 0.0, 0.0, 0.5)), track=2)
    assert np.allclose(seen(made, 0)[5, 5], (0.5, 0.5, 0.0, 1.0), atol=1e-4)


@pytest.mark.parametrize(
    ("mode", "mixed"),
    [(0, 0.5), (1, 0.75), (3, 0.25), (4, 0.125), (5, 0.625), (9, 0.25), (10, 0.5)],
)
def test_composite_modes_mix_as_their_names_say(tmp_path: Path, mode: int, mixed: float) -> None:
    made = edit(tmp_path)
    made.timeline.AddTrack("video")
    layer(made, flat(tmp_path, "below.png", (0.25, 0.25, 0.25)))
    above = layer(made, flat(tmp_path, "above.png", (0.5, 0.5, 0.5)), track=2)
    above.properties["CompositeMode"] = mode
    assert seen(made, 0)[3, 3, 0] == pytest.approx(mixed, abs=1e-4)


def test_a_picture_is_panned_tilted_and_flipped_by_whole_pixels_exactly(tmp_path: Path) -> None:
    made = edit(tmp_path)
    item = layer(made, str(numbered_still(tmp_path / "n.png", 77, SIZE)))
    plain = seen(made, 0)
    item.properties.update(Pan=10.0, Tilt=4.0)
    moved = seen(made, 0)
    assert np.array_equal(moved[:-4, 10:], plain[4:, :-10])
    assert not moved[:, :10].any()
    item.properties.clear()
    item.properties.update(FlipX=True)
    assert np.array_equal(seen(made, 0), plain[:, ::-1])


def test_a_section_that_is_switched_off_has_no_effect(tmp_path: Path) -> None:
    made = edit(tmp_path)
    item = layer(made, str(numbered_still(tmp_path / "n.png", 77, SIZE)))
    plain = seen(made, 0)
    item.properties.update(ZoomX=0.5, Pan=20.0, CropLeft=30.0, Opacity=50.0)
    switches = ("TransformEnabled", "CroppingEnabled", "CompositeEnabled")
    item.properties.update(dict.fromkeys(switches, False))
    assert np.array_equal(seen(made, 0), plain)


def test_zoom_and_rotation_go_around_the_centre(tmp_path: Path) -> None:
    made = edit(tmp_path)
    item = layer(made, str(numbered_still(tmp_path / "n.png", 77, SIZE)))
    plain = seen(made, 0)
    item.properties.update(RotationAngle=180.0)
    assert np.allclose(seen(made, 0), plain[::-1, ::-1], atol=1e-3)
    item.properties.clear()
    item.properties.update(ZoomX=0.5, ZoomY=0.5)
    small = seen(made, 0)
    assert small[32, 48, 3] == 1
    assert not small[:15].any()
    assert not small[:, :23].any()


def test_crop_takes_pixels_off_the_sides(tmp_path: Path) -> None:
    made = edit(tmp_path)
    item = layer(made, flat(tmp_path, "a.png", (1.0, 1.0, 1.0)))
    item.properties.update(CropLeft=10.0, CropTop=6.0)
    alpha = seen(made, 0)[..., 3]
    assert alpha[6:, 10:].all()
    assert not alpha[:6].any()
    assert not alpha[:, :10].any()


@pytest.mark.parametrize(
    ("scaling", "corner", "edge"), [(0, 0, 0), (1, 0, 0), (2, 0, 0), (3, 1, 1), (4, 1, 1)]
)
def test_a_square_picture_is_scaled_into_the_frame_as_is_asked(
    tmp_path: Path, scaling: int, corner: int, edge: int
) -> None:
    made = edit(tmp_path)
    item = layer(made, flat(tmp_path, "a.png", (1.0, 1.0, 1.0), (32, 32)))
    item.properties["Scaling"] = scaling
    alpha = seen(made, 0)[..., 3]
    assert (alpha[0, 0], alpha[32, 8]) == (corner, edge)
    assert alpha[32, 48] == 1
    assert alpha[2, 48] == (0 if scaling == 1 else 1)


def test_a_cdl_grades_as_asc_says_until_its_node_is_switched_off(tmp_path: Path) -> None:
    made = edit(tmp_path)
    layer(made, flat(tmp_path, "a.png", (0.5, 0.25, 0.125)))
    (item,) = made.timeline.GetItemListInTrack("video", 1)
    cdl = {"NodeIndex": "1", "Slope": "0.5 1 2", "Offset": "0.1 0 0", "Power": "2 1 1"}
    assert not item.SetCDL(cdl)
    assert not item.SetCDL({**cdl, "Saturation": "1", "NodeIndex": "2"})
    assert item.SetCDL({**cdl, "Saturation": "0"})
    graded = np.array([0.35**2, 0.25, 0.25])
    luma = graded @ (0.2126, 0.7152, 0.0722)
    assert np.allclose(seen(made, 0)[0, 0, :3], luma, atol=1e-4)
    graph = item.GetNodeGraph()
    assert graph.GetNumNodes() == 1
    assert graph.SetNodeEnabled(1, False)
    assert np.allclose(seen(made, 0)[0, 0, :3], (0.5, 0.25, 0.125), atol=1e-4)
    assert graph.ResetAllGrades()
    assert not made.kept.graphs
    assert not made.record.tracks["video"][0].items[0].cdl


def test_reading_a_grade_changes_nothing(tmp_path: Path) -> None:
    made = two_clips(tmp_path)
    before = state.dump(made.world.application)
    for item in made.timeline.GetItemListInTrack("video", 1):
        assert item.GetNodeGraph().GetNodeLabel(1) == ""
        assert item.GetNodeGraph().GetLUT(2) is None
    assert made.timeline.GetNodeGraph().GetNumNodes() == 1
    assert not state.differences(before, state.dump(made.world.application))


def test_grades_are_copied_and_written_as_a_cube(tmp_path: Path) -> None:
    made = two_clips(tmp_path)
    first, second = made.timeline.GetItemListInTrack("video", 1)
    cdl = {"NodeIndex": "1", "Slope": "0.5 0.5 0.5", "Offset": "0 0 0", "Power": "1 1 1"}
    assert first.SetCDL({**cdl, "Saturation": "1"})
    assert first.CopyGrades([second])
    assert made.record.tracks["video"][0].items[1].cdl["Slope"] == "0.5 0.5 0.5"
    made.world.application.page = "color"
    assert first.ExportLUT(LUT_TYPES["EXPORT_LUT_17PTCUBE"], str(tmp_path / "grade.cube"))
    lines = (tmp_path / "grade.cube").read_text("ascii").split("\n")
    assert lines[0] == "LUT_3D_SIZE 17"
    assert lines[-2] == "0.500000 0.500000 0.500000"


def test_colour_groups_hold_items_until_they_are_deleted(tmp_path: Path) -> None:
    made = two_clips(tmp_path)
    group = made.project.AddColorGroup("Day")
    assert made.project.AddColorGroup("Day") is None
    first, second = made.timeline.GetItemListInTrack("video", 1)
    assert first.GetColorGroup() is None
    assert first.AssignToColorGroup(group)
    assert group.GetClipsInTimeline() == [first]
    assert group.SetName("Night")
    assert [each.GetName() for each in made.project.GetColorGroupsList()] == ["Night"]
    assert first.GetColorGroup().GetName() == "Night"
    assert group.GetPreClipNodeGraph().GetNumNodes() == 1
    assert made.project.DeleteColorGroup(group)
    assert first.GetColorGroup() is None
    assert group.GetName() is None
    assert second.RemoveFromColorGroup() is False


def test_a_transition_mixes_the_frames_on_both_sides_of_the_cut(tmp_path: Path) -> None:
    made = edit(tmp_path)
    first = layer(made, flat(tmp_path, "a.png", (0.0, 0.0, 0.0)), frames=8)
    (clip,) = made.pool.ImportMedia([flat(tmp_path, "b.png", (1.0, 1.0, 1.0))])
    made.append(clip, 0, 8, 8)
    mixing = state.Item(state.new_uid(), "Cross Dissolve", "transition", first.end - 2, 4)
    made.record.tracks["video"][0].items.insert(1, mixing)
    shown = [round(float(seen(made, at)[0, 0, 0]), 2) for at in range(5, 12)]
    assert shown == [0.0, 0.2, 0.4, 0.6, 0.8, 1.0, 1.0]


def test_fades_go_from_black_and_back(tmp_path: Path) -> None:
    made = edit(tmp_path)
    item = layer(made, flat(tmp_path, "a.png", (1.0, 1.0, 1.0)), frames=8)
    item.fades = {"FadeIn": 2, "FadeOut": 4}
    shown = [float(seen(made, at)[0, 0, 0]) for at in range(8)]
    assert shown == [0.0, 0.5, 1.0, 1.0, 0.75, 0.5, 0.25, 0.0]


def test_a_nested_timeline_is_seen_with_all_its_tracks(tmp_path: Path) -> None:
    made = two_clips(tmp_path)
    inner = made.record
    outer = state.Timeline(state.new_uid(), "Outer", state.new_uid(), 0)
    nest = state.Item(state.new_uid(), "Main", "compound", 0, 16, inner.clip, source=2.0)
    outer.tracks = {"video": [state.Track("Video 1", [nest])], "audio": [], "subtitle": []}
    made.kept.timelines.append(outer)
    with Painter(made.kept) as painter:
        assert read_number(eight_bits(painter.paint(outer, 3))) == 9
        assert read_number(eight_bits(painter.paint(outer, 10))) == 105


def test_a_sequence_is_counted_from_its_first_picture_and_a_still_stands(tmp_path: Path) -> None:
    made = edit(tmp_path)
    numbered_sequence(tmp_path)
    (clip,) = made.pool.ImportMedia(
        [{"FilePath": str(tmp_path / "plate.%04d.png"), "StartIndex": 1001, "EndIndex": 1012}]
    )
    made.append(clip, 2, 10, 0)
    assert [number(made, at) for at in (0, 7)] == [2, 9]
    (still,) = made.pool.ImportMedia([str(numbered_still(tmp_path / "still.png", 9, SIZE))])
    made.append(still, 0, 20, 8)
    assert {number(made, at) for at in range(8, 28)} == {9}


def test_what_resolve_makes_itself_is_not_black(tmp_path: Path) -> None:
    made = edit(tmp_path)
    generator = state.Item(state.new_uid(), "10 Step", "generator", made.record.start, 4)
    title = state.Item(state.new_uid(), "Text", "title", made.record.start, 4)
    made.record.tracks["video"] = [state.Track("1", [generator]), state.Track("2", [title])]
    picture = seen(made, 0)
    assert len(np.unique(picture[0, :, 0].round(3))) == 10
    assert picture[32, 48, :3].min() == 1


@pytest.mark.parametrize(
    ("suffix", "steps"), [("png", 255), ("bmp", 255), ("ppm", 255), ("dpx", 1023), ("tif", 65535)]
)
def test_the_frame_under_the_playhead_is_written_as_its_suffix_says(
    tmp_path: Path, suffix: str, steps: int
) -> None:
    made = two_clips(tmp_path)
    target = tmp_path / f"frame.{suffix}"
    assert made.timeline.SetCurrentTimecode("01:00:00:05")
    assert made.project.ExportCurrentFrameAsStill(str(target))
    truth = np.clip(pixels(tmp_path / "a.mov", 9), 0, 1)
    assert np.abs(pixels(target) - truth).max() <= 0.51 / steps + EXACT


@pytest.mark.parametrize("build", [Build.named("19.1"), replace(STUDIO_WINDOW, headless=True)])
def test_a_still_is_written_with_a_window_and_without(tmp_path: Path, build: Build) -> None:
    made = two_clips(tmp_path, build)
    made.record.playhead = made.record.start + 9
    assert made.project.ExportCurrentFrameAsStill(str(tmp_path / "frame.jpg"))
    assert read_number(pixels(tmp_path / "frame.jpg")) == 101
    assert made.project.ExportCurrentFrameAsStill(str(tmp_path / "frame.jpg"))


def test_a_still_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    made = two_clips(tmp_path)
    export = made.project.ExportCurrentFrameAsStill
    refused = ("frame", "frame.gif", "gone/frame.png")
    assert [export(str(tmp_path / name)) for name in refused] == [False] * 3
    made.world.application.page = "fusion"
    assert export(str(tmp_path / "frame.png")) is False
    made.world.application.page = "edit"
    made.kept.current_timeline = ""
    assert export(str(tmp_path / "frame.png")) is False


def test_missing_media_are_seen_as_a_red_picture(tmp_path: Path) -> None:
    made = two_clips(tmp_path)
    (tmp_path / "a.mov").unlink()
    assert made.project.ExportCurrentFrameAsStill(str(tmp_path / "frame.png"))
    red, green, blue = pixels(tmp_path / "frame.png")[0, 0]
    assert red > 0.5
    assert (green, blue) == (0, 0)


def test_stills_go_into_the_current_album_and_out_where_the_gallery_is_open(
    tmp_path: Path,
) -> None:
    made = two_clips(tmp_path)
    gallery = made.project.GetGallery()
    album = gallery.CreateGalleryStillAlbum()
    assert gallery.SetAlbumName(album, "Dailies")
    assert gallery.SetCurrentStillAlbum(album)
    made.record.playhead = made.record.start + 2
    still = made.timeline.GrabStill()
    assert made.timeline.GrabAllStills(2)
    assert len(album.GetStills()) == 3
    assert album.GetStills()[0] == still
    assert album.SetLabel(still, "hero")
    assert album.GetLabel(still) == "hero"
    out = tmp_path / "stills"
    out.mkdir()
    assert album.ExportStills([still], str(out), "shot", "png") is False
    made.world.application.page, made.world.application.gallery = "color", True
    assert album.ExportStills([still], str(out), "shot", "png") is True
    (written,) = out.iterdir()
    assert read_number(pixels(written)) == 6
    assert album.DeleteStills([still])
    assert still not in album.GetStills()
    assert album.ImportStills([str(written)])


def test_a_thumbnail_is_there_on_the_color_page_of_a_window_alone(tmp_path: Path) -> None:
    made = two_clips(tmp_path)
    assert made.timeline.GetCurrentClipThumbnailImage() is None
    made.world.application.page = "color"
    shown: dict[str, Any] = made.timeline.GetCurrentClipThumbnailImage()
    size = (shown["height"], shown["width"], 3)
    picture = np.frombuffer(base64.b64decode(shown["data"]), np.uint8).reshape(size)
    assert shown["format"] == "RGB 8 bit"
    assert read_number(picture) == 4
    made.world.build = replace(made.world.build, headless=True)
    assert made.timeline.GetCurrentClipThumbnailImage() is None


@pytest.mark.parametrize("rate", ["23.976", "25", "29.97 DF", "59.94 DF", "60"])
def test_the_frame_at_a_timecode_is_the_right_one_at_every_rate(tmp_path: Path, rate: str) -> None:
    made = edit(tmp_path, rate=rate)
    own = {"23": Fraction(24000, 1001), "29": Fraction(30000, 1001), "59": Fraction(60000, 1001)}
    real = own.get(rate[:2], Fraction(rate[:2]))
    made.append(made.movie("a.mov", rate=real), 3, 20, 0)
    label = timecode(made.record.start + 6, real, rate.endswith("DF"))
    assert made.timeline.SetCurrentTimecode(label)
    assert made.project.ExportCurrentFrameAsStill(str(tmp_path / "frame.png"))
    assert read_number(pixels(tmp_path / "frame.png")) == 9
