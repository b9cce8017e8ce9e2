"""The API's description (OpenAPI 3.1), generated from the very types that requests and answers go through."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from inspect import cleandoc
from typing import Any

import msgspec

from consentinel.banner.consent import PostedChoice
from consentinel.server.answers import Accepted, Token
from consentinel.server.ledger.export import Proofs
from consentinel.server.ledger.proofs import Proof
from consentinel.server.observed import PostedHosts
from consentinel.server.problem import MEDIA_TYPE, ProblemDetails
from consentinel.server.routes.challenge import Challenge
from consentinel.server.routes.records import Erased, Record
from consentinel.server.states import State
from consentinel.server.tokens import Jwks

_TEXT = {"type": "string"}
_SITE = {
    "name": "site",
    "in": "query",
    "required": True,
    "description": "The site's host.",
    "schema": {"type": "string", "minLength": 1},
}
_ID = {
    "name": "id",
    "in": "path",
    "required": True,
    "description": "The record's id, as the answer to the choice told it.",
    "schema": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
}
_SINCE = {
    "name": "since",
    "in": "query",
    "required": False,
    "description": "The second line of an older checkpoint: that the tree goes on from there is proved, too.",
    "schema": {"type": "integer", "minimum": 1, "maximum": 10**18 - 1},
}
_ANSWER = {
    "name": "consentinel",
    "in": "header",
    "required": True,
    "description": "`consentinel=` and the value of that cookie.",
    "schema": _TEXT,
}
_WRITING = (403, 413, 415, 429)
_ALWAYS = (429, 503)


@dataclass(frozen=True, kw_only=True)
class Operation:
    """What one method of one path takes and answers.

    body: media types and the type of the request's body. answers: status to the type of the answer's body,
    None for an answer without one. problems: statuses that come as problem details. security: alternatives.
    """

    method: str
    path: str
    summary: str
    answers: Mapping[int, type | None]
    problems: Sequence[int]
    body: type | None = None
    media_types: Sequence[str] = ("application/json",)
    parameters: Sequence[Mapping[str, object]] = ()
    security: Sequence[str] = ()


OPERATIONS = (
    Operation(
        method="post",
        path="/v1/consents",
        summary="Record a visitor's choice. 201 once it is durable, 200 where it was recorded before.",
        body=PostedChoice,
        answers={201: Accepted, 200: Accepted},
        problems=(400, 404, 409, 422, *_WRITING),
    ),
    Operation(
        method="get",
        path="/v1/consents/{id}",
        summary="A record, and what holds for the same visitor now.",
        parameters=(_ID,),
        answers={200: Record},
        problems=(403, 404),
        security=("receipt",),
    ),
    Operation(
        method="delete",
        path="/v1/consents/{id}",
        summary="Erase all records of the same visitor; the ledger keeps their hashes.",
        parameters=(_ID,),
        answers={200: Erased},
        problems=(404, *_WRITING),
        security=("receipt",),
    ),
    Operation(
        method="get",
        path="/v1/consents/{id}/proof",
        summary="Prove that a record is in the ledger: inclusion proof and signed checkpoint.",
        parameters=(_ID, _SINCE),
        answers={200: Proof},
        problems=(403, 404, 409, 422),
        security=("receipt",),
    ),
    Operation(
        method="get",
        path="/v1/consents/{id}/export",
        summary="All records of the same visitor, with proofs.",
        parameters=(_ID,),
        answers={200: Proofs},
        problems=(403, 404),
        security=("receipt",),
    ),
    Operation(
        method="post",
        path="/v1/consents/{id}/withdraw",
        summary="Take a grant back. 201 once that is durable, 200 where nothing was granted any more.",
        parameters=(_ID,),
        answers={201: Accepted, 200: Accepted},
        problems=(404, *_WRITING),
        security=("receipt",),
    ),
    Operation(
        method="get",
        path="/v1/state",
        summary="What the visitor has granted, by proof cookie or state token. No database is asked.",
        parameters=(_SITE,),
        answers={200: State},
        problems=(403, 404, 422),
        security=("proof", "token"),
    ),
    Operation(
        method="get",
        path="/v1/token",
        summary="A state token for a server that cannot ask, by proof cookie or receipt.",
        parameters=(_SITE,),
        answers={200: Token},
        problems=(403, 404, 422),
        security=("proof", "receipt"),
    ),
    Operation(
        method="get",
        path="/v1/challenge",
        summary="A challenge for one posted choice, good for five minutes.",
        parameters=(_SITE,),
        answers={200: Challenge},
        problems=(403, 404, 422),
    ),
    Operation(
        method="post",
        path="/v1/observed",
        summary="Tell which third parties no rule knows (mode `observe`).",
        body=PostedHosts,
        media_types=("text/plain", "application/json"),
        answers={204: None},
        problems=(400, 404, 422, *_WRITING),
    ),
    Operation(
        method="post",
        path="/v1/keep",
        summary="Get the visitor's answer back as a cookie set by HTTP; for the site's own pages.",
        parameters=(_ANSWER,),
        answers={204: None},
        problems=(422, *_WRITING),
    ),
    Operation(
        method="get",
        path="/.well-known/jwks.json",
        summary="The public keys that verify state tokens and receipts.",
        answers={200: Jwks},
        problems=(),
    ),
)
_SECURITY = {
    "receipt": {"type": "http", "scheme": "bearer", "description": "The receipt of the record."},
    "token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "A state token."},
    "proof": {
        "type": "apiKey",
        "in": "cookie",
        "name": "consentinel_proof_",
        "description": "Set with the answer to a choice. Its name goes on with the first 8 hex digits of "
        "SHA-256 of the site's host, and has `__Host-` in front where it is host-only.",
    },
}


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
            "components": {"schemas": _portable(schemas), "securitySchemes": _SECURITY},
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
    return answers | {str(status): problem for status in sorted({*operation.problems, *_ALWAYS})}


def _answer(kind: type | None) -> dict[str, object]:
    content = {"content": {"application/json": _of(kind)}} if kind else {}
    return {"description": "Done.", **content}


def _of(kind: type) -> dict[str, object]:
    return {"schema": {"$ref": f"#/components/schemas/{kind.__name__}"}}


def _portable(schema: Any) -> Any:
    """Return a schema as other tools read it."""
    if isinstance(schema, dict):
        return {key: _portable(_WORDS.get(key, _as_it_is)(value)) for key, value in schema.items()}
    return [_portable(item) for item in schema] if isinstance(schema, list) else schema


def _as_it_is(value: Any) -> Any:
    return value


def _pattern(value: Any) -> Any:
    """Return an expression that means the same in ECMA-262, which has no `\\Z`."""
    return value.replace(r"\Z", "$") if isinstance(value, str) else value


def _description(value: Any) -> Any:
    return cleandoc(value) if isinstance(value, str) else value


_WORDS = {"pattern": _pattern, "description": _description}
