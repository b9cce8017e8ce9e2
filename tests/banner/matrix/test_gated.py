"""The gate by hand: what is not inert in its HTML runs before its turn."""

import re

import pytest

from tests.banner.matrix.gated import gated
from tests.banner.matrix.vector import Target, Vector
from tests.banner.matrix.vectors import VECTORS

TRACKER = Target("https://tracker.example", "https://site.example", own=False)
SCRIPTS = [vector for vector in VECTORS if re.search(r"^(<svg>)?<script[^>]+@js", vector.html)]


@pytest.mark.parametrize("vector", SCRIPTS, ids=lambda vector: vector.id)
def test_a_script_with_an_address_is_inert(vector: Vector) -> None:
    html = gated(vector.markup(TRACKER), TRACKER.origin)
    assert 'type="text/plain"' in html
    assert not re.search(r"\s(src|href|xlink:href)=", html)


def test_code_stays_as_it_is() -> None:
    code = "<script>const tag = '<img src=\"https://tracker.example/a\">';</script>"
    assert gated(code, TRACKER.origin) == code
