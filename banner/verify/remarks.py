"""What keeps a verification from being a proof, and what it says beside the leaks."""

from collections.abc import Iterator

from consentinel.banner.verify.evidence import Evidence
from consentinel.banner.verify.leaks import left_at_third_parties
from consentinel.banner.verify.unknown_hosts import KIND, denied_hosts, gone_hosts
from consentinel.scanner.report import Finding, Report

# What a scan leaves out on purpose, or what hides nothing that a page did.
_HARMLESS_GAPS = frozenset(
    ("screenshot", "robots", "sitemap", "crawl-trap", "http-error", "state-not-reached", KIND)
)
_MOST_NAMED = 10


def problems_of(evidence: Evidence) -> tuple[str, ...]:
    """Return why something could not be proven, one sentence each."""
    return tuple(_problems(evidence))


def notes_of(evidence: Evidence) -> tuple[str, ...]:
    """Return what else to know, one sentence each."""
    return (*_about_the_script(evidence), *_about_the_states(evidence), *_about_findings(evidence))


def _problems(evidence: Evidence) -> Iterator[str]:
    report = evidence.report
    if evidence.has_no_banner:
        yield (
            f"There is no banner of consentinel on {report.site}: put its script first into the head of "
            "every page, and see that its address answers and no Content-Security-Policy refuses it."
        )
    for visit in report.states:
        if not visit.reached and not evidence.has_no_banner:
            yield f"The state {visit.state} was not reached: {visit.detail}."
    yield from _about_modes(evidence)
    yield from _about_grants(evidence)
    yield from _about_gaps(report)
    if report.scanned.truncated:
        yield "The scan ended early."


def _about_gaps(report: Report) -> Iterator[str]:
    for gap in report.gaps:
        if gap.kind not in _HARMLESS_GAPS:
            where = f"{gap.where} ({gap.state})" if gap.state else gap.where
            yield f"Not everything was seen: {gap.kind} at {where}: {gap.reason}."
    for host in denied_hosts(report):
        yield (
            f"{host} is in the catalogue, but not known to the name server here: where a filter in this "
            "network is why, verify from another one; where the service is gone, take its tag out."
        )


def _about_modes(evidence: Evidence) -> Iterator[str]:
    for name in evidence.odd_modes:
        wanted = _wanted(evidence.operator.mode)
        yield f"A page names the mode {name}, but {wanted}: deploy what is built from the settings."


def _about_grants(evidence: Evidence) -> Iterator[str]:
    for name in evidence.odd_regimes:
        wanted = _wanted(evidence.operator.regime)
        yield f"A page names the regime {name}, but {wanted}: what it grants is not believed."
    for state in evidence.states:
        over = evidence.granted_too_much(state)
        if over:
            yield f"In {state}, a page grants more than its regime does: {', '.join(sorted(over))}."


def _wanted(setting: str) -> str:
    return f"the settings say {setting}" if setting else "no such one is known"


def _about_the_script(evidence: Evidence) -> Iterator[str]:
    bare = evidence.without_banner()
    if bare and evidence.banner is not None:
        yield f"No banner, so nothing is held back there and nobody can withdraw: {_named(bare)}."
    if evidence.late:
        yield f"Tags above the banner's script run before it can hold them: {_named(sorted(evidence.late))}."
    positions = evidence.positions()
    above = {script for position in positions for script in position.above} - evidence.late
    if above:
        yield f"The banner's script is not the first one; above it: {_named(sorted(above))}."
    for word in sorted({position.delayed for position in positions} - {""}):
        yield f"The banner's script has {word}: other scripts may run before it. Take that away."


def _about_the_states(evidence: Evidence) -> Iterator[str]:
    banner = evidence.banner
    if banner is None:
        return
    if banner.mode == "observe":
        yield "Mode observe blocks nothing: what leaks here would be held back in mode standard or strict."
    for state in evidence.states:
        granted = evidence.granted(state)
        if granted:
            yield f"Under the regime {banner.regime}, {state} grants {', '.join(sorted(granted))}."
    if evidence.pending_after_consent:
        yield f"After consent to everything, {evidence.pending_after_consent} tags are still held back."


def _about_findings(evidence: Evidence) -> Iterator[str]:
    gone = gone_hosts(evidence.report)
    if gone:
        yield (
            "Pages ask for hosts that do not exist, as every visitor's browser does in vain: take out what "
            f"asks for {_named(gone)}."
        )
    left = left_at_third_parties(evidence)
    if left:
        yield f"Cookies of third parties outlive the withdrawal; no page may delete them: {_named(left)}."
    unknown = sorted({finding.host for finding in evidence.report.findings if _is_unknown(finding)})
    if unknown and not evidence.holds_unknown:
        yield f"Third parties that nobody has classified are let through by this banner: {_named(unknown)}."
    own = sorted({finding.name for finding in evidence.report.findings if _is_own_unknown(finding)})
    if own:
        yield f"Stored by the site itself, and unclassified; say what it is by a rule: {_named(own)}."
    new = sorted({finding.host for finding in evidence.report.findings if _comes_with_consent(finding)})
    if new:
        yield f"Only consent brought these third parties, which nobody has classified: {_named(new)}."


def _is_unknown(finding: Finding) -> bool:
    return finding.category is None and finding.party == "third" and finding.states != ("accept",)


def _comes_with_consent(finding: Finding) -> bool:
    return finding.category is None and finding.party == "third" and finding.states == ("accept",)


def _is_own_unknown(finding: Finding) -> bool:
    is_stored = finding.kind in ("cookie", "storage")
    return is_stored and finding.category is None and finding.party == "first"


def _named(texts: list[str]) -> str:
    more = len(texts) - _MOST_NAMED
    return ", ".join(texts[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
