"""What classification rests on, as a scan loads it: overrides, the core, packs, lists, hints."""

import shutil
import sys
from pathlib import Path

import pytest

from consentinel.scanner.catalogue.loading import load_catalogue
from consentinel.scanner.catalogue.own_rules import OwnRule
from consentinel.scanner.catalogue.subject import Decision, Subject
from consentinel.scanner.errors import CatalogueError
from consentinel.scanner.knowledge import Knowledge, load_knowledge
from consentinel.scanner.packs.places import DATA_VARIABLE
from consentinel.scanner.settings import ScanSettings, resolve_settings
from consentinel.scanner.site_rules import NO_RULES, SiteRules
from tests.support.installed_packs import damage, install_packs

SITE = "https://www.shop.example/"
PACKS = ("open-cookie-database", "third-party-web", "easylist", "easyprivacy")

LEFT_OUT = "installed packs that could not be used were left out"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return install_packs(tmp_path_factory.mktemp("packs"))


@pytest.fixture(scope="module")
def knowledge(data: Path) -> Knowledge:
    return load_knowledge(ScanSettings(data=data))


def cookie(name: str, host: str = "www.shop.example") -> Subject:
    return Subject(kind="cookie", name=name, host=host, site=SITE)


def request(url: str, **changes: str) -> Subject:
    return Subject(kind="request", url=url, site=SITE, resource_type="script", **changes)  # type: ignore[arg-type]


def decide(knowledge: Knowledge, subject: Subject) -> Decision:
    return knowledge.catalogue.decide(subject)


def test_without_packs_the_core_answers_and_nothing_is_warned_of(tmp_path: Path) -> None:
    found = load_knowledge(ScanSettings(data=tmp_path / "nothing"))
    assert (found.lists, found.warnings) == ((), ())
    assert decide(found, cookie("_ga")).layer == "core"
    assert decide(found, cookie("acme_anvil")).category is None
    assert decide(found, request("https://ads.example/a.js")) == Decision()
    assert found.catalogue.version == load_catalogue().version


def test_a_pack_answers_where_the_core_does_not(knowledge: Knowledge) -> None:
    found = decide(knowledge, cookie("acme_anvil"))
    assert (found.category, found.layer, found.vendor) == ("performance", "pack", "Acme")
    assert (found.rule or "").startswith("pack:open-cookie-database")
    assert decide(knowledge, cookie("acme_weight", "shop.example")).category == "targeting"
    found = decide(knowledge, request("https://x.acme-ads.example/a.js"))
    assert (found.category, found.layer, found.vendor) == ("targeting", "pack", "Acme Ads")


def test_the_core_goes_before_packs(knowledge: Knowledge) -> None:
    found = decide(knowledge, cookie("_ga"))
    assert (found.category, found.layer) == ("performance", "core")
    found = decide(knowledge, request("https://www.google-analytics.com/analytics.js"))
    assert (found.category, found.layer) == ("performance", "core")


def test_overrides_go_before_the_core_and_packs(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(
        "vendors:\n  - {id: mine, vendor: Me, category: functional, purpose: P, cookies: [_ga, acme_anvil]}\n"
    )
    found = load_knowledge(ScanSettings(data=data, catalogue=(file,)))
    for name in ("_ga", "acme_anvil"):
        decision = decide(found, cookie(name))
        assert (decision.category, decision.rule) == ("functional", f"override:mine/cookie:{name}")


def test_a_pack_never_says_strictly_necessary_but_is_heard(knowledge: Knowledge) -> None:
    found = decide(knowledge, cookie("acme_login_anvil"))
    assert (found.category, found.layer) == (None, "unclassified")
    assert [line for line in found.evidence if "Open Cookie Database" in line]


def test_a_list_for_advertising_decides_about_the_hosts_it_names(knowledge: Knowledge) -> None:
    found = decide(knowledge, request("https://ads.example/a.js"))
    assert (found.category, found.rule) == ("targeting", "pack:easylist/||ads.example^")


def test_a_list_of_trackers_is_evidence_only(knowledge: Knowledge) -> None:
    found = decide(knowledge, request("https://track.example/a.js"))
    assert found.category is None
    assert [line for line in found.evidence if "EasyPrivacy has the rule `||track.example^`" in line]


def test_a_rule_stands_beside_what_the_core_says(knowledge: Knowledge) -> None:
    found = decide(knowledge, request("https://www.google-analytics.com/analytics.js"))
    assert len(found.evidence) > 1
    assert "EasyPrivacy has the rule `||google-analytics.com^` for it." in found.evidence


def test_a_generic_rule_and_the_own_host_make_no_tracker(knowledge: Knowledge) -> None:
    generic = decide(knowledge, request("https://unknown.example/banner/1.js"))
    assert generic.category is None
    assert [line for line in generic.evidence if "alone makes no tracker" in line]
    own = decide(knowledge, Subject(kind="request", url="https://ads.example/a", site="https://ads.example/"))
    assert own.category is None


def test_a_hint_says_whose_an_unknown_host_is(knowledge: Knowledge) -> None:
    found = decide(knowledge, request("https://cdn.acme-shop.example/a.js"))
    assert found.category is None
    assert [line for line in found.evidence if "Acme Shop" in line]


def test_the_report_is_told_each_pack_and_how_the_lists_were_asked(knowledge: Knowledge) -> None:
    *packs, engine = knowledge.lists
    assert [line.split(" ")[0] for line in packs] == list(PACKS)
    assert all(len(line.split(" ")[1]) == 12 for line in packs)
    assert engine == "filter lists asked by adblock"


def test_without_adblock_host_names_are_asked_and_the_report_says_so(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "adblock", None)
    found = load_knowledge(ScanSettings(data=data))
    assert found.lists[-1] == "filter lists asked by host names only (the extra adblock is not installed)"
    assert found.warnings == ()
    assert decide(found, request("https://ads.example/a.js")).category == "targeting"
    assert decide(found, request("https://unknown.example/banner/1.js")).evidence == ()


def test_a_damaged_pack_is_left_out_with_a_warning(data: Path, tmp_path: Path) -> None:
    shutil.copytree(data, tmp_path / "data")
    damage(tmp_path / "data", "open-cookie-database.csv")
    found = load_knowledge(ScanSettings(data=tmp_path / "data"))
    (warning,) = found.warnings
    assert warning.startswith("a pack was left out: open-cookie-database: ")
    assert "consentinel catalogue update" in warning
    *packs, left_out, engine = found.lists
    assert [line.split(" ")[0] for line in packs] == list(PACKS[1:])
    assert left_out == LEFT_OUT
    assert engine.startswith("filter lists")
    assert decide(found, cookie("acme_anvil")).category is None
    assert decide(found, request("https://acme-ads.example/")).category == "targeting"


def test_packs_without_filter_lists_ask_none(data: Path, tmp_path: Path) -> None:
    shutil.copytree(data, tmp_path / "data")
    damage(tmp_path / "data", "easylist.txt")
    damage(tmp_path / "data", "easyprivacy.txt")
    found = load_knowledge(ScanSettings(data=tmp_path / "data"))
    assert len(found.warnings) == 2
    *packs, left_out = found.lists
    assert [line.split(" ")[0] for line in packs] == list(PACKS[:2])
    assert left_out == LEFT_OUT


def test_packs_may_be_left_out(data: Path) -> None:
    found = load_knowledge(ScanSettings(data=data, ignore_packs=True))
    assert (found.lists, found.warnings) == ((), ())
    assert decide(found, cookie("acme_anvil")).category is None


def test_the_data_directory_may_come_from_the_environment(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(DATA_VARIABLE, str(data))
    assert len(load_knowledge(ScanSettings()).lists) == 5
    assert len(load_knowledge(resolve_settings({})).lists) == 5


def test_a_bad_override_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match=r"none\.yaml:1: cannot be read"):
        load_knowledge(ScanSettings(catalogue=(tmp_path / "none.yaml",)))


def test_what_the_settings_say_has_its_own_version() -> None:
    plain = load_catalogue()
    rule = OwnRule(category="targeting", name="fp")
    said = [
        NO_RULES,
        SiteRules((rule,)),
        SiteRules(places=("https://a.example/v1/state",)),
        SiteRules(places=("https://b.example/v1/state",)),
        SiteRules((rule,), ("https://a.example/v1/state",)),
    ]
    versions = [Knowledge(plain, rules=rules).version for rules in said]
    assert versions[0] == plain.version
    assert len(set(versions)) == len(said)
