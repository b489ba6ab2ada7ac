"""Every import rule of pyproject.toml holds, and notices the import that it is there to forbid."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

CLONE = Path(__file__).parents[2]
ROOTS = ("plugin/afterframe", "host_adapters/afterframe_hosts", "models/afterframe_models")

# Contract, the module that offends, what it imports.
OFFENCES = [
    ("hosts-are-bare", "afterframe_hosts/blender/timeline.py", "import numpy"),
    ("hosts-are-bare", "afterframe_hosts/base.py", "import afterframe.core.timecode"),
    ("bpy-in-blender", "afterframe_hosts/wire/clip.py", "import bpy"),
    ("otio-in-interchange", "afterframe_hosts/base.py", "import opentimelineio"),
    ("hosts-apart", "afterframe_hosts/wire/clip.py", "from .. import base"),
    ("hosts-apart", "afterframe_hosts/base.py", "from . import orders"),
    ("hosts-apart", "afterframe_hosts/blender/timeline.py", "from ..interchange import adapter"),
    ("adapters-by-entry-point", "afterframe/cli/timelines.py", "import afterframe_hosts.blender"),
    ("engines-below", "afterframe_models/motion/camera.py", "import afterframe.service.queue"),
    ("engines-below", "afterframe_models/base.py", "import afterframe.pipeline.run"),
    ("engines-by-registry", "afterframe/pipeline/run.py", "import afterframe_models.motion.camera"),
    ("engines-by-registry", "afterframe_models/registry.py", "from .motion import camera"),
    ("service-is-light", "afterframe/service/queue.py", "import afterframe.media.frame"),
    ("service-is-light", "afterframe/core/admission.py", "import numpy"),
    ("service-is-light", "afterframe_models/card.py", "def late():\n    import torch"),
    ("core-is-pure", "afterframe/core/timecode.py", "import numpy"),
    ("rooms-in-order", "afterframe/media/source.py", "import afterframe.pipeline.run"),
    ("rooms-in-order", "afterframe/service/queue.py", "import afterframe.cli.main"),
    ("torch-in-engines", "afterframe/pipeline/run.py", "def late():\n    import torch"),
    ("torch-in-engines", "afterframe/imaging/mover.py", "def late():\n    import torch"),
    ("torch-in-engines", "afterframe/imaging/twin/lut.py", "import safetensors"),
    ("qt-in-panel", "afterframe/cli/main.py", "import PySide6"),
    ("codecs-in-media", "afterframe/pipeline/run.py", "import av"),
    ("http-in-service", "afterframe/pipeline/run.py", "import pydantic"),
]


@pytest.fixture(scope="module")
def copies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The three packages, to be offended."""
    folder = tmp_path_factory.mktemp("packages")
    for root in ROOTS:
        leave = shutil.ignore_patterns("__pycache__")
        shutil.copytree(CLONE / root, folder / Path(root).name, ignore=leave)
    shutil.copy(CLONE / "pyproject.toml", folder)
    return folder


def broken_contracts(folder: Path, *options: str) -> str:
    """What the linter reports of these packages, or nothing when all contracts are kept."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", *options]
    environ = {**os.environ, "PYTHONPATH": str(folder)}
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True)
    assert "Contracts:" in done.stdout, done.stdout + done.stderr
    return "" if done.returncode == 0 else done.stdout


def test_all_rules_are_kept(copies: Path) -> None:
    assert broken_contracts(copies) == ""


@pytest.mark.parametrize(("contract", "module", "offence"), OFFENCES)
def test_an_offence_is_noticed(copies: Path, contract: str, module: str, offence: str) -> None:
    file = copies / module
    clean = file.read_text("utf-8")
    file.write_text(f"{clean}\n{offence}\n", "utf-8")
    try:
        assert "BROKEN" in broken_contracts(copies, "--contract", contract)
    finally:
        file.write_text(clean, "utf-8")


def test_every_rule_is_put_to_the_test() -> None:
    project = tomllib.loads((CLONE / "pyproject.toml").read_text("utf-8"))
    contracts = {contract["id"] for contract in project["tool"]["importlinter"]["contracts"]}
    assert contracts == {contract for contract, _, _ in OFFENCES}
