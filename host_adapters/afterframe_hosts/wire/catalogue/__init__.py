"""Message catalogues: every sentence a user reads, by id, in each language.

English is complete (a test holds it to be); a sentence missing in another language is said in
English. Adding a language is one module beside ``en.py`` and one line in ``LANGUAGES``.
"""

from __future__ import annotations

from typing import Any

from . import en, zh_CN

LANGUAGES: dict[str, dict[str, str]] = {"en": en.MESSAGES, "zh_CN": zh_CN.MESSAGES}


def text(message_id: str, language: str = "en", /, **params: Any) -> str:
    """Return the sentence ``message_id``, filled with ``params``.

    Raises:
        KeyError: no catalogue has this id, or a parameter of the sentence is not given:
            both are mistakes in the program, and tests look for them.
    """
    chosen = LANGUAGES.get(match(language), {})
    return (chosen.get(message_id) or LANGUAGES["en"][message_id]).format(**params)


def text_or(otherwise: str, message_id: str, language: str = "en", /, **params: Any) -> str:
    """Return the sentence, or ``otherwise`` where this end does not know it or its parameters."""
    try:
        return text(message_id, language, **params)
    except (KeyError, IndexError, ValueError, TypeError):  # a parameter of another kind
        return otherwise


def match(language: str) -> str:
    """Return the catalogue that serves a locale such as ``zh_HANS``, ``zh-CN`` or ``en_GB``."""
    name = language.replace("-", "_").partition(".")[0]
    if name in LANGUAGES:
        return name
    return "zh_CN" if name.split("_")[0] == "zh" else "en"
