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
    broken, differing = _measured(name, mode)
    if differing or (broken and not mode.asks):
        # What an engine did not come to in time is measured once more. A leak is a leak.
        again, differing = _measured(name, mode)
        broken = [*broken, *again] if mode.asks else again
    assert (broken, differing) == ([], [])


def _measured(name: str, mode: Mode) -> tuple[list[str], list[str]]:
    """Return the promises that were broken, and where the document says something else."""
    with installed(name) as engine:
        outcome = measure(engine, mode)
    return broken_promises(name, mode, outcome), agrees(row(name, mode, outcome))
