"""Final Cut Pro 7's XML: the picture under each frame, and our clips added to the same file."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from afterframe_hosts.base import Query
from afterframe_hosts.interchange import markup
from afterframe_hosts.interchange.adapter import InterchangeHost
from afterframe_hosts.wire.clip import Clip, Media, Span
from afterframe_hosts.wire.errors import (
    MediaMissing,
    PlaceFailed,
    TimelineUnreadable,
    UnsupportedItem,
)
from afterframe_hosts.wire.job import Note
from tests.contract.shown import ALL, SIZE, numbers, result, standing, without
from tests.makers import numbered_movie, numbered_sequence, numbered_still

GOLDEN = Path(__file__).parents[1] / "golden" / "edit_afterframe.xml"
FILM, NTSC, PAL = Fraction(24000, 1001), Fraction(30000, 1001), Fraction(25)
TICKS = 254_016_000_000
FRAMES = 60


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a movie of 60 numbered pictures at 23.976, and one at 25."""
    folder = tmp_path_factory.mktemp("media é")
    numbered_movie(folder / "film.mov", FRAMES, FILM, SIZE, timecode="10:00:00:00")
    numbered_movie(folder / "pal 1.mov", FRAMES, PAL, SIZE)
    numbered_sequence(folder, 12, 1001, SIZE)
    numbered_still(folder / "still.png", 77, SIZE)
    return folder


def rate(value: Fraction) -> str:
    ntsc = "TRUE" if value.denominator == 1001 else "FALSE"
    return f"<rate><timebase>{round(value)}</timebase><ntsc>{ntsc}</ntsc></rate>"


def file(name: str, path: Path, value: Fraction = FILM, code: int = 864000) -> str:
    """A medium as Premiere writes it; the second time it is named by its id alone."""
    url = path.as_uri().replace("file:///", "file://localhost/")
    return (
        f'<file id="{name}"><name>{path.name}</name><pathurl>{url}</pathurl>{rate(value)}'
        f"<duration>{FRAMES}</duration><timecode>{rate(value)}<frame>{code}</frame>"
        f"<displayformat>NDF</displayformat></timecode></file>"
    )


def item(
    name: str, stands: tuple[int, int], used: tuple[int, int], inside: str, value: Fraction = FILM
) -> str:
    return (
        f'<clipitem id="{name}"><name>{name}</name><enabled>TRUE</enabled>'
        f"<duration>{FRAMES}</duration>{rate(value)}<start>{stands[0]}</start><end>{stands[1]}</end>"
        f"<in>{used[0]}</in><out>{used[1]}</out>{inside}</clipitem>"
    )


def track(*items: str) -> str:
    return f"<track>{''.join(items)}<enabled>TRUE</enabled><locked>FALSE</locked></track>"


def sequence(
    *tracks: str, value: Fraction = FILM, code: str = "", name: str = "edit", marks: str = ""
) -> str:
    length = 300
    return f"""<sequence id="{name}" {marks}>
\t<name>{name}</name>
\t<duration>{length}</duration>
\t{rate(value)}
\t{code}
\t<media>
\t\t<video>
\t\t\t<format><samplecharacteristics><width>96</width></samplecharacteristics></format>
\t\t\t{"".join(tracks)}
\t\t</video>
\t\t<audio><track><clipitem id="sound"><start>0</start><end>40</end></clipitem></track></audio>
\t</media>
</sequence>"""


def document(*inside: str) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE xmeml>\n<!-- of somebody -->\n'
        f'<xmeml version="5">\n{"".join(inside)}\n</xmeml>\n'
    )


def hour(value: Fraction = FILM) -> str:
    return (
        f"<timecode>{rate(value)}<string>01:00:00:00</string><frame>{3600 * round(value)}</frame>"
        "<displayformat>NDF</displayformat></timecode>"
    )


def speed(
    percent: float, *points: tuple[float, float], reverse: bool = False, bends: int = 0
) -> str:
    """The effect of speed as Premiere writes it, with the curve's points (when, value)."""
    keys = "".join(f"<keyframe><when>{w}</when><value>{v}</value></keyframe>" for w, v in points)
    graph = (
        f"<parameter><parameterid>graphdict</parameterid><valuemin>0</valuemin>"
        f"<valuemax>{FRAMES}</valuemax><value>0</value>{keys}</parameter>"
    )
    return (
        "<filter><effect><name>Time Remap</name><effectid>timeremap</effectid>"
        f"<parameter><parameterid>variablespeed</parameterid><value>{bends}</value></parameter>"
        f"<parameter><parameterid>speed</parameterid><value>{percent}</value></parameter>"
        f"<parameter><parameterid>reverse</parameterid><value>{str(reverse).upper()}</value>"
        f"</parameter>{graph if points else ''}</effect></filter>"
    )


def write(folder: Path, text: str) -> Path:
    path = folder / "edit.xml"
    path.write_text(text, encoding="utf-8")
    return path


def opened(folder: Path, *tracks: str, **said: object) -> InterchangeHost:
    return InterchangeHost.open(write(folder, document(sequence(*tracks, **said))))  # type: ignore[arg-type]


def only(host: InterchangeHost) -> Clip:
    (clip,) = host.clips(ALL)
    return clip


def test_each_frame_shows_its_picture(tmp_path: Path, media: Path) -> None:
    film = media / "film.mov"
    host = opened(
        tmp_path,
        track(
            item("a", (0, 10), (5, 15), file("f", film)),
            item("b", (14, 20), (40, 46), '<file id="f"/>'),
        ),
        track(item("over", (8, 12), (50, 54), '<file id="f"/>')),
        code=hour(),
    )  # fmt: skip
    assert (host.rate, host.start, host.describe().name) == (FILM, 86400, "edit")
    assert standing(host) == [
        ("a", 0, list(range(5, 15))), ("over", 8, [50, 51, 52, 53]), ("b", 14, list(range(40, 46))),
    ]  # fmt: skip
    assert [clip.media.path for clip in host.clips(ALL)] == [str(film)] * 3
    assert host.clip_at(86400 + 9).name == "over"
    assert host.notes() == ()


@pytest.mark.parametrize(("alignment", "cut"), [
    ("center", 10), ("start-black", 6), ("start", 6), ("end-black", 14), ("end", 14),
])  # fmt: skip
def test_under_a_transition_the_cut_lies_where_it_says(
    tmp_path: Path, media: Path, alignment: str, cut: int
) -> None:
    """``in`` is due when the transition begins: 30 at frame 6."""
    between = (
        "<transitionitem><start>6</start><end>14</end>"
        f"<alignment>{alignment}</alignment>{rate(FILM)}</transitionitem>"
    )
    host = opened(tmp_path, track(
        item("a", (0, -1), (0, 14), file("f", media / "film.mov")),
        between,
        item("b", (-1, 20), (30, 44), '<file id="f"/>'),
    ))  # fmt: skip
    assert standing(host) == [
        ("a", 0, list(range(cut))), ("b", cut, list(range(30 + cut - 6, 44))),
    ]  # fmt: skip


def test_premieres_own_cut_point_wins(tmp_path: Path, media: Path) -> None:
    ticks = 3 * int(TICKS / FILM)
    between = (
        "<transitionitem><start>6</start><end>14</end><alignment>center</alignment>"
        f"<cutPointTicks>{ticks}</cutPointTicks>{rate(FILM)}</transitionitem>"
    )
    host = opened(tmp_path, track(
        item("a", (0, -1), (0, 14), file("f", media / "film.mov")), between,
        item("b", (-1, 20), (30, 44), '<file id="f"/>'),
    ))  # fmt: skip
    assert [(name, start) for name, start, _ in standing(host)] == [("a", 0), ("b", 9)]


@pytest.mark.parametrize(("used", "effect", "shown"), [
    # with a curve, in and out count frames as they are played
    ((4, 10), speed(200, (0, 0), (30, 60)), [8, 10, 12, 14, 16, 18]),
    ((8, 14), speed(50, (0, 0), (60, 30)), [4, 4, 5, 5, 6, 6]),
    ((0, 6), speed(100, (0, 60), (60, 0), reverse=True), [59, 58, 57, 56, 55, 54]),
    ((10, 16), speed(100, (0, 60), (60, 0), reverse=True), [49, 48, 47, 46, 45, 44]),
    ((3, 9), speed(0, (0, 20), (60, 20)), [20] * 6),
    # a curve that is straight where it is shown; Premiere's rubbish in a point is passed over
    ((10, 16), speed(90, (0, 0), (5, 5), (20, 35), (60, 60), bends=1), [15, 17, 19, 21, 23, 25]),
    ((2, 8), speed(100, (0, 0), (7, -1815255671), (30, 30), bends=1), [2, 3, 4, 5, 6, 7]),
    # without one: in and out as played, or in the medium's frames where they are farther apart
    ((4, 10), speed(200), [8, 10, 12, 14, 16, 18]),
    ((4, 16), speed(200), [4, 6, 8, 10, 12, 14]),
    ((4, 7), speed(50), [4, 4, 5, 5, 6, 6]),
    ((4, 10), speed(100, reverse=True), [55, 54, 53, 52, 51, 50]),
    ((4, 16), speed(-200), [15, 13, 11, 9, 7, 5]),
    ((9, 9), speed(0), [9] * 6),
])  # fmt: skip
def test_a_speed_shows_the_frames_that_it_means(
    tmp_path: Path, media: Path, used: tuple[int, int], effect: str, shown: list[int]
) -> None:
    clip = item("a", (0, 6), used, file("f", media / "film.mov") + effect)
    after = item("b", (6, 9), (0, 3), '<file id="f"/>')
    assert standing(opened(tmp_path, track(clip, after))) == [("a", 0, shown), ("b", 6, [0, 1, 2])]


def test_a_curve_of_speed_is_refused_by_name_and_told(tmp_path: Path, media: Path) -> None:
    bent = speed(90, (0, 0), (5, 5), (20, 35), (60, 60), bends=1)
    host = opened(
        tmp_path, track(item("a", (0, 10), (0, 10), file("f", media / "film.mov") + bent))
    )
    (problem,) = host.problems(ALL)
    assert isinstance(problem, UnsupportedItem)
    assert "speed curve" in str(problem)
    assert host.notes() == (Note("note.interchange_speed_curves", {"count": 1}),)
    assert "1" in host.notes()[0].text()


def test_a_medium_of_another_rate_is_exact_on_both_sides_of_a_cut(
    tmp_path: Path, media: Path
) -> None:
    """25 frames a second in 24, cut at frame 7: Premiere rounds ``in`` and knows the tick."""
    at_cut = 7 * TICKS // 24
    exact = f"<pproTicksIn>{at_cut}</pproTicksIn>"
    host = opened(
        tmp_path,
        track(
            item("a", (0, 7), (0, 7), file("p", media / "pal 1.mov", PAL), PAL),
            item("b", (7, 40), (7, 42), f'{exact}<file id="p"/>', PAL),
        ),
        value=Fraction(24),
    )
    whole = [n * 25 // 24 for n in range(40)]
    assert standing(host) == [("a", 0, whole[:7]), ("b", 7, whole[7:])]
    assert host.rate == 24


def test_a_sequence_within_another_is_seen_through(tmp_path: Path, media: Path) -> None:
    inner = sequence(
        track(
            item("x", (0, 10), (0, 10), file("f", media / "film.mov")),
            item("y", (10, 30), (40, 60), '<file id="f"/>'),
        ),
        name="inner", code=hour(),
    )  # fmt: skip
    host = opened(tmp_path, track(
        item("nest", (0, 8), (6, 14), inner),
        item("again", (20, 24), (0, 4), '<sequence id="inner"/>' + speed(400, (0, 0), (15, 60))),
    ))  # fmt: skip
    assert standing(host) == [
        ("x", 0, [6, 7, 8, 9]), ("y", 4, [40, 41, 42, 43]),
        ("x", 20, [0, 4, 8]), ("y", 23, [42]),
    ]  # fmt: skip


def test_what_is_switched_off_is_not_there(tmp_path: Path, media: Path) -> None:
    film = file("f", media / "film.mov")
    off = item("off", (0, 9), (0, 9), film).replace("<enabled>TRUE", "<enabled>FALSE")
    hidden = track(item("hidden", (0, 9), (0, 9), '<file id="f"/>'))
    hidden = hidden[: hidden.rindex("<enabled>")] + "<enabled>FALSE</enabled></track>"
    shown = track(item("on", (0, 9), (0, 9), '<file id="f"/>'))
    host = opened(tmp_path, track(off), hidden, shown)
    assert [clip.name for clip in host.clips(ALL)] == ["on"]
    assert [clip.name for clip in host.clips(Query("channel", "3"))] == ["on"]


@pytest.mark.parametrize(("url", "path"), [
    ("file://localhost/shots/a%20b%23.mov", "/shots/a b#.mov"),
    ("file:///shots/a.mov", "/shots/a.mov"),
    ("file://localhost/D%3a/media/a.mov", "D:/media/a.mov"),
    ("file:///C:/media/a.mov", "C:/media/a.mov"),
    ("file://nas/share/a.mov", "\\\\nas\\share\\a.mov"),
])  # fmt: skip
def test_media_are_found_however_they_are_written(tmp_path: Path, url: str, path: str) -> None:
    named = f'<file id="f"><name>a.mov</name><pathurl>{url}</pathurl>{rate(FILM)}</file>'
    host = opened(tmp_path, track(item("a", (0, 10), (5, 15), named)))
    (problem,) = host.problems(ALL)
    assert (only(host).media, type(problem)) == (Media("movie", path), MediaMissing)
    assert only(host).media_range == Span(5, 10)


def test_stills_and_numbered_pictures(tmp_path: Path, media: Path) -> None:
    plates = (media / "plate.[1001-1012].png").as_uri()
    assert "%5B1001-1012%5D" in plates
    sequence_file = (
        f'<file id="s"><pathurl>{plates}</pathurl>{rate(FILM)}<duration>12</duration></file>'
    )
    host = opened(tmp_path, track(
        item("still", (0, 5), (86400, 86405), file("p", media / "still.png")),
        item("plates", (5, 10), (3, 8), sequence_file),
    ))  # fmt: skip
    assert standing(host) == [("still", 0, [77] * 5), ("plates", 5, [3, 4, 5, 6, 7])]


def test_a_subclip_counts_from_its_own_start(tmp_path: Path, media: Path) -> None:
    inside = file("f", media / "film.mov") + (
        "<pproTicksIn>0</pproTicksIn>"
        "<subclipinfo><startoffset>20</startoffset><endoffset>5</endoffset></subclipinfo>"
    )
    assert numbers(only(opened(tmp_path, track(item("sub", (0, 3), (4, 7), inside))))) == [
        24,
        25,
        26,
    ]


def test_generators_and_multicam_clips_have_no_picture_for_us(tmp_path: Path) -> None:
    made = (
        '<generatoritem id="g"><name>Title</name><start>0</start><end>9</end><in>0</in><out>9</out>'
        "<effect><name>Text</name></effect></generatoritem>"
    )
    slug = '<file id="s"><name>Slug</name><mediaSource>Slug</mediaSource></file>'
    many = "<multiclip><name>cams</name></multiclip>"
    offline = '<file id="o"><name>gone.mov</name></file>'
    host = opened(tmp_path, track(
        made, item("slug", (9, 12), (0, 3), slug), item("cams", (12, 15), (0, 3), many),
        item("offline", (15, 18), (0, 3), offline),
    ))  # fmt: skip
    assert host.clips(ALL) == ()
    assert [type(each) for each in host.problems(ALL)] == [UnsupportedItem] * 3 + [MediaMissing]


@pytest.mark.parametrize("frame", ["<frame>107892</frame>", ""])
def test_drop_frame_timecode_starts_at_its_frame(tmp_path: Path, media: Path, frame: str) -> None:
    code = (
        f"<timecode>{rate(NTSC)}<string>01;00;00;00</string>{frame}"
        "<displayformat>DF</displayformat></timecode>"
    )
    clip = item("a", (0, 10), (0, 10), file("f", media / "film.mov"))
    host = opened(tmp_path, track(clip), value=NTSC, code=code)
    assert (host.start, host.rate, only(host).drop_frame) == (107892, NTSC, True)


def test_the_playhead_is_premieres(tmp_path: Path, media: Path) -> None:
    clip = item("a", (0, 10), (0, 10), file("f", media / "film.mov"))
    line = f'MZ.EditLine="{7 * int(TICKS / FILM)}"'
    assert opened(tmp_path, track(clip), code=hour(), marks=line).playhead() == 86407


def test_one_sequence_that_is_no_part_of_another_is_meant(tmp_path: Path, media: Path) -> None:
    inner = sequence(track(item("x", (0, 9), (0, 9), file("f", media / "film.mov"))), name="inner")
    outer = sequence(track(item("n", (0, 9), (0, 9), '<sequence id="inner"/>')), name="outer")
    inner = f"<bin><children>{inner}</children></bin>"
    bins = f"<project><name>p</name><children>{inner}{outer}</children></project>"
    host = InterchangeHost.open(write(tmp_path, document(bins)))
    assert (host.describe().name, [clip.name for clip in host.clips(ALL)]) == ("outer", ["x"])


def test_several_sequences_are_named(tmp_path: Path) -> None:
    two = sequence(track(), name="one") + sequence(track(), name="two")
    with pytest.raises(TimelineUnreadable, match=r"2 sequences \(one, two\); export the one"):
        InterchangeHost.open(write(tmp_path, document(two)))


LAUGHS = '<!DOCTYPE xmeml [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><xmeml>&b;</xmeml>'
OUTSIDE = '<!DOCTYPE xmeml [<!ENTITY a SYSTEM "file:///etc/passwd">]><xmeml>&a;</xmeml>'
PARAMETER = '<!DOCTYPE xmeml [<!ENTITY % a SYSTEM "http://127.0.0.1:9/a"> %a;]><xmeml/>'


@pytest.mark.parametrize(("text", "told"), [
    (LAUGHS, "declares entities"), (OUTSIDE, "declares entities"), (PARAMETER, "declares entities"),
    ("", "no element"), ("no xml", "syntax error"), ("<xmeml><a></xmeml>", "mismatched"),
    ("<fcp><a/></fcp>", "holds fcp, not xmeml"), ("<xmeml/>", "no sequence"),
    ("<a>" * 5000 + "</a>" * 5000, "nested more than"),
    (document(sequence(track()).replace("timebase>24", "timebase>x")), "could not convert"),
    (document(sequence(track()).replace("timebase", "base")), "frame rate"),
    (document(sequence(track(item("a", (0, -1), (0, 9), "")))), "transition"),
    (document(sequence(track(item("a", (0, 9), (0, 9), '<sequence id="edit"/>')))), "nested more"),
    (document(sequence(track(item("a", (0, 9), (0, 9), "").replace("<start>0", "<x>0").replace(
        "0</start>", "0</x>")))), "no start"),
    (document(sequence(track(item("a", (0, 9), (0, 9), "").replace("<in>0", "<in>zero")))), "zero"),
    (document(sequence(track(item("a", (0, 9), (0, 9), "").replace("<in>0", "<in>1e999999999")))),
     "1e999999999 is no number"),
    (document(sequence(track(item("a", (0, 9), (0, 9), "").replace("<end>9", "<end>1e400")))),
     "too large"),
])  # fmt: skip
def test_what_is_no_timeline_is_refused_with_the_reason(
    tmp_path: Path, text: str, told: str
) -> None:
    with pytest.raises(TimelineUnreadable, match=told):
        InterchangeHost.open(write(tmp_path, text))


def test_a_file_beyond_all_measure_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "edit.xml"
    with path.open("wb") as out:
        out.truncate(200 * 2**20)
    with pytest.raises(TimelineUnreadable, match="larger than 128 MB"):
        InterchangeHost.open(path)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "iso-8859-1"])
def test_other_encodings_are_read_and_written_as_utf_8(
    tmp_path: Path, media: Path, encoding: str
) -> None:
    text = document(sequence(track(item("é", (0, 9), (0, 9), file("f", media / "film.mov")))))
    name = "UTF-8" if encoding.startswith("utf-8") else encoding
    path = tmp_path / "edit.xml"
    path.write_bytes(text.replace("UTF-8", name).encode(encoding))
    host = InterchangeHost.open(path)
    host.place(result(only(host), host.start, "r.mov"))
    again = InterchangeHost.open(host.save())
    assert [clip.name for clip in again.clips(ALL)] == ["é"]


# Writing


@pytest.fixture
def edit(tmp_path: Path, media: Path) -> InterchangeHost:
    """An edit of 23.976 at one o'clock: two clips, one on the second track, sound."""
    film = media / "film.mov"
    return opened(
        tmp_path,
        track(
            item("a", (0, 30), (5, 35), file("f", film)),
            item("b", (40, 60), (40, 60), '<file id="f"/>'),
        ),
        "\n\t\t\t" + track(item("over", (8, 12), (50, 54), '<file id="f"/>')),
        code=hour(),
    )  # fmt: skip


def is_ours(element: ET.Element) -> bool:
    if element.tag == "track":
        clips = element.findall("clipitem")
        return bool(clips) and all(map(is_ours, clips))
    return element.findtext("logginginfo/lognote", "").startswith("afterframe {")


def test_a_result_stands_on_a_new_track_above_all_others(edit: InterchangeHost) -> None:
    clip = edit.clip_at(86405)
    status = result(clip, 86420, "new one.mov")
    placed = edit.place(status)
    assert (placed.track, placed.span) == ("Afterframe", Span(86420, 12))
    saved = edit.save()
    assert saved.name == "edit_afterframe_v001.xml"
    again = InterchangeHost.open(saved)
    assert again.placed(status.job.id) == placed
    made = again.clip_at(86420)
    assert (made.item, numbers(made)) == (placed.item, list(range(1000, 1012)))
    root = ET.parse(saved).getroot()
    tracks = root.findall("sequence/media/video/track")
    assert [is_ours(each) for each in tracks] == [False, False, True]
    ours = tracks[2].find("clipitem")
    assert ours is not None
    said = {each.tag: each.text for each in ours if each.text and each.text.strip()}
    assert said == {
        "name": "new one", "enabled": "TRUE", "duration": "12", "start": "20", "end": "32",
        "in": "0", "out": "12",
    }  # fmt: skip
    assert ours.findtext("file/name") == "new one.mov"
    assert ours.findtext("file/timecode/string") == "01:00:00:20"
    assert ours.findtext("file/timecode/frame") == "86420"
    assert ours.findtext("file/media/video/samplecharacteristics/width") == "96"
    assert ours.findtext("file/rate/ntsc") == "TRUE"


def test_all_that_was_there_is_the_same_to_the_byte(edit: InterchangeHost) -> None:
    before = edit.path.read_text(encoding="utf-8")
    clip = edit.clip_at(86405)
    for number, at in enumerate((20, 25, 0, 200)):
        edit.place(result(clip, 86400 + at, f"r{number}.mov"))
    saved = edit.save().read_text(encoding="utf-8")
    assert edit.path.read_text(encoding="utf-8") == before
    start, end = saved.index("\n\t\t\t<track>\n"), saved.rindex("\n\t\t</video>")
    assert saved[:start] + saved[end:] == before
    assert without(saved, is_ours) == without(before, is_ours)


@pytest.mark.parametrize("change", ["\r\n", "\r", ""])
def test_a_document_keeps_its_way_of_writing(edit: InterchangeHost, change: str) -> None:
    text = edit.path.read_text(encoding="utf-8").replace("\n", change)
    edit.path.write_text(text, encoding="utf-8", newline="")
    host = InterchangeHost.open(edit.path)
    status = result(host.clip_at(86405), 86420, "r.mov")
    host.place(status)
    saved = host.save().read_bytes().decode()
    assert without(saved, is_ours) == without(text, is_ours)
    assert saved.startswith(text[: text.index("</video>")].rstrip())
    assert saved.count("\n") == saved.count("\r\n") if change else "\n" not in saved


def test_results_find_their_track_again_and_stand_in_order(edit: InterchangeHost) -> None:
    def placed(host: InterchangeHost, at: int, name: str) -> tuple[str, str, InterchangeHost]:
        status = result(host.clip_at(86405), 86400 + at, name)
        where = host.place(status)
        assert where.span == Span(86400 + at, 12)
        host = InterchangeHost.open(host.save())
        assert host.placed(status.job.id) == where
        return status.job.id, where.track, host

    host, jobs = edit, []
    for at, track_name in (
        (40, "Afterframe"),
        (10, "Afterframe"),
        (45, "Afterframe 2"),
        (60, "Afterframe"),
    ):
        job, where, host = placed(host, at, f"r{at}.mov")
        assert where == track_name
        jobs.append(job)
    assert all(host.placed(job) for job in jobs)
    root = ET.parse(host.path).getroot()
    starts = [
        [clip.findtext("start") for clip in each.findall("clipitem")]
        for each in root.findall("sequence/media/video/track") if is_ours(each)
    ]  # fmt: skip
    assert starts == [["10", "40", "60"], ["45"]]
    assert without(host.path.read_text(), is_ours) == without(edit.path.read_text(), is_ours)


def test_a_result_of_another_rate_stands_in_whole_frames_of_both(
    tmp_path: Path, media: Path
) -> None:
    host = opened(
        tmp_path,
        track(item("a", (0, 60), (0, 60), file("f", media / "film.mov"))),
        value=Fraction(24),
    )
    clip = replace(only(host))
    host.place(result(clip, 10, "r.mov", frames=48, rate=FILM))
    saved = host.save()
    again = InterchangeHost.open(saved)
    made = again.clip_at(12)
    assert (made.record_range, made.speed) == (Span(10, 48), FILM / 24)
    assert numbers(made) == [1000 + int(n * FILM / 24) for n in range(48)]
    ours = ET.parse(saved).getroot().findall("sequence/media/video/track")[-1].find("clipitem")
    assert ours is not None
    assert [ours.findtext(tag) for tag in ("start", "end", "in", "out", "duration")] == [
        "10", "58", "0", "48", "48",
    ]  # fmt: skip


def test_numbered_pictures_are_named_as_resolve_names_them_and_told(edit: InterchangeHost) -> None:
    status = result(edit.clip_at(86405), 86420, "made.####.png")
    edit.place(status)
    saved = edit.save()
    assert "made.%5B0007-0018%5D.png" in saved.read_text()
    assert edit.notes() == (Note("note.interchange_sequence", {"count": 1}),)
    assert numbers(InterchangeHost.open(saved).clip_at(86420)) == list(range(12))


def test_a_sequence_that_grows_says_so(edit: InterchangeHost) -> None:
    edit.place(result(edit.clip_at(86405), 86400 + 295, "r.mov"))
    saved = edit.save().read_text()
    assert saved.replace("<duration>307<", "<duration>300<").count("<duration>300<") == 1
    assert "<duration>307<" in saved


def test_a_folder_that_takes_no_file_is_told_and_left_clean(
    edit: InterchangeHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    edit.place(result(edit.clip_at(86405), 86420, "r.mov"))
    monkeypatch.setattr("os.fsync", full)
    before = sorted(edit.path.parent.iterdir())
    with pytest.raises(PlaceFailed, match="No space left"):
        edit.save()
    assert sorted(edit.path.parent.iterdir()) == before


def test_the_written_document_is_the_golden_one(edit: InterchangeHost) -> None:
    for number, (at, name) in enumerate(((20, "r.mov"), (200, "s.mov"))):
        status = result(edit.clip_at(86405), 86400 + at, name)
        edit.place(replace(status, job=replace(status.job, id=f"{number}123456789abcdef" * 2)))
    written = edit.save().read_text().replace(edit.path.parent.as_posix(), "/edit")
    source = edit.clip_at(86405).media.path
    written = written.replace(Path(source).parent.as_uri()[7:], "/media")
    assert written == GOLDEN.read_text()


def test_more_elements_than_any_edit_has_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(markup, "_MOST", 50)
    with pytest.raises(TimelineUnreadable, match="more than 50 elements"):
        InterchangeHost.open(write(tmp_path, f"<xmeml>{'<a/>' * 60}</xmeml>"))
