"""GET /.well-known/jwks.json: what others verify tokens with."""

import jwt

from tests.server.routes.api import SITE, Api


def test_the_published_keys_verify_a_token(sqlite_api: Api) -> None:
    answer = sqlite_api.client.get("/.well-known/jwks.json")
    assert answer.status_code == 200
    token = sqlite_api.token()
    key = jwt.PyJWKSet.from_json(answer.text)[jwt.get_unverified_header(token)["kid"]]
    clocks = {"verify_exp": False, "verify_iat": False}
    claims = jwt.decode(token, key, ["EdDSA"], audience=SITE, options=clocks)  # type: ignore[arg-type]  # its own TypedDict
    assert claims["iss"] == sqlite_api.services.settings.public_url


def test_anybody_may_read_and_keep_them(sqlite_api: Api) -> None:
    headers = sqlite_api.client.get("/.well-known/jwks.json").headers
    assert headers["cache-control"] == "public, max-age=3600"
    assert headers["access-control-allow-origin"] == "*"


def test_they_hold_no_secret(sqlite_api: Api) -> None:
    """A private key in a JWKS has a member `d` (RFC 8037 section 2)."""
    [key] = sqlite_api.client.get("/.well-known/jwks.json").json()["keys"]
    assert set(key) == {"kty", "crv", "x", "kid", "use", "alg"}
