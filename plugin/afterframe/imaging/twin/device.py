"""Which device torch reaches on this machine."""

from __future__ import annotations

import logging

import torch

DEVICES = ("cuda", "xpu", "mps")
"""Kinds that the twins run on; AMD's cards call themselves ``cuda``."""

log = logging.getLogger(__name__)


def reached() -> str:
    """Return the kind of device that works here, ``cpu`` where none does."""
    if not torch.accelerator.is_available():
        return "cpu"
    kind = str(torch.accelerator.current_accelerator().type)
    if kind not in DEVICES:
        return "cpu"
    return kind if works(kind) else "cpu"


def works(device: str) -> bool:
    """Return whether something can be computed on a device, and say in the log why not."""
    try:
        return bool((torch.ones(2, device=device) * 2).sum().item() == 4)
    except (RuntimeError, AssertionError) as error:  # AssertionError: a build without it
        log.warning("no use of %s: %s", device, error)
        return False
