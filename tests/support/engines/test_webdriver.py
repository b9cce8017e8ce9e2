import pytest

from tests.support.engines.webdriver import EngineError, result


def test_a_value_is_handed_over_in_a_list() -> None:
    assert result([7]) == 7
    assert result([None]) is None


def test_what_the_code_threw_is_an_error() -> None:
    with pytest.raises(EngineError, match="TypeError: x is not defined"):
        result("TypeError: x is not defined")


def test_a_page_that_went_away_is_an_error() -> None:
    with pytest.raises(EngineError, match="went away"):
        result(None)
