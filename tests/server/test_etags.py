"""Comparing validators."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentinel.server.etags import is_known


@pytest.mark.parametrize(
    ("fields", "known"),
    [
        ('"a"', True),
        ('W/"a"', True),
        ('"b", "a"', True),
        ("*", True),
        ('"b"', False),
        ("", False),
        ("a", False),
    ],
)
def test_if_none_match(fields: str, known: bool) -> None:
    assert is_known(fields, '"a"') is known


@given(st.text())
def test_any_if_none_match_can_be_read(fields: str) -> None:
    assert is_known(fields, '"a"') in (True, False)
