"""`/d/{site}`: the declaration for everybody, from what is approved."""

import itertools
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from consentinel.banner import declaration as banner_declaration
from consentinel.server import declarations, declaring
from consentinel.server.routes import declaration
from consentinel.server.storage.database import Database
from consentinel.server.storage.overrides import Override, put_override
from tests.server.applications import client_of, make_app
from tests.server.dashboard.world import NOW_MS, SITE, add_scan, add_site, publish_typical, typical
from tests.support.reports import realistic_report

PLACES = (f"/d/{SITE}", f"/d/{SITE}/fragment.html", f"/d/{SITE}/declaration.json")


@pytest.fixture
def client(database: Database, tmp_path: Path) -> Iterator[TestClient]:
    with client_of(make_app(database, tmp_path / "data")) as found:
        yield found


@pytest.mark.parametrize("key", [SITE, "unknown.example"])
def test_without_an_approval_people_get_a_page_and_programs_a_problem(
    client: TestClient, database: Database, key: str
) -> None:
    with database.write() as connection:
        add_site(connection)
        add_scan(connection, realistic_report())
    for place in (f"/d/{key}", f"/d/{key}/fragment.html", f"/d/{key}/declaration.json"):
        for accept in ("text/html,application/xhtml+xml,*/*;q=0.8", "*/*"):
            answer = client.get(place, headers={"Accept": accept})
            is_page = accept != "*/*" and not place.endswith(".json")
            kind = "text/html; charset=utf-8" if is_page else "application/problem+json"
            assert (answer.status_code, answer.headers["content-type"]) == (404, kind), place
            assert answer.headers["cache-control"] == "no-cache"
            assert answer.headers["access-control-allow-origin"] == "*"
            assert answer.headers["vary"] == "Accept"
            assert "approve" in answer.text
            assert key not in answer.text


def test_the_page_for_none_finds_its_style(client: TestClient) -> None:
    for place, root in (("/d/unknown.example", "../"), ("/d/unknown.example/fragment.html", "../../")):
        text = client.get(place, headers={"Accept": "text/html"}).text
        assert f'href="{root}static/consentinel.css?v=' in text


def test_page_fragment_and_json_for_every_page_of_the_web(client: TestClient, database: Database) -> None:
    with database.write() as connection:
        typical(connection)
    for place in PLACES:
        answer = client.get(place, headers={"Origin": "https://anywhere.example"})
        assert answer.status_code == 200
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in answer.headers
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "set-cookie" not in answer.headers
        again = client.get(place, headers={"If-None-Match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
    page = client.get(PLACES[0]).text
    assert '<link rel="stylesheet" href="../static/consentinel.css?v=' in page
    assert "old_survey" in page


def test_the_approved_scan_counts_and_not_the_latest(client: TestClient, database: Database) -> None:
    with database.write() as connection:
        typical(connection)
    assert "session_id" not in client.get(PLACES[1]).text


def test_the_sites_languages(client: TestClient, database: Database) -> None:
    with database.write() as connection:
        typical(connection)
    assert "Cookies und ähnliche Technologien" in client.get(f"{PLACES[0]}?lang=de").text
    assert client.get(f"{PLACES[2]}?lang=fr").json()["locale"] == "en"


def test_a_decision_and_a_publication_change_it_at_once(client: TestClient, database: Database) -> None:
    with database.write() as connection:
        typical(connection)
    before = client.get(PLACES[2]).json()
    with database.write() as connection:
        put_override(
            connection,
            Override(
                site=SITE,
                kind="cookies",
                name='{name: "zz9", domain: "example.com"}',
                category="functional",
                vendor="Our shop",
                created_ms=NOW_MS,
                created_by="ada",
            ),
        )
    after = client.get(PLACES[2]).json()
    assert vendor_of(before, "zz9", "unclassified") == ["set by a script of www.googletagmanager.com"]
    assert vendor_of(after, "zz9", "functional") == ["Our shop"]
    publish_typical(database, client.app.state.consentinel.ledger)  # type: ignore[attr-defined]
    assert vendor_of(client.get(PLACES[2]).json(), "consentinel", "strictly-necessary") == ["this site"]


def vendor_of(found: dict[str, list[dict[str, object]]], name: str, category: str) -> list[object]:
    items = [one["items"] for one in found["categories"] if one["category"] == category]
    return [item["vendor"] for group in items for item in group if item["name"] == name]  # type: ignore[attr-defined]


def test_t20_two_who_ask_first_at_once_have_it_made_once(
    client: TestClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.write() as connection:
        typical(connection)
    both_ask, asked, made = threading.Event(), itertools.count(1), itertools.count(1)
    origin_of, declare = declarations.origin_of, banner_declaration.declare

    def counted_origin(*args: Any) -> Any:
        found = origin_of(*args)
        if next(asked) == 2:
            both_ask.set()
        return found

    def slow_declare(*args: Any, **named: Any) -> Any:
        next(made)
        assert both_ask.wait(30)
        return declare(*args, **named)

    monkeypatch.setattr(declaration, "origin_of", counted_origin)
    monkeypatch.setattr(declarations, "declare", slow_declare)
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(client.get, PLACES[:2]))
    assert [answer.status_code for answer in answers] == [200, 200]
    assert next(made) == 2


def test_t20_what_was_made_once_is_kept(
    client: TestClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.write() as connection:
        typical(connection)
    first = [client.get(place) for place in PLACES]
    for module, name in ((declarations, "declare"), (declaring, "page"), (declaring, "fragment")):
        monkeypatch.setattr(module, name, None)
    assert [client.get(place).content for place in PLACES] == [answer.content for answer in first]
