"""Sky is found to its edges, and is sure only where it is no wall."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from afterframe_models.motion.sky import Sky, find_sky
from tests.media import shared

Picture = NDArray[np.float32]
WIDTH, HEIGHT = 480, 300


def clouds(seed: int = 1) -> Picture:
    """Return soft noise of several sizes, 0 to 1."""
    noise = np.random.default_rng(seed)
    made = np.zeros((HEIGHT, WIDTH), np.float32)
    for cells in (4, 8, 16, 32):
        rough = noise.standard_normal((cells, cells * 2)).astype(np.float32) / cells
        made += cv2.resize(rough, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    made -= made.min()
    return made / made.max()


def above_hills(sky: Picture) -> Picture:
    """Return a picture whose lower part is rough and dark, with a skyline in waves."""
    across = np.arange(WIDTH)
    skyline = 190 + 20 * np.sin(across / 30) + 8 * np.sin(across / 9)
    ground = np.arange(HEIGHT)[:, None] > skyline
    noise = np.random.default_rng(2).random((HEIGHT, WIDTH, 1)).astype(np.float32)
    return np.where(ground[..., None], 0.2 + 0.15 * noise, sky).astype(np.float32)


def blue_sky() -> Picture:
    share = np.clip(clouds() * 3 - 1.2, 0, 1)[..., None]
    return ((1 - share) * (0.35, 0.55, 0.85) + share * (0.95, 0.95, 0.97)).astype(np.float32)


def overcast_sky() -> Picture:
    return np.repeat(0.68 + 0.3 * (clouds()[..., None] - 0.4), 3, axis=2).clip(0, 1)


def sunset_sky() -> Picture:
    down = np.linspace(0, 1, HEIGHT, dtype=np.float32)[:, None, None]
    light = (1 - down) * (0.35, 0.4, 0.6) + down * (0.98, 0.6, 0.3)
    return (light * (0.8 + 0.3 * clouds()[..., None])).clip(0, 1).astype(np.float32)


def plain_sky() -> Picture:
    down = np.linspace(0, 1, HEIGHT, dtype=np.float32)[:, None, None]
    return ((1 - down) * (0.25, 0.45, 0.8) + down * (0.5, 0.65, 0.9)).astype(np.float32)


def lit_wall() -> Picture:
    """A grey wall, brighter under a lamp, with the shadow of a post, above a floor."""
    y, x = np.mgrid[:HEIGHT, :WIDTH].astype(np.float32)
    light = 0.6 + 0.3 * np.exp(-((x - 300) ** 2 + (y - 60) ** 2) / 30000)
    light[:, 120:150] *= 0.75
    wall = np.repeat(cv2.GaussianBlur(light, (0, 0), 3)[..., None], 3, axis=2)
    noise = np.random.default_rng(4).random((HEIGHT - 200, WIDTH, 1)).astype(np.float32)
    wall[200:] = np.array((0.45, 0.3, 0.2)) + 0.1 * noise
    return wall.astype(np.float32)


def plate() -> Picture:
    """A white plate that fills the frame, with food on it."""
    picture = np.full((HEIGHT, WIDTH, 3), 0.93, np.float32)
    rough = np.random.default_rng(5).random((HEIGHT, WIDTH, 3)).astype(np.float32)
    food = cv2.circle(np.zeros((HEIGHT, WIDTH), np.uint8), (240, 170), 90, 1, -1) > 0
    picture[food] = rough[food] * 0.6
    return picture


def water() -> Picture:
    """Water up to the upper edge: ripples everywhere."""
    ripples = np.random.default_rng(6).random((HEIGHT, WIDTH)).astype(np.float32)
    grey = 0.4 + 0.5 * cv2.GaussianBlur(ripples, (0, 0), 1.5)
    return np.dstack((grey * 0.8, grey, grey * 1.1)).clip(0, 1).astype(np.float32)


@pytest.mark.parametrize(
    ("sky", "kind"),
    [(blue_sky(), "blue"), (overcast_sky(), "overcast"), (sunset_sky(), "sunset")],
    ids=["blue", "overcast", "sunset"],
)
def test_three_skies_are_sure_and_found_down_to_the_hills(sky: Picture, kind: str) -> None:
    found = find_sky(above_hills(sky))
    assert found.kind == kind
    assert found.living
    assert found.mask[:160].mean() > 0.97
    assert found.mask[225:].mean() == 0


def test_a_sky_without_clouds_is_sure_and_does_not_live() -> None:
    found = find_sky(above_hills(plain_sky()))
    assert found.is_sure
    assert not found.living


@pytest.mark.parametrize("picture", [lit_wall, plate, water])
def test_walls_plates_and_water_are_not_surely_sky(picture: object) -> None:
    assert callable(picture)
    assert not find_sky(picture()).is_sure


@pytest.mark.parametrize("level", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("size", [(1, 1), (16, 16), (90, 160)])
def test_a_picture_of_one_colour_has_no_sure_sky(level: float, size: tuple[int, int]) -> None:
    found = find_sky(np.full((*size, 3), level, np.float32))
    assert not found.is_sure
    assert found.mask.shape == size


def real(name: str) -> Sky:
    picture = cv2.imread(str(shared(f"photo/{name}")))
    assert picture is not None
    scale = 480 / max(picture.shape[:2])
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return find_sky(np.ascontiguousarray(small[..., ::-1]).astype(np.float32) / np.float32(255))


def test_the_clouds_about_the_dinosaur_live_down_to_the_lower_edge_and_it_does_not() -> None:
    found = real("dino.jpg")
    height, width = found.mask.shape
    assert (found.kind, found.living) == ("blue", True)
    assert found.mask[:, : width // 4].mean() > 0.99
    assert found.mask[height // 2, int(width * 0.6)] == 0


def test_the_sky_of_a_town_is_sure_and_plain_and_ends_at_the_roofs() -> None:
    found = real("tuebingen.jpg")
    assert (found.kind, found.living) == ("blue", False)
    assert found.mask[:60, 150:300].mean() > 0.98
    assert found.mask[250:].mean() == 0


@pytest.mark.parametrize("name", ["amber.jpg", "astronaut.png", "chelsea.png"])
def test_a_door_a_studio_and_a_cat_have_no_sky(name: str) -> None:
    assert not real(name).is_sure
