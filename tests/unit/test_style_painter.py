"""What the painter stands on: manners read, strokes laid, strokes that live on moving matter."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from afterframe.imaging.flow import places
from afterframe_models.style.analysis import Manner, mixed, read_manner
from afterframe_models.style.areas import AreaPainter
from afterframe_models.style.field import HAND, Field
from afterframe_models.style.following import Follower, joined
from afterframe_models.style.laying import BRISTLES, Strokes, bristles, lay
from afterframe_models.style.light import MOST, Light
from afterframe_models.style.painter import Motion
from afterframe_models.style.strokes import Cells, moved, sampled
from tests.unit.style_stand import brushed, printed, scene

Single = NDArray[np.float32]


def test_a_manner_is_the_same_however_large_its_picture_was_scanned() -> None:
    small, large = read_manner(brushed(300)), read_manner(brushed(900))
    assert large.width == pytest.approx(small.width, rel=0.2)
    assert large.length == pytest.approx(small.length, rel=0.25)
    assert small.kind == large.kind == "painterly"


def test_brushwork_areas_and_photographs_are_told_apart() -> None:
    assert read_manner(brushed()).flat < 0.1
    assert read_manner(printed()).flat > 0.8
    assert read_manner(np.full((50, 70, 3), 0.4, np.float32)).kind == "colour"


def test_residues_are_of_no_colour_on_the_whole() -> None:
    manner = read_manner(brushed())
    assert np.abs(manner.residues.mean(0)).max() < 1
    assert manner.residues.std() > 2


def test_a_mix_lies_between_and_of_one_is_that_one() -> None:
    first, second = read_manner(brushed()), read_manner(printed())
    assert mixed([first], [0.3]) is first
    half = mixed([first, second], [0.5, 0.5])
    assert min(first.width, second.width) < half.width < max(first.width, second.width)
    assert half.flat == pytest.approx((first.flat + second.flat) / 2)
    mostly = mixed([first, second], [0.9, 0.1])
    assert len(mostly.colours) == pytest.approx(len(first.colours), rel=0.02)


def stroke(**changes: tuple[float, ...]) -> Strokes:
    """Return one red stroke in the middle of 100 pixels."""
    values: dict[str, tuple[float, ...]] = {
        "angle": (0.0,),
        "bend": (0.0,),
        "half_width": (6.0,),
        "half_length": (30.0,),
        "streak": (0.0,),
        **changes,
    }
    arrays = {name: np.array(value, np.float32) for name, value in values.items()}
    return Strokes(
        centre=np.array([[50, 50]], np.float32),
        colour=np.array([[1, 0, 0]], np.float32),
        lot=np.array([[0.3, 0.6]], np.float32),
        **arrays,
    )


def laid(*layers: Strokes, relief: float = 0.0, threads: int = 1, height: int = 100) -> Single:
    ground = np.zeros((height, 100, 3), np.float32)
    texture = bristles(np.random.default_rng(0))
    return lay(ground, layers, texture, relief=relief, grain=12, threads=threads)


def test_a_stroke_lies_where_and_as_it_is_told() -> None:
    across = laid(stroke())[..., 0]
    assert across[50, 28:72].min() > 0.9
    assert across[:40].max() == across[60:].max() == 0
    assert 0.45 < across.sum() / (60 * 12) < 0.9
    down = laid(stroke(angle=(np.pi / 2,)))[..., 0]
    assert down[28:72, 50].min() > 0.9
    bent = laid(stroke(bend=(0.02,)))[..., 0]
    assert bent[50 + 4, 70] > 0.9 > 0.1 > bent[50 - 4, 70]


def test_an_edge_moves_by_less_than_a_pixel_when_its_stroke_does() -> None:
    still = laid(stroke())[..., 0]
    near = stroke()
    near.centre[0, 1] += 0.25
    change = np.abs(laid(near)[..., 0] - still)[:, 30:70]  # its ends are more ragged
    assert 0 < change.max() < 0.6


def test_the_last_stroke_lies_on_top_and_thick_paint_catches_light() -> None:
    above = stroke()
    above.colour[:] = (0, 1, 0)
    assert laid(stroke(), above)[50, 50, 1] == pytest.approx(1)
    grey = stroke()
    grey.colour[:] = 0.5
    lit = laid(grey, relief=0.3)[..., 0]
    middle = lit[40:60, 40:60].mean(1)
    assert middle.max() > 0.52
    assert np.diff(middle[middle > 0.3]).max() > 0.005


def test_bands_and_threads_leave_no_seam() -> None:
    tall = [stroke(half_length=(300.0,), angle=(np.pi / 2,)) for _ in range(2)]
    for each in tall:
        each.centre[0, 1] = 250
    one, two = (laid(*tall, relief=0.2, height=500, threads=t) for t in (1, 2))
    np.testing.assert_array_equal(one, two)
    assert np.abs(np.diff(one[100:400, 50, 0])).max() < 0.1


def test_a_picture_is_the_same_in_however_many_bands_it_is_painted() -> None:
    random = np.random.default_rng(0)
    count = 400
    crowd = Strokes(
        centre=(random.random((count, 2)) * (100, 250)).astype(np.float32),
        angle=random.uniform(0, 6, count).astype(np.float32),
        bend=random.normal(0, 0.01, count).astype(np.float32),
        half_width=np.full(count, 5, np.float32),
        half_length=np.full(count, 20, np.float32),
        colour=random.random((count, 3)).astype(np.float32),
        streak=np.full(count, 0.1, np.float32),
        lot=random.random((count, 2)).astype(np.float32),
    )
    one, *others = (laid(crowd, relief=0.2, height=250, threads=t) for t in (1, 2, 3))
    for other in others:
        np.testing.assert_array_equal(one, other)


def test_bristles_wrap_and_run_along_their_rows() -> None:
    texture = bristles(np.random.default_rng(1))
    assert texture.shape == (BRISTLES, BRISTLES)
    along, across = np.abs(np.diff(texture, axis=1)).mean(), np.abs(np.diff(texture, axis=0)).mean()
    assert along < 0.3 * across
    assert np.abs(texture[:, 0] - texture[:, -1]).mean() < 2 * along


def drift(height: int, width: int, x: float, y: float) -> tuple[Single, Single]:
    back = np.broadcast_to(np.array([-x, -y], np.float32), (height, width, 2)).copy()
    return back, np.ones((height, width), np.float32)


def test_strokes_go_where_their_matter_goes() -> None:
    back, _ = drift(40, 60, 0.05, -0.02)
    place = np.array([[0.5, 0.5], [1.0, 0.3]], np.float32)
    np.testing.assert_allclose(moved(place, back), place + np.array([0.05, -0.02]), atol=1e-5)


def test_a_population_at_rest_is_left_alone() -> None:
    cells = Cells(1.5, 0.001, np.random.default_rng(0))
    strokes = cells.full()
    before = strokes.lot.copy()
    back, trust = drift(40, 60, 0, 0)
    for _ in range(3):
        strokes = cells.followed(strokes, back, trust)
    np.testing.assert_array_equal(strokes.lot, before)
    assert not strokes.fresh.any()


def test_a_population_stays_as_dense_as_it_was_on_a_long_way() -> None:
    cells = Cells(1.5, 0.001, np.random.default_rng(0))
    strokes = first = cells.full()
    grow = (places(40, 60) / 40 - np.array([0.75, 0.5], np.float32)) * np.float32(-0.03)
    trust = np.ones((40, 60), np.float32)
    for _ in range(60):  # a zoom by six
        strokes = cells.followed(strokes, grow.astype(np.float32), trust)
    assert 0.6 * len(first) < len(strokes) < 1.7 * len(first)
    assert np.all(np.diff(strokes.lot[:, 0]) >= 0)


def test_strokes_die_with_their_matter_and_new_ones_stand_at_once() -> None:
    cells = Cells(1.0, 0.002, np.random.default_rng(0))
    strokes = cells.full()
    back, trust = drift(40, 40, 0, 0)
    trust[:, :20] = 0
    after = cells.followed(strokes, back, trust)
    left = after.place[:, 0] < 0.4
    assert after.fresh[left].all()
    assert (after.grown[left] == 1).all()
    assert not after.fresh[after.place[:, 0] > 0.6].any()


def test_values_are_found_between_samples() -> None:
    ramp = np.tile(np.arange(8, dtype=np.float32), (4, 1))
    place = np.array([[0.5 / 4, 0.5], [1.0, 0.5], [7.0 / 4, 0.9]], np.float32)
    np.testing.assert_allclose(sampled(ramp, place), [0, 3.5, 6.5], atol=1e-5)
    assert sampled(ramp, place[:0]).shape == (0,)


def test_strokes_run_along_lines_and_their_field_is_carried() -> None:
    y = np.mgrid[:180, :240][0].astype(np.float32)
    stripes = np.repeat((0.5 + 0.4 * np.sin(y / 6))[..., None], 3, 2).astype(np.float32)
    field = Field(0.02, 1.0, np.random.default_rng(0))
    facing, plain = field.followed(stripes, None)
    assert facing[20:-20, 20:-20, 0].min() > 0.95  # cosine of twice the angle: level
    assert plain[20:-20, 20:-20].min() > 0.9
    still = Motion(np.zeros((180, 240, 2), np.float32), np.ones((180, 240), np.float32))
    turned = np.ascontiguousarray(np.rot90(stripes)[:180, :180])
    turned = np.concatenate([turned, turned[:, :60]], 1)
    after, _plain = field.followed(turned, still)
    assert after[90, 60, 0] > 0  # it remembers


def test_strokes_on_even_ground_run_about_one_way() -> None:
    even = np.full((180, 240, 3), 0.4, np.float32)
    facing, _plain = Field(0.02, 1.0, np.random.default_rng(0)).followed(even, None)
    mean = facing.mean((0, 1))
    assert np.hypot(*mean) > 0.7  # 1: all alike, 0: every way
    assert np.arctan2(mean[1], mean[0]) / 2 == pytest.approx(HAND, abs=0.15)


def test_a_follower_sees_motion_and_cuts() -> None:
    grey = (scene(192)[..., 1] * 255).astype(np.uint8)
    later = (scene(192, shift=2)[..., 1] * 255).astype(np.uint8)
    follower = Follower(1, (grey.shape[1], grey.shape[0]))
    assert follower.follow(grey) is None
    motion = follower.follow(later)
    assert motion is not None
    disc = motion.back[60, 176]  # the disc's place after four pixels to the left
    np.testing.assert_allclose(disc, (4, 0), atol=0.7)
    noise = np.random.default_rng(0).integers(0, 255, grey.shape).astype(np.uint8)
    assert follower.follow(noise) is None


def test_an_even_wall_does_not_follow_who_walks_past() -> None:
    random = np.random.default_rng(0)
    room = np.full((120, 200), 180, np.uint8)
    room[100:] = random.integers(60, 120, (20, 200))
    room[:20] = random.integers(60, 120, (20, 200))
    frames = []
    for index in range(2):
        frame = room.copy()
        frame[30:95, 40 + 9 * index : 60 + 9 * index] = random.integers(0, 60, (65, 1))
        frames.append(frame)
    follower = Follower(1, (200, 120))
    follower.follow(frames[0])
    motion = follower.follow(frames[1])
    assert motion is not None
    far = np.s_[40:90, 140:190]
    assert np.abs(motion.back[far]).max() < 1
    assert motion.trust[far].min() > 0.5


def resting(height: int = 96, width: int = 160) -> Motion:
    return Motion(np.zeros((height, width, 2), np.float32), np.ones((height, width), np.float32))


def test_a_cameras_drift_is_taken_off_until_the_eye_is_used_to_it() -> None:
    light, shot = Light(), scene()
    drifted = shot * np.array([1.03, 1.0, 0.98], np.float32)
    light.steadied(shot, None)
    at_once = light.steadied(drifted, resting())
    np.testing.assert_allclose(at_once, shot, rtol=0.01, atol=1e-3)
    for _ in range(120):
        later = light.steadied(drifted, resting())
    np.testing.assert_allclose(later, drifted, rtol=0.01, atol=1e-3)


def test_drift_is_taken_off_up_to_a_limit() -> None:
    light, shot = Light(), scene()
    light.steadied(shot, None)
    for step in range(1, 20):
        shown = light.steadied(shot * np.float32(0.97**step), resting())
    wanted = shot * np.float32(0.97**19)
    assert (wanted / MOST - 1e-6 < shown).all()
    assert (shown < wanted * MOST + 1e-6).all()


@pytest.mark.parametrize("change", [0.6, 1.4])
def test_a_light_that_is_switched_is_seen_at_once(change: float) -> None:
    light, shot = Light(), scene()
    light.steadied(shot, None)
    switched = shot * np.float32(change)
    np.testing.assert_array_equal(light.steadied(switched, resting()), switched)


def test_the_light_of_another_shot_is_not_asked() -> None:
    light, shot = Light(), scene()
    light.steadied(shot, None)
    other = shot * np.float32(1.03)
    np.testing.assert_array_equal(light.steadied(other, None), other)


def test_who_comes_into_the_picture_does_not_change_its_light() -> None:
    light, shot = Light(), scene()
    light.steadied(shot, None)
    entered = shot.copy()
    entered[:, :60] = 0.95
    np.testing.assert_allclose(light.steadied(entered, resting()), entered, rtol=0.005)


def test_in_the_dark_nothing_is_told_of_light() -> None:
    light, black = Light(), np.zeros((24, 40, 3), np.float32)
    light.steadied(black, None)
    np.testing.assert_array_equal(light.steadied(black, resting(24, 40)), black)
    faint = np.full_like(black, 0.05)
    np.testing.assert_array_equal(light.steadied(faint, resting(24, 40)), faint)


def test_two_motions_join_to_one() -> None:
    step = Motion(np.full((20, 30, 2), (2, 1), np.float32), np.full((20, 30), 0.5, np.float32))
    both = joined(step, step)
    np.testing.assert_allclose(both.back[10, 10], (4, 2))
    np.testing.assert_allclose(both.trust[10, 10], 0.25)


def test_areas_are_of_few_inks_with_edges_as_sharp_at_every_size() -> None:
    manner: Manner = read_manner(printed())
    painter = AreaPainter(manner, lambda picture: picture)
    for height in (120, 480):
        even = painted_edges(painter, height)
        assert even > 0.85
        painter = AreaPainter(manner, lambda picture: picture)


def painted_edges(painter: AreaPainter, height: int) -> float:
    """Return the share of the picture that is even."""
    painted = painter.paint(scene(height), None)
    slope = np.abs(np.diff(painted, axis=1)).max(2)
    return float((slope < 0.02).mean())
