"""Tags above our script: they have started before anybody could hold them."""

import pytest

from tests.banner.release.stand import Stand
from tests.banner.release.test_replay import inert, note

pytestmark = pytest.mark.browser

SOURCE = "http://perf.localhost:PORT"


@pytest.mark.parametrize("kind", ["", "async", "defer", 'type="module"'])
def test_those_below_are_released_whatever_stands_above(stand: Stand, kind: str) -> None:
    for name in ("late", "a", "b"):
        stand.tag("perf", f"/{name}.js", note(name))
    stand.open(
        f'<script src="{SOURCE}/a.js"></script><script src="{SOURCE}/b.js"></script>',
        above=f'<script {kind} src="{SOURCE}/late.js"></script>',
    )
    stand.page.wait_for_function("window.seen?.length === 1")
    assert stand.page.evaluate("consentinel.state().late.length") == 1
    stand.choose("performance")
    stand.wait("late", "a", "b")
    assert stand.asked("perf").count("/late.js") == 1


def test_one_made_inert_by_hand_is_released_and_not_late(stand: Stand) -> None:
    stand.tag("perf", "/a.js", note("a"))
    tag = f'<script type="text/plain" data-category="performance" src="{SOURCE}/a.js"></script>'
    stand.open("", above=tag + inert(note("inline")))
    assert stand.page.evaluate("consentinel.state().late.length") == 0
    stand.choose("performance")
    stand.wait("a", "inline")
