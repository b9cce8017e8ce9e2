"""Lists in pages."""

from collections.abc import Mapping

_DIGITS = 6


def page_number(query: Mapping[str, str]) -> int:
    """Return the number under `page`, 1 where there is none."""
    text = query.get("page", "")
    is_number = text.isascii() and text.isdigit() and len(text) < _DIGITS
    return max(1, int(text)) if is_number else 1
