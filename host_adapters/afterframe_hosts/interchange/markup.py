"""XML documents of other programs: read with bounds, and added to without touching the rest.

A document stays the text that it was. Its elements know where they stand in that text, and a
change is an :class:`Edit` of a few characters there: comments, doctype, order of attributes and
white space of all the rest are the same bytes afterwards.

The files come from anywhere: nothing is fetched, a document that declares entities (the way to
make a small file grow without end, or to read other files) is refused, and size and depth are
bounded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple
from xml.parsers import expat
from xml.sax.saxutils import escape

from ..wire.errors import TimelineUnreadable
from .document import read_bounded, reason

LARGEST = 128 * 1024 * 1024
"""Bytes of a file that we read: in memory Premiere's files were measured at 8 times their size."""
_DEEPEST = 200
_MOST = 4_000_000
"""Elements: three hours of an edit with a clip every half second have a tenth of that."""
_MARKS = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_DECLARED = re.compile(rb"<\?xml[^>]*?encoding=[\"']([A-Za-z0-9._-]+)[\"']")
_SPACED = re.compile(rb"(\r\n|\r|\n)?([ \t]*)\Z")


@dataclass(eq=False, slots=True)
class Element:
    """An element of a document.

    Attributes:
        tag: its name.
        attributes: by name.
        parent: the element around it; None for the root.
        children: the elements in it, in order.
        text: the characters directly in it, without white space around them.
        start: offset of its ``<`` in the document's bytes.
        closing: offset of its ``</``, or of its ``/>`` where it is empty.
        end: offset behind it.
    """

    tag: str
    attributes: dict[str, str]
    parent: Element | None
    start: int
    children: list[Element] = field(default_factory=list)
    text: str = ""
    closing: int = 0
    end: int = 0

    def all(self, *tags: str) -> Iterator[Element]:
        """Yield the children of these names."""
        return (child for child in self.children if child.tag in tags)

    def at(self, path: str) -> Element | None:
        """Return the first element along names such as ``media/video``, None where it ends."""
        found: Element | None = self
        for tag in path.split("/"):
            found = next(found.all(tag), None) if found else None
        return found

    def value(self, path: str) -> str:
        """Return the text of the element at ``path``, empty where there is none."""
        found = self.at(path)
        return found.text if found else ""

    def walk(self) -> Iterator[Element]:
        """Yield the element and all below it, in the order of the document."""
        yield self
        for child in self.children:
            yield from child.walk()


class Edit(NamedTuple):
    """Bytes ``start`` to ``end`` of a document become ``text``."""

    start: int
    end: int
    text: str


class Made(NamedTuple):
    """An element to write: attributes that are empty are left out, and so is empty text."""

    tag: str
    attributes: dict[str, str]
    inside: list[Made] | str = ""


@dataclass(frozen=True)
class Markup:
    """A document: its bytes in UTF-8, and its root."""

    data: bytes
    root: Element

    def edited(self, edits: Iterable[Edit]) -> str:
        """Return the document's text with changes, which may not overlap."""
        parts, done = [], 0
        for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
            parts += [self.data[done : edit.start], edit.text.encode()]
            done = edit.end
        return b"".join([*parts, self.data[done:]]).decode()

    def adding(self, parent: Element, before: Element | None, made: list[Made]) -> Edit:
        """Return the change that puts elements into ``parent``, before one of its children.

        They stand on lines of their own, indented like their siblings, where those do.

        Args:
            parent: an empty one (``<spine/>``) is opened. One change only for each parent and
                place.
            before: a child of it; None: behind its last child.
            made: the new elements, in order.
        """
        line, step = self._layout(parent)
        child_line = line + step if line else ""
        text = "".join(child_line + _text(each, child_line, step) for each in made)
        if before is not None and before is not parent.children[0]:
            at = parent.children[parent.children.index(before) - 1].end
            return Edit(at, at, text)
        if before is not None:
            at = self._opened(parent)
            return Edit(at, at, text)
        if self.data[parent.closing : parent.closing + 2] == b"/>":
            return Edit(parent.closing, parent.end, f">{text}{line}</{parent.tag}>")
        if parent.children:
            at = parent.children[-1].end
            return Edit(at, at, text)
        return Edit(parent.closing, parent.closing, text + line)

    def retold(self, element: Element, text: str) -> Edit:
        """Return the change of an element's text; it has no children."""
        return Edit(self._opened(element), element.closing, escape(text))

    def renamed(self, element: Element, attribute: str, value: str) -> Edit:
        """Return the change of an attribute that the element has."""
        tag = self.data[element.start : self._opened(element)]
        name = re.escape(attribute.encode())
        found = re.search(rb"\s" + name + rb"\s*=\s*(\"[^\"]*\"|'[^']*')", tag)
        if found is None:
            raise ValueError(f"{element.tag} has no attribute {attribute}")
        return Edit(element.start + found.start(1), element.start + found.end(1), _quoted(value))

    def _opened(self, element: Element) -> int:
        """Return the offset behind an element's start tag."""
        found = re.compile(rb"<(?:\"[^\"]*\"|'[^']*'|[^>\"'])*>").match(self.data, element.start)
        if found is None:
            raise ValueError(f"{element.tag} is not where it should be")
        return found.end()

    def _layout(self, parent: Element) -> tuple[str, str]:
        """Return a new line with ``parent``'s indent, and how much deeper its children stand.

        Both are empty where the document is written without lines.
        """
        line, indent = self._before(parent)
        if not line and parent.parent is not None:
            return "", ""
        child = parent.children[0] if parent.children else None
        outer = parent.parent
        if child is not None and self._before(child)[0]:
            step = self._before(child)[1][len(indent) :]
        elif outer is not None:
            step = indent[len(self._before(outer)[1]) :]
        else:
            step = "\t"
        return (line or "\n") + indent, step

    def _before(self, element: Element) -> tuple[str, str]:
        """Return the line break before an element and its indent."""
        found = _SPACED.search(self.data, max(0, element.start - 400), element.start)
        newline, indent = (found[1], found[2]) if found else (b"", b"")
        return (newline or b"").decode(), indent.decode()


def read_markup(path: Path, root: str) -> Markup:
    """Read an XML file whose root element must be ``root``.

    Raises:
        TimelineUnreadable: missing, too large, not XML, another document, or one that declares
            entities.
    """
    try:
        data = _utf8(read_bounded(path, LARGEST))
        found = _parsed(data)
        if found.tag != root:
            raise ValueError(f"it holds {found.tag}, not {root}")
    except (OSError, ValueError, LookupError, expat.ExpatError) as error:
        raise TimelineUnreadable(path=str(path), detail=reason(error)) from error
    return Markup(data, found)


def _utf8(raw: bytes) -> bytes:
    """Return the document in UTF-8, as its declaration then says."""
    declared = _DECLARED.match(raw)
    marked = next((name for mark, name in _MARKS.items() if raw.startswith(mark)), None)
    encoding = marked or (declared[1].decode().lower() if declared else "utf-8")
    text = raw.decode(encoding)
    if encoding in {"utf-8", "utf8", "us-ascii", "ascii"}:
        return raw
    return re.sub(r"(<\?xml[^>]*?encoding=.)[^\"']*", r"\1UTF-8", text, count=1).encode()


def _parsed(data: bytes) -> Element:
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    stack: list[Element] = []
    texts: list[list[str]] = []
    roots: list[Element] = []
    none: dict[str, str] = {}
    count = 0

    def opened(tag: str, attributes: dict[str, str]) -> None:
        nonlocal count
        count += 1
        if count > _MOST:
            raise ValueError(f"it holds more than {_MOST} elements")
        if len(stack) >= _DEEPEST:
            raise ValueError(f"it is nested more than {_DEEPEST} deep")
        parent = stack[-1] if stack else None
        element = Element(tag, attributes or none, parent, parser.CurrentByteIndex)
        (parent.children if parent else roots).append(element)
        stack.append(element)
        texts.append([])

    def closed(_tag: str) -> None:
        element, text = stack.pop(), "".join(texts.pop()).strip()
        here = parser.CurrentByteIndex
        element.text = text
        empty = not text and not element.children and data[here - 2 : here] == b"/>"
        element.closing = here - 2 if empty else here
        element.end = here if empty else data.index(b">", here) + 1

    def said(text: str) -> None:
        texts[-1].append(text)

    def declared(*_declaration: object) -> None:
        raise ValueError("it declares entities")

    parser.StartElementHandler = opened
    parser.EndElementHandler = closed
    parser.CharacterDataHandler = said
    parser.EntityDeclHandler = declared
    parser.Parse(data, True)
    return roots[0]


def _text(made: Made, line: str, step: str) -> str:
    said = ((key, value) for key, value in made.attributes.items() if value)
    attributes = "".join(f" {key}={_quoted(value)}" for key, value in said)
    if isinstance(made.inside, str):
        if not made.inside:
            return f"<{made.tag}{attributes}/>"
        return f"<{made.tag}{attributes}>{escape(made.inside)}</{made.tag}>"
    deeper = line + step if line else ""
    inside = "".join(deeper + _text(each, deeper, step) for each in made.inside)
    return f"<{made.tag}{attributes}>{inside}{line}</{made.tag}>"


def _quoted(value: str) -> str:
    return '"' + escape(value, {'"': "&quot;", "\n": "&#10;"}) + '"'
