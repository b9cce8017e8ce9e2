"""docs/threats.md names tests that are there, and the tests that are there stand in it."""

import re

import pytest

from tests.support.documents import ROOT, Document

ROWS = re.findall(r"^\| (T\d+) \|.*\| ([^|]+) \|$", Document(ROOT / "docs" / "threats.md").text, re.MULTILINE)
OURS = {
    "T14",
    "T15",
    "T16",
    "T17",
    "T18",
    "T19",
    "T20",
    "T21",
    "T22",
    "T23",
    "T24",
    "T27",
    "T29",
    "T33",
    "T35",
}


def test_every_threat_of_the_server_has_a_row() -> None:
    assert [name for name, _ in ROWS] == sorted(OURS)


@pytest.mark.parametrize(("threat", "files"), ROWS)
def test_every_test_is_there(threat: str, files: str) -> None:
    named = re.findall(r"`([^`]+)`", files)
    assert named
    assert [name for name in named if not (ROOT / name).is_file()] == []


@pytest.mark.parametrize(("threat", "files"), ROWS)
def test_every_file_with_tests_of_a_threat_is_named(threat: str, files: str) -> None:
    found = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "tests" / "server").rglob("test_*.py")
        if re.search(rf"def test_{threat}_", path.read_text(), re.IGNORECASE)
    ]
    assert [name for name in found if name not in files] == []
