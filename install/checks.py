"""The checks of the project, each in `.venv`: style, types, import rules, tests."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

from environments import Environment, clean_environ

HOSTS_VARIABLE = "AFTERFRAME_TEST_HOSTS"
WINDOW_VARIABLE = "AFTERFRAME_TEST_WINDOW"
"""The root folder of a Blender with a window, or the sentence that says why there is none."""
WINDOW_TESTS = "tests/hosts/gui"
"""They wait for what a window shows, as a user does: beside other work that comes too late."""
MOST_PROCESSES = 4
"""That run tests side by side: each may have a service, its workers and a Blender beside it."""
NOTHING_SELECTED = 5
"""Exit code of pytest when what was asked for has none of the tests."""


def run_all(
    environment: Environment,
    hosts: dict[str, Path] | None,
    torch: Path | None,
    problems: list[str],
    pytest_arguments: list[str],
    window: str = "",
) -> int:
    """Run every check, whatever the others said; gives 0 only if all passed.

    `hosts` are the real hosts to test in (None: leave those tests out), `torch` the folder that
    PyTorch can be imported from (None: likewise), `problems` what already went wrong, `window`
    what the tests in a window are told. The tests come last, so that their summary ends the output.
    """
    failed = list(problems)
    for name, command in _static_checks(environment):
        print(f"\n== {name}", flush=True)
        if _run(environment, command) != 0:
            failed.append(name)
    if torch is not None:
        print("\n== tests with PyTorch", flush=True)
        if _run_torch_tests(environment, torch, pytest_arguments) != 0:
            failed.append("tests with PyTorch")
    alone = bool(window) and not pytest_arguments
    if alone:
        print("\n== tests in a window", flush=True)
        command = [str(environment.python), "-m", "pytest", WINDOW_TESTS]
        if _run(environment, command, _told(hosts or {}, window)) != 0:
            failed.append("tests in a window")
    print("\n== " + ("; ".join(f"FAILED: {name}" for name in failed) or "all of these passed"))
    print("\n== tests", flush=True)
    rest = [f"--ignore={WINDOW_TESTS}"] if alone else pytest_arguments
    return max(_run_tests(environment, hosts, window, rest), 1 if failed else 0)


def side_by_side() -> list[str]:
    """Return what makes pytest run tests side by side, the long ones first: as they stand."""
    processes = min(MOST_PROCESSES, os.cpu_count() or 1)
    return ["-n", str(processes), "--no-loadscope-reorder"] if processes > 1 else []


def _static_checks(environment: Environment) -> list[tuple[str, list[str]]]:
    python = [str(environment.python), "-m"]
    return [
        ("style", [*python, "ruff", "check"]),
        ("format", [*python, "ruff", "format", "--check"]),
        ("types", [*python, "mypy"]),
        ("types of the set-up", [*python, "mypy", "install"]),
        ("import rules", [str(environment.python.parent / "lint-imports")]),
    ]


def _run_tests(
    environment: Environment, hosts: dict[str, Path] | None, window: str, arguments: list[str]
) -> int:
    command = [str(environment.python), "-m", "pytest", *side_by_side()]
    if hosts is None:
        return _run(environment, [*command, "-m", "not hosts", *arguments])
    return _run(environment, [*command, *arguments], _told(hosts, window))


def _told(hosts: dict[str, Path], window: str) -> dict[str, str]:
    found = {version: str(python) for version, python in hosts.items()}
    return {HOSTS_VARIABLE: json.dumps(found), WINDOW_VARIABLE: window}


def _run_torch_tests(environment: Environment, torch: Path, arguments: list[str]) -> int:
    """Run them in a process of their own: in any other, nothing may import PyTorch."""
    command = [str(environment.python), "-m", "pytest", *arguments, "-m", "torch"]
    code = _run(environment, command, {"PYTHONPATH": str(torch)})
    return 0 if code == NOTHING_SELECTED and arguments else code


def _run(
    environment: Environment, command: list[str], variables: dict[str, str] | None = None
) -> int:
    environ = {**clean_environ(), **(variables or {})}
    return subprocess.call(command, cwd=environment.clone, env=environ)
