"""How many long repetitions in a regular expression can share their input out among each other.

Each beyond the first multiplies the time of a failing match by the length of the input: `.*.*x` is quadratic.
A character that must stand between two of them and that neither repeats, as the dot in `\\d+\\.\\d+`, keeps
them apart.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache

Members = frozenset[str]
_KEYBOARD: Members = frozenset(map(chr, range(0x20, 0x7F)))
# A repetition of more than this is as good as unbounded.
_MANY = 64


@lru_cache(maxsize=1024)
def members_of(atom: str) -> Members:
    r"""Return the characters of a keyboard that an atom such as `\w` or `[a-z]` matches."""
    compiled = re.compile(atom)
    return frozenset(letter for letter in _KEYBOARD if compiled.fullmatch(letter))


@dataclass
class _Group:
    """An open group: what met before it, and what is repeated in it. branches: it is a choice."""

    before: list[Members]
    inside: list[Members] = field(default_factory=list)
    branches: bool = False


class Repetitions:
    """Follows an expression token by token. `meeting`: long repetitions with nothing certain between them."""

    def __init__(self) -> None:
        self._meeting: list[Members] = []
        self._groups: list[_Group] = []
        self._pending: Members | None = None
        self._closed: _Group | None = None
        self.most = 0

    def atom(self, atom: str) -> None:
        r"""Take in a character or set; one that matches nothing on a keyboard (`\b`, `[é]`) tells nothing."""
        members = members_of(atom)
        if members:
            self._settle()
            self._pending = members

    def open(self) -> None:
        """Take in the start of a group."""
        self._settle()
        self._groups.append(_Group(list(self._meeting)))

    def alternative(self) -> None:
        """Take in a `|`."""
        self._settle()
        if self._groups:
            self._groups[-1].branches = True
            self._meeting = list(self._groups[-1].before)

    def close(self) -> None:
        """Take in the end of a group."""
        self._settle()
        if self._groups:
            self._closed = self._groups.pop()
            if self._closed.branches:
                self._reopen(self._closed)
            if self._groups:
                self._groups[-1].inside.extend(self._closed.inside)

    def quantifier(self, lowest: int, highest: int | None) -> None:
        """Take in a quantifier of the atom or group before it."""
        atom, group = self._pending, self._closed
        self._pending = self._closed = None
        if group is not None and lowest == 0:
            self._reopen(group)
        if atom is not None and lowest > 0:
            self._separate(atom)
        if highest is None or highest > _MANY:
            self._repeat(_KEYBOARD if atom is None else atom)

    def end(self) -> None:
        """Take in the end of the expression."""
        self._settle()

    def _settle(self) -> None:
        """What was read last has no quantifier: it stands there exactly once."""
        if self._pending is not None:
            self._separate(self._pending)
        self._pending = self._closed = None

    def _reopen(self, group: _Group) -> None:
        """Nothing in the group is certain to be there: what is repeated in it may meet what came before."""
        self._meeting = group.before + group.inside

    def _separate(self, members: Members) -> None:
        if not any(members & repeated for repeated in self._meeting):
            self._meeting = []

    def _repeat(self, members: Members) -> None:
        self._meeting.append(members)
        if self._groups:
            self._groups[-1].inside.append(members)
        counts = Counter(letter for repeated in self._meeting for letter in repeated)
        self.most = max(self.most, *counts.values(), 0)
