import msgspec
import pytest

from consentinel.banner.settings import BannerSettings
from consentinel.scanner.catalogue.parsing import Document
from consentinel.scanner.errors import InputError
from consentinel.server.errors import ServerError
from consentinel.server.publishing.draft import completed, draft_of, make_draft
from consentinel.server.storage.database import Database
from consentinel.server.storage.overrides import Override, put_override
from consentinel.server.storage.scans import approve_scan
from consentinel.server.storage.sites import save_site
from tests.banner.typical_report import request
from tests.server.publishing.making import (
    KEY,
    NOW_MS,
    PUBLIC,
    SITE,
    add_site,
    settings_text,
    shop_draft,
    shop_report,
)
from tests.server.scans import save_scan


def test_addresses_that_nobody_has_set_are_the_servers() -> None:
    settings = completed(BannerSettings(site=SITE), PUBLIC)
    assert (settings.api, settings.base) == (PUBLIC, f"{PUBLIC}/b/{KEY}")
    assert settings.keep == ""


def test_what_is_set_stays() -> None:
    own = BannerSettings(site=SITE, api="https://api.example", base="/files", keep="/kept")
    assert completed(own, PUBLIC) == own


@pytest.mark.parametrize(
    ("public", "keep"),
    [
        ("https://www.shop.example/consentinel", "/consentinel/v1/keep"),
        ("https://www.shop.example:443/consentinel", "/consentinel/v1/keep"),
        ("https://www.shop.example", "/v1/keep"),
        ("https://shop.example/consentinel", ""),
        ("http://www.shop.example/consentinel", ""),
        ("https://www.shop.example:8443/consentinel", ""),
    ],
)
def test_on_the_sites_own_host_the_server_keeps_the_answer(public: str, keep: str) -> None:
    assert completed(BannerSettings(site=SITE), public).keep == keep


def test_the_number_of_the_version_is_in_the_script() -> None:
    assert 'version:"7"' in shop_draft().numbered(7).script


def test_the_same_input_gives_the_same_script() -> None:
    assert shop_draft().numbered(1).script == shop_draft().numbered(1).script


def test_an_unknown_site(database: Database) -> None:
    with database.read() as connection, pytest.raises(ServerError, match=r"^no site 'www.shop.example' here"):
        draft_of(connection, KEY, PUBLIC)


def test_wrong_settings_name_their_line(database: Database) -> None:
    with database.write() as connection:
        save_site(connection, KEY, f"site: {SITE}\nbanner:\n  mode: strickt\n", "dashboard", NOW_MS)
    with database.read() as connection, pytest.raises(InputError, match=r"^www.shop.example:3: "):
        draft_of(connection, KEY, PUBLIC)


def test_only_an_approved_scan_makes_rules(database: Database) -> None:
    add_site(database)
    with database.write() as connection:
        first = save_scan(connection, KEY, shop_report(), NOW_MS)
        approve_scan(connection, KEY, first.id, "ann", NOW_MS)
        save_scan(connection, KEY, shop_report("ads.example"), NOW_MS)
    with database.read() as connection:
        draft = draft_of(connection, KEY, PUBLIC)
    assert not any(rule.host == "ads.example" for rule in draft.banner.rules)
    assert draft.scan_sha256 == first.sha256


def test_a_report_of_another_site_is_refused(database: Database) -> None:
    add_site(database)
    report = msgspec.structs.replace(shop_report(), site="https://other.example/")
    with database.read() as connection, pytest.raises(ServerError, match=r"about https://other\.example/"):
        draft_of(connection, KEY, PUBLIC, report=report)


def test_a_site_without_a_scan_has_its_own_rules(database: Database) -> None:
    add_site(database, rules=[{"host": "ads.example", "category": "targeting"}])
    with database.read() as connection:
        draft = draft_of(connection, KEY, PUBLIC)
    assert [rule.pattern for rule in draft.banner.rules] == ["ads.example"]
    assert draft.scan_sha256 == ""


def test_an_override_decides(database: Database) -> None:
    add_site(database)
    override = Override(
        site=KEY,
        kind="hosts",
        name="ads.example",
        category="functional",
        vendor="Chat",
        created_ms=1,
        created_by="ann",
    )
    with database.write() as connection:
        scan = save_scan(connection, KEY, shop_report("ads.example"), NOW_MS)
        approve_scan(connection, KEY, scan.id, "ann", NOW_MS)
        put_override(connection, override)
    with database.read() as connection:
        draft = draft_of(connection, KEY, PUBLIC)
    assert {(rule.pattern, rule.code) for rule in draft.banner.rules} >= {("ads.example/x.js", 1)} or {
        (rule.host, rule.code) for rule in draft.banner.rules
    } >= {("ads.example", 1)}


def test_the_sites_rules_and_this_server_are_known_in_the_report() -> None:
    """As in a scan: what the banner holds back and what the report says have one category."""
    report = shop_report("ads.example")
    own = request(f"consent.example/b/{KEY}.js")
    report = msgspec.structs.replace(report, findings=(*report.findings, own))
    found = shop_draft(report, rules=[{"host": "ads.example", "category": "functional"}]).banner.report
    assert found is not None
    categories = {finding.host: finding.category for finding in found.findings if finding.kind == "script"}
    assert (categories["ads.example"], categories["consent.example"]) == ("functional", "strictly-necessary")


def test_the_catalogue_section_counts() -> None:
    vendor = (
        "catalogue:\n  vendors:\n    - {id: ours, vendor: Our Chat, category: functional, purpose: chat, "
        "hosts: [chat.example]}\n"
    )
    draft = make_draft(Document("x.yaml", (settings_text() + vendor).encode()), None, [], PUBLIC)
    assert draft.banner.catalogue.version != shop_draft().banner.catalogue.version


def test_a_mistake_in_the_catalogue_section_names_its_line() -> None:
    document = Document("x.yaml", (settings_text() + "catalogue:\n  vendors: 3\n").encode())
    with pytest.raises(InputError, match=r"^x.yaml:\d+: "):
        make_draft(document, None, [], PUBLIC)


def test_a_sites_rule_for_one_host_leaves_the_vendors_others_held_back() -> None:
    rule = "core:hotjar/host:hotjar.com"
    hotjar = request("script.hotjar.com/a.js", rule, category="performance", vendor="Hotjar")
    report = msgspec.structs.replace(shop_report(), findings=(hotjar,))
    own = [{"host": "script.hotjar.com", "category": "strictly-necessary"}]
    found = shop_draft(report, rules=own).banner
    assert found.report
    assert [finding.category for finding in found.report.findings] == ["strictly-necessary"]
    assert {(held.pattern, held.code) for held in found.rules} == {
        ("script.hotjar.com", 0),
        ("hotjar.com", 2),
    }
