"""Every page: for administrators only, with links that work below any path, clear about what is missing."""

import re

from starlette.routing import Route

from consentinel.server.dashboard.routes import ROUTES
from tests.server.dashboard.conftest import Console
from tests.server.dashboard.world import SITE, add_site, publish_typical, typical

VALUES = {"site": SITE, "scan": "1", "number": "1", "shard": "1", "sha256": "0" * 64}
PAGES = (
    "/admin/",
    f"/admin/sites/{SITE}",
    f"/admin/sites/{SITE}/scans",
    f"/admin/sites/{SITE}/review",
    f"/admin/sites/{SITE}/banner",
    f"/admin/sites/{SITE}/versions",
    f"/admin/sites/{SITE}/rates",
    "/admin/ledger",
    "/admin/audit",
)


def address_of(route: Route) -> str:
    return re.sub(r"\{(\w+)(:\w+)?\}", lambda found: VALUES[found[1]], route.path)


def test_nobody_else_sees_or_does_anything(console: Console) -> None:
    console.client.cookies.clear()
    for route in ROUTES:
        method = "POST" if "POST" in (route.methods or ()) else "GET"
        answer = console.client.request(method, address_of(route))
        assert (answer.status_code, route.path) == (303, route.path)
        assert "/admin/login" in answer.headers["location"]


def test_no_form_without_its_token_does_anything(console: Console) -> None:
    with console.database.write() as connection:
        typical(connection)
    for route in ROUTES:
        if "POST" in (route.methods or ()):
            answer = console.client.post(
                address_of(route), data={"csrf": "x", "address": "https://x.example/"}
            )
            assert (answer.status_code, route.path) == (403, route.path)
    assert "Nothing has been done yet." in console.acts()


def test_pages_of_an_empty_server(console: Console) -> None:
    with console.database.write() as connection:
        add_site(connection)
    for path in PAGES:
        text = console.get(path)
        assert "<h1>" in text
        assert ">None<" not in text


def test_pages_of_a_typical_server_have_relative_links_alone(console: Console) -> None:
    with console.database.write() as connection:
        typical(connection)
    publish_typical(console.database, console.services.ledger)
    for path in PAGES:
        places = re.findall(r'(?:href|src|action)="([^"]*)"', console.get(path))
        assert len(places) > 5
        assert [place for place in places if place.startswith(("/", "http:", "https:"))] == []


def test_an_empty_server_says_what_to_do(console: Console) -> None:
    assert "No site yet." in console.get("/admin/")


def test_what_is_not_there_is_said(console: Console) -> None:
    with console.database.write() as connection:
        typical(connection)
    site = f"/admin/sites/{SITE}"
    for path in (
        "/admin/sites/other.example",
        f"{site}/scans/99",
        f"{site}/scans/99/report.json",
        f"{site}/diff?old=1&new=99",
        f"{site}/diff?old=x&new=",
        f"{site}/versions/9",
        f"{site}/artefacts/{'0' * 64}",
        "/admin/ledger/99/checkpoint",
    ):
        assert "There is no such" in console.get(path, 404)
    for path in (
        f"{site}/scans/{10**30}",
        f"/admin/ledger/{2**40}/checkpoint",
        "/admin/sites/a%00b",
        "/d/%00",
    ):
        console.get(path, 404)
    console.get("/admin/audit?site=%00")


def test_pages_are_not_kept_and_run_nothing(console: Console) -> None:
    headers = console.client.get("/admin/").headers
    assert headers["cache-control"] == "private, no-store"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
