"""The parts of ``extend``: coasting, the camera, switching, morphs, the choice of runs."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from afterframe.imaging.flow import Grey, displaced
from afterframe_models.extend.camera import FARTHEST, Camera, camera_of
from afterframe_models.extend.coast import Coast, velocity, way_gone
from afterframe_models.extend.film import Film
from afterframe_models.extend.material import gather, grid_step
from afterframe_models.extend.morph import DIFFERENT, meet, morph
from afterframe_models.extend.plan import make_plan
from afterframe_models.extend.show import Show
from afterframe_models.extend.switch import switch_times
from afterframe_models.extend.texture import Texture
from tests.unit.extend_clips import Clip, Picture, difference, sliding, swinging, texture


def greys_of(clip: Clip) -> list[Grey]:
    return list(gather(clip, "tail", lambda: None).greys)


def level(picture: Picture) -> Grey:
    return np.asarray(picture * 255, np.uint8)


def test_coasting_leaves_with_the_clips_velocity_and_comes_to_rest() -> None:
    greys = greys_of(Clip(sliding(2), 6))
    going = velocity(greys)
    inner = going[10:-10, 20:-20]
    np.testing.assert_allclose(np.median(inner[..., 0]), -2, atol=0.1)
    assert way_gone(1) == 1
    assert way_gone(60) == pytest.approx(way_gone(90), rel=0.01)
    back = displaced(greys[-1], Coast(going).back(1))
    true = level(sliding(2)(6))
    assert np.abs(back[10:-10, 20:-20].astype(int) - true[10:-10, 20:-20]).mean() < 3


def test_what_would_pass_through_its_neighbour_stops_instead() -> None:
    going = np.zeros((96, 160, 2), np.float32)
    going[30:60, 60:90, 0] = 4
    going = cv2.GaussianBlur(going, (0, 0), 3)
    back = Coast(np.asarray(going, np.float32)).back(60)
    x = np.arange(160) + back[45, :, 0]
    assert np.diff(x).min() > 0
    np.testing.assert_allclose(
        Coast(going * 0.02).gone(60)[45, 75, 0], 0.08 * way_gone(60), rtol=0.1
    )


def test_a_still_background_does_not_stir() -> None:
    random, still = np.random.default_rng(0), level(texture(1)).astype(int)
    noisy = [(still + random.integers(-2, 3, still.shape)).clip(0, 255) for _ in range(4)]
    assert np.abs(velocity([np.asarray(each, np.uint8) for each in noisy])).max() < 0.1


def test_a_pan_is_a_camera_and_a_swinging_subject_is_none() -> None:
    camera = camera_of(greys_of(Clip(sliding(2), 12)))
    assert camera is not None
    assert camera.right == pytest.approx(-2, abs=0.15)
    assert abs(camera.down) < 0.1
    assert camera_of(greys_of(Clip(swinging(), 12))) is None


def test_a_camera_rests_before_it_reveals_more_than_it_may() -> None:
    camera = camera_of(greys_of(Clip(sliding(2), 12)))
    assert camera is not None
    back = camera.back((96, 160), 500)
    assert np.abs(back[..., 0]).max() <= FARTHEST * 160 * 1.1 + 2
    first = camera.back((96, 160), 1)
    np.testing.assert_allclose(first[..., 0], 2, atol=0.3)


def test_a_zoom_in_reveals_nothing() -> None:
    camera = Camera(0, 0, 0.01, 0, 0.97)
    for frame in (1, 10, 200):
        back = camera.back((96, 160), frame)
        assert (back[:, 0, 0] >= 0).all()
        assert (back[:, -1, 0] <= 0).all()


def test_each_part_changes_when_it_is_seen_least() -> None:
    differences = np.full((8, 96, 160), 40, np.float32)
    differences[2, :, :80] = 1
    differences[6, :, 80:] = 1
    differences[:, :, 72:88] = 0  # where a seam is free
    times = switch_times(differences)
    np.testing.assert_allclose(times[20:-20, 10:60], 3, atol=0.1)
    np.testing.assert_allclose(times[20:-20, 100:150], 7, atol=0.1)


def test_a_thing_changes_as_one_even_where_its_middle_would_sooner() -> None:
    differences = np.full((8, 96, 160), 1, np.float32)
    differences[:, 24:72, 40:120] = 60
    differences[5, 24:72, 40:120] = 5
    differences[2, 40:56, 72:88] = 4  # a spot that would change three moments earlier
    times = switch_times(differences)
    assert np.ptp(times[32:64, 56:104]) < 0.5


def test_two_frames_of_one_thing_lie_on_one_another() -> None:
    paint = sliding(1)
    meeting = meet(level(paint(0)), level(paint(6)))
    inner = np.s_[10:-10, 20:-20]
    np.testing.assert_allclose(np.median(meeting.offset[inner][..., 0]), -6, atol=0.2)
    assert meeting.unlike[inner].mean() < 3


def test_a_morph_begins_as_the_coasting_frame_and_ends_as_the_run() -> None:
    paint = swinging(48, 10)
    past = [level(paint(number)) for number in range(20, 24)]
    run = [level(paint(number)) for number in range(70, 86)]
    moments = morph(past, run, 15)
    assert len(moments) == 15
    assert moments[0].share.mean() < 0.2
    assert moments[-1].first is None
    assert moments[-1].share.min() == 1
    assert np.abs(moments[-1].second).max() < 0.5


def test_no_frame_of_a_morph_shows_both_takes_where_they_differ() -> None:
    """The two poses have nothing to do with one another: worst case."""
    first, second = swinging(40, 30), swinging(40, -30)
    past = [level(first(number)) for number in range(4, 8)]
    run = [level(second(number)) for number in range(7, 20)]
    for number, moment in enumerate(morph(past, run, 12)):
        if moment.first is None:
            continue
        takes = displaced(past[-1], moment.first), displaced(run[number + 1], moment.second)
        apart = np.abs(takes[0].astype(int) - takes[1])
        both = (moment.share > 0.15) & (moment.share < 0.85)
        assert (both & (apart > 2 * DIFFERENT)).mean() < 0.002


def test_fast_moments_are_never_played_backwards() -> None:
    fast = Film(greys_of(Clip(swinging(16, 30), 60)))
    assert all(fast.ends[frame] - frame < 12 for frame in range(60, len(fast.greys)))
    slow = Film(greys_of(Clip(swinging(400, 20), 60)))
    assert slow.ends[60] - 60 >= 24
    assert [slow.number(frame) for frame in (0, 59, 60, 61)] == [0, 59, 58, 57]


def test_runs_are_whole_and_stay_in_the_shot() -> None:
    film = Film(greys_of(Clip(swinging(17.3), 120)))
    runs = Texture(film, 5).runs(300, 24, lambda: None)
    assert sum(run.length for run in runs) == 300
    after = film.joint
    for run in runs:
        assert run.after == after
        assert run.match + run.length <= film.end_of_run(run.match)
        after = run.match + run.length


def test_of_a_long_shot_nothing_is_seen_again_within_five_seconds() -> None:
    film = Film(greys_of(Clip(swinging(17.3), 400)))
    runs = Texture(film, 5).runs(1000, 24, lambda: None)
    shown = [run.match + 1 + n for run in runs for n in range(run.length)]
    last: dict[int, int] = {}
    gaps: list[int] = []
    for at, frame in enumerate(shown):
        gaps.append(at - last.get(frame, -1000))
        last[frame] = at
    assert min(gaps) >= 5 * 24


def test_seeds_lead_other_ways() -> None:
    film = Film(greys_of(Clip(swinging(13.7), 48)))
    ways = {
        tuple((run.after, run.match) for run in Texture(film, seed).runs(300, 24, lambda: None))
        for seed in range(4)
    }
    assert len(ways) > 1


def test_the_light_of_a_run_comes_back_slowly() -> None:
    paint = swinging(24)

    def dimming(number: int) -> Picture:
        return np.asarray(paint(number) * (1 if number < 78 else 0.7), np.float32)

    clip = Clip(dimming, 84)
    material = gather(clip, "tail", lambda: None)
    plan = make_plan(material, 16, way="live", rate=24, seed=0, check=lambda: None)
    show = Show(plan)
    levels = [float(show.frame(number).planes[0].mean()) for number in range(15)]
    joint = float(clip.at(83).planes[0].mean())
    assert abs(levels[0] - joint) < 0.06 * joint
    steps = np.abs(np.diff([joint, *levels]))
    assert steps.max() < 0.1 * joint


def test_frames_are_the_same_in_any_order() -> None:
    clip = Clip(swinging(17.3), 72)
    plan = make_plan(
        gather(clip, "tail", lambda: None), 60, way="live", rate=24, seed=0, check=lambda: None
    )
    forwards, backwards = Show(plan), Show(plan)
    there = [forwards.frame(number) for number in range(60)]
    back = [backwards.frame(number) for number in range(59, -1, -1)][::-1]
    assert max(difference(a, b) for a, b in zip(there, back, strict=True)) == 0


@pytest.mark.parametrize(
    ("size", "step"),
    [((16, 16), 1), ((640, 360), 2), ((1280, 720), 4), ((1920, 1080), 5), ((7680, 4320), 20)],
)
def test_small_pictures_stay_small(size: tuple[int, int], step: int) -> None:
    assert grid_step(*size) == step
