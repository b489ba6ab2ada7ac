"""Words before the user, in the language that Blender is set to."""

from __future__ import annotations

from typing import Any

import bpy

from ...wire import catalogue
from ...wire.errors import AfterframeError


def register() -> None:
    """Nothing to register: words are looked up when they are drawn."""


def unregister() -> None:
    """Nothing to take back."""


def language() -> str:
    """Return the catalogue's language for the one that Blender shows: ``en`` or ``zh_CN``."""
    locale = str(bpy.app.translations.locale or "")
    return "zh_CN" if locale.startswith(("zh_CN", "zh_HANS")) else "en"


def say(message: str, **params: Any) -> str:
    """Return the sentence of a message id."""
    return catalogue.text(message, language(), **params)


def explain(error: AfterframeError) -> tuple[str, str]:
    """Return what happened and what to do about it."""
    return error.message(language()), error.fix(language())
