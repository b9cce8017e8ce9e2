"""What the API can do: a table of its operations, from which its description is made (server/openapi.py)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from consentinel.banner.consent import PostedChoice
from consentinel.server.answers import Accepted, Token
from consentinel.server.ledger.export import Proofs
from consentinel.server.ledger.proofs import Proof
from consentinel.server.observed import PostedHosts
from consentinel.server.routes.challenge import Challenge
from consentinel.server.routes.records import Erased, Record
from consentinel.server.states import State
from consentinel.server.tokens import Jwks

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
    "schema": {"type": "string"},
}
_WRITING = (403, 413, 415, 429)
# Problems of each operation, beside its own: too many requests, and a database that cannot be used.
ALWAYS = (429, 503)


@dataclass(frozen=True, kw_only=True)
class Operation:
    """What one method of one path takes and answers.

    body: the type of the request's body, which has one of `media_types`. answers: status to the type of the
    answer's body, None for an answer without one. problems: statuses that come as problem details, beside
    `ALWAYS`. security: names in `SECURITY`, one of which is needed; empty where nothing is.
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
SECURITY = {
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
