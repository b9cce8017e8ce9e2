"""Filter lists without the package `adblock`: a table of the hosts that their rules name in full.

It finds about two thirds of what the engine finds, and says `host-suffix` so that reports can tell.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from consentinel.scanner.catalogue.facts import suffixes_of
from consentinel.scanner.catalogue.filter_hits import (
    FilterListText,
    ListHit,
    ListRequest,
    best,
    hit_of,
    request_from,
)
from consentinel.scanner.catalogue.filter_rules import network_rules, plain_rule
from consentinel.scanner.catalogue.taxonomy import Party


class HostSuffixLists:
    """One dictionary per list from host to rule; the exceptions of all lists count for all.

    Rules and exceptions for some paths, sites or resource types only are not looked at.
    """

    engine: Literal["adblock", "host-suffix"] = "host-suffix"

    def __init__(self, lists: Sequence[FilterListText]) -> None:
        self._exceptions: set[str] = set()
        self._tables = tuple((source, self._table(network_rules(source.text))) for source in lists)

    def match(
        self,
        url: str,
        site: str | None,
        resource_type: str | None,  # noqa: ARG002 (the engine needs it: scanner.catalogue.filter_lists.Lists)
        party: Party | None,
    ) -> ListHit | None:
        """Answer as `filter_lists.Lists.match`."""
        request = request_from(url, site, party)
        if request is None:
            return None
        suffixes = suffixes_of(request.host)
        if not self._exceptions.isdisjoint(suffixes):
            return None
        return best(self._hits(request, suffixes))

    def _hits(self, request: ListRequest, suffixes: tuple[str, ...]) -> Iterator[ListHit]:
        for source, (everywhere, third_only) in self._tables:
            rule = _longest(everywhere, suffixes)
            if rule is None and (rule := _longest(third_only, suffixes)) and not request.third_party:
                rule = None
            if rule is not None:
                yield hit_of(source, rule, request)

    def _table(self, rules: Iterable[str]) -> tuple[dict[str, str], dict[str, str]]:
        """Return the rules by host, those for third parties only apart, and keep the exceptions."""
        everywhere: dict[str, str] = {}
        third_only: dict[str, str] = {}
        for rule in rules:
            plain = plain_rule(rule)
            if plain is None:
                continue
            if plain.is_exception:
                self._exceptions.add(plain.host)
            else:
                (third_only if plain.third_only else everywhere)[plain.host] = rule
        return everywhere, third_only


def _longest(table: dict[str, str], suffixes: tuple[str, ...]) -> str | None:
    return next((table[suffix] for suffix in suffixes if suffix in table), None)
