"""Published versions, their pictures, and what the next one would change."""

import pytest

from consentinel.server import publications
from consentinel.server.publications import Artefact, save_artefacts
from tests.server.dashboard.conftest import Console
from tests.server.dashboard.world import SETTINGS, SITE, add_site, publish_typical, typical

VERSIONS = f"/admin/sites/{SITE}/versions"


@pytest.fixture
def published(console: Console) -> Console:
    with console.database.write() as connection:
        typical(connection)
    publish_typical(console.database, console.services.ledger)
    return console


def test_before_the_first_version(console: Console) -> None:
    with console.database.write() as connection:
        add_site(connection)
    text = console.get(VERSIONS)
    assert "Nothing is published yet." in text
    assert f"consentinel publish {SITE}" in text
    assert "No scan is approved yet" in text


def test_a_version_with_pictures_and_proof(published: Console) -> None:
    assert "Version 1" in published.get(VERSIONS)
    text = published.get(f"{VERSIONS}/1")
    assert text.count("<figure>") == 8
    shown = [text.index(f"On a screen of {width} pixels") for width in (390, 1280)]
    assert text.count("<figure>", *shown) == 4
    assert 'alt="The settings layer in de, 390 pixels wide"' in text
    with published.database.read() as connection:
        version = publications.latest(connection, SITE)
    assert version is not None
    assert version.banner_hash in text
    assert "version published" in published.acts()


def test_what_publishing_would_change(published: Console) -> None:
    published.change(f"/admin/sites/{SITE}/banner", {"mode": "strict", "regime": "eu", "locales": "en"})
    text = published.get(VERSIONS)
    assert "Publishing now would change" in text
    assert "<del>standard</del><ins>strict</ins>" in text


def test_what_is_too_much_for_the_page_is_on_the_command_line(
    published: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("consentinel.server.dashboard.versions._MOST_SHOWN", 1)
    published.change(f"/admin/sites/{SITE}/banner", {"mode": "strict", "regime": "eu", "locales": "en"})
    assert f"<code>consentinel publish {SITE} --verbose</code> shows all" in published.get(VERSIONS)


def test_new_services_mean_that_everybody_is_asked_again(published: Console) -> None:
    assert "All visitors are asked again" not in published.get(VERSIONS)
    published.post(f"/admin/sites/{SITE}/scans/2/approve")
    rule = "  rules: [{host: new.example, category: targeting, vendor: New}]\n"
    published.change(f"/admin/sites/{SITE}/banner", {"settings": SETTINGS + rule})
    assert "All visitors are asked again" in published.get(VERSIONS)


def test_settings_that_cannot_be_published_are_told(console: Console) -> None:
    with console.database.write() as connection:
        add_site(connection, settings="site: [")
    assert "Nothing can be published now." in console.get(VERSIONS)


def test_pictures_are_shown_and_all_else_is_a_file(published: Console) -> None:
    hostile = Artefact("text/html", b"<script>alert(1)</script>")
    with published.database.write() as connection:
        version = publications.latest(connection, SITE)
        save_artefacts(connection, SITE, [hostile])
    assert version is not None
    place = f"/admin/sites/{SITE}/artefacts/"
    picture = published.client.get(place + version.manifest.screenshots[0].sha256)
    assert (picture.headers["content-type"], picture.headers["content-disposition"]) == (
        "image/png",
        "inline",
    )
    page = published.client.get(place + hostile.sha256)
    assert page.headers["content-type"] == "application/octet-stream"
    assert page.headers["content-disposition"].startswith("attachment")
    assert "sandbox" in page.headers["content-security-policy"]


def test_artefacts_of_another_site_are_not_there(published: Console) -> None:
    with published.database.write() as connection:
        add_site(connection, "other.example", "site: https://other.example/\n")
        version = publications.latest(connection, SITE)
    assert version is not None
    published.get(f"/admin/sites/other.example/artefacts/{version.manifest.script.sha256}", 404)
