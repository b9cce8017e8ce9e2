"""Stored decisions, and what they make of a report."""

from consentinel.scanner.catalogue.own_rules import OwnRule
from consentinel.scanner.catalogue.taxonomy import Category
from consentinel.scanner.override_patterns import Pattern, pattern_for
from consentinel.scanner.site_rules import SiteRules
from consentinel.server.overriding import decided_by, overridden, override_document
from consentinel.server.storage.database import Database
from consentinel.server.storage.overrides import Override, overrides_of, put_override, remove_override
from tests.server.storage.overlapping import overlapping
from tests.support.reports import make_finding, make_report, realistic_findings

SITE = "www.example.com"


def override(pattern: Pattern, **changes: str) -> Override:
    facts = {"category": "functional", "vendor": "Shop", "created_by": "ada", **changes}
    return Override(site=SITE, kind=pattern.key, name=pattern.text, created_ms=1, **facts)  # type: ignore[arg-type]


def test_the_last_decision_about_a_thing_counts(database: Database) -> None:
    first = override(Pattern("hosts", '"a.example"'))
    second = override(Pattern("hosts", '"a.example"'), category="targeting")
    with database.write() as connection:
        put_override(connection, first)
        put_override(connection, second)
        assert overrides_of(connection, SITE) == [second]
        assert overrides_of(connection, "other.example") == []
        assert not remove_override(connection, "other.example", "hosts", '"a.example"')
        assert remove_override(connection, SITE, "hosts", '"a.example"')
        assert overrides_of(connection, SITE) == []


def test_of_two_decisions_at_once_the_later_one_counts(database_url: str, database: Database) -> None:
    first = override(Pattern("hosts", '"a.example"'))
    second = override(Pattern("hosts", '"a.example"'), category="targeting")
    overlapping(database_url, lambda one: put_override(one, first), lambda other: put_override(other, second))
    with database.read() as connection:
        assert overrides_of(connection, SITE) == [second]


def test_every_nameable_finding_is_decided_by_its_own_pattern() -> None:
    found = [
        finding
        for finding in realistic_findings()
        if finding.kind in ("cookie", "storage", "script", "pixel")
    ]
    for finding in found:
        [(_, place)] = decided_by([finding], [pattern_for(finding)])
        assert place == 0


def test_a_decision_changes_what_it_names_and_nothing_else() -> None:
    mine, other = make_finding(name="x*", category=None, contested=True), make_finding(name="y")
    [changed, kept] = overridden(
        make_report(mine, other), [override(pattern_for(make_finding(name="xyz*")))]
    ).findings
    assert (changed, kept) == (mine, other)
    own = make_finding(name="xyz*", category=None, contested=True)
    [decided] = overridden(make_report(own), [override(pattern_for(own))]).findings
    assert (decided.category, decided.vendor, decided.contested, decided.layer) == (
        "functional",
        "Shop",
        False,
        "override",
    )
    assert decided.id == own.id


def test_a_decision_goes_before_what_a_rule_of_the_settings_made_of_it() -> None:
    own = make_finding(category=None)
    said = SiteRules((OwnRule(category="performance", name=own.name),))
    [ruled] = said.applied_to(make_report(own)).findings
    [decided] = overridden(make_report(ruled), [override(pattern_for(ruled))]).findings
    assert (ruled.category, decided.category, decided.without_rule) == ("performance", "functional", None)


def test_all_that_is_decided_of_a_vendor_is_one_service_with_its_plain_name() -> None:
    script = make_finding(
        kind="script", name="cdn.adzzz.example/a.js", host="cdn.adzzz.example", party="third"
    )
    cookie, item = make_finding(name="chat_id"), make_finding(kind="storage", name="ad_seen")
    found = [script, cookie, item]
    categories: list[Category] = ["targeting", "functional", "targeting"]
    decisions = [
        override(pattern_for(finding), vendor="adzzz.example", category=category)
        for finding, category in zip(found, categories, strict=True)
    ]
    decided = overridden(make_report(*found), decisions).findings
    assert {(finding.rule or "").partition("/")[0] for finding in decided} == {"override:adzzz-example"}
    assert {finding.id: finding.category for finding in decided} == dict(
        zip((finding.id for finding in found), categories, strict=True)
    )


def test_the_catalogue_goes_on_describing_its_own_services() -> None:
    own = make_finding(category=None)
    found = [
        override(pattern_for(own), vendor="Hotjar"),
        override(Pattern("hosts", '"a.example"'), vendor="HotJar"),
    ]
    [decided] = overridden(make_report(own), found).findings
    assert (decided.rule or "").startswith("override:hotjar-1/")


def test_without_a_vendor_it_is_the_sites_own() -> None:
    own = make_finding(category=None)
    [decided] = overridden(make_report(own), [override(pattern_for(own), vendor="")]).findings
    assert decided.vendor is None


def test_names_that_want_to_be_yaml_stay_names() -> None:
    for name in ("a: b", "- x", "{x}", '"', "\\", "x # y", "é\u202e", "null", "*&!"):
        own = make_finding(name=name, category=None)
        found = override(pattern_for(own), vendor=f"{name}\nvendors: []")
        [decided] = overridden(make_report(own), [found]).findings
        assert decided.category == "functional"
        assert override_document([found]).data.startswith(b"vendors:\n")
