"""`GET /v1/state` and `GET /v1/token`: what a visitor has granted, for tags and for their servers."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from consentinel.server.answers import in_time, json_response, token_for
from consentinel.server.bearer import Held, bearer, held_at
from consentinel.server.chains import latest
from consentinel.server.proof_cookie import Proof, both, under_signal
from consentinel.server.site_directory import SiteFacts
from consentinel.server.site_query import site_in_query
from consentinel.server.state import Services, services
from consentinel.server.states import State, proof_of, state_of, undecided
from consentinel.server.tokens import read_token
from consentinel.server.visitor_cookies import proof_in
from consentinel.server.whole_reading import reading_whole

_VARY = {"Vary": "Cookie, Authorization, Sec-GPC"}


async def get_state(request: Request) -> Response:
    """Tell what the cookie or a state token proves; no database is asked."""
    service = services(request)
    site = site_in_query(request)
    told = _by_cookie if bearer(request) is None else _by_token
    return json_response(told(request, service, site), headers=_VARY)


async def get_token(request: Request) -> Response:
    """Give a token that says what holds by the ledger, for the holder of a cookie or of a receipt.

    Without either it says that nothing was decided.
    """
    service = services(request)
    site = site_in_query(request)
    proof = await _proof_by_ledger(request, service, site)
    state = undecided(site.key) if proof is None else state_of(site.key, proof, "record")
    return json_response(token_for(service, state, proof), headers=_VARY)


def _by_cookie(request: Request, service: Services, site: SiteFacts) -> State:
    proof = proof_in(request, service, site)
    return undecided(site.key) if proof is None else state_of(site.key, proof, "cookie")


def _by_token(request: Request, service: Services, site: SiteFacts) -> State:
    """Read a token; a wrong one is no choice, whatever cookies come with it.

    What was published or turned on since it was made counts: other purposes, and the opt-out signal.
    """
    claims = read_token(
        {service.keys.key_id: service.keys.public},
        bearer(request) or "",
        issuer=service.settings.public_url,
        site=site.key,
        now_s=service.clock() / 1000,
    )
    proof = proof_of(claims) if claims and claims.decided else None
    if proof is None or not proof.holds(site.purposes, service.clock()):
        return undecided(site.key)
    return state_of(site.key, _heeding(request, proof), "token")


async def _proof_by_ledger(request: Request, service: Services, site: SiteFacts) -> Proof | None:
    """Return what holds for a visitor: a chain's last record, or a refusal's cookie, which has none.

    Raises HTTPException 404 for a receipt that is wrong, as other routes do.
    """
    if bearer(request) is not None:
        return _proof_of(await held_at(request, site), request, service)
    shown = proof_in(request, service, site)
    if shown is None or shown.subject is None:
        return shown
    last = await reading_whole(service, site.key, latest, site.key, shown.subject)
    proof = last and in_time(service, site, last.proof)
    return both(shown, proof) if proof and proof.holds(site.purposes, service.clock()) else None


def _proof_of(found: Held, request: Request, service: Services) -> Proof | None:
    proof = in_time(service, found.site, found.current.proof)
    if not proof.holds(found.site.purposes, service.clock()):
        return None
    return _heeding(request, proof)


def _heeding(request: Request, proof: Proof) -> Proof:
    """Return what is left of an answer for the browser of this request."""
    return under_signal(proof) if request.headers.get("sec-gpc") == "1" else proof


ROUTES = [
    Route("/v1/state", get_state, methods=["GET"]),
    Route("/v1/token", get_token, methods=["GET"]),
]
