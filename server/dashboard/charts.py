"""Lines over time as SVG. The library draws; the style sheet says what its colours look like."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import leather
from markupsafe import Markup

# The style sheet turns these into the page's colours, light or dark; dashes tell lines apart without them.
COLOURS = tuple(f"#00000{number}" for number in range(1, 7))
_DASHES = ("none", "8 4", "2 4", "12 3 2 3", "5 2", "1 3")
_PERCENTS = (0, 25, 50, 75, 100)
_ROOT = re.compile(r"^<svg [^>]*>")
_BACKGROUND = re.compile(r'<rect x="0" y="0" width="\d+" height="\d+" fill="#f9f9f9" ?/>')


@dataclass(frozen=True)
class _Picture:
    """A size to draw in. most_ticks: so many dates fit below it.

    shown: the part to show, as the library leaves wide margins, and room for its own legend.
    """

    name: str
    width: int
    height: int
    shown: str
    most_ticks: int


# For a desk and for a phone; the style sheet shows one of them.
_PICTURES = (
    _Picture("wide", 900, 360, "16 48 868 280", most_ticks=8),
    _Picture("narrow", 460, 380, "16 42 440 318", most_ticks=4),
)


@dataclass(frozen=True)
class Line:
    """A line: its values in percent, None where there is nothing to show."""

    name: str
    values: Sequence[float | None]


class _Periods:
    """The periods in equal steps from edge to edge; the library's own scale goes on to a round number."""

    def __init__(self, count: int) -> None:
        self._last = max(count - 1, 1)

    def contains(self, place: int) -> bool:
        """Say whether there is such a period."""
        return 0 <= place <= self._last

    def project(self, place: int, start: float, end: float) -> float:
        """Return where a period is between start and end."""
        return start + (end - start) * place / self._last


def line_chart(lines: Sequence[Line], labels: Sequence[str]) -> Markup:
    """Return an SVG for each size of lines over periods with these labels; '' where no line has a value.

    They are hidden from screen readers: a table with the same numbers belongs beside them.
    """
    shown = [(number, line) for number, line in enumerate(lines) if any(v is not None for v in line.values)]
    if not shown:
        return Markup()
    return Markup().join(_drawn(picture, shown, labels) for picture in _PICTURES)


def swatch(number: int) -> Markup:
    """Return a short piece of the line of this number, for a legend."""
    colour, dash = COLOURS[number % len(COLOURS)], _DASHES[number % len(_DASHES)]
    return Markup(
        '<svg viewBox="0 0 34 10" width="34" height="10" aria-hidden="true" focusable="false">'
        '<path d="M1 5H33" fill="none" stroke="{}" stroke-width="2.5" stroke-dasharray="{}"/></svg>'
    ).format(colour, dash)


def _drawn(picture: _Picture, lines: Sequence[tuple[int, Line]], labels: Sequence[str]) -> Markup:
    chart = leather.Chart()
    chart.set_x_scale(_Periods(len(labels)))
    chart.add_y_scale(0, 100)
    ticks = _ticks(len(labels), picture.most_ticks)
    chart.add_x_axis(ticks=ticks, tick_formatter=lambda value, *_: labels[value])
    chart.add_y_axis(ticks=list(_PERCENTS), tick_formatter=lambda value, *_: f"{value} %")
    for number, line in lines:
        _add(chart, number, line)
    return _embedded(str(chart.to_svg(width=picture.width, height=picture.height)), picture)


def _add(chart: leather.Chart, number: int, line: Line) -> None:
    points = list(enumerate(line.values))
    colour = COLOURS[number % len(COLOURS)]
    chart.add_series(leather.Series(points), _mute(leather.Line(colour, 2.5, _DASHES[number % 6])))
    present = [point for point in points if point[1] is not None]
    chart.add_series(leather.Series(present), _mute(leather.Dots(colour, 3.5)))


def _ticks(count: int, most: int) -> list[int]:
    step = max(1, -(-count // most))
    return list(range(0, count, step))


def _mute(shape: object) -> object:
    """Take a shape out of the library's legend: ours is text beside the picture."""
    shape.legend_to_svg = lambda *_: []  # type: ignore[attr-defined]  # as above
    return shape


def _embedded(svg: str, picture: _Picture) -> Markup:
    """Make the picture as wide as the page, on the page's own ground."""
    root = f'<svg class="{picture.name}" viewBox="{picture.shown}" aria-hidden="true" focusable="false">'
    return Markup(_BACKGROUND.sub("", _ROOT.sub(root, svg), count=1))  # noqa: S704 - made of numbers and our labels
