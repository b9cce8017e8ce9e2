"""Cookie and storage names: found through dictionaries, so that cost does not grow with the catalogue."""

import re
from collections.abc import Iterable, Iterator, Sequence

from consentinel.scanner.catalogue.entries import NamePattern
from consentinel.scanner.catalogue.facts import Facts

# Longer input is cut before a regular expression sees it; no vendor's name or shape needs more.
MAX_NAME = 256
MAX_VALUE = 1024
# Prefixes are grouped by their first letters, so that few lengths have to be tried.
_HEAD = 3


class NameTable:
    """All name patterns of one kind in one layer.

    The most specific one wins: the exact name; then, of prefixes and regexes, the one with more letters that
    are certain. Within these one for the host, then a regex before a prefix, then more second signs.
    """

    def __init__(self, patterns: Iterable[NamePattern]) -> None:
        self._exact: dict[str, _Bucket] = {}
        self._starts: dict[str, _Bucket] = {}
        for pattern in sorted(patterns, key=_strictness, reverse=True):
            table = self._exact if pattern.how == "exact" else self._starts
            table.setdefault(pattern.text, _Bucket()).add(pattern)
        self._lengths = _lengths(self._starts)

    def find(self, name: str, facts: Facts) -> NamePattern | None:
        """Return the most specific pattern for `name`, or None."""
        for bucket in self._buckets(name):
            found = bucket.find(name, facts)
            if found is not None:
                return found
        return None

    def candidates(self, name: str) -> Iterator[NamePattern]:
        """Yield all patterns that `name` fits, whatever else they ask for."""
        for bucket in self._buckets(name):
            yield from (pattern for pattern in bucket if _is_called(pattern, name))

    def _buckets(self, name: str) -> "Iterator[_Bucket]":
        exact = self._exact.get(name)
        if exact is not None:
            yield exact
        if not self._starts:
            return
        for size in range(min(_HEAD, len(name)), -1, -1):
            for length in self._lengths.get(name[:size], ()):
                bucket = self._starts.get(name[:length])
                if bucket is not None:
                    yield bucket


class _Bucket:
    """Patterns with one text, by domain."""

    def __init__(self) -> None:
        self._by_domain: dict[str, list[NamePattern]] = {}
        self._anywhere: list[NamePattern] = []
        self._all: list[NamePattern] = []

    def __iter__(self) -> Iterator[NamePattern]:
        return iter(self._all)

    def add(self, pattern: NamePattern) -> None:
        self._all.append(pattern)
        for domain in pattern.domains:
            self._by_domain.setdefault(domain, []).append(pattern)
        if not pattern.domains:
            self._anywhere.append(pattern)

    def find(self, name: str, facts: Facts) -> NamePattern | None:
        if self._by_domain:
            for suffix in facts.suffixes:
                found = _first(self._by_domain.get(suffix, ()), name, facts)
                if found is not None:
                    return found
        return _first(self._anywhere, name, facts)


def _strictness(pattern: NamePattern) -> tuple[bool, int]:
    return pattern.how == "regex", len(pattern.requires) + (pattern.value is not None)


def _lengths(table: dict[str, _Bucket]) -> dict[str, tuple[int, ...]]:
    """Return how long the texts are that start with the same letters, longest first."""
    found: dict[str, set[int]] = {}
    for text in table:
        found.setdefault(text[:_HEAD], set()).add(len(text))
    return {head: tuple(sorted(lengths, reverse=True)) for head, lengths in found.items()}


def _first(patterns: Sequence[NamePattern], name: str, facts: Facts) -> NamePattern | None:
    """Return the first pattern that fits; without a call for each whose name does not, as they are many."""
    cut = name[:MAX_NAME]
    for pattern in patterns:
        if (pattern.regex is None or pattern.regex.fullmatch(cut)) and _is_shown(pattern, facts):
            return pattern
    return None


def _is_shown(pattern: NamePattern, facts: Facts) -> bool:
    if pattern.value is not None and not _has_shape(pattern.value, facts.subject.value):
        return False
    return all(facts.shows(sign) for sign in pattern.requires)


def _is_called(pattern: NamePattern, name: str) -> bool:
    return pattern.regex is None or pattern.regex.fullmatch(name[:MAX_NAME]) is not None


def _has_shape(shape: re.Pattern[str], value: str | None) -> bool:
    return value is not None and shape.fullmatch(value[:MAX_VALUE]) is not None


def misfits(pattern: NamePattern, facts: Facts) -> Iterator[str]:
    """Say what keeps a pattern from speaking of a subject whose name it fits; nothing where it does."""
    if pattern.domains and not set(pattern.domains) & set(facts.suffixes):
        yield f"only at {', '.join(pattern.domains)}"
    if pattern.value is not None and not _has_shape(pattern.value, facts.subject.value):
        yield f"only values that match {pattern.value.pattern}"
    missing = [sign for sign in pattern.requires if not facts.shows(sign)]
    if missing:
        yield f"only with a second sign: {', '.join(missing)}"
