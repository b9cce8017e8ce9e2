"""How good answers are, measured against labels (facts: knowledge, "How good")."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import msgspec

from bench.labels import Label
from consentinel.scanner.catalogue.subject import Decision
from consentinel.scanner.catalogue.taxonomy import CATEGORIES, Category, needs_consent

WORST = 30


@dataclass(frozen=True)
class Judged:
    """A label with the answer it got."""

    label: Label
    decision: Decision

    @property
    def covered(self) -> bool:
        """Whether any category was named."""
        return self.decision.category is not None

    @property
    def right(self) -> bool:
        """Whether it was the label's."""
        return self.decision.category == self.label.category


class Shares(msgspec.Struct, frozen=True, kw_only=True):
    """Shares from 0 to 1; None where nothing was asked that the share could be of.

    coverage: any category named; abstention: none. four_class, three_class: right among the covered, in four
    categories, or with performance and targeting as one. overall: right among all. consent_needed: of all,
    those where "waits for consent" is answered as the label would; what is unclassified waits.
    wrongly_necessary: of those that the label calls not strictly necessary, those called so.
    """

    count: int
    coverage: float | None
    abstention: float | None
    four_class: float | None
    three_class: float | None
    overall: float | None
    consent_needed: float | None
    wrongly_necessary: float | None


class Miss(msgspec.Struct, frozen=True, kw_only=True):
    """A wrong or missing answer, with how often it came and how much these weigh."""

    what: str
    label: str
    answer: str | None
    rule: str | None
    count: int
    weight: float


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """All figures of one label file. confusion: label -> answer (`unclassified` for none) -> rows."""

    file: str
    plain: Shares
    weighted: Shares
    by_category: dict[str, Shares]
    by_source: dict[str, Shares]
    confusion: dict[str, dict[str, int]]
    worst: tuple[Miss, ...]


def score(file: str, judged: Sequence[Judged]) -> Score:
    """Return the figures of one file's labels that have a category."""
    return Score(
        file=file,
        plain=shares(judged),
        weighted=shares(judged, weigh=lambda one: one.label.weight),
        by_category={name: shares(found) for name, found in _groups(judged, _category_name)},
        by_source={name: shares(found) for name, found in _groups(judged, lambda one: one.label.source)},
        confusion=_confusion(judged),
        worst=_worst(judged),
    )


def shares(judged: Sequence[Judged], *, weigh: Callable[[Judged], float] = lambda _one: 1.0) -> Shares:
    """Return all shares, each row counting as `weigh` says."""

    def share(of: Iterable[Judged], holds: Callable[[Judged], bool]) -> float | None:
        rows = list(of)
        total = sum(map(weigh, rows))
        return sum(weigh(row) for row in rows if holds(row)) / total if total else None

    covered = [one for one in judged if one.covered]
    optional = [one for one in judged if one.label.category != "strictly-necessary"]
    return Shares(
        count=len(judged),
        coverage=share(judged, lambda one: one.covered),
        abstention=share(judged, lambda one: not one.covered),
        four_class=share(covered, lambda one: one.right),
        three_class=share(covered, lambda one: _third(one.decision.category) == _third(one.label.category)),
        overall=share(judged, lambda one: one.right),
        consent_needed=share(judged, _consent_right),
        wrongly_necessary=share(optional, lambda one: one.decision.category == "strictly-necessary"),
    )


def _third(category: Category | None) -> str | None:
    return "tracking" if category in ("performance", "targeting") else category


def _consent_right(one: Judged) -> bool:
    """Compare the categories alone: labels know nothing of what is contested."""
    return needs_consent(one.decision.category) == needs_consent(one.label.category)


def _category_name(one: Judged) -> str:
    return one.label.category or "unclassified"


def _groups(judged: Sequence[Judged], key: Callable[[Judged], str]) -> list[tuple[str, list[Judged]]]:
    found: dict[str, list[Judged]] = {}
    for one in judged:
        found.setdefault(key(one), []).append(one)
    return sorted(found.items(), key=lambda item: -len(item[1]))


def _confusion(judged: Sequence[Judged]) -> dict[str, dict[str, int]]:
    counts = Counter((one.label.category, one.decision.category) for one in judged)
    return {
        label: {answer or "unclassified": counts[label, answer] for answer in (*CATEGORIES, None)}
        for label in CATEGORIES
    }


def _worst(judged: Sequence[Judged]) -> tuple[Miss, ...]:
    """Return the misses that weigh most: an answer that is wrong before one that is missing."""
    groups: dict[tuple[str, str, str | None, str | None], list[Judged]] = {}
    for one in judged:
        if not one.right:
            key = (one.label.what, _category_name(one), one.decision.category, one.decision.rule)
            groups.setdefault(key, []).append(one)
    misses = (
        Miss(
            what=what,
            label=label,
            answer=answer,
            rule=rule,
            count=len(found),
            weight=round(sum(one.label.weight for one in found), 3),
        )
        for (what, label, answer, rule), found in groups.items()
    )
    return tuple(sorted(misses, key=lambda miss: (-miss.weight, miss.answer is None, miss.what))[:WORST])
