"""A visitor's consent state, as every answer of the API tells it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Literal

import msgspec

from consentinel.banner.consent import Choice, WireChoices
from consentinel.server.proof_cookie import Proof
from consentinel.server.tokens import Claims

Source = Literal["cookie", "token", "record", "none"]
_NOTHING = WireChoices(functional=False, performance=False, targeting=False)


class State(msgspec.Struct, frozen=True, kw_only=True):
    """What is granted. decided: whether there is an answer that holds; nothing is granted without one.

    vendors: services that differ from their category. purposes: the fingerprint of what was asked for.
    source: what it was read from. expires_at: RFC 3339, None where nothing was decided.
    """

    site: str
    decided: bool
    choices: WireChoices
    vendors: Mapping[str, bool]
    purposes: str
    source: Source
    expires_at: str | None


def undecided(site: str) -> State:
    """Return the state of a visitor of whom no answer holds."""
    return State(
        site=site,
        decided=False,
        choices=_NOTHING,
        vendors={},
        purposes="",
        source="none",
        expires_at=None,
    )


def state_of(site: str, proof: Proof, source: Source) -> State:
    """Return the state that a proof tells."""
    return State(
        site=site,
        decided=True,
        choices=wire(proof.choice),
        vendors=proof.vendors,
        purposes=proof.purposes,
        source=source,
        expires_at=rfc3339(proof.expires_s * 1000),
    )


def proof_of(claims: Claims) -> Proof:
    """Return the answer that a token tells; it holds as long as the token."""
    return Proof(
        choice=Choice(**msgspec.structs.asdict(claims.choices)),
        closed_by_signal=Choice(**msgspec.structs.asdict(claims.closed_by_signal)),
        purposes=claims.purposes,
        issued_s=claims.iat,
        expires_s=claims.exp,
        vendors=claims.vendors,
    )


def wire(choice: Choice) -> WireChoices:
    """Return a choice as JSON has it."""
    return WireChoices(
        functional=choice.functional, performance=choice.performance, targeting=choice.targeting
    )


def rfc3339(ms: int) -> str:
    """Return a time in ms since 1970 as text, in whole seconds (RFC 3339)."""
    return _rfc3339(ms // 1000)


@lru_cache(maxsize=4_096)  # answers of one second run out in the same second
def _rfc3339(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC).isoformat()[:19]}Z"
