import re
from collections.abc import Iterator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from consentinel.scanner.diff import diff_reports
from consentinel.scanner.rendering.diffs import render_diff
from consentinel.scanner.rendering.markdown import MAX_CHARACTERS, render
from tests.support.hostile import ALL, hostile_report
from tests.support.reports import make_finding, make_gap, make_report, realistic_report

HARMFUL = {"link_open", "image", "html_inline", "html_block", "heading_open", "fence", "code_block", "s_open"}
# What GitHub links by itself, outside code: mentions, issue references, bare addresses.
GITHUB_LINKS = re.compile(r"(?i)(?<![\w`])@\w|(?<!\w)#\d|\bGH-\d|\b(https?|ftp)://|\bwww\.\w|\w@\w+\.\w")
anything = st.text(st.characters(exclude_categories=()))


def tokens_of(markdown: str) -> Iterator[Token]:
    for token in MarkdownIt("gfm-like", {"linkify": False, "html": True}).parse(markdown):
        yield token
        yield from token.children or ()


def harm_in(markdown: str) -> list[str]:
    ours = [line for line in markdown.splitlines() if not re.match(r"#{3,4} [A-Z✅⚠❌]", line)]
    tokens = list(tokens_of("\n".join(ours)))
    links = [token.content for token in tokens if token.type == "text" and GITHUB_LINKS.search(token.content)]
    return [token.type for token in tokens if token.type in HARMFUL] + links


def widths_of(markdown: str) -> set[int]:
    """Return the numbers of cells in the rows of all tables."""
    rows: list[int] = []
    for token in tokens_of(markdown):
        if token.type == "tr_open":
            rows.append(0)
        elif token.type in ("td_open", "th_open"):
            rows[-1] += 1
    return set(rows)


def test_gaps_come_before_findings() -> None:
    shown = render(realistic_report())
    assert shown.index("#### Gaps") < shown.index("#### Findings")
    assert shown.startswith("### ❌ Consent scan of `https://www.example.com/`")


def test_an_empty_report_with_gaps_is_not_clean() -> None:
    shown = render(make_report(gaps=(make_gap(),)))
    assert "not a clean result" in shown
    assert "✅" not in shown


@pytest.mark.parametrize("payload", ALL)
def test_no_payload_becomes_markup(payload: str) -> None:
    report = hostile_report((payload,))
    shown = render(report)
    assert harm_in(shown) == []
    assert widths_of(shown) == {3, 7}
    assert harm_in(render_diff(diff_reports(make_report(), report), "md")) == []


@settings(max_examples=60)
@given(anything)
@example("\ud800")
def test_no_text_becomes_markup(payload: str) -> None:
    shown = render(hostile_report((payload,)))
    assert harm_in(shown) == []
    assert widths_of(shown) == {3, 7}


def test_a_huge_report_stays_under_the_cap_and_says_what_is_missing() -> None:
    findings = [make_finding(name=f"{number:05}-{'x' * 90}") for number in range(2_000)]
    shown = render(make_report(*findings, gaps=tuple(make_gap(where=f"/{number}") for number in range(900))))
    assert len(shown) <= MAX_CHARACTERS
    told = [int(number) for number in re.findall(r"… and (\d+) more", shown)]
    assert told[0] == 850
    assert shown.count("xxx`") + told[1] == 2_000


def test_names_are_those_of_the_other_formats() -> None:
    stored = make_finding(kind="storage", name="seen", attributes={"area": "localStorage"})
    refused = make_finding(name="no", attributes={"blocked": "SecureOnly"}, category="targeting")
    needed = make_finding(name="cart", category="strictly-necessary")
    shown = render(make_report(stored, refused, needed))
    assert "| localStorage | `seen` |" in shown
    assert "| cookie | `no` (refused by the browser) |" in shown
    assert "| strictly-necessary | 1 | – |" in shown
    assert "| targeting | 1 | 0 |" in shown


def test_nothing_but_gaps_says_so_once() -> None:
    shown = render(make_report(gaps=(make_gap(),)))
    assert (shown.count("clean"), shown.count("could not be observed")) == (1, 1)
