"""The application as a whole: its parts are there, its start and end are in order."""

from pathlib import Path

import pytest
from starlette.routing import Route

from consentinel.server.app import all_routes, create_app
from consentinel.server.errors import StorageError
from consentinel.server.middleware.observing import templates_of
from consentinel.server.settings import ServerSettings
from consentinel.server.storage.database import Database
from tests.server.applications import NOON_MS, FixedClock, add_site, client_of, make_app, on_the_machine
from tests.server.choices import choice

DAY_S = 86_400


def test_every_resource_has_a_route() -> None:
    paths = set(templates_of(all_routes()).values())
    assert {
        "/healthz", "/readyz", "/metrics", "/v1/consents", "/v1/consents/{id}", "/v1/state", "/v1/token",
        "/v1/challenge", "/v1/observed", "/v1/keep", "/openapi.json", "/.well-known/jwks.json",
        "/b/{site}.js", "/static/{name}", "/admin/login", "/admin/", "/d/{site}",
    } <= paths  # fmt: skip


def test_no_two_routes_are_the_same() -> None:
    routes = [route for route in all_routes() if isinstance(route, Route)]
    named = [(route.path, method) for route in routes for method in sorted(route.methods or ())]
    assert len(named) == len(set(named))


def test_takes_and_serves_a_choice(database: Database, tmp_path: Path) -> None:
    with client_of(make_app(database, tmp_path / "data"), base_url="https://shop.example") as client:
        add_site(client)
        posted = client.post("/v1/consents", json=choice())
        assert posted.status_code == 201
        token = posted.json()["receipt"]
        record = client.get(
            f"/v1/consents/{posted.json()['id']}", headers={"authorization": f"Bearer {token}"}
        )
        assert record.status_code == 200


def test_what_was_accepted_is_there_after_a_new_start(database: Database, tmp_path: Path) -> None:
    body = choice()
    with client_of(make_app(database, tmp_path / "data")) as client:
        add_site(client)
        first = client.post("/v1/consents", json=body)
    with client_of(make_app(database, tmp_path / "data")) as client:
        second = client.post("/v1/consents", json=body)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["id"] == second.json()["id"]


@pytest.fixture
def another_disk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("another disk")


def test_an_empty_database_is_made_ready(empty_url: str, tmp_path: Path, another_disk: Path) -> None:
    anchor = another_disk / "anchor.ndjson"
    app = create_app(ServerSettings(data=tmp_path / "data", database=empty_url, anchor=anchor))
    with client_of(app, address="127.0.0.1") as client:
        assert client.get("/readyz").json() == {"status": "ready", "reasons": [], "warnings": []}


def test_with_a_damaged_anchor_banners_are_served_and_no_consent_is(
    sqlite_database: Database, tmp_path: Path
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "anchor.ndjson").write_text("damaged\ndamaged\n")
    with client_of(make_app(sqlite_database, tmp_path / "data"), address="127.0.0.1") as client:
        ready = client.get("/readyz")
        assert (ready.status_code, "anchor.ndjson: damaged" in ready.json()["reasons"][0]) == (503, True)
        assert client.post("/v1/consents", json=choice()).status_code == 503
        assert client.get("/b/www.nobody.example.js").status_code == 404, "looked for, and not refused"


def test_a_database_that_cannot_be_opened_ends_the_start(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "consentinel.db").write_bytes(b"this is no database" * 100)
    with pytest.raises(StorageError), client_of(create_app(ServerSettings(data=tmp_path / "data"))):
        pytest.fail("it started")


def test_a_site_whose_settings_broke_is_a_warning(
    sqlite_database: Database, tmp_path: Path, another_disk: Path
) -> None:
    app = make_app(sqlite_database, tmp_path / "data", anchor=another_disk / "anchor.ndjson")
    with client_of(app) as client:
        add_site(client, more="  colour: red\n")
        answer = on_the_machine(client).get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["warnings"] == ["the settings of shop.example cannot be read"]


def test_an_anchor_beside_the_database_is_a_warning(
    sqlite_database: Database, tmp_path: Path, another_disk: Path
) -> None:
    assert sqlite_database.file is not None
    beside = sqlite_database.file.parent
    for folder, warned in ((beside, True), (beside / "below", True), (another_disk, False)):
        app = make_app(sqlite_database, tmp_path / "data", anchor=folder / "anchor.ndjson")
        with client_of(app, address="127.0.0.1") as client:
            answer = client.get("/readyz")
        assert answer.status_code == 200
        assert any("the anchor is in the directory" in line for line in answer.json()["warnings"]) is warned


def test_metrics_are_for_the_machine_itself(sqlite_database: Database, tmp_path: Path) -> None:
    with client_of(make_app(sqlite_database, tmp_path / "data"), address="127.0.0.1") as client:
        client.get("/v1/consents/00112233445566778899aabbccddeeff")
        text = client.get("/metrics").text
        assert client.get("/metrics", headers={"x-forwarded-for": "127.0.0.1"}).status_code == 404
        assert client.get("/metrics", headers={"forwarded": "for=127.0.0.1"}).status_code == 404
    assert 'route="/v1/consents/{id}",status="404"} 1.0' in text
    assert "00112233" not in text
    assert "consentinel_ledger_losses 0.0" in text
    with client_of(make_app(sqlite_database, tmp_path / "data"), address="192.0.2.1") as client:
        assert client.get("/metrics").status_code == 404
        assert client.get("/metrics", headers={"x-forwarded-for": "127.0.0.1"}).status_code == 404


@pytest.mark.parametrize("years", [-2, 2])
def test_t27_the_visitors_clock_is_a_claim(sqlite_database: Database, tmp_path: Path, years: int) -> None:
    clock = FixedClock()
    claims = {-2: "2024-11-18T11:06:40.000Z", 0: "2026-11-18T11:06:40.000Z", 2: "2028-11-17T11:06:40.000Z"}
    with client_of(make_app(sqlite_database, tmp_path / "data", clock=clock)) as client:
        add_site(client)
        honest, wrong = (
            client.post("/v1/consents", json=choice(client_ts=claims[claim])).json() for claim in (0, years)
        )
    assert honest["expires_at"] == wrong["expires_at"] > "2026-11-18"


def test_t27_the_servers_clock_ends_a_consent(sqlite_database: Database, tmp_path: Path) -> None:
    clock = FixedClock()
    with client_of(
        make_app(sqlite_database, tmp_path / "data", clock=clock), base_url="http://shop.example"
    ) as client:
        add_site(client, "http://shop.example")
        cookie = client.post("/v1/consents", json=choice()).headers["set-cookie"].partition(";")[0]

        def decided(years: float) -> bool:
            clock.now = NOON_MS + round(years * 365 * DAY_S * 1000)
            client.cookies.clear()
            answer = client.get("/v1/state?site=shop.example", headers={"cookie": cookie}).json()
            return bool(answer["decided"])

        assert decided(0)
        assert not decided(2)
        assert not decided(-2)  # made in what is the future by then: no choice
