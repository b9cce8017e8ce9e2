"""What docs/banner.md says of settings, regimes, languages and files is what the code has."""

import json
import re
from pathlib import Path

import pytest
import yaml

from consentinel.banner.regimes import regimes
from consentinel.banner.settings import GOOGLE, MODES
from consentinel.banner.settings_file import KEYS, parse_settings
from consentinel.banner.texts import LOCALES
from consentinel.banner.theme import _KEYS as THEME_KEYS
from tests.support.banner import built
from tests.support.documents import ROOT, Document, table_rows

BANNER = Document(ROOT / "docs" / "banner.md")
EXAMPLES = [block for block in BANNER.blocks if block.startswith("site:")]


def first_cells(title: str) -> list[str]:
    return [row[0].replace("`", "") for row in table_rows(BANNER.section(title))]


def test_the_settings_are_those_of_the_file() -> None:
    assert set(first_cells("Settings")) == set(KEYS)


def test_the_modes() -> None:
    assert first_cells("Modes") == list(MODES)


def test_every_regime_is_named() -> None:
    named = {name.strip() for cell in first_cells("Regimes") for name in cell.split(",")} - {"…"}
    known = {regime.id for regime in regimes()}
    assert named <= known
    assert {name for name in known if not name.startswith("us-")} <= named


def test_the_languages() -> None:
    found = re.search(r"^Languages: ([a-z, ]+)\.", BANNER.section("Look and words"), re.MULTILINE)
    assert found is not None
    assert sorted(found[1].split(", ")) == sorted(LOCALES)


def test_the_theme_and_the_signals_are_explained() -> None:
    look, signals = BANNER.section("Look and words"), BANNER.section("Consent Mode and other signals")
    assert [key for key in THEME_KEYS if key not in look] == []
    assert [word for word in (*GOOGLE, "meta", "data_layer") if f"`{word}`" not in signals] == []


@pytest.mark.parametrize("text", EXAMPLES, ids=range(len(EXAMPLES)))
def test_every_example_can_be_built(text: str) -> None:
    assert parse_settings(text.encode(), "consentinel.yaml").site == "https://www.example.org/"


def test_every_kind_of_file_is_explained() -> None:
    files = built({**yaml.safe_load(EXAMPLES[0]), "banner": {"mode": "strict", "locales": ["en", "de"]}})
    named = BANNER.section("What is written") + Path(ROOT / "docs" / "hosting.md").read_text("utf-8")
    kinds = {re.sub(r"^consentinel\.[0-9a-f]{96}", "consentinel.<sha384>", name) for name in files}
    kinds = {re.sub(r"-[a-z]+\.\w{8}\.js$", "-*.<hash>.js", name) for name in kinds}
    assert [kind for kind in kinds if f"`{kind}`" not in named] == []


def test_the_cookie_of_the_example_is_one() -> None:
    golden = json.loads((ROOT / "tests" / "golden" / "consent-cookie.json").read_bytes())
    cookie = re.search(r"`(1\.1[01]{3}\.[0-9a-f]{8}\.\d+)`", BANNER.text)
    assert golden
    assert cookie is not None
