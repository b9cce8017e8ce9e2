import pytest

from consentinel.scanner.observations import Writer
from consentinel.scanner.rendering.formats import render
from consentinel.scanner.rendering.twins import twin_marks, twin_writers
from consentinel.scanner.report import Finding
from tests.support.reports import make_finding, make_report


def written_by(*urls: str | None) -> tuple[Finding, ...]:
    return tuple(
        make_finding(id=str(number), name="trk_uid", writer=Writer(url, number) if url else None)
        for number, url in enumerate(urls)
    )


@pytest.mark.parametrize(
    ("urls", "names"),
    [
        (("https://a.example/x/t.js", "https://b.example/u.js"), ["t.js", "u.js"]),
        (("https://a.example/t.js", "https://b.example/t.js"), ["a.example/t.js", "b.example/t.js"]),
        (("https://a.example/1/t.js", "https://a.example/2/t.js"),
         ["https://a.example/1/t.js:0", "https://a.example/2/t.js:1"]),
        (("https://a.example/", None), ["a.example", "an unknown script"]),
        (("not a url", "https://[bad/t.js"), ["not a url", "t.js"]),
        ((None, None), ["an unknown script", "an unknown script"]),
    ],
)  # fmt: skip
def test_writers_are_as_short_as_tells_them_apart(urls: tuple[str | None, ...], names: list[str]) -> None:
    assert list(twin_writers(written_by(*urls)).values()) == names


def test_what_differs_anyway_has_no_mark() -> None:
    area = {"kind": "storage", "name": "seen"}
    findings = (
        make_finding(id="1", attributes={"area": "localStorage"}, **area),
        make_finding(id="2", attributes={"area": "sessionStorage"}, **area),
        make_finding(id="3"),
    )
    assert twin_writers(findings) == {}
    assert set(twin_marks(findings).values()) == {""}


def test_the_host_is_named_where_hosts_differ() -> None:
    findings = (make_finding(id="1", host="a.example"), make_finding(id="2", host="b.example"))
    assert twin_marks(findings) == {"1": " · on a.example", "2": " · on b.example"}


def test_every_format_for_people_tells_twins_apart() -> None:
    report = make_report(*written_by("https://a.example/t.js", "https://b.example/u.js"))
    text = render(report, "text")
    assert "trk_uid · by t.js" in text
    assert "trk_uid · by u.js" in text
    assert "`trk_uid` · by u.\u200bjs" in render(report, "md")
    assert "written by u.js" in render(report, "html")
    assert "written by" not in render(make_report(make_finding(evidence=())), "html")
