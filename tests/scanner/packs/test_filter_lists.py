import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentinel.scanner.errors import PackError
from consentinel.scanner.packs import filter_lists
from consentinel.scanner.packs.filter_lists import parse
from consentinel.scanner.packs.parsed import Label
from tests.scanner.packs.conftest import LIST

LABEL = Label("list", "The List")


def test_a_list_is_kept_as_text_with_its_filters_counted() -> None:
    pack = parse(LIST.encode(), LABEL)
    assert (pack.entries, pack.filters, pack.sheet) == (2, LIST, None)


def test_empty_lines_and_comments_do_not_count() -> None:
    assert parse(b"[Adblock Plus 2.0]\n||a^\n\n! b\n||c^\n\n", LABEL).entries == 2


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "no filter list"),
        (b"||ads.example^\n", "no filter list"),
        (b"<!doctype html>", "web page"),
        (b"[Adblock Plus 2.0]", "no filters"),
        (b"[Adblock Plus 2.0]\n\n\n\n! nothing\n", "no filters"),
        (b"\xff", "not UTF-8"),
    ],
)
def test_another_file_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(PackError, match=reason):
        parse(data, LABEL)


@given(st.binary())
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for tried in (data, LIST.encode() + data):
        try:
            assert parse(tried, LABEL).entries > 0
        except PackError:
            continue


def test_endless_filters_are_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filter_lists, "MAX_FILTERS", 2)
    assert parse(LIST.encode(), LABEL).entries == 2
    with pytest.raises(PackError, match="has more than 2 filters: check what"):
        parse(LIST.encode() + b"||one.more^\n", LABEL)
