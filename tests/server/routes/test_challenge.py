"""GET /v1/challenge and what a posted choice is worth with it and without (T17)."""

from pathlib import Path
from typing import Any

import pytest

from consentinel.server.storage.database import Database
from tests.server.applications import add_site
from tests.server.routes.api import SITE, Api, running


@pytest.fixture
def required(database: Database, tmp_path: Path) -> Any:
    with running(database, tmp_path, challenge="required") as api:
        yield api


def challenge(api: Api, site: str = SITE) -> str:
    answer = api.client.get("/v1/challenge", params={"site": site})
    assert answer.status_code == 200, answer.text
    found: str = answer.json()["challenge"]
    return found


def is_verified(api: Api, **fields: object) -> bool:
    verified: bool = api.event(api.give(**fields)["id"])["verified"]
    return verified


def test_says_how_long_it_is_good_and_whether_it_is_needed(sqlite_api: Api) -> None:
    answer = sqlite_api.client.get("/v1/challenge", params={"site": SITE}).json()
    assert list(answer) == ["challenge", "expires_at", "mode"]
    assert (answer["expires_at"], answer["mode"]) == ("2026-11-18T11:11:40Z", "optional")


def test_a_choice_with_a_challenge_is_verified(api: Api) -> None:
    assert is_verified(api, challenge=challenge(api))


def test_a_choice_without_one_says_so(api: Api) -> None:
    assert not is_verified(api)


def test_a_wrong_one_is_as_good_as_none(api: Api) -> None:
    add_site(api.client, "https://other.example")
    expired = challenge(api)
    api.clock.advance(300)
    for text in ("nonsense", expired, challenge(api, "other.example")):
        assert not is_verified(api, challenge=text)


def test_a_used_one_verifies_nothing(api: Api) -> None:
    text = challenge(api)
    assert is_verified(api, challenge=text)
    assert not is_verified(api, challenge=text)


def test_where_it_is_required_nothing_is_recorded_without_it(required: Api) -> None:
    add_site(required.client, "https://other.example")
    expired = challenge(required)
    required.clock.advance(300)
    for text in ("", "nonsense", expired, challenge(required, "other.example")):
        answer = required.post(challenge=text)
        assert answer.status_code == 403
        assert "/v1/challenge" in answer.json()["detail"]
    assert required.count() == 0


def test_where_it_is_required_a_used_one_is_refused(required: Api) -> None:
    text = challenge(required)
    assert is_verified(required, challenge=text)
    assert required.post(challenge=text).status_code == 403
    assert required.count() == 1


def test_a_repeated_post_may_bring_its_used_challenge(required: Api) -> None:
    """T18: what was acknowledged and not heard of is asked for once more."""
    body = required.body(challenge=challenge(required))
    first = required.post(body)
    again = required.post(body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["receipt"] == first.json()["receipt"]


def test_where_it_is_off_none_counts(sqlite_database: Database, tmp_path: Path) -> None:
    with running(sqlite_database, tmp_path, challenge="off") as api:
        assert not is_verified(api, challenge=challenge(api))
