"""Hosts and paths: found through dictionaries, the longest host first."""

from collections.abc import Iterable, Iterator

from consentinel.scanner.catalogue.entries import HostPattern, PathPattern
from consentinel.scanner.catalogue.facts import Facts, suffixes_of


class HostTable:
    """All host patterns of one layer. The longest host wins, then a path regex, then the longer path."""

    def __init__(self, patterns: Iterable[HostPattern]) -> None:
        self._by_host: dict[str, list[HostPattern]] = {}
        for pattern in sorted(patterns, key=_specificity, reverse=True):
            self._by_host.setdefault(pattern.host, []).append(pattern)

    def find(self, facts: Facts, path: str | None) -> HostPattern | None:
        """Return the most specific pattern for a host, `path` None meaning the host as a whole.

        A whole-host pattern is passed over where the scanned site itself lives on that host.
        """
        for pattern in self._candidates(facts.suffixes):
            if pattern.whole_host:
                if not facts.site_lives_on(pattern.host):
                    return pattern
            elif path is not None and _path_fits(pattern, path):
                return pattern
        return None

    def owner(self, host: str) -> HostPattern | None:
        """Return the pattern that names who runs a host."""
        candidates = self._candidates(suffixes_of(host))
        return next((pattern for pattern in candidates if pattern.whole_host), None)

    def _candidates(self, suffixes: tuple[str, ...]) -> Iterator[HostPattern]:
        for suffix in suffixes:
            yield from self._by_host.get(suffix, ())


def _specificity(pattern: HostPattern) -> tuple[bool, int]:
    return pattern.path_regex is not None, len(pattern.path)


def _path_fits(pattern: HostPattern, path: str) -> bool:
    if not path.startswith(pattern.path):
        return False
    return pattern.path_regex is None or pattern.path_regex.search(path) is not None


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

    def find(self, path_and_query: str) -> PathPattern | None:
        """Return the first pattern for a path, or None."""
        path, _, query = path_and_query.partition("?")
        candidates = (
            *self._by_end.get(_last_segment(path), ()),
            *self._by_start.get(_first_segment(path), ()),
        )
        return next((pattern for pattern in candidates if _fits(pattern, path, query)), None)


def _last_segment(path: str) -> str:
    return path.rpartition("/")[2]


def _first_segment(path: str) -> str:
    return path.removeprefix("/").partition("/")[0]


def _fits(pattern: PathPattern, path: str, query: str) -> bool:
    if not (path.startswith(pattern.starts) and path.endswith(pattern.ends)):
        return False
    return pattern.query is None or pattern.query.search(query) is not None
