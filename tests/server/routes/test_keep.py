"""POST /v1/keep: the visitor's answer comes back as a cookie set by HTTP, and nothing else ever does."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consentinel.server.storage.database import Database
from tests.server.applications import NOON_MS
from tests.server.routes.api import ORIGIN, SITE, Api, running

TODAY = NOON_MS // 86_400_000
VALUE = f"1.1100.0a1b2c3d.{TODAY}"


@pytest.fixture
def api(sqlite_api: Api) -> Api:
    """It touches no database."""
    return sqlite_api


def keep(api: Api, text: str = f"consentinel={VALUE}", **headers: str) -> Any:
    """Post as banner/src/send/kept.js does."""
    fields = {"Origin": ORIGIN, "Sec-Fetch-Site": "same-origin", "consentinel": text} | headers
    return api.client.post("/v1/keep", headers=fields)


def test_sends_the_answer_back(api: Api) -> None:
    answer = keep(api)
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["set-cookie"] == f"consentinel={VALUE}; Path=/; Max-Age=15724800; SameSite=Lax"
    assert answer.headers["cache-control"] == "private, no-store"


def test_services_come_along(api: Api) -> None:
    assert f"consentinel={VALUE}.0-1z; " in keep(api, f"consentinel={VALUE}.0-1z").headers["set-cookie"]


def test_is_as_wide_as_the_sites_own(sqlite_database: Database, tmp_path: Path) -> None:
    public, more = "https://shop.example/consentinel", "  cookie_domain: shop.example\n"
    with running(sqlite_database, tmp_path, "https://shop.example", more, public_url=public) as api:
        fields = {"Origin": ORIGIN, "Sec-Fetch-Site": "same-origin", "consentinel": f"consentinel={VALUE}"}
        cookie = api.client.post("/consentinel/v1/keep", headers=fields).headers["set-cookie"]
    assert cookie.endswith("; SameSite=Lax; Domain=shop.example; Secure")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "consentinel=",
        VALUE,
        f"other={VALUE}",
        f"consentinel={VALUE}; Domain=evil.example",
        f"consentinel={VALUE} ",
        f"consentinel=1.1100.0a1b2c3d.{TODAY + 2}",
        f"consentinel=1.1100.0a1b2c3d.{TODAY - 401}",
        f"consentinel=1.0100.0a1b2c3d.{TODAY}",
        f"consentinel=2.1100.0a1b2c3d.{TODAY}",
    ],
)
def test_nothing_else_is_sent_back(api: Api, text: str) -> None:
    answer = keep(api, text)
    assert answer.status_code == 422
    assert "set-cookie" not in answer.headers


def test_an_answer_to_another_question_is_none(api: Api) -> None:
    facts = api.services.sites.get(SITE)
    assert facts is not None
    api.services.sites._replace({SITE: replace(facts, purposes="ffffffff")})
    assert keep(api).status_code == 422


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)
@given(st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f")))
def test_no_header_field_is_an_accident(api: Api, text: str) -> None:
    fields = [(b"origin", ORIGIN.encode()), (b"consentinel", f"consentinel={text}".encode("latin-1"))]
    assert api.client.post("/v1/keep", headers=fields).status_code == 422


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://shop.example"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "none"},
    ],
)
def test_only_the_sites_own_pages_may_ask(api: Api, headers: dict[str, str]) -> None:
    """T14, T16: nobody else decides what the visitor's cookie says."""
    answer = keep(api, **headers)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers
