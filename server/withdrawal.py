"""Withdrawal of a grant by the holder of its receipt."""

import msgspec

from consentinel.banner.consent import WireChoices
from consentinel.server.chains import Consent
from consentinel.server.consent_events import ConsentEvent, count_of, expiry_ms
from consentinel.server.ledger.events import NewEvent
from consentinel.server.site_directory import SiteFacts
from consentinel.server.states import rfc3339

_NOTHING = WireChoices(functional=False, performance=False, targeting=False)


def withdrawn(granted: Consent, site: SiteFacts, now_ms: int) -> tuple[NewEvent, ConsentEvent]:
    """Return the event that takes back what a record grants, and what it says.

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
        verified=True,  # by the receipt
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
        count=count_of("withdrawn", said, site),
    )
    return event, said
