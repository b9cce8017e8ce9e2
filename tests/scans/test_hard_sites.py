"""Sites that make a scanner lose something, tell a secret, or never end."""

import gzip
import json

import pytest

from consentinel.scanner.catalogue.taxonomy import State
from consentinel.scanner.report import encode
from tests.conftest import Serve
from tests.support.scans import scan_site
from tests.support.sites import Answer, Hit, Site, document

pytestmark = pytest.mark.browser

START = "http://www.site.example/"
STATES: tuple[State, ...] = ("no-choice", "reject", "accept")
LINKS = "".join(f'<a href="/p{number}">{number}</a>' for number in range(1, 6))


def _pages(site: Site, *, head: str = "", body: str = "") -> Site:
    """Give the site a start page and five more that look alike."""
    for path in ("/", *(f"/p{number}" for number in range(1, 6))):
        site.page(path, LINKS + body, head=head)
    return site


def test_an_answer_kept_in_local_storage_reaches_every_tab(serve: Serve) -> None:
    banner = """<div id="cookie-banner" role="dialog" style="position:fixed;bottom:0">We use cookies
      <button id="yes">Accept all</button><button id="no">Reject all</button></div>
      <script>
      const banner = document.getElementById('cookie-banner');
      const choose = (answer) => { localStorage.setItem('choice', answer); start(); };
      const start = () => {
        const answer = localStorage.getItem('choice');
        if (answer) banner.remove();
        if (answer === 'yes') new Image().src = '/count.gif?' + location.pathname;
      };
      document.getElementById('yes').onclick = () => choose('yes');
      document.getElementById('no').onclick = () => choose('no');
      start();
      </script>"""
    site = _pages(Site(START), body=banner).pixel("/count.gif")
    report = scan_site(START, serve(site), states=STATES).report
    assert [visit.reached for visit in report.states] == [True, True, True]
    pixel = next(finding for finding in report.findings if finding.kind == "pixel")
    assert pixel.states == ("accept",)
    assert len(pixel.pages) == 6


def test_what_opens_a_site_is_not_told_to_where_it_redirects(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREVIEW_KEY", "s3cret-key")
    site = Site(START).redirect("/", "http://sso.elsewhere.example/")
    site.page("http://sso.elsewhere.example/", "<p>Hello</p>" * 20 + "<img src='/x.gif'>")
    site.pixel("http://sso.elsewhere.example/x.gif")
    scan_site(START, serve(site), header=("X-Preview=PREVIEW_KEY",))
    sent = {hit.host for hit in site.log.hits if "x-preview" in hit.headers}
    assert sent == {"www.site.example"}


def test_robots_and_sitemaps_are_opened_like_pages_and_leave_no_cookies(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREVIEW_KEY", "s3cret-key")

    def robots(hit: Hit) -> Answer:
        known = hit.headers.get("x-preview") == "s3cret-key"
        return Answer("Sitemap: /all.xml\n", 200 if known else 403, [("Set-Cookie", "from_robots=1")])

    def sitemap(_hit: Hit) -> Answer:
        page = f"<url><loc>{START}unlinked</loc></url>"
        text = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{page}</urlset>'
        return Answer(gzip.compress(text.encode()), 200, [("Content-Encoding", "gzip")])

    site = Site(START).page("/").page("/unlinked").call("/robots.txt", robots).call("/all.xml", sitemap)
    report = scan_site(START, serve(site), header=("X-Preview=PREVIEW_KEY",)).report
    assert {page.url for page in report.pages} == {START, f"{START}unlinked"}
    assert [finding.name for finding in report.findings] == []


def test_a_page_that_asks_without_end_is_stopped_by_the_request_budget(serve: Serve) -> None:
    script = "(async () => { for (;;) await fetch('/n?' + Math.random()); })()"
    site = _pages(Site(START), head=f"<script>{script}</script>").empty("/n")
    report = scan_site(START, serve(site), watch_s=30.0, max_requests=300).report
    assert report.scanned.truncated
    assert [gap.kind for gap in report.gaps] == ["budget"]
    assert report.scanned.requests < 3_000


def test_beforeunload_does_not_hold_a_tab(serve: Serve) -> None:
    script = "<script>addEventListener('beforeunload', (event) => event.preventDefault())</script>"
    site = _pages(Site(START), head=script)
    report = scan_site(START, serve(site), watch_s=1.0, tabs=1).report
    assert len(report.pages) == 6
    assert report.gaps == ()


def test_a_font_that_never_comes_costs_no_finding(serve: Serve) -> None:
    style = "<style>@font-face{font-family:x;src:url(/slow.woff2)} body{font-family:x}</style>"
    site = Site(START).page("/", "text", head=style, cookies=["kept=1"])
    site.call("/slow.woff2", lambda _hit: Answer(delay_s=20.0))
    result = scan_site(START, serve(site))
    assert [finding.name for finding in result.report.findings] == ["kept"]
    assert result.screenshots["no-choice"].startswith(b"\xff\xd8")


def test_the_error_page_of_a_site_is_a_gap_and_its_cookie_a_finding(serve: Serve) -> None:
    site = Site(START).page("/", '<a href="/gone">gone</a>')
    site.add("/gone", document("not here"), status=404, cookies=["lost=1; Max-Age=9999"])
    report = scan_site(START, serve(site)).report
    assert [gap.kind for gap in report.gaps] == ["http-error"]
    assert [finding.name for finding in report.findings] == ["lost"]


def test_http_authentication_follows_the_site_to_its_other_host(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGIN", "me:secret")

    def page(hit: Hit) -> Answer:
        if "authorization" in hit.headers:
            return Answer(document("inside"), headers=[("Content-Type", "text/html")])
        return Answer("closed", 401, [("WWW-Authenticate", 'Basic realm="x"')])

    site = Site("http://site.example/").redirect("http://site.example/", START).call(START, page)
    report = scan_site("http://site.example/", serve(site), http_auth="LOGIN").report
    assert [visit.status for visit in report.pages] == [200]


def test_routes_of_foreign_frames_are_not_pages_of_the_site(serve: Serve) -> None:
    site = Site(START).page("/", '<iframe src="http://f.third.example/f"></iframe>')
    site.page("http://f.third.example/f", "<script>history.pushState({}, '', '/frame-route')</script>")
    report = scan_site(START, serve(site)).report
    assert report.pages[0].routes == ()


def test_no_query_value_of_a_link_that_was_not_visited_is_in_the_report(serve: Serve) -> None:
    site = Site(START).page("/", '<a href="/secret?token=CANARYQUERY777&email=jane@mail.example">x</a>')
    site.add("/robots.txt", "User-agent: *\nDisallow: /secret\nSitemap: /sm.xml?key=CANARYSM999\n")
    text = encode(scan_site(START, serve(site)).report).decode()
    assert "/secret" in text
    assert not [word for word in ("CANARYQUERY777", "jane@mail", "CANARYSM999") if word in text]
    assert json.loads(text)["gaps"]
