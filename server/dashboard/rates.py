"""Opt-in rates of a site over time, by regime and by banner version: charts with a table each."""

from typing import Any, cast, get_args

from sqlalchemy.engine import Connection
from starlette.requests import Request
from starlette.responses import Response

from consentinel.banner.consent import SECONDS_A_DAY
from consentinel.scanner.rendering.escaping import shorten, visible
from consentinel.server.admin.current import admin_only
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
_UNNAMED: dict[Grouping, str] = {"regime": "not told", "version": "not told"}


@admin_only
async def rates(request: Request) -> Response:
    """Show how many visitors opt in."""
    query = request.query_params
    days = query.get("days", "") if query.get("days", "") in SPANS else _DEFAULT_SPAN
    asked = query.get("measure", "")
    measure = cast("Measure", asked if asked in get_args(Measure) else "some")
    today = services(request).clock() // (SECONDS_A_DAY * 1_000)
    span = span_of(int(days), today)

    def read(connection: Connection, frame: SiteFrame) -> dict[str, Any]:
        counts = {
            grouping: day_counts(connection, frame.site.key, grouping, span.first, span.last)
            for grouping in _TITLES
        }
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
    names = [shorten(visible(one.group), 40) or _UNNAMED[grouping] for one in series]
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
        "picture": line_chart(lines, [_label(start) for start in span.starts]),
        "starts": span.starts,
    }


def _newest_first(series: Series) -> tuple[int, str]:
    """Sort versions by number; what is no number comes last."""
    is_number = series.group.isascii() and series.group.isdigit()
    return -int(series.group[:9]) if is_number else 1, series.group


def _totals(series: list[Series]) -> dict[str, int]:
    names = ("answers", "some", "every", "withdrawn", "signals")
    return {name: sum(one.total.counts[name] for one in series) for name in names}


def _label(day: int) -> str:
    found = moments.date_of(day)
    return f"{found.day} {found:%b}"
