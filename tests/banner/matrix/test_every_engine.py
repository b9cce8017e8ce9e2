"""Every vector in every mode in all engines: `make test-engines`.

An engine that is not installed is a failure: a row of the leak table that nobody measured is worth nothing.
"""

import pytest

from tests.banner.matrix.measuring import measure
from tests.banner.matrix.modes import MODES, Mode
from tests.banner.matrix.promises import broken_promises
from tests.banner.matrix.rows import row
from tests.banner.matrix.table import agrees
from tests.banner.matrix.vector import ENGINES
from tests.support.engines.installed import installed


@pytest.mark.browser
@pytest.mark.engines
@pytest.mark.slow
@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.name)
@pytest.mark.parametrize("name", ENGINES)
def test_promises(name: str, mode: Mode) -> None:
    with installed(name) as engine:
        outcome = measure(engine, mode)
    assert broken_promises(name, mode, outcome) == []
    assert agrees(row(name, mode, outcome)) == []
