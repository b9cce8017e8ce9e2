"""Where subdomains can set the proof cookie (T16), it ends what it names, and nothing joins that."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from consentinel.server.storage.database import Database
from consentinel.server.storage.tables import counts
from tests.server.routes.api import ALL, NONE, SOME, Api, bearer, running


@pytest.fixture
def api(database: Database, tmp_path: Path) -> Iterator[Api]:
    """The application whose cookie the site's subdomains share; its client keeps none by itself."""
    public, more = "https://consent.shop.example", "  cookie_domain: shop.example\n"
    with running(database, tmp_path, more=more, public_url=public) as api:
        yield api


def by_cookie(api: Api, cookie: str, **fields: object) -> dict[str, Any]:
    """Post a choice with a proof cookie; return the answer."""
    answer = api.client.post("/v1/consents", json=api.body(**fields), headers={"Cookie": cookie})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def grants(api: Api, record: dict[str, Any]) -> Any:
    return api.get(record["id"], record["receipt"]).json()["state"]["choices"]


def cookie_of(answer: Any) -> str:
    cookie: str = answer.headers["set-cookie"].partition(";")[0]
    return cookie


def test_t16_a_choice_joins_no_chain_that_a_planted_cookie_names(api: Api) -> None:
    """Whoever planted it would read, withdraw and erase it."""
    planted = api.post(choices=ALL)
    record = by_cookie(api, cookie_of(planted), choices=SOME, locale="de")
    assert api.event(record["id"])["subject_ref"] == record["id"]
    assert grants(api, record) == SOME
    theirs = planted.json()
    export = api.get(f"{theirs['id']}/export", theirs["receipt"])
    assert [proof["event"]["locale"] for proof in export.json()["proofs"]] == ["en", "en"]


def test_t16_a_chain_that_the_cookie_alone_names_grants_nothing_any_more(api: Api) -> None:
    """It may be the visitor's own, from another of the site's hosts, of which this page has no receipt."""
    for fields in ({"choices": SOME}, {"type": "refused", "choices": NONE}):
        earlier = api.post(choices=ALL)
        record = by_cookie(api, cookie_of(earlier), **fields)
        assert grants(api, earlier.json()) == NONE
        assert grants(api, record) == fields["choices"]
    assert api.event(record["id"])["type"] == "refused"


def test_t16_of_several_cookies_each_chain_is_ended(api: Api) -> None:
    earlier = [api.post(choices=ALL) for _ in range(2)]
    by_cookie(api, "; ".join(cookie_of(answer) for answer in earlier), type="refused", choices=NONE)
    assert [grants(api, answer.json()) for answer in earlier] == [NONE, NONE]


def test_the_receipt_continues_a_chain_whatever_the_cookie_names(api: Api) -> None:
    earlier, other = api.post(choices=ALL), api.post(choices=ALL)
    receipt = earlier.json()["receipt"]
    changed = by_cookie(api, cookie_of(earlier), type="changed", previous=receipt)
    assert api.event(changed["id"])["subject_ref"] == earlier.json()["id"]
    assert api.count() == 3
    again = by_cookie(api, cookie_of(other), type="changed", choices=ALL, previous=receipt)
    assert (grants(api, again), grants(api, other.json())) == (ALL, NONE)


def test_a_repeat_ends_no_chain(api: Api) -> None:
    """What the cookie names may be newer than the choice that is posted again."""
    body = api.body()
    assert api.post(body).status_code == 201
    newer = api.post(choices=ALL)
    again = api.client.post("/v1/consents", json=body, headers={"Cookie": cookie_of(newer)})
    assert again.status_code == 200
    assert grants(api, newer.json()) == ALL


def test_what_a_cookie_ends_is_not_counted_as_an_answer(api: Api) -> None:
    earlier = api.post(choices=ALL)
    by_cookie(api, cookie_of(earlier), choices=SOME)
    with api.services.database.read() as connection:
        assert {row.type for row in connection.execute(counts.select())} == {"given"}


def test_an_erased_chain_in_a_cookie_is_of_no_consequence(api: Api) -> None:
    earlier = api.post(choices=ALL)
    own = earlier.json()
    assert api.client.delete(f"/v1/consents/{own['id']}", headers=bearer(own["receipt"])).is_success
    record = by_cookie(api, cookie_of(earlier))
    assert api.event(record["id"])["subject_ref"] == record["id"]


def test_what_is_refused_ends_nothing(database: Database, tmp_path: Path) -> None:
    public, more = "https://consent.shop.example", "  cookie_domain: shop.example\n"
    with running(database, tmp_path, more=more, public_url=public, challenge="required") as api:
        fresh = api.client.get("/v1/challenge", params={"site": api.site}).json()["challenge"]
        earlier = api.post(choices=ALL, challenge=fresh)
        refused = api.client.post(
            "/v1/consents",
            json=api.body(choices=SOME, challenge="none"),
            headers={"Cookie": cookie_of(earlier)},
        )
        assert refused.status_code == 403
        assert grants(api, earlier.json()) == ALL
