r"""How many steps a regular expression can make a backtracking matcher take, at most.

A matcher tries each way in which the repetitions can share the input out among each other: `\w+\w+!` has
as many as the square of its length, twenty-five times `a?` has two to the power of 25. From left to right the
number of ways only ever grows, but for one case: where something must stand that none of the repetitions
before it could have taken, as the dot in `\d+\.\d+`, only the ways that end just there go on.
"""

import re
from collections.abc import Iterable
from collections.abc import Sequence as Several
from dataclasses import dataclass, replace
from functools import lru_cache, reduce
from operator import or_

from consentinel.scanner.catalogue.expressions import (
    Atom,
    Choice,
    Look,
    Part,
    Repeat,
    Sequence,
    UnsafeRegexError,
)

# A set of characters, a bit for each of the alphabet.
Members = int
# In nanoseconds, about: to take a character, to try anything else, and all that a match may take.
_CHARACTER, _ATTEMPT, _MOST = 2, 14, 24_000_000
MAX_REPEATS = 4096
# Of characters that must follow each other, so many are compared.
_RUN = 16
_FEW_REPEATS = 10
_ANCHORS = ("^", "$", r"\A", r"\Z", r"\b", r"\B")
_STARTS = ("^", r"\A")
# A letter, digit, space and sign of several scripts besides the first 384 characters.
_FURTHER = "\u0391\u0431\u05d0\u0663\u0967\u2003\u2028\u20ac\u4e00\uff11\U0001f600"
_ALPHABET = "".join(map(chr, range(0x180))) + _FURTHER
_CODE = re.compile(r"\\[xuU]([0-9a-fA-F]+)")


def require_few_steps(tree: Part, text: str, longest: int, *, searched: bool) -> None:
    """Raise UnsafeRegexError where the expression `text` may take too long on `longest` characters.

    searched: it may match anywhere, else from the first character to the last.
    """
    _require_sense(tree)
    counter = _Counter(longest, _alphabet_of(text), folded="(?i" in text)
    if searched:
        counter.search(_first_success(tree))
    else:
        counter.match(tree)


def _alphabet_of(text: str) -> str:
    """Return characters enough to see whether two sets of the expression have one in common."""
    named = [ord(letter) for letter in text if letter not in _ALPHABET]
    named += [int(code, 16) for code in _CODE.findall(text)]
    near = (chr(code + step) for code in named for step in (-1, 0, 1) if 0 <= code + step <= 0x10FFFF)
    return _ALPHABET + "".join(sorted(set(near).difference(_ALPHABET)))


@lru_cache(maxsize=1024)
def _members_of(atom: str, alphabet: str, *, folded: bool) -> Members:
    """Return what a character or set matches; all of the alphabet where that cannot be told."""
    found = set(re.findall(atom, alphabet, re.IGNORECASE if folded else re.NOFLAG))
    return sum(1 << at for at, letter in enumerate(alphabet) if letter in found) or (1 << len(alphabet)) - 1


def _require_sense(part: Part) -> int:
    """Return the length of the shortest match; refuse what no input could ever be long enough for."""
    length = 0
    match part:
        case Atom():
            length = part.text not in _ANCHORS
        case Sequence():
            length = sum(map(_require_sense, part.parts))
        case Choice():
            length = min(map(_require_sense, part.branches))
        case Look():
            _require_sense(part.part)
        case Repeat():
            length = _repeated_length(part)
    if length > MAX_REPEATS:
        raise UnsafeRegexError(f"regex matches only texts longer than {MAX_REPEATS} characters; shorten it")
    return length


def _repeated_length(part: Repeat) -> int:
    if max(part.low, part.high or 0) > MAX_REPEATS:
        raise UnsafeRegexError(f"a bound over {MAX_REPEATS} in regex; lower it")
    if _varies(part.part) and (part.high is None or part.high > _FEW_REPEATS):
        raise UnsafeRegexError("nested quantifiers in regex can take for ever; write it without")
    return part.low * _require_sense(part.part)


def _varies(part: Part) -> bool:
    match part:
        case Sequence():
            return any(map(_varies, part.parts))
        case Repeat():
            return part.low != part.high or _varies(part.part)
        case Look():
            return _varies(part.part)
    return isinstance(part, Choice)


def _first_success(part: Part) -> Part:
    """Leave away what a search does not wait for: of a repetition at the end it takes the least."""
    match part:
        case Sequence(parts=(*parts, Repeat(low=0))):
            return _first_success(Sequence(tuple(parts)))
        case Sequence(parts=(*parts, last)):
            return Sequence((*parts, _first_success(last)))
        case Choice():
            return Choice(tuple(map(_first_success, part.branches)))
        case Repeat():
            return replace(part, high=part.low)
    return part


@dataclass(frozen=True)
class _Ways:
    """In how many ways the input up to here may have been shared out.

    total: all of them. ends: those that can go on behind a character that is not in `taken`. taken: what they
    may have taken since they last were sure of their place; nothing where they still are. run: what had to
    follow since the last repetition.
    """

    total: float
    ends: float
    taken: Members = 0
    run: tuple[Members, ...] = ()


class _Counter:
    """Walks through an expression and adds up the time."""

    def __init__(self, longest: int, alphabet: str, *, folded: bool) -> None:
        self._longest = longest
        self._alphabet = alphabet
        self._folded = folded
        self._time = 0.0
        self._start = _Ways(1, 1)

    def match(self, tree: Part) -> None:
        """Take in the whole expression, to be matched from the first to the last character."""
        self._spend(self._walk(tree, self._start).total * _ATTEMPT)

    def search(self, tree: Part) -> None:
        """Take in the whole expression, to be tried wherever what it starts with may stand."""
        for branch in tree.branches if isinstance(tree, Choice) else (tree,):
            head = self._head(branch)[:_RUN]
            places = self._longest // _period(head) + 1
            self._start = _Ways(places, places)
            self._walk(branch, self._start)

    def _walk(self, part: Part, ways: _Ways) -> _Ways:
        """Return the ways behind `part`; raise UnsafeRegexError once they take too long."""
        match part:
            case Atom():
                return self._atom(part, ways)
            case Sequence():
                for member in part.parts:
                    ways = self._walk(member, ways)
                return ways
            case Choice():
                return self._choice(part, ways)
            case Repeat():
                return self._repeat(part, ways)
            case Look():
                self._spend(ways.total * _ATTEMPT)
                self._walk(part.part, ways)
        return ways

    def _atom(self, atom: Atom, ways: _Ways) -> _Ways:
        if atom.text in _STARTS and ways == self._start:
            return _Ways(1, 1)
        if atom.text in _ANCHORS:
            return ways
        single = len(atom.text.lstrip("\\")) == 1 and atom.text not in r"\w\W\d\D\s\S."
        return self._certain(self._members(atom), ways, _CHARACTER if single else _ATTEMPT)

    def _members(self, atom: Atom) -> Members:
        return _members_of(atom.text, self._alphabet, folded=self._folded)

    def _certain(self, members: Members, ways: _Ways, cost: int) -> _Ways:
        """Follow the ways over a character that must be there."""
        self._spend(ways.total * cost)
        if not ways.taken & members:
            return _Ways(ways.ends, ways.ends)
        run = (*ways.run, members) if len(ways.run) < _RUN else ways.run
        places = self._longest // _period(run) + 1
        return _Ways(min(ways.total, ways.ends * places), ways.ends, ways.taken | members, run)

    def _choice(self, choice: Choice, ways: _Ways) -> _Ways:
        self._spend(ways.total * _ATTEMPT * len(choice.branches))
        found = [self._walk(branch, ways) for branch in choice.branches]
        fits = self._fitting(choice)
        together = _either(found)
        ends = together.ends
        if not ways.taken:
            ends = min(ends, fits * max(way.ends for way in found))
        total = min(together.total, fits * max(way.total for way in found))
        return replace(together, total=total, ends=ends)

    def _fitting(self, choice: Choice) -> int:
        """Return how many branches can start at one place at most."""
        heads = [self._head(branch) for branch in choice.branches]
        return max(sum(_may_be_one(head, other) for other in heads) for head in heads)

    def _head(self, part: Part) -> list[Members]:
        """Return what a match of `part` must start with."""
        found: list[Members] = []
        for member in part.parts if isinstance(part, Sequence) else ():
            if isinstance(member, Atom) and member.text not in _ANCHORS:
                found.append(self._members(member))
            elif not isinstance(member, Atom | Look):
                break
        return found

    def _repeat(self, repeat: Repeat, ways: _Ways) -> _Ways:
        high = self._longest if repeat.high is None else min(repeat.high, self._longest)
        fixed = self._fixed(repeat.part)
        if fixed is not None:
            return self._repeat_fixed(fixed, repeat.low, max(high, repeat.low), ways)
        found = []
        for number in range(high):
            if number >= repeat.low:
                found.append(ways)
            ways = self._walk(repeat.part, ways)
            self._spend(ways.total * _ATTEMPT * (2 if high > 1 else 1))
        return _either([*found, ways])

    def _fixed(self, part: Part) -> list[Members] | None:
        """Return the characters of a part that does not vary, None for one that does."""
        match part:
            case Atom():
                return [] if part.text in _ANCHORS else [self._members(part)]
            case Sequence():
                parts = [self._fixed(member) for member in part.parts]
                known = [members for members in parts if members is not None]
                return [one for members in known for one in members] if len(known) == len(parts) else None
            case Repeat(low=low, high=high) if low == high:
                inner = self._fixed(part.part)
                return None if inner is None else inner * low
        return None

    def _repeat_fixed(self, fixed: list[Members], low: int, high: int, ways: _Ways) -> _Ways:
        """Follow the ways over what is always as long: each repetition of it is a way more."""
        self._spend(ways.total * _ATTEMPT)
        certain = (fixed * low)[:_RUN]
        for members in certain:
            ways = self._certain(members, ways, _CHARACTER)
        each = _CHARACTER if len(fixed) == 1 else _ATTEMPT
        self._spend(ways.total * (high * len(fixed) - len(certain)) * each)
        if low == high or not fixed:
            return ways
        taken, width = _union(fixed), high - low + 1
        if not ways.taken:
            return _Ways(ways.total * width, ways.ends, taken)
        if ways.taken & taken:
            total, ends = ways.total * width, min(ways.total, ways.ends * width)
        else:
            total, ends = ways.total + ways.ends * width, ways.ends
        return _Ways(min(total, ends * (self._longest + 1)), ends, ways.taken | taken)

    def _spend(self, time: float) -> None:
        self._time += time
        if self._time > _MOST:
            raise UnsafeRegexError(
                "regex can take too long, its repetitions share text out in too many ways; bound them as in "
                "{1,40}, put something certain between them, or start with ^ what is searched"
            )


def _either(found: Several[_Ways]) -> _Ways:
    """Return the ways where any of these may have been gone."""
    return _Ways(
        sum(way.total for way in found), sum(way.ends for way in found), _union(way.taken for way in found)
    )


def _union(sets: Iterable[Members]) -> Members:
    return reduce(or_, sets, 0)


def _may_be_one(head: Several[Members], other: Several[Members]) -> bool:
    return all(one & two for one, two in zip(head, other, strict=False))


def _period(run: Several[Members]) -> int:
    """Return how far two matches of the run are apart at least."""
    return next((step for step in range(1, len(run)) if _may_be_one(run, run[step:])), max(1, len(run)))
