"""Where sources disagree: a list for review, and the one rule by which two packs are reconciled."""

from collections.abc import Container, Iterable, Mapping, Sequence
from typing import TypeVar

import msgspec

from consentinel.scanner.catalogue.entries import HostPattern, NamePattern, Sheet
from consentinel.scanner.catalogue.subject import Decision
from consentinel.scanner.catalogue.taxonomy import Category
from consentinel.scanner.packs.parsed import Answer, Conflict

Pattern = NamePattern | HostPattern
Some = TypeVar("Some", NamePattern, HostPattern)
_EITHER = frozenset({"performance", "targeting"})


def conflicts(sheets: Sequence[Sheet], loose: Container[str] = ()) -> tuple[Conflict, ...]:
    """Return where a sheet contradicts a stronger one, the strongest sheet first; sorted by `what`.

    Compared are patterns of one text at meeting domains. Regexes, and hosts under a path, are left out: they
    speak of parts only. loose: rules whose `functional` does not contradict `strictly-necessary`.
    """
    stronger: dict[str, list[Pattern]] = {}
    found: list[Conflict] = []
    for sheet in sheets:
        patterns: tuple[Pattern, ...] = (*sheet.names, *sheet.hosts)
        own = [(key, pattern) for pattern in patterns if (key := _key(pattern))]
        for key, pattern in own:
            others = [other for other in stronger.get(key, ()) if _meet(other, pattern)]
            if any(_contradict(other.decision, pattern.decision, loose) for other in others):
                found.append(_conflict(key, pattern, others))
        for key, pattern in own:
            stronger.setdefault(key, []).append(pattern)
    return tuple(sorted(found, key=lambda conflict: (conflict.what, conflict.answers[-1].rule)))


def reconciled(sheets: Sequence[Sheet]) -> tuple[Sheet, ...]:
    """Return the packs' sheets so that performance against targeting is answered with targeting.

    In all else the stronger sheet answers as it did. The evidence of what was so decided says it.
    """
    tables = [_decisions(sheet) for sheet in sheets]
    return tuple(
        msgspec.structs.replace(
            sheet,
            names=_reconciled(sheet.names, tables[:place] + tables[place + 1 :]),
            hosts=_reconciled(sheet.hosts, tables[:place] + tables[place + 1 :]),
        )
        for place, sheet in enumerate(sheets)
    )


def _key(pattern: Pattern) -> str | None:
    if isinstance(pattern, NamePattern):
        return f"{pattern.kind}:{pattern.text}" if pattern.regex is None else None
    return f"host:{pattern.host}" if pattern.whole_host else None


def _domains(pattern: Pattern) -> tuple[str, ...]:
    return pattern.domains if isinstance(pattern, NamePattern) else ()


def _meet(one: Pattern, other: Pattern) -> bool:
    """Say whether some subject could be matched by both, going by their domains."""
    ours, theirs = _domains(one), _domains(other)
    if not ours or not theirs:
        return True
    return any(_within(a, b) or _within(b, a) for a in ours for b in theirs)


def _contradict(strong: Decision, weak: Decision, loose: Container[str]) -> bool:
    if strong.category == "strictly-necessary" and weak.category == "functional" and weak.rule in loose:
        return False
    return strong.category != weak.category


def _within(host: str, domain: str) -> bool:
    return host == domain or host.endswith(f".{domain}")


def _conflict(key: str, pattern: Pattern, others: Sequence[Pattern]) -> Conflict:
    domains = _domains(pattern)
    sides = (*others, pattern)
    to_targeting = all(side.decision.layer == "pack" for side in sides) and (
        {side.decision.category for side in sides} == _EITHER
    )
    return Conflict(
        what=f"{key}@{','.join(domains)}" if domains else key,
        answers=tuple(dict.fromkeys(_answers(sides))),
        answer="targeting" if to_targeting else _answer(pattern, others),
    )


def _answer(pattern: Pattern, others: Sequence[Pattern]) -> Category | None:
    """Return what is answered at the pattern's domain; None where it depends on second signs of the item."""
    first = max(others, key=lambda other: _closeness(other, pattern))
    depends = isinstance(first, NamePattern) and (first.requires or first.value is not None)
    return None if depends else first.decision.category


def _closeness(other: Pattern, pattern: Pattern) -> int:
    """Return how close the domains of a pattern come to those of another: the longest one wins."""
    meeting = (mine for mine in _domains(other) if any(_within(theirs, mine) for theirs in _domains(pattern)))
    return max(map(len, meeting), default=0)


def _answers(sides: Iterable[Pattern]) -> Iterable[Answer]:
    decisions = (side.decision for side in sides)
    return (Answer(said.rule or "", said.category) for said in decisions if said.category)


_Identity = tuple[str, str, tuple[str, ...]]


def _identity(pattern: Pattern) -> _Identity | None:
    key = _key(pattern)
    how = pattern.how if isinstance(pattern, NamePattern) else "exact"
    return None if key is None else (key, how, _domains(pattern))


def _decisions(sheet: Sheet) -> dict[_Identity, Decision]:
    patterns: Iterable[Pattern] = (*sheet.names, *sheet.hosts)
    return {identity: pattern.decision for pattern in patterns if (identity := _identity(pattern))}


def _reconciled(
    patterns: tuple[Some, ...], others: Sequence[Mapping[_Identity, Decision]]
) -> tuple[Some, ...]:
    return tuple(
        msgspec.structs.replace(pattern, decision=changed)
        if (changed := _to_targeting(pattern, others))
        else pattern
        for pattern in patterns
    )


def _to_targeting(pattern: Pattern, others: Sequence[Mapping[_Identity, Decision]]) -> Decision | None:
    """Return the decision with targeting, where another pack says the other of the two; else None."""
    own, identity = pattern.decision, _identity(pattern)
    if identity is None or own.category not in _EITHER:
        return None
    against = _EITHER - {own.category}
    found = (table[identity] for table in others if identity in table)
    other = next((decision for decision in found if decision.category in against), None)
    if other is None:
        return None
    why = f"{other.rule} says {other.category}: of performance and targeting, targeting answers."
    return msgspec.structs.replace(own, category="targeting", evidence=(*own.evidence, why))
