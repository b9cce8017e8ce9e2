"""The list of sites."""

from contextlib import suppress
from pathlib import Path

from consentinel.scanner.errors import InputError
from consentinel.server.admin.cookies import NAME
from consentinel.server.storage.database import Database
from consentinel.server.storage.sites import all_sites
from tests.server.applications import client_of, make_app, on_the_machine
from tests.server.dashboard.conftest import Console, log_in
from tests.server.dashboard.world import SETTINGS, SITE, add_site, publish_typical, typical


def test_a_site_as_it_stands(console: Console) -> None:
    with console.database.write() as connection:
        typical(connection)
    publish_typical(console.database, console.services.ledger)
    text = console.get("/admin/")
    assert "18 of 55 findings need consent" in text
    assert "6 decisions to make" in text
    assert "waits for approval" in text
    assert '<span class="badge targeting">20 targeting</span>' in text
    assert text.count('<rect class="') == 5
    assert "version 1" in text
    assert "%" in text


def test_a_site_is_added_and_then_set_up(console: Console) -> None:
    answer = console.post("/admin/sites", {"address": "https://new.example/"})
    assert answer.headers["location"] == "../admin/sites/new.example/banner?done=added"
    assert "The site is added." in console.get("/admin/sites/new.example/banner?done=added")
    assert console.services.sites.get("new.example") is not None
    assert "add site" in console.acts()


def test_what_is_no_address_is_refused(console: Console) -> None:
    for address in ("", "new.example", "ftp://new.example/", "javascript:alert(1)"):
        assert console.post("/admin/sites", {"address": address}).status_code == 422
    with console.database.read() as connection:
        assert all_sites(connection) == []


def test_a_site_is_added_once(console: Console) -> None:
    console.post("/admin/sites", {"address": "https://new.example/"})
    assert "in the list already" in console.post("/admin/sites", {"address": "https://new.example/"}).text


def test_many_sites_come_in_pages(console: Console) -> None:
    with console.database.write() as connection:
        for number in range(65):
            add_site(connection, f"s{number:02}.example", f"site: https://s{number:02}.example/\n")
    assert "Page 1 of 3" in console.get("/admin/")
    text = console.get("/admin/?page=3")
    assert "s64.example" in text
    assert "s59.example" not in text


def test_settings_in_the_database_that_cannot_be_read_are_told_on_every_page_of_the_site(
    console: Console,
) -> None:
    with console.database.write() as connection:
        add_site(connection)
        add_site(connection, "other.example", "site: https://other.example/\n")
    with console.database.write() as connection:
        add_site(connection, settings="site: [")
    with console.database.read() as connection:
        console.services.sites.refresh(connection)
    said = f"The settings of {SITE} cannot be read."
    assert said in console.get("/admin/")
    for page in ("", "/scans", "/review", "/versions", "/rates", "/banner"):
        assert said in console.get(f"/admin/sites/{SITE}{page}"), page
    assert said not in console.get("/admin/sites/other.example")


def test_a_settings_file_that_cannot_be_read_is_told_until_it_can(
    sqlite_database: Database, tmp_path: Path
) -> None:
    file = tmp_path / "consentinel.yaml"
    file.write_text(SETTINGS, encoding="utf-8")
    app = make_app(sqlite_database, tmp_path / "data", sites=(file,))
    lifecycle = app.state.lifecycle
    with client_of(app) as client:
        client.cookies.set(NAME, log_in(sqlite_database))
        with sqlite_database.write() as connection:
            add_site(connection, "other.example", "site: https://other.example/\n")
        told = []
        for text in (SETTINGS, "site: [", "site: [ # still", SETTINGS + "# mended\n"):
            file.write_text(text, encoding="utf-8")
            with suppress(InputError):
                lifecycle._read_sites()
            page = client.get("/admin/").text
            told.append(("A settings file cannot be read." in page, f"{file}:" in page))
            for place in ("", "/banner", "/versions"):
                page = client.get(f"/admin/sites/{SITE}{place}").text
                assert ("A settings file cannot be read." in page, f"{file}:" in page) == told[-1]
                page = client.get(f"/admin/sites/other.example{place}").text
                assert "A settings file cannot be read." not in page
            warned = on_the_machine(client).get("/readyz").json()["warnings"]
            assert any(f"{file}:" in line for line in warned) is told[-1][0]
    assert told == [(False, False), (True, True), (True, True), (False, False)]
