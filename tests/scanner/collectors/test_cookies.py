import asyncio
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from consentinel.scanner.collectors.base import Memory, Visit
from consentinel.scanner.collectors.cookies import CookieCollector, lifetime_text
from consentinel.scanner.observations import Observation, Writer
from tests.support.collecting import make_jar_cookie, make_report, make_visit
from tests.support.observing import PAGE, make_exchange

DAY_S = 86_400
SCRIPT = Writer("https://cdn.tracker.example/t.js", 3)


def collected(visit: Visit) -> list[Observation]:
    collector = CookieCollector()
    asyncio.run(collector.look(visit))
    return list(collector.report(visit))


def by_header(*lines: str, **changes: Any) -> Visit:
    answered = datetime(2026, 3, 1, 12, tzinfo=UTC)
    facts = {"url": f"{PAGE}login", "set_cookies": lines, "answered_at": answered, "document_url": PAGE}
    return make_visit([make_exchange(**(facts | changes))])


def test_a_cookie_by_header_has_its_response_as_writer() -> None:
    (seen,) = collected(by_header("a=1; Max-Age=3600; HttpOnly; SameSite=Lax; Domain=shop.example"))
    assert (seen.name, seen.host, seen.value, seen.writer) == (
        "a",
        "shop.example",
        "1",
        Writer(f"{PAGE}login"),
    )
    assert seen.attributes["via"] == "header"
    assert (seen.attributes["max_age_s"], seen.attributes["lifetime"]) == (3600, "1 hour")
    assert seen.attributes["http_only"] is True


def test_lifetimes_beyond_what_the_browser_keeps_are_shown_both_ways() -> None:
    (seen,) = collected(by_header(f"a=1; Max-Age={800 * DAY_S}"))
    assert (seen.attributes["lifetime"], seen.attributes["effective_lifetime"]) == ("800 days", "400 days")
    assert "declared lifetime of 800 days is over 13 months" in seen.evidence
    (short,) = collected(by_header(f"a=1; Max-Age={395 * DAY_S}"))
    assert len(short.evidence) == 1
    assert "effective_lifetime" not in short.attributes


def test_deletions_and_empty_lines_are_no_cookies() -> None:
    assert collected(by_header("a=; Max-Age=0", "=", "b=; Expires=Thu, 01 Jan 1970 00:00:00 GMT")) == []


def test_a_refused_cookie_has_the_reason_and_is_not_remembered() -> None:
    line = "a=1; SameSite=None"
    visit = by_header(line, blocked_cookies=((line, "SameSiteNoneInsecure"),), exempted=("b", "a", "a"))
    (seen,) = collected(visit)
    assert (seen.attributes["blocked"], seen.attributes["exempted"]) == ("SameSiteNoneInsecure", "a, b")
    assert visit.memory.told == set()


def test_a_cookie_of_a_third_party_frame_names_the_frame() -> None:
    frame = {"url": "https://w.tracker.example/f", "document_url": "https://w.tracker.example/f"}
    (seen,) = collected(by_header("a=1", **frame))
    assert (seen.party, seen.attributes["frame"]) == ("third", "w.tracker.example")


def test_a_cookie_by_script_has_script_and_line() -> None:
    visit = make_visit(
        hook_reports=[make_report("cookie", "a=1; max-age=60"), make_report("cookie", "gone=; max-age=0")],
        jar=[make_jar_cookie("a")],
    )
    (seen,) = collected(visit)
    assert (seen.name, seen.host, seen.writer, seen.party) == ("a", "www.shop.example", SCRIPT, "first")
    assert seen.attributes["via"] == "script"
    assert "kept" not in seen.attributes
    assert seen.evidence == ("document.cookie in https://cdn.tracker.example/t.js",)


def test_a_write_that_the_browser_did_not_keep_says_so() -> None:
    (seen,) = collected(make_visit(hook_reports=[make_report("cookie", "a=1; Domain=elsewhere.example")]))
    assert seen.attributes["kept"] is False
    assert seen.host == "www.shop.example"


def test_a_writer_that_no_stack_names() -> None:
    (seen,) = collected(make_visit(hook_reports=[make_report("cookie", "a=1", stack="")]))
    assert seen.writer is None
    assert seen.evidence == ("document.cookie, script unknown",)


@pytest.mark.parametrize(
    ("expires", "lifetime"), [(None, "session"), (1_772_366_400_000.0 + DAY_S * 1000, "1 day")]
)
def test_a_cookie_by_cookie_store(expires: float | None, lifetime: str) -> None:
    text = json.dumps({"name": "a", "value": "1", "expires": expires, "domain": None})
    (seen,) = collected(
        make_visit(hook_reports=[make_report("cookie-store", text)], jar=[make_jar_cookie("a")])
    )
    assert (seen.attributes["via"], seen.attributes["lifetime"]) == ("cookieStore", lifetime)
    assert seen.attributes["same_site"] == "strict"


def test_what_only_the_jar_knows_is_told_once_with_the_writer_of_before() -> None:
    memory = Memory(writers={("known", "www.shop.example"): SCRIPT})
    jar = [make_jar_cookie("known"), make_jar_cookie("unseen", domain=".shop.example", expires=2e9)]
    known, unseen = collected(make_visit(jar=jar, memory=memory))
    assert (known.writer, known.attributes["lifetime"]) == (SCRIPT, "session")
    assert (unseen.writer, unseen.host) == (None, "shop.example")
    assert unseen.evidence == ("in the cookie jar", "its writer was not seen")
    assert collected(make_visit(jar=jar, memory=memory)) == []
    memory.forget_told()
    assert len(collected(make_visit(jar=jar, memory=memory))) == 2


def test_memories_of_tabs_are_independent() -> None:
    memory = Memory(told={("a", "h")})
    other = memory.copy()
    other.told.add(("b", "h"))
    assert memory.told == {("a", "h")}


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "session"),
        (0, "under 2 minutes"),
        (110, "under 2 minutes"),
        (120, "2 minutes"),
        (7199, "2 hours"),
        (7200, "2 hours"),
        (DAY_S - 5, "1 day"),
        (DAY_S * 365, "365 days"),
        (DAY_S * 365 - 3, "365 days"),
    ],
)
def test_lifetimes_are_coarse(seconds: int | None, text: str) -> None:
    assert lifetime_text(seconds) == text


@pytest.mark.parametrize(
    ("declared_s", "text"),
    [
        (7200, "2 hours"),
        (3600, "1 hour"),
        (120, "2 minutes"),
        (1800, "30 minutes"),
        (5400, "90 minutes"),
        (int(3.5 * 3600), "4 hours"),
        (DAY_S, "1 day"),
        (36 * 3600, "36 hours"),
        (2 * DAY_S, "2 days"),
        (int(2.5 * DAY_S), "3 days"),
        (365 * DAY_S, "365 days"),
    ],
)
def test_a_lifetime_does_not_depend_on_the_seconds_that_it_took(declared_s: int, text: str) -> None:
    assert {lifetime_text(declared_s - late_s) for late_s in range(-1, 4)} == {text}


@pytest.mark.parametrize("late_ms", [0, 400, 999, 1700, 2900])
def test_an_expiry_in_whole_seconds_gives_the_lifetime_that_was_meant(late_ms: int) -> None:
    options = {"name": "a", "value": "1", "expires": 1_772_366_400_000.0 + 7_200_000 - late_ms}
    report = make_report("cookie-store", json.dumps(options))
    (seen,) = collected(make_visit(hook_reports=[report], jar=[make_jar_cookie("a")]))
    assert (seen.attributes["max_age_s"], seen.attributes["lifetime"]) == (7200, "2 hours")
