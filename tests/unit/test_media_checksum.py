"""A digest tells any other picture, a fingerprint any other file."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from afterframe.media.checksum import BLOCK, Digest, fingerprint
from afterframe.media.display import rgb_frame
from afterframe.media.frame import ColourTags, Frame
from afterframe_hosts.wire.clip import Media, Span
from tests.makers import numbered_sequence

ALL = Span(0, 1)


def digest(*frames: Frame) -> str:
    made = Digest()
    for frame in frames:
        made.add(frame)
    return made.hexdigest()


def grey(value: int, shape: tuple[int, int] = (4, 6)) -> Frame:
    return rgb_frame(np.full((*shape, 3), value, np.uint8), ColourTags(1, 13))


def test_the_same_pictures_have_the_same_digest_and_others_have_not() -> None:
    assert digest(grey(1), grey(2)) == digest(grey(1), grey(2))
    others = [digest(grey(2), grey(1)), digest(grey(1)), digest(grey(1), grey(2, (6, 4)))]
    assert digest(grey(1), grey(2)) not in others


def test_a_fingerprint_sees_size_head_middle_and_tail(tmp_path: Path) -> None:
    path = tmp_path / "a.mov"
    media = Media("movie", str(path))
    data = bytearray(8 * BLOCK)
    path.write_bytes(data)
    seen = {fingerprint(media, ALL)}
    for place in (0, len(data) // 2, len(data) - 1):
        changed = bytearray(data)
        changed[place] = 1
        path.write_bytes(changed)
        seen.add(fingerprint(media, ALL))
    path.write_bytes(data + b"\0")
    seen.add(fingerprint(media, ALL))
    assert len(seen) == 5


def test_a_moved_file_keeps_its_fingerprint(tmp_path: Path) -> None:
    path = tmp_path / "a.mov"
    path.write_bytes(b"some media")
    before = fingerprint(Media("movie", str(path)), ALL)
    moved = path.rename(tmp_path / "b.mov")
    assert fingerprint(Media("movie", str(moved)), ALL) == before


def test_of_a_sequence_every_picture_that_is_used_counts(tmp_path: Path) -> None:
    path = numbered_sequence(tmp_path, 9, first=5)
    media, used = Media("sequence", path, first=5), Span(2, 5)
    before = fingerprint(media, used)
    for number, told in ((6, False), (7, True), (8, True), (9, True), (11, True), (12, False)):
        picture = Path(path.replace("####", f"{number:04}"))
        whole = picture.read_bytes()
        picture.write_bytes(whole + b"x")
        assert (fingerprint(media, used) != before) == told, number
        picture.write_bytes(whole)
    assert fingerprint(media, used) == before


def test_a_hole_in_a_sequence_is_part_of_its_fingerprint(tmp_path: Path) -> None:
    path = numbered_sequence(tmp_path, 6)
    media, used = Media("sequence", path, first=1001), Span(0, 6)
    prints = {fingerprint(media, used)}
    for number in (1003, 1004):
        Path(path.replace("####", str(number))).unlink()
        prints.add(fingerprint(media, used))
    assert len(prints) == 3
