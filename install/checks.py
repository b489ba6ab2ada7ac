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
    for name, module, arguments in _static_checks():
        print(f"\n== {name}", flush=True)
        if _run(environment, module, arguments) != 0:
            failed.append(name)
    print("\n== " + ("; ".join(f"FAILED: {name}" for name in failed) or "all of these passed"))
    print("\n== tests", flush=True)
    return max(_run_tests(environment, hosts, pytest_arguments), 1 if failed else 0)


def _static_checks() -> list[tuple[str, str, list[str]]]:
    return [
        ("style", "ruff", ["check"]),
        ("format", "ruff", ["format", "--check"]),
        ("types", "mypy", []),
        ("types of the set-up", "mypy", ["install"]),
        ("import rules", "importlinter.cli", ["lint"]),
    ]


def _run_tests(
    environment: Environment, hosts: dict[str, Path] | None, arguments: list[str]
) -> int:
    if hosts is None:
        return _run(environment, "pytest", ["-m", "not hosts", *arguments])
    found = {version: str(python) for version, python in hosts.items()}
    return _run(environment, "pytest", arguments, {HOSTS_VARIABLE: json.dumps(found)})


def _run(
    environment: Environment,
    module: str,
    arguments: list[str],
    variables: dict[str, str] | None = None,
) -> int:
    command = [str(environment.python), "-m", module, *arguments]
    return subprocess.call(
        command, cwd=environment.clone, env={**clean_environ(), **(variables or {})}
    )
