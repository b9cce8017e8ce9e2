"""Identifiers that go from one company to another, as findings of their own: `from.example -> to.example`.

Cookie matching as in Acar et al. (CCS 2014, section 5) and Papadopoulos et al. (WWW 2019): what one company
keeps in a cookie turns up in a request to another, often by a redirect.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice, product

from consentinel.scanner.behaviours.ends import Origin, Receiver, keep_first, origins_of
from consentinel.scanner.behaviours.flows import Flow
from consentinel.scanner.behaviours.judged import Judged
from consentinel.scanner.behaviours.sent import Sending
from consentinel.scanner.catalogue.subject import UNCLASSIFIED, Decision
from consentinel.scanner.catalogue.taxonomy import State
from consentinel.scanner.observations import Observation
from consentinel.scanner.shapes import public_url

RULE = "behaviour:id-sync"
# Less than any entry, so that among the observations of one finding the catalogue's answer counts.
CONFIDENCE = 0.4
_PURPOSE = "Lets two companies recognise the same visitor."
# As many as a finding shows: more would be sorted and dropped again.
_MAX_LINES = 12


@dataclass
class _Sync:
    """What was seen between two companies: evidence, visits, who advertises."""

    lines: set[str] = field(default_factory=set)
    visits: dict[tuple[State, str], str] = field(default_factory=dict)
    vendors: set[str] = field(default_factory=set)
    is_targeting: bool = False

    def add(self, lines: Iterable[str], origin: Origin, receiver: Receiver) -> None:
        """Take in that a company is sent what another one holds."""
        self.lines.update(lines)
        for (state, page), url in receiver.visits.items():
            keep_first(self.visits, state, page, url)
        for end in (origin, receiver):
            if end.is_targeting:
                self.is_targeting = True
                self.vendors.update(filter(None, [end.vendor]))

    def decision(self) -> Decision:
        """Return targeting where the catalogue knows one of the two for it; else nobody knows."""
        if not self.is_targeting:
            return UNCLASSIFIED
        return Decision(
            category="targeting",
            vendor=", ".join(sorted(self.vendors)) or None,
            purpose=_PURPOSE,
            rule=RULE,
            layer="behaviour",
            confidence=CONFIDENCE,
        )


class Syncs:
    """The syncs of a scan, by the domains of the two companies."""

    def __init__(self, seen: Sequence[Judged]) -> None:
        self._seen = seen
        self._found: dict[tuple[str, str], _Sync] = defaultdict(_Sync)
        self._urls: dict[int, str] = {}

    def take(self, flow: Flow) -> None:
        """Note who is sent one identifier that is in a third party's item."""
        origins = list(origins_of(flow))
        if not origins:
            return
        for origin, receiver in product(origins, self._receivers(flow.sent)):
            if not origin.is_same(receiver):
                self._found[origin.domain, receiver.domain].add(_lines(origin, receiver), origin, receiver)

    def findings(self) -> Iterator[Judged]:
        """Yield one observation of kind `id-sync` per pair of companies, state and page."""
        for (origin, to), sync in self._found.items():
            decision, name, lines = sync.decision(), f"{origin} -> {to}", sorted(sync.lines)[:_MAX_LINES]
            for (state, page), url in sync.visits.items():
                seen = Observation(
                    kind="id-sync",
                    name=name,
                    host=to,
                    url=url,
                    state=state,
                    page=page,
                    party="third",
                    evidence=tuple(lines),
                )
                yield Judged(seen, decision, name)

    def _receivers(self, sent: Iterable[Sending]) -> Iterable[Receiver]:
        found: dict[tuple[str, str | None], Receiver] = {}
        for sending in sent:
            request = self._seen[sending.place]
            key = (sending.to, request.decision.vendor)
            receiver = found.setdefault(key, Receiver(*key))
            receiver.add(sending, request.observation, self._public_url(sending.place))
            receiver.is_targeting |= request.is_targeting
        return found.values()

    def _public_url(self, place: int) -> str:
        """Return the address of a request without values, made once: it may carry many identifiers."""
        if place not in self._urls:
            self._urls[place] = public_url(self._seen[place].observation.url)
        return self._urls[place]


def _lines(origin: Origin, receiver: Receiver) -> Iterator[str]:
    """Yield the evidence, of each identifier no more than is shown."""
    told = product(sorted(origin.labels), sorted(receiver.ways))
    for label, (what, where, redirected_by) in islice(told, _MAX_LINES):
        how = " by a redirect" if origin.domain in redirected_by else ""
        yield f"{what} of {label} is sent to {receiver.domain}{how} ({where})"
