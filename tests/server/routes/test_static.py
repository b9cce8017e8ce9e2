"""`/static/…`."""

from starlette.applications import Starlette
from starlette.testclient import TestClient

from consentinel.server.routes.static import ROUTES
from consentinel.server.static_files import version_of


def test_a_version_is_kept_for_a_year_and_a_name_alone_is_asked_again() -> None:
    client = TestClient(Starlette(routes=ROUTES))
    versioned = client.get(f"/{version_of('consentinel.css')}")
    assert versioned.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert versioned.headers["content-type"] == "text/css; charset=utf-8"
    plain = client.get("/static/consentinel.css", headers={"If-None-Match": versioned.headers["etag"]})
    assert (plain.status_code, plain.headers["cache-control"]) == (304, "no-cache")
    assert client.get("/static/icon.svg").headers["content-type"] == "image/svg+xml"


def test_nothing_else_is_there() -> None:
    client = TestClient(Starlette(routes=ROUTES))
    for name in ("missing.css", "..%2fcli.py", "%2e%2e"):
        assert client.get(f"/static/{name}").status_code == 404


def test_the_style_sheet_asks_for_nothing() -> None:
    text = TestClient(Starlette(routes=ROUTES)).get("/static/consentinel.css").text
    assert "url(" not in text
    assert "@import" not in text
