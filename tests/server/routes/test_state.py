"""GET /v1/state and /v1/token: what a tag and its server may believe (T16, T27)."""

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import event as engine_event

from consentinel.banner.consent import Choice, ConsentState, format_cookie
from consentinel.server.proof_cookie import Proof, cookie_name, format_proof
from consentinel.server.receipts import Receipt, make_receipt
from consentinel.server.state import Services
from consentinel.server.storage.database import Database
from tests.server.applications import NOON_MS, add_site
from tests.server.routes.api import ALL, NONE, SITE, SOME, Api, bearer, running

TODAY = NOON_MS // 86_400_000
DAY_S = 86_400
PURPOSES = "0a1b2c3d"
PROOF = cookie_name(SITE, host_only=False)
GRANT = Proof(
    choice=Choice(functional=True, performance=True, targeting=True),
    closed_by_signal=Choice(targeting=True),
    purposes=PURPOSES,
    issued_s=NOON_MS // 1000,
    expires_s=NOON_MS // 1000 + 182 * DAY_S,
    subject=b"s" * 16,
)


@pytest.fixture
def api(sqlite_api: Api) -> Api:
    """The state asks no database; one kind is enough."""
    return sqlite_api


def signed(service: Services, proof: Proof = GRANT, site: str = SITE) -> str:
    return f"{PROOF}={format_proof(service.keys.cookie, site, proof)}"


def plain(bits: str = "1111", purposes: str = PURPOSES, day: int = TODAY, vendors: str = "") -> str:
    return f"consentinel=1.{bits}.{purposes}.{day}{vendors}"


def test_no_cookie_is_no_choice(api: Api) -> None:
    assert api.state() == {
        "site": SITE,
        "decided": False,
        "choices": NONE,
        "vendors": {},
        "purposes": "",
        "source": "none",
        "expires_at": None,
    }


def test_tells_what_was_posted(api: Api) -> None:
    posted = api.give(purposes=PURPOSES, vendors={"youtube": True})
    assert api.state() == {**posted["state"], "source": "cookie"}


def test_asks_no_database(api: Api) -> None:
    cookie = signed(api.services)
    statements: list[str] = []

    def note(*args: object) -> None:
        statements.append(str(args[2]))

    engine_event.listen(api.services.database.engine, "before_cursor_execute", note)
    assert api.state(cookie=cookie)["choices"] == ALL
    engine_event.remove(api.services.database.engine, "before_cursor_execute", note)
    assert statements == []


def test_is_kept_by_nobody(api: Api) -> None:
    answer = api.client.get("/v1/state", params={"site": SITE})
    assert answer.headers["cache-control"] == "private, no-store"
    vary = ", ".join(answer.headers.get_list("vary"))
    assert {"Cookie", "Authorization", "Sec-GPC", "Origin"} <= set(vary.replace(",", " ").split())


# --- the proof cookie ---


def test_a_cookie_of_another_site_or_server_is_no_choice(api: Api) -> None:
    """T33."""
    assert api.state(cookie=signed(api.services, site="other.example"))["decided"] is False
    forged = format_proof(b"K" * 32, SITE, GRANT)
    assert api.state(cookie=f"{PROOF}={forged}")["decided"] is False


def test_t33_an_answer_on_one_site_leaves_that_on_another_as_it_is(api: Api) -> None:
    """Both sites have their consents on one host."""
    add_site(api.client, "https://blog.example")
    api.give()
    assert api.post(site="blog.example", type="refused", choices=NONE).status_code == 201
    assert api.state()["choices"] == SOME
    blog = api.client.get("/v1/state?site=blog.example").json()
    assert (blog["decided"], blog["choices"]) == (True, NONE)


@pytest.mark.parametrize("value", ["", "1", "1.111.000", "=", ";", '"1.111"', "ü", "1." * 40])
def test_a_malformed_cookie_is_no_choice(api: Api, value: str) -> None:
    answer = api.client.get(
        "/v1/state",
        params={"site": SITE},
        headers=[(b"Cookie", f"{PROOF}={value}".encode("latin-1"))],
    )
    assert answer.json()["decided"] is False


def test_a_bad_proof_beside_a_good_one_changes_nothing(api: Api) -> None:
    assert api.state(cookie=f"{PROOF}=nonsense; {signed(api.services)}")["choices"] == ALL


def test_two_proofs_grant_what_both_grant(api: Api) -> None:
    """T16: one of them was set for a domain above, perhaps by somebody else, perhaps for somebody else."""
    own = signed(api.services, msgspec.structs.replace(GRANT, choice=Choice(functional=True)))
    tossed = signed(api.services, msgspec.structs.replace(GRANT, subject=b"t" * 16))
    for cookie in (f"{own}; {tossed}", f"{tossed}; {own}"):
        assert api.state(cookie=cookie)["choices"] == SOME


def test_only_the_prefixed_cookie_counts_where_it_can_be(sqlite_database: Database, tmp_path: Path) -> None:
    """T16: another host of the domain can set every name but this."""
    with running(sqlite_database, tmp_path, public_url="https://consent.shop.example") as api:
        cookie = signed(api.services)
        assert api.state(cookie=cookie)["decided"] is False
        assert api.state(cookie=f"__Host-{cookie}")["choices"] == ALL


@pytest.mark.parametrize("seconds", [182 * DAY_S, -301, 2 * 365 * DAY_S, -2 * 365 * DAY_S])
def test_the_servers_clock_decides(api: Api, seconds: int) -> None:
    """T27: a clock that is years off brings nothing back."""
    cookie = signed(api.services)
    api.clock.advance(seconds)
    assert api.state(cookie=cookie)["decided"] is False


def test_a_clock_that_is_set_back_a_little_changes_nothing(api: Api) -> None:
    cookie = signed(api.services)
    api.clock.advance(-300)
    assert api.state(cookie=cookie)["decided"] is True


def test_an_answer_to_another_question_is_no_choice(api: Api) -> None:
    """What was published since asks for something else."""
    facts = api.services.sites.get(SITE)
    assert facts is not None
    cookie = signed(api.services)
    api.services.sites._replace({SITE: replace(facts, purposes="ffffffff")})
    assert api.state(cookie=cookie)["decided"] is False
    api.services.sites._replace({SITE: replace(facts, purposes=PURPOSES)})
    assert api.state(cookie=cookie)["decided"] is True


# --- the plain cookie, which anybody may have written ---


def test_the_plain_cookie_grants_nothing(api: Api) -> None:
    """T16."""
    assert api.state(cookie=plain())["decided"] is False


@pytest.mark.parametrize(
    ("cookie", "granted"),
    [
        (plain("1111"), ALL),
        (plain("1100"), SOME),
        (plain("1000"), NONE),
        (f"{plain('1111')}; {plain('1100')}", SOME),
        (plain("1111", day=TODAY - 3), ALL),
    ],
)
def test_the_plain_cookie_can_only_take_away(api: Api, cookie: str, granted: dict[str, bool]) -> None:
    state = api.state(cookie=f"{cookie}; {signed(api.services)}")
    assert (state["decided"], state["choices"]) == (True, granted)


@pytest.mark.parametrize(
    "cookie",
    [
        "consentinel=",
        "consentinel=1",
        "consentinel=nonsense",
        plain("0111"),
        plain(purposes="ffffffff"),
        plain(day=TODAY + 9),
        plain(day=TODAY - 500),
        plain(vendors=".1"),
        f"{plain()}; consentinel=tossed",
    ],
)
def test_a_plain_cookie_that_says_something_else_is_no_choice(api: Api, cookie: str) -> None:
    assert api.state(cookie=f"{cookie}; {signed(api.services)}")["decided"] is False


def test_services_are_counted_in_the_plain_cookie(api: Api) -> None:
    proof = signed(api.services, msgspec.structs.replace(GRANT, vendors={"youtube": False}))
    assert api.state(cookie=f"{proof}; {plain(vendors='.1')}")["vendors"] == {"youtube": False}
    assert api.state(cookie=f"{proof}; {plain()}")["decided"] is False


def test_the_plain_cookie_of_a_client_without_purposes_is_read(api: Api) -> None:
    value = format_cookie(ConsentState(choice=Choice(functional=True), purposes="12345678", day=TODAY))
    proof = signed(api.services, msgspec.structs.replace(GRANT, purposes=""))
    assert api.state(cookie=f"{proof}; consentinel={value}")["choices"] == SOME


# --- the opt-out signal ---


def test_the_signal_closes_what_the_law_says(api: Api) -> None:
    cookie = signed(api.services)
    assert api.state(cookie=cookie, sec_gpc="1")["choices"] == {**ALL, "targeting": False}
    assert api.state(cookie=cookie, sec_gpc="0")["choices"] == ALL


def test_the_signal_closes_nothing_where_consent_is_asked_for(api: Api) -> None:
    api.give(choices=ALL, regime="eu")
    assert api.state(sec_gpc="1")["choices"] == ALL


# --- tokens ---


def test_a_token_says_what_the_cookie_says(api: Api) -> None:
    api.give(purposes=PURPOSES)
    text = api.token()
    api.forget_cookies()
    state = api.state(authorization=f"Bearer {text}")
    assert (state["source"], state["decided"], state["choices"]) == ("token", True, SOME)
    assert state["purposes"] == PURPOSES


def test_a_token_without_an_answer_says_so(api: Api) -> None:
    assert api.state(authorization=f"Bearer {api.token()}")["decided"] is False


def test_a_token_of_a_refusal_grants_nothing(api: Api) -> None:
    api.give(type="refused", choices=NONE)
    state = api.state(authorization=f"Bearer {api.token()}")
    assert (state["decided"], state["choices"]) == (True, NONE)


def test_a_token_runs_out(api: Api) -> None:
    api.give()
    text = api.token()
    api.clock.advance(3_600)
    assert api.state(authorization=f"Bearer {text}")["decided"] is False


def test_a_wrong_token_is_no_choice_whatever_cookies_come_with_it(api: Api) -> None:
    api.give()
    for text in ("nonsense", "a.b.c", ""):
        assert api.state(authorization=f"Bearer {text}")["decided"] is False


def test_a_token_is_for_one_site(api: Api) -> None:
    """T33."""
    add_site(api.client, "https://other.example")
    api.give()
    headers = {"Authorization": f"Bearer {api.token()}"}
    answer = api.client.get("/v1/state", params={"site": "other.example"}, headers=headers)
    assert answer.json()["decided"] is False


def test_a_receipt_gives_a_token(api: Api) -> None:
    receipt = api.give()["receipt"]
    api.forget_cookies()
    assert api.state(authorization=f"Bearer {api.token(receipt)}")["choices"] == SOME


def test_after_a_withdrawal_no_receipt_of_the_chain_grants_anything(api: Api) -> None:
    first = api.give()
    changed = api.give(type="changed", choices=ALL, previous=first["receipt"])
    old_cookie = dict(api.client.cookies)
    api.give(type="withdrawn", choices=NONE, previous=changed["receipt"])
    api.forget_cookies()
    for receipt in (first["receipt"], changed["receipt"]):
        state = api.state(authorization=f"Bearer {api.token(receipt)}")
        assert (state["decided"], state["choices"]) == (True, NONE)
    api.client.cookies.update(old_cookie)
    assert api.state(authorization=f"Bearer {api.token()}")["choices"] == NONE


def ask_token(api: Api, token: str) -> tuple[int, str]:
    answer = api.client.get("/v1/token", params={"site": SITE}, headers=bearer(token))
    return answer.status_code, answer.text


def test_t19_what_is_no_receipt_of_the_site_gives_no_token(api: Api) -> None:
    """Whatever cookie comes with it; all that is wrong looks the same."""
    add_site(api.client, "https://other.example")
    erased, other = api.give(), api.give(site="other.example")["receipt"]
    assert api.client.delete(f"/v1/consents/{erased['id']}", headers=bearer(erased["receipt"])).is_success
    own = api.give()["receipt"]
    broken = own[:-5] + ("AAAAA" if own[-5:] != "AAAAA" else "BBBBB")
    assert ask_token(api, own)[0] == 200
    refused = {ask_token(api, text) for text in (other, erased["receipt"], broken, "x", api.token())}
    assert {status for status, _ in refused} == {404}
    assert len(refused) == 1


def test_without_a_receipt_or_cookie_the_token_says_that_nothing_was_decided(api: Api) -> None:
    assert api.state(authorization=f"Bearer {api.token()}")["decided"] is False


def test_t35_a_genuine_receipt_without_a_record_is_a_loss(api: Api) -> None:
    lost = Receipt(site=SITE, id=b"l" * 16, subject=b"l" * 16, received_ms=api.clock.now, leaf=b"l" * 32)
    assert ask_token(api, make_receipt(api.services.keys, lost))[0] == 503
    assert "a record is missing for which there is a genuine receipt" in api.services.history.losses[0]
    assert api.client.get("/v1/state", params={"site": SITE}).status_code == 503


def test_the_signal_counts_for_tokens_as_well(api: Api) -> None:
    receipt = api.give(choices=ALL, regime="us-co")["receipt"]
    for headers in ({"Sec-GPC": "1"}, {"Sec-GPC": "1"} | bearer(receipt)):
        answer = api.client.get("/v1/token", params={"site": SITE}, headers=headers)
        state = api.state(authorization=f"Bearer {answer.json()['token']}")
        assert state["choices"] == {**ALL, "targeting": False}


def test_the_signal_counts_where_a_token_is_read(api: Api) -> None:
    """It was made without the signal, perhaps before the visitor has turned it on."""
    api.give(choices=ALL, regime="us-co", vendors={"youtube": True})
    authorization = f"Bearer {api.token()}"
    assert api.state(authorization=authorization)["choices"] == ALL
    state = api.state(authorization=authorization, sec_gpc="1")
    assert (state["choices"], state["vendors"]) == ({**ALL, "targeting": False}, {})


def test_a_token_about_other_purposes_is_no_choice(api: Api) -> None:
    """What was published since asks for something else, and the cookie counts no more either."""
    api.give(purposes=PURPOSES)
    authorization = f"Bearer {api.token()}"
    facts = api.services.sites.get(SITE)
    assert facts is not None
    api.services.sites._replace({SITE: replace(facts, purposes="ffffffff")})
    assert api.state(authorization=authorization)["decided"] is False
    api.services.sites._replace({SITE: replace(facts, purposes=PURPOSES)})
    assert api.state(authorization=authorization)["decided"] is True


# --- who may ask ---


@pytest.mark.parametrize("path", ["/v1/state", "/v1/token", "/v1/challenge"])
def test_the_site_has_to_be_named_and_known(api: Api, path: str) -> None:
    assert api.client.get(path).status_code == 422
    assert api.client.get(path, params={"site": "unknown.example"}).status_code == 404


@pytest.mark.parametrize("path", ["/v1/state", "/v1/token", "/v1/challenge"])
def test_pages_of_another_origin_are_told_nothing(api: Api, path: str) -> None:
    """T15: not even those of another site of this server."""
    add_site(api.client, "https://other.example")
    for origin in ("https://other.example", "https://evil-shop.example", "null"):
        answer = api.client.get(path, params={"site": SITE}, headers={"Origin": origin})
        assert answer.status_code == 403
