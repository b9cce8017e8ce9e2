"""The state gpc: every request, every document and its frames say Global Privacy Control."""

from typing import Any

import pytest

from consentinel.scanner.catalogue.taxonomy import State
from tests.conftest import Serve
from tests.support.scanning import scan_url
from tests.support.sites import Answer, Hit, Site

_PAGE = """
const tell = (where, gpc) => fetch(`/told/${where}/${gpc}`);
tell("page", navigator.globalPrivacyControl);
new Worker(URL.createObjectURL(new Blob(
  [`fetch("${location.origin}/told/worker")`])));
"""
_FRAME = "fetch('/told/frame/' + navigator.globalPrivacyControl)"


def gpc_site() -> Site:
    site = Site("http://www.shop.example/")
    frame = '<a href="/more">More</a><iframe src="http://frame.other.example/f"></iframe>'
    site.page("/", frame, head=f"<script>{_PAGE}</script>").page("/more", "<p>More.</p>")
    site.page("http://frame.other.example/f", head=f"<script>{_FRAME}</script>")
    ok = Answer("ok", 200, [("Access-Control-Allow-Origin", "*"), ("Access-Control-Allow-Headers", "*")])
    return site.call("/told/*", lambda _hit: ok).call("http://frame.other.example/told/*", lambda _hit: ok)


def hits(serve: Serve, state: State, **settings: Any) -> list[Hit]:
    """Return what the browser asked for; robots.txt and sitemaps are not fetched by a page."""
    site = gpc_site()
    report = scan_url(serve(site), site.start, states=(state,), **settings).report
    assert [visit.method for visit in report.states] == ["nothing-clicked"]
    assert {page.url for page in report.pages} == {site.start, f"{site.start}more"}
    return [hit for hit in site.log.hits if not hit.path.endswith((".txt", ".xml", ".gz"))]


@pytest.mark.browser
def test_all_requests_and_documents_say_it(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREVIEW_TOKEN", "secret")
    seen = hits(serve, "gpc", header=("X-Preview=PREVIEW_TOKEN",))
    told = {hit.path for hit in seen if hit.path.startswith("/told/")}
    assert told == {"/told/page/true", "/told/worker", "/told/frame/true"}
    assert {hit.path: hit.headers.get("sec-gpc") for hit in seen} == {hit.path: "1" for hit in seen}
    assert {hit.headers.get("x-preview") for hit in seen if hit.host == "www.shop.example"} == {"secret"}


@pytest.mark.browser
def test_other_states_do_not_say_it(serve: Serve) -> None:
    seen = hits(serve, "no-choice")
    told = {hit.path for hit in seen if hit.path.startswith("/told/")}
    assert told == {"/told/page/undefined", "/told/worker", "/told/frame/undefined"}
    assert {hit.headers.get("sec-gpc") for hit in seen} == {None}
