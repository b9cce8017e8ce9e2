"""What a finding is of which there are several observations, and when a rule of the settings decides it.

A finding stands for all that share its pattern (`_ga_*`, `*.ads.example/t.js`); a rule may speak of one only.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from consentinel.scanner.behaviours.judged import Judged
from consentinel.scanner.catalogue.subject import Decision
from consentinel.scanner.catalogue.taxonomy import category_rank


@dataclass(frozen=True)
class Ruled:
    """An observation as catalogue and behaviour judge it, and what the settings of the site make of that."""

    judged: Judged
    decision: Decision

    @property
    def is_ruled(self) -> bool:
        """Whether the settings speak of it."""
        return self.decision is not self.judged.decision


def joint_decision(group: Sequence[Ruled]) -> Decision:
    """Return what the observations of one finding are.

    The settings decide where they speak of all of them; of some, where that makes the finding more intrusive.
    """
    known = known_decision(group)
    ruled = [item.decision for item in group if item.is_ruled]
    if len(ruled) < len(group):
        stricter = [decision for decision in ruled if _need(decision) > _need(known)]
        return max(stricter, key=_strength, default=known)
    return max(ruled, key=_strength)


def known_decision(group: Sequence[Ruled]) -> Decision:
    """Return what the observations of one finding are by catalogue and behaviour alone."""
    return max((item.judged.decision for item in group), key=_strength)


def _strength(decision: Decision) -> tuple[float, int, str, tuple[str, ...]]:
    """The surest answer wins; of equally sure ones the more intrusive (facts: knowledge, conflicts)."""
    known = -1 if decision.category is None else category_rank(decision.category)
    return (decision.confidence, known, decision.rule or "", decision.evidence)


def _need(decision: Decision) -> int:
    """Return how much consent it needs; what is contested, at least as much as what is functional."""
    rank = 0 if decision.category is None else category_rank(decision.category)
    return max(rank, int(decision.contested))
