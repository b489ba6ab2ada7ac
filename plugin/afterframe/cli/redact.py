"""Text for strangers' eyes: everything of the user's own is replaced by what kind of thing it was.

What is known to be private (names, prompts, files of the user's jobs) is replaced wherever it
stands; what merely looks it (paths, media files, tokens, addresses) is replaced as well: rather a
word too many than one too few.
"""

from __future__ import annotations

import contextlib
import getpass
import json
import platform
import re
import socket
import sys
import sysconfig
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from afterframe_hosts.wire.system import config_folder, data_folder, state_folder

SHORTEST = 3
"""Shorter words of the user are everybody's: replacing them would leave no text to read."""

PUBLIC = frozenset(
    (
        *("effect", "engine", "quality", "kind", "id", "format", "mode", "rate", "range", "depth"),
        *("pixel", "primaries", "transfer", "matrix", "code", "state", "phase", "lane", "version"),
        *("host", "schema", "alpha", "fields", "layer", "codec"),
    )
)
"""Fields of a job that say nothing of its user."""

WELL_KNOWN = ("download.pytorch.org", "127.0.0.1")
"""Hosts that we name ourselves; an index of a company's own is nobody's business."""

MEDIA = (
    "mov|mp4|m4v|m2v|mxf|mkv|avi|webm|mpe?g|m?ts|m2ts?|3gp|dv|wmv|flv|y4m|r3d|braw|arix?|arx|crm|"
    "png|jpe?g|tiff?|exr|dpx|cin|tga|sgi|psd|heic|heif|avif|webp|hdr|bmp|gif|wav|aiff?|mp3|m4a|"
    "blend1?|drp|dra|prproj|otio[zd]?|xml|fcpxmld?|edl|aaf|ale|csv"
)

_PATH = re.compile(
    r"(?<![\w<>/\\.-])(?:[A-Za-z]:[\\/]|\\\\|/(?!v1/))[^\s'\"<>|*?,;:]+"
    r"(?: (?:[^\s/\\'\"<>]+ ){0,3}?[^\s/\\'\"<>]*[/\\][^\s'\"<>|*?,;:]*)*"
)
_QUOTED_PATH = re.compile(r"(['\"])(?!<)((?:[A-Za-z]:)?[/\\](?!v1/)[^'\"\n]*)\1")
_NAME = r"[^\s'\"/\\<>]{1,255}"
_MEDIA_FILE = re.compile(rf"(?:{_NAME}[/\\])*{_NAME}\.({MEDIA})\b", re.IGNORECASE)
_LOCAL_HOST = re.compile(r"\b[\w-]{1,63}\.(?:local|lan|internal|intranet|corp)\b", re.IGNORECASE)
_URL = re.compile(r"\b((?:https?|ftp|file)://[^\s'\"<>]+)")
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]+")
_TOKEN = re.compile(
    r"(?i:bearer\s+)\S+|(?i:(?<=token=)|(?<=token: )|(?<=token\": \"))[^\s\"',}]+"
    r"|\b(?=\S*\d)[A-Za-z0-9_-]{40,}\b"
)


class Redactor:
    """Replaces what is the user's own.

    Args:
        private: words to be replaced, by what stands in their place ("<prompt>").
    """

    def __init__(self, private: Mapping[str, str]) -> None:
        known = {**_persons(), **private, **_folders()}
        self._places = _Words({t: s for t, s in known.items() if _names_a_place(t)})
        self._words = _Words({t: s for t, s in known.items() if not _names_a_place(t)})

    def clean(self, text: str) -> str:
        """Return the text without anything private."""
        parts = _URL.split(text)
        return "".join(
            _url(part) if number % 2 else self._clean(part) for number, part in enumerate(parts)
        )

    def _clean(self, text: str) -> str:
        text = self._places.replace(
            text
        )  # before a name in them is replaced, so that they are known
        text = _QUOTED_PATH.sub(lambda match: f"{match[1]}{_path(match[2])}{match[1]}", text)
        text = _PATH.sub(lambda match: _path(match[0]), text)
        text = _EMAIL.sub("<address>", text)
        text = _LOCAL_HOST.sub("<machine>", text)
        text = self._words.replace(text)
        text = _MEDIA_FILE.sub(lambda match: f"<file>.{match[1]}", text)
        return _TOKEN.sub("<token>", text)

    def clean_data(self, value: Any) -> Any:
        """Return plain data with every text in it cleaned; the names of fields stay."""
        if isinstance(value, str):
            return self.clean(value)
        if isinstance(value, Mapping):
            return {name: self.clean_data(each) for name, each in value.items()}
        if isinstance(value, list | tuple):
            return [self.clean_data(each) for each in value]
        return value


class _Words:
    """Known texts, each with what stands in its place; of two that overlap the longer counts."""

    def __init__(self, stand_ins: Mapping[str, str]) -> None:
        self._stand_ins = {
            spelling: stand_in
            for text, stand_in in stand_ins.items()
            for spelling in _spellings(text)
            if len(spelling) >= SHORTEST
        }

    def replace(self, text: str) -> str:
        """Return the text with each of them replaced."""
        met = [word for word in self._stand_ins if word in text]  # of many jobs' words, few
        if not met:
            return text
        pattern = "|".join(map(_bounded, sorted(met, key=len, reverse=True)))
        return re.sub(pattern, lambda match: self._stand_ins[match[0]], text)


def words_of_jobs(documents: Iterable[str]) -> dict[str, str]:
    """Return every private word in these JSON documents (jobs, results, errors)."""
    found: dict[str, str] = {}
    for document in documents:
        try:
            _collect(json.loads(document), "", found)
        except ValueError:
            continue
    return found


def _collect(value: Any, name: str, found: dict[str, str]) -> None:
    if isinstance(value, Mapping):
        for key, each in value.items():
            _collect(each, str(key), found)
    elif isinstance(value, list):
        for each in value:
            _collect(each, name, found)
    elif isinstance(value, str) and name not in PUBLIC and len(value) >= SHORTEST:
        found[value] = f"<{name or 'text'}>"
        if _names_a_place(value):
            file = re.split(r"[/\\]", value)[-1]
            for part in (file, file.rsplit(".", 1)[0]):
                found.setdefault(part, "<file>")


def _persons() -> dict[str, str]:
    names = {platform.node(): "<machine>", socket.gethostname(): "<machine>"}
    names |= {name.split(".")[0]: "<machine>" for name in tuple(names)}
    names[Path.home().name] = "<user>"
    with contextlib.suppress(OSError, KeyError):  # no such user in the system's list
        names[getpass.getuser()] = "<user>"
    return {name: stand_in for name, stand_in in names.items() if name != "localhost"}


def _folders() -> dict[str, str]:
    """The folders whose contents help: where in them something lies is kept."""
    return {
        str(Path.home()): "<home>",
        str(state_folder()): "<state>",
        str(config_folder()): "<config>",
        str(data_folder()): "<data>",
        sys.prefix: "<engine>",
        sys.base_prefix: "<python>",
        sysconfig.get_path("stdlib"): "<python>",
    }


def _names_a_place(text: str) -> bool:
    return "/" in text or "\\" in text


def _spellings(text: str) -> set[str]:
    """A text as it stands in JSON, in a URL, and with slashes one way or the other."""
    escaped = (json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1])
    return {text, *escaped, repr(text)[1:-1], quote(text), text.replace("\\", "/")}


def _bounded(text: str) -> str:
    """A pattern of the text where it stands as a word, not in the middle of another."""
    start = r"(?<!\w)" if text[0].isalnum() else ""
    end = r"(?!\w)" if text[-1].isalnum() else ""
    return f"{start}{re.escape(text)}{end}"


def _path(path: str) -> str:
    suffix = re.search(r"\.\w{1,8}$", path)
    return f"<path>{suffix[0]}" if suffix else "<path>"


def _url(url: str) -> str:
    host = url.split("://", 1)[1].split("/")[0].split(":")[0]
    return url if host in WELL_KNOWN else "<url>"
