"""What an event grants, and that nothing of what visitors write stays in memory."""

import pytest

from consentinel.banner.consent import Choice
from consentinel.server import consent_events
from consentinel.server.consent_events import closed_by_signal


@pytest.mark.parametrize(
    ("regime", "gpc", "closed"),
    [
        ("eu", False, Choice()),
        ("us-co", False, Choice(targeting=True)),
        ("us-ca", True, Choice()),
        ("", False, Choice(targeting=True)),
        ("atlantis", True, Choice(targeting=True)),
    ],
)
def test_the_law_says_what_the_signal_closes(regime: str, gpc: bool, closed: Choice) -> None:
    assert closed_by_signal(regime, gpc=gpc) == closed


def test_t20_what_visitors_make_up_is_not_remembered() -> None:
    closed_by_signal("", gpc=False)
    before = remembered()
    for number in range(100):
        closed_by_signal(f"made-up-{number}", gpc=False)
    assert remembered() == before


def remembered() -> int:
    """Return how many results the caches of the module hold."""
    caches = (vars(consent_events)[name] for name in sorted(vars(consent_events)))
    return sum(cache.cache_info().currsize for cache in caches if hasattr(cache, "cache_info"))
