"""One tiny site per technique: the scan finds what the site's docstring says, and nothing else."""

import base64
import json
import time
from collections.abc import Callable
from types import ModuleType
from typing import Any
from urllib.parse import quote

import pytest

from consentinel.scanner.collectors import COLLECTORS
from consentinel.scanner.errors import SiteError
from consentinel.scanner.har import har_log
from consentinel.scanner.rendering.formats import FORMATS, render
from consentinel.scanner.report import Report, decode, encode
from consentinel.scanner.scan import ScanResult
from tests.conftest import Serve
from tests.sites import (
    beacon_keepalive,
    beacon_send,
    canaries,
    captcha_widget,
    challenge,
    cookie_blocked,
    cookie_flood,
    cookie_frame,
    cookie_header,
    cookie_script,
    cookie_store,
    crawl_trap,
    dialogs,
    downloads,
    error_pages,
    hostile_strings,
    late_tags,
    login_wall,
    no_content,
    not_html,
    ping_anchor,
    pixel_css,
    pixel_img,
    polling,
    popups,
    redirect_loop,
    redirect_sync,
    renderer_crash,
    sandboxed_frames,
    service_worker,
    spa,
    storage_cache,
    storage_frame,
    storage_indexeddb,
    storage_local,
    storage_session,
    window_close,
    worker_fetch,
    worker_first_line,
)
from tests.support.scanning import found, gap_kinds, names, scan_url, wrote
from tests.support.sites import Site

pytestmark = pytest.mark.browser

SITE, TRACKER = "http://www.site.example", "http://t.tracker.example"
ScanSite = Callable[..., ScanResult]


@pytest.fixture
def scanned(serve: Serve) -> ScanSite:
    """Serve a site, or the `site()` of a module, and scan it."""

    def run(source: Site | ModuleType, **settings: Any) -> ScanResult:
        site: Site = source if isinstance(source, Site) else source.site()
        return scan_url(serve(site), site.start, **settings)

    return run


def kinds(report: Report) -> set[tuple[str, str]]:
    return {(finding.kind, finding.name) for finding in report.findings}


def test_cookies_by_header(scanned: ScanSite) -> None:
    report = scanned(cookie_header).report
    session = found(report, "cookie", "session_by_page")
    assert session.attributes["via"] == "header"
    assert (session.attributes["http_only"], session.attributes["lifetime"]) == (True, "session")
    assert (session.party, session.host, wrote(session)) == ("first", "www.site.example", f"{SITE}/")
    lasting = found(report, "cookie", "persistent_by_page")
    assert lasting.attributes["lifetime"] == "800 days"
    assert lasting.attributes["effective_lifetime"] == "400 days"
    assert any("13 months" in line for line in lasting.evidence)
    assert found(report, "cookie", "wide").host == "site.example"
    assert wrote(found(report, "cookie", "scoped")) == f"{SITE}/img/logo.gif"
    assert report.gaps == ()


def test_cookies_by_script(scanned: ScanSite) -> None:
    report = scanned(cookie_script).report
    tag = "http://cdn.tracker.example/tag.js"
    writers = {finding.name: wrote(finding) for finding in report.findings if finding.kind == "cookie"}
    assert writers["inline"] == f"{SITE}/:3"
    assert writers["external"] == f"{tag}:2"
    assert writers["deferred"] == f"{tag}:4"
    cookies = [finding for finding in report.findings if finding.kind == "cookie"]
    assert {finding.party for finding in cookies} == {"first"}
    assert all(finding.attributes["http_only"] is False for finding in cookies)
    both = [
        (finding.attributes["via"], wrote(finding)) for finding in cookies if finding.name == "overwritten"
    ]
    assert sorted(both, key=str) == [("header", f"{SITE}/"), ("script", f"{tag}:3")]
    assert names(report, "script") == {"cdn.tracker.example/tag.js"}


def test_a_cookie_by_cookie_store(scanned: ScanSite) -> None:
    cookie = found(scanned(cookie_store).report, "cookie", "by_cookie_store")
    assert (cookie.attributes["via"], cookie.attributes["lifetime"]) == ("cookieStore", "1 day")
    assert (cookie.party, wrote(cookie)) == ("first", "https://www.site.example/:2")


def test_cookies_of_a_third_party_frame(scanned: ScanSite) -> None:
    report = scanned(cookie_frame).report
    frame = "https://widget.tracker.example/frame"
    assert names(report, "cookie") == {"frame_by_header", "frame_by_script", "frame_partitioned"}
    for finding in (finding for finding in report.findings if finding.kind == "cookie"):
        assert (finding.party, finding.host) == ("third", "widget.tracker.example")
        assert finding.attributes["frame"] == "widget.tracker.example"
        assert "blocked" not in finding.attributes
    assert wrote(found(report, "cookie", "frame_by_header")) == frame
    assert wrote(found(report, "cookie", "frame_by_script")) == f"{frame}:1"
    assert found(report, "cookie", "frame_partitioned").attributes["partitioned"] is True
    assert names(report, "frame") == {"widget.tracker.example/frame"}


def test_third_party_cookies_can_be_refused(scanned: ScanSite) -> None:
    report = scanned(cookie_frame, block_third_party_cookies=True).report
    assert "blocked" in found(report, "cookie", "frame_by_header").attributes
    assert found(report, "cookie", "frame_by_script").attributes["kept"] is False
    assert "blocked" not in found(report, "cookie", "frame_partitioned").attributes


def test_refused_cookies_have_the_browsers_reason(scanned: ScanSite) -> None:
    report = scanned(cookie_blocked).report
    reasons = {
        finding.name: finding.attributes.get("blocked")
        for finding in report.findings
        if finding.kind == "cookie"
    }
    assert reasons.pop("kept") is None
    assert set(reasons) == {
        "none_without_secure",
        "secure_over_http",
        "foreign_domain",
        "public_suffix",
        "too_large",
        "__Host-prefixed",
        "third_lax",
    }
    assert reasons["secure_over_http"] == "SecureOnly"
    assert reasons["__Host-prefixed"] == "InvalidPrefix"
    assert reasons["foreign_domain"] == reasons["public_suffix"] == "InvalidDomain"
    assert reasons["none_without_secure"] == "SameSiteNoneInsecure"
    assert all(reasons.values())
    assert found(report, "cookie", "third_lax").party == "third"


def test_a_flood_of_cookies_makes_a_small_report(scanned: ScanSite) -> None:
    report = scanned(cookie_flood).report
    assert names(report, "cookie") >= {"flood_*", "long_value"}
    assert "big_item" in names(report, "storage")
    assert len(report.findings) < 12
    assert len(encode(report)) < 40_000
    assert max(len(finding.name) for finding in report.findings) <= 500


def test_local_storage(scanned: ScanSite) -> None:
    report = scanned(storage_local).report
    assert names(report, "storage") == {"by_set_item", "by_property", "by_index", "set_and_removed"}
    for finding in report.findings:
        assert (finding.attributes["area"], finding.party) == ("localStorage", "first")
    assert wrote(found(report, "storage", "by_set_item")) == f"{SITE}/store.js:2"
    assert wrote(found(report, "storage", "set_and_removed")) == f"{SITE}/store.js:5"


def test_session_storage(scanned: ScanSite) -> None:
    report = scanned(storage_session).report
    assert names(report, "storage") == {"tab_by_set_item", "tab_by_property"}
    written = found(report, "storage", "tab_by_set_item")
    assert (written.attributes["area"], written.party) == ("sessionStorage", "first")
    assert wrote(written) == "http://cdn.tracker.example/store.js:1"


@pytest.mark.parametrize(
    ("source", "name", "area"),
    [
        (storage_indexeddb, "visitors", "indexedDB"),
        (storage_cache, "assets-v1", "cacheStorage"),
        (service_worker, "https://www.site.example/sw.js", "serviceWorker"),
    ],
    ids=["IndexedDB", "CacheStorage", "service worker"],
)
def test_databases_caches_and_workers(scanned: ScanSite, source: ModuleType, name: str, area: str) -> None:
    item = found(scanned(source).report, "storage", name)
    assert (item.attributes["area"], item.party) == (area, "first")
    assert item.writer is not None


def test_a_service_workers_own_requests(scanned: ScanSite) -> None:
    report = scanned(service_worker, watch_s=1.0).report
    assert found(report, "request", "t.tracker.example/from-worker").party == "third"


def test_storage_of_a_third_party_frame(scanned: ScanSite) -> None:
    report = scanned(storage_frame).report
    items = {finding.name: finding for finding in report.findings if finding.kind == "storage"}
    areas = {name: finding.attributes["area"] for name, finding in items.items()}
    assert areas == {
        "frame_local": "localStorage",
        "frame_session": "sessionStorage",
        "frame_db": "indexedDB",
    }
    assert {finding.host for finding in items.values()} == {"widget.tracker.example"}
    assert {finding.party for finding in items.values()} == {"third"}
    assert wrote(items["frame_local"]) == "http://widget.tracker.example/frame:2"


def test_frames_of_all_sorts(scanned: ScanSite) -> None:
    report = scanned(sandboxed_frames).report
    hosts = "widget.tracker.example"
    assert names(report, "frame") == {
        f"{hosts}/sandboxed",
        f"{hosts}/scripts-only",
        f"{hosts}/outer",
        "deep.tracker.example/inner",
    }
    assert found(report, "cookie", "from_srcdoc").party == "first"
    assert found(report, "storage", "deep").host == "deep.tracker.example"
    assert names(report, "storage") == {"deep"}
    assert report.gaps == ()


def test_pixels_by_element_script_and_content_type(scanned: ScanSite) -> None:
    report = scanned(pixel_img).report
    hosts = "t.tracker.example"
    assert kinds(report) == {
        ("pixel", f"{hosts}/img-tag.gif"),
        ("pixel", f"{hosts}/new-image.gif"),
        ("pixel", f"{hosts}/no-extension"),
    }
    assert wrote(found(report, "pixel", f"{hosts}/new-image.gif")) == f"{SITE}/:3"
    assert found(report, "pixel", f"{hosts}/img-tag.gif").url == f"{TRACKER}/img-tag.gif?e="


def test_pixels_by_style_sheet(scanned: ScanSite) -> None:
    pixels = names(scanned(pixel_css, watch_s=1.0).report, "pixel")
    assert pixels == {f"t.tracker.example/{name}.gif" for name in ("background", "inline", "hover")}


def test_answers_without_content(scanned: ScanSite) -> None:
    report = scanned(no_content).report
    assert names(report, "pixel") == {"t.tracker.example/image-204"}
    assert names(report, "request") == {"t.tracker.example/fetch-204"}
    assert report.gaps == ()


def test_beacons_at_load_and_when_the_page_is_left(scanned: ScanSite) -> None:
    report = scanned(beacon_send).report
    for name, line in (("on-load", 2), ("on-hide", 3)):
        beacon = found(report, "beacon", f"t.tracker.example/{name}")
        assert (beacon.party, wrote(beacon)) == ("third", f"{SITE}/:{line}")
        assert "sent by sendBeacon" in beacon.evidence


def test_keepalive_fetches_are_beacons(scanned: ScanSite) -> None:
    report = scanned(beacon_keepalive).report
    assert names(report, "beacon") == {"t.tracker.example/kept-alive", "t.tracker.example/kept-alive-post"}
    assert names(report, "request") == {"t.tracker.example/plain-fetch"}


def test_a_ping_of_a_link_is_a_beacon(scanned: ScanSite) -> None:
    assert names(scanned(ping_anchor).report, "beacon") == {"t.tracker.example/clicked"}


def test_requests_of_workers(scanned: ScanSite) -> None:
    report = scanned(worker_fetch, watch_s=1.0).report
    assert names(report, "request") == {"t.tracker.example/from-dedicated", "t.tracker.example/from-blob"}


def test_what_workers_ask_for_at_once(scanned: ScanSite) -> None:
    """DevTools alone misses workers that run before they are watched: the more, the busier a machine."""
    report = scanned(worker_first_line, watch_s=1.0).report
    assert names(report, "request") == {f"t.tracker.example/{name}" for name in worker_first_line.NAMES}


def test_a_chain_of_redirects(scanned: ScanSite) -> None:
    report = scanned(redirect_sync).report
    hops = {"a_uid": "a.tracker.example", "b_uid": "b.partner.example", "c_uid": "c.exchange.example"}
    for name, host in hops.items():
        cookie = found(report, "cookie", name)
        assert (cookie.party, cookie.host) == ("third", host)
        assert str(wrote(cookie)).startswith(f"https://{host}/")
        assert "blocked" not in cookie.attributes
    last = found(report, "pixel", "c.exchange.example/done")
    chain = ("https://a.tracker.example/sync", "https://b.partner.example/sync?uid=")
    assert last.attributes["redirects"] == chain


def test_captchas_are_found_and_are_no_challenge(scanned: ScanSite) -> None:
    report = scanned(captcha_widget).report
    assert names(report, "captcha") == {"recaptcha-v2", "hcaptcha", "turnstile"}
    assert found(report, "captcha", "recaptcha-v2").contested
    for finding in (finding for finding in report.findings if finding.kind == "captcha"):
        assert finding.attributes["runs_before_interaction"] is True
    assert report.gaps == ()


def test_a_single_page_application(scanned: ScanSite) -> None:
    report = scanned(spa).report
    start = next(page for page in report.pages if page.url == f"{SITE}/")
    assert start.routes == (f"{SITE}/contact", f"{SITE}/products")
    assert names(report, "cookie") == {"view_home", "view_products", "view_contact"}
    assert names(report, "pixel") == {"t.tracker.example/view.gif"}


@pytest.mark.slow
def test_tags_that_come_late(scanned: ScanSite) -> None:
    report = scanned(late_tags, watch_s=10.0).report
    for tag in late_tags.TAGS:
        url = f"http://cdn.tracker.example/{tag}.js"
        cookie = found(report, "cookie", tag)
        assert (cookie.party, wrote(cookie)) == ("first", f"{url}:1")
        assert tag == "second_view" or f"{SITE}/" in cookie.pages
    assert found(report, "cookie", "second_view").pages == (f"{SITE}/second",)
    assert names(report, "script") == {f"cdn.tracker.example/{tag}.js" for tag in late_tags.TAGS}
    watched = {page.url: page.watch_s for page in report.pages}
    assert watched == {f"{SITE}/": 10.0, f"{SITE}/second": 0.0}
    assert max(page.watched_s for page in report.scanned.pages) >= 10


def test_a_page_that_is_never_idle_is_left_all_the_same(scanned: ScanSite) -> None:
    report = scanned(polling).report
    assert names(report, "request") == {"t.tracker.example/poll"}
    assert found(report, "cookie", "polled").pages == (f"{SITE}/", f"{SITE}/second")
    assert max(page.watched_s for page in report.scanned.pages) < 12
    assert report.gaps == ()


def test_dialogs_do_not_hold_a_scan(scanned: ScanSite) -> None:
    report = scanned(dialogs).report
    assert names(report, "cookie") == {"after_dialogs"}
    assert [page.url for page in report.pages] == [f"{SITE}/", f"{SITE}/second"]


def test_popups_are_capped(scanned: ScanSite) -> None:
    report = scanned(popups).report
    assert names(report, "cookie") == {"opener"}
    assert [page.url for page in report.pages] == [f"{SITE}/"]


def test_downloads_are_at_most_a_gap(scanned: ScanSite) -> None:
    report = scanned(downloads).report
    assert names(report, "cookie") == {"after_download"}
    assert gap_kinds(report, "/attached") == ["page-failed"]
    assert all("\n" not in gap.reason for gap in report.gaps)


def test_a_page_that_closes_itself(scanned: ScanSite) -> None:
    report = scanned(window_close).report
    assert {"before_close", "after_close"} >= names(report, "cookie") >= {"after_close"}


@pytest.mark.slow
def test_a_crash_is_a_gap_and_the_scan_goes_on(scanned: ScanSite) -> None:
    report = scanned(renderer_crash).report
    assert "renderer-crashed" in gap_kinds(report, "/crash")
    assert "after_crash" in names(report, "cookie")


def test_a_trap_of_links_ends_and_other_pages_are_reached(scanned: ScanSite) -> None:
    report = scanned(crawl_trap, max_pages=8).report
    assert len(report.pages) <= 8
    assert f"{SITE}/about" in {page.url for page in report.pages}
    assert report.gaps


@pytest.mark.parametrize(
    ("site", "said"),
    [
        (challenge.site, "proof of a human"),
        (login_wall.site, "login"),
        (error_pages.site, "404"),
        (error_pages.broken, "500"),
        (not_html.site, "not HTML"),
        (not_html.json_site, "not HTML"),
        (not_html.image_site, "not HTML"),
        (redirect_loop.site, "redirects in a loop"),
    ],
    ids=["challenge", "login", "404", "500", "pdf", "json", "image", "loop"],
)
def test_a_start_page_that_is_no_page_is_an_error(
    scanned: ScanSite, site: Callable[[], Site], said: str
) -> None:
    with pytest.raises(SiteError, match=said) as error:
        scanned(site())
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("site", "expected"),
    [
        (challenge.inner, {"/inside": "challenge"}),
        (login_wall.inner, {"/account": "login-wall"}),
        (error_pages.inner, {"/gone": "http-error", "/broken": "http-error", "/cut": "page-incomplete"}),
        (redirect_loop.start_page, {"/loop": "page-failed", "/grow": "page-failed"}),
    ],
    ids=["challenge", "login", "errors", "loops"],
)
def test_the_same_further_inside_is_a_gap(
    scanned: ScanSite, site: Callable[[], Site], expected: dict[str, str]
) -> None:
    report = scanned(site(), settle_cap_s=2.0).report
    for place, kind in expected.items():
        assert gap_kinds(report, place) == [kind]
    assert {page.url for page in report.pages} >= {f"{SITE}/"}
    if site is error_pages.inner:
        assert names(report, "cookie") == {"fine"}
    if site is redirect_loop.start_page:
        assert f"{SITE}/end" in {page.url for page in report.pages if page.status == 200}


def artefacts(result: ScanResult) -> dict[str, str]:
    """Return every text that a scan can leave behind, by name."""
    texts: dict[str, str] = {name: render(result.report, name) for name in FORMATS}
    har = har_log(result.visits, browser=result.report.environment.browser, values=False)
    return {**texts, "har": json.dumps(har, ensure_ascii=False)}


def test_no_secret_is_in_any_artefact(scanned: ScanSite) -> None:
    result = scanned(canaries)
    report = result.report
    assert names(report, "cookie") == {"session_token", "auth_by_header"}
    assert names(report, "storage") == {"api_token", "draft"}
    assert names(report, "pixel") == {"t.tracker.example/p.gif", "t.tracker.example/u/*/p.gif"}
    assert names(report, "beacon") == {"t.tracker.example/collect"}
    assert found(report, "pixel", "t.tracker.example/p.gif").url == f"{TRACKER}/p.gif?email=&uid="
    for name, text in artefacts(result).items():
        for secret in canaries.CANARIES:
            shapes = {secret, quote(secret, safe=""), base64.b64encode(secret.encode()).decode()}
            assert not [shape for shape in shapes if shape in text], (name, secret)


def test_har_values_are_kept_when_asked(scanned: ScanSite) -> None:
    result = scanned(canaries)
    har = json.dumps(har_log(result.visits, browser="Chromium 1", values=True))
    assert canaries.HEADER_COOKIE in har
    assert canaries.QUERY in har


def test_hostile_names_come_out_as_data(scanned: ScanSite) -> None:
    result = scanned(hostile_strings, max_pages=3)
    assert decode(encode(result.report)) == result.report
    stored = names(result.report, "storage")
    missing = {text for text in hostile_strings.PAYLOADS if text not in stored}
    assert not missing
    assert [text for text in stored if text.startswith("lone ") and text.endswith(" surrogate")]
    assert "collector-failed" not in gap_kinds(result.report)
    texts = artefacts(result)
    assert "<script>alert(1)" not in texts["html"]
    for name in ("text", "html", "csv", "md"):
        assert not {character for character in "\x1b\x07\u202e\u2066" if character in texts[name]}, name


def test_two_scans_of_a_site_are_equal(scanned: ScanSite) -> None:
    reports = [json.loads(encode(scanned(cookie_script).report)) for _ in range(2)]
    for report in reports:
        del report["scanned"]
    assert reports[0] == reports[1]


def test_a_collector_that_fails_is_a_gap_and_the_others_go_on(serve: Serve) -> None:
    class Broken:
        name = "broken"
        hooks: tuple[str, ...] = ()

        async def look(self, visit: object) -> None:
            raise RuntimeError("looked too hard")

        def report(self, visit: object) -> list[Any]:
            raise KeyError("nothing")

    site = cookie_header.site()
    result = scan_url(serve(site), site.start, collectors=(Broken, *COLLECTORS))
    assert set(gap_kinds(result.report)) == {"collector-failed"}
    assert {gap.reason for gap in result.report.gaps} == {
        "the collector broken failed (RuntimeError)",
        "the collector broken failed (KeyError)",
    }
    assert {gap.collector for gap in result.report.gaps} == {"broken"}
    assert "session_by_page" in names(result.report, "cookie")


def test_an_unwatched_page_is_quick(scanned: ScanSite) -> None:
    started = time.monotonic()
    report = scanned(cookie_header).report
    assert time.monotonic() - started < 60
    assert [page.watch_s for page in report.pages] == [0.0]
