"""The compiled banner that the pages embed: 150 rules, of which one host and one name are the tracker's."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from tests.banner.matrix.server import SITE_HOST, TRACKER_HOST
from tests.support.banner import built

NAMES = "trk_*"
RULES = 150
_CATEGORIES = ("functional", "performance", "targeting")


@cache
def kit(mode: str, *, static: bool = False) -> Mapping[str, bytes]:
    """Return the files that `banner build` writes in `mode`; `static`: for a host that sends no headers."""
    settings = {"site": f"http://{SITE_HOST}/", "mode": mode, "controller": "Example GmbH", "rules": _rules()}
    return built(settings | ({"service_worker": "/consentinel-sw.js"} if static else {}))


def _rules() -> list[dict[str, Any]]:
    tracker = {"category": "targeting", "vendor": "Tracker"}
    others = (
        {"host": f"{n}.vendor-{n}.example", "category": _CATEGORIES[n % 3], "vendor": f"Vendor {n}"}
        for n in range(RULES - 2)
    )
    return [{"host": TRACKER_HOST, **tracker}, {"cookie": NAMES, **tracker}, *others]
