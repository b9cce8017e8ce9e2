"""The behavioural layer: after the catalogue has spoken, what do the observations say of each other?

It adds evidence to what carries or shares an identifier, and answers only where nothing else did, with
targeting or not at all: an identifier that advertisers share serves advertising, and nothing that a request
does can show that it is needed (facts: knowledge, order of decision).
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

import msgspec

from consentinel.scanner.behaviours.flows import MAX_CLUES, MAX_NAMED, Flow, flows
from consentinel.scanner.behaviours.judged import Judged
from consentinel.scanner.behaviours.syncs import CONFIDENCE, RULE, Syncs
from consentinel.scanner.party import OwnHosts

_ITEM = "An identifier that advertisers are given."
_REQUEST = "Passes on an identifier that advertisers have as well."


class _Notes:
    """What was learned so far, by the place of an observation."""

    def __init__(self) -> None:
        self.clues: dict[int, set[str]] = defaultdict(set)
        self.advertisers: dict[int, set[str]] = defaultdict(set)

    def take(self, flow: Flow) -> None:
        """Note what one identifier's way says of all that had a part in it."""
        for place, clues in flow.clues():
            self.clues[place].update(clues)
        for place, advertisers in (*flow.shared_items(), *flow.shared_requests()):
            self.advertisers[place].update(advertisers)


def with_behaviour(seen: Sequence[Judged], own: OwnHosts) -> Iterator[Judged]:
    """Yield all observations with clues and behaviour's answers, then the id syncs between third parties.

    The order of `seen` decides nothing. No value leaves: clues name items, domains and parameters.
    """
    notes, syncs = _Notes(), Syncs(seen)
    for flow in flows(seen, own):
        notes.take(flow)
        syncs.take(flow)
    for place, judged in enumerate(seen):
        yield _noted(judged, notes.clues.get(place), notes.advertisers.get(place))
    yield from syncs.findings()


def _noted(judged: Judged, clues: set[str] | None, advertisers: set[str] | None) -> Judged:
    if clues:
        judged = replace(judged, clues=tuple(sorted(clues)[:MAX_CLUES]))
    return _answered(judged, sorted(advertisers)) if advertisers else judged


def _answered(judged: Judged, advertisers: list[str]) -> Judged:
    is_item = judged.observation.kind in ("cookie", "storage")
    named = ", ".join(advertisers[:MAX_NAMED]) + (" and others" if len(advertisers) > MAX_NAMED else "")
    what = "Its value is given to" if is_item else "The identifier in it is shared with"
    decision = msgspec.structs.replace(
        judged.decision,
        category="targeting",
        purpose=_ITEM if is_item else _REQUEST,
        rule=RULE,
        layer="behaviour",
        confidence=CONFIDENCE,
        evidence=(*judged.decision.evidence, f"{what} {named}: targeting in the catalogue."),
    )
    return replace(judged, decision=decision)
