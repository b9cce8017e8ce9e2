"""The same site gives the same report: again, under load, on another host, and after a rebuild."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
import pytest

from consentinel.scanner.catalogue.taxonomy import State
from consentinel.scanner.diff import diff_reports
from consentinel.scanner.report import Report
from tests.conftest import Serve
from tests.sites.marketing_site import START as MARKETING
from tests.sites.marketing_site import marketing_app
from tests.sites.real_banners import banner_site, start_url
from tests.support.scans import scan_site
from tests.support.sites import GIF, ONE_PIXEL_GIF, Answer, Site

pytestmark = pytest.mark.browser

# CONSENTINEL_TEST_ROUNDS=20 is what the promise says; the suite takes fewer.
ROUNDS = int(os.environ.get("CONSENTINEL_TEST_ROUNDS", "3"))


@contextmanager
def _busy_core() -> Iterator[None]:
    """Keep one core busy for the time of the block, and never longer than two minutes."""
    endless = "import time; end = time.monotonic() + 120\nwhile time.monotonic() < end: pass"
    process = subprocess.Popen([sys.executable, "-c", endless])
    try:
        yield
    finally:
        process.kill()
        process.wait()


def _stable(report: Report) -> bytes:
    """Return the report as JSON without what may differ."""
    fields = msgspec.to_builtins(report)
    del fields["scanned"]
    return msgspec.json.encode(fields, order="sorted")


@pytest.mark.npm
@pytest.mark.slow
def test_scans_of_an_unchanged_site_are_byte_identical_also_under_load(serve: Serve) -> None:
    server = serve(marketing_app())
    first = _stable(scan_site(MARKETING, server, watch_s=1.0).report)
    with _busy_core():
        for _ in range(ROUNDS - 1):
            assert _stable(scan_site(MARKETING, server, watch_s=1.0).report) == first


@pytest.mark.npm
@pytest.mark.slow
def test_scans_in_all_states_are_byte_identical_and_their_diff_is_empty(serve: Serve) -> None:
    server = serve(banner_site("klaro"))
    states: tuple[State, ...] = ("no-choice", "reject", "accept")
    reports = [scan_site(start_url("klaro"), server, states=states).report for _ in range(2)]
    assert _stable(reports[0]) == _stable(reports[1])
    assert not diff_reports(*reports).changed


def _build(host: str, bundle: str, cookie_hash: str) -> Site:
    """Return one build of a shop: `bundle` and `cookie_hash` are what differs from build to build."""
    site = Site(f"http://{host}/")
    head = f'<script src="/assets/{bundle}"></script><script src="http://t.tracker.example/t.js"></script>'
    body = '<a href="/about">About</a>'
    for path in ("/", "/about"):
        site.page(path, body, head=head, cookies=["PHPSESSID=0123456789abcdef0123456789abcdef; HttpOnly"])
    site.script(
        f"/assets/{bundle}",
        f"document.cookie = '_sp_id.{cookie_hash}=1; Max-Age=1000; Path=/';"
        "document.cookie = 'theme=dark; Max-Age=1000; Path=/';"
        "localStorage.setItem('shop-state', '{}');"
        "localStorage.setItem('cfg:' + location.host, '1');"
        "localStorage.setItem('cfg:' + encodeURIComponent(location.origin), '1');"
        "new Image().src = 'http://t.tracker.example/c/' + location.host + '/p.gif';"
        "navigator.sendBeacon('/metrics', 'x');",
    )
    site.script("http://t.tracker.example/t.js", "document.cookie = 'tr_id=abc; Path=/';")
    site.pixel(f"http://t.tracker.example/c/{host}/p.gif")
    return site.empty("/metrics")


def test_preview_and_production_of_one_site_do_not_differ(serve: Serve) -> None:
    production = _build("www.shop.example", "main.3f2a1b9c.js", "1fff")
    preview = _build("pr-12.preview.example", "main.77aa01fe.js", "a3c1")
    reports = [scan_site(site.start, serve(site)).report for site in (production, preview)]
    diff = diff_reports(*reports)
    assert not diff.changed
    assert {finding.id for finding in reports[0].findings} == {finding.id for finding in reports[1].findings}
    assert len(reports[0].findings) >= 9


def test_a_new_tracker_between_two_builds_is_all_that_differs(serve: Serve) -> None:
    old = _build("www.shop.example", "main.3f2a1b9c.js", "1fff")
    new = _build("www.shop.example", "main.77aa01fe.js", "1fff")
    new.page("/about", "<img src='http://p.pixel-vendor.example/p.gif'>")
    new.pixel("http://p.pixel-vendor.example/p.gif", cookies=["uid=1; Max-Age=99999"])
    diff = diff_reports(*(scan_site(site.start, serve(site)).report for site in (old, new)))
    assert [(finding.kind, finding.name) for finding in diff.new] == [
        ("pixel", "p.pixel-vendor.example/p.gif")
    ] or {finding.kind for finding in diff.new} == {"cookie", "pixel"}
    assert diff.gone == ()


def test_late_tags_come_on_watched_pages_only_however_long_the_others_take(serve: Serve) -> None:
    late = "const ask = () => { new Image().src = 'http://t.tracker.example/late.gif'; };"
    head = f"<script>{late} setTimeout(ask, 2000); setInterval(ask, 1800);</script><img src='/slow.gif'>"
    site = Site("http://www.shop.example/").pixel("http://t.tracker.example/late.gif")
    for path in ("/", "/about"):
        site.page(path, '<a href="/about">About</a>', head=head)
    site.call("/slow.gif", lambda _hit: Answer(ONE_PIXEL_GIF, headers=[("Content-Type", GIF)], delay_s=3.0))
    report = scan_site(site.start, serve(site), watch_s=3.0).report
    (finding,) = [found for found in report.findings if found.host == "t.tracker.example"]
    assert finding.pages == ("http://www.shop.example/",)
    assert len(report.pages) == 2
