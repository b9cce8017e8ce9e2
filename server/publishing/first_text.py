"""A first version as lines for a terminal: how much there is of what, and in full what nobody has decided."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby

from consentinel.banner.settings import Mode
from consentinel.server.publishing.difference import Change, title_of
from consentinel.server.publishing.difference_text import whole
from consentinel.server.publishing.snapshot import Section

# What says for whom how much is held back.
_DECISIVE = ("mode", "regime", "unknown")


def render_first(changes: Iterable[Change], *, mode: Mode) -> str:
    """Return one line for each section of a first version; below the rules those that need a decision.

    mode: but in strict nobody sends the policies, so they are left out.
    """
    shown = [change for change in changes if change.section != "policy" or mode == "strict"]
    return "\n".join(
        line
        for section, group in groupby(shown, key=lambda change: change.section)
        for line in _section(section, list(group))
    )


def _section(section: Section, changes: Sequence[Change]) -> Iterator[str]:
    yield f"{title_of(section)}: {_TOLD.get(section, _number)(changes)}"
    if section == "rules":
        yield from whole(change for change in changes if _category(change) == "unclassified")


def _number(changes: Sequence[Change], *told: str) -> str:
    """Return how many there are, and what is told of them."""
    return f"{len(changes)} ({', '.join(told)})" if told else str(len(changes))


def _decisive(changes: Sequence[Change]) -> str:
    decisive = (f"{change.name} {change.after}" for change in changes if change.name in _DECISIVE)
    return _number(changes, *decisive)


def _names(changes: Sequence[Change]) -> str:
    return _number(changes, *(change.name for change in changes))


def _category(change: Change) -> str:
    """Return the category of a rule, or of a service the first one."""
    return re.split(r" \(|: |; ", change.after)[0]


def _categories(changes: Sequence[Change]) -> str:
    found = Counter(map(_category, changes))
    return _number(changes, *(f"{number} {category}" for category, number in found.most_common()))


def _languages(changes: Sequence[Change]) -> str:
    found = Counter(change.name.partition(".")[0] for change in changes)
    return _number(changes, *(f"{number} in {language}" for language, number in found.items()))


def _states(changes: Sequence[Change]) -> str:
    states = {change.name.partition(" ")[0] for change in changes}
    return _number(changes, f"in {len(states)} states of consent")


def _hashes(changes: Sequence[Change]) -> str:
    return ", ".join(change.after for change in changes)


_TOLD: dict[Section, Callable[[Sequence[Change]], str]] = {
    "settings": _decisive,
    "regimes": _names,
    "rules": _categories,
    "services": _categories,
    "texts": _languages,
    "policy": _states,
    "script": _hashes,
}
