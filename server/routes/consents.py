"""`POST /v1/consents`: a visitor's choice becomes a record."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from consentinel.server.admission import admitted
from consentinel.server.bearer import expect_known
from consentinel.server.recording import nonce_of, read_posted, record
from consentinel.server.withdrawal import end_others


async def post_consent(request: Request) -> Response:
    """Record a choice, and answer once it is durable: 201, or 200 for one that was posted before."""
    posted = read_posted(await request.body())
    site = admitted(request, posted.site)
    await expect_known(request, site, posted.previous)
    nonce = nonce_of(request, site, posted)  # what is refused ends nothing
    await end_others(request, site, posted)
    return await record(request, site, posted, nonce)


ROUTES = [Route("/v1/consents", post_consent, methods=["POST"])]
