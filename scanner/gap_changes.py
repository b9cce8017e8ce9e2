"""Which gaps of a scan are new, and which are really gone: the new scan looked there and met no gap."""

from collections.abc import Sequence

from consentinel.scanner.catalogue.taxonomy import State
from consentinel.scanner.observability import OWN, gap_key, own_hosts, place
from consentinel.scanner.observations import Gap
from consentinel.scanner.report import Report
from consentinel.scanner.verdict import reached_states


def new_gaps(old: Report, new: Report, states: Sequence[State]) -> tuple[Gap, ...]:
    """Return the gaps that only `new` has, of the compared states or of none."""
    return _only_in(new, old, states)


def gone_gaps(old: Report, new: Report, states: Sequence[State]) -> tuple[Gap, ...]:
    """Return the gaps that only `old` has where `new` has looked: at the same page, in the same state.

    A gap without a state is gone when `new` has looked in each of `states`; one without a page, when it
    reached the state and did not end early.
    """
    looks = _Looks(old, new)
    return tuple(
        gap
        for gap in _only_in(old, new, states)
        if all(looks.at(gap, state) for state in ([gap.state] if gap.state else states))
    )


def _only_in(report: Report, other: Report, states: Sequence[State]) -> tuple[Gap, ...]:
    known = {gap_key(gap, other) for gap in other.gaps}
    compared = (gap for gap in report.gaps if gap.state is None or gap.state in states)
    return tuple(gap for gap in compared if gap_key(gap, report) not in known)


class _Looks:
    """Answers where the new scan has looked."""

    def __init__(self, old: Report, new: Report) -> None:
        self._own = own_hosts(old) | own_hosts(new)
        self._reached = frozenset(reached_states(new))
        self._truncated = new.scanned.truncated
        self._answered = {
            (visit.state, place(url, self._own))
            for visit in new.pages
            if visit.status is not None
            for url in (visit.url, *visit.routes)
        }

    def at(self, gap: Gap, state: State) -> bool:
        """Say whether the place of a gap was looked at in a state."""
        where = place(gap.where, self._own)
        if state not in self._reached:
            return False
        if where.startswith(f"{OWN}/"):
            return (state, where) in self._answered
        return not self._truncated
