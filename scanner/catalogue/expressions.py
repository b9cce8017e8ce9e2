"""Regular expressions as trees, read from their text; only what a catalogue needs is understood."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

# The parts of an expression, each in the group of its sort.
TOKEN = re.compile(
    r"(?P<escape>\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|N\{[^}]*\}|0[0-7]{0,2}|.))"
    r"|(?P<set>\[\^?\]?(?:\\.|[^\]\\])*\])|(?P<flag>\(\?i\))|(?P<open>\((?:\?(?:i?:|[=!]|<[=!]|P<\w+>))?)|(?P<close>\))"
    r"|(?P<quantifier>(?:[*+?]|\{(?:[0-9]+|[0-9]*,[0-9]*)\})\??)|(?P<alternative>\|)|(?P<wildcard>\.)|(?P<literal>.)",
    re.DOTALL,
)
MAX_DEPTH = 20
_LOOKS = ("(?=", "(?!", "(?<=", "(?<!")


class UnsafeRegexError(ValueError):
    """The expression does not compile, or could take too long."""


@dataclass(frozen=True)
class Atom:
    """A character, set or anchor, as it is written."""

    text: str


@dataclass(frozen=True)
class Sequence:
    """One part behind the other."""

    parts: tuple["Part", ...]


@dataclass(frozen=True)
class Choice:
    """One of several."""

    branches: tuple["Part", ...]


@dataclass(frozen=True)
class Repeat:
    """A part at least `low` and at most `high` times (None: any number)."""

    part: "Part"
    low: int
    high: int | None


@dataclass(frozen=True)
class Look:
    """What must or must not stand before or behind, without being taken."""

    part: "Part"


Part = Atom | Sequence | Choice | Repeat | Look


def parse(text: str) -> Part:
    """Return the tree of an expression that `re` compiles; raise UnsafeRegexError for what is not allowed."""
    return _alternatives(_tokens(text), 0)


def bounds(quantifier: str) -> tuple[int, int | None]:
    """Return how often at least and at most (None: any number) a quantifier such as `{2,5}` repeats."""
    if quantifier[0] in "*+?":
        return {"*": (0, None), "+": (1, None), "?": (0, 1)}[quantifier[0]]
    low, comma, high = quantifier.rstrip("?").strip("{}").partition(",")
    if not comma:
        return int(low), int(low)
    return int(low or 0), int(high) if high else None


def _tokens(text: str) -> Iterator[re.Match[str]]:
    """Yield the tokens; one that would change what the others mean is refused."""
    former = ""
    for token in TOKEN.finditer(text):
        sort, part = token.lastgroup or "", token.group()
        if part[0] == "\\" and part[1] in "123456789":
            raise UnsafeRegexError("backreference in regex; write it without one")
        if sort == "quantifier" and former == "open":
            raise UnsafeRegexError(
                "a regex takes no flag and no special group but `(?i)`, `(?i:…)`, `(?P<name>…)` and "
                "lookarounds; write `(?:…)` or `(?i:…)`"
            )
        if sort == former == "quantifier":
            raise UnsafeRegexError("two quantifiers in a row in regex; keep one")
        yield token
        former = sort


def _alternatives(tokens: Iterator[re.Match[str]], depth: int) -> Part:
    """Read up to the end of the group."""
    if depth > MAX_DEPTH:
        raise UnsafeRegexError(f"more than {MAX_DEPTH} groups in one another in regex; write it flat")
    branches: list[list[Part]] = [[]]
    for token in tokens:
        if token.lastgroup == "close":
            break
        if token.lastgroup == "alternative":
            branches.append([])
        elif token.lastgroup == "quantifier":
            branches[-1].append(Repeat(branches[-1].pop(), *bounds(token.group())))
        elif token.lastgroup == "open":
            inner = _alternatives(tokens, depth + 1)
            branches[-1].append(Look(inner) if token.group() in _LOOKS else inner)
        elif token.lastgroup != "flag":
            branches[-1].append(Atom(token.group()))
    found = tuple(Sequence(tuple(parts)) for parts in branches)
    return found[0] if len(found) == 1 else Choice(found)
