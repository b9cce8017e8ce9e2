"""Withdrawal of a grant: by the holder of its receipt, or because a newer choice came with its cookie."""

from contextlib import suppress
from typing import NamedTuple

import msgspec
from sqlalchemy.engine import Connection
from starlette.requests import Request

from consentinel.banner.consent import PostedChoice, WireChoices
from consentinel.server.chains import Consent, latest
from consentinel.server.consent_events import GRANTING, ConsentEvent, count_of, expiry_ms, stored_event_id
from consentinel.server.errors import Unavailable
from consentinel.server.ledger.events import ChainErased, NewEvent
from consentinel.server.ledger.recorded import find_recorded
from consentinel.server.ledger.writer import remember_site
from consentinel.server.proof_cookie import Proof
from consentinel.server.receipts import make_receipt
from consentinel.server.recording import grant_of, subject_of_previous, submitted
from consentinel.server.site_directory import SiteFacts
from consentinel.server.state import Services, services
from consentinel.server.states import rfc3339
from consentinel.server.visitor_cookies import subjects_in

_NOTHING = WireChoices(functional=False, performance=False, targeting=False)
# Each needs somebody who has withdrawn and granted again since the one before it.
_TRIES = 4


class Withdrawal(NamedTuple):
    """The record by which nothing is granted any more. is_new: whether this request has made it."""

    id: bytes
    receipt: str
    proof: Proof
    is_new: bool


async def take_back(
    service: Services, site: SiteFacts, current: Consent, *, by_receipt: bool = True
) -> Withdrawal:
    """Take back what a visitor has granted; once this has returned, it is so and the anchor has it.

    current: the last record of the visitor. by_receipt: whether its holder wants it. Raises ChainErased where
    all of them are erased, Unavailable.
    """
    for _ in range(_TRIES):
        if current.type not in GRANTING:
            await service.database.run(remember_site, service.ledger, site.key)
            receipt = make_receipt(service.keys, current.receipt)
            return Withdrawal(current.id, receipt, current.proof, is_new=False)
        event, said = withdrawn(current, site, service.clock(), by_receipt=by_receipt)
        recorded = await submitted(service, event)
        if not recorded.repeated:
            return Withdrawal(recorded.id, recorded.receipt, grant_of(event, said, recorded), is_new=True)
        current = await _read_again(service, current)  # who has withdrawn it may have granted again since
    raise Unavailable("others write for this visitor all the time")


async def _read_again(service: Services, before: Consent) -> Consent:
    subject = before.subject or before.id
    found = await service.database.reading(latest, before.site, subject)
    if found is None:
        raise ChainErased("the records of this visitor are erased")
    return found


async def end_others(request: Request, site: SiteFacts, posted: PostedChoice) -> None:
    """Take back what chains grant that the cookie names and a choice does not go on with (T16).

    For sites whose cookie other hosts can set. Such a chain may be another person's, who planted the cookie:
    nothing of the choice is written into it. Or it is the visitor's own, from a host of the site whose
    receipt this page has not: then its grant is over. Raises as `take_back`, but for ChainErased.
    """
    if not site.cookie_domain:
        return
    service = services(request)
    others = subjects_in(request, service, site) - {subject_of_previous(service, site, posted)}
    if not others or await service.database.reading(_is_repeat, site.key, posted.event_id):
        return
    for subject in sorted(others):
        last = await service.database.reading(latest, site.key, subject)
        with suppress(ChainErased):
            if last is not None:
                await take_back(service, site, last, by_receipt=False)


def _is_repeat(connection: Connection, site: str, event_id: str) -> bool:
    """Say whether a choice was posted before: then what a cookie names may be newer than that."""
    return bool(find_recorded(connection, [(site, stored_event_id(event_id))]))


def withdrawn(
    granted: Consent, site: SiteFacts, now_ms: int, *, by_receipt: bool = True
) -> tuple[NewEvent, ConsentEvent]:
    """Return the event that takes back what a record grants, and what it says.

    by_receipt: else it is by a cookie, beside a choice, which is counted itself.

    Its event_id follows from the record: whoever withdraws twice, or twice at once, withdraws once. It is no
    UUID, so that no client can have taken it.
    """
    before = granted.said
    expires_ms = expiry_ms(site, before.regime, now_ms)
    said = msgspec.structs.replace(
        before,
        choices=_NOTHING,
        vendors={},
        method="api",
        gpc=False,
        verified=by_receipt,
        client_ts="",
        expires_at=rfc3339(expires_ms),
    )
    event = NewEvent(
        site=site.key,
        kind="consent",
        type="withdrawn",
        event_id=f"w{granted.id.hex()}",
        body=msgspec.to_builtins(said),
        subject=granted.subject,
        expires_ms=expires_ms,
        count=count_of("withdrawn", said, site) if by_receipt else None,
    )
    return event, said
