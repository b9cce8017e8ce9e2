"""What a visitor loads before the choice, compressed as a server would (DESIGN.md section 6)."""

import shutil
import subprocess

import pytest

from tests.support.banner import banner_of, fresh_bundles
from tests.support.typical_rules import AMOUNT, typical_rules

HEAD_BYTES = 4_096
BYTES_A_RULE = 8
# DESIGN.md wants 10,240: docs/decisions/0012 says what stands in the way.
ALL_BYTES = 11_776
_SCRIPT = "process.stdout.write(`${zlib.brotliCompressSync(fs.readFileSync(0)).length}`)"


def compressed(text: str) -> int:
    """Return how many bytes Brotli makes of a text."""
    node = shutil.which("node")
    assert node is not None, "Node.js was not found: install it, sizes are measured with its Brotli"
    return int(
        subprocess.run([node, "-e", _SCRIPT], input=text.encode(), capture_output=True, check=True).stdout
    )


@pytest.fixture(scope="module")
def scripts() -> tuple[str, str]:
    """consentinel.js without rules and with 150 of them."""
    settings = {"site": "https://www.example.org/", "controller": "Example GmbH, Street 1, Town"}
    without, full = banner_of(settings), banner_of(settings)
    vars(full)["rules"] = typical_rules()
    return without.script, full.script


def test_the_head() -> None:
    assert compressed(fresh_bundles()["head.js"]) <= HEAD_BYTES


def test_a_rule(scripts: tuple[str, str]) -> None:
    without, full = map(compressed, scripts)
    assert (full - without) / AMOUNT <= BYTES_A_RULE


def test_everything_before_the_choice(scripts: tuple[str, str]) -> None:
    assert compressed(scripts[1]) <= ALL_BYTES
