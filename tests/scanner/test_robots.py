import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentinel.scanner.robots import Robots, parse_robots, robots_of_response

unhurried = settings(deadline=None)

SITE = "https://example.org"


def allows(text: str, path: str) -> bool:
    return parse_robots(text.encode()).allows(SITE + path)


@pytest.mark.parametrize(
    ("rules", "path", "expected"),
    [
        ("Disallow: /private", "/private/x", False),
        ("Disallow: /private", "/privateer", False),
        ("Disallow: /private/", "/private", True),
        ("Disallow:", "/x", True),
        ("Disallow: /", "/robots.txt", True),
        ("Disallow: /\nAllow: /open", "/open/x", True),
        ("Allow: /open\nDisallow: /", "/open/x", True),
        ("Disallow: /a\nAllow: /a", "/a", True),
        ("Disallow: /a/b\nAllow: /a", "/a/b", False),
        ("Disallow: /*.php$", "/x/index.php", False),
        ("Disallow: /*.php$", "/index.php?x=1", True),
        ("Disallow: /*?print=", "/a?print=1", False),
        ("Disallow: /a$", "/a", False),
        ("Disallow: /a$", "/ab", True),
        ("Disallow: /a*b*c", "/a-x-b-y-c-z", False),
        ("Disallow: /a*aa$", "/aa", True),
        ("Disallow: *", "/x", False),
        ("Disallow: /caf%c3%a9", "/caf%C3%A9", False),
        ("Disallow: /café", "/caf%C3%A9", False),
        ("Disallow: /%7Euser", "/~user", False),
        ("disALLOW : /x # comment", "/x", False),
    ],
)
def test_matching(rules: str, path: str, expected: bool) -> None:
    assert allows(f"User-agent: *\n{rules}\n", path) is expected


def test_the_group_of_the_product_replaces_that_of_everybody() -> None:
    text = "User-agent: *\nDisallow: /\n\nUser-Agent: Consentinel/2.0\nDisallow: /x\n"
    assert allows(text, "/y")
    assert not allows(text, "/x")


def test_groups_of_one_product_are_one_and_agents_share_rules() -> None:
    text = (
        "User-agent: other\nUser-agent: consentinel\nCrawl-delay: 10\nDisallow: /a\n"
        "User-agent: other\nDisallow: /b\nUser-agent: CONSENTINEL\nDisallow: /c\n"
    )
    assert not allows(text, "/a")
    assert allows(text, "/b")
    assert not allows(text, "/c")


def test_an_empty_group_for_the_product_allows_all() -> None:
    assert allows("User-agent: *\nDisallow: /\nUser-agent: consentinel\nDisallow:\n", "/x")


def test_other_names_that_begin_alike_are_others() -> None:
    assert allows("User-agent: consentinelbot\nDisallow: /\n", "/x")
    assert allows("Disallow: /\n", "/x")


def test_sitemaps_and_line_ends_and_byte_order_mark() -> None:
    data = b"\xef\xbb\xbfUser-agent: *\r\nDisallow: /x\rSitemap: https://example.org/s.xml\nSitemap: /t.xml"
    robots = parse_robots(data)
    assert robots.sitemaps == ("https://example.org/s.xml", "/t.xml")
    assert not robots.allows(SITE + "/x")


@pytest.mark.parametrize(
    ("status", "expected", "has_gap"),
    [(200, False, False), (301, True, False), (404, True, False), (403, True, False), (503, True, True)],
)
def test_what_an_answer_means(status: int, expected: bool, has_gap: bool) -> None:
    robots, gap = robots_of_response(SITE + "/robots.txt", status, b"User-agent: *\nDisallow: /")
    assert robots.allows(SITE + "/x") is expected
    assert (gap is not None) is has_gap


def test_no_answer_is_a_gap() -> None:
    robots, gap = robots_of_response(SITE + "/robots.txt", None, b"")
    assert robots == Robots()
    assert gap is not None
    assert gap.kind == "robots"
    assert "did not answer" in gap.reason


def test_hostile_patterns_take_no_time() -> None:
    robots = parse_robots(b"User-agent: *\nDisallow: /" + b"a*" * 5000 + b"b$")
    started = time.process_time()
    assert robots.allows(SITE + "/" + "a" * 8000)
    assert time.process_time() - started < 1


@unhurried
@given(st.binary(), st.text(max_size=30))
def test_any_bytes_give_an_answer(data: bytes, path: str) -> None:
    assert parse_robots(b"User-agent: *\n" + data).allows(f"{SITE}/{path}") in (True, False)


@unhurried
@given(st.text(alphabet="ab/", max_size=8), st.text(alphabet="ab/", max_size=8))
def test_plain_patterns_are_prefixes(pattern: str, path: str) -> None:
    text = f"User-agent: *\nDisallow: /{pattern}\n"
    assert allows(text, f"/{path}") is not f"/{path}".startswith(f"/{pattern}")
