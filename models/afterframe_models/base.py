"""What an engine is, and what it is given."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from afterframe.media.frame import Frame, MediaInfo
from afterframe_hosts.wire.job import Note
from afterframe_models.card import Card

__all__ = ["Card", "Context", "Engine", "Pictures", "Request", "Source"]


class Source(Protocol):
    """The clip's frames, counted from the clip's own first frame as 0, in media frames."""

    @property
    def info(self) -> MediaInfo:
        """What the medium is; ``frames`` is that of the whole medium."""
        ...

    @property
    def frames(self) -> int:
        """Number of frames of the clip."""
        ...

    @property
    def spare(self) -> tuple[int, int]:
        """How many frames the medium has before the clip's first and after its last."""
        ...

    def read(self, index: int) -> Frame:
        """Return one frame; sequential reading is fast, any order is permitted.

        Args:
            index: 0 to ``frames - 1``; spare frames have -1 and below, ``frames`` and above.
        """
        ...


class Pictures(Protocol):
    """The pictures that parameters name. Errors: those of ``afterframe.media``."""

    def like_source(self, path: str) -> Frame:
        """Return a picture in the source's own encoding and size, cropped to its shape."""
        ...

    def rgb(self, path: str) -> NDArray[np.float32]:
        """Return a picture at its own size, display-referred RGB (h, w, 3) in [0, 1]."""
        ...

    def mask(self, path: str) -> NDArray[np.float32]:
        """Return a picture's luma at the source's size, (h, w) in [0, 1].

        Raises:
            MaskUnfit: it is of another shape than the source.
        """
        ...


@dataclass(frozen=True)
class Request:
    """What an engine is asked for.

    Attributes:
        effect: name of the effect.
        source: the clip's frames; of all effects but ``retime`` each is shown for one frame of
            what is made (see ``pipeline.cadence``).
        at: frame of the clip that is under the playhead.
        frames: how many frames to make; exactly so many are taken.
        rate: frames a second of what is made.
        step: frames of the source for each made frame: 1/2 is half speed at the source's rate.
        phase: of ``retime``, place in the source of the first made frame, 0 or more.
        parameters: resolved: every declared one is there.
        seed: 0 to 2**31 - 1.
        draft: small and quick; same seed and motion as the final.
        after: of a bridge, the frames of the clip after the gap, in the encoding and size of
            ``source``.
        pictures: reads what parameters name.
    """

    effect: str
    source: Source
    at: int
    frames: int
    rate: Fraction
    step: Fraction
    parameters: Mapping[str, Any]
    seed: int
    draft: bool = False
    after: Source | None = None
    pictures: Pictures | None = None
    phase: Fraction = Fraction(0)


@dataclass(frozen=True)
class Context:
    """How an engine speaks with the pipeline while it works.

    Attributes:
        check: call it often, at least once a frame: raises ``errors.Cancelled`` when the user
            has cancelled.
        note: tells the user something (a message id and its parameters).
        threads: how many threads the engine may keep busy.
        device: where pixels are worked on, as torch names it: ``cpu``, ``cuda``, ``mps``,
            ``xpu``. On ``cpu`` torch is not used.
    """

    check: Callable[[], None]
    note: Callable[[Note], None]
    threads: int = 2
    device: str = "cpu"


class Engine(ABC):
    """Makes frames. One instance serves many jobs, one after the other.

    An engine has one file ``card.toml`` in its folder, and no state that outlives a call of
    :meth:`render` but what it caches by content.
    """

    def __init__(self, card: Card) -> None:
        self.card = card

    @abstractmethod
    def render(self, request: Request, context: Context) -> Iterator[Frame]:
        """Yield ``request.frames`` frames, in order, each as soon as it is made.

        ``native`` engines yield the source's own format, size and colour. Errors are those of
        ``afterframe.errors``; anything else is told as ``EngineFailed``.
        """

    def messages(self) -> Sequence[str]:
        """Return the ids of all notes that this engine may give (checked against the catalogue)."""
        return ()
