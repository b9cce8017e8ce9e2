"""For servers that receive tags' requests: does this visitor's state token allow it? Verified offline.

    from consentinel.server.client import Verifier

    verifier = Verifier(jwks, issuer="https://consent.shop.example", site="shop.example")
    if verifier.state(token).has("performance"):
        ...

`jwks` is the content of `{issuer}/.well-known/jwks.json`; fetch it once, and again where a token names a key
that is not known (`Verifier.knows`). What is no valid token for this site and moment is a visitor without a
choice.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from consentinel.scanner.errors import InputError
from consentinel.server.base64url import decoded
from consentinel.server.proof_cookie import under_signal
from consentinel.server.states import proof_of
from consentinel.server.tokens import Claims, Jwks, key_of, read_token

__all__ = ["NO_CHOICE", "State", "Verifier"]

CATEGORIES = ("functional", "performance", "targeting")


@dataclass(frozen=True, kw_only=True)
class State:
    """What a visitor has granted. vendors: services that differ from their category."""

    decided: bool
    granted: frozenset[str] = frozenset()
    vendors: Mapping[str, bool] = field(default_factory=lambda: MappingProxyType({}))

    def has(self, category: str, vendor: str = "") -> bool:
        """Say whether a category is granted, or a service of it: what was said of that service counts first.

        Raises ValueError for what is no category; `strictly-necessary` is always granted.
        """
        if category == "strictly-necessary":
            return True
        if category not in CATEGORIES:
            raise ValueError(f"{category!r} is no category: use one of {', '.join(CATEGORIES)}")
        return self.vendors.get(vendor, category in self.granted)


NO_CHOICE = State(decided=False)


class Verifier:
    """Reads the state tokens of one consentinel server for one site."""

    def __init__(
        self,
        jwks: str | bytes | Mapping[str, object],
        *,
        issuer: str,
        site: str,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Use public keys. Raises InputError where `jwks` holds none.

        jwks: the content of /.well-known/jwks.json, as text or decoded. issuer: the server's public address.
        site: the host that choices are posted for. clock: seconds since 1970.
        """
        self._keys = _public_keys(jwks)
        self._issuer = issuer.rstrip("/")
        self._site = site
        self._clock = clock

    def state(self, token: str, *, gpc: bool = False) -> State:
        """Return what a token grants now; NO_CHOICE for one that is forged, foreign or too old.

        gpc: whether the visitor's request came with `Sec-GPC: 1`, which some laws let take categories away.
        """
        claims = read_token(
            self._keys, token.strip(), issuer=self._issuer, site=self._site, now_s=self._clock()
        )
        return NO_CHOICE if claims is None else _state(claims, gpc=gpc)

    def knows(self, token: str) -> bool:
        """Say whether the key that a token names is known: if it is not, fetch the keys again."""
        return key_of(token.strip()) in self._keys


def _state(claims: Claims, *, gpc: bool) -> State:
    proof = under_signal(proof_of(claims)) if gpc else proof_of(claims)
    granted = frozenset(category for category in CATEGORIES if getattr(proof.choice, category))
    return State(decided=claims.decided, granted=granted, vendors=MappingProxyType(dict(proof.vendors)))


def _public_keys(jwks: str | bytes | Mapping[str, object]) -> Mapping[str, Ed25519PublicKey]:
    try:
        found = msgspec.convert(jwks if isinstance(jwks, Mapping) else msgspec.json.decode(jwks), Jwks).keys
        keys = {key.kid: Ed25519PublicKey.from_public_bytes(decoded(key.x)) for key in found}
    except ValueError as error:
        raise InputError(
            f"these are no public keys ({error}): give the content of /.well-known/jwks.json"
        ) from error
    if not keys:
        raise InputError("there is no public key in it: give the content of /.well-known/jwks.json")
    return keys
