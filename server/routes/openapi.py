"""`GET /openapi.json`: the description of the API, for people's tools."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from consentinel.server.openapi import document
from consentinel.server.state import services

_HEADERS = {"Cache-Control": "public, max-age=3600", "Access-Control-Allow-Origin": "*"}


async def get_openapi(request: Request) -> Response:
    """Give the description."""
    content = document(services(request).settings.public_url)
    return Response(content, headers=_HEADERS, media_type="application/json")


ROUTES = [Route("/openapi.json", get_openapi, methods=["GET"])]
