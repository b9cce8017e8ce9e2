"""`POST /v1/observed`: which third parties no rule knows, as pages in mode `observe` meet them."""

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from consentinel.server.admission import admitted
from consentinel.server.middleware.areas import client_address
from consentinel.server.observed import PostedHosts
from consentinel.server.sightings import Sightings
from consentinel.server.state import services

_DECODER = msgspec.json.Decoder(PostedHosts)


async def post_observed(request: Request) -> Response:
    """Count the hosts; there is nothing to answer."""
    posted = _read(await request.body())
    site = admitted(request, posted.site)
    await _sightings(request).add(site.key, posted.names, client_address(request.scope))
    return Response(status_code=204)


def _sightings(request: Request) -> Sightings:
    """Return the one of this application, made when it is needed first."""
    state = request.app.state
    if not hasattr(state, "sightings"):
        service = services(request)
        state.sightings = Sightings(service.database, service.clock, service.limits)
    found: Sightings = state.sightings
    return found


def _read(body: bytes) -> PostedHosts:
    try:
        return _DECODER.decode(body)
    except msgspec.ValidationError as error:
        raise HTTPException(422, f"this is no list of hosts: {error}") from error
    except ValueError as error:
        raise HTTPException(400, "the body is no JSON") from error


ROUTES = [Route("/v1/observed", post_observed, methods=["POST"])]
