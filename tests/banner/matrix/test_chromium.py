"""Every vector in every mode, in Chromium. The other engines: test_every_engine.py, `make test-engines`."""

import pytest
from playwright.sync_api import Browser

from tests.banner.matrix.measuring import measure
from tests.banner.matrix.modes import MODES, Mode
from tests.banner.matrix.promises import broken_promises
from tests.banner.matrix.rows import row
from tests.banner.matrix.table import agrees
from tests.banner.matrix.vectors import BY_ID, REQUESTS, VECTORS, WRITES
from tests.support.engines.chromium import Chromium


def test_the_matrix_is_large_enough() -> None:
    assert len(BY_ID) == len(VECTORS), "an id is used twice"
    assert len(REQUESTS) >= 90
    assert len(WRITES) >= 8


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.name)
def test_promises(browser: Browser, mode: Mode) -> None:
    outcome = measure(Chromium(browser), mode)
    assert broken_promises("chromium", mode, outcome) == []
    assert agrees(row("chromium", mode, outcome)) == []
