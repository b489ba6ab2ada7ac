"""The engine ``extend``, as the pipeline calls it."""

from __future__ import annotations

import numpy as np
import pytest

from afterframe.errors import MediaUnreadable
from afterframe.media.frame import Frame, PixelFormat
from afterframe_hosts.wire import catalogue
from afterframe_models import registry
from afterframe_models.extend.material import gather
from tests.unit.extend_clips import Clip, Extension, difference, extend, sliding, swinging, texture


def is_frame_of(frame: Frame, clip: Clip, first: int, end: int) -> bool:
    return any(
        all(np.array_equal(a, b) for a, b in zip(frame.planes, clip.at(index).planes, strict=True))
        for index in range(first, end)
    )


def test_every_note_is_in_every_catalogue() -> None:
    for message in registry.load("extend").messages():
        assert all(message in messages for messages in catalogue.LANGUAGES.values())


def test_a_clip_that_repeats_goes_on_as_it_would_have() -> None:
    clip = Clip(swinging(24, 15), 72)
    made = extend(clip, 30)
    assert made.told == ["live"]
    assert_like(made.frames, [clip.at(72 + number) for number in range(30)])


def test_a_head_leads_forwards_into_the_clip() -> None:
    clip = Clip(swinging(24, 15), 72)
    made = extend(clip, 30, side="head")
    assert made.told == ["live"]
    assert_like(made.frames, [clip.at(number - 30) for number in range(30)])


def assert_like(made: list[Frame], true: list[Frame]) -> None:
    """Each frame is like its own true one, and not like the one of the turned order."""
    own = np.mean([difference(a, b) for a, b in zip(made, true, strict=True)])
    turned = np.mean([difference(a, b) for a, b in zip(made, true[::-1], strict=True)])
    assert own < 0.5 * turned


def test_beyond_the_morph_frames_are_the_clips_own_to_the_bit() -> None:
    clip = Clip(swinging(), 72)
    for side in ("tail", "head"):
        made = extend(clip, 40, side=side).frames
        own = sum(is_frame_of(frame, clip, 0, 72) for frame in made)
        assert own >= 12


def test_spare_frames_on_the_far_side_serve_and_those_beyond_the_cut_are_only_told_of() -> None:
    clip = Clip(swinging(), 30, spare=(40, 9))
    made = extend(clip, 12)
    assert made.told == ["spare_tail", "live"]
    assert made.notes[0].params == {"frames": 9}
    assert min(clip.reads) == -40
    assert max(clip.reads) == 29
    head = Clip(swinging(), 30, spare=(9, 40))
    assert extend(head, 12, side="head").told == ["spare_head", "live"]
    assert (min(head.reads), max(head.reads)) == (0, 69)


def test_words_are_told_not_to_be_read() -> None:
    made = extend(Clip(swinging(), 72), 2, prompt=" she laughs ")
    assert made.told[0] == "prompt"
    assert made.notes[0].params == {"words": "she laughs"}


def test_a_cut_is_never_crossed() -> None:
    first, second = swinging(), texture(9)
    wide = np.tile(second, (1, 2))

    def paint(number: int) -> np.ndarray:
        return first(number) if number >= 40 else np.roll(wide, number, axis=1)[:, :160]

    clip = Clip(paint, 112)
    assert len(gather(clip, "tail", lambda: None).greys) == 72
    assert len(gather(clip, "head", lambda: None).greys) == 40
    made = extend(clip, 30)
    shown = [clip.at(number) for number in range(40)]
    assert made.told == ["live"]
    assert all(difference(frame, other) > 0.05 for frame in made.frames for other in shown)


def test_without_a_fitting_moment_the_last_frame_coasts_to_rest() -> None:
    clip = Clip(sliding(1.5), 48)
    made = extend(clip, 60)
    assert made.told[0] == "coast_dear"
    assert difference(made.frames[0], clip.at(48)) < 0.02
    moves = [difference(a, b) for a, b in zip(made.frames, made.frames[1:], strict=False)]
    assert moves[0] > 10 * moves[-1]


def test_the_way_is_the_users() -> None:
    clip = Clip(swinging(), 72)
    assert extend(clip, 4, way="coast").told == ["coast_asked"]
    assert extend(Clip(sliding(1.5), 48), 4, way="live").told == ["live"]


@pytest.mark.parametrize(
    ("frames", "told"), [(1, "single"), (2, "coast_short"), (6, "coast_short")]
)
@pytest.mark.parametrize("side", ["tail", "head"])
def test_a_shot_too_short_for_runs_coasts_or_stands(frames: int, told: str, side: str) -> None:
    made = extend(Clip(swinging(), frames), 5, side=side)
    assert made.told[0] == told
    assert len(made.frames) == 5


@pytest.mark.parametrize("level", [0.0, 0.5])
@pytest.mark.parametrize("side", ["tail", "head"])
def test_empty_pictures_stay_empty(level: float, side: str) -> None:
    clip = Clip(lambda number: np.full((96, 160), level, np.float32), 40)
    for frame in extend(clip, 10, side=side).frames:
        np.testing.assert_array_equal(frame.planes[0], clip.at(0).planes[0])


@pytest.mark.parametrize("size", [(16, 16), (17, 33), (401, 127)])
def test_any_size_goes_through(size: tuple[int, int]) -> None:
    made = extend(Clip(swinging(24, 3, size), 40, size=size), 10)
    assert {(frame.width, frame.height) for frame in made.frames} == {size}


@pytest.mark.parametrize(
    "pixels",
    [
        PixelFormat("yuv", 10, subsampling=(1, 0)),
        PixelFormat("rgb", 8, alpha=True),
        PixelFormat("rgb", 16, floating=True),
        PixelFormat("grey", 16),
    ],
)
@pytest.mark.parametrize("way", ["coast", "live"])
def test_every_encoding_goes_through_in_its_own_form(pixels: PixelFormat, way: str) -> None:
    clip = Clip(swinging(25, 8), 50, format=pixels)
    made = extend(clip, 4, way=way).frames
    for number, frame in enumerate(made):
        assert frame.format == pixels
        assert [plane.dtype for plane in frame.planes] == [pixels.dtype] * pixels.planes
        assert difference(frame, clip.at(50 + number)) < 0.05
        assert max(float(plane.max()) for plane in frame.planes) <= pixels.peak


def test_the_same_seed_makes_the_same_pixels() -> None:
    def run(seed: int) -> Extension:
        return extend(Clip(swinging(17.3), 48), 30, seed=seed)

    for a, b in zip(run(3).frames, run(3).frames, strict=True):
        np.testing.assert_array_equal(a.planes[0], b.planes[0])


def test_each_frame_is_given_before_the_next_is_read_and_nothing_old_is_read_again() -> None:
    clip = Clip(swinging(), 200)
    extend(clip, 150)
    after_look = clip.reads[200:]
    assert len(after_look) <= 150 + 4 * 7  # each frame once, and two at each jump


def test_a_spare_frame_that_cannot_be_read_ends_the_shot_there() -> None:
    class Holed(Clip):
        def read(self, index: int) -> Frame:
            if index == -5:
                raise MediaUnreadable(path="x", detail="a hole")
            return super().read(index)

    assert extend(Holed(swinging(), 60, spare=(20, 0)), 6).told == ["live"]


@pytest.mark.parametrize("side", ["tail", "head"])
def test_a_draft_reads_the_clips_own_frames_once_and_moves_as_the_final_does(side: str) -> None:
    clip = Clip(swinging(24, 15), 72, spare=(30, 30))
    draft = extend(clip, 40, side=side, draft=True)
    assert clip.reads == list(range(72))
    final = extend(Clip(swinging(24, 15), 72), 40, side=side)
    assert draft.told[-1] == final.told[-1] == "live"
    assert_like(draft.frames, final.frames)


def test_a_draft_coasts_as_the_final_does() -> None:
    draft, final = (extend(Clip(sliding(2), 30), 20, way="coast", draft=d) for d in (True, False))
    assert draft.told == final.told == ["coast_asked", "camera"]
    for a, b in zip(draft.frames, final.frames, strict=True):
        assert difference(a, b) < 0.01
