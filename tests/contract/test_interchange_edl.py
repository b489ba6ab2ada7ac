"""Edit decision lists: the picture that is due at each frame, by movies that carry numbers.

The lists are written as Avid, Premiere and Resolve write theirs; the movies' pictures say their
own number, so that what is read is proved by decoding it.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import opentimelineio as otio
import pytest

from afterframe.cli.timelines import look
from afterframe.core.clips import media_frame
from afterframe.core.timecode import parse_time
from afterframe.errors import MediaMissing, TimelineUnreadable
from afterframe.media.source import open_media
from afterframe_hosts.base import FileOptions, MediumFacts, Query
from afterframe_hosts.interchange.adapter import InterchangeHost
from afterframe_hosts.interchange.edl_list import decode, label, parse
from afterframe_hosts.interchange.edl_speed import played, speed_of_lengths
from afterframe_hosts.wire.clip import Clip, Span
from afterframe_hosts.wire.errors import UnsupportedItem
from tests.contract.test_interchange_placing import done
from tests.makers import numbered_movie, numbered_sequence, numbered_still, read_number

ALL = Query("all")
NTSC = Fraction(30000, 1001)
FILM = Fraction(24000, 1001)
HOUR = 90000
"""01:00:00:00 at 25 frames a second."""


@pytest.fixture(scope="module")
def camera(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a movie of 100 pictures at 25 frames a second from 10:00:00:00 on."""
    folder = tmp_path_factory.mktemp("camera")
    numbered_movie(folder / "A001C002_250101.mov", 100, Fraction(25), timecode="10:00:00:00")
    return folder


def opened(
    folder: Path,
    *lines: str,
    media: Path | None = None,
    rate: Fraction | None = None,
    fcm: str = "",
) -> InterchangeHost:
    """Write a list and open it, with media that are really looked into."""
    head = ["TITLE: reel one", f"FCM: {fcm or 'NON-DROP FRAME'}", ""]
    path = folder / "cut.edl"
    path.write_text("\n".join([*head, *lines, ""]), encoding="utf-8")
    return InterchangeHost.open(path, FileOptions(rate=rate, media=media, look=look))


def shown(clip: Clip, *frames: int) -> list[int]:
    """The numbers in the pictures that a clip shows at timeline frames counted from its first."""
    with open_media(clip.media) as source:
        start = clip.record_range.start
        pictures = [source.read(media_frame(clip, start + frame)) for frame in frames]
    return [read_number(picture.planes[0]) for picture in pictures]


def told(host: InterchangeHost) -> dict[str, str]:
    """The notes of a host: id without its beginning, and what it speaks of."""
    return {
        note.id.removeprefix("note.edl."): next(iter(note.params.values())) for note in host.notes()
    }


CUT = "001  A001C002 V     C        10:00:00:10 10:00:01:10 01:00:00:00 01:00:01:00"


# Which picture


def test_source_times_are_the_labels_of_the_mediums_own_frames(
    tmp_path: Path, camera: Path
) -> None:
    host = opened(tmp_path, CUT, media=camera)
    (clip,) = host.clips(ALL)
    assert (host.rate, host.start, host.end) == (25, HOUR, HOUR + 25)
    assert clip.record_range == Span(HOUR, 25)
    assert clip.media_range == Span(10, 25)
    assert shown(clip, 0, 13, 24) == [10, 23, 34]
    assert Path(clip.media.path) == camera / "A001C002_250101.mov"
    assert told(host) == {"rate_of_media": "25"}


@pytest.mark.parametrize(
    ("source", "what"),
    [("00:00:00:10 00:00:01:10", "counted_from_first"), ("10:00:03:20 10:00:04:20", "outside")],
)
def test_times_outside_the_medium_count_from_its_first_picture_or_are_told(
    tmp_path: Path, camera: Path, source: str, what: str
) -> None:
    line = f"007  A001C002 V     C        {source} 01:00:00:00 01:00:01:00"
    host = opened(tmp_path, line, media=camera, rate=Fraction(25))
    (clip,) = host.clips(ALL)
    assert told(host) == {what: "007"}
    assert clip.media_range.start == {"counted_from_first": 10, "outside": 95}[what]


@pytest.mark.parametrize(
    ("source", "speed", "pace", "pictures"),
    [
        ("10:00:00:10 10:00:02:10", "050.0", 2, [10, 12, 58]),
        ("10:00:00:10 10:00:00:22", "012.5", Fraction(1, 2), [10, 10, 22]),
        ("10:00:00:10 10:00:01:10", "012.5", Fraction(1, 2), [10, 10, 22]),
        ("10:00:00:10 10:00:01:10", "-025.0", -1, [34, 33, 10]),
        ("10:00:01:10 10:00:00:10", "-025.0", -1, [34, 33, 10]),
        ("10:00:00:10 10:00:02:10", "-050.0", -2, [59, 57, 11]),
        ("10:00:00:10 10:00:00:11", "000.0", None, [10, 10, 10]),
        ("10:00:00:10 10:00:01:02", "016.7", Fraction(67, 100), [10, 10, 26]),
    ],
)
def test_a_speed_shows_the_pictures_that_it_means(
    tmp_path: Path,
    camera: Path,
    source: str,
    speed: str,
    pace: Fraction | None,
    pictures: list[int],
) -> None:
    cut = f"001  A001C002 V     C        {source} 01:00:00:00 01:00:01:00"
    host = opened(tmp_path, cut, f"M2   A001C002       {speed}       10:00:00:10", media=camera)
    (clip,) = host.clips(ALL)
    assert clip.record_range == Span(HOUR, 25)
    assert clip.speed == (pace or Fraction(1, 25))
    assert shown(clip, 0, 1, 24) == pictures


def test_lengths_that_differ_without_a_speed_line_are_a_speed_and_told(
    tmp_path: Path, camera: Path
) -> None:
    host = opened(
        tmp_path,
        "001  A001C002 V     C        10:00:00:00 10:00:02:00 01:00:00:00 01:00:01:00",
        "002  A001C002 V     C        10:00:00:00 10:00:01:01 01:00:01:00 01:00:02:00",
        media=camera,
    )
    double, slipped = host.clips(ALL)
    assert (double.speed, slipped.speed) == (2, 1)
    assert shown(double, 0, 24) == [0, 48]
    assert shown(slipped, 0, 24) == [0, 24]
    assert told(host) == {"rate_of_media": "25", "speed_of_lengths": "001", "slipped": "002"}


def test_a_speed_curve_is_refused_and_a_speed_from_within_is_told(
    tmp_path: Path, camera: Path
) -> None:
    host = opened(
        tmp_path,
        CUT,
        "M2   A001C002       050.0       10:00:00:10",
        "M2   A001C002       012.5       10:00:00:20",
        "002  A001C002 V     C        10:00:00:10 10:00:01:10 01:00:01:00 01:00:02:00",
        "M2   A001C002       012.5       10:00:00:20",
        media=camera,
    )
    (problem,) = host.problems(ALL)
    assert isinstance(problem, UnsupportedItem)
    assert [clip.record_range for clip in host.clips(ALL)] == [Span(HOUR + 25, 25)]
    assert told(host)["trigger"] == "002"


def test_a_still_stands_and_a_sequence_runs(tmp_path: Path) -> None:
    numbered_sequence(tmp_path / "plates", 12)
    numbered_still(tmp_path / "card.0007.png", 7)
    host = opened(
        tmp_path,
        "001  AX       V     C        00:00:00:00 00:00:01:00 01:00:00:00 01:00:01:00",
        "* FROM CLIP NAME: card.0007.png",
        "* FROM CLIP IS A STILL",
        "002  AX       V     C        00:00:41:19 00:00:42:03 01:00:01:00 01:00:01:08",
        "* FROM CLIP NAME: plate.[1001-1012].png",
        "003  AX       V     C        00:00:00:03 00:00:00:08 01:00:01:08 01:00:01:13",
        "* FROM CLIP NAME: plate.1001.png",
        rate=Fraction(24),
    )
    card, plate, counted = host.clips(ALL)
    assert (card.media.kind, plate.media.kind, counted.media.kind) == ("still", *["sequence"] * 2)
    assert shown(card, 0, 23) == [7, 7]
    # 1001 is 00:00:41:17: a sequence without timecode is labelled by its files' numbers.
    assert shown(plate, 0, 7) == [2, 9]
    assert shown(counted, 0, 4) == [3, 7]
    assert told(host) == {"counted_from_first": "003"}


# Rates


@pytest.mark.parametrize("mark", [";", ":", ".", ","])
def test_drop_frame_is_known_by_the_head_or_the_punctuation(tmp_path: Path, mark: str) -> None:
    """A cut from 00:00:59;20 to 01:00:00;10 lasts 18 frames: two labels are left out."""
    numbered_movie(tmp_path / "tape.mov", 60, NTSC, timecode="00:00:59;00")
    fcm = "DROP FRAME" if mark == ":" else "NON-DROP FRAME"
    line = "001  TAPE     V     C        00:00:59;20 00:01:00;10 01:00:59;20 01:01:00;10".replace(
        ";", mark
    )
    host = opened(tmp_path, line, fcm=fcm)
    (clip,) = host.clips(ALL)
    assert host.rate == NTSC
    assert clip.drop_frame
    assert clip.record_range == Span(parse_time("01:00:59;20", NTSC), 18)
    assert clip.media_range == Span(20, 18)
    assert shown(clip, 0, 10, 17) == [20, 30, 37]
    assert told(host) == {"rate_of_drop": "29.97"}


@pytest.mark.parametrize("between", ["FCM: NON-DROP FRAME", ""])
def test_the_sources_way_of_counting_is_the_tapes_own(tmp_path: Path, between: str) -> None:
    """Tapes of either kind on a drop-frame timeline, with ``FCM`` between the events or not."""
    numbered_movie(tmp_path / "df.mov", 60, NTSC, timecode="00:10:59;00")
    numbered_movie(tmp_path / "ndf.mov", 60, NTSC, timecode="00:10:59:00")
    host = opened(
        tmp_path,
        "001  DF       V     C        00:10:59:20 00:11:00:10 01:00:00:00 01:00:00:18",
        between,
        "002  NDF      V     C        00:10:59:20 00:11:00:10 01:00:00:18 01:00:01:08",
        fcm="DROP FRAME",
    )
    drop, non_drop = host.clips(ALL)
    assert (drop.media_range, non_drop.media_range) == (Span(20, 18), Span(20, 20))
    assert non_drop.record_range == Span(parse_time("01:00:00;18", NTSC), 20)
    assert shown(non_drop, 0, 19) == [20, 39]


@pytest.mark.parametrize(
    ("own", "source", "record", "rate", "first"),
    [
        # Labelled at 25, as on the tape: a second is 25 frames there, 24 on the timeline.
        (Fraction(25), "10:00:01:00 10:00:02:00", "01:00:00:00 01:00:01:00", Fraction(24), 25),
        (Fraction(50), "10:00:00:24 10:00:01:24", "01:00:00:00 01:00:01:00", Fraction(25), 24),
        # Labelled at the timeline's rate, as Premiere converts: both lengths are the same.
        (Fraction(50), "10:00:00:12 10:00:01:24", "01:00:00:00 01:00:01:12", Fraction(25), 24),
        (Fraction(60), "10:00:00:20 10:00:01:10", "01:00:00:00 01:00:00:20", Fraction(30), 40),
    ],
)
def test_a_medium_of_another_rate_is_stepped_in_real_time(
    tmp_path: Path, own: Fraction, source: str, record: str, rate: Fraction, first: int
) -> None:
    numbered_movie(tmp_path / "other.mov", 160, own, timecode="10:00:00:00")
    host = opened(tmp_path, f"001  OTHER    V     C        {source} {record}", rate=rate)
    (clip,) = host.clips(ALL)
    assert clip.speed == own / rate
    last = clip.record_range.duration - 1
    assert shown(clip, 0, 7, last) == [first + int(each * own / rate) for each in (0, 7, last)]


@pytest.mark.parametrize(
    ("frame", "rate", "note"),
    [("23", 24, "rate_guessed"), ("24", 25, "rate_guessed"), ("29", 30, "rate_guessed"),
     ("49", 50, "rate_guessed"), ("59", 60, "rate_guessed")],
)  # fmt: skip
def test_a_rate_that_nothing_says_is_guessed_and_told(
    tmp_path: Path, frame: str, rate: int, note: str
) -> None:
    line = f"001  GONE     V     C        00:00:00:00 00:00:01:00 01:00:00:{frame} 01:00:01:{frame}"
    host = opened(tmp_path, line)
    assert host.rate == rate
    assert told(host)[note] == str(rate)


def test_the_users_rate_goes_before_any_guess(tmp_path: Path, camera: Path) -> None:
    host = opened(tmp_path, CUT, media=camera, rate=FILM)
    assert (host.rate, host.start) == (FILM, 86400)
    assert "rate_of_media" not in told(host)


def test_a_time_that_the_rate_does_not_have_is_told_with_its_line(tmp_path: Path) -> None:
    line = "001  R1       V     C        00:00:00:00 00:00:01:00 01:00:00:24 01:00:01:24"
    with pytest.raises(TimelineUnreadable, match="line 4: 01:00:00:24 is no timecode at 24"):
        opened(tmp_path, line, rate=Fraction(24))


# What stands where


def test_events_stand_at_their_record_times_with_gaps_between(tmp_path: Path, camera: Path) -> None:
    host = opened(
        tmp_path,
        "002  A001C002 V     C        10:00:00:10 10:00:01:10 01:00:05:00 01:00:06:00",
        CUT,
        "003  BL       V     C        00:00:00:00 00:00:01:00 01:00:06:00 01:00:07:00",
        "004  A001C002 AA    C        10:00:00:00 10:00:01:00 01:00:07:00 01:00:08:00",
        "005  A001C002 B     C        10:00:00:20 10:00:01:20 01:00:08:00 01:00:09:00",
        "006  A001C002 AA/V  C        10:00:00:30 10:00:01:20 01:00:09:00 01:00:09:15",
        media=camera, rate=Fraction(50),
    )  # fmt: skip
    starts = [(clip.record_range.start - host.start) / 50 for clip in host.clips(ALL)]
    assert starts == [0, 5, 8, 9]


def test_a_dissolve_begins_at_its_cut_and_moves_nothing(tmp_path: Path, camera: Path) -> None:
    host = opened(
        tmp_path,
        CUT,
        "002  A001C002 V     C        10:00:01:10 10:00:01:10 01:00:01:00 01:00:01:00",
        "002  B002     V     D    012 10:00:02:00 10:00:03:00 01:00:01:00 01:00:02:00",
        "* FROM CLIP NAME: A001C002_250101.mov",
        "* TO CLIP NAME: A001C002_250101.mov",
        "003  BL       V     C        00:00:00:00 00:00:00:00 01:00:02:00 01:00:02:00",
        "003  A001C002 V     W001 010 10:00:03:00 10:00:03:20 01:00:02:00 01:00:02:20",
        media=camera,
    )
    one, two, three = host.clips(ALL)
    assert [c.record_range for c in (one, two, three)] == [
        Span(HOUR, 25), Span(HOUR + 25, 25), Span(HOUR + 50, 20),
    ]  # fmt: skip
    assert (shown(two, 0), shown(three, 0)) == ([50], [75])
    track = host._model.tracks[0]
    kinds = [type(child).__name__ for child in track]
    assert kinds == ["Clip", "Transition", "Clip", "Transition", "Clip"]
    assert (track[1].in_offset.value, track[1].out_offset.value) == (0, 12)
    assert track[1].transition_type == otio.schema.TransitionTypes.SMPTE_Dissolve
    assert track[3].transition_type == otio.schema.TransitionTypes.Custom


@pytest.mark.parametrize("speed", ["", "-050.0"])
def test_a_later_event_is_recorded_over_an_earlier_one(
    tmp_path: Path, camera: Path, speed: str
) -> None:
    """What is left of the earlier one shows the pictures it showed before, at either side."""
    m2 = f"M2   A001C002       {speed}       10:00:00:00"
    length = "10:00:00:00 10:00:02:00" if speed else "10:00:00:00 10:00:01:00"
    under = f"001  A001C002 V     C        {length} 01:00:00:00 01:00:01:00"
    alone = opened(tmp_path, under, *[m2][: bool(speed)], media=camera)
    (whole,) = alone.clips(ALL)
    host = opened(
        tmp_path,
        under,
        *[m2][: bool(speed)],
        "002  A001C002 V     C        10:00:03:00 10:00:03:10 01:00:00:08 01:00:00:18",
        media=camera,
    )
    before, over, after = host.clips(ALL)
    assert [c.record_range for c in (before, over, after)] == [
        Span(HOUR, 8), Span(HOUR + 8, 10), Span(HOUR + 18, 7),
    ]  # fmt: skip
    assert shown(before, 0, 7) == shown(whole, 0, 7)
    assert shown(after, 0, 6) == shown(whole, 18, 24)
    assert shown(over, 0, 9) == [75, 84]
    assert told(host)["overlap"] == "002"


def test_video_tracks_by_number_lie_above_each_other(tmp_path: Path, camera: Path) -> None:
    over = "002  A001C002 V2    C        10:00:02:00 10:00:02:10 01:00:00:05 01:00:00:15"
    host = opened(tmp_path, CUT, over, media=camera)
    assert shown(host.clip_at(HOUR + 5), 0) == [50]
    assert shown(host.clip_at(HOUR + 4), 0) == [10]


def test_markers_stand_on_the_timeline(tmp_path: Path, camera: Path) -> None:
    host = opened(tmp_path, CUT, "* LOC: 01:00:00:12 RED     look here", media=camera)
    (marker,) = host._model.tracks.markers
    assert (marker.name, marker.color, marker.marked_range.start_time.value) == (
        "look here", "RED", 12,
    )  # fmt: skip


# Media


@pytest.mark.parametrize(
    "said",
    [
        ("* SOURCE FILE: A001C002_250101.MOV",),
        (r"* SOURCE FILE: D:\Rushes\Day 1\A001C002_250101.mov",),
        ("* SOURCE FILE: {camera}/A001C002_250101.mov",),
        ("* FROM CLIP NAME: A001C002_250101.mov",),
        ("* FROM CLIP NAME: a001c002_250101",),
        ("* FROM CLIP NAME: Interview 3",),
        ("*FROM CLIP NAME:  Interview 3 ", "*SOURCE FILE: A001C002_250101"),
        (r"* FROM CLIP: S:\path\to\A001C002_250101.mov",),
        (r"* FROM FILE: /path/to/A001C002_250101.mov",),
        (">>> SOURCE XYZ A001C002_250101 4af1-9",),
        ("FINAL CUT PRO REEL: A001C002_250101 REPLACED BY: XYZ",),
    ],
)
def test_a_medium_is_found_by_whatever_the_list_calls_it(
    tmp_path: Path, camera: Path, said: tuple[str, ...]
) -> None:
    reel = "A001C002" if said == ("* FROM CLIP NAME: Interview 3",) else "XYZ"
    lines = [line.replace("{camera}", str(camera)) for line in said]
    host = opened(tmp_path, CUT.replace("A001C002", f"{reel:<8}"), *lines, media=camera)
    (clip,) = host.clips(ALL)
    assert shown(clip, 0) == [10]


def test_a_medium_is_looked_for_so_deep_and_no_deeper(tmp_path: Path) -> None:
    folder = tmp_path.joinpath(*"abcdef")
    for place, problems in ((folder / "g", 1), (folder, 0)):
        place.mkdir(parents=True, exist_ok=True)
        (place / "shot.mov").touch()
        host = opened(tmp_path, CUT, "* FROM CLIP NAME: shot.mov", rate=Fraction(25))
        assert len(host.problems(ALL)) == problems


def test_of_several_files_the_nearest_is_taken_and_told(tmp_path: Path) -> None:
    for folder in ("b", "a/deep", "Afterframe", ".hidden"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "shot.mov").touch()
    host = opened(tmp_path, CUT, "* FROM CLIP NAME: shot.mov", rate=Fraction(25))
    assert [Path(clip.media.path) for clip in host.clips(ALL)] == [tmp_path / "b" / "shot.mov"]
    assert told(host)["several_files"] == "001"


def test_a_medium_that_is_not_there_is_told_by_its_name(tmp_path: Path) -> None:
    other = "002  AX       V     C        00:00:00:00 00:00:01:00 01:00:01:00 01:00:02:00"
    host = opened(tmp_path, CUT, "* FROM CLIP NAME: gone.mov", other, "* FROM CLIP NAME: Title 1")
    gone, title = host.problems(ALL)
    assert isinstance(gone, MediaMissing)
    assert isinstance(title, MediaMissing)
    assert gone.params["path"] == str(tmp_path / "gone.mov")
    assert title.params["path"] == "Title 1"
    assert [clip.name for clip in host.clips(ALL)] == ["gone.mov"]


# Text


@pytest.mark.parametrize(
    "written",
    [
        lambda text: text.encode(),
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: text.replace("\n", "\r").encode(),
        lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: text.encode("latin-1"),
        lambda text: text.encode("utf-16"),
        lambda text: text.replace("\n", "\n\n").encode() + b"\x1a",
        lambda text: text.replace("  A", " \t A").replace("     C", "   C").encode(),
    ],
)
def test_every_coding_and_end_of_line_is_read(written: Callable[[str], bytes]) -> None:
    text = f"TITLE: Épisode\nFCM: NON-DROP FRAME\n{CUT}\n* FROM CLIP NAME: été.mov\n"
    found = parse(decode(written(text)))
    assert (found.title, found.drop) == ("Épisode", False)
    (event,) = found.events
    assert (event.reel, event.name, event.layers) == ("A001C002", "été.mov", (1,))
    assert event.record[1] == label("01:00:01:00")


@pytest.mark.parametrize(
    "line",
    [
        "001  A001_C002_0101AB_LONG_REEL_NAME_1 V     C        {times}",
        "000001  tape 7 V C {times}",
        "1 R.1 V C {times}",
        "001  R1  V  C  (F) {times}",
        "001  R1       AA/V  D    024 {times}",
        "001  R1       V     K B      {times}",
        "001  R1       V     KB   012 {times}",
        "001  R1       V1    W012 024 {times}",
        "001  ZZ100_50 V  C\t\t{times} ",
    ],
)
def test_events_of_every_look_are_read(line: str) -> None:
    times = "10:00:00:00 10:00:01:00 01:00:00:00 01:00:01:00"
    found = parse(line.format(times=times))
    (event,) = found.events
    assert event.layers == (1,)
    assert not found.unread


def test_a_line_that_should_be_an_event_is_told_with_its_number(
    tmp_path: Path, camera: Path
) -> None:
    host = opened(tmp_path, CUT, "002  A001C002 V C 10:00:00:00 10:00:0", media=camera)
    assert told(host)["unread"] == "5"


@pytest.mark.parametrize("text", ["", "TITLE: nothing\n", "\0\1\2", "<xmeml/>", "PK\3\4"])
def test_what_is_no_list_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "no.edl"
    path.write_text(text)
    with pytest.raises(TimelineUnreadable):
        InterchangeHost.open(path)


def test_damage_of_any_kind_is_refused_or_read_and_written(tmp_path: Path) -> None:
    """A list with letters changed, put in or taken out by chance ends in no other error."""
    text = "\n".join([
        "FCM: DROP FRAME", CUT, "M2   A001C002       -050.0       10:00:00:10",
        "* FROM CLIP NAME: gone.mov",
        "002  B        V     D    012 10:00:02;00 10:00:03;00 01:00:01;00 01:00:02;00",
        "* TO CLIP NAME: plate.[1001-1012].png", "* LOC: 01:00:01:12 RED   here",
        f"* AFTERFRAME JOB: {'ab' * 16}", "* AFTERFRAME TIMELINE: 30000/1001 01:00:00;00",
    ])  # fmt: skip
    facts = (None, MediumFacts(None, 1, ""), MediumFacts(NTSC, 100, "00:00:00;00"))
    chance = random.Random(20)
    read = 0
    for number in range(400):
        letters = list(text)
        for _ in range(chance.randint(1, 6)):
            at = chance.randrange(len(letters))
            letters[at : at + chance.choice((0, 1, 1, 9))] = chance.choice("0129:;VCDM[#-* \n\0é")
        path = tmp_path / "cut.edl"
        path.write_text("".join(letters), encoding="utf-8")
        found = facts[number % 3]
        try:
            host = InterchangeHost.open(path, FileOptions(look=lambda _, found=found: found))
        except TimelineUnreadable:
            continue
        host.clips(ALL)
        host.save().unlink()
        read += 1
    assert read > 100


def test_a_list_of_sound_alone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TimelineUnreadable):
        opened(tmp_path, CUT.replace(" V ", " AA"))


def test_a_label_that_drop_frame_leaves_out_is_the_next_one() -> None:
    due = parse_time("01:01:00;02", NTSC)
    assert [label(f"01:01:00;0{n}").frame(NTSC, drop=False) for n in (0, 1, 2)] == [due] * 3
    assert label("01:01:00:00").frame(NTSC, drop=False) == parse_time("01:01:00:00", NTSC)
    assert label("01:00:00:25").frame(Fraction(25), drop=False) is None


# Speeds


@pytest.mark.parametrize(
    ("speed", "counted", "length", "seconds", "means"),
    [
        ("012.0", Fraction(24), 50, Fraction(100, 24), Fraction(1, 2)),
        ("011.988", FILM, 50, 100 / FILM, Fraction(1, 2)),
        ("012.0", FILM, 50, 100 / FILM, Fraction(1, 2)),
        ("-059.94", NTSC, 100, 50 / NTSC, Fraction(-2)),
        ("008.9", Fraction(24), 37, Fraction(100, 24), Fraction(37, 100)),
        ("023.456", Fraction(24), 100, Fraction(100, 24), Fraction("23.456") / 24),
        ("8.12", Fraction(25), 100, Fraction(1232, 100), Fraction(100, 25) / Fraction(1232, 100)),
    ],
)
def test_a_written_speed_is_the_one_an_editor_set(
    speed: str, counted: Fraction, length: int, seconds: Fraction, means: Fraction
) -> None:
    assert played(speed, counted, length, seconds) == means


def test_the_mediums_own_rate_is_normal_speed_too() -> None:
    assert played("029.970", Fraction(30), 90, Fraction(3), own=NTSC) == 1
    assert played("032.967", Fraction(30), 99, Fraction(3), own=NTSC) == Fraction(11, 10)


def test_one_frame_is_a_slip_or_rounding_and_no_speed() -> None:
    assert speed_of_lengths(25, Fraction(25), Fraction(1)) == (1, False)
    assert speed_of_lengths(26, Fraction(25), Fraction(1)) == (1, True)
    assert speed_of_lengths(26, Fraction(25), Fraction(25, 24)) == (1, False)
    assert speed_of_lengths(50, Fraction(25), Fraction(1)) == (2, False)


# Out


def test_the_new_list_holds_our_clip_alone_and_the_opened_one_stays(
    tmp_path: Path, camera: Path
) -> None:
    host = opened(tmp_path, CUT, media=camera)
    before = host.path.read_bytes()
    (clip,) = host.clips(ALL)
    status = done(clip, at=HOUR + 5, frames=20, rate=Fraction(25))
    host.place(status)
    saved = host.save()
    assert saved == tmp_path / "cut_afterframe_v001.edl"
    assert host.path.read_bytes() == before
    assert saved.read_bytes().decode().split("\r\n") == [
        "TITLE: reel one",
        "FCM: NON-DROP FRAME",
        "",
        f"001  AF{status.job.id[:6].upper()} V     C        "
        "01:00:00:05 01:00:01:00 01:00:00:05 01:00:01:00",
        "* FROM CLIP NAME: shot_generate_v001.mov",
        f"* SOURCE FILE: {tmp_path}/Afterframe/shot_generate_v001.mov",
        "* AFTERFRAME REEL: shot_generate_v001",
        f"* AFTERFRAME JOB: {status.job.id}",
        "* AFTERFRAME EFFECT: generate",
        f"* AFTERFRAME RECIPE: {tmp_path}/Afterframe/r.json",
        "* AFTERFRAME TIMELINE: 25 01:00:00:00",
        "",
        "",
    ]
    assert told(host)["only_ours"] == "cut.edl"


def test_a_written_list_is_read_by_opentimelineios_own_adapter(
    tmp_path: Path, camera: Path
) -> None:
    host = opened(tmp_path, CUT, media=camera)
    host.place(done(host.clips(ALL)[0], at=HOUR + 5, frames=20, rate=Fraction(25)))
    other = otio.adapters.read_from_file(str(host.save()), "cmx_3600", rate=25)
    (clip,) = other.find_clips()
    assert clip.name == "shot_generate_v001.mov"
    assert clip.source_range.start_time.to_timecode() == "01:00:00:05"
    assert clip.source_range.duration.value == 20


def test_our_list_is_opened_again_with_its_rate_and_counts_on(tmp_path: Path) -> None:
    numbered_movie(tmp_path / "tape.mov", 60, NTSC, timecode="00:00:59;00")
    line = "001  TAPE     V     C        00:00:59;00 00:01:01;02 01:00:59;00 01:01:01;02"
    host = opened(tmp_path, line, fcm="DROP FRAME")
    (clip,) = host.clips(ALL)
    start = clip.record_range.start
    first = done(clip, at=start + 25, frames=20, rate=NTSC)
    placed = host.place(first)
    saved = host.save()
    assert "01:00:59;25 01:01:00;17" in saved.read_text()
    again = InterchangeHost.open(saved)
    assert (again.rate, again.start) == (NTSC, start)
    assert again.notes() == ()
    found = again.placed(first.job.id)
    assert found is not None
    assert (found.item, found.track, found.span) == (placed.item, placed.track, placed.span)
    assert again.clips(ALL) == ()
    (mine,) = again.clips(Query("name", "*"))
    assert mine.media_range == Span(0, 20)
    assert mine.drop_frame
    assert again.save().name == "cut_afterframe_v002.edl"


def test_a_clip_of_ours_whose_medium_is_unknown_is_left_out_and_told(
    tmp_path: Path, camera: Path
) -> None:
    other = "002  AF123456 V     C        01:00:00:00 01:00:01:00 01:00:01:00 01:00:02:00"
    job = "* AFTERFRAME JOB: " + "ab" * 16
    host = opened(tmp_path, CUT, other, job, "* AFTERFRAME TIMELINE: 1/0 x", media=camera)
    assert "AF123456" not in host.save().read_text()
    assert told(host)["left_out"] == "AF123456"


def test_results_that_overlap_stand_in_lists_of_their_own(tmp_path: Path, camera: Path) -> None:
    host = opened(tmp_path, CUT, media=camera)
    (clip,) = host.clips(ALL)
    for name in ("one.mov", "two.mov"):
        host.place(done(clip, at=HOUR, frames=20, rate=Fraction(25), name=name))
    first = host.save()
    second = first.with_name("cut_afterframe_v001_V2.edl")
    assert ("one.mov" in first.read_text(), "two.mov" in first.read_text()) == (True, False)
    assert "two.mov" in second.read_text()
    assert told(host)["more_lists"] == second.name
    first.unlink()
    assert host.save().name == "cut_afterframe_v002.edl"


@pytest.mark.parametrize(("suffix", "source"), [("png", "00:00:00:07"), ("exr", "01:00:00:05")])
def test_a_result_of_pictures_is_named_by_its_range(
    tmp_path: Path, camera: Path, suffix: str, source: str
) -> None:
    host = opened(tmp_path, CUT, media=camera)
    (clip,) = host.clips(ALL)
    host.place(done(clip, at=HOUR + 5, frames=20, rate=Fraction(25), name=f"p.####.{suffix}"))
    text = host.save().read_text()
    assert f"* FROM CLIP NAME: p.[0007-0026].{suffix}" in text
    assert f"C        {source} " in text
    (again,) = InterchangeHost.open(next(tmp_path.glob("*_v001.edl"))).clips(Query("name", "*"))
    assert (again.media.kind, again.media.first) == ("sequence", 7)


def test_a_line_without_end_is_passed_over_at_once() -> None:
    text = f"001 {'a ' * 400_000}\n{CUT}\n* FROM CLIP NAME: {'n' * 400_000}\n"
    found = parse(text)
    assert (len(found.events), found.unread) == (1, [])
    assert len(found.events[0].name) < 5000


def test_many_cuts_in_order_and_one_before_them_all_are_laid_as_they_stand(
    tmp_path: Path, camera: Path
) -> None:
    source = "A001C002 V     C        10:00:00:00 10:00:01:00"
    lines = [f"{n:03}  {source} 01:00:{n:02}:00 01:00:{n + 1:02}:00" for n in (3, 4, 5, 1)]
    lines.append(f"009  {source} 01:00:04:12 01:00:05:12")
    host = opened(tmp_path, *lines, media=camera)
    stand = [(c.record_range.start - HOUR, c.record_range.duration) for c in host.clips(ALL)]
    assert stand == [(25, 25), (75, 25), (100, 12), (112, 25), (137, 13)]
    assert told(host)["overlap"] == "009"
