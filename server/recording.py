"""From the body of a request to a record in the ledger, and to the answer."""

import msgspec
from msgspec.structs import replace
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from consentinel.banner.consent import PostedChoice, decode_posted
from consentinel.server.answers import accepted
from consentinel.server.chains import Consent, then_and_now
from consentinel.server.challenge import read_challenge
from consentinel.server.consent_events import (
    ConsentEvent,
    consent_event,
    contradiction,
    granted_by,
    new_event,
)
from consentinel.server.ledger.events import ChainErased, NewEvent, NonceUsed
from consentinel.server.ledger.writer import Recorded
from consentinel.server.proof_cookie import Proof
from consentinel.server.receipts import read_receipt
from consentinel.server.site_directory import SiteFacts
from consentinel.server.state import Services, services
from consentinel.server.visitor_cookies import subject_in
from consentinel.server.whole_reading import reading_whole

_NEEDS_CHALLENGE = "a choice needs a fresh challenge here: get one at /v1/challenge and send it along"
_REFUSING = {"refused", "withdrawn"}
# What of an event is as the client has posted it; beside it the purposes, where the client names them.
_POSTED = ("choices", "vendors", "method", "mode", "regime", "gpc", "version", "locale", "client_ts")
_OTHER_CHOICE = "this event_id belongs to another choice, or to one that was erased: make a new UUID"


def read_posted(body: bytes) -> PostedChoice:
    """Return the choice in a body; raises HTTPException 400 for what is no JSON, 422 for another choice."""
    try:
        posted = decode_posted(body)
    except msgspec.ValidationError as error:
        raise HTTPException(422, f"this is no posted choice: {error}") from error
    except ValueError as error:
        raise HTTPException(400, "the body is no JSON: send a choice as docs/consent-api.md says") from error
    if problem := contradiction(posted):
        raise HTTPException(422, problem)
    return posted


async def record(request: Request, site: SiteFacts, posted: PostedChoice, nonce: bytes | None) -> Response:
    """Record a choice and answer once it is durable. Raises HTTPException 403 and 409, and Unavailable.

    nonce: as `nonce_of` gives it.
    """
    service = services(request)
    subject = _subject_before(request, service, site, posted)
    try:
        event, said, recorded = await _written(service, site, posted, nonce, subject)
    except ChainErased:  # just now, or in another browser than the one whose cookie names it
        event, said, recorded = await _written(service, site, posted, nonce, None)
    if recorded.repeated:
        return await _repeated(service, site, posted, said, recorded)
    proof = grant_of(event, said, recorded)
    keep = not (posted.superseded and proof.any_granted)
    return accepted(service, site, recorded.id, recorded.receipt, proof, status=201, keep=keep)


async def _written(
    service: Services, site: SiteFacts, posted: PostedChoice, nonce: bytes | None, subject: bytes | None
) -> tuple[NewEvent, ConsentEvent, Recorded]:
    """Record a choice as one of the chain that `subject` began; return its event, what that says, its record.

    Raises as `submitted`.
    """
    now_ms = service.clock()
    if posted.type == "refused" and subject:
        posted = replace(posted, type="withdrawn")  # or the grant before it would still count
    said = consent_event(posted, site, now_ms, verified=nonce is not None)
    event = new_event(posted, site, now_ms, said, subject=subject)
    event = replace(event, challenge=nonce, challenge_required=service.settings.challenge == "required")
    return event, said, await submitted(service, event)


async def submitted(service: Services, event: NewEvent) -> Recorded:
    """Return the record of an event once it is durable.

    Raises HTTPException 403 for a used challenge, ChainErased where the chain it belongs to is erased.
    """
    try:
        return await service.writer.submit(event)
    except NonceUsed as error:
        raise HTTPException(403, _NEEDS_CHALLENGE) from error


def grant_of(event: NewEvent, said: ConsentEvent, recorded: Recorded) -> Proof:
    """Return what a new record grants."""
    granted = granted_by(recorded.type, said, recorded.received_ms, event.expires_ms or 0)
    return replace(granted, subject=recorded.subject)


async def _repeated(
    service: Services, site: SiteFacts, posted: PostedChoice, said: ConsentEvent, recorded: Recorded
) -> Response:
    """Answer a choice that was posted before: with its receipt, and with what holds by now."""
    found = await reading_whole(service, site.key, then_and_now, site.key, recorded.id)
    if found is None or not _is_same(found[0], posted, said):
        raise HTTPException(409, _OTHER_CHOICE)
    now = found[1]
    keep = not (posted.superseded and now.proof.any_granted)
    return accepted(service, site, recorded.id, recorded.receipt, now.proof, status=200, keep=keep)


def _is_same(found: Consent, posted: PostedChoice, said: ConsentEvent) -> bool:
    """Say whether a record says what the client says again; what the server adds may differ by now."""
    before = found.said
    same_type = found.type == posted.type or {found.type, posted.type} == _REFUSING
    same_question = (
        posted.purposes in ("", before.purposes_hash) or said.purposes_hash == before.purposes_hash
    )
    return (
        same_type and same_question and all(getattr(before, name) == getattr(said, name) for name in _POSTED)
    )


def nonce_of(request: Request, site: SiteFacts, posted: PostedChoice) -> bytes | None:
    """Return the nonce of a genuine challenge. Raises HTTPException 403 where one is required and missing."""
    service = services(request)
    if service.settings.challenge == "off":
        return None
    nonce = read_challenge(service.keys.cookie, site.key, posted.challenge, service.clock())
    if nonce is None and service.settings.challenge == "required":
        raise HTTPException(403, _NEEDS_CHALLENGE)
    return nonce


def _subject_before(
    request: Request, service: Services, site: SiteFacts, posted: PostedChoice
) -> bytes | None:
    """Return the subject of the visitor's earlier grants, by receipt or cookie; None where there are none.

    A cookie that other hosts can set is not asked: whoever planted it could read what joins its chain (T16).
    """
    subject = subject_of_previous(service, site, posted)
    if subject is None and not site.cookie_domain:
        return subject_in(request, service, site)
    return subject


def subject_of_previous(service: Services, site: SiteFacts, posted: PostedChoice) -> bytes | None:
    """Return the subject in the receipt that came with a choice; None where none did."""
    receipt = read_receipt(service.keys, posted.previous) if posted.previous else None
    return receipt.subject if receipt is not None and receipt.site == site.key else None
