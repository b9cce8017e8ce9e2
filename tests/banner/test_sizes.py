"""What a visitor loads before the choice, compressed as a server would (DESIGN.md section 6)."""

import shutil
import subprocess
from typing import Any

import pytest

from tests.support.banner import banner_of, fresh_bundles
from tests.support.typical_rules import AMOUNT, typical_rules

HEAD_BYTES = 4_096
BYTES_A_RULE = 8
# DESIGN.md wants 10,240: docs/decisions/0012 says what stands in the way, and why these are what they are.
ALL_BYTES = 11_968
RICH_BYTES = 12_640
SETTINGS = {"site": "https://www.example.org/", "controller": "Example GmbH, Street 1, Town"}
_SCRIPT = "process.stdout.write(`${zlib.brotliCompressSync(fs.readFileSync(0)).length}`)"


def compressed(text: str) -> int:
    """Return how many bytes Brotli makes of a text."""
    node = shutil.which("node")
    assert node is not None, "Node.js was not found: install it, sizes are measured with its Brotli"
    return int(
        subprocess.run([node, "-e", _SCRIPT], input=text.encode(), capture_output=True, check=True).stdout
    )


def full(**more: Any) -> str:
    """Return consentinel.js with 150 rules, for a site with a controller and `more` settings."""
    banner = banner_of(SETTINGS | more)
    vars(banner)["rules"] = typical_rules()
    return banner.script


@pytest.fixture(scope="module")
def scripts() -> tuple[str, str]:
    """consentinel.js without rules and with 150 of them."""
    return banner_of(SETTINGS).script, full()


def test_the_head() -> None:
    assert compressed(fresh_bundles()["head.js"]) <= HEAD_BYTES


def test_a_rule(scripts: tuple[str, str]) -> None:
    without, with_rules = map(compressed, scripts)
    assert (with_rules - without) / AMOUNT <= BYTES_A_RULE


def test_everything_before_the_choice(scripts: tuple[str, str]) -> None:
    assert compressed(scripts[1]) <= ALL_BYTES


def test_everything_before_the_choice_where_much_is_set() -> None:
    links = {"privacy": "https://www.example.org/privacy", "imprint": "https://www.example.org/imprint"}
    script = full(
        links=links,
        api="https://consent.example.org",
        regime="auto",
        locales=["en", "de", "fr"],
        signals={"google": "advanced", "meta": True, "data_layer": True},
        theme={"preset": "modal", "accent": "#0b6b3a"},
    )
    assert compressed(script) <= RICH_BYTES
