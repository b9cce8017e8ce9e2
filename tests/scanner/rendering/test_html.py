import base64
import hashlib
import re
from html.parser import HTMLParser

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from consentinel.scanner.observations import Writer
from consentinel.scanner.rendering.html import render
from consentinel.scanner.report import Report
from tests.support.hostile import ALL, hostile_report
from tests.support.reports import make_finding, make_gap, make_report, make_visit, realistic_report

PNG = b"\x89PNG\r\n\x1a\n rest"
OWN_TAGS = set(
    """html head meta title style body a header p svg path span h1 time main section h2 ul li rect div table
    thead tr th small tbody td figure img figcaption b code br form label input select option output button
    caption details summary dl dt dd footer script""".split()  # noqa: SIM905 - fifty quoted words read worse
)


class Reader(HTMLParser):
    """Collects tags, attributes and text as a browser would see them."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    reader.close()
    return reader


def text_of(report: Report) -> str:
    return " ".join(" ".join(read(render(report, screenshots={})).texts).split())


def test_says_the_verdict_and_the_counts() -> None:
    text = text_of(realistic_report())
    assert "18 of 55 findings need consent but are set before any choice, 9 after a refusal." in text
    assert "targeting 20 8 set without consent" in text
    assert "1 March 2026, 02:00 UTC" in text


def test_shows_the_evidence() -> None:
    text = text_of(make_report(make_finding(evidence=("seen at once",), attributes={"max_age_s": 86_400})))
    for part in (
        "seen at once",
        "https://www.googletagmanager.com/gtag/js?id:12",
        "cookie:_ga (core)",
        "1 day",
    ):
        assert part in text


def test_an_empty_report_with_gaps_is_not_clean() -> None:
    text = text_of(make_report(gaps=(make_gap(reason="It hung."),)))
    assert text.count("this is not a clean result") == 1
    assert text.count("could not be observed") == 1
    assert "It hung." in text


def test_a_refused_cookie_is_marked_and_explained_and_leaks_nothing() -> None:
    refused = make_finding(category="targeting", attributes={"blocked": "SecureOnly"})
    text = text_of(make_report(refused))
    assert "_ga (refused by the browser)" in text
    assert "a Secure cookie is taken over https only (SecureOnly)" in text
    assert "no-choice without consent" not in text
    assert "targeting 1 targeting" not in text
    assert "! 1" not in text


def test_details_hold_no_empty_rows_and_nothing_twice() -> None:
    script = make_finding(
        kind="script",
        name="cdn.example/t.js",
        host="cdn.example",
        url="https://cdn.example/t.js",
        writer=Writer("https://cdn.example/t.js"),
        attributes={"empty": "", "none": (), "same_site": "", "resource_type": "script"},
    )
    page = render(make_report(script), screenshots={})
    text = " ".join(" ".join(read(page).texts).split())
    assert "same site not declared" in text
    assert "resource type script" in text
    assert "empty" not in text.partition("Decided by")[2].partition("How this was made")[0]
    assert "Address" not in text
    assert 'class="host"' not in page


def test_a_name_that_only_resembles_the_host_keeps_its_host_line() -> None:
    finding = make_finding(name="cdn.example.org/t.js", host="cdn.example")
    assert '<span class="host">cdn.example</span>' in render(make_report(finding), screenshots={})


def test_settings_have_units_and_unset_ones_are_left_out() -> None:
    settings: dict[str, object] = {
        "max_bytes": 100_000_000,
        "page_timeout": 30.0,
        "user_agent": None,
        "exclude": [],
    }
    environment = msgspec.structs.replace(make_report().environment, settings=settings)
    text = text_of(make_report(environment=environment))
    assert "max bytes 100 MB page timeout 30 s" in text
    assert "user agent" not in text
    assert "exclude" not in text


def test_a_state_that_was_not_reached_has_no_numbers() -> None:
    failed = (make_visit("no-choice"), make_visit("accept", reached=False, method=None, detail="no banner"))
    text = text_of(make_report(make_finding(), visits=failed))
    assert "not reached: no banner" in text
    assert text.count("not observed") == 5


def test_the_policy_allows_its_own_style_and_script_only() -> None:
    page = render(realistic_report(), screenshots={})
    policy = next(str(attrs["content"]) for tag, attrs in read(page).tags if "http-equiv" in attrs)
    for tag in ("style", "script"):
        (content,) = re.findall(f"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    assert "http" not in policy


def test_screenshots_are_inside_the_page_and_nothing_but_pictures() -> None:
    page = render(make_report(), screenshots={"no-choice": PNG, "accept": b"<svg onload=alert(1)>"})
    pictures = [str(attrs["src"]) for tag, attrs in read(page).tags if tag == "img"]
    assert pictures == ["data:image/png;base64," + base64.b64encode(PNG).decode()]


def assert_harmless(page: str) -> None:
    for tag, attrs in read(page).tags:
        assert tag in OWN_TAGS
        assert not [name for name in attrs if name.startswith("on") or name in ("style", "srcdoc", "action")]
        assert str(attrs.get("href", "#")).startswith("#")
        assert str(attrs.get("src", "data:")).startswith("data:")
    assert page.count("<script>") == page.count("</script>") == 1


@pytest.mark.parametrize("payload", ALL)
def test_no_payload_becomes_markup(payload: str) -> None:
    page = render(hostile_report((payload,)), screenshots={})
    assert_harmless(page)
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00\x1b]", page)


@settings(max_examples=40, deadline=None)
@given(st.text(st.characters(exclude_categories=())))
@example("\ud800")
def test_no_text_becomes_markup(payload: str) -> None:
    page = render(hostile_report((payload,)), screenshots={})
    page.encode()
    assert_harmless(page)
