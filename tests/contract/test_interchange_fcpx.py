"""Final Cut Pro's XML: the picture under each frame, and our clips connected in the same file."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from afterframe_hosts.base import Query
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

GOLDEN = Path(__file__).parents[1] / "golden" / "edit_afterframe.fcpxml"
FILM, NTSC, PAL = Fraction(24000, 1001), Fraction(30000, 1001), Fraction(25)
FRAMES = 60
CODE = 864000
"""Timecode of the first frame of ``film.mov``: 10:00:00:00."""


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with movies of 60 numbered pictures: at 23.976 from 10:00:00:00, at 25, at 29.97."""
    folder = tmp_path_factory.mktemp("media é")
    numbered_movie(folder / "film.mov", FRAMES, FILM, SIZE, timecode="10:00:00:00")
    numbered_movie(folder / "pal 1.mov", FRAMES, PAL, SIZE)
    numbered_movie(folder / "ntsc.mov", 240, NTSC, SIZE)
    numbered_sequence(folder, 12, 1001, SIZE)
    numbered_still(folder / "still.png", 77, SIZE)
    return folder


def at(frames: Fraction | float, rate: Fraction = FILM) -> str:
    """A time as Final Cut Pro writes it."""
    seconds = Fraction(frames) / rate
    return f"{seconds.numerator}/{seconds.denominator}s"


def asset(name: str, path: Path, form: str, rate: Fraction = FILM, start: int = 0) -> str:
    return (
        f'<asset id="{name}" name="{path.stem}" start="{at(start, rate)}" duration='
        f'"{at(FRAMES, rate)}" hasVideo="1" format="{form}" hasAudio="1">'
        f'<media-rep kind="original-media" src="{path.as_uri()}"/></asset>'
    )


def formats() -> str:
    rates = {"film": FILM, "pal": PAL, "ntsc": NTSC, "whole": Fraction(24)}
    return (
        "".join(
            f'<format id="{name}" frameDuration="{at(1, rate)}" width="96" height="64"/>'
            for name, rate in rates.items()
        )
        + '<format id="stills" name="FFVideoFormatRateUndefined" width="96" height="64"/>'
    )


def resources(media: Path, *more: str) -> str:
    return "".join([
        formats(),
        asset("film1", media / "film.mov", "film", start=CODE),
        asset("pal1", media / "pal 1.mov", "pal", PAL),
        asset("ntsc1", media / "ntsc.mov", "ntsc", NTSC),
        '<effect id="title1" name="Basic Title" uid=".../Basic Title.moti"/>',
        *more,
    ])  # fmt: skip


def clip(
    name: str,
    offset: str,
    frames: Fraction | float,
    first: float | str,
    *inside: str,
    ref: str = "film1",
    rate: Fraction = FILM,
    more: str = "",
) -> str:
    """An asset-clip; ``first`` is a frame of ``film.mov``, or a time."""
    start = first if isinstance(first, str) else at(CODE + Fraction(first))
    return (
        f'<asset-clip ref="{ref}" name="{name}" offset="{offset}" start="{start}" '
        f'duration="{at(frames, rate)}" {more}>{"".join(inside)}</asset-clip>'
    )


def project(
    spine: str, form: str = "film", start: str = "0s", more: str = "", name: str = "edit"
) -> str:
    return f"""<project name="{name}">
            <sequence format="{form}" duration="600s" tcStart="{start}" {more}>
                <spine>
                    {spine}
                </spine>
            </sequence>
        </project>"""


def document(resources: str, *projects: str, version: str = "1.10") -> str:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE fcpxml>

<fcpxml version="{version}">
    <resources>
        {resources}
    </resources>
    <!-- of somebody -->
    <library>
        <event name="day">
        {"".join(projects)}
        </event>
    </library>
</fcpxml>
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "edit.fcpxml"
    path.write_text(text, encoding="utf-8")
    return path


def opened(folder: Path, media: Path, spine: str, *more: str, **said: str) -> InterchangeHost:
    return InterchangeHost.open(
        write(folder, document(resources(media, *more), project(spine, **said)))
    )


def only(host: InterchangeHost) -> Clip:
    (found,) = host.clips(ALL)
    return found


def times(*points: tuple[str, str], extra: str = "") -> str:
    keys = "".join(
        f'<timept time="{time}" value="{value}" interp="smooth2" {extra}/>'
        for time, value in points
    )
    return f"<timeMap>{keys}</timeMap>"


HOUR = at(86400)


def test_each_frame_shows_its_picture(tmp_path: Path, media: Path) -> None:
    """A medium and a sequence with timecode of their own, a gap, and a transition over a cut."""
    host = opened(
        tmp_path, media,
        clip("a", HOUR, 10, 5)
        + '<transition name="Cross Dissolve" offset="1/2s" duration="1/2s"/>'
        + clip("b", at(86410), 8, 30)
        + f'<gap name="Gap" offset="{at(86418)}" start="3600s" duration="{at(4)}"/>'
        + clip("c", at(86422), 3, 0),
        start=HOUR,
    )  # fmt: skip
    assert (host.rate, host.start, host.describe().name) == (FILM, 86400, "edit")
    assert standing(host) == [
        ("a", 0, list(range(5, 15))), ("b", 10, list(range(30, 38))), ("c", 22, [0, 1, 2]),
    ]  # fmt: skip
    assert only_media(host) == {Media("movie", str(media / "film.mov"))}
    assert host.notes() == ()


def only_media(host: InterchangeHost) -> set[Media]:
    return {each.media for each in host.clips(ALL)}


def test_connected_clips_stand_over_the_storyline(tmp_path: Path, media: Path) -> None:
    """Their offset counts in the local time of what they are connected to."""
    over = clip(
        "over",
        at(CODE + 8),
        6,
        50,
        clip("top", at(CODE + 52), 2, 20, more='lane="1"'),
        more='lane="1"',
    )
    under = clip("under", at(CODE + 7), 4, 0, more='lane="-1"')
    storyline = (
        f'<spine lane="2" offset="3601s">{clip("s", "0s", 3, 40)}{clip("t", at(3), 3, 10)}</spine>'
    )
    host = opened(
        tmp_path, media,
        clip("a", HOUR, 10, 5, over, under)
        + f'<gap name="Gap" offset="{at(86410)}" start="3600s" duration="2s">{storyline}</gap>',
        start=HOUR,
    )  # fmt: skip
    second = FILM.numerator // FILM.denominator + 1
    found = [
        (each.name, each.record_range.start - host.start, numbers(each)) for each in host.clips(ALL)
    ]
    assert found == [
        ("a", 0, list(range(5, 15))), ("under", 2, [0, 1, 2, 3]),
        ("over", 3, list(range(50, 56))), ("top", 5, [20, 21]),
        ("s", 10 + second, [40, 41, 42]), ("t", 13 + second, [10, 11, 12]),
    ]  # fmt: skip
    tracks = [[each.name for each in host.clips(Query("channel", str(n)))] for n in (1, 2, 3, 4)]
    assert tracks == [["under"], ["a"], ["over"], ["top", "s", "t"]]


@pytest.mark.parametrize(("points", "first", "shown"), [
    # 200 %: local time is as played; the map leads to the medium's
    ([("0s", at(CODE)), (at(30), at(CODE + 60))], 4, [8, 10, 12, 14, 16, 18]),
    ([("0s", at(CODE)), (at(120), at(CODE + 60))], 8, [4, 4, 5, 5, 6, 6]),
    ([("0s", at(CODE + 60)), (at(60), at(CODE))], 10, [49, 48, 47, 46, 45, 44]),
    ([("0s", at(CODE + 60)), (at(30), at(CODE))], 3, [53, 51, 49, 47, 45, 43]),
    ([("0s", at(CODE + 20)), (at(60), at(CODE + 20))], 3, [20] * 6),
    # two speeds, shown within one of them
    ([("0s", at(CODE)), (at(5), at(CODE + 5)), (at(20), at(CODE + 35))], 8, [*range(11, 22, 2)]),
])  # fmt: skip
def test_a_speed_shows_the_frames_that_it_means(
    tmp_path: Path, media: Path, points: list[tuple[str, str]], first: int, shown: list[int]
) -> None:
    retimed = clip("a", "0s", 6, at(first), times(*points))
    host = opened(tmp_path, media, retimed + clip("b", at(6), 2, 0))
    assert standing(host) == [("a", 0, shown), ("b", 6, [0, 1])]


@pytest.mark.parametrize(("first", "extra"), [(2, ""), (6, 'inTime="1/12s" outTime="1/12s"')])
def test_a_curve_of_speed_is_refused_by_name_and_told(
    tmp_path: Path, media: Path, first: int, extra: str
) -> None:
    points = times(("0s", at(CODE)), (at(5), at(CODE + 5)), (at(20), at(CODE + 35)), extra=extra)
    host = opened(tmp_path, media, clip("a", "0s", 6, at(first), points))
    (problem,) = host.problems(ALL)
    assert isinstance(problem, UnsupportedItem)
    assert host.notes() == (Note("note.interchange_speed_curves", {"count": 1}),)


def test_what_is_connected_to_a_retimed_clip_stands_in_its_local_time(
    tmp_path: Path, media: Path
) -> None:
    fast = times(("0s", at(CODE)), (at(30), at(CODE + 60)))
    over = clip("over", at(6), 2, 50, more='lane="1"')
    host = opened(tmp_path, media, clip("a", "0s", 6, at(4), fast, over))
    assert standing(host)[1] == ("over", 2, [50, 51])


@pytest.mark.parametrize(("conform", "pace"), [
    ('<conform-rate scaleEnabled="0" srcFrameRate="25"/>', Fraction(25, 24)),
    ("", Fraction(25, 24)),
    ('<conform-rate srcFrameRate="25"/>', Fraction(1)),
    ('<conform-rate scaleEnabled="1" srcFrameRate="25"/>', Fraction(1)),
])  # fmt: skip
def test_a_medium_of_another_rate_keeps_its_time_or_is_conformed(
    tmp_path: Path, media: Path, conform: str, pace: Fraction
) -> None:
    """25 frames a second in 24, cut at frame 7."""
    whole = Fraction(24)
    local = 7 * pace / 25
    cut = f"{local.numerator}/{local.denominator}s"
    host = opened(
        tmp_path, media,
        clip("a", "0s", 7, "0s", conform, ref="pal1", rate=whole)
        + clip("b", at(7, whole), 30, cut, conform, ref="pal1", rate=whole),
        form="whole",
    )  # fmt: skip
    shown = [int(n * pace) for n in range(37)]
    assert standing(host) == [("a", 0, shown[:7]), ("b", 7, shown[7:])]


def test_a_time_that_was_cut_off_to_ticks_means_its_frame(tmp_path: Path, media: Path) -> None:
    """Frame 214 of 29.97 is written as 35702/5000s in a sequence of 25, a little before it."""
    conform = '<conform-rate scaleEnabled="0" srcFrameRate="29.97"/>'
    host = opened(
        tmp_path,
        media,
        clip("a", "0s", 1, "35702/5000s", conform, ref="ntsc1", rate=PAL),
        form="pal",
    )
    assert numbers(only(host)) == [214]


def nested(media: Path) -> tuple[str, ...]:
    """A compound clip from 01:00:00:00, with a connected clip; and a multicam clip."""
    over = clip("in over", at(CODE + 3), 2, 55, more='lane="1"')
    inner = clip("in one", HOUR, 10, 0, over) + clip("in two", at(86410), 20, 40)
    compound = (
        f'<media id="compound1" name="inner"><sequence format="film" tcStart="{HOUR}">'
        f"<spine>{inner}</spine></sequence></media>"
    )
    angles = "".join(
        f'<mc-angle name="{name}" angleID="{name}">{clip(name, at(100), 30, first)}</mc-angle>'
        for name, first in (("left", 0), ("right", 20))
    )
    multicam = (
        f'<media id="cams1" name="cams"><multicam format="film" tcStart="{at(100)}">{angles}'
        "</multicam></media>"
    )
    return compound, multicam


def test_compound_clips_are_seen_through(tmp_path: Path, media: Path) -> None:
    spine = (
        f'<ref-clip ref="compound1" name="nest" offset="0s" start="{at(86402)}" '
        f'duration="{at(10)}"/><ref-clip ref="compound1" name="whole" offset="{at(10)}" '
        f'duration="{at(2)}"/>'
    )
    host = opened(tmp_path, media, spine, *nested(media))
    assert standing(host) == [
        ("in one", 0, list(range(2, 10))), ("in over", 1, [55, 56]), ("in two", 8, [40, 41]),
        ("in one", 10, [0, 1]),
    ]  # fmt: skip


@pytest.mark.parametrize(("source", "first"), [
    ("", 3),
    ('<mc-source angleID="right" srcEnable="all"/>', 23),
    (
        '<mc-source angleID="left" srcEnable="audio"/>'
        '<mc-source angleID="right" srcEnable="video"/>', 23,
    ),
])  # fmt: skip
def test_a_multicam_clip_shows_its_angle(
    tmp_path: Path, media: Path, source: str, first: int
) -> None:
    spine = (
        f'<mc-clip ref="cams1" name="m" offset="0s" start="{at(103)}" duration="{at(4)}">'
        f"{source}</mc-clip>"
    )
    ((_, start, shown),) = standing(opened(tmp_path, media, spine, *nested(media)))
    assert (start, shown) == (0, list(range(first, first + 4)))


def test_a_clip_is_what_it_consists_of(tmp_path: Path, media: Path) -> None:
    """As Final Cut Pro writes clips with detached sound, synchronised clips and auditions."""
    video = f'<video ref="film1" offset="{at(CODE)}" duration="{at(FRAMES)}"/>'
    sound = f'<clip lane="-1" offset="{at(CODE + 4)}" duration="1s"><audio ref="film1"/></clip>'
    over = clip("over", at(CODE + 5), 2, 50, more='lane="1"')
    plain = (
        f'<clip name="renamed" offset="0s" start="{at(CODE + 4)}" duration="{at(5)}">'
        f"{video}{sound}{over}</clip>"
    )
    picked = clip("picked", "0s", 3, 7)
    audition = f'<audition offset="{at(5)}">{picked}{clip("other", "0s", 3, 30)}</audition>'
    synced = (
        f'<sync-clip name="sync" offset="{at(8)}" start="{at(2)}" duration="{at(3)}"><spine>'
        f'{clip("scene", "0s", 20, 10)}</spine><sync-source sourceID="storyline"/></sync-clip>'
    )
    host = opened(tmp_path, media, plain + audition + synced)
    assert standing(host) == [
        ("renamed", 0, [4, 5, 6, 7, 8]), ("over", 1, [50, 51]), ("picked", 5, [7, 8, 9]),
        ("scene", 8, [12, 13, 14]),
    ]  # fmt: skip


def test_what_has_no_picture_for_us_is_told_or_passed_over(tmp_path: Path, media: Path) -> None:
    spine = (
        f'<title ref="title1" name="Title" offset="0s" duration="{at(5)}"/>'
        f'<video ref="title1" name="Shapes" offset="{at(5)}" duration="{at(5)}"/>'
        + clip("sound", at(10), 5, 0, more='srcEnable="audio"')
        + clip("off", at(15), 5, 0, more='enabled="0"')
        + clip("gone", at(20), 5, 0, ref="nowhere")
    )
    host = opened(tmp_path, media, spine)
    assert host.clips(ALL) == ()
    assert [type(each) for each in host.problems(ALL)] == [UnsupportedItem] * 2 + [MediaMissing]


def test_stills_and_numbered_pictures(tmp_path: Path, media: Path) -> None:
    plates = (media / "plate.[1001-1012].png").as_uri()
    still = (
        '<asset id="still1" name="still" start="0s" duration="0s" hasVideo="1" format="stills">'
        f'<media-rep src="{(media / "still.png").as_uri()}"/></asset>'
    )
    pictures = (
        f'<asset id="plates1" start="0s" duration="{at(12)}" hasVideo="1" format="film">'
        f'<media-rep src="{plates}"/></asset>'
    )
    spine = (
        f'<video ref="still1" name="still" offset="0s" start="3600s" duration="{at(3)}"/>'
        + clip("plates", at(3), 4, at(3), ref="plates1")
    )
    host = opened(tmp_path, media, spine, still, pictures)
    assert standing(host) == [("still", 0, [77] * 3), ("plates", 3, [3, 4, 5, 6])]


@pytest.mark.parametrize(("src", "path"), [
    ("file:///shots/a%20b.mov", "/shots/a b.mov"),
    ("file://localhost/C:/shots/a.mov", "C:/shots/a.mov"),
    ("./media/a%20b.mov", "{folder}/media/a b.mov"),
])  # fmt: skip
@pytest.mark.parametrize("version", ["1.8", "1.10", "1.13"])
def test_media_are_found_however_they_are_written(
    tmp_path: Path, src: str, path: str, version: str
) -> None:
    """Up to 1.8 a medium is an attribute, later an element."""
    rep, said = (f'<media-rep kind="original-media" src="{src}"/>', "")
    if version == "1.8":
        rep, said = "", f'src="{src}"'
    made = (
        f'<asset id="x" start="0s" duration="10s" hasVideo="1" format="film" {said}>{rep}</asset>'
    )
    text = document(formats() + made, project(clip("a", "0s", 5, at(2), ref="x")), version=version)
    host = InterchangeHost.open(write(tmp_path, text))
    assert only(host).media.path == path.replace("{folder}", str(tmp_path))
    assert only(host).media_range == Span(2, 5)


def test_a_proxy_does_not_stand_for_its_medium(tmp_path: Path) -> None:
    reps = (
        '<media-rep kind="proxy-media" src="file:///p.mov"/>'
        '<media-rep kind="original-media" src="file:///o.mov"/>'
    )
    made = f'<asset id="x" duration="10s" hasVideo="1" format="film">{reps}</asset>'
    text = document(formats() + made, project(clip("a", "0s", 5, "0s", ref="x")))
    assert only(InterchangeHost.open(write(tmp_path, text))).media.path == "/o.mov"


@pytest.mark.parametrize(("name", "rate"), [
    ("FFVideoFormat1080p2398", FILM), ("FFVideoFormat720p5994", 2 * NTSC),
    ("FFVideoFormat1080i50", PAL), ("FFVideoFormat1080i5994", NTSC), ("FFVideoFormat1080p24", 24),
])  # fmt: skip
def test_a_format_may_say_its_rate_by_its_name(tmp_path: Path, name: str, rate: Fraction) -> None:
    text = document(f'<format id="f" name="{name}"/>', project("", form="f"))
    assert InterchangeHost.open(write(tmp_path, text)).rate == rate


def test_drop_frame_timecode_starts_at_its_frame(tmp_path: Path, media: Path) -> None:
    start = at(107892, NTSC)
    host = opened(
        tmp_path, media, clip("a", start, 5, "0s", ref="ntsc1", rate=NTSC),
        form="ntsc", start=start, more='tcFormat="DF"',
    )  # fmt: skip
    assert (host.start, only(host).drop_frame) == (107892, True)


NEST = '<ref-clip ref="m" duration="9s"/>'
WITHIN_ITSELF = f'<media id="m"><sequence format="film"><spine>{NEST}</spine></sequence></media>'


@pytest.mark.parametrize(("text", "told"), [
    (document("", project("", name="one"), project("", name="two")), r"2 projects \(one, two\)"),
    (document("<format/>"), "no project"), ("<xmeml/>", "holds xmeml, not fcpxml"),
    (document("", project("")), "frame rate"),
    ('<!DOCTYPE fcpxml [<!ENTITY a "b">]><fcpxml>&a;</fcpxml>', "declares entities"),
    (document(formats(), project(clip("a", "x", 1, "0s"))), "x is no time"),
    (document(formats(), project(clip("a", "1/0s", 1, "0s"))), "1/0s is no time"),
    (document(formats(), project(clip("a", "1e999999999s", 1, "0s"))), "1e999999999s is no time"),
    (document(formats(), project(clip("a", "-1s", 1, "0s"))), "begins before its sequence"),
    (document(formats() + WITHIN_ITSELF, project(NEST)), "nested more"),
])  # fmt: skip
def test_what_is_no_timeline_is_refused_with_the_reason(
    tmp_path: Path, text: str, told: str
) -> None:
    with pytest.raises(TimelineUnreadable, match=told):
        InterchangeHost.open(write(tmp_path, text))


# Writing

ORDER = ("note", "conform-rate", "timeMap", "adjust-transform", "asset-clip", "marker", "metadata")
"""Of what the DTD has in an asset-clip."""


@pytest.fixture
def edit(tmp_path: Path, media: Path) -> InterchangeHost:
    """An edit of 23.976 at one o'clock, with clips that have all kinds of things in them."""
    marker = f'<marker start="{at(CODE + 12)}" value="here"/>'
    over = clip("over", at(CODE + 8), 6, 50, more='lane="1"')
    full = clip(
        "a", HOUR, 30, 5, "<note>mine</note>", '<adjust-transform scale="2 2"/>', over, marker
    )
    fast = times(("0s", at(CODE)), (at(30), at(CODE + 60)))
    spine = (
        full
        + clip("b", at(86430), 20, at(4), fast).replace("></asset-clip>", "></asset-clip>\n")
        + f'<gap name="Gap" offset="{at(86450)}" start="3600s" duration="{at(10)}"/>'
    )
    return opened(tmp_path, media, spine, start=HOUR)


def is_ours(element: ET.Element) -> bool:
    if element.tag == "asset-clip":
        return element.findtext("note", "").startswith("afterframe {")
    if element.tag == "gap":
        return element.attrib["start"] != "3600s"
    return element.attrib.get("id", "").startswith("r")


def placed(host: InterchangeHost, at_frame: int, name: str, **said: object) -> InterchangeHost:
    """The file with a result on it, opened again; it is where it was put."""
    status = result(host.clip_at(host.start + 5), host.start + at_frame, name, **said)  # type: ignore[arg-type]
    where = host.place(status)
    assert where.span.start == host.start + at_frame
    again = InterchangeHost.open(host.save())
    assert again.placed(status.job.id) == where
    return again


@pytest.mark.parametrize(("at_frame", "parent", "offset"), [
    (0, "a", at(CODE + 5)), (20, "a", at(CODE + 25)), (30, "b", at(4)), (35, "b", at(9)),
    (52, "Gap", f"{3600 + Fraction(2) / FILM}s"),
])  # fmt: skip
def test_a_result_is_connected_to_what_it_begins_over(
    edit: InterchangeHost, at_frame: int, parent: str, offset: str
) -> None:
    again = placed(edit, at_frame, "new one.mov")
    assert again.path.name == "edit_afterframe_v001.fcpxml"
    made = again.clip_at(86400 + at_frame)
    assert (made.record_range, numbers(made)) == (
        Span(86400 + at_frame, 12), list(range(1000, 1012)),
    )  # fmt: skip
    root = ET.parse(again.path).getroot()
    (holder,) = [
        each for each in root.iter() if any(is_ours(c) for c in each.findall("asset-clip"))
    ]
    assert holder.attrib["name"] == parent
    (ours,) = [each for each in holder if is_ours(each)]
    assert (ours.attrib["lane"], ours.attrib["offset"]) == ("2", offset)
    assert ours.attrib["start"] == at(86400 + at_frame)
    order = [ORDER.index(each.tag) for each in holder if each.tag in ORDER]
    assert order == sorted(order)
    asset_element = root.find(f"resources/asset[@id='{ours.attrib['ref']}']")
    assert asset_element is not None
    rep = asset_element.find("media-rep")
    assert rep is not None
    assert rep.attrib["src"].endswith("/Afterframe/new%20one.mov")
    assert asset_element.attrib["format"] == "film"


def test_all_that_was_there_is_the_same_to_the_byte(edit: InterchangeHost) -> None:
    before = edit.path.read_text(encoding="utf-8")
    host = edit
    for number, at_frame in enumerate((20, 25, 0, 55)):
        host = placed(host, at_frame, f"r{number}.mov")
    saved = host.path.read_text(encoding="utf-8")
    assert edit.path.read_text(encoding="utf-8") == before
    assert without(saved, is_ours) == without(before, is_ours)
    left = iter(saved)
    assert all(letter in left for letter in before), "something was taken away"
    lanes = [e.attrib["lane"] for e in ET.fromstring(saved).iter("asset-clip") if is_ours(e)]
    assert sorted(lanes) == ["2", "2", "2", "3"]


def test_behind_the_storyline_a_gap_carries_the_result(edit: InterchangeHost) -> None:
    again = placed(placed(edit, 70, "r.mov"), 100, "s.mov")
    assert numbers(again.clip_at(86475)) == list(range(1000, 1012))
    root = ET.parse(again.path).getroot()
    gaps = [each.attrib for each in root.iter("gap")]
    assert [(each["offset"], each["duration"]) for each in gaps] == [
        (at(86450), at(10)), (at(86460), at(22)), (at(86482), at(30)),
    ]  # fmt: skip


def test_a_sequence_that_grows_says_so(edit: InterchangeHost) -> None:
    text = edit.path.read_text().replace('duration="600s"', f'duration="{at(60)}"')
    edit.path.write_text(text)
    again = placed(InterchangeHost.open(edit.path), 55, "r.mov")
    sequence = ET.parse(again.path).getroot().find(".//project/sequence")
    assert sequence is not None
    assert sequence.attrib["duration"] == at(67)


@pytest.mark.parametrize(("version", "as_element"), [("1.8", False), ("1.9", True), ("1.13", True)])
def test_a_medium_is_written_as_the_version_has_it(
    tmp_path: Path, version: str, as_element: bool
) -> None:
    (tmp_path / "still.png").touch()
    numbered_still(tmp_path / "still.png", 1, SIZE)
    video = f'<video ref="s" name="still" offset="0s" duration="{at(30)}"/>'
    made = '<asset id="s" hasVideo="1" format="stills" src="still.png"/>'
    if as_element:
        made = made.replace(' src="still.png"/>', '><media-rep src="still.png"/></asset>')
    text = document(formats() + made, project(video), version=version)
    again = placed(InterchangeHost.open(write(tmp_path, text)), 5, "r.mov")
    assets = ET.parse(again.path).getroot().findall("resources/asset")
    (ours,) = [each for each in assets if each.attrib["id"] == "r1"]
    assert (ours.find("media-rep") is not None) == as_element
    assert ("src" in ours.attrib) != as_element
    assert numbers(again.clip_at(5))[0] == 1000


def test_a_result_of_another_rate_brings_its_format_and_keeps_its_time(
    tmp_path: Path, media: Path
) -> None:
    whole = Fraction(24)
    spine = clip("a", "0s", 50, "0s", ref="pal1", rate=whole)
    again = placed(opened(tmp_path, media, spine, form="whole"), 10, "r.mov", frames=48, rate=NTSC)
    made = again.clip_at(12)
    assert (made.record_range, made.speed) == (Span(10, 38), NTSC / 24)
    assert numbers(made) == [1000 + int(n * NTSC / 24) for n in range(38)]
    root = ET.parse(again.path).getroot()
    (conform,) = root.iter("conform-rate")
    assert conform.attrib == {"scaleEnabled": "0", "srcFrameRate": "29.97"}


def test_a_document_whose_length_is_no_time_is_not_written(edit: InterchangeHost) -> None:
    edit.path.write_text(edit.path.read_text().replace('duration="600s"', 'duration="long"'))
    host = InterchangeHost.open(edit.path)
    host.place(result(host.clip_at(86405), 86420, "r.mov"))
    with pytest.raises(PlaceFailed, match="long is no time"):
        host.save()
    assert not list(edit.path.parent.glob("*_v001*"))


def test_numbered_pictures_are_told(edit: InterchangeHost) -> None:
    again = placed(edit, 20, "made.####.png")
    assert edit.notes() == (Note("note.interchange_sequence", {"count": 1}),)
    assert numbers(again.clip_at(86420)) == list(range(12))


def test_a_bundle_is_read_and_written_as_a_file_beside_it(tmp_path: Path) -> None:
    bundle = tmp_path / "cut é.fcpxmld"
    (bundle / "Media").mkdir(parents=True)
    numbered_movie(bundle / "Media" / "a.mov", 30, FILM, SIZE)
    made = (
        f'<asset id="x" start="0s" duration="{at(30)}" hasVideo="1" format="film">'
        '<media-rep kind="original-media" src="./Media/a.mov"/></asset>'
    )
    text = document(formats() + made, project(clip("a", "0s", 20, at(2), ref="x")))
    (bundle / "Info.fcpxml").write_text(text)
    host = InterchangeHost.open(bundle)
    assert numbers(only(host))[:2] == [2, 3]
    again = placed(host, 5, "r.mov")
    assert again.path == tmp_path / "cut é_afterframe_v001.fcpxml"
    assert numbers(again.clip_at(0))[:2] == [2, 3]
    assert "cut%20%C3%A9.fcpxmld/./Media/a.mov" in again.path.read_text()


def test_the_written_document_is_the_golden_one(edit: InterchangeHost) -> None:
    source = Path(edit.clip_at(86405).media.path).parent
    for number, (at_frame, name) in enumerate(((20, "r.mov"), (70, "s.mov"))):
        status = result(edit.clip_at(86405), 86400 + at_frame, name)
        edit.place(replace(status, job=replace(status.job, id=f"{number}123456789abcdef" * 2)))
    written = edit.save().read_text().replace(edit.path.parent.as_posix(), "/edit")
    assert written.replace(source.as_uri()[7:], "/media") == GOLDEN.read_text()
