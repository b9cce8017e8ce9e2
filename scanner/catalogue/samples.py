"""Texts that a regular expression of the catalogue matches, to see who answers for them."""

import re
from collections.abc import Iterator

from consentinel.scanner.catalogue.expressions import TOKEN, bounds

# No text is made longer: a few repetitions in one another would fill the memory.
_LONGEST = 8192
_CLASSES = {"d": "7", "w": "k", "s": " ", "b": "", "B": ""}
# Tried as members of a set: ordinary ones first, then what the set itself spells out, then the rest.
_FILL, _MORE = "k7Q-_.x", "abcdefABCDEF0123456789~%:,/"


def sample(pattern: re.Pattern[str], *, repeats: int = 1, choice: int = 0) -> str | None:
    """Return a text that `pattern` is found in from the start on, None where none was made.

    repeats: how often what may repeat does, within its bounds. choice: which of several alternatives and
    members of a set is taken.
    """
    text = _Sampler(pattern.pattern, repeats, choice).run()
    return text if pattern.match(text) or pattern.search(text) else None


def samples(pattern: re.Pattern[str]) -> tuple[str, ...]:
    """Return a few different texts that `pattern` matches; none where none could be made."""
    made = (sample(pattern, repeats=repeats, choice=choice) for repeats in (1, 5, 0) for choice in (0, 1))
    return tuple(dict.fromkeys(text for text in made if text is not None))


class _Sampler:
    """Reads the tokens of one expression from left to right and writes one text."""

    def __init__(self, text: str, repeats: int, choice: int) -> None:
        self._tokens = list(TOKEN.finditer(text))
        self._at = 0
        self._repeats = repeats
        self._choice = choice

    def run(self) -> str:
        return self._alternatives()

    def _alternatives(self) -> str:
        """Read up to the end of the group and return one of its alternatives."""
        found = [""]
        while self._at < len(self._tokens):
            token = self._tokens[self._at]
            self._at += 1
            if token.lastgroup == "close":
                break
            if token.lastgroup == "alternative":
                found.append("")
            else:
                found[-1] += self._repeated(self._atom(token))
        return found[self._choice % len(found)]

    def _atom(self, token: re.Match[str]) -> str:
        text = token.group()
        if token.lastgroup == "open":
            inner = self._alternatives()
            return "" if text in ("(?=", "(?!", "(?<=", "(?<!") else inner
        if token.lastgroup == "escape":
            return chr(int(text[2:], 16)) if len(text) > 2 else _CLASSES.get(text[1], text[1])
        if token.lastgroup == "set":
            members = list(_members(text))
            return members[self._choice % len(members)] if members else ""
        if token.lastgroup == "wildcard":
            return "k"
        return "" if text in "^$" else text

    def _repeated(self, atom: str) -> str:
        if self._at >= len(self._tokens) or self._tokens[self._at].lastgroup != "quantifier":
            return atom
        low, high = bounds(self._tokens[self._at].group())
        self._at += 1
        wanted = max(low, self._repeats)
        wanted = wanted if high is None else min(wanted, high)
        return atom * min(wanted, _LONGEST // max(len(atom), 1))


def _members(text: str) -> Iterator[str]:
    """Yield characters that a set such as `[a-z_]` holds."""
    compiled = re.compile(text)
    yield from (letter for letter in (*_FILL, *text, *_MORE) if compiled.fullmatch(letter))
