"""Who may see a record: the holder of its receipt, sent as `Authorization: Bearer` (RFC 6750)."""

import hmac
from dataclasses import dataclass

from sqlalchemy.engine import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request

from consentinel.server.admission import admitted
from consentinel.server.chains import Consent, is_known, then_and_now
from consentinel.server.errors import Unavailable
from consentinel.server.ledger.restore import History
from consentinel.server.ledger.unfinished import is_unfinished
from consentinel.server.middleware.areas import header
from consentinel.server.receipts import Receipt, read_receipt
from consentinel.server.site_directory import SiteFacts
from consentinel.server.state import services
from consentinel.server.whole_reading import reading_whole

NOT_FOUND = "no record for this receipt: send Authorization: Bearer with the receipt of this very record"
_SCHEME = b"bearer "
_NOBODY = Receipt(site="", id=bytes(16), subject=None, received_ms=0, leaf=bytes(32))


@dataclass(frozen=True)
class Held:
    """A record, shown by its receipt, and the one that counts now for the same visitor."""

    site: SiteFacts
    record: Consent
    current: Consent


def bearer(request: Request) -> str | None:
    """Return the bearer token of a request; None where it has none."""
    value = header(request.scope, b"authorization")
    if value is None or value[: len(_SCHEME)].lower() != _SCHEME:
        return None
    return value[len(_SCHEME) :].decode("latin-1").strip()


async def held(request: Request) -> Held:
    """Return the record in the path, for the holder of its receipt.

    Raises HTTPException 404 for all that is wrong: the receipt is missing, forged, another record's or
    another site's, the record unknown or erased. Each costs a verified signature and one look-up (T19).
    """
    return await held_by(request, _shown(request))


def _shown(request: Request) -> Receipt:
    """Return the genuine receipt of the record in the path, or nobody's."""
    receipt = read_receipt(services(request).keys, bearer(request) or "") or _NOBODY
    asked = request.path_params["id"].encode()
    return receipt if hmac.compare_digest(receipt.id.hex().encode(), asked) else _NOBODY


async def half_erased(request: Request) -> tuple[SiteFacts, bytes] | None:
    """Return the site and the first record of a chain whose erasure was not done to its end.

    Only for the holder of the receipt in the path; None where there is no such chain.
    """
    service, receipt = services(request), _shown(request)
    if receipt.subject is None:
        return None
    has_begun = await service.database.reading(is_unfinished, receipt.subject)
    return (admitted(request, receipt.site), receipt.subject) if has_begun else None


async def held_at(request: Request, site: SiteFacts) -> Held:
    """Return the record of a site whose receipt the request bears; raises as `held` does."""
    receipt = read_receipt(services(request).keys, bearer(request) or "")
    return await held_by(request, receipt if receipt and receipt.site == site.key else _NOBODY)


async def held_by(request: Request, receipt: Receipt) -> Held:
    """Return the record of a receipt; raises as `held` does."""
    service = services(request)
    found = await reading_whole(service, receipt.site, _look, service.history, receipt)
    if found is None or service.sites.get(receipt.site) is None:
        raise HTTPException(404, NOT_FOUND)
    return Held(admitted(request, receipt.site), *found)


async def expect_known(request: Request, site: SiteFacts, text: str) -> None:
    """Raise Unavailable where a text is a genuine receipt of a record that the ledger lost (T35)."""
    service = services(request)
    receipt = read_receipt(service.keys, text) if text else None
    if receipt and receipt.site == site.key:
        await service.database.reading(_refuse_lost, service.history, receipt)


def _look(connection: Connection, history: History, receipt: Receipt) -> tuple[Consent, Consent] | None:
    """Return the record and the one that counts now. Raises Unavailable where the ledger lost it."""
    found = then_and_now(connection, receipt.site, receipt.id)
    if found is None and receipt is not _NOBODY:
        _refuse_lost(connection, history, receipt)
    return found


def _refuse_lost(connection: Connection, history: History, receipt: Receipt) -> None:
    if is_known(connection, receipt.site, receipt.id):
        return
    if history.unknown_record(connection, receipt.site, receipt.received_ms):
        raise Unavailable("the ledger lacks a record for which there is a receipt: look at /readyz")
