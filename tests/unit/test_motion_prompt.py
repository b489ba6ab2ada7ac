"""Words become moves, what is not understood is handed back, and what is set wins."""

from __future__ import annotations

import pytest

from afterframe_models.motion.camera import Move
from afterframe_models.motion.prompt import (
    DEFAULT_MOVE,
    DEFAULT_WITHOUT_DEPTH,
    choose_move,
    read_prompt,
)
from afterframe_models.motion.words import SENSES

Moves = dict[str, float]

MOVES: list[tuple[str, Moves]] = [
    ("slow zoom in", {"zoom": 0.3}),
    ("Slow Zoom In.", {"zoom": 0.3}),
    ("zoom  in", {"zoom": 0.6}),
    ("zoom", {"zoom": 0.6}),
    ("zoom out very quickly", {"zoom": -1.0}),
    ("zooms out, slightly", {"zoom": -0.2}),
    ("close-up", {"zoom": 0.6}),
    ("pan left", {"pan_x": -0.6}),
    ("pan to the right slowly", {"pan_x": 0.3}),
    ("the camera pans upwards", {"pan_y": 0.6}),
    ("tilt down a little", {"pan_y": -0.4}),
    ("crane up", {"pan_y": 0.6}),
    ("look left", {"pan_x": -0.6}),
    ("pan", {"pan_x": 0.6}),
    ("pan left and up", {"pan_x": -0.6, "pan_y": 0.6}),
    ("keep walking forward", {"dolly": 0.6}),
    ("walk towards the house", {"dolly": 0.6}),
    ("the camera moves forward through the forest", {"dolly": 0.6}),
    ("move closer", {"dolly": 0.6}),
    ("push in", {"dolly": 0.6}),
    ("very slow pull back", {"dolly": -0.2}),
    ("cinematic slow dolly-in", {"dolly": 0.3}),
    ("dolly out fast", {"dolly": -0.9}),
    ("forward", {"dolly": 0.6}),
    ("rotate clockwise", {"roll": 0.6}),
    ("gently rotate counter-clockwise", {"roll": -0.3}),
    ("roll left", {"roll": -0.6}),
    ("spin", {"roll": 0.6}),
    ("dolly zoom", {"dolly": 0.6, "zoom": -0.6}),
    ("hand-held camera", {"handheld": 0.6}),
    ("handheld, pan right slowly", {"handheld": 0.6, "pan_x": 0.3}),
    ("pan left and zoom in slowly", {"pan_x": -0.3, "zoom": 0.3}),
    ("slowly pan left and zoom in", {"pan_x": -0.3, "zoom": 0.3}),
    ("pan left, zoom in slowly", {"pan_x": -0.6, "zoom": 0.3}),
    ("tilt up then pan right", {"pan_y": 0.6, "pan_x": 0.6}),
    ("don't zoom and pan left", {"pan_x": -0.6}),
    ("pan left but do not zoom", {"pan_x": -0.6}),
    ("no roll; dolly in", {"dolly": 0.6}),
    ("镜头推进", {"dolly": 0.6}),
    ("缓慢推进", {"dolly": 0.3}),
    ("镜头向前推进", {"dolly": 0.6}),
    ("继续往前走", {"dolly": 0.6}),
    ("向后退", {"dolly": -0.6}),
    ("镜头后拉", {"dolly": -0.6}),
    ("拉远", {"zoom": -0.6}),
    ("非常缓慢地拉近", {"zoom": 0.2}),
    ("快速放大", {"zoom": 0.9}),
    ("缩小一点", {"zoom": -0.4}),
    ("缓慢向左平移", {"pan_x": -0.3}),
    ("镜头右移", {"pan_x": 0.6}),
    ("镜头从左到右移动", {"pan_x": 0.6}),
    ("镜头缓缓上升", {"pan_y": 0.3}),
    ("向下摇镜头", {"pan_y": -0.6}),
    ("旋转", {"roll": 0.6}),
    ("逆时针旋转", {"roll": -0.6}),
    ("手持镜头", {"handheld": 0.6}),
    ("镜头向右摇，同时放大", {"pan_x": 0.6, "zoom": 0.6}),
    ("不要缩放，向左平移", {"pan_x": -0.6}),
    ("slow zoom in，然后向左平移", {"zoom": 0.3, "pan_x": -0.6}),
    ("", {}),
    ("a cat", {}),
    ("birds fly to the left", {}),
    ("the wheel rotates clockwise", {}),
    ("一个男人向左走", {}),
    ("still water", {}),
    ("晚上的海面", {}),
]


@pytest.mark.parametrize(("prompt", "expected"), MOVES)
def test_words_become_moves(prompt: str, expected: Moves) -> None:
    reading = read_prompt(prompt)
    assert {each.axis: each.amount for each in reading.moves} == expected
    assert not reading.still


FLOWS: list[tuple[str, str, str, float]] = [
    ("clouds drift left", "sky", "left", 0.6),
    ("The clouds slowly drift to the left.", "sky", "left", 0.3),
    ("fast moving clouds", "sky", "", 0.9),
    ("water flows", "water", "", 0.6),
    ("flowing water", "water", "", 0.6),
    ("zoom in while the water flows to the right", "water", "right", 0.6),
    ("camera pans left over flowing water", "water", "", 0.6),
    ("smoke rises", "smoke", "up", 0.6),
    ("rising steam", "smoke", "up", 0.6),
    ("rain falls", "water", "down", 0.6),
    ("leaves sway in the wind", "leaves", "", 0.6),
    ("gently swaying grass", "leaves", "", 0.3),
    ("云向左飘", "sky", "left", 0.6),
    ("白云缓缓飘动，镜头推进", "sky", "", 0.3),
    ("河水向右流动", "water", "right", 0.6),
    ("炊烟袅袅升起", "smoke", "up", 0.6),
    ("树叶随风摇曳", "leaves", "", 0.6),
]


@pytest.mark.parametrize(("prompt", "matter", "way", "amount"), FLOWS)
def test_words_become_flows(prompt: str, matter: str, way: str, amount: float) -> None:
    (flow,) = read_prompt(prompt).flows
    assert (flow.matter, flow.way, flow.amount) == (matter, way, amount)
    assert flow.words in prompt


def test_matter_moves_and_the_camera_does_as_it_is_told() -> None:
    reading = read_prompt("pan left, clouds drift right")
    assert [each.name for each in reading.moves] == ["pan_left"]
    assert [(flow.matter, flow.way) for flow in reading.flows] == [("sky", "right")]
    assert reading.rest == ()


@pytest.mark.parametrize(
    "prompt",
    ["still water", "a lake with trees", "walk towards the river", "birds fly over the sea",
     "move the camera to the trees", "waves", "晚上的海面", "天空"],
)  # fmt: skip
def test_matter_that_is_only_named_does_not_flow(prompt: str) -> None:
    assert read_prompt(prompt).flows == ()


@pytest.mark.parametrize(
    "prompt", ["the clouds don't move", "no moving clouds", "the sky is still", "云不要动"]
)
def test_matter_that_is_to_stand_still_is_forbidden_to_move(prompt: str) -> None:
    assert read_prompt(prompt).forbidden == {"sky"}


@pytest.mark.parametrize(
    "prompt",
    [
        "static",
        "still",
        "Static shot, tripod",
        "locked-off camera",
        "no camera movement",
        "don't move the camera",
        "Don’t move",
        "静止",
        "固定镜头",
        "不要移动",
        "不要动",
        "别动",
        "保持不动",
        "镜头不要动",
        "请不要动镜头",
        "不要让镜头动",
    ],
)
def test_the_camera_can_be_asked_to_stand_still(prompt: str) -> None:
    reading = read_prompt(prompt)
    assert reading.still
    assert choose_move(reading, Move()).is_still


@pytest.mark.parametrize(
    ("prompt", "forbidden"),
    [
        ("don't zoom", {"zoom"}),
        ("no pan", {"pan_x", "pan_y"}),
        ("no pan or zoom", {"pan_x", "pan_y", "zoom"}),
        ("no pan, zoom or roll", {"pan_x", "pan_y", "zoom", "roll"}),
        ("do not dolly and zoom", {"dolly", "zoom"}),
        ("without rotation", {"roll"}),
        ("don't zoom in", {"zoom"}),
        ("不要推进", {"dolly"}),
        ("不要缩放", {"zoom"}),
        ("不要旋转也不要平移", {"roll", "pan_x", "pan_y"}),
        ("pan left, but never zoom in", {"zoom"}),
    ],
)
def test_what_is_refused_is_not_done(prompt: str, forbidden: set[str]) -> None:
    reading = read_prompt(prompt)
    assert reading.forbidden == forbidden
    move = choose_move(reading, Move())
    assert not any(getattr(move, axis) for axis in forbidden)


@pytest.mark.parametrize(
    ("prompt", "rest"),
    [
        ("birds fly", ("birds fly",)),
        ("zoom in on the face", ("face",)),
        ("dolly in, birds fly over the sea", ("birds fly over the sea",)),
        ("zoom out to reveal the city", ("city",)),
        ("orbit around the statue", ("orbit around the statue",)),
        ("pull focus", ("pull focus",)),
        ("no people", ("no people",)),
        ("不要动物", ("不要动物",)),
        ("pan left then pan right", ("pan right",)),
        ("晚上的海面，镜头拉近", ("晚上的海面",)),
        ("slow zoom in", ()),
        ("please keep the camera moving forward slowly", ()),
    ],
)
def test_what_is_not_understood_is_handed_back(prompt: str, rest: tuple[str, ...]) -> None:
    assert read_prompt(prompt).rest == rest


def test_the_words_of_a_move_are_said_back_as_written() -> None:
    reading = read_prompt("Slowly Pan LEFT, 镜头缓慢推进")
    assert [(each.name, each.words) for each in reading.moves] == [
        ("pan_left", "Slowly Pan LEFT"),
        ("dolly_in", "缓慢推进"),
    ]


def test_what_is_set_wins_over_the_prompt_axis_by_axis() -> None:
    reading = read_prompt("slow zoom in and pan left")
    assert choose_move(reading, Move(zoom=-0.8)) == Move(zoom=-0.8, pan_x=-0.3)
    assert choose_move(read_prompt("static"), Move(roll=0.2)) == Move(roll=0.2)
    assert choose_move(read_prompt("no zoom"), Move(zoom=0.5)) == Move(zoom=0.5)


def test_without_a_word_about_it_the_camera_goes_calmly_forward() -> None:
    assert choose_move(read_prompt("a lovely morning"), Move()) == DEFAULT_MOVE
    assert choose_move(read_prompt("no zoom"), Move()) == DEFAULT_WITHOUT_DEPTH
    assert choose_move(read_prompt("no zoom, no pan"), Move()).is_still


def test_a_long_text_is_read_in_time() -> None:
    assert len(read_prompt("birds fly, " * 180).rest) == 180


@pytest.mark.parametrize("phrase", SENSES)
def test_no_phrase_alone_breaks_the_reading(phrase: str) -> None:
    choose_move(read_prompt(phrase), Move())
