"""The API's description (OpenAPI 3.1), generated from the very types that requests and answers go through."""

from functools import cache
from importlib import metadata
from inspect import cleandoc

import msgspec

from consentinel.server.operations import ALWAYS, OPERATIONS, SECURITY, Operation
from consentinel.server.problem import MEDIA_TYPE, ProblemDetails


@cache
def document(public_url: str) -> bytes:
    """Return the description as JSON. public_url: where browsers reach the server."""
    types = sorted(
        {kind for operation in OPERATIONS for kind in _types(operation)}, key=lambda kind: kind.__name__
    )
    _, schemas = msgspec.json.schema_components(types, ref_template="#/components/schemas/{name}")
    paths: dict[str, dict[str, object]] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method] = _operation(operation)
    return msgspec.json.encode(
        {
            "openapi": "3.1.0",
            "info": {
                "title": "consentinel",
                "version": metadata.version("consentinel"),
                "description": "Consent-state API: docs/consent-api.md.",
            },
            "servers": [{"url": public_url}],
            "paths": paths,
            "components": {"schemas": _portable(schemas), "securitySchemes": SECURITY},
        }
    )


def _types(operation: Operation) -> list[type]:
    return [kind for kind in (operation.body, *operation.answers.values(), ProblemDetails) if kind]


def _operation(operation: Operation) -> dict[str, object]:
    described: dict[str, object] = {
        "summary": operation.summary,
        "parameters": list(operation.parameters),
        "responses": _responses(operation),
    }
    if operation.body:
        content = {media_type: _of(operation.body) for media_type in operation.media_types}
        described["requestBody"] = {"required": True, "content": content}
    if operation.security:
        described["security"] = [{name: []} for name in operation.security]
    return described


def _responses(operation: Operation) -> dict[str, object]:
    answers = {str(status): _answer(kind) for status, kind in operation.answers.items()}
    problem = {"description": "See `detail`.", "content": {MEDIA_TYPE: _of(ProblemDetails)}}
    return answers | {str(status): problem for status in sorted({*operation.problems, *ALWAYS})}


def _answer(kind: type | None) -> dict[str, object]:
    content = {"content": {"application/json": _of(kind)}} if kind else {}
    return {"description": "Done.", **content}


def _of(kind: type) -> dict[str, object]:
    return {"schema": {"$ref": f"#/components/schemas/{kind.__name__}"}}


def _portable(schema: object) -> object:
    """Return a schema as other tools read it."""
    if isinstance(schema, dict):
        return {key: _portable(_WORDS.get(key, _as_it_is)(value)) for key, value in schema.items()}
    return [_portable(item) for item in schema] if isinstance(schema, list) else schema


def _as_it_is(value: object) -> object:
    return value


def _pattern(value: object) -> object:
    """Return an expression that means the same in ECMA-262, which has no `\\Z`."""
    return value.replace(r"\Z", "$") if isinstance(value, str) else value


def _description(value: object) -> object:
    return cleandoc(value) if isinstance(value, str) else value


_WORDS = {"pattern": _pattern, "description": _description}
