"""What changed between two scans of a site: the facts that a reviewer needs, worst first.

Findings are matched by id, which holds `{site}` for own hosts, so a preview and the production site compare.
A finding that is missing is only `gone` where the new scan could have seen it; else it is `unknown`.
"""

from collections.abc import Callable, Iterable
from typing import Literal, TypeVar

import msgspec

from consentinel.scanner.catalogue.taxonomy import STATES, Category, State
from consentinel.scanner.errors import ReportError
from consentinel.scanner.gap_changes import gone_gaps, new_gaps
from consentinel.scanner.observability import Observability
from consentinel.scanner.observations import Gap
from consentinel.scanner.report import Finding, Report
from consentinel.scanner.verdict import early_states, is_refused, reached_states, severity

Item = TypeVar("Item")
SCHEMA: Literal["consentinel/diff/1"] = "consentinel/diff/1"


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """One of the two reports."""

    site: str
    started: str
    findings: int
    gaps: int


class Unknown(msgspec.Struct, frozen=True):
    """A finding of the old report that the new one lacks in `states`, where it could not have been seen."""

    finding: Finding
    states: tuple[State, ...]
    reason: str


class Moved(msgspec.Struct, frozen=True):
    """A finding whose category changed, or whether that is contested."""

    finding: Finding
    was_category: Category | None
    was_contested: bool


class StateChange(msgspec.Struct, frozen=True):
    """A finding that is seen in other states than before, or that the browser refused only then or now."""

    finding: Finding
    was: tuple[State, ...]
    now: tuple[State, ...]
    was_refused: bool = False


class Diff(msgspec.Struct, frozen=True, kw_only=True):
    """The difference of two reports.

    states: compared, i.e. asked for in both and reached in the old. worse: set without consent now and not
    then; better: the other way round; shifted: any other change of states. `notes` are no changes.
    """

    schema: Literal["consentinel/diff/1"] = SCHEMA
    old_report: Side
    new_report: Side
    states: tuple[State, ...]
    new: tuple[Finding, ...]
    worse: tuple[StateChange, ...]
    moved: tuple[Moved, ...]
    unknown: tuple[Unknown, ...]
    gone: tuple[Finding, ...]
    better: tuple[StateChange, ...]
    shifted: tuple[StateChange, ...]
    new_gaps: tuple[Gap, ...]
    gone_gaps: tuple[Gap, ...]
    notes: tuple[str, ...]

    @property
    def changed(self) -> bool:
        """Say whether there is anything to review."""
        changes = (self.new, self.worse, self.moved, self.unknown, self.gone, self.better, self.shifted)
        return any((*changes, self.new_gaps, self.gone_gaps))


def diff_reports(old: Report, new: Report) -> Diff:
    """Compare two reports; raise ReportError where they have no state in common or an id occurs twice."""
    states = _common_states(old, new)
    before, after = _index(old, states, "old"), _index(new, states, "new")
    pairs = [(before[key], after[key]) for key in before.keys() & after.keys()]
    missing = [before[key] for key in before.keys() - after.keys()]
    view = Observability(new, old)
    lost = [_judge_missing(finding, finding.states, view) for finding in missing]
    changes = [_compare_states(was, now, view) for was, now in pairs]
    unknown = [item for item in (*lost, *changes) if isinstance(item, Unknown)]
    return Diff(
        old_report=_side(old),
        new_report=_side(new),
        states=states,
        new=_worst_first([after[key] for key in after.keys() - before.keys()], lambda finding: finding),
        moved=_worst_first(
            [_moved(was, now) for was, now in pairs if _decision(was) != _decision(now)], _finding
        ),
        gone=_worst_first([item for item in lost if isinstance(item, Finding)], lambda finding: finding),
        unknown=_worst_first(unknown, _finding),
        worse=_changes(changes, lambda gained, _lost: bool(gained)),
        better=_changes(changes, lambda gained, lost: bool(lost) and not gained),
        shifted=_changes(changes, lambda gained, lost: not gained and not lost),
        new_gaps=new_gaps(old, new, states),
        gone_gaps=gone_gaps(old, new, states),
        notes=_notes(old, new, states),
    )


def _common_states(old: Report, new: Report) -> tuple[State, ...]:
    reached, asked = set(reached_states(old)), {visit.state for visit in new.states}
    common = tuple(state for state in STATES if state in reached & asked)
    if not common:
        raise ReportError("the two reports have no consent state in common: scan both with the same --states")
    return common


def _index(report: Report, states: tuple[State, ...], which: str) -> dict[str, Finding]:
    found: dict[str, Finding] = {}
    for finding in report.findings:
        seen = tuple(state for state in states if state in finding.states)
        if finding.id in found:
            raise ReportError(f"the {which} report is damaged: two findings have the id {finding.id!r}")
        if seen:
            found[finding.id] = msgspec.structs.replace(finding, states=seen)
    return found


def _judge_missing(finding: Finding, states: tuple[State, ...], view: Observability) -> Finding | Unknown:
    hidden = {state: view.obstacle(finding, state) for state in states}
    blocked = tuple(state for state in states if hidden[state])
    if not blocked:
        return finding
    return Unknown(finding, blocked, "; ".join(sorted({hidden[state] for state in blocked})))


def _compare_states(was: Finding, now: Finding, view: Observability) -> StateChange | Unknown | None:
    if was.states == now.states and is_refused(was) == is_refused(now):
        return None
    lost = tuple(state for state in was.states if state not in now.states)
    judged = _judge_missing(was, lost, view)
    only_lost = all(state in was.states for state in now.states) and is_refused(was) == is_refused(now)
    if isinstance(judged, Unknown) and only_lost:
        return judged
    return StateChange(now, was.states, now.states, is_refused(was))


def _changes(
    items: Iterable[StateChange | Unknown | None], chosen: Callable[[set[State], set[State]], bool]
) -> tuple[StateChange, ...]:
    """Pick changes by the states without consent that they gained and lost, under today's category."""
    kept = []
    for item in items:
        if isinstance(item, StateChange):
            now, then = set(early_states(item.finding)), _early_before(item)
            if chosen(now - then, then - now):
                kept.append(item)
    return _worst_first(kept, _finding)


def _early_before(item: StateChange) -> set[State]:
    if item.was_refused:
        return set()
    accepted = {key: value for key, value in item.finding.attributes.items() if key != "blocked"}
    return set(early_states(msgspec.structs.replace(item.finding, states=item.was, attributes=accepted)))


def _decision(finding: Finding) -> tuple[Category | None, bool]:
    return finding.category, finding.contested


def _moved(was: Finding, now: Finding) -> Moved:
    return Moved(now, was.category, was.contested)


def _finding(item: Moved | Unknown | StateChange) -> Finding:
    return item.finding


def _worst_first(items: Iterable[Item], finding_of: Callable[[Item], Finding]) -> tuple[Item, ...]:
    return tuple(sorted(items, key=lambda item: severity(finding_of(item))))


def _side(report: Report) -> Side:
    return Side(
        site=report.site,
        started=report.scanned.started,
        findings=len(report.findings),
        gaps=len(report.gaps),
    )


def _notes(old: Report, new: Report, states: tuple[State, ...]) -> tuple[str, ...]:
    notes = []
    if old.site != new.site:
        notes.append(f"The sites differ: {old.site} and {new.site}. Own hosts are treated as the same.")
    asked = {visit.state for report in (old, new) for visit in report.states}
    if left_out := [state for state in STATES if state in asked - set(states)]:
        notes.append(f"Not compared, because only one scan has them: {', '.join(left_out)}.")
    notes += [
        f"The {word} differs: {then} and {now}. Changes may come from that."
        for word, then, now in (
            ("browser", old.environment.browser, new.environment.browser),
            ("catalogue", old.environment.catalogue, new.environment.catalogue),
        )
        if then != now
    ]
    if old.environment.lists != new.environment.lists:
        notes.append("The packs in use differ. Changes may come from that.")
    if names := _differing_settings(old, new):
        notes.append(f"The scans had different settings: {', '.join(names)}.")
    return tuple(notes)


def _differing_settings(old: Report, new: Report) -> list[str]:
    then, now = old.environment.settings, new.environment.settings
    names = sorted(then.keys() | now.keys())
    return [name for name in names if name != "site" and then.get(name) != now.get(name)]
