"""Only this user's programs come in, and only with requests that fit."""

from __future__ import annotations

import asyncio
import http.client
import json
from collections.abc import Callable, Mapping, MutableMapping
from pathlib import Path
from typing import Any

import pytest

from afterframe.service.app import create_app
from afterframe.service.running import Service
from afterframe_hosts.wire import codec
from afterframe_hosts.wire.client import Client
from afterframe_hosts.wire.errors import RemoteError, ServiceRefused
from afterframe_hosts.wire.job import Job

from .standin import make_service

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "service_paths.txt"


def ask(
    client: Client,
    method: str = "GET",
    path: str = "/v1/health",
    headers: Mapping[str, str | None] = {},
    body: bytes | None = None,
) -> tuple[int, Any]:
    """Send a request as it is, with these headers in place of the right ones; None leaves out."""
    port = client.endpoint.port
    right = {"Host": f"127.0.0.1:{port}", "Authorization": f"Bearer {client.endpoint.token}"}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
    for name, value in {**right, **headers}.items():
        if value is not None:
            connection.putheader(name, value)
    if body is not None and "Transfer-Encoding" not in headers and "Content-Length" not in headers:
        connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body)
    try:
        response = connection.getresponse()
        data = response.read()
        return response.status, json.loads(data) if data else None
    finally:
        connection.close()


async def post(service: Service, path: str, body: bytes) -> tuple[int, Any]:
    """Post to an application in this process, behind its door."""
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "query_string": b"",
        "headers": [],
    }
    await create_app(service)(scope, receive, send)
    return sent[0]["status"], json.loads(sent[1]["body"])


def test_the_right_token_comes_in_under_both_names(client: Client) -> None:
    assert ask(client)[0] == 200
    assert ask(client, headers={"Host": f"localhost:{client.endpoint.port}"})[0] == 200


@pytest.mark.parametrize(
    ("header", "value", "status", "code"),
    [
        ("Authorization", None, 401, "unauthorised"),
        ("Authorization", "", 401, "unauthorised"),
        ("Authorization", "Bearer wrong", 401, "unauthorised"),
        ("Authorization", "Bearer \u00fc", 401, "unauthorised"),
        ("Host", "", 403, "foreign_origin"),
        ("Host", "evil.example", 403, "foreign_origin"),
        ("Host", "127.0.0.1:1", 403, "foreign_origin"),
        ("Host", "127.0.0.1", 403, "foreign_origin"),
        ("Origin", "null", 403, "foreign_origin"),
        ("Origin", "http://127.0.0.1", 403, "foreign_origin"),
        ("Content-Length", str((1 << 20) + 1), 413, "body_too_large"),
    ],
)
def test_what_is_not_ours_is_refused_with_a_code_and_a_fix(
    client: Client, header: str, value: str | None, status: int, code: str
) -> None:
    told, error = ask(client, headers={header: value})
    assert (told, error["code"]) == (status, code)
    assert error["fix"]


def test_every_path_asks_for_the_token(client: Client) -> None:
    for line in GOLDEN.read_text().splitlines():
        method, path = line.split()
        wrong = {"Authorization": "Bearer wrong"}
        assert ask(client, method, path.replace("{", "").replace("}", ""), wrong)[0] == 401, line


def test_a_body_without_a_length_is_bounded_too(client: Client) -> None:
    chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    headers = {"Transfer-Encoding": "chunked"}
    told, error = ask(client, "POST", "/v1/jobs", headers, chunk * 17 + b"0\r\n\r\n")
    assert (told, error["code"]) == (413, "body_too_large")


def test_a_body_of_the_limit_is_read(client: Client) -> None:
    told, error = ask(client, "POST", "/v1/jobs", body=b" " * (1 << 20))
    assert (told, error["code"]) == (400, "bad_message")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'{"id": 3}',
        b"[" * 100_000,
        b'{"id": "0123456789abcdef0123456789abcdef", "effect": "generate", "nosuch": 1}',
    ],
)
def test_a_job_that_is_none_is_refused(client: Client, body: bytes) -> None:
    told, error = ask(client, "POST", "/v1/jobs", body=body)
    assert (told, error["code"]) == (400, "bad_message")


def test_no_path_leads_out_of_the_job_folders(
    client: Client, make_job: Callable[..., Job], state: Path
) -> None:
    (state / "secret.jpg").write_bytes(b"secret")
    names = ("..", "../..", "%2e%2e", "..%2f..%2fendpoint.json", "%2fetc%2fpasswd", "x" * 32)
    for name in names:
        told, _ = ask(client, path=f"/v1/jobs/{name}/preview")
        assert told == 404, name


def test_unknown_addresses_and_methods_are_told_as_errors(client: Client) -> None:
    assert ask(client, path="/docs")[0] == 404
    assert ask(client, path="/openapi.json")[0] == 404
    told, error = ask(client, "DELETE", "/v1/jobs")
    assert (told, error["code"]) == (405, "bad_message")
    told, error = ask(client, path="/v1/jobs?limit=many")
    assert (told, error["code"]) == (400, "bad_message")
    assert ask(client, path="/v1/events", headers={"Last-Event-ID": "x"})[0] == 400


def test_a_full_disk_under_the_queue_is_told_as_such(
    state: Path, make_job: Callable[..., Job]
) -> None:
    service: Service = make_service(state)
    pages = service.queue._scalar("PRAGMA page_count")
    service.queue._database.run(f"PRAGMA max_page_count = {pages}")
    jobs = [codec.dumps(make_job("x" * 1999)) for _ in range(40)]
    answers = [asyncio.run(post(service, "/v1/jobs", job.encode())) for job in jobs]
    service.queue.close()
    status, error = next((status, told) for status, told in answers if status != 200)
    assert (status, error["code"]) == (422, "disk_full")
    assert str(state) in error["message"]


def test_a_wrong_token_is_service_refused_at_the_client(client: Client) -> None:
    endpoint = type(client.endpoint)(client.endpoint.port, "wrong", client.endpoint.pid, "0.1.0")
    with pytest.raises(ServiceRefused):
        Client(endpoint).health()


def test_an_unknown_job_is_told_by_its_code(client: Client) -> None:
    for call in (client.job, client.cancel, client.retry, client.preview):
        with pytest.raises(RemoteError) as told:
            call("0" * 32)
        assert told.value.code == "unknown_job"


def test_the_addresses_are_those_that_were_agreed(state: Path) -> None:
    service: Service = make_service(state)
    paths = create_app(service).openapi()["paths"]
    service.queue.close()
    lines = sorted(f"{method.upper()} {path}" for path, of in paths.items() for method in of)
    assert "\n".join(lines) + "\n" == GOLDEN.read_text()
