"""Rates from counts: periods, groups, and nothing about few people."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentinel.server.dashboard.opt_in import (
    LEAST_ANSWERS,
    MEASURES,
    MOST_GROUPS,
    OTHERS,
    Span,
    series_of,
    span_of,
)
from consentinel.server.storage.rates import DayCount

SPAN = Span(first=100, last=113, step=7)


def counted(day: int = 100, group: str = "eu", answers: int = 10, some: int = 5) -> DayCount:
    rest = dict.fromkeys(("every", "functional", "performance", "targeting", "withdrawn", "signals"), 0)
    return DayCount(day=day, group=group, answers=answers, some=some, **rest)


@pytest.mark.parametrize(("days", "step", "points"), [(30, 1, 30), (90, 7, 13), (365, 28, 14)])
def test_a_span_has_whole_periods_and_ends_today(days: int, step: int, points: int) -> None:
    span = span_of(days, 20_000)
    assert (span.step, len(span.starts), span.last) == (step, points, 20_000)
    assert span.starts[-1] + step - 1 == 20_000


def test_days_become_periods() -> None:
    [one] = series_of([counted(100), counted(106), counted(107, answers=20)], SPAN)
    assert [cell.counts["answers"] for cell in one.cells] == [20, 20]
    assert one.total.counts["answers"] == 40
    assert one.total.rate("some") == pytest.approx(37.5)


def test_of_few_answers_there_is_no_rate() -> None:
    [one] = series_of([counted(answers=LEAST_ANSWERS - 1, some=1), counted(107, answers=LEAST_ANSWERS)], SPAN)
    assert [cell.rate("some") for cell in one.cells] == [None, 100]


def test_small_groups_become_one() -> None:
    rows = [counted(group=f"g{number}", answers=100 - number) for number in range(9)]
    found = series_of(rows, SPAN)
    assert len(found) == MOST_GROUPS
    assert [one.group for one in found][:2] == ["g0", "g1"]
    assert found[-1].group == OTHERS
    assert sum(one.total.counts["answers"] for one in found) == sum(row.answers for row in rows)


@given(
    st.lists(
        st.tuples(st.integers(100, 113), st.sampled_from("abcdefgh"), st.integers(0, 50), st.integers(0, 50))
    )
)
def test_nothing_is_lost_and_no_rate_leaves_its_bounds(found: list[tuple[int, str, int, int]]) -> None:
    rows = [counted(day, group, max(answers, some), some) for day, group, answers, some in found]
    series = series_of(rows, SPAN)
    assert sum(one.total.counts["some"] for one in series) == sum(row.some for row in rows)
    for one in series:
        for cell in (*one.cells, one.total):
            rates = [cell.rate(measure) for measure in MEASURES]
            assert all(rate is None or 0 <= rate <= 100 for rate in rates)
            assert (cell.counts["answers"] < LEAST_ANSWERS) == (rates[0] is None)
