"""Reports for tests: small ones to shape, and a large one like that of a real marketing site."""

from typing import Any

from consentinel.scanner.catalogue.taxonomy import Category, Kind, State
from consentinel.scanner.observations import Gap, Writer
from consentinel.scanner.report import (
    Environment,
    Finding,
    PageTiming,
    PageVisit,
    Report,
    Scanned,
    StateVisit,
)

SITE = "https://www.example.com/"


def make_finding(**changes: Any) -> Finding:
    """Return a finding; its id follows kind, name and host unless given."""
    facts: dict[str, Any] = {
        "kind": "cookie",
        "name": "_ga",
        "category": "performance",
        "contested": False,
        "vendor": "Google Analytics",
        "purpose": "tells visitors apart",
        "party": "first",
        "host": "example.com",
        "url": SITE,
        "writer": Writer("https://www.googletagmanager.com/gtag/js?id", 12),
        "states": ("no-choice",),
        "pages": (SITE,),
        "rule": "cookie:_ga",
        "layer": "core",
        "evidence": ("written by document.cookie",),
        "attributes": {"http_only": False, "declared_lifetime_s": 63_072_000},
    }
    facts |= changes
    facts.setdefault("id", f"{facts['kind']}|{facts['name']}|{facts['host']}")
    return Finding(**facts)


def make_gap(**changes: Any) -> Gap:
    """Return a gap on the start page."""
    return Gap(**{"kind": "page-timeout", "where": SITE, "reason": "The page did not finish.", **changes})


def make_visit(state: State, **changes: Any) -> StateVisit:
    """Return a state that was reached."""
    method = "nothing-clicked" if state == "no-choice" else "rule"
    return StateVisit(**{"state": state, "reached": True, "method": method, "detail": "", **changes})


def make_report(*findings: Finding, states: tuple[State, ...] = ("no-choice",), **changes: Any) -> Report:
    """Return a report of one page that was visited in each of `states`."""
    site = changes.get("site", SITE)
    facts: dict[str, Any] = {
        "site": site,
        "scanned": Scanned(
            started="2026-03-01T02:00:00Z",
            finished="2026-03-01T02:01:00Z",
            truncated=False,
            requests=140,
            bytes=2_400_000,
            pages_left_out=0,
            pages=tuple(PageTiming(url=site, state=state, watched_s=10.1) for state in states),
        ),
        "states": tuple(make_visit(state) for state in states),
        "pages": tuple(PageVisit(url=site, state=state, status=200, watch_s=10) for state in states),
        "findings": findings,
        "gaps": (),
        "environment": Environment(
            consentinel="0.1.0",
            browser="Chromium 141.0",
            catalogue="sha256:0f1e2d",
            lists=(),
            settings={"max_pages": 25, "states": list(states)},
        ),
    }
    if "visits" in changes:
        changes["states"] = changes.pop("visits")
    return Report(**(facts | changes))


_GROUPS: tuple[tuple[Kind, Category | None, str | None, str, str], ...] = (
    ("cookie", "strictly-necessary", None, "example.com", "session_id csrf_token cart consentinel locale"),
    ("cookie", "strictly-necessary", "Cloudflare", "example.com", "__cf_bm cf_clearance"),
    ("storage", "strictly-necessary", None, "www.example.com", "cart:v2 checkout-draft"),
    ("cookie", "functional", None, "example.com", "theme currency recently_viewed"),
    ("storage", "functional", "Intercom", "www.example.com", "intercom.intercom-state player.volume"),
    ("frame", "functional", "YouTube", "www.youtube-nocookie.com", "www.youtube-nocookie.com/embed/"),
    ("cookie", "performance", "Google Analytics", "example.com", "_ga _ga_* _gid _gat_gtag_*"),
    ("cookie", "performance", "Hotjar", "example.com", "_hjSessionUser_* _hjSession_* _hjid"),
    ("storage", "performance", "Amplitude", "www.example.com", "AMP_* AMP_MKTG_* AMP_unsent_*"),
    ("script", "performance", "Google Tag Manager", "www.googletagmanager.com", "www.googletagmanager.com/g"),
    ("beacon", "performance", "Google Analytics", "google-analytics.com", "google-analytics.com/g/collect"),
    ("session-replay", "performance", "Hotjar", "script.hotjar.com", "hotjar"),
    ("cookie", "targeting", "Meta", "example.com", "_fbp _fbc"),
    ("cookie", "targeting", "Google Ads", "doubleclick.net", "IDE test_cookie"),
    ("cookie", "targeting", "LinkedIn", "linkedin.com", "bcookie li_sugr UserMatchHistory li_gc"),
    ("cookie", "targeting", "HubSpot", "example.com", "hubspotutk __hstc __hssc __hssrc"),
    ("pixel", "targeting", "Meta", "www.facebook.com", "www.facebook.com/tr/"),
    ("pixel", "targeting", "LinkedIn", "px.ads.linkedin.com", "px.ads.linkedin.com/collect"),
    ("id-sync", "targeting", "Google Ads", "cm.g.doubleclick.net", "cm.g.doubleclick.net/pixel"),
    ("script", "targeting", "Meta", "connect.facebook.net", "connect.facebook.net/en_US/fbevents.js"),
    ("script", "targeting", "TikTok", "analytics.tiktok.com", "analytics.tiktok.com/i18n/pixel/events.js"),
    ("fingerprinting", "targeting", "Fingerprint", "fpnpmcdn.net", "canvas+webgl+audio"),
    ("key-logging", None, None, "forms.example.net", "forms.example.net/keys"),
    ("request", None, None, "cdn.stranger.example", "cdn.stranger.example/api/v3/config"),
    ("cookie", None, None, "example.com", "x_exp_bucket zz9 _uid_legacy"),
    ("storage", None, None, "www.example.com", "exp:assignments debug.flags"),
    ("captcha", "targeting", "Google reCAPTCHA", "www.google.com", "recaptcha-v2-invisible"),
    ("social-embed", "targeting", "X", "platform.twitter.com", "x-timeline"),
)  # fmt: skip

_EVERYWHERE: tuple[State, ...] = ("no-choice", "reject", "accept")
_PATTERNS: tuple[tuple[State, ...], ...] = (
    ("accept",),
    _EVERYWHERE,
    ("accept",),
    ("no-choice", "accept"),
    ("accept",),
)


def realistic_findings() -> tuple[Finding, ...]:
    """Return about sixty findings, some of them set too early."""
    made: list[Finding] = []
    for kind, category, vendor, host, names in _GROUPS:
        for name in names.split():
            states = (
                _EVERYWHERE if category == "strictly-necessary" else _PATTERNS[len(made) % len(_PATTERNS)]
            )
            made.append(
                _realistic(kind=kind, category=category, vendor=vendor, host=host, name=name, states=states)
            )
    return tuple(made)


def _realistic(
    *,
    kind: Kind,
    category: Category | None,
    vendor: str | None,
    host: str,
    name: str,
    states: tuple[State, ...],
) -> Finding:
    own = host.endswith("example.com")
    return make_finding(
        kind=kind,
        name=name,
        category=category,
        vendor=vendor,
        host=host,
        party="first" if own else "third",
        contested=kind == "captcha",
        url=SITE if kind in ("cookie", "storage") else f"https://{host}/",
        purpose="Remembers what a visitor did, across pages and visits." if vendor else None,
        states=states,
        pages=(SITE, f"{SITE}pricing", f"{SITE}blog/2026/consent-banners-that-work"),
        rule=f"{kind}:{name}" if category else None,
        layer="core" if category else "unclassified",
        evidence=(
            f"set on {SITE}pricing in state {states[0]}, 1.8 s after the page was loaded",
            "the script was loaded by https://www.googletagmanager.com/gtm.js?id",
        ),
    )


def realistic_report(**changes: Any) -> Report:
    """Return the report of a marketing site: three states, three pages, two gaps."""
    urls = (SITE, f"{SITE}pricing", f"{SITE}blog/2026/consent-banners-that-work")
    pages = tuple(
        PageVisit(url=url, state=state, status=200, watch_s=10 if url == SITE else 0)
        for state in _EVERYWHERE
        for url in urls
    )
    visits = (
        make_visit("no-choice"),
        make_visit("reject", detail="Cookiebot: clicked “Deny”"),
        make_visit("accept", detail="Cookiebot: clicked “Allow all”"),
    )
    gaps = (
        make_gap(where=f"{SITE}blog/2026/consent-banners-that-work", state="reject"),
        make_gap(kind="collector-failed", collector="cookies", reason="The hook did not answer in 2 s."),
    )
    facts: dict[str, Any] = {"visits": visits, "pages": pages, "gaps": gaps}
    return make_report(*realistic_findings(), **(facts | changes))
