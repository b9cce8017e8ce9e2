import io
import unicodedata

import pytest

from consentinel.scanner.rendering.text import render, render_for_stream
from tests.support.hostile import hostile_report
from tests.support.reports import make_finding, make_gap, make_report, make_visit, realistic_report


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


class AsciiPipe(io.StringIO):
    encoding = "ascii"


def test_leads_with_the_verdict() -> None:
    shown = render(realistic_report())
    assert "18 of 55 findings need consent but are set before any choice, 9 after a refusal." in shown


def test_findings_stand_under_their_category() -> None:
    shown = render(
        make_report(make_finding(name="ads", category="targeting"), make_finding(name="odd", category=None))
    )
    assert (
        shown.index("targeting (1)")
        < shown.index("ads")
        < shown.index("unclassified (1)")
        < shown.index("odd")
    )


def test_an_empty_report_with_gaps_is_not_called_clean() -> None:
    shown = render(make_report(gaps=(make_gap(),)))
    assert "not a clean result" in shown
    assert "page-timeout" in shown


def test_a_state_that_was_not_reached_is_said() -> None:
    shown = render(
        make_report(visits=(make_visit("reject", reached=False, method=None, detail="no banner"),))
    )
    assert "reject  NOT REACHED: no banner" in shown


def test_plain_without_colour() -> None:
    assert "\x1b" not in render(realistic_report())
    assert max(map(len, render(realistic_report()).splitlines())) <= 120


def test_hostile_text_cannot_reach_the_terminal() -> None:
    shown = render(hostile_report())
    assert {unicodedata.category(character) for character in shown.replace("\n", "")} & {
        "Cc",
        "Cf",
        "Cs",
    } == set()
    assert "\\x1b]0;title\\x07" in shown.replace("\n", "")
    assert "\\u202egnp.exe" in shown


def test_a_terminal_gets_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    assert "\x1b[" in render_for_stream(realistic_report(), Terminal())


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_colour_can_be_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv(name, value)
    assert "\x1b" not in render_for_stream(realistic_report(), Terminal())


def test_a_pipe_gets_what_its_encoding_can_carry() -> None:
    render_for_stream(realistic_report(), AsciiPipe()).encode("ascii")


def test_a_refused_cookie_is_marked_and_does_not_count() -> None:
    shown = render(make_report(make_finding(attributes={"blocked": "SecureOnly"}, states=("no-choice",))))
    assert "_ga (refused by the browser)" in " ".join(shown.split())
    assert "performance          1          0" in shown


def test_nothing_but_gaps_says_so_once_and_has_room_before_them() -> None:
    shown = render(make_report(gaps=(make_gap(),)))
    assert "\n\ngaps (1): not observed\n" in shown
    assert shown.count("clean") == 1
    assert shown.count("could not be observed") == 1
