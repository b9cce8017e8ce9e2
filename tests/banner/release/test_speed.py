"""Accepting does not freeze the page: the browser paints between the tags."""

import pytest

from tests.banner.release.stand import Stand

pytestmark = pytest.mark.browser

TAGS = 20
TAG_MS = 20
BUDGET_MS = 200
# A tag that keeps the main thread busy.
TAG = f"""{{
  const end = performance.now() + {TAG_MS};
  while (performance.now() < end);
  (window.seen ||= []).push(1);
}}"""


def test_the_click_that_accepts_is_answered_in_time(stand: Stand) -> None:
    script = f'<script type="text/plain" data-category="performance">{TAG}</script>'
    stand.open(
        script * TAGS + "<script>var longest = 0; new PerformanceObserver((list) => {"
        "for (const { name, duration } of list.getEntries()) if (name === 'click') longest += duration"
        "}).observe({ type: 'event', durationThreshold: 16 })</script>"
    )
    stand.page.click('[data-consentinel-action="accept"]')
    stand.page.wait_for_function(f"window.seen?.length === {TAGS} && longest > 0")
    assert stand.page.evaluate("longest") < BUDGET_MS
