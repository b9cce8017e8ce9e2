"""POST /v1/consents: what is recorded, what is answered, and what is refused."""

import dataclasses
import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from consentinel.server.receipts import Receipt, make_receipt, read_receipt
from consentinel.server.site_directory import VersionFacts
from consentinel.server.storage.database import Database
from consentinel.server.storage.tables import counts
from tests.server.applications import NOON_MS, add_site
from tests.server.routes.api import ALL, NONE, SITE, SOME, Api, bearer, running

EXPIRY = "2027-05-19T11:06:40Z"  # 182 days later


def publish_other_purposes(api: Api) -> None:
    facts = api.services.sites.get(SITE)
    assert facts is not None
    api.services.sites._replace({SITE: dataclasses.replace(facts, purposes="ffffffff")})


def test_the_example_of_the_issue(api: Api) -> None:
    answer = api.post()
    assert answer.status_code == 201
    found = answer.json()
    assert list(found) == ["id", "receipt", "state", "expires_at"]
    assert found["state"] == {
        "site": SITE,
        "decided": True,
        "choices": SOME,
        "vendors": {},
        "purposes": "",
        "source": "record",
        "expires_at": EXPIRY,
    }
    receipt = read_receipt(api.services.keys, found["receipt"])
    assert receipt is not None
    assert (receipt.site, receipt.id.hex(), receipt.received_ms) == (SITE, found["id"], NOON_MS)
    assert receipt.subject == receipt.id


def test_records_what_was_said_and_nothing_of_who_said_it(api: Api) -> None:
    """T21: no address, user agent or URL; what the client does not know is empty."""
    event = api.event(api.give()["id"])
    assert set(event) == {
        *(
            "v",
            "kind",
            "id",
            "site",
            "event_id",
            "subject_ref",
            "type",
            "choices",
            "vendors",
            "purposes_hash",
        ),
        *("banner_hash", "bundle_hash", "version", "mode", "locale", "regime", "method", "gpc", "verified"),
        *("client_ts", "server_ts", "expires_at"),
    }
    assert event["choices"] == SOME
    assert event["subject_ref"] == event["id"]
    assert event["verified"] is False
    assert event["expires_at"] == EXPIRY
    assert "192.0.2.1" not in json.dumps(event)


def test_what_the_banner_posts_is_recorded(api: Api) -> None:
    fields = {
        "vendors": {"youtube": False},
        "method": "settings",
        "locale": "de",
        "regime": "us-co",
        "gpc": False,
        "purposes": "0a1b2c3d",
        "mode": "strict",
        "version": "3",
        "client_ts": "2026-11-22T12:00:00.000Z",
    }
    answer = api.give(**fields)
    event = api.event(answer["id"])
    assert {name: event[name] for name in fields if name != "purposes"} == {
        name: value for name, value in fields.items() if name != "purposes"
    }
    assert event["purposes_hash"] == "0a1b2c3d"
    assert answer["state"]["vendors"] == {"youtube": False}
    assert answer["expires_at"] == "2027-11-18T11:06:40Z"  # 365 days there


def test_a_refusal_is_nobodys(api: Api) -> None:
    """T21: no subject, no cookie of its own, no time but the date."""
    one, other = (
        api.post(type="refused", choices=NONE, client_ts=f"2026-11-22T12:00:0{second}.123Z")
        for second in (1, 2)
    )
    receipt = read_receipt(api.services.keys, one.json()["receipt"])
    assert receipt is not None
    assert receipt.subject is None
    event = api.event(one.json()["id"])
    assert event["subject_ref"] is None
    assert event["client_ts"] == "2026-11-22"
    assert one.headers["set-cookie"] == other.headers["set-cookie"]


@pytest.mark.parametrize(
    "time", ["", "yesterday", "2026-11-22", "2026-11-22T12:00:00", "+012345-01-01T00:00:00Z"]
)
def test_a_claimed_time_that_is_none_is_left_out(sqlite_api: Api, time: str) -> None:
    assert sqlite_api.event(sqlite_api.give(client_ts=time)["id"])["client_ts"] == ""


# --- repeats (T18) ---


def test_a_repeated_post_is_one_record(api: Api) -> None:
    body = api.body()
    first = api.post(body)
    again = api.post(body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["receipt"] == first.json()["receipt"]
    assert again.json()["state"] == first.json()["state"]
    assert api.count() == 1


def test_a_hundred_posts_at_once_are_one_record(api: Api) -> None:
    body = api.body()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(api.post, [body] * 100))
    assert sorted({answer.status_code for answer in answers}) == [200, 201]
    assert len({answer.json()["receipt"] for answer in answers}) == 1
    assert api.count() == 1


def test_a_repeat_may_be_spelled_in_capitals(api: Api) -> None:
    """RFC 9562 section 4: case means nothing on input."""
    body = api.body()
    first = api.post(body)
    again = api.post({**body, "event_id": str(body["event_id"]).upper()})
    assert again.json()["id"] == first.json()["id"]


@pytest.mark.parametrize(
    "other",
    [
        {"choices": ALL},
        {"type": "changed"},
        {"method": "banner"},
        {"vendors": {"youtube": True}},
        {"purposes": "ffffffff"},
        {"mode": "observe"},
    ],
)
def test_the_same_event_id_for_another_choice_is_a_conflict(api: Api, other: dict[str, Any]) -> None:
    """Whoever guesses an event_id gets no receipt that is not theirs."""
    body = api.body(purposes="0a1b2c3d", mode="strict")
    assert api.post(body).status_code == 201
    answer = api.post({**body, **other})
    assert answer.status_code == 409
    assert "receipt" not in answer.text
    assert api.count() == 1


def test_a_repeat_does_not_bring_a_withdrawn_grant_back(api: Api) -> None:
    body = api.body()
    receipt = api.post(body).json()["receipt"]
    api.give(type="withdrawn", choices=NONE, previous=receipt)
    again = api.post(body)
    assert again.status_code == 200
    assert again.json()["state"]["choices"] == NONE
    assert api.state()["choices"] == NONE


def test_a_repeat_may_differ_in_what_is_no_part_of_the_choice(api: Api) -> None:
    body = api.body()
    first = api.post(body)
    challenge = api.client.get("/v1/challenge", params={"site": SITE}).json()["challenge"]
    more = {"superseded": True, "previous": first.json()["receipt"], "challenge": challenge}
    assert api.post({**body, **more}).status_code == 200


@pytest.mark.parametrize("more", [{}, {"purposes": "0a1b2c3d"}, {"version": "1"}])
def test_a_repeat_after_a_publication_is_one(api: Api, more: dict[str, str]) -> None:
    """What the server adds may be another thing by now."""
    body = api.body(**more)
    first = api.post(body)
    publish_two_versions(api)
    again = api.post(body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["receipt"] == first.json()["receipt"]


def test_who_reads_the_ledger_cannot_post_as_a_visitor(api: Api) -> None:
    """T19: an export or a backup names no event_id by which the visitor's receipt is given out again."""
    body = api.body()
    first = api.give(**body)
    stored = api.event(first["id"])["event_id"]
    assert uuid.UUID(stored) != uuid.UUID(str(body["event_id"]))
    assert str(body["event_id"]) not in json.dumps(api.event(first["id"]))
    assert api.stored_event_id(first["id"]) == stored
    answer = api.post({**body, "event_id": stored})
    assert answer.status_code == 201
    assert answer.json()["receipt"] != first["receipt"]


def test_two_sites_may_use_the_same_event_id(api: Api) -> None:
    """T33."""
    add_site(api.client, "https://other.example")
    body = api.body()
    one = api.post(body).json()
    other = api.post({**body, "site": "other.example"}).json()
    assert one["id"] != other["id"]
    assert other["state"]["site"] == "other.example"


# --- chains ---


def test_a_change_continues_the_chain_of_its_receipt(api: Api) -> None:
    first = api.give()
    api.forget_cookies()
    changed = api.give(type="changed", choices=ALL, previous=first["receipt"])
    withdrawn = api.give(type="withdrawn", choices=NONE, previous=changed["receipt"])
    given = api.give(choices=SOME, previous=withdrawn["receipt"])
    subjects = {api.event(record["id"])["subject_ref"] for record in (first, changed, withdrawn, given)}
    assert subjects == {first["id"]}


def test_a_change_continues_the_chain_of_its_cookie(api: Api) -> None:
    first = api.give()
    changed = api.give(type="changed", choices=ALL)
    assert api.event(changed["id"])["subject_ref"] == first["id"]


def test_who_refuses_after_a_grant_withdraws_it(api: Api) -> None:
    """Else the grant would be the last that is known of this visitor."""
    first = api.give()
    body = api.body(type="refused", choices=NONE)
    refused = api.post(body).json()
    assert api.event(refused["id"])["type"] == "withdrawn"
    assert api.event(refused["id"])["subject_ref"] == first["id"]
    assert api.get(first["id"], first["receipt"]).json()["state"]["choices"] == NONE
    assert api.post(body).json()["receipt"] == refused["receipt"]


@pytest.mark.parametrize("why", ["vendors", "purposes", "expired", "malformed"])
def test_who_refuses_after_a_grant_withdraws_it_whatever_holds_of_it(api: Api, why: str) -> None:
    """The page has written its own cookie by then, and a new banner asks for other purposes."""
    first = api.give(vendors={"youtube": False}, purposes="0a1b2c3d")
    day = NOON_MS // 86_400_000
    if why == "purposes":
        publish_other_purposes(api)
    if why == "expired":
        api.clock.advance(200 * 86_400)
    plain = "nonsense" if why == "malformed" else f"1.1000.0a1b2c3d.{day}"
    api.client.cookies.set("consentinel", plain)
    refused = api.give(type="refused", choices=NONE)
    event = api.event(refused["id"])
    assert (event["type"], event["subject_ref"]) == ("withdrawn", first["id"])


def test_a_receipt_of_a_refusal_leaves_it_to_the_cookie(api: Api) -> None:
    refused = api.give(type="refused", choices=NONE)
    first = api.give()
    changed = api.give(type="changed", choices=ALL, previous=refused["receipt"])
    assert api.event(changed["id"])["subject_ref"] == first["id"]


def test_two_visitors_cookies_continue_nothing(api: Api) -> None:
    """Somebody may have set one of them for a domain above."""
    cookies = list[str]()
    for _ in range(2):
        cookies.append(api.post().headers["set-cookie"].partition(";")[0])
        api.forget_cookies()
    answer = api.client.post("/v1/consents", json=api.body(), headers={"Cookie": "; ".join(cookies)})
    assert answer.status_code == 201
    assert api.event(answer.json()["id"])["subject_ref"] == answer.json()["id"]


def test_who_refuses_again_is_nobody_still(api: Api) -> None:
    for _ in range(2):
        refused = api.give(type="refused", choices=NONE)
        assert (api.event(refused["id"])["type"], api.event(refused["id"])["subject_ref"]) == (
            "refused",
            None,
        )


def test_an_answer_to_another_question_is_recorded_and_does_not_hold(api: Api) -> None:
    """A queue may bring what was answered to an older banner."""
    publish_other_purposes(api)
    answer = api.give(purposes="0a1b2c3d")
    assert answer["state"]["decided"] is False
    assert api.event(answer["id"])["purposes_hash"] == "0a1b2c3d"


def publish_two_versions(api: Api) -> None:
    facts = api.services.sites.get(SITE)
    assert facts is not None
    versions = {
        number: VersionFacts(
            banner_hash=f"banner-{number}", bundle_hash=f"bundle-{number}", purposes=purposes
        )
        for number, purposes in (("1", "11111111"), ("2", "22222222"))
    }
    api.services.sites._replace({SITE: dataclasses.replace(facts, purposes="22222222", versions=versions)})


@pytest.mark.parametrize("version", ["1", "2"])
def test_a_cached_script_says_both_as_it_has_them(api: Api, version: str) -> None:
    publish_two_versions(api)
    answer = api.give(version=version, purposes=version * 8)
    event = api.event(answer["id"])
    assert (event["purposes_hash"], event["banner_hash"]) == (version * 8, f"banner-{version}")
    assert answer["state"]["decided"] is (version == "2")


@pytest.mark.parametrize("version", ["1", "2"])
def test_a_version_says_what_was_asked_for(api: Api, version: str) -> None:
    publish_two_versions(api)
    event = api.event(api.give(version=version)["id"])
    assert (event["purposes_hash"], event["banner_hash"]) == (version * 8, f"banner-{version}")


@pytest.mark.parametrize(
    ("version", "purposes", "recorded", "banner"),
    [
        ("1", "22222222", "11111111", "banner-1"),
        ("2", "11111111", "11111111", ""),
        ("2", "33333333", "33333333", ""),
        ("1", "33333333", "33333333", ""),
    ],
)
def test_what_contradicts_itself_is_recorded_and_does_not_hold(
    api: Api, version: str, purposes: str, recorded: str, banner: str
) -> None:
    """It may be a withdrawal; but nothing counts for purposes that the visitor may not have seen."""
    publish_two_versions(api)
    answer = api.give(version=version, purposes=purposes)
    event = api.event(answer["id"])
    assert answer["state"]["decided"] is False
    assert (event["version"], event["purposes_hash"], event["banner_hash"]) == (version, recorded, banner)
    assert bool(event["bundle_hash"]) is bool(banner)


def test_a_receipt_of_another_site_or_server_continues_nothing(api: Api) -> None:
    """T33: two sites never share a subject."""
    add_site(api.client, "https://other.example")
    foreign = api.give(site="other.example")
    api.forget_cookies()
    for previous in (foreign["receipt"], "nonsense", foreign["receipt"].swapcase()):
        record = api.give(type="changed", previous=previous)
        assert api.event(record["id"])["subject_ref"] == record["id"]
        api.forget_cookies()


def test_t35_a_genuine_receipt_of_a_record_that_was_lost_is_a_loss(api: Api) -> None:
    lost = Receipt(site=SITE, id=b"l" * 16, subject=b"l" * 16, received_ms=api.clock.now, leaf=b"l" * 32)
    answer = api.post(type="changed", previous=make_receipt(api.services.keys, lost))
    assert (answer.status_code, "retry-after" in answer.headers) == (503, True)
    assert "a record is missing for which there is a genuine receipt" in api.services.history.losses[0]
    assert api.count() == 0


def test_a_receipt_of_a_record_that_was_erased_is_none(api: Api) -> None:
    erased = api.give()
    assert api.client.delete(f"/v1/consents/{erased['id']}", headers=bearer(erased["receipt"])).is_success
    api.give(type="changed", previous=erased["receipt"])
    assert api.services.history.losses == ()


def test_a_superseded_grant_opens_nothing(api: Api) -> None:
    answer = api.post(superseded=True)
    assert answer.status_code == 201
    assert "set-cookie" not in answer.headers
    assert api.state()["decided"] is False


@pytest.mark.parametrize("ahead_s", [2 * 3_600, 10 * 365 * 86_400])
def test_t27_a_clock_that_was_ahead_locks_nobody_out(sqlite_api: Api, ahead_s: int) -> None:
    """The ledger's time stays where the clock had been; what is answered later holds nevertheless."""
    api = sqlite_api
    api.clock.advance(ahead_s)
    early = api.give()
    api.clock.advance(-ahead_s)
    api.forget_cookies()
    answer = api.post()
    found = answer.json()
    assert found["state"]["choices"] == SOME
    assert f"Max-Age={182 * 86_400};" in answer.headers["set-cookie"]
    assert api.state()["choices"] == SOME
    assert api.get(found["id"], found["receipt"]).json()["state"]["choices"] == SOME
    for receipt in ("", found["receipt"]):
        assert api.state(authorization=f"Bearer {api.token(receipt)}")["choices"] == SOME
    by_years = api.get(early["id"], early["receipt"]).json()["state"]
    assert by_years["decided"] is (ahead_s < 86_400)  # or it would hold for ten years


# --- the opt-out signal ---


def test_the_signal_closes_what_the_law_says(api: Api) -> None:
    answer = api.give(choices=ALL, regime="us-co", gpc=True)
    assert answer["state"]["choices"] == {**ALL, "targeting": False}
    assert api.event(answer["id"])["choices"] == ALL


def test_an_answer_under_the_signal_wins_in_california(api: Api) -> None:
    assert api.give(choices=ALL, regime="us-ca", gpc=True)["state"]["choices"] == ALL


def test_under_the_signal_a_yes_may_be_a_refusal(api: Api) -> None:
    targeting = {**NONE, "targeting": True}
    answer = api.give(type="refused", choices=targeting, regime="us-co", gpc=True)
    assert answer["state"]["choices"] == NONE


# --- what is refused ---


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b"[]", 422),
        (b"{}", 422),
        (b"null", 422),
        (b"1" * 4_097, 413),
    ],
)
def test_a_body_that_is_no_choice(sqlite_api: Api, body: bytes, status: int) -> None:
    headers = {"Content-Type": "application/json"}
    answer = sqlite_api.client.post("/v1/consents", content=body, headers=headers)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status
    assert sqlite_api.count() == 0


@pytest.mark.parametrize("text", [b"\xff", b"\xed\xa0\x80", b"\\ud800", b"\\u0000", b"\x00"])
def test_odd_text_is_recorded_as_it_is_or_refused(api: Api, text: bytes) -> None:
    body = json.dumps(api.body(locale="HERE")).encode().replace(b"HERE", text)
    answer = api.client.post("/v1/consents", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (201, 400, 422)


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"choices": NONE}, 422),
        ({"type": "changed", "choices": NONE}, 422),
        ({"type": "refused"}, 422),
        ({"type": "withdrawn"}, 422),
        ({"type": "refused", "choices": NONE, "vendors": {"youtube": True}}, 422),
        ({"type": "agreed"}, 422),
        ({"method": "telepathy"}, 422),
        ({"event_id": "1"}, 422),
        ({"event_id": uuid.uuid4().hex}, 422),
        ({"previous": "A" * 1_025}, 422),
        ({"more": 1}, 422),
        ({"site": "unknown.example"}, 404),
        ({"site": "SHOP.example"}, 404),
        ({"site": "shop.example."}, 404),
        ({"site": ""}, 422),
    ],
)
def test_a_choice_that_cannot_be_recorded(sqlite_api: Api, fields: dict[str, object], status: int) -> None:
    """The banner tries again after 404: a site may be added later."""
    assert sqlite_api.post(**fields).status_code == status
    assert sqlite_api.count() == 0


def test_a_service_alone_can_be_granted(api: Api) -> None:
    answer = api.give(choices=NONE, vendors={"youtube": True}, method="placeholder")
    assert answer["state"]["vendors"] == {"youtube": True}


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "", "application/xml"]
)
def test_only_json_is_read(sqlite_api: Api, content_type: str) -> None:
    headers = {"Content-Type": content_type}
    body = json.dumps(sqlite_api.body())
    assert sqlite_api.client.post("/v1/consents", content=body, headers=headers).status_code == 415


@pytest.mark.parametrize("kind", ["regime", "version"])
def test_unknown_names_fill_no_table(sqlite_api: Api, kind: str) -> None:
    """Counts are kept by names that the server knows."""
    for number in range(3):
        sqlite_api.give(**{kind: f"made-up-{number}"})
    with sqlite_api.services.database.read() as connection:
        assert [row._mapping[kind] for row in connection.execute(counts.select())] == [""]


# --- the proof cookie ---


def test_sets_a_cookie_for_this_host_alone(sqlite_api: Api) -> None:
    cookie = sqlite_api.post().headers["set-cookie"]
    assert cookie.startswith("consentinel_proof_0f59463c=1.")
    assert cookie.endswith("; Path=/; Max-Age=15724800; HttpOnly; SameSite=Lax")


def test_sets_a_cookie_that_no_other_host_can_set(sqlite_database: Database, tmp_path: Path) -> None:
    with running(sqlite_database, tmp_path, public_url="https://consent.shop.example") as api:
        cookie = api.post().headers["set-cookie"]
    assert cookie.startswith("__Host-consentinel_proof_0f59463c=1.")
    assert cookie.endswith("; Path=/; Max-Age=15724800; HttpOnly; SameSite=Lax; Secure")


def test_follows_the_domain_of_the_consent_cookie(sqlite_database: Database, tmp_path: Path) -> None:
    public, more = "https://consent.shop.example", "  cookie_domain: shop.example\n"
    with running(sqlite_database, tmp_path, more=more, public_url=public) as api:
        cookie = api.post().headers["set-cookie"]
    assert cookie.startswith("consentinel_proof_0f59463c=1.")
    assert cookie.endswith("; SameSite=Lax; Domain=shop.example; Secure")
