"""Released scripts of the HTML run as they stand there, whatever the network brings first; in Chromium."""

import pytest
from playwright.sync_api import Browser

from tests.banner.matrix.expected import IN_ORDER
from tests.banner.matrix.measuring import measure
from tests.banner.matrix.modes import MODES, Mode
from tests.banner.matrix.vectors import BY_ID
from tests.support.engines.chromium import Chromium

# The first takes longest, and even the last longer than the quiet after which a measurement ends.
DELAYS_S = {name: 1.5 - place / 10 for place, name in enumerate(IN_ORDER)}
MODES_THAT_REPLAY = [mode for mode in MODES if mode.asks and (mode.gated or mode.script == "standard")]


@pytest.mark.browser
@pytest.mark.parametrize("mode", MODES_THAT_REPLAY, ids=lambda mode: mode.name)
def test_in_the_order_of_the_document(browser: Browser, mode: Mode) -> None:
    outcome = measure(Chromium(browser), mode, [BY_ID[name] for name in IN_ORDER], DELAYS_S)
    assert outcome.order == list(IN_ORDER)
