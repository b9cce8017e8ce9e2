"""`GET /.well-known/jwks.json`: the public keys that verify state tokens and receipts (RFC 7517)."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from consentinel.server.answers import json_response
from consentinel.server.state import services
from consentinel.server.tokens import jwks

_HEADERS = {"Cache-Control": "public, max-age=3600", "Access-Control-Allow-Origin": "*"}


async def get_jwks(request: Request) -> Response:
    """Give the public keys."""
    return json_response(jwks(services(request).keys), headers=_HEADERS)


ROUTES = [Route("/.well-known/jwks.json", get_jwks, methods=["GET"])]
