"""The stand-in's handles, faults, and what it keeps (rules S15, S19, S23, S25, S27)."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.resolve import simulator, state
from tests.fakes.resolve.build import VERSIONS, Build
from tests.fakes.resolve.faults import Faults
from tests.fakes.resolve.world import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    return simulator.start(folder=tmp_path)


@pytest.fixture
def resolve(world: World) -> Any:
    return world.handle("Resolve")


@pytest.fixture
def manager(resolve: Any) -> Any:
    return resolve.GetProjectManager()


def started(tmp_path: Path, faults: Faults | None = None, build: Build | None = None) -> Any:
    return simulator.start(build, faults, tmp_path).handle("Resolve")


def test_a_handle_has_every_name_and_only_dir_tells_the_truth(resolve: Any) -> None:
    assert hasattr(resolve, "NoSuchMethod")
    assert resolve.NoSuchMethod is None
    with pytest.raises(TypeError, match="'NoneType' object is not callable"):
        resolve.NoSuchMethod()
    assert "GetVersion" in dir(resolve)
    assert "NoSuchMethod" not in dir(resolve)
    with pytest.raises(TypeError, match="not iterable"):
        list(resolve)


def test_a_method_of_a_later_version_is_missing_as_one_that_never_was(tmp_path: Path) -> None:
    for version, there in {"21.0": False, "21.1": True}.items():
        resolve = started(tmp_path, build=Build.named(version))
        assert ("IsStudio" in dir(resolve)) is there
        assert (resolve.IsStudio is not None) is there


def test_a_live_value_is_a_number_and_not_in_dir(resolve: Any) -> None:
    assert isinstance(resolve.EXPORT_OTIO, float)
    assert "EXPORT_OTIO" not in dir(resolve)
    assert resolve.EXPORT_NO_SUCH_THING is None


def test_handles_of_one_object_are_equal_and_cannot_be_hashed(manager: Any) -> None:
    one, other = manager.GetCurrentProject(), manager.GetCurrentProject()
    assert one == other
    assert one != manager
    assert one is not other
    with pytest.raises(TypeError, match="unhashable type"):
        {one}  # noqa: B018


def test_a_method_is_named_as_fusionscript_names_it(resolve: Any) -> None:
    assert re.fullmatch(
        r"<BlackmagicFusion\.PyFunctionCall object at 0x[0-9a-f]+>", repr(resolve.GetVersion)
    )
    assert str(resolve.GetVersion).startswith("Remote Function ")
    assert str(type(resolve)) == "<class 'BlackmagicFusion.PyRemoteObject'>"


def test_a_handle_takes_no_attributes(resolve: Any) -> None:
    resolve.Mine = 3
    assert resolve.Mine is None


@pytest.mark.parametrize(
    ("call", "given", "answer"),
    [
        ("GetTimelineByIndex", (1.0,), "one"),
        ("GetTimelineByIndex", (1, "what is too many is dropped"), "one"),
        ("GetTimelineByIndex", (1.5,), None),
        ("GetTimelineByIndex", ("1",), None),
        ("GetTimelineByIndex", (), None),
        ("GetTimelineByIndex", (0,), None),
        ("GetTimelineByIndex", (2,), None),
        ("SetName", (), False),
        ("SetName", (3,), False),
        ("SetCurrentTimeline", (None,), False),
    ],
)
def test_a_call_with_what_is_not_taken_fails_without_a_word(
    manager: Any, call: str, given: tuple[Any, ...], answer: Any
) -> None:
    project = manager.GetCurrentProject()
    project.GetMediaPool().CreateEmptyTimeline("one")
    got = getattr(project, call)(*given)
    assert (got.GetName() if answer == "one" else got) == answer


def test_arguments_by_name_are_dropped(world: World, manager: Any) -> None:
    timeline = manager.GetCurrentProject().GetMediaPool().CreateEmptyTimeline("one")
    assert timeline.AddMarker(frameId=3, color="Blue", name="", note="", duration=1) is False
    assert timeline.GetMarkers() == {}
    assert world.misuse == ["Timeline.AddMarker: 0 arguments are too few"]


def test_what_a_script_is_given_is_its_own(manager: Any) -> None:
    project = manager.GetCurrentProject()
    project.GetSetting()["timelineResolutionWidth"] = "7"
    assert project.GetSetting("timelineResolutionWidth") == "1920"


def test_after_quitting_no_handle_has_anything(resolve: Any, manager: Any) -> None:
    assert resolve.Quit() is None
    assert manager.GetCurrentProject is None


def test_a_handle_of_what_was_deleted_gives_none(manager: Any) -> None:
    project = manager.GetCurrentProject()
    timeline = project.GetMediaPool().CreateEmptyTimeline("one")
    assert project.GetMediaPool().DeleteTimelines([timeline]) is True
    assert timeline.GetName() is None
    assert project.SetCurrentTimeline(timeline) is False


FAULTS: dict[str, tuple[Faults, Callable[[Any], Any], Any]] = {
    "a setter lies": (
        Faults(lying={"Resolve.OpenPage"}),
        lambda r: (r.OpenPage("color"), r.GetCurrentPage()),
        (True, "edit"),
    ),
    "a call refuses": (
        Faults(refusing={"Resolve.OpenPage"}),
        lambda r: (r.OpenPage("color"), r.GetCurrentPage()),
        (None, "edit"),
    ),
    "an error is a text (S27)": (
        Faults(words={"Resolve.OpenPage": "Page not found"}),
        lambda r: r.OpenPage("color"),
        "Page not found",
    ),
    "the first calls fail (S12)": (
        Faults(flaky={"Resolve.OpenPage": 2}),
        lambda r: [r.OpenPage("color") for _ in range(3)],
        [False, False, True],
    ),
    "every handle dies": (
        Faults(dead_after=1),
        lambda r: [r.GetProductName() for _ in range(2)],
        ["DaVinci Resolve Studio", None],
    ),
    "a dialog is open: what changes something fails, what reads does not": (
        Faults(modal=True),
        lambda r: (r.OpenPage("color"), r.GetCurrentPage()),
        (None, "edit"),
    ),
    "frame rates are told as text (S25)": (
        Faults(text_rates=True),
        lambda r: r.GetProjectManager().GetCurrentProject().GetSetting("timelineFrameRate"),
        "24.0",
    ),
    "Resolve has no database (S19)": (
        Faults(wedged=True),
        lambda r: [
            (m := r.GetProjectManager()).GetCurrentDatabase(),
            m.CreateProject("One"),
            m.SaveProject(),
            m.GetCurrentProject().GetName(),
        ],
        [None, False, None, "Untitled Project"],
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_shows_as_it_does_in_resolve(tmp_path: Path, name: str) -> None:
    faults, calls, answer = FAULTS[name]
    assert calls(started(tmp_path, faults)) == answer


def test_a_call_that_raises_raises_as_fusionscript_does(tmp_path: Path) -> None:
    resolve = started(tmp_path, Faults(raising={"Resolve.GetVersion"}))
    with pytest.raises(TypeError, match="'NoneType' object is not callable"):
        resolve.GetVersion()


def blocks(call: Callable[[], Any]) -> bool:
    thread = threading.Thread(target=call, daemon=True)
    thread.start()
    thread.join(0.2)
    return thread.is_alive()


def test_a_call_that_blocks_never_comes_back(tmp_path: Path) -> None:
    assert blocks(started(tmp_path, Faults(blocking={"Resolve.GetVersion"})).GetVersion)
    assert not blocks(started(tmp_path).GetVersion)


def test_a_studio_call_opens_a_dialog_in_the_free_edition(tmp_path: Path) -> None:
    """S23: it returns False, and what comes after fails until the user closes the dialog."""
    free = simulator.start(Build.named("21.0", "free"), folder=tmp_path)
    resolve: Any = free.handle("Resolve")
    project = resolve.GetProjectManager().GetCurrentProject()
    assert project.ResetIntellisearchAnalysis() is False
    assert resolve.OpenPage("color") is None
    free.faults.modal = False
    assert resolve.OpenPage("color") is True
    studio = started(tmp_path, build=Build.named("21.0"))
    assert studio.GetProjectManager().GetCurrentProject().ResetIntellisearchAnalysis() is True


def test_an_ai_method_fails_in_words(tmp_path: Path) -> None:
    """S27: what it returns is true, and no clip."""
    project = started(tmp_path, build=Build.named("21.0")).GetProjectManager().GetCurrentProject()
    said = project.GenerateSpeech({"TextInput": "x"}, "01:00:00:00")
    assert said == "Required Package, 'AI Speech Generator' is not Installed."


def test_each_build_says_which_it_is(tmp_path: Path) -> None:
    for name, version in VERSIONS.items():
        for edition, product in (("free", ""), ("studio", " Studio")):
            resolve = started(tmp_path, build=Build.named(name, edition))  # type: ignore[arg-type]
            assert resolve.GetProductName() == f"DaVinci Resolve{product}"
            assert resolve.GetVersion() == [*version, ""]
            assert resolve.GetVersionString() == ".".join(map(str, version))


def test_the_photo_page_came_with_21(tmp_path: Path) -> None:
    assert started(tmp_path, build=Build.named("20.3")).OpenPage("photo") is False
    assert started(tmp_path, build=Build.named("21.0")).OpenPage("photo") is True


def test_layouts_are_saved_where_there_is_a_window(tmp_path: Path) -> None:
    assert started(tmp_path).SaveLayoutPreset("Mine") is True
    headless = started(tmp_path, build=Build.named("20.3", headless=True))
    assert headless.SaveLayoutPreset("Mine") is False


def test_a_window_is_built_in_studio_alone(tmp_path: Path) -> None:
    assert started(tmp_path).Fusion().UIManager is not None
    for build in (Build.named("20.3", "free"), Build.named("20.3", headless=True)):
        assert started(tmp_path, build=build).Fusion().UIManager is None


def test_the_disks_want_backslashes_on_windows(tmp_path: Path) -> None:
    """S30."""
    (tmp_path / "folder").mkdir()
    windows = started(tmp_path, build=replace(Build(), system="Windows")).GetMediaStorage()
    with_slashes = str(tmp_path)
    shown = "C:" + with_slashes.replace("/", "\\")
    assert windows.GetSubFolderList(with_slashes) == []
    assert windows.GetSubFolderList(shown) == [f"{shown}\\folder"]
    linux = started(tmp_path).GetMediaStorage()
    assert linux.GetSubFolderList(with_slashes) == [f"{with_slashes}/folder"]


def test_everything_is_saved_and_loaded_again(world: World, manager: Any, tmp_path: Path) -> None:
    project = manager.CreateProject("Film")
    pool = project.GetMediaPool()
    pool.AddSubFolder(pool.GetRootFolder(), "Rushes")
    timeline = pool.CreateEmptyTimeline("Cut")
    timeline.AddMarker(5, "Blue", "a", "b", 2, "mine")
    timeline.AddTrack("video")
    timeline.InsertFusionTitleIntoTimeline("Text+")
    title = timeline.GetItemListInTrack("video", 1)[0]
    title.GetFusionCompByIndex(1).FindTool("Template").SetInput("StyledText", "Über")
    project.AddColorGroup("Night")
    project.SaveAsNewRenderPreset("Ours")
    manager.CreateFolder("Old")
    path = tmp_path / "all.json"
    state.save(world.application, path)
    again = state.load(path)
    assert state.differences(state.dump(world.application), state.dump(again)) == []
    loaded: Any = simulator.start(folder=tmp_path, application=again).handle("Resolve")
    open_ = loaded.GetProjectManager().GetCurrentProject()
    assert open_.GetName() == "Film"
    assert open_.GetCurrentTimeline().GetMarkers() == timeline.GetMarkers()
    tool = open_.GetCurrentTimeline().GetItemListInTrack("video", 1)[0].GetFusionCompByIndex(1)
    assert tool.FindToolByID("TextPlus").GetInput("StyledText") == "Über"


def test_what_differs_is_named(world: World, resolve: Any, manager: Any) -> None:
    before = state.dump(world.application)
    resolve.OpenPage("color")
    project = manager.GetCurrentProject()
    project.SetSetting("timelineResolutionWidth", "2048")
    lines = state.differences(before, state.dump(world.application))
    assert "/page: 'edit' -> 'color'" in lines
    assert any(line.endswith("timelineResolutionWidth: '1920' -> '2048'") for line in lines)


def test_tools_of_fusion_take_values_and_links(manager: Any) -> None:
    timeline = manager.GetCurrentProject().GetMediaPool().CreateEmptyTimeline("one")
    timeline.InsertFusionCompositionIntoTimeline()
    comp = timeline.GetItemListInTrack("video", 1)[0].GetFusionCompByIndex(1)
    text = comp.AddTool("TextPlus", -32768, -32768)
    text.StyledText = "Hello"
    text.Size[0] = 0.1
    assert (text.GetInput("StyledText"), text.Size[10]) == ("Hello", 0.1)
    assert text.GetAttrs() == {"TOOLS_Name": "TextPlus1", "TOOLS_RegID": "TextPlus"}
    assert "GetAttrs" not in dir(text)
    assert comp.FindTool("MediaOut1").ConnectInput("Input", text) is True
    assert comp.AddTool("Pixelate") is None
    assert len(comp.GetToolList()) == 2


WEIRD: tuple[Any, ...] = (
    *(None, "", "x", -1, 1, 1.5, 10**9, float("nan"), float("inf"), True, [], [None], ["x"], {}),
    *({"x": None}, b"x", Path("x"), {"MarkIn": None}),
)
ENDING = {"Quit", "StartRendering", "RenderWithQuickExport", "ArchiveProject"}
"""What ends a Resolve, or takes long: 21.1 does not outlive the archiving of its open project."""


@pytest.mark.parametrize("version", ["19.1", "21.1"])
def test_nothing_that_is_given_makes_a_call_raise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    """A real one never raises for its arguments, so a stand-in that does has a fault."""
    monkeypatch.chdir(tmp_path)
    for kind in ("Resolve", "ProjectManager", "Project", "MediaStorage", "Gallery", "MediaPool"):
        world = simulator.start(Build.named(version), folder=tmp_path)
        project: Any = world.handle("ProjectManager").CreateProject("Film")
        uid = project._ref.uid if kind in {"Project", "Gallery", "MediaPool"} else ""
        handle = world.handle(kind, uid)
        for name in sorted(set(dir(handle)) - ENDING):
            for value in (*WEIRD, project):
                for count in range(4):
                    getattr(handle, name)(*[value] * count)
