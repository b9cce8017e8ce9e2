"""The cookie `consentinel_proof_…`: what a visitor has answered, as the server alone can write it (T16).

`1.<bits>.<signal>.<purposes>.<issued>.<expires>.<subject>.<vendors>.<mac>`: three bits of granted categories,
three of those that the opt-out signal takes away again, the fingerprint of the purposes, two times in seconds
since 1970, the subject in base64url, services that differ from their category (`!` for a refused one, `~`
between two), and HMAC-SHA-256 over all of it and the site. Of a refusal the time is that of the day, subject
and services are empty: all who refused on one day have the same cookie.
"""

import hashlib
import hmac
from collections.abc import Mapping
from functools import lru_cache
from itertools import product

import msgspec
from msgspec.structs import replace

from consentinel.banner.consent import SECONDS_A_DAY, Choice
from consentinel.server.base64url import decoded, encoded

COOKIE = "consentinel_proof"
CONTEXT = b"consentinel/proof/1\0"
# Clocks of several servers differ (T27).
SKEW_S = 300
_VERSION = "1"
_PARTS = 8
# Browsers keep no longer cookie (RFC 6265bis, section 5.4).
_MOST_CHARACTERS = 4_096
_NOTHING = Choice()
_BY_BITS = {
    "".join(bits): Choice(functional=bits[0] == "1", performance=bits[1] == "1", targeting=bits[2] == "1")
    for bits in product("01", repeat=3)
}
_BITS = {choice: bits for bits, choice in _BY_BITS.items()}


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """An answer. closed_by_signal: categories that are not granted to a browser that sends Sec-GPC: 1.

    issued_s, expires_s: in seconds since 1970. subject: 16 bytes, None where nothing is granted.
    """

    choice: Choice
    purposes: str
    issued_s: int
    expires_s: int
    closed_by_signal: Choice = _NOTHING
    subject: bytes | None = None
    vendors: Mapping[str, bool] = {}

    @property
    def any_granted(self) -> bool:
        """Say whether a category or a service is granted."""
        return self.choice.any_granted or any(self.vendors.values())

    def holds(self, purposes: str, now_ms: int) -> bool:
        """Say whether it counts now, for what the site asks. purposes: '' where that is not known."""
        now_s = now_ms // 1000
        return self.issued_s - SKEW_S <= now_s < self.expires_s and purposes in ("", self.purposes)


@lru_cache(maxsize=1_024)
def cookie_name(site: str, *, host_only: bool) -> str:
    """Return the cookie's name for a site: several sites may have their consents on one host (T33).

    host_only: whether no other host may have set it; then it has the prefix `__Host-` (RFC 6265bis).
    """
    name = f"{COOKIE}_{hashlib.sha256(site.encode()).hexdigest()[:8]}"
    return f"__Host-{name}" if host_only else name


def refusal(proof: Proof) -> Proof:
    """Return the proof with nothing granted and nothing that tells one visitor from another."""
    day = SECONDS_A_DAY
    return Proof(
        choice=_NOTHING,
        purposes=proof.purposes,
        issued_s=proof.issued_s // day * day,
        expires_s=proof.expires_s // day * day,
    )


def under_signal(proof: Proof) -> Proof:
    """Return what is left of an answer for a browser that sends Sec-GPC: 1.

    Which category a service belongs to is not known here: where the signal takes any category away, no
    service is granted by name.
    """
    if not proof.closed_by_signal.any_granted:
        return proof
    refused = {vendor: False for vendor, granted in proof.vendors.items() if not granted}
    return replace(proof, choice=without(proof.choice, proof.closed_by_signal), vendors=refused)


def without(choice: Choice, closed: Choice) -> Choice:
    """Return the choice but for the categories in `closed`."""
    return Choice(
        functional=choice.functional and not closed.functional,
        performance=choice.performance and not closed.performance,
        targeting=choice.targeting and not closed.targeting,
    )


def both(one: Proof, other: Proof) -> Proof:
    """Return what two proofs agree on (somebody may have set one of them for a domain above)."""
    if one == other:
        return one
    return replace(
        one,
        choice=common(one.choice, other.choice),
        closed_by_signal=Choice(functional=True, performance=True, targeting=True),
        expires_s=min(one.expires_s, other.expires_s),
        subject=None,
        vendors={
            vendor: one.vendors.get(vendor, False) and other.vendors.get(vendor, False)
            for vendor in {**one.vendors, **other.vendors}
        },
    )


def common(one: Choice, other: Choice) -> Choice:
    """Return the categories that both grant."""
    return Choice(
        functional=one.functional and other.functional,
        performance=one.performance and other.performance,
        targeting=one.targeting and other.targeting,
    )


def format_proof(key: bytes, site: str, proof: Proof) -> str:
    """Return the cookie's value."""
    granted = proof if proof.any_granted else refusal(proof)
    text = ".".join(
        (
            _VERSION,
            _BITS[granted.choice],
            _BITS[granted.closed_by_signal],
            granted.purposes,
            str(granted.issued_s),
            str(granted.expires_s),
            encoded(granted.subject or b""),
            "~".join(f"{'' if granted.vendors[slug] else '!'}{slug}" for slug in sorted(granted.vendors)),
        )
    )
    return f"{text}.{_mac(key, site, text)}"


def parse_proof(key: bytes, site: str, value: str) -> Proof | None:
    """Return the proof in a cookie's value; None for what this server has not written for this site."""
    text, _, mac = value.rpartition(".")
    if len(value) > _MOST_CHARACTERS or not value.isascii():
        return None
    if not hmac.compare_digest(_mac(key, site, text), mac):
        return None
    parts = text.split(".")
    return _proof(parts) if len(parts) == _PARTS and parts[0] == _VERSION else None


def _proof(parts: list[str]) -> Proof | None:
    """Read what was written under our key: nothing in it is a surprise but another version's writing."""
    try:
        return Proof(
            choice=_BY_BITS[parts[1]],
            closed_by_signal=_BY_BITS[parts[2]],
            purposes=parts[3],
            issued_s=int(parts[4]),
            expires_s=int(parts[5]),
            subject=decoded(parts[6]) if parts[6] else None,
            vendors={text.lstrip("!"): text[0] != "!" for text in parts[7].split("~")} if parts[7] else {},
        )
    except (ValueError, KeyError):
        return None


def _mac(key: bytes, site: str, text: str) -> str:
    message = b"\0".join((CONTEXT, site.encode(), text.encode()))
    return encoded(hmac.digest(key, message, hashlib.sha256))
