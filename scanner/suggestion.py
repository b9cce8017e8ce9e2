"""What to write instead of a word that nobody knows."""

import difflib
from collections.abc import Collection


def suggestion(word: str, known: Collection[str]) -> str:
    """Return advice in words: the known word that looks like this one, else all of them."""
    close = difflib.get_close_matches(word.replace("-", "_"), known, n=1)
    return f"did you mean {close[0]!r}?" if close else f"use one of {', '.join(known)}"
