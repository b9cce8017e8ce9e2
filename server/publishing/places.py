"""Where a visitor is, as the CDN in front of the server says, and which regime holds there."""

import re
from collections.abc import Mapping, Sequence

from consentinel.server.publications import RegimeFacts

# ISO 3166-1 alpha-2, perhaps with a subdivision of ISO 3166-2. Cloudflare says XX for unknown and T1 for Tor.
_PLACE = re.compile(r"[A-Z]{2}(?:-[A-Z0-9]{1,3})?")
_NOWHERE = "XX"


def place_in(headers: Mapping[str, str], names: Sequence[str]) -> str:
    """Return the place in the first of the header fields that is there; '' for none or nonsense."""
    found = next((headers[name] for name in names if name in headers), "").strip().upper()
    return found if _PLACE.fullmatch(found) and not found.startswith(_NOWHERE) else ""


def regime_at(place: str, regimes: Sequence[RegimeFacts]) -> str:
    """Return the id of the regime at a place, as the script would choose it (banner/src/core/regimes.js).

    '' where the place is not known: the script then looks for itself, and takes the strictest.
    """
    if not place:
        return ""
    for wanted in (place, place[:2], "*"):
        for regime in regimes:
            if wanted in regime.where:
                return regime.id
    return ""
