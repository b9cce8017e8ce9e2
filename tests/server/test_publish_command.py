"""`consentinel publish` on both databases."""

import hashlib
import json
import re
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from consentinel.scanner.report import encode, load
from consentinel.server.cli import main
from consentinel.server.ledger.anchor import Anchor
from consentinel.server.ledger.restore import WAY_ON
from consentinel.server.ledger.shards import Head
from consentinel.server.publications import Version, latest, versions_of
from consentinel.server.served_at import keep_served_at
from consentinel.server.settings import ServerSettings
from consentinel.server.storage.database import Database
from consentinel.server.storage.scans import approved_scan
from consentinel.server.storage.tables import payloads
from tests.banner.typical_report import request
from tests.server.publishing.making import KEY, PUBLIC, SITE, settings_text, shop_report
from tests.support.documents import ROOT, Document


@pytest.fixture(autouse=True)
def empty_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("CONSENTINEL_DATA", str(folder / "data"))


def publish(url: str, *arguments: str, answer: str = "", pictures: bool = False) -> Result:
    """Run the command; what it asks is answered with `answer`."""
    quick = () if pictures else ("--no-screenshots",)
    line = ["publish", *arguments, *quick, "--database", url, "--public-url", PUBLIC]
    return CliRunner().invoke(main, line, input=answer, catch_exceptions=False)


def published(url: str) -> list[Version]:
    with closing(Database(url)) as database, database.read() as connection:
        return versions_of(connection, KEY)


def write_settings(**banner: Any) -> None:
    Path("consentinel.yaml").write_text(settings_text(**banner))


def test_the_first_version(database_url: str) -> None:
    write_settings(controller="Shop GmbH")
    Path("report.json").write_bytes(encode(shop_report()))
    result = publish(database_url, "--from", "report.json", "--yes")
    assert result.exit_code == 0
    assert result.stdout.startswith(f"{KEY}: version 1, compared with nothing\n")
    assert "\nSettings: 8 (mode standard, regime eu, unknown allow)\n" in result.stdout
    assert "\nWhat waits for consent: " in result.stdout
    assert result.stdout.endswith(f"published: version 1 of {KEY}\n")
    assert f'<script src="{PUBLIC}/b/{KEY}.js"></script>' in result.stderr
    [version] = published(database_url)
    assert version.manifest.scan_sha256 == digest(Path("report.json"))


def digest(file: Path) -> str:
    return hashlib.sha256(encode(load(file))).hexdigest()


def test_a_first_version_fits_on_a_screen_but_all_can_be_seen(sqlite_url: str) -> None:
    write_settings(controller="Shop GmbH", regime="auto", mode="strict", locales=["en", "de"])
    Path("report.json").write_bytes(encode(shop_report("ads.example")))
    short = publish(sqlite_url, "--from", "report.json", answer="n\n").stdout
    assert short.count("\n") < 12
    assert "--verbose" in short
    long = publish(sqlite_url, "--from", "report.json", "--verbose", answer="n\n").stdout
    assert "\n  + controller: Shop GmbH\n" in long
    assert "\n  + script.hotjar.com" in long
    assert "\n  + de.title: " in long
    assert "\nPolicies\n  + accept " in long
    assert "--verbose" not in long


def test_where_policies_alone_differ(sqlite_url: str) -> None:
    write_settings()
    Path("report.json").write_bytes(encode(shop_report()))
    publish(sqlite_url, "--from", "report.json", "--yes")
    allowed = request("cdn.example/x.js", "core:cdn", category="strictly-necessary", vendor="CDN")
    report = shop_report()
    Path("report.json").write_bytes(
        encode(msgspec.structs.replace(report, findings=(*report.findings, allowed)))
    )
    result = publish(sqlite_url, "--from", "report.json", "--yes")
    assert "Only the policies in csp.json differ" in result.stdout, result.stdout


def shown(text: str, start: str) -> str:
    """Return the block of docs/publishing.md that starts so, or that part of an output, without hashes."""
    found = text[text.index(start) :].partition("\n```")[0]
    found = re.split(r"\n(?:published: |Publish version )", found)[0]
    return re.sub(r"\b[0-9a-f]{16}\b", "HASH", found).strip()


def test_the_documentation_shows_what_is_said(sqlite_url: str) -> None:
    document = Document(ROOT / "docs" / "publishing.md").text
    write_settings(controller="Shop Ltd, 1 Example Street, Exampleton", locales=["en", "de"])
    known = shop_report("video.example")
    odd = msgspec.structs.replace(known, findings=(*known.findings, request("odd.example/x.js")))
    Path("report.json").write_bytes(encode(odd))
    first = publish(sqlite_url, "--from", "report.json", "--yes").stdout
    start = f"{KEY}: version 1, compared"
    assert shown(first, start) == shown(document, start)
    more = request("ads.example/x.js", category="targeting", vendor="ads.example")
    Path("report.json").write_bytes(encode(msgspec.structs.replace(odd, findings=(*odd.findings, more))))
    settings = {"locales": ["en", "de"], "texts": {"en": {"title": "Hello"}}}
    write_settings(controller="Shop Ltd, 1 Example Street, Exampleton", **settings)
    second = publish(sqlite_url, "--from", "report.json", "--yes").stdout
    start = f"{KEY}: version 2, compared"
    assert shown(second, start) == shown(document, start)


def test_without_a_yes_nothing_is_published(database_url: str) -> None:
    write_settings()
    refused = publish(database_url, answer="n\n")
    assert (refused.exit_code, published(database_url)) == (0, [])
    assert "nothing was published" in refused.stderr
    silent = publish(database_url)
    assert (silent.exit_code, published(database_url)) == (2, [])
    assert "--yes" in silent.stderr
    agreed = publish(database_url, answer="y\n")
    assert agreed.exit_code == 0
    assert len(published(database_url)) == 1


def test_where_nothing_has_changed_nothing_is_published(database_url: str) -> None:
    write_settings()
    publish(database_url, "--yes")
    result = publish(database_url, "--yes")
    assert (result.exit_code, result.stdout) == (0, f"{KEY}: nothing has changed since version 1\n")
    assert len(published(database_url)) == 1


def test_a_report_is_approved_also_where_nothing_else_has_changed(database_url: str) -> None:
    """The declaration comes from it, and it is the one that counts from now on."""
    write_settings()
    report = shop_report()
    Path("report.json").write_bytes(encode(report))
    publish(database_url, "--from", "report.json", "--yes")
    scanned = msgspec.structs.replace(report.scanned, finished="2030-01-01T00:00:00Z")
    later = msgspec.structs.replace(report, scanned=scanned)
    Path("report.json").write_bytes(encode(later))
    result = publish(database_url, "--from", "report.json")
    said = f"{KEY}: nothing has changed since version 1\n"
    assert (result.exit_code, result.stdout) == (0, f"{said}the report is approved\n")
    assert len(published(database_url)) == 1
    assert approved(database_url) == (digest(Path("report.json")), ["scan 1", "scan 2"])
    again = publish(database_url, "--from", "report.json")
    assert (again.exit_code, again.stdout) == (0, said)
    assert approved(database_url)[1] == ["scan 1", "scan 2"]


def approved(url: str) -> tuple[str, list[str]]:
    """Return the hash of the scan that counts, and what the ledger says of approvals."""
    with closing(Database(url)) as database, database.read() as connection:
        scan = approved_scan(connection, KEY)
        events = [json.loads(event) for event in connection.execute(sa.select(payloads.c.event)).scalars()]
    assert scan is not None
    return scan.sha256, sorted(event["detail"] for event in events if event["type"] == "approve-scan")


def test_a_change_is_shown_alone(database_url: str) -> None:
    write_settings()
    publish(database_url, "--yes")
    write_settings(texts={"en": {"title": "Hello"}})
    result = publish(database_url, KEY, "--yes")
    assert "compared with version 1\nTexts\n  ~ en.title\n" in result.stdout
    assert [version.number for version in published(database_url)] == [2, 1]


def test_settings_that_are_in_the_database_already(database_url: str) -> None:
    write_settings()
    publish(database_url, "--yes")
    Path("consentinel.yaml").unlink()
    Path("report.json").write_bytes(encode(shop_report("ads.example")))
    result = publish(database_url, "--from", "report.json", "--yes")
    assert result.exit_code == 0
    assert "ads.example" in result.stdout
    assert "All visitors are asked again" in result.stdout


def test_the_files_can_be_had(database_url: str) -> None:
    write_settings(mode="strict")
    publish(database_url, "--yes", "-o", "files")
    [version] = published(database_url)
    for entry in version.manifest.artefacts:
        assert hashlib.sha256(Path("files", entry.name).read_bytes()).hexdigest() == entry.sha256
    assert {"nginx.conf", "csp.json", "snippet.html"} <= {path.name for path in Path("files").iterdir()}
    snippet = Path("files/snippet.html").read_text()
    assert f"{PUBLIC}/b/{KEY}/{version.script_sha384}.js" in snippet
    assert f'src="{PUBLIC}/b/{KEY}.js"></script>' in snippet


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["other.example"], "no site 'other.example' here"),
        (["--from", "none.json"], "none.json: No such file"),
    ],
)
def test_what_cannot_be_done(database_url: str, arguments: list[str], complaint: str) -> None:
    write_settings()
    result = publish(database_url, *arguments, "--yes")
    assert result.exit_code == 2
    assert complaint in result.stderr
    assert published(database_url) == []


def test_a_mistake_in_the_settings_names_its_line(sqlite_url: str) -> None:
    Path("consentinel.yaml").write_text(f"site: {SITE}\nbanner:\n  mode: strickt\n")
    result = publish(sqlite_url, "--yes")
    assert result.exit_code == 2
    assert "consentinel.yaml:3: " in result.stderr


@pytest.mark.parametrize("site", [KEY.upper(), SITE, f"{KEY}:8000", f"http://{KEY}:8000/shop"])
def test_a_site_may_be_named_by_its_address(sqlite_url: str, site: str) -> None:
    write_settings()
    assert publish(sqlite_url, site, "--yes").stdout.startswith(f"{KEY}: version 1, ")


@pytest.mark.parametrize("site", ["other.example", "http://[", "", "://"])
def test_an_unknown_site_is_told_with_those_that_are_known(sqlite_url: str, site: str) -> None:
    write_settings()
    result = publish(sqlite_url, site, "--yes")
    assert result.exit_code == 2
    assert f"no site {site!r} here" in result.stderr
    assert result.stderr.rstrip().endswith(f"those here: {KEY}")


@pytest.mark.parametrize("arguments", [[], ["www.shop.example"], ["--config", "none.yaml"]])
def test_what_fails_makes_no_database(arguments: list[str]) -> None:
    assert publish("sqlite:///new.db", *arguments).exit_code == 2
    assert list(Path().iterdir()) == []


def test_while_history_is_lost_the_way_on_is_told(database_url: str) -> None:
    """Also where nothing has changed."""
    write_settings()
    publish(database_url, "--yes")
    lost = Head(f"consent.example/{KEY}/2020Q1", 9, bytes(32))
    Anchor.of(ServerSettings(data=Path("data"))).remember([lost])
    told = publish(database_url, "--yes")
    assert (told.exit_code, told.stdout) == (2, "")
    assert f"nothing is published: {lost.origin}: it had 9 entries" in told.stderr
    assert told.stderr.endswith(f": {WAY_ON}\n")


def test_without_a_site(sqlite_url: str) -> None:
    result = publish(sqlite_url, "--yes")
    assert result.exit_code == 2
    assert "which site? none is known: write `site:` and `banner:` into consentinel.yaml" in result.stderr


def test_control_characters_do_not_reach_the_terminal(sqlite_url: str) -> None:
    write_settings(texts={"en": {"title": "\x1b[31mred"}})
    result = publish(sqlite_url, "--yes")
    assert "\x1b" not in result.stdout


def test_doubts_are_warnings(sqlite_url: str) -> None:
    write_settings()
    assert "warning: no rules: nothing will be held back" in publish(sqlite_url, "--yes").stderr


def test_a_server_that_no_visitor_reaches(sqlite_url: str) -> None:
    write_settings()
    line = ["publish", "--yes", "--no-screenshots", "--database", sqlite_url]
    assert "visitors cannot reach http://127.0.0.1:8080" in CliRunner().invoke(main, line).stderr


def test_a_banner_that_asks_another_server(sqlite_url: str) -> None:
    write_settings(api="https://elsewhere.example")
    assert "warning: `api` of the banner" in publish(sqlite_url, "--yes").stderr
    line = ["publish", "--yes", "--no-screenshots", "--database", sqlite_url]
    assert "`api`" not in CliRunner().invoke(main, line).stderr


def test_a_server_that_was_started_at_another_address(database_url: str) -> None:
    """Also where nothing has changed: the banner asks where the server is not any more."""
    write_settings()
    assert "was last started" not in publish(database_url, "--yes").stderr
    with closing(Database(database_url)) as database:
        keep_served_at(database, "http://127.0.0.1:9000")
    for _ in range(2):
        said = publish(database_url, "--yes")
        assert "nothing has changed" in said.stdout
        assert "was last started at http://127.0.0.1:9000" in said.stderr
        assert "`public_url: http://127.0.0.1:9000`" in said.stderr


@pytest.mark.browser
def test_pictures_of_what_visitors_see(database_url: str) -> None:
    write_settings()
    assert publish(database_url, "--yes", pictures=True).exit_code == 0
    with closing(Database(database_url)) as database, database.read() as connection:
        version = latest(connection, KEY)
    assert version is not None
    assert {(shot.layer, shot.language) for shot in version.manifest.screenshots} >= {
        ("first", "en"),
        ("settings", "en"),
    }
