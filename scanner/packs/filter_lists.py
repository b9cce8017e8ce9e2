"""Filter lists in the syntax of Adblock Plus: kept as text for consentinel.scanner.catalogue.filter_lists."""

import re

from consentinel.scanner.errors import PackError
from consentinel.scanner.packs.parsed import Label, ParsedPack
from consentinel.scanner.packs.texts import decoded

# https://help.adblockplus.org/hc/en-us/articles/360062733293: lists begin with this header.
_HEADER = re.compile(r"\s*\[adblock[^\]\n]*\]", re.IGNORECASE)
# Several times as many as the longest list has: a scan holds all of them.
MAX_FILTERS = 500_000
_FILTER = re.compile(r"^[^!\[\s]", re.MULTILINE)


def parse(data: bytes, label: Label) -> ParsedPack:
    """Return the filter list in `data`; raise PackError where it has not the head of one, or no filters."""
    text = decoded(data)
    if not _HEADER.match(text):
        raise PackError("is no filter list, which begins with [Adblock: check what the address serves")
    if not _FILTER.search(text):
        raise PackError("has no filters in it: check what the address serves")
    amount = _amount_of_filters(text)
    if amount > MAX_FILTERS:
        raise PackError(f"has more than {MAX_FILTERS:,} filters: check what the address serves")
    return ParsedPack(label=label, entries=amount, filters=text)


def _amount_of_filters(text: str) -> int:
    """Count the lines after the header that are no comments; fast, at each start of a scan."""
    body = text.strip().partition("\n")[2]
    return max(1, body.count("\n") + 1 - body.count("\n!") - body.count("\n\n") - body.startswith("!"))
