"""Where the engines of this process work on pixels, and what happens when a device fails."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from itertools import islice

from afterframe.errors import AfterframeError
from afterframe.media.frame import Frame
from afterframe_hosts.wire.job import Note
from afterframe_models.base import Context, Engine, Request
from afterframe_models.card import Card

VARIABLE = "AFTERFRAME_DEVICE"
"""Names the device, as torch does; ``cpu`` keeps torch out of everything that is built in."""
DEVICE_FAILED = "note.device_failed"

log = logging.getLogger(__name__)


def device_for(card: Card) -> str:
    """Return where an engine of this process works: ``cpu``, ``cuda``, ``xpu`` or ``mps``.

    The first engine that asks, of those that can use a device at all, may import torch.
    """
    return _device() if card.gpu else "cpu"


def rendered(engine: Engine, request: Request, context: Context) -> Iterator[Frame]:
    """Yield an engine's frames. Where the device fails, the rest is made on the CPU, and told.

    What a device raises is known by its place alone: backends have no class for it in common. An
    error that is the engine's own comes again on the CPU.
    """
    done = 0
    try:
        for frame in engine.render(request, context):
            yield frame
            done += 1
        return
    except AfterframeError:
        raise
    except RuntimeError as error:
        if context.device == "cpu":
            raise
        log.warning("%s failed after %d frames", context.device, done, exc_info=True)
        context.note(Note(DEVICE_FAILED, {"device": context.device, "detail": _first_line(error)}))
    # What the engine had to tell it told the first time.
    instead = replace(context, device="cpu", note=lambda note: None)
    yield from islice(engine.render(request, instead), done, None)


@cache
def _device() -> str:
    asked = os.environ.get(VARIABLE, "")
    if asked == "cpu" or not _torch_has_devices():
        return "cpu"
    try:
        from afterframe.imaging.twin import device
    except (ImportError, OSError):
        log.warning("PyTorch is installed and does not start", exc_info=True)
        return "cpu"
    if not asked:
        return device.reached()
    return asked if device.works(asked) else "cpu"


def _torch_has_devices() -> bool:
    """Tell, without importing it, whether torch is installed in a build for devices."""
    try:
        return not version("torch").endswith("+cpu")
    except PackageNotFoundError:
        return False


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
