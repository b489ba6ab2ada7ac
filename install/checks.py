"""The checks of the project, each in `.venv`: style, types, import rules, tests."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from environments import Environment, clean_environ

HOSTS_VARIABLE = "AFTERFRAME_TEST_HOSTS"


def run_all(
    environment: Environment,
    hosts: dict[str, Path] | None,
    problems: list[str],
    pytest_arguments: list[str],
) -> int:
    """Run every check, whatever the others said; gives 0 only if all passed.

    `hosts` are the real hosts to test in (None: leave those tests out), `problems` what already
    went wrong. The tests come last, so that their summary ends the output.
    """
    failed = list(problems)
    for name, command in _static_checks(environment):
        print(f"\n== {name}", flush=True)
        if _run(environment, command) != 0:
            failed.append(name)
    print("\n== " + ("; ".join(f"FAILED: {name}" for name in failed) or "all of these passed"))
    print("\n== tests", flush=True)
    return max(_run_tests(environment, hosts, pytest_arguments), 1 if failed else 0)


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
    environment: Environment, hosts: dict[str, Path] | None, arguments: list[str]
) -> int:
    command = [str(environment.python), "-m", "pytest"]
    if hosts is None:
        return _run(environment, [*command, "-m", "not hosts", *arguments])
    found = {version: str(python) for version, python in hosts.items()}
    return _run(environment, [*command, *arguments], {HOSTS_VARIABLE: json.dumps(found)})


def _run(
    environment: Environment, command: list[str], variables: dict[str, str] | None = None
) -> int:
    environ = {**clean_environ(), **(variables or {})}
    return subprocess.call(command, cwd=environment.clone, env=environ)
