import asyncio
from typing import Any, cast

import pytest

from consentinel.scanner.egress import Egress
from consentinel.scanner.errors import SiteError
from consentinel.scanner.fetching import Fetcher
from consentinel.scanner.frontier import PageRef
from consentinel.scanner.pages import Discovery, Replay, is_reached
from consentinel.scanner.settings import ScanSettings
from consentinel.scanner.sitemap import Fetched
from consentinel.scanner.states import Reached
from consentinel.scanner.walls import Wall
from tests.support.observing import OWN, PAGE, make_result

SITEMAP = (
    '<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
    f"<url><loc>{PAGE}from-sitemap</loc></url></urlset>"
)
LINKS = '<a href="/linked">one</a><a href="/forbidden">two</a><a href="https://other.example/">three</a>'


class FakeFetcher:
    """Answers files by path; everything else is 404, `None` does not answer."""

    def __init__(self, **files: str | None) -> None:
        self._files = {f"/{name.replace('_', '.')}": text for name, text in files.items()}

    async def get(self, url: str) -> Fetched:
        text = self._files.get("/" + url.split("/", 3)[3], "")
        return Fetched(None) if text is None else Fetched(200 if text else 404, text.encode())


class NoRefusals:
    def failure(self, host: str, port: int) -> None:
        return None


def discovery(*more: str, files: FakeFetcher | None = None, **settings: Any) -> Discovery:
    fetcher = cast("Fetcher", files or FakeFetcher())
    return Discovery([PAGE, *more], ScanSettings(**settings), OWN, cast("Egress", NoRefusals()), fetcher)


def after(found: Discovery, **result: Any) -> list[str]:
    first = make_result(html=LINKS, **result)
    return [ref.url for ref in asyncio.run(found.after_start(first))]


def test_links_of_the_start_page_then_the_sitemap_but_nothing_forbidden() -> None:
    found = discovery(
        files=FakeFetcher(robots_txt="User-agent: *\nDisallow: /forbidden\n", sitemap_xml=SITEMAP)
    )
    assert set(after(found)) == {f"{PAGE}linked", f"{PAGE}from-sitemap"}
    assert "robots" in {gap.kind for gap in found.finish()}
    assert found.pages[0].url == PAGE


def test_rules_can_be_ignored_but_not_the_sitemaps_that_robots_txt_names() -> None:
    robots = f"User-agent: *\nDisallow: /\nSitemap: {PAGE}pages.xml\n"
    found = discovery(ignore_robots=True, files=FakeFetcher(robots_txt=robots, pages_xml=SITEMAP))
    assert set(after(found)) == {f"{PAGE}linked", f"{PAGE}forbidden", f"{PAGE}from-sitemap"}


def test_files_that_do_not_answer_are_a_gap_and_no_end() -> None:
    found = discovery(files=FakeFetcher(robots_txt=None, sitemap_xml=None))
    assert f"{PAGE}linked" in after(found)
    assert found.finish()


def test_other_start_pages_come_before_links() -> None:
    assert after(discovery(f"{PAGE}shop")) == [f"{PAGE}shop"]


def test_routes_of_an_application_are_pages_too() -> None:
    assert f"{PAGE}route" in after(discovery(), routes=[f"{PAGE}route"])


def test_links_of_a_page_elsewhere_are_not_followed() -> None:
    found = discovery()
    after(found)
    elsewhere = make_result(
        f"{PAGE}out", url="https://other.example/", off_site=True, html='<a href="/more">m</a>'
    )
    assert found.after_level([(PageRef(1, f"{PAGE}out", 1), elsewhere)]) == []


@pytest.mark.parametrize(
    "changes", [{"wall": Wall("http-error", "status 404")}, {"failure": "net::ERR_FAILED"}]
)
def test_a_start_page_that_cannot_be_scanned_is_an_error(changes: dict[str, Any]) -> None:
    with pytest.raises(SiteError, match=r"status 404|ERR_FAILED"):
        after(discovery(), **changes)


@pytest.mark.parametrize("reached", [True, False])
def test_where_the_first_state_is_a_choice_its_pages_follow_only_once_it_was_made(reached: bool) -> None:
    outcome = Reached(reached=reached, method="rule" if reached else None, detail="")
    plan = {"state": "accept", "choose": True}
    assert after(discovery(), plan=plan, reached=outcome) == ([PAGE] if reached else [])


@pytest.mark.parametrize("reached", [True, False])
def test_a_later_state_visits_the_same_pages_or_none(reached: bool) -> None:
    pages = (PageRef(0, PAGE, 0), PageRef(1, f"{PAGE}a", 1))
    replay = Replay(pages)
    outcome = Reached(reached=reached, method=None, detail="")
    first = make_result(plan={"state": "accept", "choose": True}, reached=outcome)
    assert replay.start == PAGE
    assert asyncio.run(replay.after_start(first)) == (list(pages) if reached else [])
    assert replay.after_level([]) == []
    assert is_reached(first) is reached
