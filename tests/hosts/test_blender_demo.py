"""The demo inside real Blender: what ``install/bootstrap.py demo --host blender`` runs."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.hosts.blenders import REPOSITORY, python_of, run, run_script, tail
from tests.hosts.pictures import psnr, read_picture

pytestmark = [pytest.mark.hosts, pytest.mark.slow]

DEMO = REPOSITORY / "host_adapters" / "afterframe_hosts" / "blender" / "demo.py"
SHEET = (3 * (270 + 8) + 8, 4 * (480 + 8) + 8)


@pytest.mark.parametrize("version", ["5.2.3"])
def test_the_demo_leaves_a_project_with_four_seconds_on_a_new_channel(
    version: str, tmp_path: Path
) -> None:
    output = tmp_path / "demo"
    engine = ["--engine", sys.executable, "--output", str(output)]
    done = run([str(python_of(version)), str(DEMO), *engine], tmp_path)
    assert done.returncode == 0, tail(done)
    paths = dict(line.split(":", 1) for line in done.stdout.splitlines()[-4:])
    assert all(Path(path.strip()).is_file() for path in paths.values())

    project = output / "afterframe-demo.blend"
    frames = "31,126"
    found = run_script(version, "look_at.py", tmp_path, project, tmp_path / "renders", frames)
    placed = found["strips"]["sample generate v001"]
    assert (placed["start"], placed["end"], placed["channel"]) == (31, 31 + 96, 2)
    assert found["playhead"] == 31

    sheet = read_picture(str(output / "afterframe-demo.png"))
    assert sheet.shape[:2] == SHEET
    first, last = (sheet[8 : 8 + 270, 8:488], sheet[-278:-8, -488:-8])
    assert psnr(first, last) < 30
    assert not (output / "service" / "endpoint.json").exists()
