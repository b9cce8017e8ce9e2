"""What waits for a reviewer: findings that are unclassified or contested, by what names them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from consentinel.scanner.override_patterns import REQUESTS, STORED, Pattern, UnnameableError, pattern_for
from consentinel.scanner.party import registrable_domain
from consentinel.scanner.report import Finding, Report
from consentinel.scanner.verdict import severity

# What the table `overrides` has room for.
_LONGEST_PATTERN = 512


@dataclass(frozen=True, kw_only=True)
class Question:
    """One decision to make. pattern: what an override would name; findings: those it is asked for.

    guess: who it is probably of.
    """

    pattern: Pattern
    findings: tuple[Finding, ...]
    guess: str

    @property
    def contested(self) -> bool:
        """Say whether the catalogue knows it and only its need of consent is in doubt."""
        return all(finding.category is not None for finding in self.findings)


@dataclass(frozen=True, kw_only=True)
class Unnameable:
    """A finding that no override can name, and why."""

    finding: Finding
    reason: str


@dataclass(frozen=True, kw_only=True)
class Queue:
    """All that waits, worst first."""

    questions: tuple[Question, ...] = ()
    unnameable: tuple[Unnameable, ...] = ()

    @property
    def waiting(self) -> int:
        """How many decisions can be made."""
        return len(self.questions)


def queue_of(report: Report) -> Queue:
    """Return what a reviewer is asked of a report. Its overrides have to be in it already."""
    asked: dict[Pattern, list[Finding]] = defaultdict(list)
    unnameable = []
    for finding in sorted(filter(_is_asked, report.findings), key=severity):
        try:
            asked[_pattern(finding)].append(finding)
        except UnnameableError as error:
            unnameable.append(Unnameable(finding=finding, reason=str(error)))
    return Queue(questions=tuple(_questions(asked.items())), unnameable=tuple(unnameable))


def _is_asked(finding: Finding) -> bool:
    is_nameable = finding.kind in STORED or finding.kind in REQUESTS
    return is_nameable and (finding.category is None or (finding.contested and finding.layer != "override"))


def _pattern(finding: Finding) -> Pattern:
    pattern = pattern_for(finding)
    if len(pattern.text) > _LONGEST_PATTERN:
        raise UnnameableError("its pattern is too long to store")
    return pattern


def _questions(asked: Iterable[tuple[Pattern, Sequence[Finding]]]) -> Iterable[Question]:
    for pattern, findings in asked:
        yield Question(pattern=pattern, findings=tuple(findings), guess=_guess(findings[0]))


def _guess(finding: Finding) -> str:
    if finding.vendor:
        return finding.vendor
    return registrable_domain(finding.host) if finding.party == "third" else ""
