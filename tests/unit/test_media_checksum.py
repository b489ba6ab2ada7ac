"""A digest tells any other picture, a fingerprint any other file."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from afterframe.media.checksum import BLOCK, Digest, fingerprint
from afterframe.media.display import rgb_frame
from afterframe.media.frame import ColourTags, Frame
from afterframe_hosts.wire.clip import Media
from tests.makers import numbered_sequence


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
    seen = {fingerprint(media)}
    for place in (0, len(data) // 2, len(data) - 1):
        changed = bytearray(data)
        changed[place] = 1
        path.write_bytes(changed)
        seen.add(fingerprint(media))
    path.write_bytes(data + b"\0")
    seen.add(fingerprint(media))
    assert len(seen) == 5


def test_a_moved_file_keeps_its_fingerprint(tmp_path: Path) -> None:
    path = tmp_path / "a.mov"
    path.write_bytes(b"some media")
    before = fingerprint(Media("movie", str(path)))
    moved = path.rename(tmp_path / "b.mov")
    assert fingerprint(Media("movie", str(moved))) == before


def test_of_a_sequence_the_first_picture_is_taken(tmp_path: Path) -> None:
    path = numbered_sequence(tmp_path, 3, first=5)
    first = fingerprint(Media("sequence", path, first=5))
    assert first == fingerprint(Media("still", path.replace("####", "0005")))
    assert first != fingerprint(Media("sequence", path, first=6))
