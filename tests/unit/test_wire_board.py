"""The queue before the user: what is told in any order is shown as it stands, with a way on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any, get_args

import pytest

from afterframe import errors
from afterframe_hosts.wire import board as boards
from afterframe_hosts.wire import catalogue
from afterframe_hosts.wire import errors as wire_errors
from afterframe_hosts.wire.board import Board, Fix, Row, fix_of, time_left
from afterframe_hosts.wire.clip import Clip, Media, Span
from afterframe_hosts.wire.errors import (
    AfterframeError,
    ItemGone,
    NotWritable,
    RemoteError,
    ServiceUnreachable,
)
from afterframe_hosts.wire.job import ErrorInfo, Job, JobStatus, Output, Progress, new_id

CLIP = Clip(
    "shot_010",
    Media("still", "/shot.png"),
    Span(0, 1),
    Span(1, 1),
    Fraction(24),
    host="resolve",
    document="/film/Reel 2.drp",
)


def _tree(root: type[AfterframeError]) -> Iterator[type[AfterframeError]]:
    for branch in root.__subclasses__():
        if branch.__module__ in {errors.__name__, wire_errors.__name__}:
            yield branch
            yield from _tree(branch)


CODES = {kind.code for kind in _tree(AfterframeError) if not any(_tree(kind))} | {"internal"}
CODES.discard(RemoteError.code if "code" in vars(RemoteError) else "")


def test_every_error_of_both_trees_has_a_way_on_and_nothing_else_has() -> None:
    assert set(boards.FIXES) == CODES


def test_every_way_on_has_words_for_its_button() -> None:
    for fix in get_args(Fix):
        for messages in catalogue.LANGUAGES.values():
            assert messages[f"ui.fix.{fix}.label"]


def test_an_error_of_a_newer_version_says_itself_what_to_do() -> None:
    told = ErrorInfo("from_the_future", "It is too late.", "Go back.").exception()
    assert fix_of(told) == "none"


@pytest.mark.parametrize("language", catalogue.LANGUAGES)
def test_every_state_has_words(language: str) -> None:
    for kind in get_args(boards.Kind):
        assert catalogue.text(f"ui.board.kind.{kind}", language)
    for place in get_args(boards.Place):
        assert not place or catalogue.text(f"ui.board.place.{place}", language)
    for button in {each for row in boards._BUTTONS.values() for each in row} | {"cancel", "retry"}:
        assert catalogue.text(f"ui.queue.{button}.label", language)


def test_progress_goes_forward_only_and_ends_full() -> None:
    board, job = Board(), _job()
    seen = []
    for phase, done, total in (
        ("waiting", 0, 0),
        ("reading", 0, 0),
        ("reading", 0, 48),
        ("making", 12, 48),
        ("making", 6, 48),
        ("making", 48, 48),
        ("verifying", 48, 48),
    ):
        board.hear(_status(job, "running", 2.0, progress=Progress(phase, done, total, 9.0)))
        seen.append(_row(board).fraction)
    assert seen == sorted(seen)
    assert seen[0] == 0.0
    assert 0.2 < seen[3] < 0.3
    assert seen[-1] < 1
    board.hear(_status(job, "done", 3.0))
    assert _row(board).fraction == 1.0


def test_a_job_that_begins_again_begins_at_nothing_and_without_its_error() -> None:
    board, job = Board(), _job()
    board.hear(_status(job, "running", 1.0, progress=Progress("making", 40, 48, 3.0)))
    board.hear(_status(job, "failed", 2.0, error=ErrorInfo("disk_full", "Full.", "Make room.")))
    assert _row(board).fix == "choose_folder"
    board.hear(_status(job, "queued", 3.0))
    row = _row(board)
    assert (row.kind, row.fraction, row.error, row.fix) == ("queued", 0.0, "", "none")


def test_what_is_older_than_what_is_known_is_left() -> None:
    board, job = Board(), _job()
    board.hear(_status(job, "done", 5.0))
    before = board.version
    board.hear(_status(job, "running", 4.0))
    board.hear(_status(job, "done", 5.0))
    assert _row(board).kind == "done"
    assert board.version == before


def test_a_job_of_another_host_says_whose_it_is() -> None:
    board = Board()
    board.hear(_status(_job(), "running", 1.0))
    assert _row(board).host == "Resolve: Reel 2.drp"
    board.mark(_row(board).job, "", own=True)
    assert _row(board).host == ""


def test_a_job_of_an_unsaved_project_is_not_called_by_its_id() -> None:
    board = Board()
    job = replace(_job(), clip=replace(CLIP, host="blender", document=f"unsaved-{new_id()}"))
    board.hear(_status(job, "running", 1.0))
    assert _row(board).host == "Blender"


@pytest.mark.parametrize(
    ("place", "buttons"),
    [
        ("offered", {"place", "decline"}),
        ("homeless", {"place", "place_here", "decline"}),
        ("placed", {"reveal", "remove"}),
        ("removed", {"place", "remove"}),
        ("elsewhere", {"remove"}),
    ],
)
def test_a_result_can_be_taken_by_what_becomes_of_it(place: Any, buttons: set[str]) -> None:
    board, job = Board(), _job()
    board.hear(_status(job, "done", 1.0))
    board.mark(job.id, place)
    assert set(_row(board).buttons) - {"open_folder"} == buttons


def test_what_could_not_be_placed_tells_why_until_it_stands() -> None:
    board, job = Board(), _job()
    board.hear(_status(job, "done", 1.0))
    board.refuse(job.id, ItemGone(item="shot_010"))
    board.mark(job.id, "homeless")
    assert "shot_010" in _row(board).error
    assert not _row(board).finished
    board.mark(job.id, "placed")
    assert _row(board).error == ""
    assert _row(board).finished


def test_a_job_that_was_not_taken_tells_why_and_can_be_tried_again() -> None:
    board, job = Board(), _job()
    board.begin(job, 1.0)
    board.refuse(job.id, NotWritable(folder="/film", detail="Read-only file system"))
    row = _row(board)
    assert (row.kind, row.fix) == ("failed", "choose_folder")
    assert row.buttons == ("retry", "remove")
    assert "/film" in row.error


def test_at_work_comes_first_then_what_waits_for_the_user_and_new_before_old() -> None:
    board = Board()
    states = (("done", 9.0), ("running", 1.0), ("failed", 8.0), ("queued", 3.0), ("done", 2.0))
    jobs = [_job() for _ in states]
    for job, (state, created) in zip(jobs, states, strict=True):
        board.hear(_status(job, state, 10.0, created=created))
    board.mark(jobs[4].id, "offered")
    order = [jobs.index(next(j for j in jobs if j.id == row.job)) for row in board.rows()]
    assert order == [3, 1, 4, 0, 2]
    assert board.active == 2


def test_clearing_leaves_what_is_at_work_and_what_waits() -> None:
    board = Board()
    states = ("done", "running", "failed", "cancelled", "done")
    jobs = [_job() for _ in states]
    for job, state in zip(jobs, states, strict=True):
        board.hear(_status(job, state, 1.0))
    board.mark(jobs[4].id, "offered")
    board.clear_finished()
    assert {row.job for row in board.rows()} == {jobs[1].id, jobs[4].id}


def test_what_was_taken_from_the_list_comes_back_when_it_begins_again_only() -> None:
    board, job = Board(), _job()
    board.hear(_status(job, "failed", 1.0))
    board.remove(job.id)
    board.hear(_status(job, "failed", 1.0))
    assert board.rows() == ()
    board.hear(_status(job, "queued", 2.0))
    assert _row(board).kind == "queued"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, ""),
        (0.2, "1 s left"),
        (7.4, "7 s left"),
        (42.0, "40 s left"),
        (89.0, "90 s left"),
        (95.0, "2 min left"),
        (3599.0, "60 min left"),
        (9000.0, "2 h left"),
    ],
)
def test_time_is_told_no_finer_than_it_is_known(seconds: float | None, words: str) -> None:
    assert time_left(seconds) == words


def test_rows_are_in_the_language_that_is_asked_for() -> None:
    board, job = Board(), _job()
    progress = Progress("making", 1, 2, 5.0)
    board.hear(_status(job, "running", 1.0, progress=progress))
    row = board.rows("zh_CN")[0]
    assert (row.phase, row.left) == ("正在生成帧", "剩余 5 秒")


def test_a_number_tells_that_something_has_changed() -> None:
    board, job = Board(), _job()
    seen = {board.version}
    board.begin(job, 1.0, "capturing")
    seen.add(board.version)
    board.capture(job.id, 0.5)
    seen.add(board.version)
    board.capture(job.id, 0.5)
    seen.add(board.version)
    board.hear(_status(job, "queued", 1.0))
    seen.add(board.version)
    assert len(seen) == 4


def test_what_was_given_up_stays_failed_however_often_it_is_told() -> None:
    board, job, gone = Board(), _job(), ServiceUnreachable(detail="gone")
    board.hear(_status(job, "running", 1.0))
    assert board.refuse(job.id, gone)
    assert _row(board).kind == "failed"
    assert not board.refuse(job.id, gone)
    board.hear(_status(job, "running", 1.0, progress=Progress("making", 3, 4, 1.0)))
    assert _row(board).kind == "running", "it is at work after all"
    assert board.refuse(job.id, gone)
    assert _row(board).kind == "failed"


def test_a_row_is_made_anew_when_it_has_changed_only() -> None:
    board, jobs = Board(), [_job(), _job()]
    for job in jobs:
        board.hear(_status(job, "running", 1.0))
    before = {row.job: row for row in board.rows()}
    board.mark(jobs[0].id, "", own=True)
    after = {row.job: row for row in board.rows()}
    assert after[jobs[0].id] != before[jobs[0].id]
    assert after[jobs[1].id] is before[jobs[1].id]
    assert board.rows("zh_CN")[0].phase != board.rows("en")[0].phase


def _job() -> Job:
    return Job(new_id(), "generate", CLIP, Output("/out", rate=Fraction(24)), at=1)


def _status(job: Job, state: Any, updated: float, **more: Any) -> JobStatus:
    return JobStatus(job, state, more.pop("created", 1.0), updated, **more)


def _row(board: Board) -> Row:
    (row,) = board.rows()
    return row
