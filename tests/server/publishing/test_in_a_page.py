"""Published scripts in pages of another origin, by the tags of snippet.html."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route

from consentinel.scanner.demo.loopback import LoopbackServer
from consentinel.server.app import create_app
from consentinel.server.publications import artefact
from consentinel.server.publishing.publisher import Publisher, Wanted
from consentinel.server.settings import ServerSettings
from consentinel.server.storage.database import Database
from consentinel.server.storage.sites import save_site
from tests.conftest import Serve
from tests.server.publishing.making import settings_text
from tests.support.sites import Site

pytestmark = pytest.mark.browser

HOST = "127.0.0.1"


class Stand:
    """A running server that has published a banner, and the tags to embed it by."""

    def __init__(self, database: Database, origin: str, publisher: Publisher) -> None:
        self.origin = origin
        with database.write() as connection:
            save_site(connection, HOST, settings_text(f"http://{HOST}/", regime="auto"), "dashboard", 1)
        prepared = publisher.prepare(Wanted(HOST))
        self.version = publisher.publish(prepared, publisher.contents(prepared), "ann")
        [entry] = self.version.manifest.of_role("snippet")
        with database.read() as connection:
            found = artefact(connection, HOST, entry.sha256)
        assert found is not None
        self.plain, self.immutable = re.findall(r"<script src=.*?</script>", found.content.decode())[:2]


@pytest.fixture
def stand(sqlite_database: Database, tmp_path: Path) -> Iterator[Stand]:
    app = create_app(ServerSettings(data=tmp_path / "data"), database=sqlite_database)
    with LoopbackServer(app) as server:
        origin = f"http://{HOST}:{server.port}"
        publisher = Publisher(sqlite_database, app.state.consentinel.ledger, origin)
        yield Stand(sqlite_database, origin, publisher)


def shown(page: Page, serve: Serve, head: str, policy: str = "") -> Page:
    """Open a page of another origin with `head`, under a policy."""
    site = Site(f"http://{HOST}/")
    document = f'<!doctype html><html lang="en"><head>{head}<link rel="icon" href="data:,"></head></html>'
    headers = [("Content-Security-Policy", policy)] if policy else []
    site.add("/", document, content_type="text/html", headers=headers)
    page.goto(f"http://{HOST}:{serve(site).port}/")
    return page


def opens_settings(page: Page) -> None:
    """Ask for the second layer, which is a part of its own."""
    page.locator("csl-root dialog[open]").wait_for()
    page.evaluate("consentinel.show('settings')")
    page.locator("csl-root dialog.settings[open]").wait_for()


def test_the_plain_tag(page: Page, serve: Serve, stand: Stand) -> None:
    assert stand.plain == f'<script src="{stand.origin}/b/{HOST}.js"></script>'
    opens_settings(shown(page, serve, stand.plain))
    assert page.evaluate("consentinel.state().version") == "1"
    assert page.evaluate("consentinel.state().regime") == "eu"


def test_the_immutable_tag_under_a_policy_that_names_its_hash(page: Page, serve: Serve, stand: Stand) -> None:
    """T23: the page runs this very script, and its parts from this server, and nothing else."""
    integrity = re.findall(r'integrity="([^"]*)"', stand.immutable)[0]
    policy = f"script-src '{integrity}' {stand.origin}/b/{HOST}/; require-trusted-types-for 'script'"
    opens_settings(shown(page, serve, stand.immutable, policy))


def test_a_script_that_was_changed_is_refused(page: Page, serve: Serve, stand: Stand) -> None:
    changed = stand.immutable.replace("sha384-", "sha384-AAAA", 1)
    assert shown(page, serve, changed).evaluate("typeof consentinel") == "undefined"


def test_the_country_of_the_cdn_reaches_the_page(page: Page, serve: Serve, stand: Stand) -> None:
    def from_california(route: Route) -> None:
        route.continue_(headers={**route.request.headers, "CF-IPCountry": "US-CA"})

    page.route(f"{stand.origin}/b/{HOST}.js", from_california)
    shown(page, serve, stand.plain)
    assert page.evaluate("consentinel.state().regime") == "us-ca"
    assert page.evaluate("consentinel.has('targeting')")
