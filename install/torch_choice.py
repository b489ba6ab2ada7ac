"""Which build of PyTorch fits a machine: a pure function of what the machine says of itself.

Sources, as of PyTorch 2.13: the release and CUDA support matrices in PyTorch's RELEASE.md (CUDA
12.6 and 13.0 are stable, 13.0 is what PyPI has for Linux on x86; ROCm 7.2; architectures of each),
NVIDIA's "CUDA Compatibility" (drivers), PyTorch's "Getting Started on Intel GPU" (cards).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Backend = Literal["cuda", "rocm", "xpu", "mps", "cpu", "none"]
System = Literal["linux", "windows", "macos"]

INDEX = "https://download.pytorch.org/whl/"

CUDA_13_DRIVER = 580
CUDA_12_DRIVER = {"linux": 525, "windows": 528}
CUDA_13_CAPABILITY = (7, 5)
CUDA_12_CAPABILITY = {"x86_64": (5, 0), "arm64": (8, 0)}
CUDA_12_LAST_CAPABILITY = (9, 0)
"""Each build holds machine code for the cards between these; newer ones need CUDA 13."""

ROCM = "rocm7.2"
ROCM_TARGETS = frozenset(
    f"gfx{each}"
    for each in (900, 906, 908, "90a", 942, 950, 1030, 1100, 1101, 1102, 1150, 1151, 1200, 1201)
)

MACOS = (14, 0)
"""The first macOS that the wheel of 2.13 runs on."""

AMD, INTEL, NVIDIA = 0x1002, 0x8086, 0x10DE
"""PCI's numbers of the makers of graphics cards."""

INTEL_DEVICES = (
    range(0x0BD0, 0x0BE6),  # Data Center GPU Max
    range(0x4F80, 0x4F89),  # Arc A, early numbers
    range(0x5690, 0x56C2),  # Arc A and Data Center GPU Flex
    range(0x6420, 0x6421),  # Core Ultra 200V
    range(0x64A0, 0x64B1),  # Core Ultra 200V
    range(0x7D40, 0x7D56),  # Core Ultra 100H, 200H
    range(0x7DD1, 0x7DD6),  # Core Ultra 100H, 200H
    range(0xB080, 0xB0C0),  # Core Ultra 300
    range(0xE200, 0xE230),  # Arc B
)


@dataclass(frozen=True)
class Card:
    """A graphics card by PCI's numbers of its maker and kind."""

    vendor: int
    device: int


@dataclass(frozen=True)
class Machine:
    """What a machine says of itself; what is not known is left empty.

    `system` is linux, windows or macos, `arch` x86_64 or arm64 or another, `release` the version
    of macOS. `nvidia_driver` is the driver's version, `capabilities` the compute capabilities of
    the cards it serves. `amd_targets` are the GPUs of the kernel's compute driver (gfx1100),
    `amd_permitted` whether this user may open it. `level_zero`: Intel's compute driver is there.
    """

    system: System
    arch: str = "x86_64"
    release: tuple[int, ...] = ()
    nvidia_driver: str = ""
    capabilities: tuple[tuple[int, int], ...] = ()
    amd_targets: tuple[str, ...] = ()
    amd_permitted: bool = True
    cards: tuple[Card, ...] = ()
    level_zero: bool = False


@dataclass(frozen=True)
class Choice:
    """A build of PyTorch.

    `index` is the wheel index to look at besides the usual one (None: not needed), `build` the
    local part of its version there ("cu130"). `sentence` tells the user what was found. The
    backend "none" means that there is no PyTorch for this machine.
    """

    backend: Backend
    sentence: str
    build: str = ""

    @property
    def index(self) -> str | None:
        """The index that has this build."""
        return INDEX + self.build if self.build else None

    def requirement(self, version: str) -> str:
        """What to ask the installer for."""
        return f"torch=={version}+{self.build}" if self.build else f"torch=={version}"


def choose(machine: Machine, asked: str = "") -> Choice:
    """The build for this machine; of the backend that was asked for, if one was.

    A graphics card that cannot be used is told in the sentence, with what would help.
    """
    missing = _no_wheel_at_all(machine)
    if missing:
        return Choice("none", missing)
    if asked:
        return _asked(machine, asked)
    if machine.system == "macos":
        return Choice("mps", "Apple's GPU (Metal)")
    problems = []
    for look in (_cuda, _rocm, _xpu):
        found = look(machine)
        if isinstance(found, Choice):
            return found
        if found:
            problems.append(found)
    if not problems:
        return _cpu(machine, "no graphics card that PyTorch can use was found: the CPU's build")
    return _cpu(machine, f"{'; '.join(problems)}. Until then: the CPU's build")


def _no_wheel_at_all(machine: Machine) -> str:
    if machine.system == "macos" and machine.arch != "arm64":
        return "PyTorch is no longer made for Macs with Intel processors"
    if machine.system == "macos" and machine.release < MACOS:
        return "PyTorch needs macOS 14 or newer"
    if machine.system == "windows" and machine.arch != "x86_64":
        return "for Windows on ARM use the x64 Python of python.org, which Windows translates"
    if machine.arch not in ("x86_64", "arm64"):
        return f"PyTorch is not made for this processor ({machine.arch})"
    return ""


def _asked(machine: Machine, backend: str) -> Choice:
    if backend == "cpu":
        return _cpu(machine, "the CPU's build, as asked")
    if machine.system == "macos":
        return Choice("none", f"PyTorch for macOS has no {backend}; leave --torch out for Metal")
    if backend == "cuda":
        found = _cuda(machine)
        return found if isinstance(found, Choice) else _cuda_build(machine, "cu130", "as asked")
    only_x86 = machine.arch == "x86_64"
    if backend == "xpu" and only_x86:
        return Choice("xpu", "Intel's graphics, as asked", "xpu")
    if backend == "rocm" and only_x86 and machine.system == "linux":
        return Choice("rocm", "AMD's ROCm, as asked", ROCM)
    return Choice("none", f"PyTorch's index has no {backend} build for this system")


def _cpu(machine: Machine, sentence: str) -> Choice:
    """On Linux PyPI has the build for CUDA, elsewhere that for the CPU."""
    return Choice("cpu", sentence, "cpu" if machine.system == "linux" else "")


def _cuda(machine: Machine) -> Choice | str:
    if not machine.nvidia_driver:
        if any(card.vendor == NVIDIA for card in machine.cards):
            return "an NVIDIA card without NVIDIA's own driver: install it, then run this again"
        return ""
    driver = _major(machine.nvidia_driver)
    best = max(machine.capabilities, default=None)
    told = f"NVIDIA driver {machine.nvidia_driver}"
    if best is not None and best < CUDA_12_CAPABILITY.get(machine.arch, (5, 0)):
        return f"the NVIDIA card is too old for PyTorch (compute capability {best[0]}.{best[1]})"
    if driver >= CUDA_13_DRIVER and (best is None or best >= CUDA_13_CAPABILITY):
        return _cuda_build(machine, "cu130", f"{told}, CUDA 13.0")
    if best is not None and best[0] > CUDA_12_LAST_CAPABILITY[0]:
        return f"{told} is too old for this card: update it to {CUDA_13_DRIVER} or newer"
    oldest = CUDA_12_DRIVER.get(machine.system, CUDA_13_DRIVER)
    if driver < oldest:
        return f"{told} is too old: update it to {CUDA_13_DRIVER} or newer"
    why = "the card's last CUDA" if driver >= CUDA_13_DRIVER else "the last CUDA for this driver"
    return _cuda_build(machine, "cu126", f"{told}, CUDA 12.6 ({why})")


def _cuda_build(machine: Machine, build: str, sentence: str) -> Choice:
    """PyPI's own wheel for Linux on x86 is the one for CUDA 13.0: no second index is needed."""
    on_pypi = build == "cu130" and (machine.system, machine.arch) == ("linux", "x86_64")
    return Choice("cuda", sentence, "" if on_pypi else build)


def _rocm(machine: Machine) -> Choice | str:
    if machine.system == "windows":
        if any(card.vendor == AMD for card in machine.cards):
            return "an AMD card, for which PyTorch's index has no build on Windows: use Linux"
        return ""
    if machine.arch != "x86_64" or not machine.amd_targets:
        return ""
    fitting = [target for target in machine.amd_targets if target in ROCM_TARGETS]
    if not fitting:
        return f"the AMD GPU ({', '.join(machine.amd_targets)}) is not among those of ROCm 7.2"
    if not machine.amd_permitted:
        return (
            "an AMD card that this user may not use: add yourself to the group `render`, log in "
            "again, then run this again"
        )
    return Choice("rocm", f"AMD {fitting[0]}, ROCm 7.2", ROCM)


def _xpu(machine: Machine) -> Choice | str:
    intel = [card for card in machine.cards if card.vendor == INTEL]
    if machine.arch != "x86_64" or not any(_can_compute(card) for card in intel):
        return ""
    if not machine.level_zero:
        return "an Intel GPU without its compute driver (Level Zero): install it, then try again"
    return Choice("xpu", "Intel GPU", "xpu")


def _can_compute(card: Card) -> bool:
    return any(card.device in devices for devices in INTEL_DEVICES)


def _major(version: str) -> int:
    first = version.split(".")[0]
    return int(first) if first.isdecimal() else 0
