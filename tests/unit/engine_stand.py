"""A clone in miniature and a stand-in for uv, so that an engine is installed in a second."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import environments
import interpreters

from afterframe_hosts.wire.version import VERSION

CLONE = Path(__file__).parents[2]

# Stands where uv would: makes an environment, a wheel, and puts a package of two files into it.
# It stops for a minute, or fails, at the stage that is named, and says so in a file.
UV = """#!{python} -I
import os, pathlib, subprocess, sys, time

def stage(name):
    if os.environ.get("STAND_STOP") == name:
        pathlib.Path(os.environ["STAND_REACHED"]).touch()
        time.sleep(60)
    if os.environ.get("STAND_FAIL") == name:
        sys.exit(os.environ.get("STAND_SAYS", "it broke"))

what = sys.argv[1]
if what == "venv":
    stage("venv")
    subprocess.run([sys.executable, "-I", "-m", "venv", "--without-pip", sys.argv[-1]], check=True)
elif what == "build":
    stage("build")
    folder = pathlib.Path(sys.argv[sys.argv.index("--out-dir") + 1])
    (folder / "afterframe-0-py3-none-any.whl").write_text("a wheel")
elif what == "pip":
    python = pathlib.Path(sys.argv[sys.argv.index("--python") + 1])
    wanted = pathlib.Path(sys.argv[-1]).read_text()
    site = next((python.parent.parent / "lib").glob("python*")) / "site-packages"
    (site / "afterframe" / "cli").mkdir(parents=True)
    (site / "afterframe" / "__init__.py").write_text("")
    (site / "wanted.txt").write_text(wanted)
    stage("install")
    main = pathlib.Path(__file__).with_name("main.py")
    (site / "afterframe" / "cli" / "main.py").write_text(main.read_text())
"""

MAIN = """import os, pathlib, sys, time
if os.environ.get("STAND_STOP") == "proof":
    pathlib.Path(os.environ["STAND_REACHED"]).touch()
    time.sleep(60)
if os.environ.get("STAND_FAIL") == "proof":
    sys.exit("ImportError: libGL.so.1: cannot open shared object file")
import afterframe
if "echo" in sys.argv:
    sys.exit(print(sys.executable, *sys.argv[1:], sep="\\n"))
print("afterframe {version}" if "--version" in sys.argv else '{{"findings": []}}')
"""


@dataclass(frozen=True)
class Stand:
    """A user's home with a clone in it; commands run in it as a user would run them."""

    home: Path

    @property
    def clone(self) -> Path:
        return self.home / "a clone"

    @property
    def engines(self) -> Path:
        return self.home / "data" / "afterframe" / "engine"

    @property
    def launcher(self) -> Path:
        return self.home / "data" / "afterframe" / "bin" / "afterframe"

    @property
    def record_path(self) -> Path:
        return self.home / "config" / "afterframe" / "engine.json"

    @property
    def record(self) -> Any:
        return json.loads(self.record_path.read_text())

    @property
    def in_use(self) -> Path:
        return self.engines / str(self.record["engine"])

    def change(self, text: str) -> None:
        """Make the clone another version's."""
        (self.clone / "plugin" / "afterframe" / "changed.py").write_text(text)

    def environ(self, **more: str) -> dict[str, str]:
        return {
            **environments.clean_environ(),
            "PATH": f"{self.home / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(self.home),
            "XDG_DATA_HOME": str(self.home / "data"),
            "XDG_CONFIG_HOME": str(self.home / "config"),
            "XDG_STATE_HOME": str(self.home / "state"),
            "AFTERFRAME_STATE": str(self.home / "state" / "afterframe"),
            "STAND_REACHED": str(self.home / "reached"),
            **more,
        }

    def run(self, *arguments: str, tools: Path | None = None, **more: str) -> Done:
        """Run `bootstrap.py engine ARGUMENTS`, from the clone or from other tools."""
        script = tools or self.clone / "install" / "bootstrap.py"
        command = [interpreters.running(), str(script), "engine", *arguments]
        return subprocess.run(
            command, env=self.environ(**more), capture_output=True, text=True, timeout=60
        )

    def run_with(self, code: str) -> Done:
        """Run Python that has the set-up's modules at hand."""
        paths = [str(self.clone / "install"), str(self.clone / "host_adapters")]
        return subprocess.run(
            [interpreters.running(), "-c", f"import sys; sys.path[:0] = {paths!r}\n{code}"],
            env=self.environ(), capture_output=True, text=True, timeout=60,
        )  # fmt: skip

    def stop_at(self, stage: str, number: signal.Signals) -> int:
        """Begin an install, and send it this signal once it has come to a stage."""
        reached = self.home / "reached"
        reached.unlink(missing_ok=True)
        running = subprocess.Popen(
            [interpreters.running(), str(self.clone / "install" / "bootstrap.py"), "engine"],
            env=self.environ(STAND_STOP=stage),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        until = time.monotonic() + 30
        while not reached.exists():
            assert running.poll() is None
            assert time.monotonic() < until, f"{stage} was not reached"
            time.sleep(0.02)
        os.killpg(running.pid, number)
        return running.wait(30)


Done = subprocess.CompletedProcess[str]


def make_stand(home: Path) -> Stand:
    """Lay out the clone and the stand-in."""
    stand = Stand(home)
    ignored = shutil.ignore_patterns("__pycache__")
    for name in ("install", "host_adapters/afterframe_hosts/wire"):
        shutil.copytree(CLONE / name, stand.clone / name, ignore=ignored)
    hosts = "host_adapters/afterframe_hosts/__init__.py"
    for name in ("pyproject.toml", "README.md", "LICENSE", hosts):
        shutil.copy(CLONE / name, stand.clone / name)
    for name in ("plugin/afterframe", "models/afterframe_models"):
        (stand.clone / name).mkdir(parents=True)
    (home / "bin").mkdir(parents=True)
    (home / "bin" / "main.py").write_text(MAIN.format(version=VERSION))
    (home / "bin" / "uv").write_text(UV.replace("{python}", sys.executable))
    (home / "bin" / "uv").chmod(0o755)
    return stand


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, links by where they lead."""
    return {
        str(path.relative_to(folder)): os.fsencode(path.readlink())
        if path.is_symlink()
        else path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_symlink() or path.is_file()
    }
