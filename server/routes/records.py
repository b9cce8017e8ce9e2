"""`/v1/consents/{id}`: a record and its proof, for the holder of its receipt; withdrawal, erasure, export."""

import re
from collections.abc import AsyncIterator
from typing import Annotated

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from consentinel.server.answers import accepted, json_response, state_now
from consentinel.server.bearer import NOT_FOUND, half_erased, held
from consentinel.server.ledger.erasure import VISITOR
from consentinel.server.ledger.erasure import erase as erase_records
from consentinel.server.ledger.events import ChainErased
from consentinel.server.ledger.export import PROOFS_BEGIN, PROOFS_END, subject_page
from consentinel.server.ledger.proofs import NeverSoLargeError, inclusion
from consentinel.server.site_directory import SiteFacts
from consentinel.server.state import services
from consentinel.server.states import State, rfc3339
from consentinel.server.streaming import TimedStream
from consentinel.server.visitor_cookies import no_proof_header
from consentinel.server.withdrawal import take_back

_SIZE = re.compile(r"[1-9][0-9]{0,17}")


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """A record. event: what was recorded. state: what holds for the same visitor by now."""

    id: str
    site: str
    received_at: str
    event: Annotated[msgspec.Raw, msgspec.Meta(extra_json_schema={"type": "object"})]
    state: State


class Erased(msgspec.Struct, frozen=True):
    """How many records were erased: all of the same visitor."""

    erased: int


async def get_record(request: Request) -> Response:
    """Show a record."""
    found = await held(request)
    record = found.record
    return json_response(
        Record(
            id=record.id.hex(),
            site=record.site,
            received_at=rfc3339(record.received_ms),
            event=msgspec.Raw(record.event),
            state=state_now(services(request), found.site, found.current.proof),
        )
    )


async def get_proof(request: Request) -> Response:
    """Prove that a record is in the ledger, and with `since` that the ledger goes on from how it was."""
    found = await held(request)
    service, since = services(request), _since(request)
    try:
        proof = await service.database.reading(
            inclusion, service.keys, found.site.key, found.record.id, since
        )
    except NeverSoLargeError as error:
        raise HTTPException(409, f"{error}: the checkpoint is of another one, or entries are lost") from error
    if proof is None:
        raise HTTPException(404, NOT_FOUND)
    return json_response(proof)


def _since(request: Request) -> int | None:
    """Return the size of an older checkpoint, if one is given. Raises HTTPException 422 for another text."""
    text = request.query_params.get("since")
    if text is None:
        return None
    if not _SIZE.fullmatch(text):
        raise HTTPException(422, "since: the number in the second line of a checkpoint that you have kept")
    return int(text)


async def get_export(request: Request) -> Response:
    """Give a person all that is recorded of them, with proofs (GDPR art. 15 and 20)."""
    found = await held(request)
    service = services(request)
    own = (service.keys, found.site.key, found.record.id)
    begun = await service.database.reading(subject_page, *own)

    async def pieces() -> AsyncIterator[bytes]:
        page, last = begun
        yield PROOFS_BEGIN + page
        while page:
            page, last = await service.database.reading(subject_page, *own, last)
            if page:
                yield b"," + page
        yield PROOFS_END

    headers = {"Content-Disposition": 'attachment; filename="consent-records.json"'}
    return TimedStream(pieces(), headers=headers, media_type="application/json")


async def withdraw(request: Request) -> Response:
    """Record that a grant was taken back: 201, or 200 where nothing is granted any more.

    Either way the anchor has it by then: the first time, it may have failed after the commit.
    """
    found = await held(request)
    service, site = services(request), found.site
    try:
        done = await take_back(service, site, found.current)
    except ChainErased as error:
        raise HTTPException(404, NOT_FOUND) from error
    status = 201 if done.is_new else 200  # somebody may have withdrawn it at the same moment
    return accepted(service, site, done.id, done.receipt, done.proof, status=status, keep=True)


async def erase(request: Request) -> Response:
    """Erase all records of the same visitor; the ledger keeps their hashes."""
    site, record_id = await half_erased(request) or await _held(request)
    service = services(request)
    database = service.database
    number = await database.run(erase_records, database, service.ledger, site.key, record_id, VISITOR)
    return json_response(Erased(number), headers={"Set-Cookie": no_proof_header(service, site)})


async def _held(request: Request) -> tuple[SiteFacts, bytes]:
    found = await held(request)
    return found.site, found.record.id


ROUTES = [
    Route("/v1/consents/{id}", get_record, methods=["GET"]),
    Route("/v1/consents/{id}", erase, methods=["DELETE"]),
    Route("/v1/consents/{id}/proof", get_proof, methods=["GET"]),
    Route("/v1/consents/{id}/export", get_export, methods=["GET"]),
    Route("/v1/consents/{id}/withdraw", withdraw, methods=["POST"]),
]
