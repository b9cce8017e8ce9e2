"""A posted choice as an event of the ledger, and what an event grants."""

import hashlib
import re
import uuid
from collections.abc import Mapping
from functools import cache

import msgspec
from msgspec.structs import replace

from consentinel.banner.consent import Choice, PostedChoice, WireChoices
from consentinel.banner.regimes import Regime, regimes
from consentinel.server.clock import DAY_MS
from consentinel.server.ledger.events import CountKey, NewEvent, new_id
from consentinel.server.proof_cookie import Proof, under_signal
from consentinel.server.site_directory import SiteFacts, VersionFacts
from consentinel.server.states import rfc3339

GRANTING = frozenset({"given", "changed"})
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})")
_DATE_CHARACTERS = 10
_OF_UNKNOWN = Choice(targeting=True)


class ConsentEvent(msgspec.Struct, frozen=True, kw_only=True):
    """What an event of kind "consent" says; other fields of it are the ledger's (server/ledger/events.py)."""

    choices: WireChoices
    vendors: Mapping[str, bool]
    purposes_hash: str
    banner_hash: str
    bundle_hash: str
    version: str
    mode: str
    locale: str
    regime: str
    method: str
    gpc: bool
    verified: bool
    client_ts: str
    expires_at: str


def contradiction(posted: PostedChoice) -> str | None:
    """Return what is wrong where the type says something else than the choices; None where nothing is.

    Under the opt-out signal a page may have answered yes and still be refused.
    """
    choices = posted.choices
    granted = choices.functional or choices.performance or choices.targeting or any(posted.vendors.values())
    if posted.type in GRANTING and not granted:
        return f"a choice of type {posted.type} has to grant something: send refused or withdrawn"
    if posted.type not in GRANTING and granted and not posted.gpc:
        return f"a choice of type {posted.type} grants nothing: send given or changed"
    return None


def consent_event(posted: PostedChoice, site: SiteFacts, now_ms: int, *, verified: bool) -> ConsentEvent:
    """Return what is recorded of a posted choice. verified: whether it came with a genuine challenge."""
    shown = site.versions.get(posted.version)
    purposes = _purposes(posted, shown, site)
    if shown and purposes != shown.purposes:
        shown = None  # whatever was shown, it was not that
    return ConsentEvent(
        choices=posted.choices,
        vendors=posted.vendors,
        purposes_hash=purposes,
        banner_hash=shown.banner_hash if shown else "",
        bundle_hash=shown.bundle_hash if shown else "",
        version=posted.version,
        mode=posted.mode,
        locale=posted.locale,
        regime=posted.regime,
        method=posted.method,
        gpc=posted.gpc,
        verified=verified,
        client_ts=_claimed_time(posted),
        expires_at=rfc3339(expiry_ms(site, posted.regime, now_ms)),
    )


def _purposes(posted: PostedChoice, shown: VersionFacts | None, site: SiteFacts) -> str:
    """Return what a choice is about: what the version asks for that was shown, where that is known.

    A script never contradicts itself, unless its version was lost and the number given to another one. Its
    record is taken, as it may be a withdrawal, and is about what is not asked for today: nothing counts for
    purposes that may not have been shown.
    """
    if shown is None:
        return posted.purposes or site.purposes
    return shown.purposes if posted.purposes in ("", site.purposes) else posted.purposes


def new_event(
    posted: PostedChoice, site: SiteFacts, now_ms: int, said: ConsentEvent, *, subject: bytes | None
) -> NewEvent:
    """Return the event for the ledger. subject: of the visitor's earlier grants, None where none is known."""
    own = new_id()
    return NewEvent(
        id=own,
        site=site.key,
        kind="consent",
        type=posted.type,
        event_id=stored_event_id(posted.event_id),
        body=msgspec.to_builtins(said),
        subject=_subject(posted.type, subject, own),
        expires_ms=expiry_ms(site, posted.regime, now_ms),
        count=count_of(posted.type, said, site),
    )


def stored_event_id(event_id: str) -> str:
    """Return what stands for a client's event_id in the ledger: a hash, in the shape of a UUID.

    Posting a choice again gives its receipt, so an export or a backup must not name what to post (T19).
    """
    digest = hashlib.sha256(event_id.lower().encode()).digest()
    return str(uuid.UUID(bytes=digest[:16]))


def expiry_ms(site: SiteFacts, regime: str, now_ms: int) -> int:
    """Return when an answer runs out; where the regime is not known, as early as the strictest says."""
    days = site.days.get(regime) or min(site.days.values())
    return now_ms + days * DAY_MS


def granted_by(event_type: str, event: ConsentEvent, received_ms: int, expires_ms: int) -> Proof:
    """Return what an event grants, without a subject."""
    proof = Proof(
        choice=Choice(**msgspec.structs.asdict(event.choices)),
        closed_by_signal=closed_by_signal(event.regime, gpc=event.gpc),
        purposes=event.purposes_hash,
        issued_s=received_ms // 1000,
        expires_s=expires_ms // 1000,
        vendors=event.vendors,
    )
    if event_type not in GRANTING:
        return replace(proof, choice=Choice(), vendors={})
    return under_signal(proof) if event.gpc else proof


def closed_by_signal(regime: str, *, gpc: bool) -> Choice:
    """Return the categories that are not granted to a browser that sends Sec-GPC: 1.

    gpc: whether the answer was given under the signal, which wins where the law knows that. Of an unknown
    regime, targeting is closed (banner/regimes.yaml).
    """
    return _closed().get((regime, gpc), _OF_UNKNOWN)


@cache
def _closed() -> Mapping[tuple[str, bool], Choice]:
    """Return it for all that are known: a cache by what a visitor writes would grow for ever (T20)."""
    return {(regime.id, gpc): _closed_in(regime, gpc=gpc) for regime in regimes() for gpc in (False, True)}


def _closed_in(regime: Regime, *, gpc: bool) -> Choice:
    if gpc and regime.opt_in_after_signal:
        return Choice()
    functional, performance, targeting = (purpose == "signal_opt_out" for purpose in regime.purposes)
    return Choice(functional=functional, performance=performance, targeting=targeting)


def _claimed_time(posted: PostedChoice) -> str:
    """Return the visitor's time, of a refusal the date alone: a millisecond would tell people apart (T21)."""
    if not _TIME.fullmatch(posted.client_ts):
        return ""
    return posted.client_ts if posted.type in GRANTING else posted.client_ts[:_DATE_CHARACTERS]


def _subject(event_type: str, subject: bytes | None, own: bytes) -> bytes | None:
    if event_type == "refused":
        return None
    return subject or (own if event_type in GRANTING else None)


def count_of(event_type: str, said: ConsentEvent, site: SiteFacts) -> CountKey:
    """Return what it is counted as; only names that the server knows, or anybody could fill the table."""
    choice = granted_by(event_type, said, 0, 0).choice
    return CountKey(
        regime=said.regime if said.regime in site.days else "",
        version=said.version if said.banner_hash and said.version in site.versions else "",
        method=said.method,
        functional=choice.functional,
        performance=choice.performance,
        targeting=choice.targeting,
    )
