"""The documented clients of state tokens: Python's and the one for Node, on the same tokens."""

import json
import subprocess
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentinel.banner.consent import WireChoices
from consentinel.scanner.errors import InputError
from consentinel.server import client
from consentinel.server.client import NO_CHOICE, State, Verifier
from consentinel.server.keys import new_keys
from consentinel.server.proof_cookie import cookie_name
from consentinel.server.tokens import Claims, jwks, make_token

KEYS = new_keys()
PUBLIC = msgspec.json.encode(jwks(KEYS))
NOW_S = 4_000_000_000  # Node's example reads the clock, so the tokens are of a day to come
ISSUER = "https://consent.shop.example"
CLAIMS = Claims(
    iss=ISSUER,
    aud="shop.example",
    iat=0,
    exp=NOW_S,
    decided=True,
    choices=WireChoices(functional=True, performance=False, targeting=False),
    vendors={"youtube": False, "matomo": True},
    purposes="0a1b2c3d",
    closed_by_signal=WireChoices(functional=False, performance=False, targeting=True),
)
TOKEN = make_token(KEYS, CLAIMS)
EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "verify-token.mjs"


def verifier(public: str | bytes = PUBLIC, issuer: str = ISSUER, site: str = "shop.example") -> Verifier:
    return Verifier(public, issuer=issuer, site=site)


def test_says_what_is_granted() -> None:
    state = verifier().state(TOKEN)
    assert state == State(
        decided=True, granted=frozenset({"functional"}), vendors={"youtube": False, "matomo": True}
    )
    assert state.has("functional")
    assert not state.has("performance")
    assert state.has("strictly-necessary")


def test_keys_that_were_decoded_already_are_taken() -> None:
    """As `response.json()` returns them."""
    assert Verifier(json.loads(PUBLIC), issuer=ISSUER, site="shop.example").state(TOKEN).decided
    with pytest.raises(InputError, match=r"these are no public keys"):
        Verifier({"keys": 1}, issuer=ISSUER, site="shop.example")


@pytest.mark.parametrize("token", [f"{TOKEN}\n", f" {TOKEN}\r\n"])
def test_a_token_from_a_file_may_end_with_a_new_line(token: str) -> None:
    assert verifier().state(token).decided
    assert verifier().knows(token)


def test_what_was_said_of_a_service_counts_first() -> None:
    state = verifier().state(TOKEN)
    assert not state.has("functional", "youtube")
    assert state.has("performance", "matomo")
    assert state.has("functional", "vimeo")


def test_the_signal_takes_away_what_the_law_says() -> None:
    everything = WireChoices(functional=True, performance=True, targeting=True)
    token = make_token(KEYS, msgspec.structs.replace(CLAIMS, choices=everything))
    assert verifier().state(token).has("targeting")
    state = verifier().state(token, gpc=True)
    assert state.granted == {"functional", "performance"}
    assert state.vendors == {"youtube": False}


def test_a_word_that_is_no_category_is_told() -> None:
    with pytest.raises(ValueError, match="'marketing' is no category"):
        NO_CHOICE.has("marketing")


@pytest.mark.parametrize(
    "other",
    [
        verifier(site="other.example"),
        verifier(issuer="https://other.example"),
        verifier(msgspec.json.encode(jwks(new_keys()))),
        Verifier(PUBLIC, issuer=ISSUER, site="shop.example", clock=lambda: NOW_S),
        Verifier(PUBLIC, issuer=ISSUER, site="shop.example", clock=lambda: -301),
    ],
)
def test_all_else_is_no_choice(other: Verifier) -> None:
    assert other.state(TOKEN) == NO_CHOICE
    assert not other.state(TOKEN).decided


@given(st.text())
def test_no_text_is_an_accident(token: str) -> None:
    assert verifier().state(token) == NO_CHOICE


def test_says_when_the_keys_are_old() -> None:
    assert verifier().knows(TOKEN)
    assert not verifier().knows(make_token(new_keys(), CLAIMS))
    assert not verifier().knows("nonsense")


def test_an_address_may_end_with_a_slash() -> None:
    assert verifier(issuer=f"{ISSUER}/").state(TOKEN).decided


@pytest.mark.parametrize(
    "public",
    ["", "{}", '{"keys": []}', '{"keys": [{"kid": "1", "x": "AA"}]}', PUBLIC.replace(b"OKP", b"RSA")],
)
def test_what_holds_no_keys_is_told(public: str | bytes) -> None:
    with pytest.raises(InputError, match=r"jwks\.json"):
        verifier(public)


def test_exports_what_is_documented() -> None:
    assert client.__all__ == ["NO_CHOICE", "State", "Verifier"]


# --- Node ---


def node(
    tmp_path: Path,
    token: str,
    *,
    public: bytes = PUBLIC,
    issuer: str = ISSUER,
    site: str = "shop.example",
) -> object:
    """Return what the example prints; its exit status says whether there is a choice."""
    file = tmp_path / "jwks.json"
    file.write_bytes(public)
    command = ["node", str(EXAMPLE), str(file), issuer, site]
    run = subprocess.run(command, input=token, capture_output=True, text=True, timeout=60, check=False)
    found: object = json.loads(run.stdout)
    assert run.returncode == (0 if found else 1), run.stderr
    return found


def test_node_reads_the_same(tmp_path: Path) -> None:
    assert node(tmp_path, f"{TOKEN}\n") == msgspec.to_builtins(CLAIMS)


def test_node_refuses_the_same(tmp_path: Path) -> None:
    head, body, signature = TOKEN.split(".")
    expired = make_token(KEYS, msgspec.structs.replace(CLAIMS, exp=1))
    early = make_token(KEYS, msgspec.structs.replace(CLAIMS, iat=NOW_S - 1))
    for token in ("", "a.b", f"{head}.{body}.", f"{head}.{body}.{signature[1:]}", expired, early):
        assert node(tmp_path, token) is None
        assert verifier().state(token) == NO_CHOICE
    assert node(tmp_path, TOKEN, site="other.example") is None
    assert node(tmp_path, TOKEN, issuer="https://other.example") is None
    assert node(tmp_path, TOKEN, public=msgspec.json.encode(jwks(new_keys()))) is None


# --- a Tag Manager server container ---

SANDBOX = """
const [code, data, cookies, answer, request] = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const asked = [];
const apis = {
  sendHttpRequest: (url, options) => {
    asked.push([url, options]);
    return answer ? Promise.resolve(answer) : Promise.reject({ reason: 'timed_out' });
  },
  getCookieValues: (name) => cookies[name] || [],
  getRequestHeader: (name) => request[name],
  encodeUriComponent: encodeURIComponent,
  sha256Sync: (text, { outputEncoding }) =>
    require('crypto').createHash('sha256').update(text).digest(outputEncoding),
  JSON: {
    parse: (text) => {
      try {
        return JSON.parse(text);
      } catch {
        return undefined;
      }
    },
  },
};
new Function('require', 'data', code)((name) => apis[name], data).then((granted) =>
  console.log(JSON.stringify([granted, asked])),
);
"""
VARIABLE = EXAMPLE.with_name("gtm-server-variable.js")
DATA = {"server": ISSUER, "site": "shop.example", "category": "functional", "token": ""}


def variable(
    answer: object, cookies: object = None, request: object = None, **data: str
) -> tuple[bool, list[Any]]:
    """Run the variable where only the sandbox's functions exist; return its value and what it asked.

    request: the header fields of the request that the container has got.
    """
    given = json.dumps([VARIABLE.read_text("utf-8"), DATA | data, cookies or {}, answer, request or {}])
    run = subprocess.run(
        ["node", "-e", SANDBOX], input=given, capture_output=True, text=True, timeout=60, check=True
    )
    granted, asked = json.loads(run.stdout)
    return granted, asked


def answered(choices: object, status: int = 200, *, decided: bool = True) -> dict[str, object]:
    return {"statusCode": status, "headers": {}, "body": json.dumps({"decided": decided, "choices": choices})}


def test_the_variable_sends_the_token() -> None:
    granted, asked = variable(answered({"functional": True}), token=TOKEN)
    assert granted is True
    [[url, options]] = asked
    assert url == f"{ISSUER}/v1/state?site=shop.example"
    assert options["headers"] == {"Authorization": f"Bearer {TOKEN}"}


def test_the_variable_sends_the_cookies() -> None:
    name, other = (cookie_name(site, host_only=False) for site in ("shop.example", "blog.example"))
    cookies = {name: ["1.a", "1.b"], f"__Host-{name}": ["1.c"], other: ["1.d"]}
    _, asked = variable(answered({"functional": True}), cookies)
    [[_, options]] = asked
    assert options["headers"] == {"Cookie": f"{name}=1.a; {name}=1.b; __Host-{name}=1.c"}


def test_the_variable_passes_the_signal_on() -> None:
    _, [[_, options]] = variable(answered({"functional": True}), request={"sec-gpc": "1"}, token=TOKEN)
    assert options["headers"] == {"Authorization": f"Bearer {TOKEN}", "Sec-GPC": "1"}


@pytest.mark.parametrize(
    "answer",
    [
        None,
        answered({"functional": False}),
        answered({"functional": True}, 503),
        answered({"functional": True}, decided=False),
        {"statusCode": 200, "headers": {}, "body": "<html>"},
    ],
)
def test_in_doubt_the_variable_grants_nothing(answer: object) -> None:
    assert variable(answer)[0] is False
