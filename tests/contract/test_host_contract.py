"""Every check of the contract finds an adapter that breaks its promise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from afterframe_hosts.base import Host, Placed, Query
from afterframe_hosts.interchange.adapter import InterchangeHost
from afterframe_hosts.wire.clip import Span
from afterframe_hosts.wire.errors import AfterframeError, CaptureFailed
from tests.contract.host_contract import CHECKS
from tests.contract.test_host_interchange import OtioStage

NOT_OF_FILES = {
    "as_shot_any_other_clip_is_rendered_for_just_these_frames",
    "a_result_without_a_free_track_is_refused",
}
"""Checks of what a timeline file never does: render, and have no track left."""
COMPLETE = "an_incomplete_adapter_cannot_be_made"
Method = Callable[..., Any]


def told(change: Callable[[Any], Any]) -> Callable[[Method], Method]:
    """An adapter that tells something else than it knows."""
    return lambda method: lambda self, *args, **options: change(method(self, *args, **options))


def clips(**change: Any) -> Callable[[Method], Method]:
    """An adapter whose clips are different in these fields."""
    return told(lambda found: tuple(replace(clip, **change) for clip in found))


def instead_of_errors(method: Method) -> Method:
    """An adapter that makes something up where it ought to refuse."""

    def tolerant(self: Any, *args: Any, **options: Any) -> Any:
        try:
            return method(self, *args, **options)
        except (AfterframeError, ValueError):
            return args[0]

    return tolerant


def another_error(method: Method) -> Method:
    """An adapter that refuses with an error that is not the fitting one."""

    def refusing(self: Any, *args: Any, **options: Any) -> Any:
        try:
            return method(self, *args, **options)
        except AfterframeError as error:
            raise CaptureFailed(item="", detail="") from error

    return refusing


def moving(method: Method) -> Method:
    """An adapter that moves the user's playhead while it works."""

    def careless(self: Any, *args: Any, **options: Any) -> Any:
        self._playhead += 1
        return method(self, *args, **options)

    return careless


def placing_later(method: Method) -> Method:
    """An adapter that is one frame late."""

    def later(self: Any, status: Any) -> Placed:
        at = status.job.clip.record_range.start if status.job.at is None else status.job.at
        moved = replace(status, job=replace(status.job, effect="generate", at=at + 1))
        placed: Placed = method(self, moved)
        return placed

    return later


def placing_handles(method: Method) -> Method:
    """An adapter that shows a result's handles instead of its last frames."""

    def untrimmed(self: Any, status: Any) -> Placed:
        shown = replace(status.result, frames=status.result.shown, handles=(0, 0))
        placed: Placed = method(self, replace(status, result=shown))
        return placed

    return untrimmed


def placing_below(method: Method) -> Method:
    """An adapter that puts its track below the user's."""

    def below(self: Any, status: Any) -> Placed:
        placed: Placed = method(self, status)
        self._model.tracks.insert(0, self._model.tracks.pop(3))
        return placed

    return below


def placing_over(method: Method) -> Method:
    """An adapter whose results last longer than it has kept free for them."""

    def over(self: Any, status: Any) -> Placed:
        placed: Placed = method(self, status)
        ours = [track for track in self._model.tracks if "afterframe" in track.metadata]
        for track in ours:
            for clip in track.find_clips():
                clip.source_range = type(clip.source_range)(
                    clip.source_range.start_time, clip.source_range.duration * 3
                )
        return placed

    return over


def recolouring(method: Method) -> Method:
    """An adapter that marks the user's own clips."""

    def marking(self: Any, status: Any) -> Placed:
        placed: Placed = method(self, status)
        self._model.tracks[0][0].metadata["ours"] = True
        return placed

    return marking


def placing_before_refusing(method: Method) -> Method:
    """An adapter that leaves a mess behind when it refuses."""

    def messy(self: Any, status: Any) -> Placed:
        try:
            placed: Placed = method(self, status)
        except (AfterframeError, ValueError):
            self._model.tracks[0].pop()
            raise
        return placed

    return messy


def remembering(method: Method) -> Method:
    """An adapter that never looks whether a medium is still there."""
    return lambda self, clip, frames, folder, seen=False: clip


def named(item: Callable[[Query], bool]) -> Callable[[Method], Method]:
    """An adapter that takes such queries for one that means all clips."""
    return lambda method: lambda self, query: method(self, Query("all") if item(query) else query)


def taking_all(method: Method) -> Method:
    """An adapter that takes its own results for the user's clips."""
    return lambda self, query: tuple(item.clip for item in self._edit.items if item.clip)


def nowhere(method: Method) -> Method:
    """An adapter that reveals nothing."""
    return lambda self, item: None


BREAKS: dict[str, tuple[str, Callable[[Method], Method]]] = {
    "it_says_who_it_is_and_what_is_open": ("describe", told(lambda s: replace(s, id="me"))),
    "it_says_what_it_can_do": ("describe", told(lambda s: replace(s, capabilities=("capture",)))),
    "the_playhead_is_where_the_user_left_it": ("playhead", told(lambda frame: frame - 1)),
    "the_selected_clips_come_with_the_active_one_first": ("selection", told(lambda found: ())),
    "asking_for_the_selected_clips_gives_the_selection": (
        "clips", named(lambda query: query.kind == "selected"),
    ),
    "without_a_selection_it_says_so": ("selection", another_error),
    "an_active_item_without_a_picture_is_told": ("selection", another_error),
    "all_clips_with_pictures_come_in_timeline_order": ("clips", told(lambda found: found[::-1])),
    "clips_of_a_track_are_found": ("clips", named(lambda query: query.kind == "channel")),
    "clips_of_a_colour_are_found": ("clips", named(lambda query: query.kind == "color")),
    "clips_are_found_by_patterns_of_their_name": (
        "clips", named(lambda query: query.kind == "name"),
    ),
    "the_gap_nearest_to_a_frame_lies_between_two_clips_of_one_track": (
        "gap_at", told(lambda found: found[::-1]),
    ),
    "where_nothing_fits_there_are_no_clips": ("clips", named(lambda query: query.value == "77")),
    "every_clip_says_where_it_comes_from": ("clips", clips(item="same")),
    "every_clip_stands_exactly_where_it_does": ("clips", clips(rate=Fraction(24))),
    "every_clip_shows_exactly_these_frames_of_its_medium": (
        "clips", clips(media_range=Span(5, 20)),
    ),
    "every_clip_is_the_same_after_its_way_over_the_wire": ("clips", clips(size=[1, 2])),
    "results_go_to_a_folder_beside_the_document": ("destination", told(lambda path: path.parent)),
    "a_result_has_a_legal_name_and_the_timelines_rate": (
        "output", told(lambda output: replace(output, name="a: b_generate")),
    ),
    "as_shot_a_clip_that_is_known_exactly_comes_back_as_it_is": (
        "capture", told(lambda clip: replace(clip, record_range=Span(0, 1))),
    ),
    "as_seen_a_clip_is_rendered_or_the_host_says_that_it_cannot": ("capture", instead_of_errors),
    "frames_outside_a_clip_are_not_captured": ("capture", another_error),
    "a_clip_that_has_gone_is_not_captured": ("capture", instead_of_errors),
    "a_clip_whose_medium_was_missing_is_not_captured": ("capture", another_error),
    "a_clip_whose_medium_goes_while_it_is_open_is_not_captured": ("capture", remembering),
    "reading_and_capturing_change_nothing_of_the_users": ("capture", moving),
    "a_result_stands_where_its_effect_belongs": ("place", placing_later),
    "a_result_with_handles_shows_what_lies_between_them": ("place", placing_handles),
    "what_is_read_back_is_what_the_host_has": (
        "place", told(lambda placed: replace(placed, name="generate v003")),
    ),
    "a_result_stands_above_its_clip": ("place", placing_below),
    "a_result_that_stands_is_found_by_its_job": ("placed", told(lambda placed: None)),
    "a_job_is_placed_once": ("place", moving),
    "no_two_results_overlap": ("place", placing_over),
    "a_result_is_still_found_when_others_stand_beside_it": ("reveal", nowhere),
    "a_new_result_stays_out_of_all_clips": ("clips", taking_all),
    "placing_changes_nothing_of_the_users": ("place", recolouring),
    "a_result_whose_clip_has_gone_is_refused": ("place", placing_before_refusing),
    "a_result_whose_file_is_missing_is_refused": ("place", instead_of_errors),
    "a_job_that_is_not_done_is_refused": ("place", instead_of_errors),
    "an_item_is_revealed_at_its_first_frame": ("reveal", nowhere),
    "a_result_is_revealed_at_its_first_frame": ("reveal", nowhere),
    "an_item_that_has_gone_is_not_revealed": ("reveal", nowhere),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(BREAKS))
def test_a_broken_adapter_is_found(name: str, tmp_path: Path) -> None:
    method, broken = BREAKS[name]
    replaced = broken(getattr(InterchangeHost, method))

    class BrokenStage(OtioStage):
        adapter: Any = type("Broken", (InterchangeHost,), {method: replaced})

    with pytest.raises((AssertionError, AfterframeError, ValueError, TypeError, LookupError)):
        CHECKS[name](BrokenStage(tmp_path))


def test_an_adapter_that_need_not_be_complete_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = OtioStage(tmp_path)
    CHECKS[COMPLETE](stage)
    monkeypatch.setattr(Host, "__abstractmethods__", Host.__abstractmethods__ - {"reveal"})
    with pytest.raises(AssertionError):
        CHECKS[COMPLETE](stage)


def test_every_check_is_proved() -> None:
    assert {*BREAKS, *NOT_OF_FILES, COMPLETE} == set(CHECKS)
