"""What sites do every day goes on as it was, in every state; in Chromium."""

from pathlib import Path

import pytest
from playwright.sync_api import Playwright

from tests.banner.matrix.benign.corpus import CONSTRUCTS
from tests.banner.matrix.benign.running import CHOICES, differences, visit


def test_the_corpus_is_large_enough() -> None:
    assert len({construct.id for construct in CONSTRUCTS}) == len(CONSTRUCTS)
    assert len(CONSTRUCTS) >= 40


@pytest.mark.browser
@pytest.mark.npm
@pytest.mark.slow
@pytest.mark.parametrize("mode", ["standard", "strict"])
def test_nothing_breaks(playwright: Playwright, chromium_executable: Path, tmp_path: Path, mode: str) -> None:
    bare = visit(playwright, chromium_executable, tmp_path, "")
    assert not [
        name for name, value in bare.results.items() if str(value).startswith(("threw", "not finished"))
    ]
    for choice in CHOICES:
        assert differences(bare, visit(playwright, chromium_executable, tmp_path, mode, choice)) == [], choice
