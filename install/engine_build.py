"""Make one engine: an environment in a folder of its own, proved by starting it."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import environments
import interpreters
import machine_facts
import manifest
import torch_choice
from environments import CLONE, Environment, SetupError, clean_environ, say
from manifest import Manifest

from afterframe_hosts.wire.system import long_path
from afterframe_hosts.wire.version import VERSION

PACKAGES = ("plugin/afterframe", "host_adapters/afterframe_hosts", "models/afterframe_models")
DECIDING = ("pyproject.toml", "README.md", "LICENSE", "install/constraints.txt")
TOOLS = (
    "install",
    "host_adapters/afterframe_hosts/__init__.py",
    "host_adapters/afterframe_hosts/wire",
)
"""What `bootstrap.py engine` needs when there is no clone any more, except to build anew."""

CARRIED, SOURCE = "carried", "source.sha256"
"""Where a host's extension carries the wheel to install, and the hash of what it was built from."""

NEEDED_MB = {"": 1000, "cpu": 4000, "mps": 4000, "cuda": 16000, "rocm": 24000, "xpu": 12000}
"""Free space for an engine with this build of PyTorch: what it takes, and what is downloaded."""
PROOF_PATIENCE = 300.0
"""Seconds that an engine may take to start the first time, on a slow disk and under a scanner."""

IMPORTS = {"diffusion": "torch, diffusers, transformers", "panel": "PySide6.QtWidgets"}
"""What must be importable with each extra."""


@dataclass(frozen=True)
class Wanted:
    """What to install: this version with these extras, and PyTorch's build if one is needed."""

    version: str
    content: str
    extras: tuple[str, ...]
    torch: torch_choice.Choice | None
    torch_asked: str


def is_clone() -> bool:
    """Whether the source is here: not with the tools that an engine or an extension brings."""
    return (CLONE / "pyproject.toml").is_file()


def carried_wheel() -> Path | None:
    """The wheel that came with these tools, in a host's extension."""
    return next((CLONE / CARRIED).glob("*.whl"), None)


def can_build() -> bool:
    """Whether an engine can be installed from here: from source, or from the wheel that is here."""
    return is_clone() or carried_wheel() is not None


def describe(extras: frozenset[str], torch_asked: str) -> Wanted:
    """What this clone would install. Raises SetupError where its PyTorch is not made."""
    torch = _choose_torch(torch_asked) if "diffusion" in extras else None
    told = (interpreters.dotted(sys.version_info[:2]), *sorted(extras), torch_requirement(torch))
    return Wanted(VERSION, _content(told), tuple(sorted(extras)), torch, torch_asked)


def describe_again(made: Manifest) -> Wanted:
    """What was installed, to be installed once more."""
    torch = _choose_torch(made.torch_asked) if "diffusion" in made.extras else None
    return Wanted(made.version, made.content, made.extras, torch, made.torch_asked)


def build(root: Path, wanted: Wanted, kept_wheel: Path | None = None) -> Manifest:
    """Make an engine in a new folder of `root`; from a wheel that was kept, if one is given.

    Until its manifest says that it is whole, the folder is nobody's and may go at any time.
    Raises SetupError; nothing is left then.
    """
    name = _free_name(root, f"{wanted.version}-{wanted.content[:8]}")
    torch = wanted.torch.backend if wanted.torch else ""
    _demand_space(root, torch)
    making = Manifest(
        name, wanted.version, wanted.content, wanted.extras, torch, wanted.torch_asked
    )
    manifest.save(root, making)
    try:
        environment = _environment(root, name)
        _fill(environment, wanted, kept_wheel or carried_wheel())
        prove(environment.python, wanted.version, wanted.extras)
        _tell_unseen_gpu(environment.python, torch)
        files = manifest.list_files(environment.folder)
        made = making.whole(files, time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()))
        manifest.save(root, made)
    except BaseException:
        drop_half_made(root, making)
        raise
    return made


def drop_half_made(root: Path, half: Manifest) -> None:
    """Remove an engine that never became whole: its folder was made for it alone."""
    shutil.rmtree(long_path(root / half.name), ignore_errors=True)
    if not (root / half.name).exists():
        manifest.manifest_path(root, half.name).unlink(missing_ok=True)


def source_hash() -> str:
    """A hash of the source that an engine is built from; where a wheel is carried, of that one's.

    So the same engine is known as the same, whichever way it is installed.
    """
    if not is_clone():
        return (CLONE / CARRIED / SOURCE).read_text("utf-8").strip()
    digest = hashlib.sha256()
    files = [CLONE / name for name in DECIDING]
    for package in PACKAGES:
        files += source_files(CLONE / package)
    for path in files:
        digest.update(f"\0{path.relative_to(CLONE).as_posix()}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def source_files(path: Path) -> list[Path]:
    """A file, or the files of a folder in order; without what Python compiles for itself."""
    if path.is_file():
        return [path]
    return sorted(each for each in path.rglob("*") if each.is_file() and each.suffix != ".pyc")


def prove(python: Path, version: str, extras: tuple[str, ...]) -> None:
    """Start an engine: its version, what it finds on this machine, what its extras import.

    Raises SetupError with the last thing it said.
    """
    prove_version(python, version)
    found = json.loads(run_engine(python, "-m", "afterframe.cli.main", "doctor", "--json"))
    for finding in found["findings"]:
        if finding["what"] == "Formats" and finding["advice"]:
            raise SetupError(f"The engine cannot write everything: {finding['advice']}")
    for extra in extras:
        run_engine(python, "-c", f"import {IMPORTS[extra]}")


def prove_version(python: Path, version: str) -> None:
    """Start an engine and ask which it is. Raises SetupError where it is another, or none."""
    said = run_engine(python, "-m", "afterframe.cli.main", "--version")
    if said.split() != ["afterframe", version]:
        raise SetupError(f"The engine in {python.parent.parent} says it is {said.strip()!r}.")


def run_engine(python: Path, *arguments: str) -> str:
    """What an engine's Python prints, apart from the user's own state. Raises SetupError."""
    with tempfile.TemporaryDirectory(prefix="afterframe-proof-") as state:
        environ = {**clean_environ(), "AFTERFRAME_STATE": state}
        try:
            done = subprocess.run(
                [str(python), "-I", *arguments],
                cwd=state,
                env=environ,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=PROOF_PATIENCE,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise SetupError(f"The engine does not start: {error}") from error
    if done.returncode != 0:
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["nothing"]
        raise SetupError(f"The engine in {python.parent.parent} does not start: {lines[-1]}")
    return done.stdout.decode("utf-8", "replace")


def python_of(root: Path, name: str) -> Path:
    """The interpreter of an installed engine."""
    return _environment(root, name).python


def tool_of(root: Path, name: str) -> Path:
    """The script that manages an installed engine when there is no clone any more."""
    return root / name / "tools" / "install" / "bootstrap.py"


def kept_wheel(root: Path, name: str) -> Path | None:
    """The wheel from which an engine was installed."""
    return next((root / name / "wheel").glob("*.whl"), None)


def _fill(environment: Environment, wanted: Wanted, kept: Path | None) -> None:
    began = time.monotonic()
    folder = environment.folder
    environment.log.parent.mkdir(parents=True, exist_ok=True)
    environment.log.write_text("", "utf-8")
    uv = environments.working_uv()
    environments.make(environment, uv)
    wheels = folder / "wheel"
    wheels.mkdir()
    if kept is not None:
        wheel = Path(shutil.copy(kept, wheels))
    else:
        wheel = environments.build_wheel(environment, uv, wheels)
    _copy_tools(folder / "tools")
    _write_requirements(folder / "requirements.txt", wheel, wanted)
    if wanted.torch is not None:
        say(f"PyTorch: {wanted.torch.sentence}")
    extras = f" with {' and '.join(wanted.extras)}" if wanted.extras else ""
    say(f"Installing Afterframe {wanted.version}{extras} (a minute or more the first time)")
    environments.install(environment, uv)
    say(f"Installed in {time.monotonic() - began:.0f} s")


def _tell_unseen_gpu(python: Path, torch: str) -> None:
    """Say it when PyTorch, now that it is there, does not find what it was chosen for."""
    if torch in ("", "cpu"):
        return
    code = "import torch; print(torch.accelerator.is_available())"
    if run_engine(python, "-c", code).strip() != "True":
        say(
            f"PyTorch for {torch} is installed and does not find the GPU: its driver is missing, "
            "too old or another machine's. Models run on the CPU until it is found."
        )


def _environment(root: Path, name: str) -> Environment:
    return Environment(
        folder=root / name,
        base=interpreters.running(),
        version=sys.version_info[:2],
        requirements=("--requirement", str(root / name / "requirements.txt")),
        constraints="constraints.txt",
        logs=root / "logs",
    )


def _write_requirements(path: Path, wheel: Path, wanted: Wanted) -> None:
    """In a file, since an index that is named there comes on top of those the user has set."""
    extras = f"[{','.join(wanted.extras)}]" if wanted.extras else ""
    lines = [f"afterframe{extras} @ {wheel.as_uri()}"]
    if wanted.torch is not None:
        lines.append(torch_requirement(wanted.torch))
        if wanted.torch.index:
            lines.insert(0, f"--extra-index-url {wanted.torch.index}")
    path.write_text("\n".join(lines) + "\n", "utf-8")


def _copy_tools(target: Path) -> None:
    for name in TOOLS:
        source = CLONE / name
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(source, target / name, ignore=ignored)
        else:
            shutil.copy(source, target / name)


def _choose_torch(asked: str) -> torch_choice.Choice:
    choice = torch_choice.choose(machine_facts.look(), asked)
    if choice.backend == "none":
        raise SetupError(f"The extra diffusion cannot be installed: {choice.sentence}.")
    return choice


def torch_requirement(torch: torch_choice.Choice | None) -> str:
    if torch is None:
        return ""
    constraints = (CLONE / "install" / "constraints.txt").read_text("utf-8").splitlines()
    (pinned,) = (line for line in constraints if line.startswith("torch=="))
    return torch.requirement(pinned.removeprefix("torch=="))


def _content(told: tuple[str, ...]) -> str:
    """A hash of everything that decides what gets installed: a change means another engine."""
    return hashlib.sha256("\0".join((*told, source_hash())).encode()).hexdigest()


def _free_name(root: Path, name: str) -> str:
    taken = {path.name.removesuffix(manifest.SUFFIX) for path in root.glob("*")}
    numbered = (f"{name}.{number}" for number in range(2, len(taken) + 3))
    return next(each for each in (name, *numbered) if each not in taken)


def _demand_space(root: Path, torch: str) -> None:
    free = shutil.disk_usage(root).free // 1_000_000
    if free < NEEDED_MB[torch]:
        raise SetupError(
            f"The engine needs {NEEDED_MB[torch]} MB on the disk of {root}, where {free} MB are "
            "free. Free some space and try again."
        )
