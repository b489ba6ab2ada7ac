"""The bundle for helpers: it says what matters, and nothing of the user's own."""

from __future__ import annotations

import json
import socket
import zipfile
from fractions import Fraction
from pathlib import Path

import pytest

from afterframe.cli import bundle
from afterframe.cli.main import main
from afterframe.cli.redact import Redactor, words_of_jobs
from afterframe.errors import NotWritable, OutputExists
from afterframe.service.queue import Queue
from afterframe_hosts.wire.clip import Clip, Media, Span
from afterframe_hosts.wire.job import Job, Output

HOST = "ottilies-cutting-room"
PROMPT = "the mayor falls off his horse"
TOKEN = "Zk3vJ9aQ7mB5xC1nL8pR2tW6yE4uH0sDfGqT"
SECRETS = (
    "ottilie", HOST, "cutting-room", PROMPT, "mayor", TOKEN, "projekt_x", "Projekt X",
    "wahlkampf", "Geheim Kunde", "geheim-kunde", "interview_03", "ottilie@studio.example",
)  # fmt: skip


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home of a user with a queue, logs and an engine that are full of what is theirs."""
    home = tmp_path / "ottilie"
    for name, place in {
        "HOME": home,
        "USERPROFILE": home,
        "XDG_STATE_HOME": home / "state",
        "XDG_CONFIG_HOME": home / "config",
        "XDG_DATA_HOME": home / "data",
        "AFTERFRAME_STATE": home / "state" / "afterframe",
    }.items():
        monkeypatch.setenv(name, str(place))
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(name, "ottilie")
    monkeypatch.setattr(socket, "gethostname", lambda: f"{HOST}.studio.example")
    _fill(home)
    return home


def _fill(home: Path) -> None:
    job = Job(
        "0" * 32,
        "generate",
        Clip(
            "interview_03",
            Media("movie", "/Volumes/Geheim Kunde/projekt_x/interview_03.mov"),
            Span(0, 10),
            Span(0, 10),
            Fraction(25),
            document=str(home / "projekt_x" / "cut v2.otio"),
        ),
        Output(str(home / "wahlkampf")),
        parameters={"prompt": PROMPT},
        engine="motion",
    )
    state = home / "state" / "afterframe"
    (state / "logs").mkdir(parents=True)
    queue = Queue(state / "queue.sqlite3", "boot")
    queue.submit(job, job, "render")
    queue.close()
    (state / "logs" / "service.log").write_text(
        f"2026-11-21 10:00:00 INFO listens on port 4711, process 12\n"
        f"job {job.id} failed: {job.clip.media.path} is not there.\n"
        f"not understood: '{PROMPT}' of {home}/wahlkampf/cut v2.otio by ottilie\n"
        f"refused: Bearer {TOKEN} from {HOST}\n"
        f'FileNotFoundError: [Errno 2] No such file: "/srv/Projekt X/reel 1/a b.mxf"\n'
        f"ffmpeg: /srv/Projekt X/reel 1/a b.mxf: moov atom not found\n"
        rf"C:\\Users\\ottilie\\Projekt X\\clip.png or C:\Users\ottilie\Projekt X\clip.png"
        "\n"
        f"GET /v1/jobs broke, ask ottilie@studio.example\n",
        "utf-8",
    )
    install = home / "data" / "afterframe" / "engine" / "logs"
    install.mkdir(parents=True)
    (install / "0.1.0-aaaa.log").write_text(
        f"$ {home}/data/afterframe/engine/0.1.0-aaaa/bin/python -I -m pip install\n"
        "Looking in indexes: https://ottilie:pw@wheels.geheim-kunde.example/simple\n"
        "Looking in indexes: https://download.pytorch.org/whl/cpu\n",
        "utf-8",
    )
    (home / "config" / "afterframe").mkdir(parents=True)
    python = home / "data" / "afterframe" / "engine" / "0.1.0-aaaa" / "bin" / "python"
    record = {"schema": 1, "version": "0.1.0", "python": str(python), "engine": "0.1.0-aaaa"}
    (home / "config" / "afterframe" / "engine.json").write_text(json.dumps(record), "utf-8")


def read(path: Path) -> dict[str, str]:
    with zipfile.ZipFile(path) as zipped:
        return {name: zipped.read(name).decode("utf-8") for name in zipped.namelist()}


def test_nothing_of_the_users_own_is_in_it(home: Path, tmp_path: Path) -> None:
    findings = [{"what": "Blender", "state": f"5.2 ({home}/blender/blender)", "advice": ""}]
    names = bundle.write(tmp_path / "help.zip", findings)
    texts = read(tmp_path / "help.zip")
    assert list(texts) == names
    for name, text in texts.items():
        for secret in (*SECRETS, str(home), str(tmp_path)):
            assert secret.lower() not in text.lower(), (name, secret, text)


def test_what_a_helper_needs_is_in_it(home: Path, tmp_path: Path) -> None:
    bundle.write(tmp_path / "help.zip", [{"what": "Disk", "state": "1 GB", "advice": "free some"}])
    texts = read(tmp_path / "help.zip")
    log = texts["logs/service.log"]
    assert "listens on port 4711, process 12" in log
    assert f"job {'0' * 32} failed: " in log
    assert "moov atom not found" in log
    assert "GET /v1/jobs broke" in log
    install = texts["logs/0.1.0-aaaa.log"]
    assert "<data>/engine/0.1.0-aaaa/bin/python -I -m pip install" in install
    assert "https://download.pytorch.org/whl/cpu" in install
    assert json.loads(texts["engine.json"])["version"] == "0.1.0"
    assert json.loads(texts["doctor.json"])[0]["advice"] == "free some"
    assert json.loads(texts["versions.json"])["packages"]["numpy"]
    queue = json.loads(texts["queue.json"])
    assert queue["jobs"] == 1
    assert queue["state"] == {"queued": 1}
    assert queue["kind"] == {"generate with motion": 1}
    assert "README.txt" in texts


def test_a_user_without_anything_gets_one_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AFTERFRAME_STATE", "XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    assert "queue.json" in bundle.write(tmp_path / "help.zip", [])


@pytest.mark.parametrize("damage", ["no database at all", ""])
def test_a_queue_that_cannot_be_read_is_told_and_the_rest_is_there(
    home: Path, tmp_path: Path, damage: str
) -> None:
    (home / "state" / "afterframe" / "queue.sqlite3").write_text(damage)
    bundle.write(tmp_path / "help.zip", [])
    texts = read(tmp_path / "help.zip")
    assert "unreadable" in json.loads(texts["queue.json"])
    assert "interview_03.mov" not in texts["logs/service.log"]
    assert "ottilie" not in texts["logs/service.log"]


def test_a_file_that_is_there_stays_as_it_is(home: Path, tmp_path: Path) -> None:
    (tmp_path / "help.zip").write_text("mine")
    with pytest.raises(OutputExists):
        bundle.write(tmp_path / "help.zip", [])
    assert (tmp_path / "help.zip").read_text() == "mine"
    with pytest.raises(NotWritable):
        bundle.write(tmp_path / "gone" / "help.zip", [])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["help.zip", "ottilie"]


def test_the_command_says_what_is_in_it(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["doctor", "--bundle", str(tmp_path / "help.zip")]) == 0
    said = capsys.readouterr().out
    assert "logs/service.log" in said
    assert "nothing was sent" in said
    assert said.splitlines()[-1] == str(tmp_path / "help.zip")


@pytest.mark.parametrize(
    "text",
    [
        "engine motion, version 0.1.0, 25 fps, 1920x1080",
        "av 18.1.0 and/or numpy 2.4.6; state: queued -> running",
        "GET /v1/jobs/00ff, POST /v1/stop?drain=1",
        "https://download.pytorch.org/whl/cu130",
        '{"rate": "24000/1001"}',
    ],
)
def test_what_is_nobodys_own_stays_as_it_is(text: str) -> None:
    assert Redactor({}).clean(text) == text


def test_a_short_word_of_a_job_does_not_eat_the_text() -> None:
    words = words_of_jobs([json.dumps({"parameters": {"prompt": "in"}, "effect": "generate"})])
    assert Redactor(words).clean("generate in 3 s") == "generate in 3 s"


@pytest.mark.parametrize(("text", "left"), [
    ("geheim.fcpxmld, geheim.otiod", "<file>.fcpxmld, <file>.otiod"),
    ("geheim.m2ts geheim.heic geheim.MPG", "<file>.m2ts <file>.heic <file>.MPG"),
    ("../geheim/sub/a.mov", "<file>.mov"), (r"geheim\sub\a.mov", "<file>.mov"),
    ("<home>/a.mov", "<home>/<file>.mov"), ("token=kJ8x", "token=<token>"),
    ('{"token": "kJ8x"}', '{"token": "<token>"}'), ("geheim-nas.local:80", "<machine>:80"),
    ("a" * 100_000, "a" * 100_000),
])  # fmt: skip
def test_what_looks_like_the_users_own_is_replaced(text: str, left: str) -> None:
    assert Redactor({}).clean(text) == left
