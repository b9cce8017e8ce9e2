"""State tokens, compared with PyJWT, which others verify them with."""

import json
from typing import Any

import jwt
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from consentinel.banner.consent import WireChoices
from consentinel.server.base64url import encoded
from consentinel.server.keys import new_keys
from consentinel.server.tokens import Claims, jwks, key_of, make_token, read_token

KEYS = new_keys()
PUBLIC = {KEYS.key_id: KEYS.public}
NOW_S = 1_795_000_000
ISSUER = "https://consent.shop.example"
CLAIMS = Claims(
    iss=ISSUER,
    aud="shop.example",
    iat=NOW_S,
    exp=NOW_S + 3_600,
    decided=True,
    choices=WireChoices(functional=True, performance=False, targeting=False),
    vendors={"youtube": False},
    purposes="0a1b2c3d",
    closed_by_signal=WireChoices(functional=False, performance=False, targeting=True),
)
TOKEN = make_token(KEYS, CLAIMS)


def read(
    token: str,
    *,
    public: dict[str, Ed25519PublicKey] = PUBLIC,
    issuer: str = ISSUER,
    site: str = "shop.example",
    now_s: float = NOW_S,
) -> Claims | None:
    return read_token(public, token, issuer=issuer, site=site, now_s=now_s)


def forged(header: dict[str, Any], claims: object = None, signature: bytes | None = None) -> str:
    """Return a token of our key whatever its header says."""
    body = msgspec.json.encode(CLAIMS if claims is None else claims)
    signed = f"{encoded(json.dumps(header).encode())}.{encoded(body)}"
    made = KEYS.signing.sign(signed.encode()) if signature is None else signature
    return f"{signed}.{encoded(made)}"


HEADER = {"alg": "EdDSA", "typ": "consentinel-state+jwt", "kid": KEYS.key_id}


def test_is_read_as_it_was_made() -> None:
    assert read(TOKEN) == CLAIMS
    assert key_of(TOKEN) == KEYS.key_id
    assert read(forged(HEADER)) == CLAIMS


def test_others_read_it_with_the_published_keys() -> None:
    """PyJWT as oracle: signature, audience and issuer."""
    published = jwt.PyJWKSet.from_json(msgspec.json.encode(jwks(KEYS)).decode())
    key = published[jwt.get_unverified_header(TOKEN)["kid"]]
    options: Any = {"verify_exp": False, "verify_iat": False}
    claims = jwt.decode(TOKEN, key, ["EdDSA"], audience="shop.example", issuer=ISSUER, options=options)
    assert claims == msgspec.to_builtins(CLAIMS)


def test_a_token_that_others_made_with_our_key_is_read() -> None:
    made = jwt.encode(
        msgspec.to_builtins(CLAIMS), KEYS.signing, "EdDSA", headers={"typ": HEADER["typ"], "kid": KEYS.key_id}
    )
    assert read(made) == CLAIMS


def test_names_nobody() -> None:
    """T21: the same answer at the same second is the same token."""
    assert make_token(KEYS, CLAIMS) == TOKEN
    assert {"sub", "jti"}.isdisjoint(msgspec.to_builtins(CLAIMS))


@pytest.mark.parametrize(
    ("now_s", "is_read"),
    [
        (NOW_S - 301, False),
        (NOW_S - 300, True),
        (NOW_S + 3_599, True),
        (NOW_S + 3_600, False),
        (NOW_S + 63_072_000, False),
        (NOW_S - 63_072_000, False),
    ],
)
def test_holds_for_its_time(now_s: float, *, is_read: bool) -> None:
    """T27."""
    assert (read(TOKEN, now_s=now_s) is not None) is is_read


def test_holds_for_one_site_of_one_server() -> None:
    assert read(TOKEN, site="www.shop.example") is None
    assert read(TOKEN, issuer="https://other.example") is None
    assert read(TOKEN, public={KEYS.key_id: new_keys().public}) is None
    assert read(TOKEN, public={}) is None


@pytest.mark.parametrize(
    "token",
    [
        forged({**HEADER, "alg": "none"}, signature=b""),
        forged({**HEADER, "alg": "none"}),
        forged({**HEADER, "alg": "HS256"}),
        forged({**HEADER, "typ": "JWT"}),
        forged({**HEADER, "kid": "other"}),
        forged({"alg": "EdDSA", "typ": HEADER["typ"]}),
        forged(HEADER, {"iss": ISSUER, "aud": "shop.example"}),
        forged(HEADER, []),
        forged(HEADER, signature=b""),
        f"{TOKEN}.",
        f"{TOKEN}=",
        f" {TOKEN}",
        TOKEN.rpartition(".")[0],
        TOKEN.rpartition(".")[0] + ".",
        "..",
        "",
        TOKEN + "A" * 9_000,
    ],
)
def test_all_else_is_no_token(token: str) -> None:
    assert read(token) is None


def test_no_character_can_be_changed() -> None:
    for place, character in enumerate(TOKEN):
        other = "A" if character != "A" else "B"
        assert read(TOKEN[:place] + other + TOKEN[place + 1 :]) is None


@given(st.text())
def test_no_text_is_an_accident(token: str) -> None:
    assert read(token) is None
    assert key_of(token) == ""
