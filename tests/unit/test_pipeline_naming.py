"""Results' names: versioned, never reused, never outside the destination."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from afterframe.core.recipe import beside, to_text
from afterframe.errors import BadValue, OutputExists
from afterframe.pipeline.naming import made_before, result_path
from afterframe_hosts.wire.clip import Clip, Media, Span
from afterframe_hosts.wire.job import Job, Output, new_id
from tests.unit.test_recipe import RECIPE


def job(output: Output, name: str = "shot 010.mov") -> Job:
    clip = Clip(name, Media("movie", "/c.mov"), Span(0, 4), Span(0, 4), Fraction(25))
    return Job(new_id(), "generate", clip, output)


def test_the_first_result_is_version_one(tmp_path: Path) -> None:
    path = result_path(job(Output(str(tmp_path))), (".mov",), sequence=False)
    assert path == tmp_path / "shot_010_generate_v001.mov"


def test_a_version_is_never_used_again_whatever_its_suffix(tmp_path: Path) -> None:
    (tmp_path / "shot_010_generate_v001.mkv").touch()
    (tmp_path / "shot_010_generate_v004.afterframe.json").touch()
    (tmp_path / "shot_010_generate_v002").mkdir()
    (tmp_path / "other_generate_v009.mov").touch()
    path = result_path(job(Output(str(tmp_path))), (".mov",), sequence=False)
    assert path.name == "shot_010_generate_v005.mov"


def test_a_sequence_has_a_folder_of_its_own(tmp_path: Path) -> None:
    path = result_path(job(Output(str(tmp_path), name="a")), (".exr",), sequence=True)
    assert path == tmp_path / "a_v001" / "a_v001.####.exr"


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/b\\c", "..", "  ", "\x00", "CON?*"])
def test_a_clips_name_never_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    path = result_path(job(Output(str(tmp_path)), name), (".mov",), sequence=False)
    assert path.parent == tmp_path
    assert path.name.endswith("_generate_v001.mov")


def test_an_exact_path_is_refused_where_a_file_is_unless_asked(tmp_path: Path) -> None:
    taken = tmp_path / "out.mov"
    taken.touch()
    with pytest.raises(OutputExists):
        result_path(job(Output(path=str(taken))), (".mov",), sequence=False)
    allowed = job(Output(path=str(taken), overwrite=True))
    assert result_path(allowed, (".mov",), sequence=False) == taken


@pytest.mark.parametrize("given", ["out", "out.exr", "out.####.exr"])
def test_an_exact_path_of_a_sequence_becomes_a_folder(tmp_path: Path, given: str) -> None:
    path = result_path(job(Output(path=str(tmp_path / given))), (".exr",), sequence=True)
    assert path == tmp_path / "out" / "out.####.exr"


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ("a.tiff", "a.####.tiff"), ("a.TIF", "a.####.TIF"), ("a.####.tiff", "a.####.tiff"),
        ("a.##", "a.####.tif"), ("a", "a.####.tif"),
    ],
)  # fmt: skip
def test_a_sequence_keeps_the_suffix_that_the_user_wrote(
    tmp_path: Path, given: str, made: str
) -> None:
    path = result_path(job(Output(path=str(tmp_path / given))), (".tif", ".tiff"), sequence=True)
    assert path == tmp_path / "a" / made


def test_only_a_sequence_has_number_signs_in_its_name(tmp_path: Path) -> None:
    for output in (Output(str(tmp_path)), Output(str(tmp_path), name="take #2")):
        path = result_path(job(output, "photo #1.png"), (".mov",), sequence=False)
        assert "#" not in path.name
    with pytest.raises(BadValue):
        result_path(job(Output(path=str(tmp_path / "#2.mov"))), (".mov",), sequence=False)


def test_what_an_earlier_attempt_finished_is_found(tmp_path: Path) -> None:
    mine = replace(RECIPE, job=job(Output(str(tmp_path))))
    result = tmp_path / mine.made.name
    beside(result).write_text(to_text(mine), encoding="utf-8")
    result.write_bytes(b"frames")
    assert made_before(mine.job) == (mine, result)
    assert made_before(replace(mine.job, id=new_id())) is None


def test_a_recipe_that_a_killed_attempt_left_alone_is_removed(tmp_path: Path) -> None:
    mine = replace(RECIPE, job=job(Output(str(tmp_path))))
    orphan = beside(tmp_path / mine.made.name)
    orphan.write_text(to_text(mine), encoding="utf-8")
    assert made_before(mine.job) is None
    assert not orphan.exists()
