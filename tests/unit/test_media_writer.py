"""Whatever happens while a result is written, nothing half-written is left behind."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import textwrap
import threading
import time
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from afterframe.errors import DiskFull, NotWritable, VerifyFailed
from afterframe.media import picture_files
from afterframe.media.formats import delivery_format, formats
from afterframe.media.frame import ColourTags, Frame, PixelFormat
from afterframe.media.stills import Picture
from afterframe.media.writer import AHEAD, Writer, open_writer
from afterframe.platform import rename_new

REPOSITORY = Path(__file__).resolve().parents[2]
SIZE = (256, 144)
FRAMES = 6
PIXELS = PixelFormat("yuv", 8, subsampling=(1, 1))
HD = ColourTags(1, 1, 1)
ONE_OF_EACH = [
    "dnxhr_hq",
    "prores_422_hq",
    "h264",
    "hevc",
    "ffv1",
    "png",
    "tiff",
    "exr",
    "exr_dwaa",
]
LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux")

SCRIPT = """
import json, resource, sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
sys.path.insert(0, {repository!r})
from tests.unit.test_media_writer import everything_in, noise, target_of, writer_of
from afterframe.errors import AfterframeError

def attempt(folder, name):
    frames = noise()
    target = target_of(folder, name)
    try:
        with writer_of(target, name) as writer:
            for frame in frames:
                writer.write(frame)
            writer.finish()
            writer.publish(target)
        return "written"
    except AfterframeError as error:
        return error.code
"""


def noise(count: int = FRAMES) -> list[Frame]:
    """Return frames that no encoder can make small."""
    random = np.random.default_rng(0)
    return [
        Frame(
            tuple(
                random.integers(16, 235, PIXELS.plane_size(n, *SIZE)[::-1]).astype(np.uint8)
                for n in range(3)
            ),
            PIXELS,
            HD,
        )
        for _ in range(count)
    ]


def target_of(folder: Path, name: str) -> Path:
    made = delivery_format(name)
    if made.kind == "sequence":
        return folder / "shot" / f"shot.####{made.suffix}"
    return folder / f"shot{made.suffix}"


def writer_of(target: Path, name: str, frames: int = FRAMES) -> Writer:
    return open_writer(
        target,
        name,
        width=SIZE[0],
        height=SIZE[1],
        rate=Fraction(24),
        frames=frames,
        colour=HD,
        source_format=PIXELS,
    )


def everything_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def run(script: str, *arguments: str, prefix: tuple[str, ...] = ()) -> str:
    code = SCRIPT.format(repository=str(REPOSITORY)) + textwrap.dedent(script)
    done = subprocess.run(
        [*prefix, sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@LINUX
@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_a_limit_met_at_any_byte_is_told_and_leaves_nothing(name: str, tmp_path: Path) -> None:
    """The limit of a file's size fails like a full disk, at a byte of our choice."""
    script = """
        folder = Path(sys.argv[1]) / "new" / "folder"
        assert attempt(folder, sys.argv[2]) == "written"
        files = [path for path in folder.rglob("*") if path.is_file()]
        whole = max(path.stat().st_size for path in files)
        for path in files:
            path.unlink()
        for made in sorted((path for path in folder.parent.rglob("*")), reverse=True):
            made.rmdir()
        folder.parent.rmdir()
        hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
        told = {}
        even = [whole * step // 12 for step in range(12)]
        for limit in even + [whole - 2**power for power in range(0, 15, 2)]:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
            told[limit] = attempt(folder, sys.argv[2])
            resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
            assert everything_in(Path(sys.argv[1])) == [], limit
        print(json.dumps(told))
    """
    told = json.loads(run(script, str(tmp_path), name).splitlines()[-1])
    assert set(told.values()) == {"disk_full"}, told


@LINUX
@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_a_disk_that_fills_up_meanwhile_is_told_and_leaves_nothing(
    name: str, tmp_path: Path
) -> None:
    """A real file system of half the result's size, in a mount namespace of its own."""
    if subprocess.run(["unshare", "-m", "true"], check=False, capture_output=True).returncode:
        pytest.skip("mount namespaces are not permitted here")
    script = """
        import subprocess
        from afterframe.media import disk
        folder = Path(sys.argv[1])
        assert attempt(folder / "big", sys.argv[2]) == "written"
        whole = sum(p.stat().st_size for p in (folder / "big").rglob("*") if p.is_file())
        small = folder / "small"
        small.mkdir()
        options = f"size={max(8192, whole // 2)}"
        subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", str(small)], check=True)
        disk.RESERVE = 0
        import afterframe.media.writer as writer
        print(attempt(small, sys.argv[2]))
        writer.check_room = lambda folder, needed: None
        print(attempt(small, sys.argv[2]))
        print(everything_in(small))
    """
    told = run(script, str(tmp_path), name, prefix=("unshare", "-m"))
    before, while_writing, left = told.splitlines()[-3:]
    assert (while_writing, left) == ("disk_full", "[]")
    assert before == "disk_full"


def test_too_little_room_is_told_before_anything_is_made(tmp_path: Path) -> None:
    free = shutil.disk_usage(tmp_path).free
    frames = free // delivery_format("dnxhr_hq").frame_bytes(*SIZE, PIXELS) + 1
    with pytest.raises(DiskFull) as told:
        writer_of(target_of(tmp_path / "new", "dnxhr_hq"), "dnxhr_hq", frames)
    assert told.value.params["needed_mb"] > told.value.params["free_mb"] > 0
    assert everything_in(tmp_path) == []


@pytest.mark.parametrize("name", ["dnxhr_hq", "png"])
def test_a_folder_that_may_not_be_written_is_told(name: str, tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o555)
    if os.access(closed, os.W_OK):  # nothing is closed to root
        if not hasattr(os, "setresuid"):
            pytest.skip("this user may write everywhere")
        script = """
            import os
            import afterframe.media.movie_file, afterframe.media.picture_files
            os.setresuid(65534, 65534, 65534)
            print(attempt(Path(sys.argv[1]), sys.argv[2]))
        """
        for parent in tmp_path.parents:
            if parent.owner() == "root" and len(parent.parts) > 2:
                parent.chmod(0o755)
        tmp_path.chmod(0o755)
        assert run(script, str(closed), name).strip() == "not_writable"
    else:
        with pytest.raises(NotWritable):
            writer_of(target_of(closed, name), name)
    assert everything_in(tmp_path) == ["closed"]


def test_making_and_encoding_overlap_and_memory_is_bounded(tmp_path: Path) -> None:
    """The encoder is held up: as many frames as may wait are taken, then writing waits."""
    gate = threading.Event()
    frames = noise(1) * 20
    with writer_of(target_of(tmp_path, "dnxhr_hq"), "dnxhr_hq", len(frames)) as writer:
        add = writer._sink.add

        def held(frame: Frame) -> None:
            gate.wait(30)
            add(frame)

        writer._sink.add = held  # type: ignore[method-assign]
        taken: list[int] = []

        def fill() -> None:
            for number, frame in enumerate(frames):
                writer.write(frame)
                taken.append(number)

        filler = threading.Thread(target=fill)
        filler.start()
        deadline = time.monotonic() + 10
        while len(taken) < AHEAD + 1 and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(0.1)
        assert len(taken) == AHEAD + 1
        gate.set()
        filler.join(30)
        assert writer.finish().frames == 20


def test_a_file_that_shows_something_else_is_not_published(tmp_path: Path) -> None:
    """Verification sees another picture than the one that was given."""
    frames = noise()
    with writer_of(target_of(tmp_path, "dnxhr_hq"), "dnxhr_hq") as writer:
        add = writer._sink.add
        black = Frame(
            tuple(
                np.full(PixelFormat("yuv", 8, subsampling=(1, 0)).plane_size(n, *SIZE)[::-1], v)
                for n, v in enumerate(np.array([16, 128, 128], np.uint8))
            ),
            PixelFormat("yuv", 8, subsampling=(1, 0)),
            HD,
        )
        writer._sink.add = lambda frame: add(black)  # type: ignore[method-assign]
        for frame in frames:
            writer.write(frame)
        with pytest.raises(VerifyFailed, match="another picture"):
            writer.finish()
    assert everything_in(tmp_path) == []


def test_frames_of_another_size_or_too_many_are_refused(tmp_path: Path) -> None:
    frames = noise(2)
    small = Frame(tuple(plane[:4, :4] for plane in frames[0].planes), PIXELS, HD)
    with writer_of(target_of(tmp_path, "dnxhr_hq"), "dnxhr_hq", 1) as writer:
        with pytest.raises(ValueError, match="another size"):
            writer.write(small)
        writer.write(frames[0])
        with pytest.raises(ValueError, match="more than 1"):
            writer.write(frames[1])


def test_what_was_written_is_counted(tmp_path: Path) -> None:
    target = target_of(tmp_path, "tiff")
    with writer_of(target, "tiff") as writer:
        for frame in noise():
            writer.write(frame)
        written = writer.finish()
        writer.publish(target)
    sizes = [path.stat().st_size for path in target.parent.iterdir()]
    assert (written.frames, written.first, written.size) == (FRAMES, 1, sum(sizes))


def test_of_two_that_publish_under_one_name_one_wins(tmp_path: Path) -> None:
    parts = [tmp_path / f"part{number}" for number in range(8)]
    for part in parts:
        part.write_text(part.name)
    target = tmp_path / "name"
    won: list[str] = []

    def publish(part: Path) -> None:
        try:
            rename_new(part, target)
        except FileExistsError:
            return
        won.append(part.name)

    threads = [threading.Thread(target=publish, args=(part,)) for part in parts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert won == [target.read_text()]
    assert len(list(tmp_path.iterdir())) == len(parts)


def test_long_results_do_not_grow_in_memory(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    frames = noise(2)
    target = target_of(tmp_path, "dnxhr_hq")

    def write(count: int) -> int:
        with writer_of(target, "dnxhr_hq", count) as writer:
            for number in range(count):
                writer.write(frames[number % 2])
            writer.finish()
        return int(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)

    before = write(30)
    assert write(600) - before < 40_000  # kB; the frames alone would be 33 MB, the file 24


def test_a_lossy_picture_that_is_another_is_not_taken_for_the_one_that_was_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk gives back a picture of which a part is black."""
    read = picture_files.read_picture

    def cut(path: str) -> Picture:
        picture = read(path)
        planes = tuple(plane.copy() for plane in picture.frame.planes)
        for plane in planes:
            plane[plane.shape[0] // 2 :] = 0
        return replace(picture, frame=replace(picture.frame, planes=planes))

    monkeypatch.setattr(picture_files, "read_picture", cut)
    frame = noise(1)[0]
    with writer_of(target_of(tmp_path, "exr_dwaa"), "exr_dwaa", 1) as writer:
        writer.write(frame)
        with pytest.raises(NotWritable, match="read back"):
            writer.finish()
    assert everything_in(tmp_path) == []


def test_every_family_of_formats_is_held_by_these_tests() -> None:
    families = {made.encoder or made.container for made in formats().values()}
    held = {
        delivery_format(name).encoder or delivery_format(name).container for name in ONE_OF_EACH
    }
    assert families == held
