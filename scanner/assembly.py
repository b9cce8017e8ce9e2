"""Visits -> report: which observations count, what is a gap, what was visited and how."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from consentinel.scanner.catalogue.taxonomy import STATES, State
from consentinel.scanner.classify import classify
from consentinel.scanner.crawl import BROWSER_GONE, Crawl, Limits
from consentinel.scanner.egress import Egress, Refusal
from consentinel.scanner.observations import Gap, Observation
from consentinel.scanner.pages import Discovery, is_reached
from consentinel.scanner.report import Environment, PageTiming, PageVisit, Report, Scanned, StateVisit
from consentinel.scanner.shapes import public_url
from consentinel.scanner.shown import shown_finding, shown_gap
from consentinel.scanner.start import refusal_sentence
from consentinel.scanner.states import LEFT_ALONE
from consentinel.scanner.urls import host_of
from consentinel.scanner.version import VERSION
from consentinel.scanner.visit import VisitResult, is_of_site


def assemble(crawl: Crawl, discovery: Discovery, *, started: datetime) -> Report:
    """Return the report of a finished (or interrupted) crawl."""
    results = crawl.results
    crawl.limits.exhausted()  # in the middle of the last page, too
    gaps = {*_visit_gaps(results), *discovery.finish(), *_refusals(results, crawl.limits.egress)}
    gaps.update(_limit_gaps(crawl.limits, discovery.start))
    gaps.update(_state_gaps(crawl.settings.states, results, discovery.start))
    gaps = {shown_gap(gap, crawl.own) for gap in gaps}
    findings = classify(_observations(results), crawl.knowledge.catalogue, crawl.own, crawl.knowledge.rules)
    return Report(
        site=public_url(discovery.start),
        scanned=_scanned(crawl, started, discovery.left_out),
        states=tuple(_state_visits(crawl.settings.states, results)),
        pages=_page_visits(results),
        findings=tuple(shown_finding(finding, crawl.own) for finding in findings),
        gaps=tuple(sorted(gaps, key=_gap_order)),
        environment=Environment(
            consentinel=VERSION,
            browser=f"Chromium {crawl.browser.version}",
            catalogue=crawl.knowledge.version,
            lists=crawl.knowledge.lists,
            settings=crawl.settings.public(),
        ),
    )


def counts(result: VisitResult) -> bool:
    """Say whether what was seen on a visit belongs to the site in that state."""
    return is_of_site(result) and is_reached(result)


def _observations(results: Iterable[VisitResult]) -> Iterator[Observation]:
    for result in results:
        if counts(result):
            yield from result.observations


def _state_visits(states: Iterable[State], results: Sequence[VisitResult]) -> Iterator[StateVisit]:
    for state in sorted(states, key=STATES.index):
        first = next((result for result in results if result.plan.state == state), None)
        if first is None:
            detail = "the scan ended before this state"
            yield StateVisit(state=state, reached=False, method=None, detail=detail)
        elif first.reached is None:
            reached = not first.plan.choose
            method = "nothing-clicked" if reached else None
            detail = LEFT_ALONE[state] if reached else "the page could not be loaded"
            yield StateVisit(state=state, reached=reached, method=method, detail=detail)
        else:
            outcome = first.reached
            yield StateVisit(
                state=state, reached=outcome.reached, method=outcome.method, detail=outcome.detail
            )


def _page_visits(results: Iterable[VisitResult]) -> tuple[PageVisit, ...]:
    """Return one entry per page and state; the page where the choice was made was visited twice."""
    visits: dict[tuple[State, str], PageVisit] = {}
    for result in results:
        key = (result.plan.state, public_url(result.plan.url))
        before = visits.get(key)
        visits[key] = PageVisit(
            url=key[1],
            state=key[0],
            status=result.status,
            watch_s=max(result.plan.watch_s, before.watch_s if before else 0.0),
            routes=tuple(sorted({public_url(route) for route in result.routes})),
        )
    return tuple(sorted(visits.values(), key=lambda visit: (STATES.index(visit.state), visit.url)))


def _visit_gaps(results: Iterable[VisitResult]) -> Iterator[Gap]:
    for result in results:
        where, state = public_url(result.plan.url), result.plan.state
        yield from result.gaps
        if result.plan.choose and not is_reached(result):
            reason = result.reached.detail if result.reached else "the start page could not be loaded"
            yield Gap(kind="state-not-reached", where=where, state=state, reason=reason)
        if result.wall is not None:
            yield Gap(kind=result.wall.kind, where=where, state=state, reason=result.wall.reason)
        elif result.failure is not None:
            yield Gap(kind="page-failed", where=where, state=state, reason=result.failure)
        elif result.off_site:
            reason = f"the page led to {host_of(result.url)}, which is not part of the site"
            yield Gap(kind="off-site", where=where, state=state, reason=reason)


def _refusals(results: Iterable[VisitResult], egress: Egress) -> Iterator[Gap]:
    """Return the hosts that pages asked for and could not be reached; the browser's own calls don't count."""
    asked = {host_of(exchange.url) for result in results for exchange in result.exchanges}
    for refusal in egress.refusals:
        if refusal.host in asked and refusal.reason != "budget":
            yield _refused(f"{refusal.host}:{refusal.port}", refusal)


def _refused(where: str, refusal: Refusal) -> Gap:
    reason = refusal_sentence(refusal)
    if refusal.reason == "unknown-host":
        return Gap(kind="unknown-host", where=where, reason=reason)
    return Gap(kind="refused", where=where, reason=reason)


def _state_gaps(states: Iterable[State], results: Sequence[VisitResult], start: str) -> Iterator[Gap]:
    """Return the states that the scan did not get to."""
    for state in states:
        if not any(result.plan.state == state for result in results):
            reason = "the scan ended before this state"
            yield Gap(kind="state-not-reached", where=public_url(start), state=state, reason=reason)


def _limit_gaps(limits: Limits, start: str) -> Iterator[Gap]:
    if limits.reason == "interrupted":
        yield Gap(kind="interrupted", where=public_url(start), reason="the scan was interrupted")
    elif limits.reason == BROWSER_GONE:
        yield Gap(kind="browser-crashed", where=public_url(start), reason=BROWSER_GONE)
    elif limits.reason is not None:
        yield Gap(kind="budget", where=public_url(start), reason=limits.reason)


def _gap_order(gap: Gap) -> tuple[str, str, int, str]:
    return (gap.kind, gap.where, -1 if gap.state is None else STATES.index(gap.state), gap.reason)


def _scanned(crawl: Crawl, started: datetime, left_out: int) -> Scanned:
    timings = [
        PageTiming(url=public_url(result.plan.url), state=result.plan.state, watched_s=result.watched_s)
        for result in crawl.results
    ]
    return Scanned(
        started=started.isoformat(timespec="seconds"),
        finished=datetime.now(UTC).isoformat(timespec="seconds"),
        truncated=crawl.limits.reason is not None,
        requests=crawl.limits.requests,
        bytes=crawl.limits.egress.bytes_total,
        pages_left_out=left_out,
        pages=tuple(timings),
    )
