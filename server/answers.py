"""What the API answers: JSON of typed structs, and the answer to an accepted choice."""

import msgspec
from msgspec.structs import replace
from starlette.responses import Response

from consentinel.banner.consent import SECONDS_A_DAY, Choice
from consentinel.server.proof_cookie import Proof
from consentinel.server.site_directory import SiteFacts
from consentinel.server.state import Services
from consentinel.server.states import State, rfc3339, state_of, undecided, wire
from consentinel.server.tokens import Claims, make_token
from consentinel.server.visitor_cookies import proof_header

_JSON = "application/json"
_ENCODER = msgspec.json.Encoder()


class Accepted(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a choice that is in the ledger.

    id: of its record, in hex. receipt: proof of it, and the bearer token for it. state: what holds now.
    expires_at: when the choice runs out (RFC 3339). A token for a server that cannot ask: `GET /v1/token`.
    """

    id: str
    receipt: str
    state: State
    expires_at: str


class Token(msgspec.Struct, frozen=True):
    """A state token and when it runs out (RFC 3339)."""

    token: str
    expires_at: str


def json_response(content: object, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Return a struct as JSON."""
    return Response(_ENCODER.encode(content), status, headers, _JSON)


def accepted(
    service: Services, site: SiteFacts, record: bytes, receipt: str, proof: Proof, *, status: int, keep: bool
) -> Response:
    """Return the answer to a choice. record: its id. keep: whether the browser shall keep the proof."""
    proof = in_time(service, site, proof)
    answer = Accepted(
        id=record.hex(),
        receipt=receipt,
        state=state_now(service, site, proof),
        expires_at=rfc3339(proof.expires_s * 1000),
    )
    headers = {"Set-Cookie": proof_header(service, site, proof)} if keep else None
    return json_response(answer, status, headers)


def state_now(service: Services, site: SiteFacts, proof: Proof | None) -> State:
    """Return what a record grants now: nothing where it has run out, or is about other purposes."""
    proof = proof and in_time(service, site, proof)
    if proof is None or not proof.holds(site.purposes, service.clock()):
        return undecided(site.key)
    return state_of(site.key, proof, "record")


def in_time(service: Services, site: SiteFacts, proof: Proof) -> Proof:
    """Return a record's proof, given now at the latest where the ledger's time is ahead of the clock (T27).

    The ledger's time never goes back, and the clock may have. An answer that ends no later than one of now
    can was given by now; one that ends later came while the clock was wrong, and is left as it is.
    """
    now_s = service.clock() // 1000
    last_s = now_s + max(site.days.values()) * SECONDS_A_DAY
    return replace(proof, issued_s=now_s) if now_s < proof.issued_s and proof.expires_s <= last_s else proof


def token_for(service: Services, state: State, proof: Proof | None = None) -> Token:
    """Return a token that says a state, for as long as the settings allow and the answer holds."""
    now_s = service.clock() // 1000
    expires_s = now_s + service.settings.token_minutes * 60
    claims = Claims(
        iss=service.settings.public_url,
        aud=state.site,
        iat=now_s,
        exp=min(expires_s, proof.expires_s) if proof else expires_s,
        decided=state.decided,
        choices=state.choices,
        vendors=state.vendors,
        purposes=state.purposes,
        closed_by_signal=wire(proof.closed_by_signal if proof else Choice()),
    )
    return Token(make_token(service.keys, claims), rfc3339(claims.exp * 1000))
