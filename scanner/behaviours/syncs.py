"""Identifiers that go from one company to another, as findings of their own: `from.example -> to.example`.

Cookie matching as in Acar et al. (CCS 2014, section 5) and Papadopoulos et al. (WWW 2019): what one company
keeps in a cookie turns up in a request to another, often by a redirect.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from consentinel.scanner.behaviours.judged import Judged
from consentinel.scanner.behaviours.sent import Sending
from consentinel.scanner.behaviours.stored import Holder
from consentinel.scanner.catalogue.subject import UNCLASSIFIED, Decision
from consentinel.scanner.observations import Observation
from consentinel.scanner.party import registrable_domain
from consentinel.scanner.shapes import public_url
from consentinel.scanner.urls import host_of

RULE = "behaviour:id-sync"
# Less than any entry, so that among the observations of one finding the catalogue's answer counts.
CONFIDENCE = 0.4
_PURPOSE = "Lets two companies recognise the same visitor."


@dataclass
class Sync:
    """What was seen between two companies: evidence by the place of the request; who advertises."""

    lines: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    vendors: set[str] = field(default_factory=set)
    is_targeting: bool = False

    def add(self, holder: Holder, sending: Sending, request: Judged) -> None:
        """Take in one request that carries the value of an item."""
        self.lines[sending.place].add(_line(holder, sending, request.observation))
        ends = ((holder.category, holder.vendor), (request.decision.category, request.decision.vendor))
        for category, vendor in ends:
            if category == "targeting":
                self.is_targeting = True
                self.vendors.update(filter(None, [vendor]))

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


def sync_findings(syncs: dict[tuple[str, str], Sync], seen: Sequence[Judged]) -> Iterator[Judged]:
    """Yield one observation of kind `id-sync` per pair of companies and request."""
    for (holder, to), sync in syncs.items():
        decision, name = sync.decision(), f"{holder} -> {to}"
        for place, lines in sync.lines.items():
            yield Judged(_observation(name, to, seen[place].observation, lines), decision, name)


def _observation(name: str, to: str, request: Observation, lines: set[str]) -> Observation:
    return Observation(
        kind="id-sync",
        name=name,
        host=to,
        url=public_url(request.url),
        state=request.state,
        page=request.page,
        party=request.party,
        evidence=tuple(sorted(lines)),
    )


def _line(holder: Holder, sending: Sending, request: Observation) -> str:
    redirects = request.attributes.get("redirects")
    chain = redirects if isinstance(redirects, tuple) else ()
    is_redirect = holder.domain in {registrable_domain(host_of(url)) for url in chain}
    how = " by a redirect" if is_redirect else ""
    return f"{sending.carried.what} of {holder.label} is sent to {sending.to}{how} ({sending.carried.where})"
