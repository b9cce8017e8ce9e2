"""Stored decisions, and what they make of a report."""

from consentinel.scanner.override_patterns import Pattern, pattern_for
from consentinel.server.overriding import decided_by, overridden, override_document
from consentinel.server.storage.database import Database
from consentinel.server.storage.overrides import Override, overrides_of, put_override, remove_override
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
