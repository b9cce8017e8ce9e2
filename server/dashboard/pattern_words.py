"""What an override's pattern means, for people who need not know the catalogue's format."""

import yaml

from consentinel.scanner.override_patterns import Pattern

_KINDS = {"cookies": "cookies", "storage": "storage items"}
_HOW = {
    "name": "with the name",
    "prefix": "with a name that begins with",
    "regex": "with a name that matches",
}


def in_words(pattern: Pattern) -> str:
    """Return what a decision of this pattern is about: `cookies with the name _x, of shop.example`."""
    said = yaml.safe_load(pattern.text)
    if not isinstance(said, dict):
        return f"requests to {said}"
    named = [f"{words} {said[how]}" for how, words in _HOW.items() if how in said]
    return f"{_KINDS[pattern.key]} {' '.join(named)}, of {said['domain']} and all hosts below it"
