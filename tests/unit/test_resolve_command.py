"""The stand-in's command line: scripts run as Resolve runs them, from any interpreter."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.resolve.__main__ import main
from tests.unit.resolve_pythons import PYTHONS, python_named, run_python

Runs = Callable[..., int]


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    """Return what runs a script, given as text, with options; its exit code."""

    def run(text: str, *options: str) -> int:
        path = tmp_path / "script.py"
        path.write_text(text, "utf-8")
        return main(["run", str(path), "--folder", str(tmp_path / "own"), *options])

    return run


def test_a_script_finds_what_resolve_gives_it(runs: Runs, capfd: Any) -> None:
    code = runs(
        "import sys, DaVinciResolveScript, fusionscript, python_get_resolve\n"
        "assert DaVinciResolveScript.scriptapp('Resolve') == resolve\n"
        "assert fusionscript.scriptapp('Fusion') == fusion == fu == app\n"
        "assert python_get_resolve.GetResolve() == Resolve() == bmd.scriptapp('Resolve')\n"
        "assert app.GetResolve() == resolve == sys.modules['__main__'].resolve\n"
        "assert __name__ == '__main__' and DaVinciResolveScript.scriptapp('Premiere') is None\n"
        "print(sys.argv[1:], resolve.GetVersionString())\n",
        *("--version", "21.0", "--", "--bin", "Rushes"),
    )
    assert code == 0
    assert capfd.readouterr().out == "['--bin', 'Rushes'] 21.0.4.5\n"
    assert "DaVinciResolveScript" not in sys.modules


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("print('done')", 0, ""),
        ("import sys; sys.exit()", 0, ""),
        ("import sys; sys.exit(5)", 5, ""),
        ("import sys; sys.exit('no timeline')", 1, "no timeline\n"),
        ("resolve.NoSuch()", 1, "TypeError: 'NoneType' object is not callable\n"),
        ("def x(:", 1, "SyntaxError: "),
    ],
)
def test_the_exit_code_is_the_scripts(
    runs: Runs, capfd: Any, text: str, code: int, said: str
) -> None:
    assert runs(text) == code
    assert said in capfd.readouterr().err


def test_a_traceback_begins_in_the_script(runs: Runs, capfd: Any) -> None:
    assert runs("def inner():\n    resolve.NoSuch()\ninner()\n") == 1
    first = capfd.readouterr().err.splitlines()[1]
    assert "script.py" in first
    assert "line 3" in first


def test_what_a_script_leaves_is_what_the_next_begins_with(
    runs: Runs, capfd: Any, tmp_path: Path
) -> None:
    after = str(tmp_path / "after.json")
    made = (
        "project = resolve.GetProjectManager().CreateProject('Film')\n"
        "timeline = project.GetMediaPool().CreateEmptyTimeline('Cut')\n"
        "timeline.AddMarker(12, 'Red', 'name', 'note', 1, 'ours')\n"
        "raise SystemExit(3)\n"
    )
    assert runs(made, "--dump", after) == 3
    read = (
        "project = resolve.GetProjectManager().GetCurrentProject()\n"
        "print(project.GetName(), project.GetCurrentTimeline().GetMarkers())\n"
    )
    again = str(tmp_path / "again.json")
    assert runs(read, "--project", after, "--dump", again) == 0
    assert capfd.readouterr().out.startswith("Film {12: {'color': 'Red'")
    assert Path(after).read_text("utf-8") == Path(again).read_text("utf-8")


def test_what_differs_between_two_dumps_is_told(runs: Runs, capfd: Any, tmp_path: Path) -> None:
    before, after = str(tmp_path / "before.json"), str(tmp_path / "after.json")
    assert runs("", "--dump", before) == 0
    assert runs("resolve.OpenPage('color')", "--project", before, "--dump", after) == 0
    assert main(["compare", before, before]) == 0
    assert main(["compare", before, after]) == 1
    assert capfd.readouterr().out == "/page: 'edit' -> 'color'\n"
    assert main(["compare", before, str(tmp_path / "nowhere.json")]) == 2


def test_the_page_says_how_a_dump_is_read(
    runs: Runs, capfd: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    made = (
        "project = resolve.GetProjectManager().GetCurrentProject()\n"
        "timeline = project.GetMediaPool().CreateEmptyTimeline('Cut')\n"
        "timeline.InsertTitleIntoTimeline('Text')\n"
        "project.SetRenderSettings({'TargetDir': '/renders'})\n"
        "project.AddRenderJob()\n"
    )
    assert runs(made, "--dump", "after.json") == 0
    page = (Path(__file__).parents[1] / "fakes/resolve/README.md").read_text("utf-8")
    exec(page.partition("```python\n")[2].partition("```")[0], {})
    told = capfd.readouterr().out.splitlines()
    assert told == ["Cut video 1 86400 120 ", "{} {}", "Ready 0   /renders"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--edition", "free", "--version", "21.1"), "no Python scripts since 21.1"),
        (("--edition", "free", "--headless"), "without a window"),
        (("--project", "/nowhere.json"), "/nowhere.json"),
        (("--fault", "gremlins"), "no fault is called gremlins: b"),
        (("--fault", "dead_after=soon"), "does not take 'soon'"),
    ],
)
def test_what_cannot_be_run_says_why(
    runs: Runs, capfd: Any, options: tuple[str, ...], said: str
) -> None:
    assert runs("print('never')", *options) == 2
    printed = capfd.readouterr()
    assert said in printed.err
    assert printed.out == ""


def test_a_file_that_holds_no_projects_is_told(runs: Runs, capfd: Any, tmp_path: Path) -> None:
    path = tmp_path / "other.json"
    for text in ("{}x", '{"pages": []}', "[]"):
        path.write_text(text, "utf-8")
        assert runs("pass", "--project", str(path)) == 2
        assert "Traceback" not in capfd.readouterr().err


def test_a_script_finds_a_project_that_has_a_name(runs: Runs, capfd: Any) -> None:
    text = (
        "m = resolve.GetProjectManager(); print(m.GetCurrentProject().GetName(), m.SaveProject())"
    )
    assert runs(text, "--headless") == 0
    assert capfd.readouterr().out == "Project 1 True\n"
    assert runs(text, "--fresh") == 0
    assert capfd.readouterr().out == "Untitled Project False\n"


def test_no_script_and_no_python_are_told(capfd: Any, tmp_path: Path) -> None:
    (tmp_path / "x.lua").write_text("print(1)", "utf-8")
    assert main(["run", str(tmp_path / "none.py")]) == 2
    assert main(["run", str(tmp_path / "x.lua")]) == 2
    assert "runs Python scripts, no Lua" in capfd.readouterr().err


def test_faults_are_switched_on_by_name(runs: Runs, capfd: Any) -> None:
    code = runs(
        "print([resolve.OpenPage('color') for _ in range(2)], resolve.GetProductName(),\n"
        "      resolve.GetVersionString(), resolve.GetCurrentPage())\n",
        *("--fault", "flaky=Resolve.OpenPage:1", "--fault", "words=Resolve.GetProductName:No"),
        *("--fault", "refusing=Resolve.GetVersionString,Resolve.GetVersion"),
        *("--fault", "dead_after=4"),
    )
    assert (code, capfd.readouterr().out) == (0, "[False, True] No None None\n")


def test_misuse_is_told_where_it_is_asked_for(runs: Runs, capfd: Any) -> None:
    text = "resolve.OpenPage()"
    assert (runs(text), capfd.readouterr().err) == (0, "")
    assert runs(text, "--strict") == 3
    assert capfd.readouterr().err == "misuse: Resolve.OpenPage: 0 arguments are too few\n"


def test_the_methods_of_a_version_are_listed(capfd: Any) -> None:
    assert main(["methods", "--version", "20.3", "TimelineItem"]) == 0
    lines = capfd.readouterr().out.splitlines()
    assert "TimelineItem.SetName(name)" in lines
    assert not any(line.startswith("TimelineItem.GetSpeed") for line in lines)


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "tests.fakes.resolve", *arguments]


def test_a_thread_ends_with_its_script(tmp_path: Path) -> None:
    """A script of the menu is a process of its own, and its threads die when it returns."""
    path = tmp_path / "threads.py"
    path.write_text(
        "import threading\n"
        "threading.Thread(target=threading.Event().wait, name='server').start()\n"
        "print('started')\n",
        "utf-8",
    )
    ended = subprocess.run(
        command("run", str(path)), capture_output=True, text=True, timeout=60, check=False
    )
    assert (ended.returncode, ended.stdout) == (0, "started\n")
    assert "ended with the script, as in Resolve: server" in ended.stderr


def test_a_script_finds_what_lies_beside_it_from_any_folder(
    runs: Runs, capfd: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "beside.py").write_text("NAME = 'beside'\n", "utf-8")
    script = tmp_path / "here.py"
    script.write_text("import os; os.chdir('/'); import beside; print(__file__)\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    assert main(["run", "here.py", "--folder", str(tmp_path / "own")]) == 0
    assert capfd.readouterr().out == f"{script}\n"


def test_what_resolve_has_no_value_for_is_nothing(runs: Runs, tmp_path: Path) -> None:
    """A ``Path`` or bytes do not get through; a name that is no UTF-8 is kept as it is."""
    after = str(tmp_path / "after.json")
    text = (
        "import pathlib\n"
        "project = resolve.GetProjectManager().GetCurrentProject()\n"
        "for value in (pathlib.Path('/tmp'), b'/tmp', {'/tmp'}, object()):\n"
        "    assert project.SetRenderSettings({'TargetDir': value}) is False\n"
        "    assert project.GetMediaPool().ImportMedia([value]) == []\n"
        "    assert project.SetName(value) is False\n"
        "    assert project.SetRenderSettings({'ColorSpaceTag': value, 'GammaTag': [value]})\n"
        "assert project.SetRenderSettings({'TargetDir': '/tmp/\\udcff'})\n"
    )
    assert runs(text, "--dump", after) == 0
    project = json.loads(Path(after).read_text("utf-8"))["libraries"][0]["projects"]["Project 1"]
    assert project["deliver"]["settings"]["TargetDir"] == "/tmp/\udcff"
    again = str(tmp_path / "again.json")
    assert runs("", "--project", after, "--dump", again) == 0
    assert Path(after).read_bytes() == Path(again).read_bytes()


def test_a_script_that_is_stuck_is_ended(tmp_path: Path) -> None:
    """S19: without a window nobody answers the dialog that asks for a name."""
    path, after = tmp_path / "stuck.py", tmp_path / "after.json"
    path.write_text("print('saving')\nresolve.GetProjectManager().SaveProject()\n", "utf-8")
    ended = subprocess.run(
        command(
            *("run", str(path), "--headless", "--fresh"), *("--limit", "1", "--dump", str(after))
        ),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (ended.returncode, ended.stdout) == (124, "saving\n")
    assert "a call has not come back" in ended.stderr
    assert json.loads(after.read_text("utf-8"))["project"] == "Untitled Project"


@contextlib.contextmanager
def served(*options: str) -> Iterator[dict[str, str]]:
    process = subprocess.Popen(
        command("serve", *options), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield json.loads(process.stdout.readline())
    finally:
        process.stdin.close()
        assert process.wait(20) == 0
        process.stdout.close()


OUTSIDE = """
import os, sys
sys.path.append(os.path.join(os.environ["RESOLVE_SCRIPT_API"], "Modules"))
import DaVinciResolveScript as bmd
resolve = bmd.scriptapp("Resolve")
if resolve is None:
    print("no Resolve")
    sys.exit()
project = resolve.GetProjectManager().CreateProject("Film")
timeline = project.GetMediaPool().CreateEmptyTimeline("Cut")
timeline.AddMarker(3, "Blue", "a", "b", 1, "c")
print(timeline.GetMarkers()[3]["customData"], project.GetSetting("timelineFrameRate"))
print(resolve.NoSuch, "NoSuch" in dir(resolve), project.GetCurrentTimeline() == timeline)
print(project.SetName(object()), project.SetRenderSettings({"TargetDir": b"/", object(): 1}))
print(project.SetCurrentTimeline(timeline), repr(timeline).split(" at ")[0], str(timeline)[:10])
"""
SAID = (
    "c 24.0\nNone False True\nFalse False\n"
    "True <BlackmagicFusion.PyRemoteObject object Timeline (\n"
)


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A script that reaches Resolve by external scripting."""
    path = tmp_path / "outside.py"
    path.write_text(OUTSIDE, "utf-8")
    return path


@pytest.mark.parametrize("version", PYTHONS)
def test_any_python_reaches_it_from_outside(outside: Path, tmp_path: Path, version: str) -> None:
    python_named(version)
    after = tmp_path / "after.json"
    with served("--dump", str(after)) as env:
        assert run_python(version, outside, **env) == SAID
    assert json.loads(after.read_text("utf-8"))["project"] == "Film"


def test_the_free_edition_is_not_reached_from_outside(outside: Path) -> None:
    with served("--edition", "free") as env:
        assert run_python("{}.{}".format(*sys.version_info), outside, **env) == "no Resolve\n"


def test_help_says_how_it_is_used(capfd: Any) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    text = capfd.readouterr().out
    for part in ("run", "serve", "methods", "--project", "exit codes", "--fault"):
        assert part in text
