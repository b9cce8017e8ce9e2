"""`GET /v1/challenge`: what a posted choice carries so that it counts as verified (T17)."""

from typing import Literal

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from consentinel.server.answers import json_response
from consentinel.server.challenge import LIFE_MS, make_challenge
from consentinel.server.site_query import site_in_query
from consentinel.server.state import services
from consentinel.server.states import rfc3339


class Challenge(msgspec.Struct, frozen=True, kw_only=True):
    """A challenge for one post. mode: whether a post needs one (`challenge` of the settings)."""

    challenge: str
    expires_at: str
    mode: Literal["off", "optional", "required"]


async def get_challenge(request: Request) -> Response:
    """Give a fresh challenge for a site."""
    service = services(request)
    site = site_in_query(request)
    now_ms = service.clock()
    return json_response(
        Challenge(
            challenge=make_challenge(service.keys.cookie, site.key, now_ms),
            expires_at=rfc3339(now_ms + LIFE_MS),
            mode=service.settings.challenge,
        )
    )


ROUTES = [Route("/v1/challenge", get_challenge, methods=["GET"])]
