"""Findings as the scanner makes them, for what the banner is built from."""

from typing import Any

from consentinel.banner.compile import Banner
from consentinel.scanner.catalogue.loading import load_catalogue
from consentinel.scanner.report import Finding, Report
from tests.support.banner import settings_of
from tests.support.reports import make_finding, make_report, make_visit

SITE = "https://www.example.com/"
# Bundles small enough to be looked through.
BUNDLES = {
    "head.js": "HEAD;",
    "signals.js": "SIGNALS;",
    "ask.js": "ASK;",
    "settings.js": "SETTINGS;",
    "service-worker.js": "WORKER;",
}


def request(name: str, rule: str | None = None, **changes: Any) -> Finding:
    """A third party's request to `host/path`."""
    facts: dict[str, Any] = {
        "kind": "script",
        "host": name.partition("/")[0],
        "url": f"https://{name}",
        "party": "third",
        "vendor": None,
        "category": None,
    }
    layer = "core" if rule else "unclassified"
    return make_finding(**{**facts, "name": name, "rule": rule, "layer": layer, **changes})


def stored(name: str, rule: str | None = None, **changes: Any) -> Finding:
    """A cookie of the site."""
    facts: dict[str, Any] = {
        "kind": "cookie",
        "host": "example.com",
        "url": SITE,
        "party": "first",
        "vendor": None,
        "category": None,
        "writer": None,
    }
    layer = "core" if rule else "unclassified"
    return make_finding(**{**facts, "name": name, "rule": rule, "layer": layer, **changes})


def report_of(*findings: Finding, **changes: Any) -> Report:
    """Return a report of SITE that reached all states and has no gaps."""
    visits = tuple(make_visit(state) for state in ("no-choice", "reject", "accept"))
    return make_report(*findings, **{"visits": visits, "gaps": (), **changes})


def banner(*findings: Finding, report: Report | None = None, **settings: Any) -> Banner:
    """Return a banner for SITE with these findings; without any, there is no report."""
    found = report or (report_of(*findings) if findings else None)
    return Banner(settings_of({"site": SITE, **settings}), found, load_catalogue(), BUNDLES)
