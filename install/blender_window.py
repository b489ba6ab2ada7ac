"""A real Blender with a window, for the tests: Debian 13's, in a root folder of its own.

The module `bpy` opens no window, and a registry that has Blender itself is Debian's alone. What is
installed here lies in one folder and is entered by `chroot`. Whatever has to be mounted for that is
mounted in a mount namespace, which ends with the last process in it: a run that is killed leaves
nothing mounted, and nothing that a removal of the folder could reach.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from blender_environments import FOLDER
from environments import CLONE, LOG_FOLDER, SetupError, alone, clean_environ, say

RELEASE = "trixie"
VERSION = "4.3.2"
PACKAGES = (
    "blender",
    "imagemagick",
    "libgl1",
    "libgl1-mesa-dri",
    "xdotool",
    "xvfb",
)
"""Blender, a screen without a monitor, software that draws, keys and clicks, screenshots."""

STAMP = "afterframe-window.json"
LEAN = """\
path-exclude=/usr/share/doc/*
path-exclude=/usr/share/man/*
path-exclude=/usr/share/locale/*
force-unsafe-io
"""
"""Settings of dpkg: no manuals, and no waiting for the disk after every file."""

PATIENCE = 900
"""Seconds after which a mirror that hangs is given up."""

ENTER = """\
set -e
root=$1; shared=$2; shift 2
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t tmpfs tmpfs "$root/tmp"
printf '%s' "$shared" | while IFS= read -r folder; do
    mkdir -p "$root$folder"
    mount --bind "$folder" "$root$folder"
done
exec chroot "$root" "$@"
"""
"""For a shell: mount in this namespace what a program needs, then run it inside."""


def prepare(clone: Path = CLONE) -> tuple[Path | None, str]:
    """Make it ready. Gives its root folder, or a sentence that says why there is none."""
    root = clone / FOLDER / "blender-window"
    try:
        _demand_means()
        logs = clone / LOG_FOLDER
        logs.mkdir(exist_ok=True)
        root.parent.mkdir(exist_ok=True)
        with alone(logs / "blender-window.lock"):
            if not is_ready(root):
                _make(root, logs / "blender-window.log")
    except SetupError as error:
        return None, f"No Blender with a window: {error}"
    return root, ""


def is_ready(root: Path) -> bool:
    """Whether a whole one lies there, made as it would be made now."""
    try:
        stamp = json.loads((root / STAMP).read_text("utf-8"))
    except (OSError, ValueError):
        return False
    return bool(stamp == _stamp())


def entering(root: Path, shared: Sequence[Path], command: Sequence[str]) -> list[str]:
    """The command that runs another one inside, as the first process of a mount namespace.

    The folders `shared` are seen inside under the paths that they have outside. The process ends
    with the one that started it.
    """
    for folder in shared:
        if "\n" in str(folder) or not folder.is_absolute():
            raise ValueError(f"not a folder that can be shared: {folder}")
    folders = "".join(f"{folder}\n" for folder in shared)
    alone_in_it = ["unshare", "--mount", "sh", "-c", ENTER, "sh", str(root), folders]
    return ["setpriv", "--pdeathsig", "KILL", *alone_in_it, *command]


def joining(first: int, command: Sequence[str]) -> list[str]:
    """The command that runs another one beside the process `first`, which is inside."""
    beside = ["nsenter", f"--target={first}", "--mount", "--root", "env", "--chdir=/"]
    return ["setpriv", "--pdeathsig", "KILL", *beside, *command]


def _stamp() -> dict[str, str]:
    recipe = "\0".join((RELEASE, VERSION, *PACKAGES, LEAN))
    return {"version": VERSION, "recipe": hashlib.sha256(recipe.encode()).hexdigest()}


def _demand_means() -> None:
    """Raise SetupError with what this machine lacks."""
    if sys.platform != "linux":
        raise SetupError("it is Debian's, and this is not Linux.")
    if os.geteuid() != 0:
        raise SetupError("only root may make and enter the Debian around it.")
    if shutil.which("apt-get") is None:
        raise SetupError("it comes from Debian's mirror, and there is no apt-get here to name one.")
    if subprocess.run(["unshare", "--mount", "true"], capture_output=True).returncode != 0:
        raise SetupError("this machine permits no mounts (a container may need CAP_SYS_ADMIN).")


def _make(root: Path, log: Path) -> None:
    """Make it in place of whatever is there; it is whole when its stamp stands."""
    began = time.monotonic()
    log.write_text("", "utf-8")
    if shutil.which("debootstrap") is None:
        _run(["apt-get", "update", "-q"], log)
        _run(["apt-get", "install", "-y", "--no-install-recommends", "debootstrap"], log)
    mirror = _mirror(log)
    _remove(root)
    say(f"Making {root} with Blender {VERSION} (the first time this takes two minutes)")
    base = ["debootstrap", "--variant=minbase", "--include=ca-certificates", RELEASE]
    _run(["unshare", "--mount", *base, str(root), mirror], log)
    _take_settings(root)
    for command in (["update", "-q"], ["install", "-q", "-y", "--no-install-recommends"]):
        packages = PACKAGES if "install" in command else ()
        _run(entering(root, (), ["apt-get", *command, *packages]), log)
    _run(entering(root, (), ["apt-get", "clean"]), log)
    _check_version(root)
    (root / STAMP).write_text(json.dumps(_stamp(), indent=1), "utf-8")
    say(f"{root.name} is ready ({time.monotonic() - began:.0f} s)")


def _mirror(log: Path) -> str:
    """The mirror of Debian that apt uses here; apt knows whose it is once it has looked there."""
    command = ["apt-get", "indextargets", "--format", "$(LABEL)|$(COMPONENT)|$(REPO_URI)"]
    for last in (False, True):
        told = subprocess.run(command, capture_output=True, text=True).stdout.splitlines()
        found = [line.split("|", 2)[2] for line in told if line.startswith("Debian|main|")]
        if found:
            return found[0]
        if not last:
            _run(["apt-get", "update", "-q"], log)
    raise SetupError("apt knows no mirror of Debian here.")


def _take_settings(root: Path) -> None:
    """Give the apt inside what the one outside has: proxies, patience, how it takes old lists."""
    told = subprocess.run(["apt-config", "dump", "Acquire"], capture_output=True, text=True)
    (root / "etc/apt/apt.conf.d/00machine").write_text(told.stdout, "utf-8")
    (root / "etc/dpkg/dpkg.cfg.d/lean").write_text(LEAN, "utf-8")
    (root / "etc/mtab").symlink_to("../proc/self/mounts")  # Blender reads there what is mounted
    for name in ("etc/resolv.conf", "etc/ssl/certs/ca-certificates.crt"):
        if Path("/", name).is_file():
            shutil.copyfile(Path("/", name), root / name)


def _check_version(root: Path) -> None:
    """Raise SetupError when Debian has another Blender by now than the one that is meant."""
    told = subprocess.run(
        entering(root, (), ["blender", "--version"]),
        capture_output=True,
        text=True,
        env=_environ(),
    )
    first = (told.stdout.splitlines() or [told.stderr.strip()[-200:]])[0]
    if first != f"Blender {VERSION}":
        raise SetupError(f"Blender {VERSION} was expected there, and it says: {first}")


def _remove(root: Path) -> None:
    """Remove what is there, unless somebody has mounted something in it by hand."""
    mounts = Path("/proc/self/mounts").read_text("utf-8").splitlines()
    inside = [line.split()[1] for line in mounts if line.split()[1].startswith(f"{root}/")]
    if inside:
        raise SetupError(f"something is mounted at {inside[0]}: unmount it first.")
    if root.exists():
        shutil.rmtree(root)


def _run(command: list[str], log: Path) -> None:
    """Run a step with its words in the log."""
    with log.open("a", encoding="utf-8") as words:
        words.write(f"$ {' '.join(command)}\n")
        words.flush()
        try:
            done = subprocess.run(
                command,
                env=_environ(),
                stdin=subprocess.DEVNULL,
                stdout=words,
                stderr=subprocess.STDOUT,
                timeout=PATIENCE,
            )
        except subprocess.TimeoutExpired:
            raise SetupError(f"`{command[0]}` did not end; its words are in {log}") from None
    if done.returncode != 0:
        raise SetupError(f"Debian {RELEASE} could not be installed; why is in {log}")


def _environ() -> dict[str, str]:
    """Plain English, no questions, and the paths that a Debian has, whatever this machine's are."""
    paths = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    plain = {"DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8", "PATH": paths}
    return {**clean_environ(), **plain}
