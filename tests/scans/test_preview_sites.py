"""Preview sites: behind HTTP authentication, or a header; what opens them goes to the site itself only."""

import base64

import pytest

from consentinel.scanner.errors import SiteError
from tests.conftest import Serve
from tests.support.scans import scan_site
from tests.support.sites import Answer, Hit, Site, document

pytestmark = pytest.mark.browser

START = "http://www.preview.example/"
CREDENTIALS = "Basic " + base64.b64encode(b"reviewer:open sesame").decode()


def _site(opens: str, value: str) -> Site:
    """Return a site whose pages need header `opens` with `value`; its other host and a tracker do not."""
    site = Site(START)
    head = (
        '<script src="http://cdn.preview.example/own.js"></script>'
        '<script src="http://t.tracker.example/t.js"></script>'
        '<img src="/moved">'
    )

    def page(hit: Hit) -> Answer:
        if hit.headers.get(opens) == value:
            return Answer(
                document('<a href="/two">two</a>', head=head), headers=[("Content-Type", "text/html")]
            )
        return Answer("closed", 401, [("WWW-Authenticate", 'Basic realm="preview"')])

    site.call(START, page).call("/two", page)
    site.redirect("/moved", "http://t.tracker.example/pixel.gif").pixel("http://t.tracker.example/pixel.gif")
    site.script("http://cdn.preview.example/own.js", "").script("http://t.tracker.example/t.js", "")
    return site


def test_a_header_from_the_environment_goes_to_own_hosts_only(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREVIEW_KEY", "s3cret-key")
    site = _site("x-preview", "s3cret-key")
    report = scan_site(START, serve(site), header=("X-Preview=PREVIEW_KEY",)).report
    assert {page.status for page in report.pages} == {200}
    assert len(report.pages) == 2
    sent = {hit.host for hit in site.log.hits if "x-preview" in hit.headers}
    assert sent == {"www.preview.example", "cdn.preview.example"}
    assert len(site.log.of("t.tracker.example", "/pixel.gif")) >= 1


def test_http_authentication_opens_the_site_and_is_not_sent_elsewhere(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREVIEW_LOGIN", "reviewer:open sesame")
    site = _site("authorization", CREDENTIALS)
    report = scan_site(START, serve(site), http_auth="PREVIEW_LOGIN").report
    assert {page.status for page in report.pages} == {200}
    sent = {hit.host for hit in site.log.hits if "authorization" in hit.headers}
    assert sent == {"www.preview.example"}


def test_without_the_key_the_site_is_a_wall(serve: Serve) -> None:
    with pytest.raises(SiteError, match="--http-auth"):
        scan_site(START, serve(_site("x-preview", "s3cret-key")))


def test_the_user_agent_is_as_asked_and_says_nothing_of_headless_by_itself(serve: Serve) -> None:
    site = Site(START).page("/")
    scan_site(START, serve(site))
    scan_site(START, serve(site), user_agent="preview-checker/1")
    agents = [hit.headers["user-agent"] for hit in site.log.of("www.preview.example", "/")]
    assert "Headless" not in agents[0]
    assert agents[-1] == "preview-checker/1"
