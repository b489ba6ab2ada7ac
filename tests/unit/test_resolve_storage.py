"""The stand-in's view of the disks, and the way from there into the media pool (S16, S30)."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.resolve import simulator
from tests.fakes.resolve.build import Build
from tests.makers import numbered_movie, numbered_sequence

SIZE = (32, 16)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a movie, four numbered pictures, a text and a folder."""
    folder = tmp_path / "media"
    (folder / "inner").mkdir(parents=True)
    numbered_movie(folder / "shot.mov", 4, Fraction(24), SIZE, codec="mpeg4")
    numbered_sequence(folder, 4, 1, SIZE, name="frame")
    (folder / "notes.txt").write_text("cut here", "utf-8")
    (folder / ".hidden").write_text("", "utf-8")
    return folder


def storage_of(tmp_path: Path, build: Build | None = None) -> tuple[Any, Any]:
    resolve: Any = simulator.start(build, folder=tmp_path / "own").handle("Resolve")
    pool = resolve.GetProjectManager().GetCurrentProject().GetMediaPool()
    return resolve.GetMediaStorage(), pool


def test_a_folder_shows_its_files_with_a_sequence_as_one(tmp_path: Path, folder: Path) -> None:
    storage, _ = storage_of(tmp_path)
    names = ["frame.[0001-0004].png", "notes.txt", "shot.mov"]
    assert sorted(Path(each).name for each in storage.GetFileList(str(folder))) == names
    assert storage.GetSubFolderList(str(folder)) == [str(folder / "inner")]
    assert storage.GetSubFolders(str(folder)) == {1: str(folder / "inner")}
    assert storage.GetFileList(str(folder / "nowhere")) == []
    assert storage.GetMountedVolumeList() == ["/"]


@pytest.mark.parametrize("form", ["one by one", "a list", "dicts"])
def test_files_are_imported_into_the_current_bin(tmp_path: Path, folder: Path, form: str) -> None:
    storage, pool = storage_of(tmp_path)
    rushes = pool.AddSubFolder(pool.GetRootFolder(), "Rushes")
    pool.SetCurrentFolder(rushes)
    paths = [str(folder / "shot.mov"), str(folder / "frame.[0001-0004].png")]
    infos = [{"media": path, "startFrame": 1, "endFrame": 2} for path in paths]
    given = {"one by one": paths, "a list": [paths], "dicts": [infos]}[form]
    clips = storage.AddItemListToMediaPool(*given)
    assert [clip.GetClipProperty("Frames") for clip in clips] == ["4", "4"]
    assert clips == rushes.GetClipList()
    marked = {"in": 1, "out": 2} if form == "dicts" else {}
    assert clips[0].GetMarkInOut()["video"] == marked
    assert storage.AddItemsToMediaPool(*paths) == {1: clips[0], 2: clips[1]}
    assert len(rushes.GetClipList()) == 2, "what is there already is not imported again"


def test_a_folder_is_imported_with_what_is_in_it(tmp_path: Path, folder: Path) -> None:
    storage, _ = storage_of(tmp_path)
    clips = storage.AddItemListToMediaPool(str(folder))
    assert sorted(clip.GetName() for clip in clips) == ["frame.[0001-0004].png", "shot.mov"]
    assert storage.AddItemListToMediaPool(str(folder / "nowhere")) == []
    assert storage.AddItemListToMediaPool(str(folder / "notes.txt")) == []


def test_windows_imports_by_backslashes_alone(tmp_path: Path, folder: Path) -> None:
    storage, _ = storage_of(tmp_path, replace(Build(), system="Windows"))
    path = str(folder / "shot.mov")
    assert storage.AddItemListToMediaPool(path) == []
    assert len(storage.AddItemListToMediaPool("C:" + path.replace("/", "\\"))) == 1


def test_mattes_are_attached_to_a_clip(tmp_path: Path, folder: Path) -> None:
    storage, pool = storage_of(tmp_path)
    (clip,) = storage.AddItemListToMediaPool(str(folder / "shot.mov"))
    matte = str(folder / "frame.0001.png")
    assert storage.AddClipMattesToMediaPool(clip, [str(folder / "none.png")]) is False
    assert storage.AddClipMattesToMediaPool(clip, [matte]) is True
    assert pool.GetClipMatteList(clip) == [matte]


def test_media_are_cloned_since_21_1(tmp_path: Path, folder: Path) -> None:
    storage, _ = storage_of(tmp_path, Build.named("21.1"))
    target = tmp_path / "backup"
    target.mkdir()
    assert storage.GetCloneStatus() == {}
    assert storage.StartCloneMedia(str(folder), [str(tmp_path / "nowhere")]) is False
    assert storage.StartCloneMedia(str(folder), [str(target)]) is True
    assert storage.GetCloneStatus()["CompletionPercentage"] == 100
    assert (target / "media" / "shot.mov").is_file()
