"""Addresses of databases: which are taken, and that none is shown."""

import traceback
from urllib.parse import quote

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from consentinel.server.errors import StorageError
from consentinel.server.storage.engines import make_engine, parse_address, sqlite_file


@pytest.mark.parametrize(
    ("address", "file"),
    [
        ("sqlite:///a.db", "a.db"),
        ("sqlite:////var/a b.db", "/var/a b.db"),
        ("postgres://u@h/d", None),
        ("postgresql://u@h/d", None),
    ],
)
def test_the_two_kinds(address: str, file: str | None) -> None:
    found = sqlite_file(parse_address(address))
    assert (None if found is None else str(found)) == file
    engine = make_engine(address, 1)
    assert engine.dialect.driver == ("psycopg" if file is None else "pysqlite")


@pytest.mark.parametrize(
    "address",
    [
        "",
        "consentinel.db",
        "sqlite://",
        "sqlite:///",
        "sqlite:///:memory:",
        "sqlite:///a.db?mode=memory",
        "sqlite://host/a.db",
        "mysql://u@h/d",
        "postgresql://u@h",
        "postgresql+asyncpg://u@h/d",
        "postgresql://u:pass@word@h/d",
        "postgresql://u:p@h:port/d",
    ],
)
def test_others_are_refused_in_one_line(address: str) -> None:
    with pytest.raises(
        StorageError, match=r"the address of the database must be sqlite:///PATH or"
    ) as caught:
        make_engine(address, 1)
    assert "\n" not in str(caught.value)


@example("@00000000")
@example("pass/word")
@example("pass?word")
@given(password=st.text(st.characters(codec="utf-8", exclude_characters="%"), min_size=8))
def test_a_password_is_never_shown(password: str) -> None:
    """Neither rightly nor wrongly quoted."""
    for written in (quote(password, safe=""), password):
        assume(written not in shown_of("x") + shown_of("x@y"))  # what is said in any case
        assert written not in shown_of(written)


def shown_of(password: str) -> str:
    """Return what is seen of an address with this password."""
    try:
        return repr(make_engine(f"postgresql://u:{password}@h.example/d", 1))
    except StorageError as error:
        return "".join(traceback.format_exception(error))
