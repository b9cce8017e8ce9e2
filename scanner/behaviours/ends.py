"""The two ends of a sync: the companies that an identifier comes from, and those that are sent it."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from consentinel.scanner.behaviours.flows import Flow
from consentinel.scanner.behaviours.sent import Sending
from consentinel.scanner.behaviours.stored import Holder
from consentinel.scanner.catalogue.taxonomy import State
from consentinel.scanner.observations import Observation
from consentinel.scanner.party import registrable_domain
from consentinel.scanner.urls import host_of

# A value that more companies than this store without having been sent it says little of where it comes from.
_MAX_ORIGINS = 20


@dataclass
class End:
    """One of the two companies of a sync: what the catalogue calls it."""

    domain: str
    vendor: str | None
    is_targeting: bool = False

    def is_same(self, other: "End") -> bool:
        """Say whether two ends are one company."""
        return self.domain == other.domain or (self.vendor is not None and self.vendor == other.vendor)


@dataclass
class Origin(End):
    """A company with the labels of its items that hold the identifier."""

    labels: set[str] = field(default_factory=set)


@dataclass
class Receiver(End):
    """A company that is sent it. ways: form, place in the address, domains that redirected there.

    visits: state and page of the requests, each with the first address in order.
    """

    ways: set[tuple[str, str, tuple[str, ...]]] = field(default_factory=set)
    visits: dict[tuple[State, str], str] = field(default_factory=dict)

    def add(self, sending: Sending, request: Observation, url: str) -> None:
        """Take in one request that carries the identifier, with its address as a report shows it."""
        self.ways.add((sending.carried.what, sending.carried.where, _redirected_by(request)))
        keep_first(self.visits, request.state, request.page, url)


def origins_of(flow: Flow) -> Iterator[Origin]:
    """Yield the third parties that the identifier comes from, by domain and vendor.

    Who never was sent the identifier is where it comes from; where all were, each may be.
    """
    foreign = {holder.domain for holder in flow.holders if holder.domain}
    chosen = set(sorted(foreign - flow.told or foreign)[:_MAX_ORIGINS])
    found: dict[tuple[str, str | None], Origin] = {}
    for holder in flow.holders:
        if holder.domain in chosen:
            origin = found.setdefault(_company(holder), Origin(*_company(holder)))
            origin.labels.add(holder.label)
            origin.is_targeting |= holder.category == "targeting"
    yield from found.values()


def _company(holder: Holder) -> tuple[str, str | None]:
    return holder.domain, holder.vendor


def keep_first(visits: dict[tuple[State, str], str], state: State, page: str, url: str) -> None:
    """Keep the first address in order of a state and page."""
    visits[state, page] = min(url, visits.get((state, page), url))


def _redirected_by(request: Observation) -> tuple[str, ...]:
    redirects = request.attributes.get("redirects")
    chain = redirects if isinstance(redirects, tuple) else ()
    return tuple(sorted({registrable_domain(host_of(url)) for url in chain}))
