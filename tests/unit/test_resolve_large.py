"""Long timelines: how often Resolve is asked, since each call may take it a millisecond."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from afterframe_hosts.base import Query
from afterframe_hosts.resolve import ledger
from afterframe_hosts.resolve.adapter import ResolveHost
from afterframe_hosts.resolve.calls import root
from afterframe_hosts.wire.clip import Span
from tests.fakes.direct import Direct
from tests.fakes.resolve.build import Build
from tests.fakes.resolve.edits import Edit
from tests.fakes.resolve.state import new_uid
from tests.unit.resolve_desk import Shelf, desk

ITEMS, TRACKS = 400, 2
LONG = 8
"""Frames of an item; the next one begins two frames after its end."""


class Counting(Direct):
    """A line that counts."""

    def __init__(self) -> None:
        self.made: Counter[str] = Counter()

    def call(self, target: object, method: str, arguments: Sequence[object]) -> object:
        self.made[method] += 1
        return super().call(target, method, arguments)


@pytest.fixture
def line() -> Counting:
    return Counting()


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    return Shelf.filled(tmp_path_factory.mktemp("media"), Fraction(24))


@pytest.fixture
def edit(tmp_path: Path) -> Edit:
    """A timeline of many items, in the middle of which the playhead is."""
    edit = Edit(tmp_path, Fraction(24), build=Build.named("21.1"))
    edit.project.settings["projectMediaLocation"] = str(tmp_path)
    clip = edit.movie("shot.mov", 100_000)
    each = ITEMS // TRACKS
    for number in range(ITEMS):
        edit.put(clip, number % each * 10, LONG, number, track=1 + number // each)
    edit.playhead(each // 2 * 10)
    return edit


@pytest.fixture
def host(edit: Edit, line: Counting) -> ResolveHost:
    return ResolveHost(root(line, edit.resolve))


def test_an_item_is_found_again_without_asking_all(
    host: ResolveHost, line: Counting, tmp_path: Path
) -> None:
    clip = host.clip_at(host.playhead())
    line.made.clear()
    assert host.capture(clip, clip.record_range, tmp_path) == clip
    assert line.made.total() < 120


def test_an_item_that_was_moved_far_away_is_found_too(
    host: ResolveHost, edit: Edit, tmp_path: Path
) -> None:
    clip = host.clip_at(host.playhead())
    uid = clip.item.split("/")[1]
    items = edit.timeline.tracks["video"][1].items
    (item,) = [each for each in items if each.uid == uid]
    items.sort(key=lambda each: each is item)
    item.start += 5000
    moved = Span(clip.record_range.start + 5000, LONG)
    assert host.capture(clip, moved, tmp_path).record_range == moved


def test_of_what_is_not_selected_only_the_ids_are_read(
    host: ResolveHost, line: Counting, edit: Edit
) -> None:
    chosen = edit.timeline.tracks["video"][0].items[7]
    edit.timeline.selected = [chosen.uid]
    line.made.clear()
    (clip,) = host.selection()
    assert clip.item.split("/")[1] == chosen.uid
    assert line.made.total() < ITEMS + 100


def test_the_clips_of_a_track_are_read_in_a_bearable_number_of_calls(
    host: ResolveHost, line: Counting
) -> None:
    line.made.clear()
    assert len(host.clips(Query("all"))) == ITEMS
    assert line.made.total() < 30 * ITEMS


def test_a_batch_does_not_look_through_the_timeline_for_each_of_its_results(
    shelf: Shelf, tmp_path: Path, line: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "WORTH", 1e6)  # as on a timeline where a look takes minutes
    table = desk(shelf, tmp_path)
    base = table.edit.tracks["video"][0]
    shot = base.items[-1]
    for number in range(ITEMS):
        item = replace(shot, uid=new_uid(), start=table.start + 100 + number * 10, duration=LONG)
        base.items.append(item)
    host = ResolveHost(root(line, table.world.handle("Resolve")))
    first, second = table.job(50), table.job(150, str(shelf.other))
    assert host.placed(first.job.id) is None
    line.made.clear()
    assert host.placed(second.job.id) is None
    placed = [host.place(first), host.place(second)]
    assert [host.placed(each.job.id) for each in (first, second)] == placed
    assert line.made.total() < 2 * ITEMS
    again = ResolveHost(root(Direct(), table.world.handle("Resolve")))
    assert [again.placed(each.job.id) for each in (first, second)] == placed


def test_what_was_removed_a_moment_ago_does_not_stand(shelf: Shelf, tmp_path: Path) -> None:
    table = desk(shelf, tmp_path)
    status = table.job()
    host = ResolveHost(table.resolve)
    host.place(status)
    for track in table.edit.tracks["video"]:
        track.items = [item for item in track.items if item not in table.ours()]
    assert host.placed(status.job.id) is None


def test_what_another_command_has_placed_meanwhile_is_not_placed_again(
    shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "WORTH", 1e6)
    table = desk(shelf, tmp_path)
    status = table.job()
    one, other = ResolveHost(table.resolve), ResolveHost(table.resolve)
    assert one.placed(status.job.id) is None
    assert other.place(status) == one.place(status)
    assert len(table.ours()) == 1
