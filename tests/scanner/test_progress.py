import io
from typing import Any

import pytest

from consentinel.scanner.catalogue.taxonomy import State
from consentinel.scanner.observations import Gap, Observation
from consentinel.scanner.progress import PageProgress, Progress
from consentinel.scanner.states import Reached
from consentinel.scanner.visit import VisitPlan, VisitResult
from consentinel.scanner.walls import Wall

SITE = "https://www.example.com/"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def visit(path: str = "", *, state: State = "no-choice", choose: bool = False, **changes: Any) -> VisitResult:
    plan = VisitPlan(url=SITE + path, state=state, choose=choose)
    facts: dict[str, Any] = {"status": 200, "watched_s": 1.25, "reached": None}
    if choose:
        facts["reached"] = Reached(True, "rule", "")
    return VisitResult(plan=plan, url=plan.url, **{**facts, **changes})


def observation(name: str) -> Observation:
    return Observation(
        kind="cookie",
        name=name,
        host="example.com",
        url=SITE,
        state="no-choice",
        page=SITE,
        party="first",
    )


def said(*visits: VisitResult, quiet: bool = False, max_pages: int = 25) -> list[str]:
    stream = io.StringIO()
    with Progress("opening", quiet=quiet, stream=stream) as progress:
        pages = PageProgress(progress, max_pages=max_pages)
        for each in visits:
            pages.visited(each)
    return stream.getvalue().splitlines()


def test_a_line_per_page() -> None:
    found = [observation("a"), observation("b"), observation("a")]
    assert said(visit(observations=found)) == [
        f"[no-choice 1/25] {SITE} 200 · 0 requests · 2 findings · 1.2 s"
    ]


def test_the_other_states_visit_what_the_first_has_found() -> None:
    counted = said(
        visit(),
        visit("a"),
        visit(state="reject", choose=True),
        visit(state="reject"),
        visit("a", state="reject"),
        visit(state="accept", choose=True),
    )
    assert [line.partition("]")[0] for line in counted] == [
        "[no-choice 1/25",
        "[no-choice 2/25",
        "[reject 1/3",
        "[reject 2/3",
        "[reject 3/3",
        "[accept 1/3",
    ]


def test_gaps_are_named_once_and_on_one_line() -> None:
    gap = Gap(kind="page-timeout", where=SITE, reason="slow")
    lines = said(
        visit(),
        visit("a", gaps=[gap, gap]),
        visit("b", status=404, wall=Wall("http-error", "status 404")),
        visit("c", status=None, failure="Download is starting\nCall log: …"),
        visit(state="reject", choose=True, reached=Reached(False, None, "no banner")),
    )
    assert [line.partition(" s · ")[2] for line in lines[1:]] == [
        "gap: page-timeout",
        "gap: http-error",
        "gap: Download is starting",
        "gap: state-not-reached",
    ]
    assert "/c failed · " in lines[3]


def test_a_start_page_that_cannot_be_scanned_is_left_to_the_error() -> None:
    assert said(visit(status=403, wall=Wall("challenge", "a challenge"))) == []
    assert said(visit(status=None, failure="net::ERR_TIMED_OUT")) == []


def test_quiet() -> None:
    assert said(visit(), quiet=True) == []


def test_hostile_text_is_harmless_and_query_values_are_not_shown() -> None:
    (line,) = said(visit("\x1b[31m[bold]\u202e?token=canary"))
    assert "\x1b" not in line
    assert "\u202e" not in line
    assert "[bold]" in line
    assert "canary" not in line


def test_a_long_url_is_cut() -> None:
    (line,) = said(visit("x" * 5000))
    assert len(line) < 300


def test_a_terminal_gets_a_live_line_and_its_cursor_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    stream = Terminal()
    with Progress("opening [bold]\x1b]0;title\x07", stream=stream) as progress:
        PageProgress(progress, max_pages=3).visited(visit())
        progress.stop("stopping")
    shown = stream.getvalue()
    assert "opening [bold]\\x1b]0;title\\x07" in shown
    assert "no-choice · 1 page · 0 requests · 0 findings" in shown
    assert shown.rindex("\x1b[?25h") > shown.rindex("\x1b[?25l")
    assert shown.rstrip().endswith("stopping\x1b[0m")


def test_a_dumb_terminal_gets_plain_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    stream = Terminal()
    with Progress("opening", stream=stream) as progress:
        progress.say("hello", "red")
    assert stream.getvalue() == "hello\n"


def test_a_full_standard_error_does_not_stop_the_scan() -> None:
    class Full(io.StringIO):
        def write(self, _: str) -> int:
            raise OSError(28, "No space left on device")

    with Progress("opening", stream=Full()) as progress:
        progress.say("one")
        progress.say("two")
