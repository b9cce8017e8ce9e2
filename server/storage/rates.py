"""How visitors answered, as counts by day: what rates are made from. Nothing here is about one visitor."""

from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from consentinel.server.storage import tables

Grouping = Literal["regime", "version"]
_COUNTS = tables.counts.c
# The browser said it, by Global Privacy Control, and not a person on the banner.
_SIGNAL = "gpc"
# A scan of consentinel drove the banner: no visitor's answer (scanner/own_banner.py).
_SCAN = "scan"
_NUMBERS = (
    "answers",
    "some",
    "every",
    "functional",
    "performance",
    "targeting",
    "withdrawn",
    "signals",
)


@dataclass(frozen=True, kw_only=True)
class DayCount:
    """The answers of one day and group.

    answers: first choices, given or refused. some, every: those that granted at least one, or all, of the
    optional categories. withdrawn: records of that type. signals: choices that a browser's GPC made.
    """

    day: int
    group: str
    answers: int
    some: int
    every: int
    functional: int
    performance: int
    targeting: int
    withdrawn: int
    signals: int


def day_counts(
    connection: Connection, site: str, grouping: Grouping, first_day: int, last_day: int
) -> list[DayCount]:
    """Return the counts of a site from day to day (since 1970, both included), by regime or version.

    What scans have answered does not count.
    """
    group = _COUNTS[grouping]
    within = (
        _COUNTS.site == site,
        _COUNTS.day >= first_day,
        _COUNTS.day <= last_day,
        _COUNTS.method != _SCAN,
    )
    query = sa.select(_COUNTS.day, group.label("group"), *_sums()).where(*within)
    rows = connection.execute(query.group_by(_COUNTS.day, group).order_by(_COUNTS.day, group))
    return [_day_count(row) for row in rows]


def _sums() -> list[sa.Label[int]]:
    granted = (_COUNTS.functional, _COUNTS.performance, _COUNTS.targeting)
    answer = sa.and_(_COUNTS.type.in_(("given", "refused")), _COUNTS.method != _SIGNAL)
    wanted = {
        "answers": answer,
        "some": sa.and_(answer, sa.or_(*granted)),
        "every": sa.and_(answer, *granted),
        "functional": sa.and_(answer, _COUNTS.functional),
        "performance": sa.and_(answer, _COUNTS.performance),
        "targeting": sa.and_(answer, _COUNTS.targeting),
        "withdrawn": _COUNTS.type == "withdrawn",
        "signals": _COUNTS.method == _SIGNAL,
    }
    return [
        sa.func.sum(sa.case((condition, _COUNTS.number), else_=0)).label(name)
        for name, condition in wanted.items()
    ]


def _day_count(row: Row[tuple[object, ...]]) -> DayCount:
    """PostgreSQL sums bigints as numerics."""
    numbers = {name: int(getattr(row, name)) for name in _NUMBERS}
    return DayCount(day=row.day, group=row.group, **numbers)
