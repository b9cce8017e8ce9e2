"""The compiled banner that the pages embed: 150 rules, of which one host and one name are the tracker's."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from tests.banner.matrix.server import SITE_HOST, TRACKER_HOST
from tests.support.banner import built

NAMES = "trk_*"
RULES = 150
_CATEGORIES = ("functional", "performance", "targeting")


@dataclass(frozen=True)
class Kit:
    """The files that `banner build` writes, and the policy of each state."""

    files: Mapping[str, bytes]
    policies: Mapping[str, str]


@cache
def kit(mode: str) -> Kit:
    """Return what `banner build` makes of the settings below in `mode`."""
    files = built(
        {"site": f"http://{SITE_HOST}/", "mode": mode, "controller": "Example GmbH", "rules": _rules()}
    )
    return Kit(files, json.loads(files["csp.json"]))


def _rules() -> list[dict[str, Any]]:
    tracker = {"category": "targeting", "vendor": "Tracker"}
    others = (
        {"host": f"{n}.vendor-{n}.example", "category": _CATEGORIES[n % 3], "vendor": f"Vendor {n}"}
        for n in range(RULES - 2)
    )
    return [{"host": TRACKER_HOST, **tracker}, {"cookie": NAMES, **tracker}, *others]
