import random
from collections.abc import Iterable, Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentinel.scanner.frontier import Frontier, PageRef
from consentinel.scanner.party import OwnHosts
from consentinel.scanner.robots import parse_robots

unhurried = settings(deadline=None)

SITE = "https://shop.example"
OWN = OwnHosts("shop.example")


def urls(*paths: str) -> list[str]:
    return [SITE + path for path in paths]


def crawl(
    frontier: Frontier, links: Mapping[str, Iterable[str]], shuffle: random.Random | None = None
) -> list[str]:
    """Visit all pages of a site that is given as path -> paths; return the paths in the order of the scan."""
    while level := frontier.next_level():
        if shuffle is not None:
            shuffle.shuffle(level)
        for page in level:
            found = links.get(page.url.removeprefix(SITE), ())
            frontier.add_links(page.url, page.depth, urls(*found))
    return [page.url.removeprefix(SITE) for page in frontier.pages]


def start(frontier: Frontier, *paths: str) -> Frontier:
    frontier.seed(urls(*paths or ("/",)))
    return frontier


def test_levels_in_document_order() -> None:
    frontier = start(Frontier(OWN))
    assert frontier.next_level() == [PageRef(0, SITE + "/", 0)]
    frontier.add_links(SITE + "/", 0, urls("/b", "/a", "/b"))
    assert frontier.next_level() == [PageRef(1, SITE + "/b", 1), PageRef(2, SITE + "/a", 1)]
    frontier.add_links(SITE + "/a", 1, urls("/d", "/"))
    frontier.add_links(SITE + "/b", 1, urls("/c"))
    assert frontier.next_level() == [PageRef(3, SITE + "/c", 2), PageRef(4, SITE + "/d", 2)]
    assert frontier.next_level() == []
    assert frontier.left_out == 0
    assert frontier.gaps == ()


@unhurried
@given(
    st.dictionaries(
        st.sampled_from(["/", "/a", "/b", "/c", "/d/1", "/d/2", "/x?y=1"]),
        st.lists(st.sampled_from(["/a", "/b", "/c", "/d/1", "/d/2", "/e", "/x?y=1", "/x?y=2"]), max_size=6),
    ),
    st.randoms(use_true_random=False),
    st.integers(1, 9),
)
def test_the_speed_of_pages_never_decides(
    links: Mapping[str, list[str]], shuffle: random.Random, max_pages: int
) -> None:
    in_order = start(Frontier(OWN, max_pages=max_pages))
    at_random = start(Frontier(OWN, max_pages=max_pages))
    assert crawl(in_order, links) == crawl(at_random, links, shuffle)
    assert in_order.left_out == at_random.left_out
    assert len(in_order.pages) <= max_pages


def test_start_pages_are_visited_as_typed_and_once() -> None:
    frontier = start(Frontier(OWN), "/?gclid=1", "/", "/b")
    assert [page.url for page in frontier.next_level()] == urls("/?gclid=1", "/b")


def test_links_come_before_the_sitemap() -> None:
    frontier = start(Frontier(OWN, max_pages=4))
    frontier.add_sitemap(urls("/s2", "/a", "/s1"))
    assert crawl(frontier, {"/": ["/b", "/a"]}) == ["/", "/b", "/a", "/s2"]
    assert frontier.left_out == 1


def test_left_out_counts_what_was_found_and_not_visited() -> None:
    frontier = start(Frontier(OWN, max_pages=3))
    assert crawl(frontier, {"/": ["/a", "/b", "/c"], "/a": ["/d", "/b"], "/b": ["/e", "/c"]}) == [
        "/",
        "/a",
        "/b",
    ]
    assert frontier.left_out == 3


def test_depth_is_limited() -> None:
    chain = {"/": ["/a"], "/a": ["/b"], "/b": ["/c"], "/c": ["/d"]}
    assert crawl(start(Frontier(OWN, max_depth=2)), chain) == ["/", "/a", "/b"]
    assert crawl(start(Frontier(OWN, max_depth=0)), chain) == ["/"]


def test_only_pages_of_the_site() -> None:
    frontier = start(Frontier(OWN))
    frontier.next_level()
    found = [
        "https://other.example/",
        "mailto:x",
        *urls("/a.pdf", "/logout", "/?delete=1", "/a/b/a/b/a/b", "/ok"),
    ]
    frontier.add_links(SITE + "/", 0, [*found, "https://www.shop.example/w", "http://shop.example/ok"])
    assert [page.url for page in frontier.next_level()] == [SITE + "/ok", "https://www.shop.example/w"]


def test_redirect_targets_are_not_visited_again() -> None:
    frontier = start(Frontier(OWN))
    frontier.next_level()
    frontier.mark_seen(SITE + "/welcome")
    frontier.mark_seen("about:blank")
    frontier.add_links(SITE + "/", 0, urls("/welcome", "/a"))
    assert [page.url for page in frontier.next_level()] == urls("/a")


def test_include_and_exclude() -> None:
    site = {"/": ["/blog/1", "/blog/2?print=1", "/shop/1", "/"]}
    assert crawl(start(Frontier(OWN, include=["/blog/*"])), site) == ["/", "/blog/1", "/blog/2?print=1"]
    assert crawl(start(Frontier(OWN, exclude=["*print=*", r"re:^/shop/\d"])), site) == ["/", "/blog/1"]
    assert crawl(start(Frontier(OWN, include=["/blog/*"], exclude=["/blog/2*"])), site) == ["/", "/blog/1"]


def test_robots_keep_pages_away_but_never_the_start_page() -> None:
    robots = parse_robots(b"User-agent: *\nDisallow: /")
    frontier = start(Frontier(OWN, robots=robots))
    assert crawl(frontier, {"/": [f"/p{number}" for number in range(30)]}) == ["/"]
    gaps = frontier.gaps
    assert len(gaps) == 21
    assert {gap.kind for gap in gaps} == {"robots"}
    assert gaps[0].where == SITE + "/p0"
    assert "and 9 more" in gaps[-1].reason


def test_pages_of_one_template_come_after_the_rest_of_the_site() -> None:
    posts = [f"/post/{number}" for number in range(8)]
    site = {"/": [*posts, "/about"], "/about": ["/imprint"]}
    assert crawl(start(Frontier(OWN)), site) == ["/", *posts[:5], "/about", "/imprint", *posts[5:]]


def test_a_plain_site_of_numbered_pages_is_visited_whole() -> None:
    pages = [f"/page/{number}" for number in range(40)]
    frontier = start(Frontier(OWN, max_pages=25))
    assert crawl(frontier, {"/": pages}) == ["/", *pages[:24]]
    assert frontier.left_out == 16


@pytest.mark.parametrize("form", ["/calendar/{}", "/list?page={}&sort=x", "/x?session={}"])
def test_traps_end(form: str) -> None:
    site = {form.format(number): [form.format(number + step) for step in (1, 2, 3)] for number in range(500)}
    frontier = start(Frontier(OWN, max_depth=1000, max_pages=25))
    visited = crawl(frontier, {"/": [form.format(0), "/about"], **site})
    assert len(visited) == 7
    assert visited[2] == "/about"
    assert [gap.kind for gap in frontier.gaps] == ["crawl-trap"]
    assert "at most 5" in frontier.gaps[0].reason


@unhurried
@given(st.lists(st.text(max_size=30)))
def test_any_links(links: list[str]) -> None:
    frontier = start(Frontier(OWN, max_pages=10))
    crawl(frontier, {"/": [f"/{link}" for link in links]})
    assert len({page.url for page in frontier.pages}) == len(frontier.pages) <= 10
