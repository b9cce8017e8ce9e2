import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentinel.scanner.errors import PackError
from consentinel.scanner.packs.texts import decoded, host_name, hosts_in, one_line


@pytest.mark.parametrize(
    ("text", "hosts"),
    [
        ("acme.example", ("acme.example",)),
        (".Acme.example.", ("acme.example",)),
        ("acme.example (3rd party)", ("acme.example",)),
        (".a.example (3rd party) or .b.example (3rd party)", ("a.example", "b.example")),
        ("a.example, b.example; c.example", ("a.example", "b.example", "c.example")),
        ("acme.example\u200b", ("acme.example",)),
        ("", ()),
        (" or acme.example (3rd party)", ()),
        ("acme.example (3rd party) or ", ()),
        ("first party", ()),
        ("your website or acme.example", ()),
        ("ads-[account].acme.example", ()),
        ("127.0.0.1", ()),
        ("acme", ()),
    ],
)
def test_free_text_restricts_only_where_all_of_it_is_hosts(text: str, hosts: tuple[str, ...]) -> None:
    assert hosts_in(text) == hosts


@given(st.text())
def test_any_text_has_only_hosts_in_it(text: str) -> None:
    assert all(host_name(host) == host for host in hosts_in(text))


@pytest.mark.parametrize(
    ("text", "host"),
    [("*.a.example", "a.example"), ("a..b", None), ("-a.example", None), ("x" * 64 + ".b", None)],
)
def test_a_host_name(text: str, host: str | None) -> None:
    assert host_name(text) == host


@given(st.text(), st.integers(1, 40))
def test_one_line_is_one_printable_line(text: str, limit: int) -> None:
    line = one_line(text, limit)
    assert len(line) <= limit
    assert line.isprintable()


def test_one_line_says_that_it_was_cut() -> None:
    assert one_line(" a\n b\x1b[31m ", 20) == "a b[31m"
    assert one_line("abc def", 5) == "abc…"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\xff\xfe", "not UTF-8"),
        (b"\n <!DOCTYPE html><p>Please log in", "web page"),
        (b"<html>", "web page"),
        (b'<?xml version="1.0"?>', "web page"),
    ],
)
def test_what_is_no_list_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(PackError, match=reason):
        decoded(data)


def test_a_mark_of_utf8_is_no_text() -> None:
    assert decoded(b"\xef\xbb\xbfa") == "a"
