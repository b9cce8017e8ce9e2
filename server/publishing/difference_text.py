"""The difference between two versions as lines for a terminal: what somebody reads before saying yes."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby

from consentinel.banner.settings import Mode
from consentinel.server.publishing.difference import Change, title_of
from consentinel.server.publishing.snapshot import Section

# A whole new language: nobody reads it here, and all of it is among the artefacts.
_MANY_TEXTS = 12
_SIGNS = {"added": "+", "changed": "~", "removed": "-"}

_Lines = Callable[[Sequence[Change]], Iterator[str]]


def render_text(changes: Iterable[Change], *, mode: Mode) -> str:
    """Return what was added, removed and changed, under the titles of the sections; '' for nothing to tell.

    mode: of the new version; but in strict nobody sends its policies, so they are left out.
    """
    shown = [change for change in changes if change.section != "policy" or mode == "strict"]
    return _sections(shown, {"texts": _texts, "policy": _policies})


def render_all(changes: Iterable[Change]) -> str:
    """Return every single change, under the titles of the sections."""
    return _sections(changes, {})


def whole(changes: Iterable[Change]) -> Iterator[str]:
    """Yield changes one by one."""
    for change in changes:
        if change.kind == "changed":
            yield f"  ~ {change.name}"
            yield f"      - {change.before}"
            yield f"      + {change.after}"
        else:
            yield f"  {_SIGNS[change.kind]} {change.name}: {change.before or change.after}"


def _sections(changes: Iterable[Change], lines: dict[Section, _Lines]) -> str:
    return "\n".join(
        line
        for section, group in groupby(changes, key=lambda change: change.section)
        for line in (title_of(section), *lines.get(section, whole)(list(group)))
    )


def _texts(changes: Sequence[Change]) -> Iterator[str]:
    """Yield texts one by one, and of many in one language how many they are."""
    groups = groupby(changes, key=lambda change: (change.name.partition(".")[0], change.kind))
    for (language, kind), group in groups:
        found = list(group)
        if len(found) > _MANY_TEXTS:
            yield f"  {_SIGNS[kind]} {len(found)} texts in {language}"
        else:
            yield from whole(found)


def _policies(changes: Sequence[Change]) -> Iterator[str]:
    """Yield what each directive gains and loses, once for all states in which it does."""
    states: dict[str, list[str]] = defaultdict(list)
    for change in changes:
        states[_sources(change)].append(_state(change))
    for sources, found in states.items():
        yield f"  ~ {sources} [{', '.join(found)}]"


def _sources(change: Change) -> str:
    before, after = change.before.split(), change.after.split()
    gained = [f"+ {source}" for source in after if source not in before]
    lost = [f"- {source}" for source in before if source not in after]
    return f"{change.name.partition(' ')[2]}: {', '.join(gained + lost) or 'another order'}"


def _state(change: Change) -> str:
    return change.name.partition(" ")[0]
