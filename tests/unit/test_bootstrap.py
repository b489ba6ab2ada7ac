"""The set-up: which Python, which environment, which versions."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from dataclasses import replace
from importlib import metadata
from pathlib import Path

import blender_environments
import checks
import commands
import engine_build
import environments
import interpreters
import machine_facts
import pytest
import torch_choice
import torch_environment
from environments import Environment, SetupError

CLONE = Path(__file__).parents[2]
INSTALL = CLONE / "install"
THIS = sys.version_info[:2]
PYTEST = " ".join(["-m pytest", *checks.side_by_side()])

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="stands a shell script in")


def script(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n", "utf-8")
    path.chmod(0o755)
    return path


# Which Python


@pytest.mark.parametrize("name", ["bootstrap.py", "interpreters.py"])
def test_what_an_old_python_reads_has_no_new_syntax(name: str) -> None:
    ast.parse((INSTALL / name).read_text("utf-8"), feature_version=(3, 7))


@pytest.mark.parametrize("version", [(3, 6), (3, 8), (3, 10)])
def test_an_old_python_hands_over_to_one_that_fits(version: tuple[int, int]) -> None:
    old = interpreters.find((version,))
    if old is None:
        pytest.skip(f"no Python {interpreters.dotted(version)} on this machine")
    done = subprocess.run(
        [old, str(INSTALL / "bootstrap.py"), "--help"],
        capture_output=True,
        text=True,
        env=environments.clean_environ(),
    )
    assert done.returncode == 0
    assert "going on with" in done.stderr
    assert "demo" in done.stdout


def test_an_old_python_with_no_other_near_says_what_to_install(tmp_path: Path) -> None:
    old = interpreters.find(((3, 8), (3, 9), (3, 10)))
    if old is None:
        pytest.skip("no old Python on this machine")
    lonely = {"PATH": str(tmp_path), "HOME": str(tmp_path), "USERPROFILE": str(tmp_path)}
    done = subprocess.run(
        [old, str(INSTALL / "bootstrap.py"), "setup"], capture_output=True, text=True, env=lonely
    )
    assert done.returncode == 1
    assert "Python 3.11 or 3.12 or 3.13 is needed" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_running_python_is_taken_first() -> None:
    assert interpreters.find(((3, 99), THIS)) == interpreters.running()


@posix_only
def test_a_launcher_that_does_not_start_or_lies_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script(tmp_path / "shim" / "python3.77", "echo 'not switched on' >&2; exit 127")
    script(tmp_path / "liar" / "python3.77", "echo 3.5; echo /liar")
    script(tmp_path / "good" / "python3.77", "echo 3.77; echo /the/python")
    folders = (tmp_path / name for name in ("shim", "nothing", "liar", "good"))
    monkeypatch.setenv("PATH", os.pathsep.join(map(str, folders)))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    assert interpreters.find(((3, 77),)) == "/the/python"
    assert interpreters.find(((3, 78),)) is None


@posix_only
def test_a_version_that_pyenv_has_and_has_not_switched_on_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script(tmp_path / "versions" / "3.77.1" / "bin" / "python", "echo 3.77; echo /by/pyenv")
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    assert interpreters.find(((3, 77),)) == "/by/pyenv"


# Which environment


def test_nothing_leaks_into_an_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "PIP_TARGET", "CONDA_PREFIX"):
        monkeypatch.setenv(name, "/elsewhere")
    monkeypatch.setenv("PIP_INDEX_URL", "kept")
    clean = environments.clean_environ()
    assert "/elsewhere" not in clean.values()
    assert clean["PIP_INDEX_URL"] == "kept"
    assert clean["PYTHONNOUSERSITE"] == "1"


@pytest.fixture
def tiny(tmp_path: Path) -> Environment:
    """An environment in a clone whose path has spaces, with one wheel of ours, and no network."""
    clone = tmp_path / "a clone with spaces"
    (clone / "install").mkdir(parents=True)
    (clone / "install" / "constraints.txt").write_text("tiny==1.0\n", "utf-8")
    with zipfile.ZipFile(clone / "tiny-1.0-py3-none-any.whl", "w") as wheel:
        info = "tiny-1.0.dist-info"
        wheel.writestr("tiny.py", "")
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n")
        wheel.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(f"{info}/RECORD", "")
    return Environment(
        folder=clone / ".venv",
        base=interpreters.running(),
        version=THIS,
        requirements=("--no-index", "--find-links", ".", "tiny"),
        constraints="constraints.txt",
        clone=clone,
    )


def has_tiny(environment: Environment) -> bool:
    command = [str(environment.python), "-I", "-c", "import tiny"]
    return subprocess.run(command, capture_output=True).returncode == 0


def installs(environment: Environment) -> bool:
    """Whether making it ready has anything to do."""
    before = environment.log.stat().st_mtime_ns
    environments.ensure(environment)
    return environment.log.stat().st_mtime_ns != before


@pytest.mark.slow
def test_an_environment_is_made_once_and_again_when_it_broke(tiny: Environment) -> None:
    environments.ensure(tiny)
    assert has_tiny(tiny)
    assert not installs(tiny)

    assert installs(replace(tiny, declared="other requirements"))
    tiny = replace(tiny, declared="other requirements")
    assert not installs(tiny)

    tiny.python.unlink()
    assert installs(tiny)
    assert has_tiny(tiny)

    interrupted = json.loads((tiny.folder / environments.STAMP).read_text("utf-8"))
    interrupted["content"] = None
    (tiny.folder / environments.STAMP).write_text(json.dumps(interrupted), "utf-8")
    (tiny.folder / "half-made").touch()
    assert installs(tiny)
    assert not (tiny.folder / "half-made").exists()

    written = {path.name for path in tiny.clone.iterdir()}
    assert written == {"install", ".venv", ".venv-logs", "tiny-1.0-py3-none-any.whl"}


@pytest.mark.slow
def test_the_constraints_hold_and_a_failure_names_its_log(tiny: Environment) -> None:
    tiny.constraints_path.write_text("tiny==2.0\n", "utf-8")
    with pytest.raises(SetupError) as raised:
        environments.ensure(tiny)
    assert str(tiny.log) in str(raised.value)
    assert "tiny" in tiny.log.read_text("utf-8")
    assert json.loads((tiny.folder / environments.STAMP).read_text("utf-8"))["content"] is None


def test_a_moved_clone_gets_a_new_environment(tiny: Environment) -> None:
    moved = replace(tiny, folder=tiny.clone / "elsewhere" / ".venv")
    assert moved.identity != tiny.identity


@posix_only
def test_a_python_without_venv_is_told_with_its_package(tiny: Environment, tmp_path: Path) -> None:
    bare = replace(tiny, base=str(script(tmp_path / "python3", "exit 1")), version=(3, 12))
    with pytest.raises(SetupError, match=r"python3\.12-venv"):
        environments._demand_venv(bare)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (
            "WARNING: Retrying ... NewConnectionError('...: Temporary failure')",
            "could not be reached",
        ),
        ("cause: dns error", "could not be reached"),
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        ("ERROR: No matching distribution found for av==18.1.0", "did not offer a version"),
        ("segmentation fault", "did not succeed"),
    ],
)
def test_what_the_installer_says_becomes_a_sentence(
    tiny: Environment, said: str, meant: str
) -> None:
    tiny.log.parent.mkdir()
    loud = [sys.executable, "-I", "-c", f"print({said!r}); raise SystemExit(1)"]
    with pytest.raises(SetupError, match=meant) as raised:
        environments.run_installer(loud, tiny, "It did not succeed.")
    assert str(tiny.log) in str(raised.value)


# Which versions


def pins(name: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for line in (INSTALL / name).read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            pin = line.split(";")[0].strip()
            assert re.fullmatch(r"[a-z0-9.-]+==[a-z0-9.]+", pin), (
                f"not a name and a version: {line}"
            )
            package, version = pin.split("==")
            found.setdefault(package, set()).add(version)
    return found


def canonical(requirement: str) -> str:
    name = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert name is not None
    return re.sub(r"[-_.]+", "-", name.group()).lower()


def test_everything_that_pyproject_asks_for_is_pinned() -> None:
    project = tomllib.loads((CLONE / "pyproject.toml").read_text("utf-8"))
    asked = [*project["build-system"]["requires"], *project["project"]["dependencies"]]
    for extra in project["project"]["optional-dependencies"].values():
        asked += extra
    assert {canonical(requirement) for requirement in asked} <= set(pins("constraints.txt"))


def test_everything_installed_here_has_the_pinned_version() -> None:
    pinned = pins("constraints.txt")
    unpinned = {"afterframe", "pip", "setuptools", "wheel"}
    for distribution in metadata.distributions():
        name = canonical(distribution.metadata["Name"])
        if name not in unpinned:
            assert distribution.version.split("+")[0] in pinned.get(name, ()), name


def test_the_versions_of_blenders_environments_are_names_and_numbers() -> None:
    assert "numpy" in pins("constraints-bpy.txt")


# The commands


@pytest.mark.parametrize("line", [["demo", "--fast"], ["setup", "extra"], ["fly"], []])
def test_a_command_line_that_is_not_understood_ends_with_2(line: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        commands.main(line)
    assert ended.value.code == 2


@posix_only
@pytest.mark.parametrize(
    ("broken", "code"),
    [("nothing", 0), ("ruff", 1), ("mypy", 1), ("lint-imports", 1), ("pytest", 1)],
)
def test_every_check_runs_whatever_failed_and_the_tests_run_last(
    tiny: Environment, broken: str, code: int
) -> None:
    record = tiny.clone / "record"
    body = f'echo "$0 $*" >> "{record}"; case "$0 $*" in *{broken}*) exit 1;; esac'
    script(tiny.python, body)
    script(tiny.python.parent / "lint-imports", body)
    assert checks.run_all(tiny, None, None, [], ["-k", "one"]) == code
    ran = record.read_text("utf-8").splitlines()
    names = ["ruff check", "ruff format --check", "mypy", "mypy install", "lint-imports", "pytest"]
    assert len(ran) == len(names)
    assert all(name in line for name, line in zip(names, ran, strict=True))
    assert ran[-1].endswith(f"{PYTEST} -m not hosts -k one")


@posix_only
def test_host_tests_are_told_where_the_hosts_are(tiny: Environment) -> None:
    record = tiny.clone / "record"
    script(tiny.python, f'echo "$* $AFTERFRAME_TEST_HOSTS $AFTERFRAME_TEST_WINDOW" >> "{record}"')
    script(tiny.python.parent / "lint-imports", "exit 0")
    hosts = {"4.5.15": Path("/a b/python")}
    assert checks.run_all(tiny, hosts, None, [], [], window="/a window") == 0
    windows, others = record.read_text("utf-8").splitlines()[-2:]
    told = '{"4.5.15": "/a b/python"} /a window'
    assert windows == f"-m pytest tests/hosts/gui {told}"
    assert others == f"{PYTEST} --ignore=tests/hosts/gui {told}"
    assert checks.run_all(tiny, hosts, None, [], ["-k", "one"], window="/a window") == 0
    assert record.read_text("utf-8").splitlines()[-1] == f"{PYTEST} -k one {told}"


@posix_only
@pytest.mark.parametrize(
    ("arguments", "said", "code"),
    [([], 0, 0), ([], 1, 1), ([], 5, 1), (["-k", "one"], 5, 0), (["-m", "not slow"], 0, 0)],
)
def test_tests_with_torch_run_in_a_process_of_their_own_before_the_others(
    tiny: Environment, arguments: list[str], said: int, code: int
) -> None:
    record = tiny.clone / "record"
    body = f"""[ "$2" = pytest ] || exit 0
    echo "$PYTHONPATH: $*" >> "{record}"
    case "$*" in *"-m torch") exit {said};; esac"""
    script(tiny.python, body)
    script(tiny.python.parent / "lint-imports", "exit 0")
    assert checks.run_all(tiny, {}, Path("/a b/site"), [], arguments) == code
    with_torch, others = record.read_text("utf-8").splitlines()
    words = "".join(f"{word} " for word in arguments)
    assert with_torch == f"/a b/site: -m pytest {words}-m torch"
    assert others == f": {PYTEST} {words}".rstrip()


@pytest.mark.parametrize("system", ["linux", "windows", "macos"])
def test_torch_for_tests_is_never_a_build_for_a_graphics_card(
    system: torch_choice.System, monkeypatch: pytest.MonkeyPatch
) -> None:
    arch = "arm64" if system == "macos" else "x86_64"
    machine = torch_choice.Machine(
        system, arch, (15, 0), nvidia_driver="590.1", capabilities=((9, 0),)
    )
    monkeypatch.setattr(machine_facts, "look", lambda: machine)
    environment = torch_environment.torch_environment()
    *index, requirement = environment.requirements
    pinned = engine_build.torch_requirement(torch_choice.Choice("cpu", ""))
    if system == "linux":
        assert index == ["--extra-index-url=https://download.pytorch.org/whl/cpu"]
        assert requirement == f"{pinned}+cpu"
    else:
        assert (index, requirement) == ([], pinned)
    assert not environment.with_uv


def test_a_machine_that_no_torch_is_made_for_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine_facts, "look", lambda: torch_choice.Machine("linux", "riscv64"))
    found, problems = torch_environment.prepare()
    assert found is None
    assert "riscv64" in problems[0]


def test_a_host_that_is_missing_fails_the_run_after_the_rest_ran(
    tiny: Environment, capfd: pytest.CaptureFixture[str]
) -> None:
    if sys.platform == "win32":
        pytest.skip("stands a shell script in")
    script(tiny.python, "exit 0")
    script(tiny.python.parent / "lint-imports", "exit 0")
    assert checks.run_all(tiny, {}, None, ["Blender 5.2.3: no Python 3.13"], []) == 1
    assert "FAILED: Blender 5.2.3: no Python 3.13" in capfd.readouterr().out


def test_the_missing_library_is_read_from_what_the_loader_says() -> None:
    said = "ImportError: libXi.so.6: cannot open shared object file: No such file or directory"
    found = blender_environments.MISSING_LIBRARY.search(said)
    assert found is not None
    assert blender_environments.DEBIAN_PACKAGES[found.group(1)] == "libxi6"


def test_damaged_tools_of_an_engine_say_what_to_do(tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    shutil.copytree(INSTALL, tools / "install")
    (tools / "install" / "commands.py").write_text("junk\n")
    done = subprocess.run(
        [sys.executable, str(tools / "install" / "bootstrap.py"), "engine", "--status"],
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert "is damaged" in done.stderr
    assert "engine --repair" in done.stderr
    assert "Traceback" not in done.stderr
