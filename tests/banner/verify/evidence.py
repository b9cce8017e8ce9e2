"""Evidence of a scan that never was: observations by state, and what the pages' banners said."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from consentinel.banner.verify.evidence import Evidence, Operator
from consentinel.banner.verify.inspection import BannerState, Inspection, PageFacts
from consentinel.banner.verify.position import Position
from consentinel.scanner.catalogue.taxonomy import STATES, State
from consentinel.scanner.classify import classify
from consentinel.scanner.knowledge import Knowledge
from consentinel.scanner.observations import Observation
from tests.support.observing import OWN, PAGE, core_catalogue, make_observation, make_result
from tests.support.reports import make_report

FOUR: tuple[State, ...] = ("no-choice", "reject", "accept", "withdrawn")
NOTHING = {"strictly-necessary": True, "functional": False, "performance": False, "targeting": False}
EVERYTHING = dict.fromkeys(NOTHING, True)
_KNOWLEDGE = Knowledge(core_catalogue())


def banner_state(**changes: Any) -> BannerState:
    """Return what a banner says that nobody has answered."""
    facts: dict[str, Any] = {"mode": "standard", "regime": "eu", "decided": False, "choices": NOTHING}
    return BannerState(**(facts | changes))


def inspection(
    state: State = "no-choice",
    banner: BannerState | None = None,
    *,
    held: tuple[str, ...] = (),
    position: Position | None = None,
) -> Inspection:
    """Return what was seen of a banner on the start page."""
    return Inspection(page=PAGE, state=state, facts=PageFacts(banner, held), position=position)


def make_evidence(
    seen: Mapping[State, Sequence[Observation]],
    inspections: Sequence[Inspection] | None = None,
    *,
    operator: Operator | None = None,
    **report: Any,
) -> Evidence:
    """Return evidence with these observations in the four states of a verification, and those of `seen`."""
    states = tuple(state for state in STATES if state in (*FOUR, *seen))
    visits = [make_result(plan={"state": state}, observations=list(seen.get(state, ()))) for state in states]
    knowledge = replace(_KNOWLEDGE, rules=operator.rules) if operator else _KNOWLEDGE
    observations = [fact for visit in visits for fact in visit.observations]
    findings = classify(observations, knowledge.catalogue, OWN, knowledge.rules)
    said = [inspection(state, banner_state()) for state in states] if inspections is None else inspections
    return Evidence(
        report=make_report(*findings, **{"site": PAGE, "states": states, "gaps": (), **report}),
        visits=visits,
        inspections=said,
        knowledge=knowledge,
        own=OWN,
        operator=operator or Operator(),
    )


def ga_cookie(state: State, **changes: Any) -> Observation:
    """Return Google Analytics' cookie, written by a script."""
    facts: dict[str, Any] = {"name": "_ga", "state": state, "attributes": {"via": "script"}}
    return make_observation(**(facts | changes))


def request(url: str, state: State, **changes: Any) -> Observation:
    """Return a request that a tag in the HTML started."""
    host, _, path = url.removeprefix("https://").partition("/")
    name = f"{host}/{path.partition('?')[0]}"
    facts: dict[str, Any] = {"kind": "script", "name": name, "host": host, "url": url}
    return make_observation(**(facts | {"state": state, "attributes": {"resource_type": "script"}} | changes))
