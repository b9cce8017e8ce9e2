"""Cookie and storage names: found through dictionaries, so that cost does not grow with the catalogue."""

from collections.abc import Iterable, Iterator

from consentinel.scanner.catalogue.entries import NamePattern
from consentinel.scanner.catalogue.facts import Facts

# Longer input is cut before a regular expression sees it; no vendor's name or shape needs more.
MAX_NAME = 256
MAX_VALUE = 1024


class NameTable:
    """All name patterns of one kind in one layer.

    The most specific one wins: exact name, then longer prefix, then regex; within these the longest domain,
    then the most second signs.
    """

    def __init__(self, patterns: Iterable[NamePattern]) -> None:
        self._exact: dict[str, _Bucket] = {}
        self._prefixes: dict[str, _Bucket] = {}
        self._regexes: dict[str, _Bucket] = {}
        tables = {"exact": self._exact, "prefix": self._prefixes, "regex": self._regexes}
        for pattern in sorted(patterns, key=_signs, reverse=True):
            tables[pattern.how].setdefault(pattern.text, _Bucket()).add(pattern)
        self._prefix_lengths = _lengths(self._prefixes)
        self._regex_lengths = _lengths(self._regexes)

    def find(self, name: str, facts: Facts) -> NamePattern | None:
        """Return the most specific pattern for `name`, or None."""
        for bucket in self._buckets(name):
            found = bucket.find(name, facts)
            if found is not None:
                return found
        return None

    def _buckets(self, name: str) -> "Iterator[_Bucket]":
        exact = self._exact.get(name)
        if exact is not None:
            yield exact
        yield from _starting(name, self._prefixes, self._prefix_lengths)
        yield from _starting(name, self._regexes, self._regex_lengths)


class _Bucket:
    """Patterns with one text, by domain."""

    def __init__(self) -> None:
        self._by_domain: dict[str, list[NamePattern]] = {}
        self._anywhere: list[NamePattern] = []

    def add(self, pattern: NamePattern) -> None:
        for domain in pattern.domains:
            self._by_domain.setdefault(domain, []).append(pattern)
        if not pattern.domains:
            self._anywhere.append(pattern)

    def find(self, name: str, facts: Facts) -> NamePattern | None:
        if self._by_domain:
            for suffix in facts.suffixes:
                for pattern in self._by_domain.get(suffix, ()):
                    if _fits(pattern, name, facts):
                        return pattern
        for pattern in self._anywhere:
            if _fits(pattern, name, facts):
                return pattern
        return None


def _signs(pattern: NamePattern) -> int:
    return len(pattern.requires) + (pattern.value is not None)


def _lengths(table: dict[str, _Bucket]) -> tuple[int, ...]:
    return tuple(sorted({len(text) for text in table}, reverse=True))


def _starting(name: str, table: dict[str, _Bucket], lengths: tuple[int, ...]) -> Iterator[_Bucket]:
    for length in lengths:
        if length <= len(name):
            bucket = table.get(name[:length])
            if bucket is not None:
                yield bucket


def _fits(pattern: NamePattern, name: str, facts: Facts) -> bool:
    if pattern.regex is not None and not pattern.regex.fullmatch(name[:MAX_NAME]):
        return False
    if pattern.value is not None:
        value = facts.subject.value
        if value is None or not pattern.value.fullmatch(value[:MAX_VALUE]):
            return False
    return all(facts.shows(sign) for sign in pattern.requires)
