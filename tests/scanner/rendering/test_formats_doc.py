"""docs/formats.md names every key and column there is."""

import json
import re
from pathlib import Path

import msgspec
import pytest

from consentinel.scanner import report
from consentinel.scanner.diff import diff_reports
from consentinel.scanner.observations import Gap
from consentinel.scanner.rendering.csv import COLUMNS
from consentinel.scanner.rendering.diffs import render_diff
from tests.support.reports import make_report

TEXT = (Path(__file__).parents[3] / "docs" / "formats.md").read_text("utf-8")
NAMED = set(re.findall(r"`([^`]+)`", TEXT))


def test_the_columns_are_listed_in_their_order() -> None:
    listed = TEXT.partition("Columns:")[2].partition("\n## ")[0]
    assert tuple(re.findall(r"`(\w+)`", listed)) == COLUMNS


@pytest.mark.parametrize(
    "struct", [report.Report, report.Finding, report.Scanned, report.StateVisit, report.PageVisit, Gap]
)
def test_the_fields_of_a_report_are_explained(struct: type[msgspec.Struct]) -> None:
    assert {field.encode_name for field in msgspec.structs.fields(struct)} <= NAMED


def test_the_keys_of_a_diff_are_explained() -> None:
    diff = json.loads(render_diff(diff_reports(make_report(), make_report()), "json"))
    assert set(diff) <= NAMED
