"""Which DaVinci Resolve the stand-in is: version, edition, window, language, system."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Edition = Literal["free", "studio"]
VERSIONS = {
    "19.1": (19, 1, 3, 7),
    "20.3": (20, 3, 1, 6),
    "21.0": (21, 0, 4, 5),
    "21.1": (21, 1, 0, 14),
}
"""Of each release that is simulated, the build whose behaviour was measured or documented."""


@dataclass(frozen=True)
class Build:
    """One installed Resolve.

    Attributes:
        version: major, minor, patch, build.
        edition: ``free`` or ``studio``.
        headless: started by ``resolve -nogui``; Studio alone can be.
        language: of its interface: ``en`` or ``ja``. Property values are translated, keys are not.
        system: ``Linux``, ``Darwin`` or ``Windows``, as ``platform.system`` says it.
    """

    version: tuple[int, int, int, int] = VERSIONS["20.3"]
    edition: Edition = "studio"
    headless: bool = False
    language: Literal["en", "ja"] = "en"
    system: Literal["Linux", "Darwin", "Windows"] = "Linux"

    @classmethod
    def named(cls, version: str, edition: Edition = "studio", *, headless: bool = False) -> Build:
        """Return the build for ``19.1``, ``20.3``, ``21.0`` or ``21.1``.

        Raises:
            KeyError: it is none of these.
        """
        return cls(VERSIONS[version], edition, headless)

    def since(self, *version: int) -> bool:
        """Return whether this build is of that version or a newer one: ``since(20, 2, 2)``."""
        return self.version >= version

    @property
    def studio(self) -> bool:
        """Whether this is DaVinci Resolve Studio."""
        return self.edition == "studio"
