"""One identifier: who holds it, who gets it, and who of them is in advertising."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from consentinel.scanner.behaviours.judged import Judged
from consentinel.scanner.behaviours.sent import Sending, sendings
from consentinel.scanner.behaviours.stored import Holder, stored_identifiers
from consentinel.scanner.catalogue.taxonomy import Category
from consentinel.scanner.party import OwnHosts

_DECIDED_KINDS = frozenset({"request", "pixel", "beacon"})
# What the catalogue calls an analytics vendor's number may go to many without making each an advertiser.
_DECIDING: tuple[Category | None, ...] = ("targeting", None)


@dataclass(frozen=True)
class Flow:
    """The holders of an identifier, with the places of their observations, and the requests that carry it."""

    seen: Sequence[Judged]
    holders: Mapping[Holder, set[int]]
    sent: Sequence[Sending]

    @cached_property
    def pairs(self) -> tuple[tuple[Holder, Sending], ...]:
        """Who holds it, and a request that takes it to somebody else."""
        return tuple(
            (holder, sending)
            for holder in self.holders
            for sending in self.sent
            if sending.to != holder.domain
        )

    @cached_property
    def advertisers(self) -> frozenset[str]:
        """The domains that have the identifier and that the catalogue calls targeting."""
        got = {sending.to for sending in self.sent if self.seen[sending.place].is_targeting}
        return frozenset(got | {holder.domain for holder in self.holders if _advertises(holder)})

    def shared_items(self) -> Iterator[tuple[int, str]]:
        """Yield unclassified cookies and storage items by place, with an advertiser that gets their value."""
        for holder, sending in self.pairs:
            if self.seen[sending.place].is_targeting:
                for place in self.holders[holder]:
                    if self.seen[place].is_unclassified:
                        yield place, sending.to

    def shared_requests(self) -> Iterator[tuple[int, str]]:
        """Yield unclassified requests by place, with an advertiser that has what they carry as well."""
        if any(holder.category not in _DECIDING for holder in self.holders):
            return
        for place, to in {(sending.place, sending.to) for _, sending in self.pairs}:
            judged = self.seen[place]
            if judged.is_unclassified and judged.observation.kind in _DECIDED_KINDS:
                yield from ((place, other) for other in self.advertisers - {to})

    def syncs(self) -> Iterator[tuple[Holder, Sending]]:
        """Yield a third party's item and a request that takes its value to another company.

        Who never was sent the identifier is where it comes from; where all were, each may be.
        """
        told = {sending.to for sending in self.sent}
        foreign = {holder.domain for holder in self.holders if holder.domain}
        origins = foreign - told or foreign
        for holder, sending in self.pairs:
            if holder.domain in origins and not self._same_company(holder, sending):
                yield holder, sending

    def _same_company(self, holder: Holder, sending: Sending) -> bool:
        vendor = self.seen[sending.place].decision.vendor
        return vendor is not None and vendor == holder.vendor


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
