"""Hosts and paths: found through dictionaries, the longest host first."""

from collections.abc import Iterable, Iterator

from consentinel.scanner.catalogue.entries import HostPattern, PathPattern
from consentinel.scanner.catalogue.facts import Facts


class HostTable:
    """All host patterns of one layer. The longest host wins, then a path regex, then the longer path."""

    def __init__(self, patterns: Iterable[HostPattern]) -> None:
        self._by_host: dict[str, list[HostPattern]] = {}
        for pattern in sorted(patterns, key=_specificity, reverse=True):
            self._by_host.setdefault(pattern.host, []).append(pattern)

    def find(self, facts: Facts) -> HostPattern | None:
        """Return the most specific pattern for a URL, or for a host as a whole where there is no path.

        A whole-host pattern is passed over where the scanned site itself lives on that host.
        """
        for suffix in facts.suffixes:
            for found in self._by_host.get(suffix, ()):
                if misfit(found, facts) is None:
                    return found
        return None

    def candidates(self, suffixes: tuple[str, ...]) -> Iterator[HostPattern]:
        """Yield all patterns for a host or its parents, the most specific first."""
        for suffix in suffixes:
            yield from self._by_host.get(suffix, ())


def _specificity(pattern: HostPattern) -> tuple[bool, int, bool]:
    return pattern.path_regex is not None, len(pattern.path), bool(pattern.types)


def misfit(pattern: HostPattern, facts: Facts) -> str | None:
    """Say why a pattern for the subject's host does not speak of the subject; None where it does."""
    if pattern.whole_host:
        return "the site itself lives there" if facts.site_lives_on(pattern.host) else None
    if pattern.types and facts.resource_type not in pattern.types:
        return f"only for {', '.join(sorted(pattern.types))}"
    path = facts.path
    if path is None or not path.startswith(pattern.path):
        return f"only under {pattern.path}"
    if pattern.path_regex is not None and pattern.path_regex.search(path) is None:
        return f"only where path and query match {pattern.path_regex.pattern}"
    return None


class PathTable:
    """Paths that mean one product on any host: by their last segment, or by how they start."""

    def __init__(self, patterns: Iterable[PathPattern]) -> None:
        self._by_end: dict[str, list[PathPattern]] = {}
        self._by_start: dict[str, list[PathPattern]] = {}
        for pattern in patterns:
            if pattern.ends:
                self._by_end.setdefault(_last_segment(pattern.ends), []).append(pattern)
            else:
                self._by_start.setdefault(_first_segment(pattern.starts), []).append(pattern)

    def find(self, facts: Facts) -> PathPattern | None:
        """Return the first pattern for the path of a URL, or None."""
        path, _, query = (facts.path or "").partition("?")
        candidates: tuple[PathPattern, ...] = (
            *self._by_end.get(_last_segment(path), ()),
            *self._by_start.get(_first_segment(path), ()),
        )
        for found in candidates:
            if _fits(found, path, query) and (not found.types or facts.resource_type in found.types):
                return found
        return None


def _last_segment(path: str) -> str:
    return path.rpartition("/")[2]


def _first_segment(path: str) -> str:
    return path.removeprefix("/").partition("/")[0]


def _fits(pattern: PathPattern, path: str, query: str) -> bool:
    if not (path.startswith(pattern.starts) and path.endswith(pattern.ends)):
        return False
    return pattern.query is None or pattern.query.search(query) is not None
