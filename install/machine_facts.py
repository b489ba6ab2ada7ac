"""What this machine says of itself, for the choice of PyTorch: from drivers' files and tools."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from torch_choice import Card, Machine, System

PATIENCE = 20.0
"""Seconds for nvidia-smi, which may have to wake a driver up."""
ARCHITECTURES = {"amd64": "x86_64", "x86_64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}
NVIDIA_SMI = (
    "/usr/lib/wsl/lib/nvidia-smi",
    r"C:\Windows\System32\nvidia-smi.exe",
)
DRIVER_FILE = Path("/proc/driver/nvidia/version")
WINDOWS_CARDS = r"SYSTEM\CurrentControlSet\Control\Class\{4d36e968-e325-11ce-bfc1-08002be10318}"
"""Where Windows lists graphics cards: the class of display adapters."""


def look() -> Machine:
    """The facts of this machine."""
    driver, capabilities = _nvidia()
    return Machine(
        system=SYSTEM,
        arch=ARCHITECTURES.get(platform.machine().lower(), platform.machine().lower()),
        release=_numbers(platform.mac_ver()[0]),
        nvidia_driver=driver,
        capabilities=capabilities,
        amd_targets=read_amd_targets(Path("/sys/class/kfd/kfd/topology/nodes")),
        amd_permitted=os.access("/dev/kfd", os.R_OK | os.W_OK),
        cards=tuple(_cards()),
        level_zero=_has_level_zero(),
    )


def read_nvidia_smi(said: str) -> tuple[str, tuple[tuple[int, int], ...]]:
    """Driver and compute capabilities, from `driver_version, compute_cap` in lines of CSV."""
    rows = [[part.strip() for part in line.split(",")] for line in said.splitlines() if line]
    drivers = [row[0] for row in rows if re.fullmatch(r"[\d.]+", row[0])]
    found = (re.fullmatch(r"(\d+)\.(\d+)", row[-1]) for row in rows if len(row) > 1)
    capabilities = tuple((int(each[1]), int(each[2])) for each in found if each)
    return (drivers[0] if drivers else ""), capabilities


def read_driver_file(path: Path) -> str:
    """The version of NVIDIA's kernel module, as its own file tells it; "" without one."""
    found = re.search(r"Kernel Module.*?\s(\d+\.\d+[\d.]*)\s", _text(path))
    return found[1] if found else ""


def read_amd_targets(nodes: Path) -> tuple[str, ...]:
    """The GPUs of AMD's compute driver: it writes gfx90a as 90010, gfx1100 as 110000."""
    targets = []
    for properties in sorted(nodes.glob("*/properties")):
        found = re.search(r"^gfx_target_version (\d+)$", _text(properties), re.MULTILINE)
        number = int(found[1]) if found else 0
        if number:  # 0 is the processor, which stands in the list as well
            major, minor, step = number // 10000, number // 100 % 100, number % 100
            targets.append(f"gfx{major}{minor:x}{step:x}")
    return tuple(targets)


def read_cards(devices: Path) -> Iterator[Card]:
    """The graphics cards that Linux lists."""
    for device in sorted(devices.glob("card[0-9]*/device")):
        vendor, kind = _text(device / "vendor").strip(), _text(device / "device").strip()
        if vendor and kind:
            yield Card(int(vendor, 16), int(kind, 16))


def read_pci_name(name: str) -> Card | None:
    """A card by the name that Windows has for it: pci\\ven_8086&dev_56a0&..."""
    found = re.match(r"pci\\ven_([0-9a-f]{4})&dev_([0-9a-f]{4})", name.lower())
    return Card(int(found[1], 16), int(found[2], 16)) if found else None


def _nvidia() -> tuple[str, tuple[tuple[int, int], ...]]:
    program = shutil.which("nvidia-smi") or next(filter(os.path.isfile, NVIDIA_SMI), None)
    if program is None:
        return read_driver_file(DRIVER_FILE), ()
    for fields in ("driver_version,compute_cap", "driver_version"):  # old ones know one only
        command = [program, f"--query-gpu={fields}", "--format=csv,noheader"]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
        except (OSError, subprocess.TimeoutExpired):
            break
        if done.returncode == 0:
            return read_nvidia_smi(done.stdout)
    return read_driver_file(DRIVER_FILE), ()


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdecimal())


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""


if sys.platform == "win32":
    import winreg

    SYSTEM: System = "windows"

    def _cards() -> Iterator[Card]:
        try:
            listed = winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, WINDOWS_CARDS)
        except OSError:
            return
        with listed:
            for index in range(winreg.QueryInfoKey(listed)[0]):
                try:
                    with winreg.OpenKey(listed, winreg.EnumKey(listed, index)) as key:
                        name, _ = winreg.QueryValueEx(key, "MatchingDeviceId")
                except OSError:  # no card, or not for everybody to read
                    continue
                card = read_pci_name(str(name))
                if card is not None:
                    yield card

    def _has_level_zero() -> bool:
        windows = os.environ.get("SYSTEMROOT", r"C:\Windows")
        return Path(windows, "System32", "ze_loader.dll").is_file()

else:
    SYSTEM: System = "macos" if sys.platform == "darwin" else "linux"

    def _cards() -> Iterator[Card]:
        return read_cards(Path("/sys/class/drm"))

    def _has_level_zero() -> bool:
        folders = ("/usr/lib/x86_64-linux-gnu", "/usr/lib64", "/usr/lib", "/usr/local/lib")
        return any(any(Path(folder).glob("libze_intel_gpu.so*")) for folder in folders)
