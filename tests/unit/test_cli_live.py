"""``--host``: the command line on the timeline of a running program."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest

from afterframe.cli import live, live_run
from afterframe.cli.main import EXIT_CANCELLED, main
from afterframe_hosts.wire import awaited, discovery
from afterframe_hosts.wire.errors import CaptureFailed, HostStuck, MediaUnreadable, NoFreeChannel
from afterframe_hosts.wire.job import Note
from afterframe_hosts.wire.session import HostRequest
from tests.fakes.live_host import RATE, START, Program, Service, gone

Run = Callable[..., int]


@pytest.fixture
def service(tmp_path: Path) -> Service:
    return Service(tmp_path)


@pytest.fixture
def run(tmp_path: Path, service: Service, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run ``afterframe ARGUMENTS``, on the program in memory where ``--host`` is given."""
    Program.begin(tmp_path)
    entry = EntryPoint("memory", f"{Program.__module__}:Program", live.GROUP)
    monkeypatch.setattr(live, "_entries", lambda: {"memory": entry})
    monkeypatch.setattr(live_run, "Follower", lambda: service)
    monkeypatch.setattr(discovery, "connect", lambda *_: service)
    monkeypatch.setenv("AFTERFRAME_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    for name, seconds in (("LOOK", 0.001), ("AGAIN", 0.002), ("PATIENCE", 0.05)):
        monkeypatch.setattr(live_run, name, seconds)
    return lambda *arguments: main([str(each) for each in arguments])


def jobs(service: Service) -> list[tuple[str, str, int | None]]:
    """The jobs that were submitted: effect, clip and start, counted from the timeline's."""
    started = (status.job for status in service.known.values())
    return [(job.effect, job.clip.name, job.at and job.at - START) for job in started]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("generate",), "SOURCE cannot be nothing.\nPermitted: a file, or in its place: --host"),
        (("generate", "a.mov", "--host", "memory"), "SOURCE cannot be a.mov.\nPermitted: nothing"),
        (("bridge", "a.mov", "b.mov", "--host", "memory"), "SOURCE cannot be a.mov."),
        (("batch",), "SHOTS cannot be nothing."),
        (("extend", "a.mov", "--seen"), "--seen cannot be given.\nPermitted: with --host only."),
        (("extend", "a.mov", "--own-track"), "--own-track cannot be given."),
        (("restyle", "a.mov", "--door", "d.json"), "--door cannot be given."),
        (("generate", "--host", "memory", "--rate", 25), "--rate cannot be 25.\nPermitted: for fi"),
        (("batch", "--host", "memory", "--media", "m"), "--media cannot be m."),
        (("batch", "--host", "memory", "--otio-for", "resolve"), "--otio-for cannot be resolve."),
    ],
)
def test_a_source_or_a_program_is_given_and_not_both(
    run: Run, capsys: pytest.CaptureFixture[str], arguments: tuple[Any, ...], told: str
) -> None:
    assert run(*arguments) == 1
    assert capsys.readouterr().err.startswith(told)
    assert Program.doors == []


def test_help_says_what_takes_the_place_of_a_source(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        run("generate", "--help")
    said = " ".join(capsys.readouterr().out.split())
    assert "[SOURCE]" in said
    assert "(.otio, .edl, .xml, .fcpxml); not with --host" in said
    assert "--host {memory} work on the timeline that is open in this program" in said


def test_a_result_is_placed_and_each_phase_is_one_line(
    run: Run, service: Service, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("generate", "--host", "memory", "--door", "d.json", "--zoom", 0.5) == 0
    told = capsys.readouterr()
    assert told.err.splitlines() == [
        "On the timeline of Memory: cut.",
        "one: Generate Clip from Frame, from 01:00:00:10",
        "one: Reading, 2 min left",
        "one: Making frames, 60 s left",
        "one: placed as one_generate on V2, 01:00:00:10 to 01:00:04:10, 100 frames.",
    ]
    assert told.out.splitlines() == [str(tmp_path / "one_generate_v001.mov")]
    (job,) = (status.job for status in service.known.values())
    assert service.asked == [("submit", job.id), ("placed", job.id)]
    assert (job.output.folder, job.output.rate) == (str(Program.folder), RATE)
    assert job.parameters["zoom"] == 0.5
    assert Program.doors == [Path("d.json")]
    assert awaited.jobs("cut") == ()


@pytest.mark.parametrize(
    ("arguments", "chosen", "made"),
    [
        (("generate",), [], ("generate", "one", 10)),
        (("generate", "--at", "01:00:03:05"), [], ("generate", "two", 80)),
        (("generate", "--at", "3.2s"), [], ("generate", "two", 80)),
        (("generate", "--at", "80"), [], ("generate", "two", 80)),
        (("generate",), [1], ("generate", "one", 10)),
        (("extend",), [], ("extend", "one", None)),
        (("extend",), [1, 0], ("extend", "two", None)),
        (("restyle", "--at", "80"), [0], ("restyle", "two", None)),
        (("retime",), [1], ("retime", "two", None)),
        (("bridge",), [], ("bridge", "one", None)),
        (("bridge",), [1, 0], ("bridge", "one", None)),
    ],
)
def test_what_an_effect_works_on_is_chosen_as_an_editor_means_it(
    run: Run,
    service: Service,
    arguments: tuple[str, ...],
    chosen: list[int],
    made: tuple[str, str, int | None],
) -> None:
    Program.chosen = [Program.items[number] for number in chosen]
    assert run(*arguments, "--host", "memory") == 0
    assert jobs(service) == [made]


def test_of_clips_that_lie_over_each_other_the_selected_one_is_taken(
    run: Run, service: Service
) -> None:
    under = replace(Program.items[0], name="under", item="item under")
    Program.chosen = [under]
    assert run("generate", "--host", "memory") == 0
    assert jobs(service) == [("generate", "under", 10)]


def test_what_is_said_of_the_result_is_in_its_job(
    run: Run, service: Service, tmp_path: Path
) -> None:
    options = ("--seen", "--own-track", "--draft", "--format", "prores_4444", "--size", "64x36")
    more = ("--reel", "A001", "--no-mark", "--deinterlace", "-o", tmp_path)
    assert run("extend", "--host", "memory", *options, *more) == 0
    (job,) = (status.job for status in service.known.values())
    assert (job.seen, job.own_track, job.quality) == (True, True, "draft")
    assert (job.output.format, job.output.size) == ("prores_4444", (64, 36))
    assert (job.output.reel, job.output.mark, job.output.folder) == ("A001", False, str(tmp_path))
    assert job.clip.media.deinterlace
    assert Program.captured == [("one", Program.items[0].record_range, True)]


def test_a_format_that_the_program_does_not_read_is_refused_before_anything_is_made(
    run: Run, service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("generate", "--host", "memory", "--format", "h264") == 1
    assert "h264" in capsys.readouterr().err
    assert Program.captured == []
    assert service.known == {}


def test_json_says_where_it_stands(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    Program.said = [Note("note.of.ours")]
    assert run("generate", "--host", "memory", "--json") == 0
    told = capsys.readouterr()
    assert told.err == ""
    said = json.loads(told.out)
    assert (said["state"], said["placed"]["track"]) == ("done", "V2")
    assert said["timeline_notes"] == [{"id": "note.of.ours", "params": {}}]


def test_a_contact_sheet_is_made_and_not_placed(run: Run, service: Service) -> None:
    assert run("generate", "--host", "memory", "--variations", 3, "--json") == 0
    assert Program.stands == {}
    (job,) = (status.job for status in service.known.values())
    assert job.variations == 3


def test_the_same_again_makes_nothing_and_says_where_it_stands(
    run: Run, service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("generate", "--host", "memory") == 0
    assert run("generate", "--host", "memory") == 0
    assert [what for what, _ in service.asked].count("submit") == 1
    told = capsys.readouterr()
    assert "one: stands there already, as one_generate on V2" in told.err
    (path,) = set(told.out.splitlines())
    assert told.out.splitlines() == [path, path]


def test_a_result_whose_file_is_gone_is_made_again(
    run: Run, service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("generate", "--host", "memory") == 0
    path = Path(capsys.readouterr().out.strip())
    path.unlink()
    assert run("generate", "--host", "memory") == 0
    told = capsys.readouterr()
    assert f"{path} is gone from the disk: it is made again." in told.err
    assert "stands there already" not in told.err
    assert len(service.known) == 2
    assert Path(told.out.strip()).is_file()


def test_what_a_command_left_behind_is_placed_by_the_same_command(
    run: Run, service: Service
) -> None:
    assert run("generate", "--host", "memory") == 0
    Program.stands.clear()
    (job,) = service.known
    service._change(job, delivery="pending")
    looks = service.looks
    assert run("generate", "--host", "memory") == 0
    assert list(Program.stands) == [job]
    assert service.looks - looks < 4  # it was made before


def test_a_job_that_fails_is_told_with_what_to_do(
    run: Run, service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    service.fails["one"] = MediaUnreadable(path="/one.mov", detail="damaged")
    assert run("generate", "--host", "memory") == 1
    error = capsys.readouterr().err.splitlines()
    assert "/one.mov" in error[-2]
    assert Program.stands == {}
    assert awaited.jobs("cut") == ()


def test_a_result_that_finds_no_place_waits(
    run: Run, service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    Program.fails["place"] = NoFreeChannel(first=1, last=9)
    assert run("generate", "--host", "memory") == 1
    told = capsys.readouterr()
    assert "one: made, and not placed. It is kept; to place it: afterframe place" in told.err
    assert told.out.splitlines() == [str(service.folder / "one_generate_v001.mov")]
    assert awaited.jobs("cut") == tuple(service.known)


@pytest.mark.parametrize("looks", [1, 2])
def test_ctrl_c_cancels_and_places_nothing(run: Run, service: Service, looks: int) -> None:
    def interrupt() -> None:
        if service.looks == looks:
            os.kill(os.getpid(), signal.SIGINT)

    Program.during["describe"] = interrupt
    assert run("generate", "--host", "memory") == EXIT_CANCELLED
    assert Program.stands == {}
    (status,) = service.known.values()
    assert status.state == ("cancelled" if looks == 1 else "done")  # made, and pending
    assert awaited.jobs("cut") == (() if looks == 1 else (status.job.id,))
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_ctrl_c_does_not_disturb_what_is_being_placed(run: Run, service: Service) -> None:
    Program.during["place"] = lambda: os.kill(os.getpid(), signal.SIGINT)
    assert run("generate", "--host", "memory") == EXIT_CANCELLED
    assert list(Program.stands) == list(service.known)
    assert ("placed", next(iter(service.known))) in service.asked


def test_ctrl_c_that_is_ignored_stays_so(run: Run) -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        Program.during["place"] = lambda: os.kill(os.getpid(), signal.SIGINT)
        assert run("generate", "--host", "memory") == 0
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_program_that_hangs_for_a_while_gets_its_result_when_it_answers(
    run: Run, service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    def hang() -> None:
        if service.looks == 2:
            Program.fails = {"describe": gone(), "connect": gone()}
        if service.looks > 8:
            Program.fails.clear()

    Program.during.update(describe=hang, connect=hang)
    assert run("generate", "--host", "memory") == 0
    assert list(Program.stands) == list(service.known)
    said = capsys.readouterr().err
    assert said.count("Memory: cut does not answer. What is being made goes on meanwhile.") == 1
    assert said.count("Memory: cut answers again.") == 1


def test_what_a_program_that_has_gone_would_have_got_waits_for_it(
    run: Run, service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    def end() -> None:
        Program.fails["connect"] = gone()

    Program.fails["place"] = gone()
    Program.during["place"] = end
    assert run("generate", "--host", "memory") == 1
    assert "Memory cannot be reached: it has ended" in capsys.readouterr().err
    Program.fails.clear()
    Program.during.clear()
    assert run("place", "--host", "memory") == 0
    assert list(Program.stands) == list(service.known)
    assert "one_generate on V2 at 01:00:00:10" in capsys.readouterr().out
    assert run("place", "--host", "memory") == 0
    assert "Nothing waits for Memory: cut." in capsys.readouterr().err


def test_what_a_program_says_after_it_was_found_again_is_told_too(
    run: Run, service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    def hang() -> None:
        if service.looks == 2:
            Program.fails = {"describe": gone(), "connect": gone()}
        if service.looks > 8:
            Program.fails.clear()
            Program.said[:] = [Note("note.resolve_not_saved")]

    Program.said[:] = [Note("note.resolve_free")]
    Program.during.update(describe=hang, connect=hang)
    assert run("generate", "--host", "memory") == 0
    said = capsys.readouterr().err
    assert said.count("The free edition is reached only") == 1
    assert said.count("did not save the project") == 1


def test_what_was_captured_is_not_read_as_the_shot_is(
    run: Run, service: Service, tmp_path: Path
) -> None:
    Program.shown = tmp_path / "captured.mov"
    assert run("extend", "--host", "memory", "--seen", "--deinterlace") == 0
    (job,) = (status.job for status in service.known.values())
    assert job.clip.media.path == str(Program.shown)
    assert not job.clip.media.deinterlace


def test_what_a_program_tells_while_it_is_busy_is_told_at_once(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    def busy() -> None:
        Program.said.append(Note("note.resolve_busy", {"call": "ImportMedia"}))
        Program.last.noted()
        told.append(capsys.readouterr().err)

    told: list[str] = []
    Program.during["place"] = busy
    assert run("generate", "--host", "memory") == 0
    assert "DaVinci Resolve is busy with ImportMedia; a dialog may be open in it." in told[0]
    assert "is busy" not in capsys.readouterr().err


def test_a_program_that_hangs_whenever_something_is_placed_is_given_up(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    Program.fails["place"] = HostStuck(host="Memory", call="Append", seconds="10")
    assert run("generate", "--host", "memory") == 1
    told = capsys.readouterr().err
    assert "Memory: cut answers again." in told
    assert "Memory has not answered for 10 s (Append)." in told.splitlines()[-2]


def test_a_result_is_placed_into_its_own_project_only(
    run: Run, service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    def switch() -> None:
        if service.looks == 2:
            Program.document = "another"

    Program.during["describe"] = switch
    assert run("generate", "--host", "memory") == 1
    told = capsys.readouterr().err
    assert "Another project is open than the one that" in told
    assert told.splitlines()[-1] == "Open its project, then run: afterframe place --host memory"
    assert Program.stands == {}
    assert awaited.jobs("cut") == tuple(service.known)


def test_what_is_named_is_placed_even_where_nobody_waits(
    run: Run, service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("generate", "--host", "memory") == 0
    Program.stands.clear()
    (job,) = service.known
    capsys.readouterr()
    assert run("place", job[:6], "--host", "memory", "--json") == 0
    (line,) = json.loads(capsys.readouterr().out)["shots"]
    assert (line["state"], line["start"]) == ("placed", "01:00:00:10")
    assert list(Program.stands) == [job]


def test_who_listens_answers_until_the_program_ends(
    run: Run, service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    Program.chosen = Program.items[:1]
    service.requests = [HostRequest("1", "selection"), HostRequest("2", "reveal", {"item": "x"})]

    def end() -> None:
        if service.looks == 3:
            Program.fails["describe"] = gone()

    Program.during["describe"] = end
    assert run("serve", "--host", "memory") == 0
    first, second = service.answers
    assert first.value is not None
    assert first.value["playhead"] == START + 10
    assert second.value == {}
    assert "Listening for Memory: cut. Ctrl-C stops." in capsys.readouterr().err


def test_who_listens_does_so_on_when_a_project_was_closed_and_another_opened(
    run: Run, service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    def change() -> None:
        Program.fails.clear()
        if service.looks == 3 and len(Program.doors) == 1:
            Program.fails["describe"] = gone()
        if service.looks > 8:
            Program.fails.update(describe=gone(), connect=gone())

    Program.during.update(describe=change)
    assert run("serve", "--host", "memory") == 0
    assert capsys.readouterr().err.count("Memory: cut answers again.") == 1


def test_a_batch_makes_each_clip_and_tells_in_a_table(
    run: Run, service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("batch", "--host", "memory", "--effect", "extend", "--set", "frames=9") == 0
    assert jobs(service) == [("extend", "one", None), ("extend", "two", None)]
    assert capsys.readouterr().out.splitlines() == [
        "clip  from         effect  state   result",
        "one   01:00:00:00  extend  placed  one_extend on V2 at 01:00:00:00",
        "two   01:00:03:00  extend  placed  two_extend on V2 at 01:00:03:00",
    ]
    assert run("batch", "--host", "memory", "--effect", "extend", "--set", "frames=9") == 0
    assert [what for what, _ in service.asked].count("submit") == 2
    assert capsys.readouterr().out.count("was there") == 2


def test_a_clip_that_cannot_be_captured_does_not_keep_the_others_from_being_made(
    run: Run, service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    Program.fails["capture one"] = CaptureFailed(item="one", detail="no picture")
    assert run("batch", "--host", "memory") == 1
    assert jobs(service) == [("generate", "two", 75)]
    told = capsys.readouterr().out
    assert "failed  " in told
    assert "no picture" in told
    Program.fails.clear()
    assert run("batch", "--host", "memory") == 0
    assert [job[1] for job in jobs(service)] == ["two", "one"]


def test_a_batch_of_what_is_seen_takes_no_result_for_its_source(
    run: Run, service: Service, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    batch = ("batch", "--host", "memory", "--effect", "restyle", "--seen")
    Program.fails["capture two"] = CaptureFailed(item="two", detail="no picture")
    assert run(*batch) == 1
    Program.fails.clear()
    Program.shown = tmp_path / "with a result over it.mov"
    Program.shown.touch()
    assert run(*batch) == 0
    assert [name for name, _, _ in Program.captured] == ["one", "two"]
    told = capsys.readouterr().out.splitlines()
    assert [line.split("  ")[3] for line in told[-2:]] == ["was there", "placed"]
    Program.stands.clear()
    assert run(*batch) == 0
    assert [name for name, _, _ in Program.captured] == ["one", "two", "one", "two"]


def test_a_list_names_clips_and_times(run: Run, service: Service, tmp_path: Path) -> None:
    shots = tmp_path / "shots.csv"
    shots.write_text(
        "clip,at,effect,zoom,frames\n"
        "one,01:00:00:20,,0.5,\n"
        ",01:00:03:05,,,\n"
        "t*,,extend,,9\n"
        ",01:00:02:10,bridge,,\n"
    )
    assert run("batch", shots, "--host", "memory") == 0
    assert jobs(service) == [
        ("generate", "one", 20),
        ("generate", "two", 80),
        ("extend", "two", None),
        ("bridge", "one", None),
    ]


def test_all_that_is_wrong_with_a_list_is_told_before_anything_is_made(
    run: Run, service: Service, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shots = tmp_path / "shots.csv"
    shots.write_text(
        "clip,at,effect\nnone,,\none,01:00:09:00,\n,,extend\none,,bridge\none,,extend\n"
    )
    assert run("batch", shots, "--host", "memory") == 1
    told = capsys.readouterr().err
    for line in (2, 3, 4, 5):
        assert f"line {line}" in told
    assert "line 6" not in told
    assert service.known == {}


def test_a_batch_can_be_listed_without_being_made(
    run: Run, service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    Program.chosen = Program.items[1:]
    assert run("batch", "--host", "memory", "--clips", "selected", "--list") == 0
    told = capsys.readouterr().out.splitlines()
    assert len(told) == 2
    assert told[1].startswith("two   01:00:03:00  50      generate")
    assert service.known == {}
    assert Program.captured == []


def test_a_batch_of_what_is_not_there_says_so(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("batch", "--host", "memory", "--clips", "name:x*") == 1
    assert "name:x*" in capsys.readouterr().err
    assert run("batch", "--host", "memory", "--effect", "bridge") == 1
    assert "a list, with the time of each" in capsys.readouterr().err


def test_ctrl_c_is_held_back_in_the_main_thread_alone() -> None:
    def other() -> None:
        with live_run.undisturbed():
            assert signal.getsignal(signal.SIGINT) is signal.default_int_handler

    thread = threading.Thread(target=other)
    thread.start()
    thread.join()
