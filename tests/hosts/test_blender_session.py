"""A running Blender is asked through the service: what is selected, a picture, show me that."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from afterframe.sample.movie import write_movie
from afterframe_hosts.wire import codec, discovery
from afterframe_hosts.wire.client import Client
from afterframe_hosts.wire.clip import Clip
from tests.hosts.blenders import SCRIPTS, VERSIONS, clean_environment, python_of, run_script
from tests.hosts.pictures import read_picture

pytestmark = [pytest.mark.hosts, pytest.mark.slow]


@pytest.fixture(params=VERSIONS)
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    monkeypatch.setenv("AFTERFRAME_STATE", str(tmp_path / "state"))
    found = discovery.connect()
    yield found
    found.stop()


@pytest.fixture
def blender(version: str, tmp_path: Path, client: Client) -> Iterator[str]:
    """A Blender that listens; its session's id."""
    write_movie(tmp_path / "look.mov", (320, 180), 12)
    blend, stop = tmp_path / "cut.blend", tmp_path / "stop"
    run_script(version, "make_batch_project.py", tmp_path, tmp_path, blend)
    scripts = map(str, (python_of(version), SCRIPTS / "launch.py", SCRIPTS / "listen.py"))
    paths = map(str, (blend, stop, tmp_path / "answer.json"))
    process = subprocess.Popen(
        [*scripts, *paths],
        env=clean_environment(tmp_path),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
    )
    try:
        yield _wait_for_session(client)
    finally:
        stop.touch()
        process.wait(30)


def test_a_running_blender_answers(blender: str, client: Client, tmp_path: Path) -> None:
    (session,) = client.sessions()
    assert (session.host, session.document) == ("blender", str(tmp_path / "cut.blend"))

    selection = _ask(client, blender, "selection")
    assert selection["playhead"] == 7
    clips = {clip.name: clip for clip in _clips(selection)}
    assert set(clips) == {"look.mov", "turned", "strobed", "gone"}

    folder = tmp_path / "Afterframe" / "pictures"
    folder.mkdir(parents=True)
    frames = {"start": 208, "duration": 1}
    strobed = codec.dump(clips["strobed"])
    asked = {"clip": strobed, "frames": frames, "folder": str(folder)}
    captured = codec.load(Clip, _ask(client, blender, "capture", asked)["clip"])
    assert read_picture(captured.media.path).shape[:2] == (180, 320)

    assert _ask(client, blender, "reveal", {"item": clips["turned"].item}) == {}
    assert _ask(client, blender, "selection")["playhead"] == 101


@pytest.mark.parametrize("version", ["5.2.3"], indirect=True)
def test_what_cannot_be_done_is_told_by_its_code(
    blender: str, client: Client, tmp_path: Path
) -> None:
    clips = {clip.name: clip for clip in _clips(_ask(client, blender, "selection"))}
    gone = {"clip": codec.dump(clips["gone"]), "frames": {"start": 301, "duration": 1}}
    for action, arguments, code in (
        ("reveal", {"item": '["Scene", "nobody"]'}, "item_gone"),
        ("reveal", {"item": "nonsense"}, "item_gone"),
        ("capture", {}, "bad_message"),
        ("capture", {**gone, "folder": str(tmp_path / "Afterframe")}, "media_missing"),
        ("capture", {**gone, "folder": str(tmp_path)}, "path_not_permitted"),
    ):
        answer = client.ask(blender, action, arguments)  # type: ignore[arg-type]
        assert answer.error is not None
        assert answer.error.code == code


def _wait_for_session(client: Client) -> str:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        for session in client.sessions():
            return session.id
        time.sleep(0.1)
    raise AssertionError("Blender did not register")


def _ask(client: Client, session: str, action: Any, arguments: Any = None) -> Any:
    answer = client.ask(session, action, arguments)
    assert answer.error is None, answer.error
    return answer.value


def _clips(selection: Any) -> list[Clip]:
    return [codec.load(Clip, clip) for clip in selection["clips"]]
