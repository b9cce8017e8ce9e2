"""Charts: SVG without style of its own, with gaps where there is nothing to show."""

import re

from consentinel.server.dashboard.charts import COLOURS, Line, line_chart, swatch

LABELS = ("1 Mar", "8 Mar", "15 Mar")


def test_a_line_breaks_where_a_value_is_missing() -> None:
    chart = line_chart([Line("eu", [50.0, None, 60.0])], LABELS)
    for picture in chart.split("</svg>")[:2]:
        assert picture.count("<circle") == 2
        assert len(re.findall(r'<path [^>]*d="M', picture)) == 2


def test_no_inline_style_and_no_ground_of_its_own() -> None:
    chart = line_chart([Line("eu", [0.0, 100.0, 50.0])], LABELS)
    assert "style" not in chart
    assert "#f9f9f9" not in chart
    assert chart.startswith('<svg class="wide" viewBox="')
    assert 'aria-hidden="true"' in chart


def test_nothing_to_show_is_no_picture() -> None:
    assert line_chart([Line("eu", [None, None, None])], LABELS) == ""
    assert line_chart([], LABELS) == ""


def test_one_period_and_many() -> None:
    assert "<circle" in line_chart([Line("eu", [50.0])], LABELS[:1])
    many = line_chart([Line("eu", [50.0] * 30)], [str(number) for number in range(30)])
    wide, narrow = many.split("</svg>")[:2]
    assert (wide.count("<circle"), narrow.count("<circle")) == (30, 30)
    assert 4 < wide.count('text-anchor="middle"') <= 8
    assert 2 < narrow.count('text-anchor="middle"') <= 4


def test_a_line_keeps_its_colour_where_another_is_not_shown() -> None:
    chart = line_chart([Line("a", [None, None, None]), Line("b", [1.0, 2.0, 3.0])], LABELS)
    assert COLOURS[1] in chart
    assert COLOURS[0] not in chart
    assert COLOURS[1] in swatch(1)
