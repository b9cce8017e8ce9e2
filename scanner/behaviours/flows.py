"""One identifier: who holds it, who gets it, and who of them is in advertising.

A page may store a value four hundred times and send it three thousand times, so nothing here is made for each
holder with each request: both are gathered by company, and each is told the first few of the other side.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from consentinel.scanner.behaviours.judged import Judged
from consentinel.scanner.behaviours.sent import Sending, sendings
from consentinel.scanner.behaviours.stored import Holder, stored_identifiers
from consentinel.scanner.catalogue.taxonomy import Category
from consentinel.scanner.party import OwnHosts

# As many as a finding shows of either: more would be sorted and dropped again.
MAX_CLUES = 6
MAX_NAMED = 3
_DECIDED_KINDS = frozenset({"request", "pixel", "beacon"})
# What the catalogue calls an analytics vendor's number may go to many without making each an advertiser.
_DECIDING: tuple[Category | None, ...] = ("targeting", None)


class _Others:
    """Texts, each with the domain whose it is: the first few in order that are not of a given domain."""

    def __init__(self, owned: Iterable[tuple[str, str]], most: int) -> None:
        self._owned = sorted(set(owned))
        self._most = most
        self._known: dict[str, tuple[str, ...]] = {}

    def than(self, domain: str) -> tuple[str, ...]:
        """Return what is of others, at most as many as were asked for."""
        if domain not in self._known:
            texts = (text for text, owner in self._owned if owner != domain)
            self._known[domain] = tuple(islice(texts, self._most))
        return self._known[domain]


@dataclass(frozen=True)
class Flow:
    """The holders of an identifier, with the places of their observations, and the requests that carry it."""

    seen: Sequence[Judged]
    holders: Mapping[Holder, set[int]]
    sent: Sequence[Sending]

    @cached_property
    def told(self) -> frozenset[str]:
        """The domains that are sent the identifier."""
        return frozenset(sending.to for sending in self.sent)

    def clues(self) -> Iterator[tuple[int, tuple[str, ...]]]:
        """Yield what the identifier's way says of each observation that has a part in it, by place."""
        yield from self._clues_of_requests()
        yield from self._clues_of_items()

    def _clues_of_requests(self) -> Iterator[tuple[int, tuple[str, ...]]]:
        labels = _Others(((holder.label, holder.domain) for holder in self.holders), MAX_CLUES)
        for (to, what, where), places in self._ways.items():
            lines = tuple(f"carries {what} of {label} ({where})" for label in labels.than(to))
            yield from ((place, lines) for place in places)

    def _clues_of_items(self) -> Iterator[tuple[int, tuple[str, ...]]]:
        lines = _Others(
            ((f"{what} is sent to {to} ({where})", to) for to, what, where in self._ways), MAX_CLUES
        )
        for holder, places in self.holders.items():
            yield from ((place, lines.than(holder.domain)) for place in places)

    @cached_property
    def _ways(self) -> dict[tuple[str, str, str], set[int]]:
        """The places of the requests, by who gets it, in which form and where in the address."""
        ways: dict[tuple[str, str, str], set[int]] = defaultdict(set)
        for sending in self.sent:
            ways[sending.to, sending.carried.what, sending.carried.where].add(sending.place)
        return ways

    def shared_items(self) -> Iterator[tuple[int, tuple[str, ...]]]:
        """Yield unclassified cookies and storage items by place, with advertisers that get their value.

        Of these one more than is named, which tells that there are others.
        """
        getters = _Others(((to, to) for to in self._advertisers_told), MAX_NAMED + 1)
        for holder, places in self.holders.items():
            for place in places:
                if self.seen[place].is_unclassified:
                    yield place, getters.than(holder.domain)

    def shared_requests(self) -> Iterator[tuple[int, tuple[str, ...]]]:
        """Yield unclassified requests by place, with advertisers that have what they carry as well."""
        if any(holder.category not in _DECIDING for holder in self.holders):
            return
        owners = {holder.domain for holder in self.holders}
        advertisers = self._advertisers_told | {
            holder.domain for holder in self.holders if _advertises(holder)
        }
        others = _Others(((domain, domain) for domain in advertisers), MAX_NAMED + 1)
        for sending in self.sent:
            judged = self.seen[sending.place]
            is_decided = judged.is_unclassified and judged.observation.kind in _DECIDED_KINDS
            if is_decided and owners != {sending.to}:
                yield sending.place, others.than(sending.to)

    @cached_property
    def _advertisers_told(self) -> frozenset[str]:
        """The domains that are sent the identifier and that the catalogue calls targeting."""
        return frozenset(sending.to for sending in self.sent if self.seen[sending.place].is_targeting)


def flows(seen: Sequence[Judged], own: OwnHosts) -> Iterator[Flow]:
    """Yield a flow for every stored identifier that was sent to a third party."""
    stored = stored_identifiers(seen, own)
    sent: dict[str, list[Sending]] = defaultdict(list)
    for sending in sendings(seen, own, stored.forms):
        sent[sending.carried.identifier].append(sending)
    for identifier, carriers in sent.items():
        yield Flow(seen, stored.holders[identifier], carriers)


def _advertises(holder: Holder) -> bool:
    return bool(holder.domain) and holder.category == "targeting"
