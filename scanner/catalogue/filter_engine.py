"""Filter lists by the optional package `adblock`, the engine of the Brave browser."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Literal

from consentinel.scanner.catalogue.filter_hits import (
    FilterListText,
    ListHit,
    ListRequest,
    best,
    hit_of,
    request_from,
)
from consentinel.scanner.catalogue.filter_rules import is_exception, network_rules, starts_with_host
from consentinel.scanner.catalogue.taxonomy import Party

if TYPE_CHECKING:
    from adblock import Engine

_Asked = tuple[FilterListText, "Engine"]

# Names of DevTools and Playwright -> names of the engine, where they differ. A document that is a finding is
# that of a frame. The engine knows no `fetch`, and takes what it does not know for `other`.
_TYPES = {
    "document": "subdocument",
    "frame": "subdocument",
    "iframe": "subdocument",
    "fetch": "xhr",
    "eventsource": "xhr",
    "texttrack": "media",
    "beacon": "ping",
    "pixel": "image",
}


class AdblockLists:
    """One engine per list for rules that are anchored to a host, and one per list for the others.

    An engine names one rule that matches, not all: in one for everything, a generic rule could hide a
    specific one, and EasyPrivacy's could hide EasyList's. Exceptions of all lists are in all engines. Engines
    cannot be pickled: build them in the process that asks them.
    """

    engine: Literal["adblock", "host-suffix"] = "adblock"

    def __init__(self, lists: Sequence[FilterListText]) -> None:
        """Raise ImportError where `adblock` is missing."""
        engine_of = _builder()
        rules = [tuple(network_rules(source.text)) for source in lists]
        exceptions = [rule for of_list in rules for rule in of_list if is_exception(rule)]
        self._anchored: list[_Asked] = []
        self._others: list[_Asked] = []
        for source, of_list in zip(lists, rules, strict=True):
            anchored, others = _divided(of_list)
            self._anchored.append((source, engine_of([*anchored, *exceptions])))
            self._others.append((source, engine_of([*others, *exceptions])))

    def match(
        self, url: str, site: str | None, resource_type: str | None, party: Party | None
    ) -> ListHit | None:
        """Answer as `filter_lists.Lists.match`."""
        request = request_from(url, site, party)
        if request is None:
            return None
        kind = (resource_type or "other").lower()
        kind = _TYPES.get(kind, kind)
        found = best(_hits(self._anchored, request, kind))
        return found if found is not None else best(_hits(self._others, request, kind))


def _divided(rules: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return the blocking rules, those anchored to a host apart."""
    blocking = [rule for rule in rules if not is_exception(rule)]
    return (
        [rule for rule in blocking if starts_with_host(rule)],
        [rule for rule in blocking if not starts_with_host(rule)],
    )


def _builder() -> "Callable[[list[str]], Engine]":
    from adblock import Engine, FilterSet  # noqa: PLC0415 (optional: the table of hosts replaces it)

    def build(rules: list[str]) -> Engine:
        # `debug` keeps the text of each rule; `optimize` would merge rules, whose text would then be lost.
        filters = FilterSet(debug=True)
        filters.add_filters(rules)
        return Engine(filters, optimize=False)

    return build


def _hits(asked: Iterable[_Asked], request: ListRequest, kind: str) -> Iterator[ListHit]:
    for source, engine in asked:
        rule = _ask(engine, request, kind)
        if rule is not None:
            yield hit_of(source, rule, request)


def _ask(engine: "Engine", request: ListRequest, kind: str) -> str | None:
    """Return the rule that matches and that no exception undoes."""
    try:
        answer = engine.check_network_urls_with_hostnames(
            request.url, request.host, request.site_host, kind, request.told_third
        )
    except BaseException as error:
        # pyo3 derives the panics of the engine from BaseException and exports no name for them.
        if type(error).__name__ != "PanicException":
            raise
        return None
    return answer.filter if answer.matched else None
