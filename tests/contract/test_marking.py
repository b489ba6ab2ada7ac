"""Made media say so, where readers of other makers look; one switch turns it off."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import numpy as np
import pytest

from afterframe.cli.batch import jobs_of, read_batch
from afterframe.cli.main import parser
from afterframe.cli.make import output_of
from afterframe.core.recipe import differences, read_recipe
from afterframe.errors import ShotListError
from afterframe.media.formats import delivery_format, formats
from afterframe.media.source import open_media
from afterframe.pipeline.run import Hooks, run_job
from afterframe_hosts.wire.clip import Clip, Media, Span
from afterframe_hosts.wire.effects import EFFECTS, resolve
from afterframe_hosts.wire.job import Job, Output, Result, new_id
from afterframe_models import registry
from tests.makers import numbered_movie

NAMES = sorted(formats())
TERM = "http://cv.iptc.org/newscodes/digitalsourcetype/algorithmicallyEnhanced"
RATE = Fraction(25)
SIZE = (256, 144)


@pytest.fixture(scope="module")
def movie(tmp_path_factory: pytest.TempPathFactory) -> Media:
    path = tmp_path_factory.mktemp("source") / "m.mp4"
    return Media("movie", str(numbered_movie(path, frames=3, rate=RATE, size=SIZE)))


def made(movie: Media, folder: Path, name: str, **output: Any) -> Result:
    span = Span(0, 3)
    job = Job(
        new_id(),
        "retime",
        Clip("shot", movie, span, span, RATE),
        Output(folder=str(folder), format=name, **output),
        0,
        resolve(EFFECTS["retime"].parameters, {"speed": 1.0}),
        engine="interpolate",
    )
    return run_job(job, Hooks(lambda progress: None, lambda picture: None, lambda: None))


def first_file(result: Result) -> Path:
    return Path(result.path.replace("####", f"{result.first:04d}"))


@pytest.mark.parametrize("name", NAMES)
def test_the_switch_leaves_no_trace_in_the_file_and_the_same_pixels(
    name: str, movie: Media, tmp_path: Path
) -> None:
    marked = made(movie, tmp_path / "marked", name)
    bare = made(movie, tmp_path / "bare", name, mark=False)
    assert b"digitalsourcetype/algorithmicallyEnhanced" in first_file(marked).read_bytes()
    trace = first_file(bare).read_bytes().lower().replace(b"_", b"")
    assert b"digitalsource" not in trace
    with _opened(name, marked) as ours, _opened(name, bare) as theirs:
        for index in range(3):
            for a, b in zip(ours.read(index).planes, theirs.read(index).planes, strict=True):
                np.testing.assert_array_equal(a, b)


def test_a_result_tells_what_its_format_lost(movie: Media, tmp_path: Path) -> None:
    asked = made(movie, tmp_path, "tiff", reel="A001")
    assert [note.id for note in asked.notes] == ["note.reel_lost"]
    assert made(movie, tmp_path, "prores_422_hq", reel="A001").notes == ()


def test_the_recipe_says_what_it_is_and_whether_the_file_says_so(
    movie: Media, tmp_path: Path
) -> None:
    marked = read_recipe(Path(made(movie, tmp_path, "ffv1").recipe))
    bare = read_recipe(Path(made(movie, tmp_path, "ffv1", mark=False).recipe))
    assert (marked.made.digital_source, marked.job.output.mark) == (TERM, True)
    assert (bare.made.digital_source, bare.job.output.mark) == (TERM, False)
    assert differences(marked, bare) == ()


@pytest.mark.parametrize(
    ("name", "suffix"),
    [
        (name, suffix)
        for name in ("dnxhr_hq", "h264", "hevc", "prores_422_hq")
        for suffix in delivery_format(name).suffixes
    ],
)
def test_ffmpeg_finds_the_xmp_packet(name: str, suffix: str, movie: Media, tmp_path: Path) -> None:
    path = str(tmp_path / f"shot{suffix}")
    result = made(movie, tmp_path, name, path=path)
    program = imageio_ffmpeg.get_ffmpeg_exe()
    command = [program, "-v", "error", "-export_xmp", "1", "-i", result.path, "-f", "ffmetadata"]
    told = subprocess.run([*command, "-"], capture_output=True, check=True, timeout=60).stdout
    xmp = told.decode().replace("\\", "").partition("xmp=")[2]
    assert f'Iptc4xmpExt:DigitalSourceType="{TERM}"' in xmp


@pytest.mark.parametrize("name", [name for name in NAMES if name != "ffv1"])
def test_exiftool_finds_the_property(name: str, movie: Media, tmp_path: Path) -> None:
    program = shutil.which("exiftool")
    if program is None:
        pytest.skip("exiftool is not installed")
    file = first_file(made(movie, tmp_path, name))
    tag = "-OpenEXR:all" if file.suffix == ".exr" else "-XMP-iptcExt:DigitalSourceType"
    told = subprocess.run([program, tag, str(file)], capture_output=True, check=True, timeout=60)
    assert TERM in told.stdout.decode()


def test_a_card_says_how_its_pictures_came_about_in_the_vocabularys_terms() -> None:
    card = registry.cards()["motion"]
    assert card.source_of("generate") == "algorithmicallyEnhanced"
    bare = replace(card, digital_source={})
    assert bare.source_of("generate") == "algorithmicallyEnhanced"
    trained = replace(bare, weights=True)
    assert trained.source_of("generate") == "trainedAlgorithmicMedia"
    edits = replace(trained, digital_source={"restyle": "compositeWithTrainedAlgorithmicMedia"})
    assert edits.source_of("restyle") == "compositeWithTrainedAlgorithmicMedia"


def test_a_card_with_a_term_of_its_own_is_refused(tmp_path: Path) -> None:
    text = (registry.FOLDER / "motion" / "card.toml").read_text(encoding="utf-8")
    (tmp_path / "motion").mkdir()
    wrong = text.replace("algorithmicallyEnhanced", "dreamt")
    (tmp_path / "motion" / "card.toml").write_text(wrong, encoding="utf-8")
    with pytest.raises(ValueError, match="dreamt"):
        registry.cards(tmp_path)


@pytest.mark.parametrize(
    ("arguments", "mark", "reel"),
    [([], True, ""), (["--no-mark"], False, ""), (["--reel", "A001"], True, "A001")],
)
def test_the_command_line_has_the_switch_and_the_reel(
    arguments: list[str], mark: bool, reel: str
) -> None:
    options = parser().parse_args(["retime", "clip.mov", *arguments])
    output = output_of(options, Path("clip.mov"))
    assert (output.mark, output.reel) == (mark, reel)


def test_a_shot_list_has_the_switch_and_the_reel_for_each_line(
    movie: Media, tmp_path: Path
) -> None:
    path = tmp_path / "shots.csv"
    path.write_text(
        f"media,reel,mark\n{movie.path},A001,\n{movie.path},,no\n{movie.path},,YES\n",
        encoding="utf-8",
    )
    batch = read_batch(path, "generate", [], "all")
    outputs = [job.output for job in jobs_of(batch)]
    assert [(o.reel, o.mark) for o in outputs] == [("A001", True), ("", False), ("", True)]
    outputs = [job.output for job in jobs_of(batch, mark=False)]
    assert [output.mark for output in outputs] == [False, False, True]
    path.write_text(f"media,mark\n{movie.path},perhaps\n", encoding="utf-8")
    with pytest.raises(ShotListError, match="perhaps"):
        read_batch(path, "generate", [], "all")


def _opened(name: str, result: Result) -> Any:
    if delivery_format(name).kind == "sequence":
        return open_media(Media("sequence", result.path, first=result.first, rate=RATE))
    return open_media(Media("movie", result.path))
