"""Why a file gives no pictures: camera raw, protected and unknown codings, by their names."""

from __future__ import annotations

import re
from pathlib import Path

CODINGS = {
    "aprh": "Apple ProRes RAW HQ",
    "aprn": "Apple ProRes RAW",
    "brhq": "Blackmagic RAW",
    "brs2": "Blackmagic RAW",
    "brst": "Blackmagic RAW",
    "brvn": "Blackmagic RAW",
    "brxq": "Blackmagic RAW",
    "cfhd": "GoPro CineForm",
    "craw": "Canon Cinema RAW Light",
    "r3d1": "REDCODE RAW",
    "r3d2": "REDCODE RAW",
}
"""Four-character codes of sample descriptions, in lower case."""
PROTECTED = frozenset({"drmi", "drms", "encv"})
"""Sample descriptions of encrypted pictures (ISO 14496-12; FairPlay)."""
DOLBY_TAGS = frozenset({"dvh1", "dvhe", "dav1", "dva1", "dvav"})
"""Sample descriptions that promise a Dolby Vision decoder."""
SUFFIXES = {
    ".ari": "ARRIRAW",
    ".arx": "ARRIRAW",
    ".braw": "Blackmagic RAW",
    ".crm": "Canon Cinema RAW Light",
    ".dng": "CinemaDNG",
    ".mlv": "Magic Lantern RAW",
    ".nev": "Nikon N-RAW",
    ".r3d": "REDCODE RAW",
    ".rmf": "Canon Cinema RAW",
}
SIGNATURES = (
    (re.compile(rb"(?s)....RED[12]"), "REDCODE RAW"),
    (re.compile(rb"ARRI"), "ARRIRAW"),
    (re.compile(rb"(?s)....ftypcrx "), "Canon Cinema RAW Light"),
)
FOREIGN = (
    (re.compile(rb"PK\x03\x04"), "a ZIP archive"),
    (re.compile(rb"7z\xbc\xaf"), "a 7z archive"),
    (re.compile(rb"Rar!"), "a RAR archive"),
    (re.compile(rb"\x1f\x8b"), "a gzip archive"),
    (re.compile(rb"%PDF"), "a PDF"),
    (re.compile(rb"\x00\x00\x01\x00[^\x00]\x00"), "an icon"),
    (re.compile(rb"(?i)\s*<(!doctype\s+html|html|head|body)"), "a web page"),
)
HEIF = re.compile(rb"(?s)....ftyp(?:hei[cxms]|hev[cxms]|mif1|msf1)")
"""Brands of pictures in HEIF (ISO/IEC 23008-12). As a movie, FFmpeg would show one of their tiles,
or any of several pictures."""
TEXTS_WITH_PICTURES = (b"YUV4MPEG2", b"#EXTM3U", b"ffconcat")
NO_HEIF = "there is no reader for HEIC pictures; export it as JPEG, PNG or TIFF"
ARRI, SONY = b"\x0e\x17", b"\x0e\x06"
"""Organisations' own parts of the universal labels of MXF (SMPTE RP 224)."""
HEAD = 4096
LARGEST_INDEX = 64 << 20
"""Bytes of a QuickTime index that are looked through for a name."""


def check_content(path: str) -> str:
    """Return why a file can be no movie of ours, as its name or first bytes tell; empty: it may."""
    with Path(path).open("rb") as file:
        head = file.read(HEAD)
    for pattern, name in FOREIGN:
        if pattern.match(head):
            return f"it is {name}, not a movie"
    if HEIF.match(head):
        return NO_HEIF
    raw = next((name for pattern, name in SIGNATURES if pattern.match(head)), "")
    raw = raw or SUFFIXES.get(Path(path).suffix.lower(), "")
    if raw:
        return no_decoder(raw)
    if _is_text(head):
        return "it is a text, not a movie"
    return ""


def check_picture(path: str) -> str:
    """Return why a file can be no picture of ours, as its first bytes tell; empty: it may."""
    with Path(path).open("rb") as file:
        return NO_HEIF if HEIF.match(file.read(12)) else ""


def no_decoder(name: str) -> str:
    """Return the sentence for a coding that is known by name, and what to do."""
    return (
        f"there is no decoder for {name}; develop it in the camera's own program or in an editor, "
        "as ProRes 422 HQ or DNxHR HQX"
    )


def coding(path: str, tag: str = "") -> str:
    """Return why pictures cannot be decoded, naming their coding.

    Args:
        path: of the file.
        tag: its four-character code where the container gave it; else it is looked for.
    """
    tags = [tag] if tag.strip("\0") else _tags(Path(path))
    for each in tags:
        if each.lower() in PROTECTED:
            return "it is encrypted (copy protection)"
        if each.lower() in CODINGS:
            return no_decoder(f"{CODINGS[each.lower()]} ({each})")
    if tags:
        return f"there is no decoder for its coding {tags[0]}"
    return "there is no decoder for its coding"


def without_base(path: str, tag: str) -> str:
    """Return why a Dolby Vision stream cannot be shown without its own decoder; empty: it can.

    Profile 5 (``dvcC`` box, ETSI TS 103 572) keeps its pictures in a colour space of its own;
    decoded as plain HEVC they are green and purple. Other profiles have an HDR10, HLG or SDR base.
    """
    if tag not in DOLBY_TAGS:
        return ""
    index = _movie_index(Path(path))
    at = index.find(b"dvcC")
    if at < 0 or index[at + 6] >> 1 != 5:
        return ""
    return no_decoder("Dolby Vision profile 5 (it has no HDR10, HLG or SDR base)")


def _tags(path: Path) -> list[str]:
    """Look for the names of codings in a file whose container FFmpeg knows, but not its coding."""
    with path.open("rb") as file:
        head = file.read(1 << 16)
    if head[4:8] in {b"ftyp", b"moov", b"wide", b"mdat", b"free", b"skip"}:
        index = _movie_index(path)
        found = re.findall(rb"(?s)vide.*?stsd.{4}\0\0\0[\x01-\x09].{4}([ -~]{4})", index)
    elif head.startswith(b"\x1a\x45\xdf\xa3"):
        found = re.findall(rb"V_[A-Z0-9/_.]+", head)
    elif b"\x06\x0e\x2b\x34" in head[:HEAD]:
        return _mxf_coding(head)
    else:
        found = re.findall(rb"(?s)vids([ -~]{4})", head)
    return [name.decode("ascii") for name in found]


def _mxf_coding(head: bytes) -> list[str]:
    labels = set(re.findall(rb"(?s)\x06\x0e\x2b\x34\x04\x01\x01.(..)", head))
    if ARRI in labels:
        return ["of ARRI (ARRIRAW)"]
    return ["of Sony (X-OCN or RAW)"] if SONY in labels else []


def _movie_index(path: Path) -> bytes:
    """Return the contents of a QuickTime file's ``moov`` box; empty where there is none."""
    with path.open("rb") as file:
        while len(header := file.read(8)) == 8:
            size, kind = int.from_bytes(header[:4], "big"), header[4:]
            start = 8
            if size == 1:
                size, start = int.from_bytes(file.read(8), "big"), 16
            if kind == b"moov":
                return file.read(min(size, LARGEST_INDEX))
            if size < start:
                break
            file.seek(size - start, 1)
    return b""


def _is_text(head: bytes) -> bool:
    if head.startswith(TEXTS_WITH_PICTURES) or not head:
        return False
    try:
        text = head.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 3:
            return False
        text = head[: error.start].decode("utf-8-sig")
    return all(sign.isprintable() or sign in "\t\r\n\f" for sign in text)
