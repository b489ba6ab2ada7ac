"""The camera shows no border, starts or ends at the source, and moves more the more is asked."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from afterframe.imaging.warp import plane_map, warp_planes
from afterframe_models.motion.camera import Camera, Move

WIDTH, HEIGHT, STEP = 320, 180, 4
MOVES = {
    "pan left": Move(pan_x=-1),
    "pan right": Move(pan_x=1),
    "pan up": Move(pan_y=1),
    "pan down": Move(pan_y=-1),
    "zoom in": Move(zoom=1),
    "zoom out": Move(zoom=-1),
    "roll clockwise": Move(roll=1),
    "roll anticlockwise": Move(roll=-1),
    "dolly in": Move(dolly=1),
    "dolly out": Move(dolly=-1),
    "handheld": Move(handheld=1),
    "vertigo": Move(dolly=1, zoom=-1),
    "all": Move(1, -1, 0.4, -1, 0.7, 1),
    "all out": Move(-1, 1, -0.4, 1, -0.7, 1),
}


def hard_depth() -> NDArray[np.float32]:
    """A near disc, a near bar that touches the border and a slope: edges of every direction."""
    depth = np.linspace(0, 0.5, HEIGHT // STEP, dtype=np.float32)[:, None] * np.ones(
        (1, WIDTH // STEP), np.float32
    )
    cv2.circle(depth, (30, 18), 9, 1.0, -1)
    cv2.rectangle(depth, (62, 0), (70, 44), 0.8, -1)
    return depth


def camera(move: Move, strength: float = 10, seed: int = 7, seconds: float = 4) -> Camera:
    return Camera(
        hard_depth(), WIDTH, HEIGHT, STEP, move, strength=strength, seed=seed, seconds=seconds
    )


def random_moves(count: int) -> list[Move]:
    noise = np.random.default_rng(5)
    return [Move(*map(float, noise.uniform(-1, 1, 5)), handheld=k % 2) for k in range(count)]


@pytest.mark.parametrize("strength", [1, 5, 10])
@pytest.mark.parametrize("move", [*MOVES.values(), *random_moves(12)])
def test_every_sample_lies_inside_the_picture(move: Move, strength: float) -> None:
    shot = camera(move, strength)
    for time in np.linspace(0, 1, 13):
        where = plane_map(shot.map_at(float(time)))
        assert where.min() >= -1e-3
        assert where[..., 0].max() <= WIDTH - 1 + 1e-3
        assert where[..., 1].max() <= HEIGHT - 1 + 1e-3


@pytest.mark.parametrize("move", MOVES.values())
def test_a_picture_of_its_own_places_shows_no_continued_edge(move: Move) -> None:
    """Were anything taken from beyond the edge, its last column or row would be seen repeated."""
    columns = np.tile(np.arange(WIDTH, dtype=np.float32), (HEIGHT, 1))
    rows = np.tile(np.arange(HEIGHT, dtype=np.float32)[:, None], (1, WIDTH))
    x, y = warp_planes([columns, rows], camera(move).map_at(0.9))
    for seen, last, axis in ((x, WIDTH - 1, 1), (y, HEIGHT - 1, 0)):
        for edge in (0, last):
            assert (np.abs(seen - edge) < 1e-3).sum(axis=axis).max() <= 1


@pytest.mark.parametrize("move", [*MOVES.values(), *random_moves(12)])
def test_the_map_never_folds(move: Move) -> None:
    shot = camera(move)
    for time in (0.1, 0.4, 0.7, 1.0):
        where = plane_map(shot.map_at(time))
        across, down = np.diff(where, axis=1)[:-1], np.diff(where, axis=0)[:, :-1]
        area = across[..., 0] * down[..., 1] - across[..., 1] * down[..., 0]
        assert area.min() > 0


@pytest.mark.parametrize("move", MOVES.values())
def test_a_clip_starts_at_the_source_or_when_it_goes_out_ends_there(move: Move) -> None:
    picture = np.random.default_rng(1).integers(0, 256, (HEIGHT, WIDTH), np.uint8)
    at_rest, other = (1.0, 0.0) if move.goes_out else (0.0, 1.0)
    shot = camera(move)
    np.testing.assert_array_equal(warp_planes([picture], shot.map_at(at_rest))[0], picture)
    assert (warp_planes([picture], shot.map_at(other))[0] != picture).mean() > 0.5


@pytest.mark.parametrize("name", MOVES)
def test_more_strength_is_more_motion_at_every_step(name: str) -> None:
    travelled = [travel(camera(MOVES[name], strength)) for strength in range(1, 11)]
    assert (np.diff(travelled) > 0).all()
    assert travelled[-1] >= 6 * travelled[0]


def travel(shot: Camera) -> float:
    """Return the mean way of a place over the clip, in pixels."""
    maps = [plane_map(shot.map_at(float(time))) for time in np.linspace(0, 1, 7)]
    steps = [np.linalg.norm(b - a, axis=2).mean() for a, b in pairwise(maps)]
    return float(sum(steps))


@pytest.mark.parametrize(
    ("move", "expected"),
    [
        (Move(pan_x=-1), (-1, 0)),
        (Move(pan_x=1), (1, 0)),
        (Move(pan_y=1), (0, -1)),
        (Move(pan_y=-1), (0, 1)),
    ],
)
def test_a_pan_looks_where_it_says(move: Move, expected: tuple[int, int]) -> None:
    where = plane_map(camera(move).map_at(1.0))
    seen = where.mean(axis=(0, 1)) - ((WIDTH - 1) / 2, (HEIGHT - 1) / 2)
    assert float(seen @ expected) > 5
    assert abs(float(seen @ expected[::-1])) < 1.5


@pytest.mark.parametrize("axis", ["zoom", "dolly"])
def test_in_ends_tighter_and_out_starts_tighter(axis: str) -> None:
    def seen(shot: Camera, time: float) -> float:
        where = plane_map(shot.map_at(time))
        return float(np.ptp(where[HEIGHT // 2, :, 0])) / (WIDTH - 1)

    inwards, outwards = camera(Move(**{axis: 1.0})), camera(Move(**{axis: -1.0}))
    assert seen(inwards, 0.0) == pytest.approx(1)
    assert seen(inwards, 1.0) < 0.85
    assert seen(outwards, 0.0) < 0.85
    assert seen(outwards, 1.0) == pytest.approx(1)


def test_a_camera_that_rolls_clockwise_turns_the_picture_anticlockwise() -> None:
    where = plane_map(camera(Move(roll=1)).map_at(1.0))
    to_the_right = where[HEIGHT // 2, -1] - where[HEIGHT // 2, 0]
    assert to_the_right[1] > 5  # what stands right in the made picture came from lower down


def test_dolly_moves_near_matter_more_than_far_and_zoom_all_alike() -> None:
    dolly = plane_map(camera(Move(dolly=1)).map_at(1.0))
    zoom = plane_map(camera(Move(zoom=1)).map_at(1.0))
    near, far = np.s_[100:110, 180:200], np.s_[10:20, 180:200]

    def scale(where: NDArray[np.float32], part: tuple[slice, slice]) -> float:
        return float(np.diff(where[part][..., 0], axis=1).mean())

    assert scale(dolly, near) < scale(dolly, far) - 0.03
    assert scale(zoom, near) == pytest.approx(scale(zoom, far), abs=0.01)


def test_the_cover_is_no_larger_than_it_must_be() -> None:
    where = plane_map(camera(Move(pan_x=1)).map_at(1.0))
    assert WIDTH - 1 - where[..., 0].max() < 1.5


def test_the_framing_tightens_evenly_and_the_move_eases_in_and_out() -> None:
    shot = camera(Move(pan_x=1))
    way = [float(plane_map(shot.map_at(float(t)))[90, 20, 0]) for t in np.linspace(0, 1, 41)]
    speed = np.diff(way)
    assert (speed > -0.02).all()
    assert speed[0] < 0.25 * speed.max()
    assert speed[-1] < 0.25 * speed.max()


def test_the_seed_chooses_the_path_and_nothing_else_does() -> None:
    def nodes(seed: int) -> NDArray[np.float32]:
        return camera(Move(zoom=1), seed=seed).map_at(0.5).nodes

    np.testing.assert_array_equal(nodes(1), nodes(1))
    apart = np.abs(nodes(1) - nodes(2)).max()
    assert 0.05 < apart < 0.02 * WIDTH


def test_a_short_clip_travels_less_but_faster() -> None:
    whole, short = travel(camera(Move(zoom=1))), travel(camera(Move(zoom=1), seconds=1))
    assert whole / 4 < short < whole


def test_still_is_still() -> None:
    shot = camera(Move())
    np.testing.assert_array_equal(shot.map_at(0.0).nodes, shot.map_at(0.6).nodes)
