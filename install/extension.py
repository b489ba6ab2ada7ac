"""The extension for Blender: one zip for every version from 4.2 on.

Its inside is laid out as this clone is, so that the bootstrap in it runs as it stands and installs
the engine from the wheel that comes along::

    blender_manifest.toml  __init__.py  LICENSE
    host_adapters/afterframe_hosts/     what Blender's adapter is and stands on
    install/                            the bootstrap
    carried/                            the wheel, and what it was built from

The same tree gives the same bytes.
"""

from __future__ import annotations

import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import engine_build
import environments
import interpreters
from environments import CLONE, Environment
from manifest import part_of

from afterframe_hosts.wire.version import VERSION

HOSTS = "host_adapters/afterframe_hosts"
TEMPLATES = f"{HOSTS}/blender/extension"
CARRIED = (
    "LICENSE",
    f"{HOSTS}/__init__.py",
    f"{HOSTS}/base.py",
    f"{HOSTS}/background.py",
    f"{HOSTS}/orders.py",
    f"{HOSTS}/pump.py",
    f"{HOSTS}/wire",
    f"{HOSTS}/blender",
    "install",
)
"""What is taken from the clone as it is."""
ANY_DAY = (1980, 1, 1, 0, 0, 0)
"""The date of every file in the zip: the earliest that it can say."""


def name() -> str:
    """The zip's file name."""
    return f"afterframe-blender-{VERSION}.zip"


def build(folder: Path) -> Path:
    """Build the wheel and the zip from this clone, and put the zip into `folder`; gives its path.

    Raises SetupError where the wheel cannot be built, OSError where nothing can be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="afterframe-wheel-") as scratch:
        return pack(folder / name(), _build_wheel(Path(scratch)))


def pack(path: Path, wheel: Path) -> Path:
    """Write the zip around a wheel: completely or not at all."""
    part = part_of(path)
    try:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            for inside, content in sorted(_contents(wheel)):
                entry = zipfile.ZipInfo(inside, ANY_DAY)
                entry.create_system = 3  # Unix on every system, so that the bytes are the same
                entry.external_attr = 0o100644 << 16
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, content)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return path


def _contents(wheel: Path) -> Iterator[tuple[str, bytes]]:
    """Every file of the zip: its path inside, and its bytes."""
    manifest = (CLONE / TEMPLATES / "blender_manifest.toml").read_text("utf-8")
    yield "blender_manifest.toml", manifest.replace("VERSION", VERSION).encode()
    yield "__init__.py", (CLONE / TEMPLATES / "start.py").read_bytes()
    for each in CARRIED:
        for path in engine_build.source_files(CLONE / each):
            inside = path.relative_to(CLONE).as_posix()
            if not inside.startswith(f"{TEMPLATES}/"):
                yield inside, path.read_bytes()
    yield f"{engine_build.CARRIED}/{wheel.name}", wheel.read_bytes()
    yield f"{engine_build.CARRIED}/{engine_build.SOURCE}", engine_build.source_hash().encode()


def _build_wheel(scratch: Path) -> Path:
    environment = Environment(
        folder=scratch / "environment",
        base=interpreters.running(),
        version=sys.version_info[:2],
        requirements=(),
        constraints="constraints.txt",
    )
    uv = environments.working_uv()
    environment.log.parent.mkdir(exist_ok=True)
    environment.log.write_text("", "utf-8")
    if uv is None:
        environments.make(environment, None)
    return environments.build_wheel(environment, uv, scratch)
