"""docs/hosting.md against what is written; the servers' blocks run in all tests here (servers.py)."""

import re

import pytest

from consentinel.banner.hosting import hosting_files
from consentinel.banner.settings_file import parse_settings
from tests.banner.hosting.policies import POLICIES, hosting
from tests.support.documents import ROOT, Document, table_rows

HOSTING = Document(ROOT / "docs" / "hosting.md")
SETTINGS = re.findall(r"^```yaml\n(.*?)^```$", HOSTING.text, re.MULTILINE | re.DOTALL)


def test_every_file_has_its_row() -> None:
    rows = table_rows(HOSTING.section("Strict mode on your server"))
    named = {name for row in rows for name in re.findall(r"`([^`]+)`", row[0])}
    assert named == {*hosting_files(POLICIES, hosting()), "csp.json"}


@pytest.mark.parametrize("text", SETTINGS)
def test_the_settings_can_be_used(text: str) -> None:
    settings = parse_settings(text.encode(), "consentinel.yaml")
    assert settings.mode == "strict"
    assert settings.keep or settings.service_worker


def test_both_settings_are_shown() -> None:
    assert len(SETTINGS) == 2
