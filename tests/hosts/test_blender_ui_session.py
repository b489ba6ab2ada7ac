"""A session in real Blenders: whatever happens while a job runs, nothing is lost, all is told."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from afterframe.sample.movie import write_movie
from afterframe_hosts.wire import discovery
from afterframe_hosts.wire.errors import ServiceUnreachable
from tests.hosts.blenders import VERSIONS, run_script

pytestmark = [pytest.mark.hosts, pytest.mark.slow]


@pytest.fixture(scope="module", params=VERSIONS)
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def seen(version: str, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What was seen at each step of ``session_walk.py``, by the step's name."""
    folder = tmp_path_factory.mktemp("walk") / 'Film #2 100% "q" é'  # folders have such names
    folder.mkdir()
    write_movie(folder / "look.mov", (320, 180), 24)
    try:
        told = run_script(version, "session_walk.py", folder, folder, sys.executable)
    finally:
        _stop_service(folder / "state")
    failed = {name: each["error"] for name, each in told.items() if "error" in each}
    assert failed == {}
    return told


def test_what_is_asked_for_is_placed_and_told_once_it_is_saved(seen: Any) -> None:
    step = seen["asked"]
    assert step["row"]["kind"] == "done"
    assert set(step["strips"]) == {"look", "look generate v001"}
    assert step["before saving"] == {"delivery": "pending", "awaited": True}
    assert step["awaited"] is False
    assert step["preview"] is True
    assert "motion" in step["engines"]


def test_what_stands_already_is_shown_and_not_made_again(seen: Any) -> None:
    assert seen["asked"]["again"] == {
        "said": "ui.queue.already",
        "selected": ["look generate v001"],
    }


def test_a_result_waits_while_the_timeline_must_not_be_changed(seen: Any) -> None:
    step = seen["held_back"]
    assert list(step["standing"]) == ["look"]
    assert step["held"]["buttons"] == ["open_folder"]
    assert len(step["strips"]) == 2


def test_a_result_that_was_taken_off_can_be_placed_again(seen: Any) -> None:
    step = seen["taken_off"]
    assert "place" in step["removed"]["buttons"]
    assert step["placed"]["place"] == "placed"
    assert step["awaited"] is False, "what was taken off before saving is not offered later"


def test_a_result_whose_strip_is_gone_goes_to_its_old_place_or_to_the_playhead(seen: Any) -> None:
    step = seen["strip_deleted"]
    assert "look" in step["homeless"]["error"]
    assert {"place", "place_here", "decline"} <= set(step["homeless"]["buttons"])
    assert sorted(start for start, _ in step["strips"].values()) == [5, 40]


def test_a_title_gets_its_result(seen: Any) -> None:
    assert seen["a_title"]["strips"]["title generate v001"] == [5, 6]


def test_why_no_take_can_be_made_names_its_source_and_not_the_playhead(seen: Any) -> None:
    told = seen["take_refused"]
    assert "look no longer shows frame 5" in told["trimmed"]
    assert "look, the source of look generate" in told["gone"]


def test_a_take_is_made_where_a_strips_lineage_is_damaged(seen: Any) -> None:
    assert seen["take_refused"]["damaged"] == {"takes": 2}


def test_a_result_comes_when_the_removal_of_its_strip_is_undone(seen: Any) -> None:
    step = seen["strip_comes_back"]
    assert "look" in step["gone"]["error"]
    assert step["placed"]["error"] == ""
    assert len(step["strips"]) == 2


def test_what_could_not_be_placed_in_its_own_project_is_not_for_another(seen: Any) -> None:
    step = seen["gone_in_another"]
    assert not {"place", "place_here"} & set(step["elsewhere"]["buttons"])
    assert step["elsewhere"]["error"] == ""
    assert "place" in step["back"]["buttons"]


def test_a_result_goes_to_the_scene_that_it_was_asked_in(seen: Any) -> None:
    assert len(seen["scene_switched"]["there"]) == 2


def test_a_result_of_another_rate_is_not_placed_and_says_why(seen: Any) -> None:
    step = seen["rate_changed"]
    assert "24" in step["row"]["error"]
    assert "30" in step["row"]["error"]
    assert step["placed"]["error"] == ""


def test_a_project_that_is_saved_under_another_name_takes_its_jobs_along(seen: Any) -> None:
    step = seen["saved_elsewhere"]
    assert step["awaited"] == {"old": False, "new": True}
    assert len(step["strips"]) == 2


def test_a_result_is_placed_in_no_other_project_and_offered_in_its_own(seen: Any) -> None:
    step = seen["another_opened"]
    assert step["other"] == {}
    assert step["elsewhere"]["host"] == "Blender: cut.blend"
    assert (step["before"], step["after"]) == (1, 0)
    assert step["offered"]["host"] == ""
    assert step["placed"]["place"] == "placed"


def test_what_a_reverted_project_lacks_is_offered_until_it_is_declined(seen: Any) -> None:
    step = seen["reverted"]
    assert step["offered"]["buttons"][:2] == ["place", "decline"]
    assert list(step["strips"]) == ["look"]


def test_results_of_an_unsaved_project_go_to_the_users_videos(seen: Any) -> None:
    step = seen["unsaved"]
    assert Path(step["folder"]).parts[-2:] == ("Videos", "Afterframe")
    assert len(step["strips"]) == 2


def test_a_job_can_be_cancelled_tried_again_and_taken_from_the_list(seen: Any) -> None:
    step = seen["cancelled"]
    assert step["row"]["buttons"] == ["retry", "remove"]
    assert step["rows"] == 0
    assert step["awaited"] is False


def test_a_service_that_is_killed_is_started_again_and_its_job_placed(seen: Any) -> None:
    step = seen["service_killed"]
    assert (step["lives"], step["anew"]) == (False, True)
    assert step["row"]["place"] == "placed"


def test_an_extension_that_is_reloaded_goes_on_with_its_job(seen: Any) -> None:
    assert seen["reloaded"]["another"] is True


def test_of_two_sessions_on_one_file_the_one_that_asked_places(seen: Any) -> None:
    step = seen["two_at_once"]
    assert len(step["strips"]) == 2
    assert step["other"][0]["place"] in {"elsewhere", "placed"}
    assert step["offered"] is False


def test_nothing_of_us_stays_when_we_are_taken_back(seen: Any) -> None:
    assert seen["left"] == {"threads": [], "handlers": [], "classes": [], "properties": False}


@pytest.mark.parametrize("version", ["5.2.3"], indirect=True)
def test_a_job_that_outlives_its_blender_is_offered_when_the_file_is_opened_again(
    version: str, tmp_path: Path
) -> None:
    write_movie(tmp_path / "look.mov", (320, 180), 24)
    try:
        left = run_script(version, "session_quit.py", tmp_path, tmp_path, sys.executable, "leave")
        assert left["kind"] in {"queued", "running"}
        back = run_script(version, "session_quit.py", tmp_path, tmp_path, sys.executable, "back")
    finally:
        _stop_service(tmp_path / "state")
    assert back["offered"]["job"] == left["job"]
    assert back["placed"]["place"] == "placed"
    assert back["again"] == 0, "what was placed and saved is offered no more"


@pytest.fixture(scope="module")
def refused(version: str, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What was told for each bad input of ``session_bad_input.py``."""
    folder = tmp_path_factory.mktemp("bad")
    write_movie(folder / "look.mov", (320, 180), 12)
    return run_script(version, "session_bad_input.py", folder, folder)


@pytest.mark.parametrize(
    ("case", "code"),
    [
        ("no sequence editor", "nothing_selected"),
        ("nothing on it", "nothing_selected"),
        ("no selection", "nothing_selected"),
        ("sound", "unsupported_item"),
        ("adjustment", "unsupported_item"),
        ("missing media", "media_missing"),
        ("missing pictures", "media_missing"),
        ("from another machine", "media_missing"),
        ("linked scene", "scene_linked"),
        ("playhead elsewhere", "playhead_outside"),
    ],
)
def test_what_cannot_be_asked_for_is_greyed_out_and_says_why(
    refused: Any, case: str, code: str
) -> None:
    told = refused[case]
    assert told["poll"] is False
    assert told["obstacle"] == code
    assert told["asked"] == code, "asked for by a script, it says the same"


@pytest.mark.parametrize("case", ["scene", "colour", "text", "meta", "image"])
def test_what_has_a_picture_can_be_asked_for(refused: Any, case: str) -> None:
    assert refused[case] == {"poll": True, "obstacle": "", "asked": "", "rows": 1}


def test_a_folder_that_takes_no_results_is_told_before_any_work(refused: Any) -> None:
    told = refused["read-only folder"]
    assert told["asked"] == "not_writable"
    assert told["rows"] == 0
    assert told["after choosing"] == {"asked": "", "rows": 1}


def test_a_missing_engine_is_told_with_the_button_that_installs_it(refused: Any) -> None:
    (row,) = refused["no engine"]
    assert (row["kind"], row["fix"]) == ("failed", "install_engine")
    assert "retry" in row["buttons"]


def test_no_traceback_is_printed(refused: Any) -> None:
    assert refused["logged"] == []


@pytest.mark.parametrize("version", ["5.2.3"], indirect=True)
def test_a_service_of_another_version_is_told(version: str, tmp_path: Path) -> None:
    write_movie(tmp_path / "look.mov", (320, 180), 12)
    told = run_script(version, "session_other_version.py", tmp_path, tmp_path)
    assert told["trouble"] == "service_version"
    assert told["row"]["fix"] == "install_engine"
    assert "9.9.9" in told["row"]["error"]


def _stop_service(state: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AFTERFRAME_STATE", str(state))
        try:
            discovery.connect(start=False).stop()
        except ServiceUnreachable:
            return
