"""The service says in OpenAPI what it takes and answers; a change of that is seen.

``python -m tests.service.test_openapi`` writes the golden document anew.
"""

from __future__ import annotations

import json
import tempfile
import typing
from pathlib import Path

import jsonschema_rs
import pytest

from afterframe.service.app import create_app
from afterframe.service.openapi import Schema, document
from afterframe_hosts.wire import codec
from tests.unit.test_wire_codec import VALUES

from .standin import make_service

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "service_openapi.json"


def described(state: Path) -> Schema:
    service = make_service(state)
    try:
        return document(create_app(service))
    finally:
        service.queue.close()


def as_text(value: Schema) -> str:
    return json.dumps(value, indent=1, sort_keys=True) + "\n"


def test_what_the_service_takes_and_answers_is_what_was_agreed(state: Path) -> None:
    assert as_text(described(state)) == GOLDEN.read_text()


def test_every_route_says_what_it_takes_and_answers(state: Path) -> None:
    for path, operations in described(state)["paths"].items():
        for method, operation in operations.items():
            takes = "requestBody" in operation
            assert takes == (method in ("post", "put") and not path.endswith(BARE)), path
            assert {"default"} < set(operation["responses"]), path


BARE = ("/cancel", "/retry", "/warm", "/stop")
"""What is asked for by the address alone."""


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_what_the_codec_writes_fits_its_schema(state: Path, value: object) -> None:
    schemas = described(state)["components"]["schemas"]
    name = type(value).__name__
    if name not in schemas:
        pytest.skip("travels inside an event stream only")
    whole = {"$ref": f"#/components/schemas/{name}", "components": {"schemas": schemas}}
    validator = jsonschema_rs.validator_for(whole)
    plain = typing.cast(dict[str, object], codec.dump(value))
    assert validator.is_valid(plain)
    assert not validator.is_valid({**plain, "nosuch": 1})
    assert not validator.is_valid({**plain, next(iter(plain)): None})


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        GOLDEN.write_text(as_text(described(Path(folder))))
