"""Prove a site's banner: one scan of all consent states, judged."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import msgspec

from consentinel.banner.verify.evidence import Evidence, Operator
from consentinel.banner.verify.inspection import BannerInspector, Inspection
from consentinel.banner.verify.leaks import Leak, find_leaks
from consentinel.banner.verify.remarks import notes_of, problems_of
from consentinel.scanner.catalogue.taxonomy import STATES, State
from consentinel.scanner.collectors import COLLECTORS
from consentinel.scanner.knowledge import load_knowledge
from consentinel.scanner.party import OwnHosts
from consentinel.scanner.report import Report, StateVisit
from consentinel.scanner.scan import OnVisit, ScanResult, scan
from consentinel.scanner.settings import ScanSettings
from consentinel.scanner.urls import host_of, parse_start_url

SCHEMA: Literal["consentinel/verification/1"] = "consentinel/verification/1"
PROVEN_STATES: tuple[State, ...] = ("no-choice", "reject", "accept", "withdrawn")

Result = Literal["clean", "leaks", "unproven"]
EXIT_STATUS: dict[Result, int] = {"clean": 0, "leaks": 1, "unproven": 2}


class Verification(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it. mode: the one it is judged by, null without a banner.

    problems: why nothing, or not everything, could be proven. notes: what is no leak, but worth knowing.
    """

    schema: Literal["consentinel/verification/1"] = SCHEMA
    site: str
    result: Result
    mode: str | None
    regime: str | None
    states: tuple[StateVisit, ...]
    pages: int
    leaks: tuple[Leak, ...]
    problems: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Verified:
    """The judgement, the report that it rests on, and the warnings of the scan."""

    verification: Verification
    report: Report
    warnings: Sequence[str]


async def verify(
    urls: Sequence[str],
    settings: ScanSettings,
    *,
    operator: Operator | None = None,
    requested_ok: bool = False,
    on_visit: OnVisit = lambda _visit: None,
    interrupted: asyncio.Event | None = None,
) -> Verified:
    """Scan a site in every state of PROVEN_STATES, and in those of `settings`, and judge what was there.

    operator: what the settings file says. requested_ok: tags that were requested but did not run are told
    but do not count, except in mode strict, which promises more. Raises what `scan` raises.
    """
    told, seen = operator or Operator(), list[Inspection]()
    knowledge = load_knowledge(settings, told.rules)
    inspector: Callable[[], BannerInspector] = lambda: BannerInspector(seen, told.served)  # noqa: E731 a factory of the registry's form
    result = await scan(
        urls,
        replace(settings, states=_states(settings)),
        collectors=(*COLLECTORS, inspector),
        on_visit=on_visit,
        interrupted=interrupted,
        knowledge=knowledge,
    )
    evidence = Evidence(
        report=result.report,
        visits=result.visits,
        inspections=seen,
        knowledge=knowledge,
        own=_own_hosts(urls, settings, result),
        operator=told,
    )
    return Verified(judge(evidence, requested_ok=requested_ok), result.report, result.warnings)


def judge(evidence: Evidence, *, requested_ok: bool = False) -> Verification:
    """Return what the evidence says."""
    leaks, problems = find_leaks(evidence), problems_of(evidence)
    banner = evidence.banner
    return Verification(
        site=evidence.report.site,
        result=_result(evidence, leaks, problems, requested_ok=requested_ok),
        mode=evidence.mode if banner else None,
        regime=banner.regime if banner else None,
        states=evidence.report.states,
        pages=len({page.url for page in evidence.report.pages}),
        leaks=leaks,
        problems=problems,
        notes=notes_of(evidence),
    )


def _result(
    evidence: Evidence, leaks: Sequence[Leak], problems: Sequence[str], *, requested_ok: bool
) -> Result:
    """Without a banner there is nothing to prove; otherwise a leak is one, whatever else was not seen."""
    if evidence.banner is None:
        return "unproven"
    passes = requested_ok and evidence.mode != "strict"
    if any(leak.how != "requested-not-run" or not passes for leak in leaks):
        return "leaks"
    return "unproven" if problems else "clean"


def _states(settings: ScanSettings) -> tuple[State, ...]:
    return tuple(state for state in STATES if state in (*PROVEN_STATES, *settings.states))


def _own_hosts(urls: Sequence[str], settings: ScanSettings, result: ScanResult) -> OwnHosts:
    """Return the site's own hosts as the scan had them: where the start page led is one of them."""
    own = OwnHosts(host_of(parse_start_url(urls[0])), settings.first_party)
    own.adopt(host_of(result.visits[0].url))
    return own
