"""What the routes take and answer, as an OpenAPI document: for tests and for other languages.

Bodies go through ``wire.codec``, which the web framework does not see. Here the dataclasses of the
wire become JSON schemas by the same rules, with what their own checks permit (``LIMITS``). Built
when it is asked for only: a service that starts needs none of it.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from fastapi import FastAPI

from afterframe_hosts.wire.clip import LONGEST
from afterframe_hosts.wire.effects import EFFECTS
from afterframe_hosts.wire.job import LARGEST_SIDE, ErrorInfo

from .app import ANSWERS, BODIES

Schema = dict[str, Any]

_ID = {"pattern": "^[0-9a-f]{32}$"}
_ABSOLUTE = {"pattern": "^/[^\\x00]*$"}
_RATE = {"pattern": "^([1-9][0-9]{0,2}|[1-9][0-9]{3,5}/1001)$"}
LIMITS: Mapping[tuple[str, str], Schema] = {
    ("Job", "id"): _ID,
    ("Job", "effect"): {"enum": list(EFFECTS)},
    ("Job", "lineage"): {"pattern": "^([0-9a-f]{32})?$"},
    ("Job", "priority"): {"minimum": -1000, "maximum": 1000},
    ("Job", "variations"): {"minimum": 0, "maximum": 16},
    ("Clip", "phase"): {"pattern": "^(0|1/[2-9])$"},
    ("Clip", "rate"): _RATE,
    ("Clip", "size"): {"items": {"type": "integer", "minimum": 1, "maximum": 65536}},
    ("Clip", "speed"): {"pattern": "^-?[1-9][0-9]{0,2}(/[1-9][0-9]{0,2})?$"},
    ("Media", "path"): _ABSOLUTE,
    ("Media", "rate"): _RATE,
    ("Output", "folder"): {"pattern": "^(/[^\\x00]*)?$"},
    ("Output", "path"): {"pattern": "^(/[^\\x00]*)?$"},
    ("Output", "name"): {"pattern": "^[^/\\\\\\x00]*$"},
    ("Output", "rate"): _RATE,
    ("Output", "size"): {"items": {"type": "integer", "minimum": 1, "maximum": LARGEST_SIDE}},
    ("Span", "start"): {"minimum": -10 * LONGEST, "maximum": 10 * LONGEST},
    ("Span", "duration"): {"minimum": 1, "maximum": LONGEST},
}
"""By class and field: what a dataclass's own check adds to the field's type."""
_SCALARS: Mapping[Any, Schema] = {
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    str: {"type": "string"},
    Fraction: {"type": "string", "pattern": "^-?[0-9]{1,9}(/[1-9][0-9]{0,8})?$"},
    Any: {},
}


def document(app: FastAPI) -> Schema:
    """Return the OpenAPI document of an application of ``app.create_app``."""
    described: Schema = app.openapi()
    schemas: dict[str, Schema] = {}
    for operations in described["paths"].values():
        for operation in operations.values():
            name = operation["operationId"].split("_v1_")[0]
            operation["operationId"] = name
            if name in BODIES:
                content = {"application/json": {"schema": _schema(BODIES[name], schemas)}}
                operation["requestBody"] = {"required": True, "content": content}
            operation["responses"] = _answers(name, schemas)
    described["components"] = {
        "schemas": dict(sorted(schemas.items())),
        "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
    }
    described["security"] = [{"token": []}]
    return described


def _answers(name: str, schemas: dict[str, Schema]) -> Schema:
    error = {"application/json": {"schema": _schema(ErrorInfo, schemas)}}
    answers: Schema = {"default": {"description": "An error, with a fix.", "content": error}}
    kind = ANSWERS.get(name)
    if kind is None:
        answers["204"] = {"description": "Done."}
    elif isinstance(kind, str):
        answers["200"] = {"description": "As it comes.", "content": {kind: {}}}
    else:
        content = {"application/json": {"schema": _schema(kind, schemas)}}
        answers["200"] = {"description": "The answer.", "content": content}
    return answers


def _schema(hint: Any, schemas: dict[str, Schema]) -> Schema:
    """Return the schema of what ``codec.load`` takes for a type; classes go to ``schemas``."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if dataclasses.is_dataclass(hint):
        return _class(typing.cast(type, hint), schemas)
    if origin in (typing.Union, types.UnionType):
        return {"anyOf": [_schema(each, schemas) for each in arguments]}
    if origin is typing.Literal:
        return {"enum": list(arguments)}
    if origin is tuple:
        whole: Schema = {"type": "array", "items": _schema(arguments[0], schemas)}
        count = len(arguments)
        return whole if arguments[-1] is ... else whole | {"minItems": count, "maxItems": count}
    if origin is not None and issubclass(origin, Mapping):
        return {"type": "object", "additionalProperties": _schema(arguments[1], schemas)}
    if hint is types.NoneType:
        return {"type": "null"}
    return dict(_SCALARS[hint])


def _class(kind: type, schemas: dict[str, Schema]) -> Schema:
    reference = {"$ref": f"#/components/schemas/{kind.__name__}"}
    if kind.__name__ in schemas:
        return reference
    hints, fields = typing.get_type_hints(kind), dataclasses.fields(kind)
    schemas[kind.__name__] = {}  # known already where it holds itself
    schemas[kind.__name__] = {
        "type": "object",
        "properties": {
            field.name: _limited(
                _schema(hints[field.name], schemas), LIMITS.get((kind.__name__, field.name), {})
            )
            for field in fields
        },
        "required": [field.name for field in fields if _required(field)],
        "additionalProperties": False,
    }
    return reference


def _limited(schema: Schema, limit: Schema) -> Schema:
    """Add a limit to the one type of a schema that is not null."""
    if "anyOf" in schema:
        options = [each if each == {"type": "null"} else each | limit for each in schema["anyOf"]]
        return {"anyOf": options}
    return schema | limit


def _required(field: dataclasses.Field[Any]) -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
