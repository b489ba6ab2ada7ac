"""The stand-in's database: projects, folders, files, and the settings of a project (S19, S25)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.resolve import simulator, state
from tests.fakes.resolve.build import Build
from tests.fakes.resolve.faults import Faults
from tests.unit.test_resolve_kernel import blocks


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[Any]:
    resolve: Any = simulator.start(folder=tmp_path).handle("Resolve")
    return resolve.GetProjectManager()


def test_a_fresh_resolve_has_a_project_that_is_in_no_database(manager: Any) -> None:
    assert manager.GetCurrentProject().GetName() == "Untitled Project"
    assert manager.GetProjectListInCurrentFolder() == []


def test_a_project_that_is_made_is_open_and_in_the_list(manager: Any) -> None:
    assert manager.CreateProject("Film").GetName() == "Film"
    assert manager.GetCurrentProject().GetName() == "Film"
    assert manager.GetProjectListInCurrentFolder() == ["Film"]
    assert manager.CreateProject("Film") is None
    assert manager.LoadProject("Other") is None


def test_an_unsaved_project_with_something_in_it_blocks_another(manager: Any) -> None:
    manager.CreateProject("Film")
    manager.CloseProject(manager.GetCurrentProject())
    manager.GetCurrentProject().GetMediaPool().CreateEmptyTimeline("one")
    assert manager.CreateProject("Other") is None
    assert manager.GetCurrentProject().GetName() == "Untitled Project"
    assert manager.LoadProject("Film").GetName() == "Film"
    assert manager.CreateProject("Other").GetName() == "Other", "any other one unblocks it"


def test_without_a_window_an_unsaved_project_is_lost_to_another(tmp_path: Path) -> None:
    manager: Any = simulator.start(Build(headless=True), folder=tmp_path).handle("ProjectManager")
    manager.GetCurrentProject().GetMediaPool().CreateEmptyTimeline("one")
    assert manager.CreateProject("Other").GetName() == "Other"
    assert manager.LoadProject("Untitled Project") is None


def test_a_project_that_was_only_made_may_be_lost_to_another(tmp_path: Path) -> None:
    """Measured on 19.1.3.7 and not elsewhere, so a switch."""
    world = simulator.start(faults=Faults(unsaved_lost=True), folder=tmp_path)
    manager: Any = world.handle("ProjectManager")
    manager.CreateProject("Saved")
    manager.SaveProject()
    manager.CreateProject("Made")
    manager.CreateProject("Last")
    assert manager.GetProjectListInCurrentFolder() == ["Last", "Saved"]


def test_archiving_ends_21_1(tmp_path: Path) -> None:
    world = simulator.start(Build.named("21.1"), folder=tmp_path)
    manager: Any = world.handle("ProjectManager")
    manager.CreateProject("Film")
    target = tmp_path / "film.dra"
    assert manager.ArchiveProject("Film", str(target), False, True, False) is False
    assert manager.ArchiveProject("Film", str(target)) is None
    assert list(target.iterdir()) == []
    assert manager.GetCurrentProject is None


def test_an_unsaved_project_cannot_be_saved_and_hangs_without_a_window(
    tmp_path: Path, manager: Any
) -> None:
    assert manager.SaveProject() is False
    headless = simulator.start(Build(headless=True), folder=tmp_path)
    assert blocks(headless.handle("ProjectManager").SaveProject)


def test_a_project_that_is_closed_is_as_it_was_saved(manager: Any) -> None:
    project = manager.CreateProject("Film")
    project.GetMediaPool().CreateEmptyTimeline("kept")
    assert manager.SaveProject() is True
    project.GetMediaPool().CreateEmptyTimeline("lost")
    assert manager.CloseProject(project) is True
    assert manager.GetCurrentProject().GetName() == "Untitled Project"
    assert project.GetName() is None, "its handle is dead"
    assert manager.LoadProject("Film").GetTimelineCount() == 1


def test_a_project_that_is_left_for_another_keeps_what_was_made(manager: Any) -> None:
    manager.CreateProject("Film").GetMediaPool().CreateEmptyTimeline("one")
    manager.CreateProject("Other")
    assert manager.LoadProject("Film").GetTimelineCount() == 1


def test_the_open_project_cannot_be_deleted(manager: Any) -> None:
    project = manager.CreateProject("Film")
    assert manager.DeleteProject("Film") is False
    manager.CloseProject(project)
    assert manager.DeleteProject("Film") is True
    assert manager.DeleteProject("Film") is False


def test_a_project_that_is_held_is_deleted_once_it_is_closed(tmp_path: Path) -> None:
    world = simulator.start(faults=Faults(holding=True), folder=tmp_path)
    manager: Any = world.handle("ProjectManager")
    film = manager.CreateProject("Film")
    manager.CreateProject("Other")
    assert manager.DeleteProject("Film") is False
    assert manager.CloseProject(film) is True
    assert manager.DeleteProject("Film") is True


def test_folders_hold_projects_and_folders(manager: Any) -> None:
    assert manager.CreateFolder("2026") is True
    assert manager.CreateFolder("2026") is False
    assert manager.OpenFolder("2027") is False
    assert manager.OpenFolder("2026") is True
    assert (manager.GetCurrentFolder(), manager.CreateFolder("May")) == ("2026", True)
    manager.CreateProject("Film")
    assert manager.GotoParentFolder() is True
    assert manager.GotoParentFolder() is False
    assert manager.GetFolderListInCurrentFolder() == ["2026"]
    assert manager.GetProjectListInCurrentFolder() == []
    assert manager.LoadProject("Film") is None
    assert manager.DeleteFolder("2026") is False, "the open project is in it"
    manager.CloseProject(manager.GetCurrentProject())
    assert manager.DeleteFolder("2026") is True
    assert manager.GetFoldersInCurrentFolder() == {}


def test_a_project_goes_into_a_file_and_comes_back_as_another(manager: Any, tmp_path: Path) -> None:
    film = manager.CreateProject("Film")
    film.GetMediaPool().CreateEmptyTimeline("one")
    manager.SaveProject()
    film.GetMediaPool().CreateEmptyTimeline("not saved, so not exported")
    path = str(tmp_path / "film.drp")
    assert manager.ExportProject("Film", path) is True
    assert manager.ExportProject("Other", path) is False
    assert manager.ImportProject(path, "Film") is False
    assert manager.ImportProject(path, "Copy") is True
    copy = manager.LoadProject("Copy")
    assert copy.GetTimelineCount() == 1
    assert copy.GetUniqueId() != film.GetUniqueId()
    assert manager.ArchiveProject("Film", str(tmp_path / "film.dra")) is True
    assert manager.RestoreProject(str(tmp_path / "film.dra"), "Restored") is True
    assert manager.ImportProject(str(tmp_path / "none.drp")) is False
    assert manager.GetProjectListInCurrentFolder() == ["Copy", "Film", "Restored"]


def test_another_database_is_opened_without_a_project(tmp_path: Path) -> None:
    application = simulator.first_start()
    application.libraries.append(state.Library("Shared", kind="PostgreSQL"))
    manager: Any = simulator.start(folder=tmp_path, application=application).handle(
        "ProjectManager"
    )
    manager.CreateProject("Film")
    shared = {"DbType": "PostgreSQL", "DbName": "Shared"}
    assert manager.GetDatabaseList()[1] == shared
    assert manager.SetCurrentDatabase({"DbType": "Disk", "DbName": "Shared"}) is False
    assert manager.SetCurrentDatabase(shared) is True
    assert manager.GetCurrentDatabase() == shared
    assert manager.GetProjectListInCurrentFolder() == []
    assert manager.GetCurrentProject().GetName() == "Untitled Project"


def test_a_project_is_renamed_where_the_name_is_free(manager: Any) -> None:
    manager.CreateProject("Other")
    project = manager.CreateProject("Film")
    assert [project.SetName(name) for name in ("Film", "Other", "", "Movie")] == [
        *(False, False, False, True)
    ]
    assert manager.GetProjectListInCurrentFolder() == ["Movie", "Other"]
    assert manager.GetCurrentProject().GetName() == "Movie"


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("timelineFrameRate", "25", 25.0),
        ("timelineFrameRate", "24.000", 24.0),
        ("timelineFrameRate", "23.976", 23.976),
        ("timelineFrameRate", "29.97 DF", 29.97),
        ("timelineFrameRate", 25.0, 25.0),
        ("superScale", 2, 2),
        ("superScale", "3", 3),
        ("timelineResolutionWidth", "3840", "3840"),
        ("projectMediaLocation", "/media/films", "/media/films"),
        ("perfProxyMediaMode", "2", "2"),
        ("colorScienceMode", "davinciYRGBColorManagedv2", "davinciYRGBColorManagedv2"),
    ],
)
def test_a_setting_is_set_from_text_and_read_back(
    manager: Any, name: str, value: Any, read: Any
) -> None:
    project = manager.GetCurrentProject()
    assert project.SetSetting(name, value) is True
    got = project.GetSetting(name)
    assert (got, type(got)) == (read, type(read))
    assert project.GetSetting()[name] == read


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("timelineFrameRate", "31"),
        ("timelineFrameRate", "fast"),
        ("timelineFrameRate", "25 DF"),
        ("timelinePlaybackFrameRate", "24"),
        ("timelineResolutionWidth", 3840),
        ("timelineResolutionWidth", "wide"),
        ("timelineDropFrameTimecode", "1"),
        ("timelineInterlaceProcessing", "yes"),
        ("timelineOutputResolutionWidth", "1280"),
        ("colorScienceMode", "rec709"),
        ("perfProxyMediaMode", "on"),
        ("noSuchSetting", "1"),
    ],
)
def test_what_a_setting_does_not_take_is_refused(manager: Any, name: str, value: Any) -> None:
    project = manager.GetCurrentProject()
    before = project.GetSetting()
    assert project.SetSetting(name, value) is False
    assert project.GetSetting() == before


def test_drop_frame_follows_the_rate(manager: Any) -> None:
    project = manager.GetCurrentProject()
    for value, drop in (("29.97 DF", "1"), ("29.97", "0"), ("59.94 DF", "1"), ("24", "0")):
        assert project.SetSetting("timelineFrameRate", value) is True
        assert project.GetSetting("timelineDropFrameTimecode") == drop


def test_the_rate_is_fixed_once_there_is_a_timeline(manager: Any) -> None:
    """S25; ynput/ayon-resolve PR 52."""
    project = manager.GetCurrentProject()
    project.GetMediaPool().CreateEmptyTimeline("one")
    assert project.SetSetting("timelineFrameRate", "25") is False
    assert project.SetSetting("timelineFrameRate", "24") is True
    assert project.SetSetting("timelineResolutionWidth", "1280") is True


def test_the_output_has_the_size_of_timelines_until_it_is_told_otherwise(manager: Any) -> None:
    project = manager.GetCurrentProject()
    project.SetSetting("timelineResolutionWidth", "3840")
    assert project.GetSetting("timelineOutputResolutionWidth") == "3840"
    assert project.SetSetting("timelineOutputResMatchTimelineRes", "0") is True
    assert project.SetSetting("timelineOutputResolutionWidth", "1280") is True
    assert project.GetSetting("timelineResolutionWidth") == "3840"


def test_many_settings_are_set_until_one_is_refused(tmp_path: Path) -> None:
    world = simulator.start(Build.named("21.1"), folder=tmp_path)
    project: Any = world.handle("ProjectManager").GetCurrentProject()
    wanted = {"superScale": 2, "noSuchSetting": "1", "videoDataLevels": "Full"}
    assert project.SetSettings(wanted) is False
    got = project.GetSettings()
    assert (got["superScale"], got["videoDataLevels"]) == (2, "Video")


def test_settings_are_kept_as_presets(tmp_path: Path) -> None:
    world = simulator.start(Build.named("21.1"), folder=tmp_path)
    project: Any = world.handle("ProjectManager").GetCurrentProject()
    project.SetSetting("timelineResolutionWidth", "1280")
    assert project.SaveCurrentProjectSettingsAsNewPreset("Small") is True
    project.SetSetting("timelineResolutionWidth", "1920")
    assert {"Name": "Small", "Width": 1280, "Height": 1080} in project.GetPresetList()
    assert project.SetPreset("Small") is True
    assert project.GetSetting("timelineResolutionWidth") == "1280"
    path = str(tmp_path / "Mine.xml")
    assert project.ExportProjectSettingsPreset("Small", path) is True
    assert project.ImportProjectSettingsPreset(path) is True
    assert project.SetProjectSettingsPreset("Mine") is True
    assert project.DeleteProjectSettingsPreset("Small") is True
    assert project.SetProjectSettingsPreset("Small") is False
