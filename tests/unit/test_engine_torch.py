"""Which PyTorch fits which machine: twenty-odd machines, and how their facts are read."""

from __future__ import annotations

from pathlib import Path

import machine_facts
import pytest
from torch_choice import AMD, INDEX, INTEL, NVIDIA, Card, Machine, choose

ARC = Card(INTEL, 0x56A0)
UHD = Card(INTEL, 0x9BC4)
GEFORCE = Card(NVIDIA, 0x2684)
RADEON = Card(AMD, 0x744C)


def linux(driver: str = "", *capabilities: tuple[int, int], arch: str = "x86_64") -> Machine:
    return Machine("linux", arch, nvidia_driver=driver, capabilities=capabilities)


def windows(driver: str = "", *capabilities: tuple[int, int]) -> Machine:
    return Machine("windows", nvidia_driver=driver, capabilities=capabilities)


def amd(*targets: str, permitted: bool = True) -> Machine:
    return Machine("linux", amd_targets=targets, amd_permitted=permitted, cards=(RADEON,))


# machine, backend, requirement, end of the index (None: no second index), words of the sentence
MACHINES = {
    "nothing, Linux": (linux(), "cpu", "torch==2.13.0+cpu", "cpu", "no graphics card"),
    "nothing, Windows": (windows(), "cpu", "torch==2.13.0", None, "no graphics card"),
    "nothing, ARM Linux": (linux(arch="arm64"), "cpu", "torch==2.13.0+cpu", "cpu", "no graphics"),
    "RTX 4090, new driver": (linux("580.95.05", (8, 9)), "cuda", "torch==2.13.0", None, "13.0"),
    "RTX 4090, Windows": (windows("581.29", (8, 9)), "cuda", "torch==2.13.0+cu130", "cu130", "13"),
    "RTX 3060, driver 550": (
        linux("550.163.01", (8, 6)), "cuda", "torch==2.13.0+cu126", "cu126", "for this driver",
    ),
    "RTX 3060, driver 527, Windows": (
        windows("527.56", (8, 6)), "cpu", "torch==2.13.0", None, "update it to 580",
    ),
    "RTX 3060, driver 470": (linux("470.256.02", (8, 6)), "cpu", "torch==2.13.0+cpu", "cpu", "580"),
    "GTX 1080, new driver": (
        linux("580.95.05", (6, 1)), "cuda", "torch==2.13.0+cu126", "cu126", "last CUDA",
    ),
    "GTX 680": (linux("470.256.02", (3, 0)), "cpu", "torch==2.13.0+cpu", "cpu", "capability 3.0"),
    "RTX 5090, driver 570": (
        linux("570.195.03", (12, 0)), "cpu", "torch==2.13.0+cpu", "cpu", "too old for this card",
    ),
    "RTX 5090, driver 590": (linux("590.44.01", (12, 0)), "cuda", "torch==2.13.0", None, "13.0"),
    "GTX 1080 beside RTX 4090": (
        linux("580.95.05", (6, 1), (8, 9)), "cuda", "torch==2.13.0", None, "13.0",
    ),
    "driver without a tool, new": (linux("580.95.05"), "cuda", "torch==2.13.0", None, "13.0"),
    "driver without a tool, old": (linux("535.1"), "cuda", "torch==2.13.0+cu126", "cu126", "12.6"),
    "Grace Hopper": (
        linux("580.95.05", (9, 0), arch="arm64"), "cuda", "torch==2.13.0+cu130", "cu130", "13.0",
    ),
    "GeForce under nouveau": (
        Machine("linux", cards=(GEFORCE,)), "cpu", "torch==2.13.0+cpu", "cpu", "own driver",
    ),
    "Radeon 7900": (amd("gfx1100"), "rocm", "torch==2.13.0+rocm7.2", "rocm7.2", "gfx1100"),
    "Radeon with an old APU": (
        amd("gfx902", "gfx1201"), "rocm", "torch==2.13.0+rocm7.2", "rocm7.2", "gfx1201",
    ),
    "old Radeon": (amd("gfx803"), "cpu", "torch==2.13.0+cpu", "cpu", "not among"),
    "Radeon, not permitted": (
        amd("gfx1100", permitted=False), "cpu", "torch==2.13.0+cpu", "cpu", "group `render`",
    ),
    "Radeon, Windows": (
        Machine("windows", cards=(RADEON,)), "cpu", "torch==2.13.0", None, "no build on Windows",
    ),
    "Arc": (
        Machine("linux", cards=(ARC,), level_zero=True),
        "xpu", "torch==2.13.0+xpu", "xpu", "Intel GPU",
    ),
    "Arc, Windows": (
        Machine("windows", cards=(UHD, ARC), level_zero=True),
        "xpu", "torch==2.13.0+xpu", "xpu", "Intel GPU",
    ),
    "Arc without its driver": (
        Machine("linux", cards=(ARC,)), "cpu", "torch==2.13.0+cpu", "cpu", "Level Zero",
    ),
    "Intel's old graphics": (
        Machine("linux", cards=(UHD,), level_zero=True),
        "cpu", "torch==2.13.0+cpu", "cpu", "no graphics card",
    ),
    "NVIDIA too old beside Arc": (
        Machine("linux", nvidia_driver="390.1", capabilities=((2, 1),), cards=(ARC,),
                level_zero=True),
        "xpu", "torch==2.13.0+xpu", "xpu", "Intel GPU",
    ),
    "Mac": (Machine("macos", "arm64", (15, 1)), "mps", "torch==2.13.0", None, "Metal"),
    "Mac, old macOS": (Machine("macos", "arm64", (13, 6)), "none", "", None, "14"),
    "Mac, Intel": (Machine("macos", "x86_64", (14, 4)), "none", "", None, "no longer made"),
    "Windows on ARM": (Machine("windows", "arm64"), "none", "", None, "x64 Python"),
    "RISC-V": (Machine("linux", "riscv64"), "none", "", None, "riscv64"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("machine", "backend", "requirement", "index", "words"), MACHINES.values(), ids=MACHINES
)
def test_each_machine_gets_its_build_and_is_told_why(
    machine: Machine, backend: str, requirement: str, index: str | None, words: str
) -> None:
    choice = choose(machine)
    assert choice.backend == backend
    assert choice.index == (INDEX + index if index else None)
    if backend != "none":
        assert choice.requirement("2.13.0") == requirement
    assert words in choice.sentence


def test_every_index_is_one_that_pytorch_has_for_this_release() -> None:
    """As PyTorch's release matrix has them for 2.13."""
    named = {choose(machine).build for machine, *_ in MACHINES.values()}
    assert named - {""} == {"cpu", "cu126", "cu130", "rocm7.2", "xpu"}


@pytest.mark.parametrize(
    ("machine", "asked", "backend", "build"),
    [
        (linux("580.95.05", (8, 9)), "cpu", "cpu", "cpu"),
        (linux("550.1", (8, 6)), "cuda", "cuda", "cu126"),
        (linux(), "cuda", "cuda", ""),
        (windows(), "cuda", "cuda", "cu130"),
        (amd(), "rocm", "rocm", "rocm7.2"),
        (windows(), "rocm", "none", ""),
        (linux(arch="arm64"), "xpu", "none", ""),
        (linux(), "xpu", "xpu", "xpu"),
        (Machine("macos", "arm64", (15,)), "cuda", "none", ""),
        (Machine("macos", "x86_64", (15,)), "cpu", "none", ""),
    ],
)
def test_what_is_asked_for_is_taken_where_it_is_made(
    machine: Machine, asked: str, backend: str, build: str
) -> None:
    choice = choose(machine, asked)
    assert (choice.backend, choice.build) == (backend, build)


@pytest.mark.parametrize(
    ("said", "driver", "capabilities"),
    [
        ("580.95.05, 9.0\n", "580.95.05", ((9, 0),)),
        ("550.1, 8.6\n550.1, 12.0\n", "550.1", ((8, 6), (12, 0))),
        ("581.29, [N/A]\r\n", "581.29", ()),
        ("470.256.02\n", "470.256.02", ()),
        ("No devices were found\n", "", ()),
        ("", "", ()),
    ],
)
def test_nvidias_tool_is_read(
    said: str, driver: str, capabilities: tuple[tuple[int, int], ...]
) -> None:
    assert machine_facts.read_nvidia_smi(said) == (driver, capabilities)


@pytest.mark.parametrize(
    ("text", "version"),
    [
        (
            "NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.163.01  Mon Mar 3 2025\nGCC",
            "550.163.01",
        ),
        (
            "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.95.05  Release Build\n",
            "580.95.05",
        ),
        ("something else", ""),
    ],
)
def test_nvidias_driver_file_is_read(tmp_path: Path, text: str, version: str) -> None:
    (tmp_path / "version").write_text(text)
    assert machine_facts.read_driver_file(tmp_path / "version") == version


def test_a_machine_without_a_driver_file_has_no_driver(tmp_path: Path) -> None:
    assert machine_facts.read_driver_file(tmp_path / "gone") == ""


def test_amds_kernel_driver_is_read_without_the_processor(tmp_path: Path) -> None:
    for node, number in enumerate((0, 90010, 110000, 90402, 120001)):
        folder = tmp_path / str(node)
        folder.mkdir()
        (folder / "properties").write_text(f"cpu_cores_count 8\ngfx_target_version {number}\n")
    targets = machine_facts.read_amd_targets(tmp_path)
    assert targets == ("gfx90a", "gfx1100", "gfx942", "gfx1201")


def test_cards_are_read_from_linux_and_from_windows(tmp_path: Path) -> None:
    (tmp_path / "card1" / "device").mkdir(parents=True)
    (tmp_path / "card1" / "device" / "vendor").write_text("0x8086\n")
    (tmp_path / "card1" / "device" / "device").write_text("0x56a0\n")
    (tmp_path / "card1-HDMI-A-1" / "device").mkdir(parents=True)
    assert list(machine_facts.read_cards(tmp_path)) == [ARC]
    assert machine_facts.read_pci_name(r"PCI\VEN_8086&DEV_56A0&SUBSYS_1") == ARC
    assert machine_facts.read_pci_name(r"ROOT\BasicDisplay") is None


def test_this_machine_can_be_asked() -> None:
    assert choose(machine_facts.look()).sentence
