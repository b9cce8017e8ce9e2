"""Opt-in rates over time from counts: in periods, by group, and never of so few that it is about a person."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from consentinel.server.storage.rates import DayCount

Measure = Literal["some", "every", "functional", "performance", "targeting"]
MEASURES: Mapping[Measure, str] = {
    "some": "at least one category",
    "every": "all categories",
    "functional": "functional",
    "performance": "performance",
    "targeting": "targeting",
}
# Of fewer answers no rate is shown: it would say how single people chose.
LEAST_ANSWERS = 5
MOST_GROUPS = 6
OTHERS = "all others"
# A line over fewer periods does not look like time.
_LEAST_PERIODS = 4
_NAMES = ("answers", "some", "every", "functional", "performance", "targeting", "withdrawn", "signals")


@dataclass(frozen=True, kw_only=True)
class Span:
    """Which days are looked at, and how many make a point. Days since 1970, last included."""

    first: int
    last: int
    step: int

    @property
    def starts(self) -> list[int]:
        """The first day of each period."""
        return list(range(self.first, self.last + 1, self.step))

    def since(self, day: int) -> "Span":
        """Return the span without the periods before the one with this day; a few are kept."""
        empty = min((day - self.first) // self.step, len(self.starts) - _LEAST_PERIODS)
        return replace(self, first=self.first + self.step * max(empty, 0))


@dataclass(frozen=True, kw_only=True)
class Cell:
    """The counts of one group in one period."""

    counts: Mapping[str, int]

    def rate(self, measure: Measure) -> float | None:
        """Return the share of answers in percent; None where there are too few."""
        answers = self.counts["answers"]
        return 100 * self.counts[measure] / answers if answers >= LEAST_ANSWERS else None


@dataclass(frozen=True, kw_only=True)
class Series:
    """One group over time: a cell for each period, and all of them together."""

    group: str
    cells: tuple[Cell, ...]
    total: Cell


def span_of(days: int, today: int) -> Span:
    """Return the span of the last `days` days: points of a day, a week, or four weeks."""
    step = 1 if days <= 31 else 7 if days <= 120 else 28
    return Span(first=today - -(-days // step) * step + 1, last=today, step=step)


def series_of(rows: Iterable[DayCount], span: Span) -> list[Series]:
    """Return the largest groups, the one with the most answers first; the small ones become one."""
    by_group: dict[str, list[DayCount]] = defaultdict(list)
    for row in rows:
        by_group[row.group].append(row)
    ordered = sorted(by_group.items(), key=lambda item: (-sum(row.answers for row in item[1]), item[0]))
    kept = ordered if len(ordered) <= MOST_GROUPS else ordered[: MOST_GROUPS - 1]
    found = [_series(group, members, span) for group, members in kept]
    if rest := [row for _, members in ordered[len(kept) :] for row in members]:
        found.append(_series(OTHERS, rest, span))
    return found


def _series(group: str, rows: Iterable[DayCount], span: Span) -> Series:
    periods: dict[int, list[DayCount]] = defaultdict(list)
    for row in rows:
        periods[(row.day - span.first) // span.step].append(row)
    cells = tuple(_cell(periods[number]) for number in range(len(span.starts)))
    return Series(
        group=group, cells=cells, total=_cell([row for members in periods.values() for row in members])
    )


def _cell(rows: Iterable[DayCount]) -> Cell:
    counts = dict.fromkeys(_NAMES, 0)
    for row in rows:
        for name in _NAMES:
            counts[name] += getattr(row, name)
    return Cell(counts=counts)
