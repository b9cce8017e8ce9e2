"""What a report says in one sentence, and the counts behind it. Every rendering and the diff share this."""

from collections.abc import Iterable
from typing import Literal

import msgspec

from consentinel.scanner.catalogue.taxonomy import CATEGORIES, Category, State, needs_consent
from consentinel.scanner.report import Finding, Report

Level = Literal["good", "uncertain", "bad"]

# Nobody agreed to anything in these states (facts: consent must come first, and a refusal or GPC is none).
WITHOUT_CONSENT: tuple[State, ...] = ("no-choice", "reject", "withdrawn", "gpc")
_AFTER: dict[State, str] = {
    "reject": "after a refusal",
    "withdrawn": "after withdrawal",
    "gpc": "despite GPC",
}
_EMPTY_NOT_CLEAN = "Nothing was found, but this is not a clean result."
# Worst first; what nobody knows may be anything, so it comes before what is known to be milder.
_SEVERITY: tuple[Category | None, ...] = (
    "targeting",
    None,
    "performance",
    "functional",
    "strictly-necessary",
)


class Tally(msgspec.Struct, frozen=True):
    """How many findings a category has, and how many of them are set without consent though they need it."""

    category: Category | None
    total: int
    before_consent: int


class Verdict(msgspec.Struct, frozen=True):
    """`sentence` is the result, `caveat` what limits it (empty: nothing does)."""

    level: Level
    sentence: str
    caveat: str


def waits_for_consent(finding: Finding) -> bool:
    """Say whether this finding may only be there after opt-in."""
    return needs_consent(finding.category, contested=finding.contested)


def is_refused(finding: Finding) -> bool:
    """Say whether this is a cookie that the browser refused every time, so that it was never set."""
    return bool(finding.attributes.get("blocked"))


def early_states(finding: Finding) -> tuple[State, ...]:
    """Return the states in which the finding was there without the consent it needs."""
    if is_refused(finding) or not waits_for_consent(finding):
        return ()
    return tuple(state for state in WITHOUT_CONSENT if state in finding.states)


def severity(finding: Finding) -> tuple[int, int, int, str, str, str]:
    """Return a sort key, worst first: set without consent, then by category, contested, kind and name."""
    return (
        0 if early_states(finding) else 1,
        _SEVERITY.index(finding.category),
        0 if finding.contested else 1,
        finding.kind,
        finding.name,
        finding.id,
    )


def tallies(findings: Iterable[Finding]) -> tuple[Tally, ...]:
    """Count per category, in the order of the taxonomy, `unclassified` last; empty categories included."""
    kept = tuple(findings)
    return tuple(_tally(category, kept) for category in (*CATEGORIES, None))


def _tally(category: Category | None, findings: tuple[Finding, ...]) -> Tally:
    members = [finding for finding in findings if finding.category == category]
    return Tally(category, len(members), sum(1 for finding in members if early_states(finding)))


def reached_states(report: Report) -> tuple[State, ...]:
    """Return the states that the scan really got into."""
    return tuple(visit.state for visit in report.states if visit.reached)


def judge(report: Report) -> Verdict:
    """Return the sentence that stands on top of every rendering."""
    level, sentence = _result(report)
    caveat = _caveat(report)
    if level == "good" and caveat:
        return Verdict("uncertain", sentence if report.findings else _EMPTY_NOT_CLEAN, caveat)
    return Verdict(level, sentence, caveat)


def _result(report: Report) -> tuple[Level, str]:
    observed = [state for state in WITHOUT_CONSENT if state in reached_states(report)]
    total = len(report.findings)
    if any(early_states(finding) for finding in report.findings):
        return "bad", _leak_sentence(report, total)
    if not observed:
        return (
            "uncertain",
            "No state without consent was observed, so nothing is known about what runs before a choice.",
        )
    if not total:
        return "good", "Nothing was found: no cookies, storage or third parties."
    if not any(waits_for_consent(finding) for finding in report.findings):
        return "good", f"Nothing here needs consent: {_findings(total)}, strictly necessary."
    return "good", f"Nothing that needs consent is set without it; {_shares(report, total)}."


def _shares(report: Report, total: int) -> str:
    needy = [finding for finding in report.findings if waits_for_consent(finding)]
    refused = sum(map(is_refused, needy))
    waiting = len(needy) - refused
    if not waiting:
        return f"the browser refused {refused} of {_findings(total)}"
    share = f"{waiting} of {_findings(total)} {'waits' if waiting == 1 else 'wait'} for consent"
    return f"{share}, the browser refused {refused}" if refused else share


def _leak_sentence(report: Report, total: int) -> str:
    counts = {
        state: sum(1 for finding in report.findings if state in early_states(finding))
        for state in WITHOUT_CONSENT
    }
    first, *others = [state for state in WITHOUT_CONSENT if counts[state]]
    need = "needs consent but is" if counts[first] == 1 else "need consent but are"
    when = f"there {_AFTER[first]}" if first in _AFTER else "set before any choice"
    lead = f"{counts[first]} of {_findings(total)} {need} {when}"
    tail = [f"{counts[state]} {_AFTER[state]}" for state in others]
    return ", ".join([lead, *tail]) + "."


def _caveat(report: Report) -> str:
    parts = []
    if report.gaps:
        things = "1 thing" if len(report.gaps) == 1 else f"{len(report.gaps)} things"
        parts.append(f"{things} could not be observed, so what is missing here may still be there.")
    if report.scanned.truncated:
        parts.append("The scan ended early.")
    return " ".join(parts)


def _findings(count: int) -> str:
    return "1 finding" if count == 1 else f"{count} findings"
