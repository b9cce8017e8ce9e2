import csv
import io

from hypothesis import given, settings
from hypothesis import strategies as st

from consentinel.scanner.rendering.csv import COLUMNS, render
from consentinel.scanner.report import Report
from tests.support.hostile import hostile_report
from tests.support.reports import make_finding, make_gap, make_report

TRIGGERS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")
anything = st.text(st.characters(exclude_categories=()))


def rows_of(report: Report) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(render(report), newline=""), strict=True))


def test_a_finding_is_a_row_with_all_columns() -> None:
    finding = make_finding(states=("no-choice", "accept"), contested=True)
    (row,) = rows_of(make_report(finding))
    assert tuple(row) == COLUMNS
    assert row["record"] == "finding"
    assert row["states"] == "no-choice | accept"
    assert row["set_without_consent"] == "no-choice"
    assert row["contested"] == "yes"
    assert row["writer_line"] == "12"


def test_gaps_are_rows_so_that_an_empty_file_means_empty() -> None:
    (row,) = rows_of(make_report(gaps=(make_gap(state="accept"),)))
    assert (row["record"], row["kind"], row["states"]) == ("gap", "page-timeout", "accept")


def test_unclassified_is_named() -> None:
    (row,) = rows_of(make_report(make_finding(category=None, writer=None, vendor=None)))
    assert (row["category"], row["needs_consent"], row["vendor"], row["writer_line"]) == (
        "unclassified",
        "yes",
        "",
        "",
    )


def test_worst_first() -> None:
    mild = make_finding(name="a", category="strictly-necessary")
    bad = make_finding(name="z", category="targeting")
    assert [row["name"] for row in rows_of(make_report(mild, bad))] == ["z", "a"]


def test_lines_end_with_crlf() -> None:
    assert render(make_report()).endswith('"id"\r\n')


def test_no_hostile_cell_starts_a_formula() -> None:
    for row in rows_of(hostile_report()):
        assert not [cell for cell in row.values() if cell.lstrip().startswith(TRIGGERS)]


@settings(max_examples=60)
@given(anything, anything)
def test_no_cell_starts_a_formula(name: str, evidence: str) -> None:
    report = make_report(make_finding(id="1", name=name, evidence=(evidence,), host=evidence))
    (row,) = rows_of(report)
    assert not [cell for cell in row.values() if cell.lstrip().startswith(TRIGGERS)]
    render(report).encode()


def test_attributes_that_reviewers_ask_for_have_columns() -> None:
    cookie = make_finding(
        id="1",
        attributes={
            "lifetime": "400 days",
            "http_only": False,
            "same_site": "",
            "blocked": ("InvalidDomain", "SecureOnly"),
        },
    )
    stored = make_finding(id="2", kind="storage", attributes={"area": "localStorage"})
    rows = {row["id"]: row for row in rows_of(make_report(cookie, stored))}
    facts = ("lifetime", "http_only", "same_site", "blocked", "area")
    assert [rows["1"][key] for key in facts] == [
        "400 days",
        "no",
        "not declared",
        "InvalidDomain | SecureOnly",
        "",
    ]
    assert rows["1"]["set_without_consent"] == ""
    assert [rows["2"][key] for key in facts] == ["", "", "", "", "localStorage"]
    assert rows["2"]["kind"] == "storage"
