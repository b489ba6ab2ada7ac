"""Requests that nobody would send, to a real service: refused with a reason, and nothing else.

Schemathesis makes them from the service's own OpenAPI document: such as fit it, and such as break
it at one place. Every one is sent a second time with a wrong token.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import jsonschema_rs
import psutil
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.generation import GenerationMode

from afterframe_hosts.wire.client import Client
from afterframe_hosts.wire.clip import Clip, Media, Span
from afterframe_hosts.wire.job import Job, Output, new_id
from afterframe_hosts.wire.session import HostSession

from .conftest import serving, wait_for

DOCUMENT = json.loads(
    (Path(__file__).resolve().parents[1] / "golden" / "service_openapi.json").read_text()
)
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
OPERATIONS = {each.ok().label: each.ok() for each in SCHEMA.get_all_operations()}
SHORT, LONG = 14, 140
"""Requests to each operation of each kind: 18 operations, two kinds, each with and without right:
a thousand in the suite, ten thousand in the long form."""
ENDING = "POST /v1/stop"
KNOWN = "0123456789abcdef0123456789abcdef"
"""Id of a job and of a session that there are."""
SECRET = "the inside of a file that no route serves"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Client, Path]]:
    """A service for the whole file, whose jobs all fail without writing anything."""
    folder = tmp_path_factory.mktemp("fuzz")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STANDIN_IDLE", "1")
        with serving(folder / "state") as client:
            for name in ("secret.txt", "jobs/secret.txt"):
                (folder / "state" / name).parent.mkdir(exist_ok=True)
                (folder / "state" / name).write_text(SECRET)
            client.submit(a_job(KNOWN, folder))
            client.register(HostSession(KNOWN, "blender", "5.0", "/x.blend", "", ("selection",)))
            yield client, folder


def a_job(job: str, folder: Path) -> Job:
    span, media = Span(0, 48), Media("movie", "/media/shot.mov")
    clip = Clip("shot", media, span, span, Fraction(24))
    return Job(job, "retime", clip, Output(path=str(folder / "out" / "x.mov")))


class Judge:
    """Sends cases and looks at what comes back."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.base = f"http://127.0.0.1:{client.endpoint.port}"
        self.answers: Counter[int] = Counter()
        self._cases = 0
        self._error = _validator("ErrorInfo")

    def judge(self, case: schemathesis.Case) -> None:
        self._aim(case)
        wrong = self._send(case, {"Authorization": "Bearer wrong"})
        assert wrong.status_code in (401, 403), wrong.text
        if case.operation.label == ENDING:
            return
        answer = self._send(case, {"Authorization": f"Bearer {self.client.endpoint.token}"})
        self.answers[answer.status_code] += 1
        text = "" if _endless(answer) else answer.text
        assert answer.status_code < 500 or answer.status_code == 504, text
        assert SECRET not in text
        if answer.status_code >= 400:
            told = json.loads(text)
            assert self._error.is_valid(told)
            assert told["message"]

    def _aim(self, case: schemathesis.Case) -> None:
        """Let every second case meet a job and a session that there are, and nothing wait long."""
        self._cases += 1
        for name in ("job", "session"):
            if self._cases % 2 and name in case.path_parameters:
                case.path_parameters[name] = KNOWN
                if case.method == "PUT" and isinstance(case.body, dict):
                    case.body["id"] = KNOWN
        if case.operation.path.endswith("/requests"):
            case.query = _hasty(case.query, "wait")
        elif case.operation.path.endswith("/ask"):
            case.body = _hasty(case.body, "timeout")

    def _send(self, case: schemathesis.Case, right: dict[str, str]) -> requests.Response:
        stream = case.operation.path == "/v1/events"
        given = case.as_transport_kwargs(base_url=self.base)
        given["headers"] = {**dict(given.get("headers") or {}), **right}
        given.pop("cookies", None)
        with requests.Session() as session:
            answer = session.request(**given, timeout=10, stream=stream, allow_redirects=False)
            if _endless(answer):
                answer.close()
            return answer


def _hasty(value: Any, name: str) -> Any:
    """Return a query or a body with seconds that are few, where they are seconds at all."""
    if not isinstance(value, dict) or not isinstance(value.get(name, 0), (int, float)):
        return value
    return {**value, name: min(value.get(name, 0.05), 0.05)}


def _endless(answer: requests.Response) -> bool:
    return answer.headers.get("Content-Type", "").startswith("text/event-stream")


def _validator(name: str) -> Any:
    schemas = DOCUMENT["components"]["schemas"]
    whole = {"$ref": f"#/components/schemas/{name}", "components": {"schemas": schemas}}
    return jsonschema_rs.validator_for(whole)


def whole_numbers(value: Any) -> Any:
    """Return JSON with 3 in place of 3.0, which is an integer to a schema and none to us."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [whole_numbers(item) for item in value]
    if isinstance(value, dict):
        return {key: whole_numbers(item) for key, item in value.items()}
    return value


def fuzz(client: Client, label: str, mode: GenerationMode, count: int) -> Counter[int]:
    judge = Judge(client)

    @settings(
        max_examples=count,
        database=None,
        derandomize=True,
        deadline=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(case=OPERATIONS[label].as_strategy(generation_mode=mode))
    def send(case: schemathesis.Case) -> None:
        if mode is GenerationMode.POSITIVE:
            case.body = whole_numbers(case.body)
        judge.judge(case)

    send()
    return judge.answers


@pytest.mark.parametrize("count", [SHORT, pytest.param(LONG, marks=pytest.mark.slow)])
@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("label", OPERATIONS)
def test_no_request_breaks_the_service_or_gets_in_without_right(
    served: tuple[Client, Path], label: str, mode: GenerationMode, count: int
) -> None:
    client, folder = served
    answers = fuzz(client, label, mode, count)
    print(label, mode.value, dict(answers))
    assert client.health().pid == client.endpoint.pid
    assert [path.name for path in folder.iterdir()] == ["state"]


def test_jobs_that_fit_in_every_field_are_taken(served: tuple[Client, Path]) -> None:
    """So that the fuzz is known to reach what lies behind the door."""
    client, folder = served
    judge = Judge(client)

    @settings(
        max_examples=40,
        database=None,
        derandomize=True,
        deadline=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(case=OPERATIONS["POST /v1/jobs"].as_strategy(generation_mode=GenerationMode.POSITIVE))
    def send(case: schemathesis.Case) -> None:
        body = whole_numbers(case.body)
        body |= {"engine": "", "effect": "retime", "parameters": {}, "at": None, "id": new_id()}
        body |= {"after": None, "variations": 0}  # of other effects only
        body["output"] = {**body["output"], "path": str(folder / "out" / body["id"] / "x.mov")}
        case.body = body
        judge.judge(case)

    send()
    assert set(judge.answers) <= {200, 400}
    assert judge.answers[200] >= 20
    wait_for(lambda: not client.jobs("running") and not client.jobs("queued"))
    assert not (folder / "out").exists()


def test_the_service_has_kept_nothing_of_all_that(served: tuple[Client, Path]) -> None:
    client, folder = served
    process = psutil.Process(client.endpoint.pid)
    wait_for(lambda: process.num_fds() < 40)
    assert process.memory_info().rss < 120e6
    inside = {path.name for path in (folder / "state").iterdir()}
    assert inside <= {
        "endpoint.json",
        "jobs",
        "logs",
        "queue.sqlite3",
        "queue.sqlite3-shm",
        "queue.sqlite3-wal",
        "secret.txt",
        "service.lock",
    }
    names = {path.name for path in (folder / "state" / "jobs").iterdir()} - {"secret.txt"}
    assert all(len(name) == 32 and int(name, 16) >= 0 for name in names)
