"""State tokens: a visitor's consent state for servers that cannot ask, signed, short-lived and about nobody.

A JSON Web Token (RFC 7519) with EdDSA (RFC 8037) and an explicit type (RFC 8725, section 3.11). It names no
record, no subject and no identifier of its own: whoever collects tokens cannot tell visitors apart (T21).
"""

from collections.abc import Mapping
from typing import Literal

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from consentinel.banner.consent import WireChoices
from consentinel.server.base64url import decoded, encoded
from consentinel.server.keys import Keys

TYPE: Literal["consentinel-state+jwt"] = "consentinel-state+jwt"
# Clocks differ (T27).
SKEW_S = 300
_MOST_CHARACTERS = 8_192


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """How a token is signed."""

    alg: Literal["EdDSA"] = "EdDSA"
    typ: Literal["consentinel-state+jwt"] = TYPE
    kid: str


class Claims(msgspec.Struct, frozen=True, kw_only=True):
    """What a token says. iss: the server's address. aud: the site. iat, exp: seconds since 1970.

    closed_by_signal: categories that are not granted to a browser that sends Sec-GPC: 1.
    """

    iss: str
    aud: str
    iat: int
    exp: int
    decided: bool
    choices: WireChoices
    vendors: Mapping[str, bool]
    purposes: str
    closed_by_signal: WireChoices


class Jwk(msgspec.Struct, frozen=True, kw_only=True):
    """A public key (RFC 8037, section 2)."""

    kty: Literal["OKP"] = "OKP"
    crv: Literal["Ed25519"] = "Ed25519"
    x: str
    kid: str
    use: Literal["sig"] = "sig"
    alg: Literal["EdDSA"] = "EdDSA"


class Jwks(msgspec.Struct, frozen=True):
    """A set of public keys (RFC 7517, section 5)."""

    keys: tuple[Jwk, ...]


def jwks(keys: Keys) -> Jwks:
    """Return what verifies tokens."""
    return Jwks((Jwk(x=encoded(keys.public_bytes), kid=keys.key_id),))


def make_token(keys: Keys, claims: Claims) -> str:
    """Return the claims, signed."""
    header = encoded(msgspec.json.encode(Header(kid=keys.key_id)))
    signed = f"{header}.{encoded(msgspec.json.encode(claims))}"
    return f"{signed}.{encoded(keys.signing.sign(signed.encode()))}"


def read_token(
    public: Mapping[str, Ed25519PublicKey], token: str, *, issuer: str, site: str, now_s: float
) -> Claims | None:
    """Return the claims of a token that holds now for a site; None for all else.

    public: the server's public keys, by their names (`kid`).
    """
    claims = _signed_claims(public, token)
    if claims is None or (claims.iss, claims.aud) != (issuer, site):
        return None
    return claims if claims.iat - SKEW_S <= now_s < claims.exp else None


def key_of(token: str) -> str:
    """Return the name of the key that a token says it is signed with, '' for what is no token."""
    try:
        return msgspec.json.decode(decoded(token.partition(".")[0]), type=Header).kid
    except ValueError:
        return ""


def _signed_claims(public: Mapping[str, Ed25519PublicKey], token: str) -> Claims | None:
    parts = token.split(".") if len(token) <= _MOST_CHARACTERS else []
    try:
        header, claims, signature = (decoded(part) for part in parts)
        key = public[msgspec.json.decode(header, type=Header).kid]
        key.verify(signature, f"{parts[0]}.{parts[1]}".encode())
        return msgspec.json.decode(claims, type=Claims)
    except (ValueError, KeyError, InvalidSignature):  # msgspec's errors are ValueErrors
        return None
