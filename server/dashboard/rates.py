"""Opt-in rates of a site over time, by regime and by banner version: charts with a table each."""

from typing import Any, cast, get_args

from sqlalchemy.engine import Connection
from starlette.requests import Request
from starlette.responses import Response

from consentinel.banner.regimes import regimes
from consentinel.scanner.rendering.escaping import shorten, visible
from consentinel.server.admin.current import admin_only
from consentinel.server.clock import DAY_MS
from consentinel.server.dashboard import moments
from consentinel.server.dashboard.charts import Line, line_chart, swatch
from consentinel.server.dashboard.frames import SiteFrame, site_page
from consentinel.server.dashboard.opt_in import (
    LEAST_ANSWERS,
    MEASURES,
    Measure,
    Series,
    Span,
    series_of,
    span_of,
)
from consentinel.server.state import services
from consentinel.server.storage.rates import Grouping, day_counts

SPANS = {"30": "30 days", "90": "90 days", "365": "a year"}
_DEFAULT_SPAN = "90"
_TITLES: dict[Grouping, str] = {"regime": "By regime", "version": "By version of the banner"}
_UNNAMED = "not told"
_REGIMES = {one.id: one.name for one in regimes()}


@admin_only
async def rates(request: Request) -> Response:
    """Show how many visitors opt in."""
    query = request.query_params
    days = query.get("days", "") if query.get("days", "") in SPANS else _DEFAULT_SPAN
    asked = query.get("measure", "")
    measure = cast("Measure", asked if asked in get_args(Measure) else "some")
    today = services(request).clock() // DAY_MS
    asked_span = span_of(int(days), today)

    def read(connection: Connection, frame: SiteFrame) -> dict[str, Any]:
        counts = {
            grouping: day_counts(connection, frame.site.key, grouping, asked_span.first, today)
            for grouping in _TITLES
        }
        span = asked_span.since(min((row.day for row in counts["regime"]), default=today))
        found = {grouping: series_of(rows, span) for grouping, rows in counts.items()}
        found["version"].sort(key=_newest_first)
        charts = [_chart(grouping, series, span, measure) for grouping, series in found.items()]
        return {
            "heading": f"Opt-in rates of {frame.site.key}",
            "charts": charts,
            "any_answers": any(chart["series"] for chart in charts),
            "totals": _totals(charts[0]["series"]),
            "measure": measure,
            "measures": MEASURES,
            "days": days,
            "spans": SPANS,
            "span": span,
            "least": LEAST_ANSWERS,
        }

    return await site_page(request, "dashboard/rates.html", read, tab="rates")


def _chart(grouping: Grouping, series: list[Series], span: Span, measure: Measure) -> dict[str, Any]:
    names = [_name(grouping, one.group) for one in series]
    lines = [
        Line(name, [cell.rate(measure) for cell in one.cells])
        for name, one in zip(names, series, strict=True)
    ]
    return {
        "id": grouping,
        "title": _TITLES[grouping],
        "noun": "Regime" if grouping == "regime" else "Version",
        "series": series,
        "names": names,
        "swatches": [swatch(number) for number in range(len(series))],
        "picture": line_chart(lines, _labels(span)),
        "starts": span.starts,
    }


def _newest_first(series: Series) -> tuple[int, str]:
    """Sort versions by number; what is no number comes last."""
    is_number = series.group.isascii() and series.group.isdigit()
    return -int(series.group[:9]) if is_number else 1, series.group


def _totals(series: list[Series]) -> dict[str, int]:
    names = ("answers", "some", "every", "withdrawn", "signals")
    return {name: sum(one.total.counts[name] for one in series) for name in names}


def _name(grouping: Grouping, group: str) -> str:
    """Return what people call a group; what is no regime or version of ours is shown as it was told."""
    if group in _REGIMES and grouping == "regime":
        return f"{_REGIMES[group]} ({group})"
    is_number = group.isascii() and group.isdigit()
    return ("version " if is_number and grouping == "version" else "") + _told(group)


def _told(group: str) -> str:
    return shorten(visible(group), 40) or _UNNAMED


def _labels(span: Span) -> list[str]:
    """Return a date for each period, with its year where there are several."""
    dates = [moments.date_of(start) for start in span.starts]
    year = "" if dates[0].year == dates[-1].year else " %Y"
    return [f"{found.day} {found:%b}{found.strftime(year)}" for found in dates]
