"""`python -m bench.server.mounted serve …`: the server with two handlers more, to compare with.

They stand in the same application, behind the same middleware, beside the handlers that they are compared
with: one validates a posted choice and stores nothing, one answers without looking at anything.
"""

import sys

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from consentinel.server import app
from consentinel.server.admission import admitted
from consentinel.server.app import all_routes as _all_routes
from consentinel.server.cli import main
from consentinel.server.recording import read_posted

STORES_NOTHING = "/v1/bench/consents"
EMPTY = "/v1/bench/state"
# As long as what the real handlers answer, field for field.
_RECORD = b'{"id":"' + b"0" * 450 + b'"}'
_COOKIE = {"Set-Cookie": f"consentinel_proof={'0' * 140}; Path=/; Max-Age=15724800; HttpOnly; SameSite=Lax"}
_STATE = b'{"site":"' + b"0" * 200 + b'"}'


async def validate(request: Request) -> Response:
    """Do all that comes before a record is made."""
    posted = read_posted(await request.body())
    admitted(request, posted.site)
    return Response(_RECORD, 201, _COOKIE, media_type="application/json")


async def empty(_: Request) -> Response:
    """Answer."""
    return Response(_STATE, media_type="application/json")


def with_comparisons() -> list[BaseRoute]:
    """Return all routes, these two first: where they are found costs them nothing."""
    return [
        Route(STORES_NOTHING, validate, methods=["POST"]),
        Route(EMPTY, empty, methods=["GET"]),
        *_all_routes(),
    ]


if __name__ == "__main__":
    app.all_routes = with_comparisons
    sys.exit(main())
