"""Words before the user, in the language that Blender is set to."""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import Any

import bpy

from ...wire import board, catalogue
from ...wire.errors import AfterframeError

CHINESE = ("zh_HANS", "zh_CN")
"""What simplified Chinese is called in Blender: by 4.0 and later, and before."""
CONTEXTS = ("*", "Operator", "Afterframe")
"""Of Blender's dictionaries: labels and tips, names of operators, and ours of properties."""
CELL = 6.4
"""Pixels of a narrow character at Blender's usual size; Chinese ones take two."""
MARGIN = 46
"""Pixels of a sidebar beside its text: its own edges, an icon, the scroll bar."""

NARROWEST = 24
"""Narrow characters in a line, however narrow the sidebar is."""


def register() -> None:
    """Give Blender what our labels and tips are called in other languages."""
    bpy.app.translations.register(__name__, {locale: _dictionary() for locale in CHINESE})


def unregister() -> None:
    """Take it back."""
    bpy.app.translations.unregister(__name__)


def language() -> str:
    """Return the catalogue's language for the one that Blender shows: ``en`` or ``zh_CN``."""
    locale = str(bpy.app.translations.locale or "")
    return "zh_CN" if locale.startswith(CHINESE) else "en"


def say(message: str, **params: Any) -> str:
    """Return the sentence of a message id."""
    return catalogue.text(message, language(), **params)


def say_or(otherwise: str, message: str, **params: Any) -> str:
    """Return the sentence, or ``otherwise`` where no catalogue has it."""
    return catalogue.text_or(otherwise, message, language(), **params)


def explain(error: AfterframeError) -> tuple[str, str]:
    """Return what happened and what to do about it."""
    return error.message(language()), board.advice_on(error, language())


def write(layout: Any, text: str, icon: str = "NONE") -> None:
    """Write a text of any length into a layout, in as many lines as the region needs."""
    column = layout.column(align=True)
    column.scale_y = 0.9
    first, *others = lines(text, _room())
    column.label(text=first, icon=icon, translate=False)
    for line in others:
        column.label(text=line, icon="NONE" if icon == "NONE" else "BLANK1", translate=False)


@cache
def lines(text: str, room: int) -> tuple[str, ...]:
    """Return a text in lines of at most ``room`` narrow characters, broken between words.

    A word that is longer than a line is broken anywhere.
    """
    broken, line, width = [], "", 0
    for word in (piece for whole in _words(text) for piece in _cut(whole, room)):
        wide = _width(word)
        if line and width + _width(word.rstrip()) > room:
            broken.append(line.rstrip())
            line, width = "", 0
        line, width = line + word, width + wide
    return (*broken, line.rstrip())


def _room() -> int:
    """Return how many narrow characters fit into a line of the region that is drawn."""
    region, scale = bpy.context.region, bpy.context.preferences.system.ui_scale
    if region is None or not scale:  # without a window
        return NARROWEST
    return max(NARROWEST, int((region.width / scale - MARGIN) / CELL))


def _words(text: str) -> list[str]:
    """Return the parts between which a line may be broken; Chinese is broken anywhere."""
    parts, word = [], ""
    for sign in text:
        if _width(sign) > 1 and word and not _closes(sign):
            parts.append(word)
            word = ""
        word += sign
        if sign == " ":
            parts.append(word)
            word = ""
    return [*parts, word] if word else parts or [""]


def _cut(word: str, room: int) -> list[str]:
    """Return a word in pieces of a line's length: a path may be longer than that."""
    return [word[first : first + room] for first in range(0, len(word), room)] or [word]


def _closes(sign: str) -> bool:
    return unicodedata.category(sign) in {"Pe", "Pf", "Po"}


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def _dictionary() -> dict[tuple[str, str], str]:
    """Return our sentences as Blender's dictionaries have them: by context and English."""
    english, chinese = catalogue.LANGUAGES["en"], catalogue.LANGUAGES["zh_CN"]
    whole = {text: chinese[key] for key, text in english.items() if key in chinese}
    return {
        (context, text): other
        for text, other in whole.items()
        for context in CONTEXTS
        if "{" not in text
    }
