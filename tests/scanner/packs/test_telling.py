import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentinel.scanner.packs.telling import is_telling


@pytest.mark.parametrize("name", ["acme_anvil", "_pk_id", "AMCV_", "ajs_user_id", "li_sugr", "__utma"])
def test_names_that_tell(name: str) -> None:
    assert is_telling(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "a",
        "uid",
        "_ga",
        "__c_",
        "sessionid",
        "session_id",
        "user-token",
        "visitorId2",
        "PREF-LANG",
        "----",
    ],
)
def test_names_that_could_be_anybodys(name: str) -> None:
    assert not is_telling(name)


@given(st.text())
def test_any_name_has_an_answer(name: str) -> None:
    assert is_telling(name) in (True, False)


def test_a_long_name_takes_no_time() -> None:
    assert is_telling("id" * 5_000)
    assert not is_telling("id" * 32)
