"""The receipt: one signed line, the same for the same record, and nothing else is one."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentinel.server.keys import new_keys
from consentinel.server.receipts import CONTEXT, Receipt, make_receipt, read_receipt

KEYS = new_keys()
RECEIPT = Receipt(
    site="shop.example", id=bytes(range(16)), subject=b"s" * 16, received_ms=1_795_000_000_000, leaf=b"l" * 32
)
TEXT = make_receipt(KEYS, RECEIPT)
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
RECEIPTS = st.builds(
    Receipt,
    site=st.from_regex(r"[a-z0-9.-]{1,253}", fullmatch=True),
    id=st.binary(min_size=16, max_size=16),
    subject=st.none() | st.binary(min_size=16, max_size=16).filter(any),
    received_ms=st.integers(0, 2**53),
    leaf=st.binary(min_size=32, max_size=32),
)


@given(RECEIPTS)
def test_what_is_written_is_read(receipt: Receipt) -> None:
    assert read_receipt(KEYS, make_receipt(KEYS, receipt)) == receipt


def test_is_one_short_line_and_always_the_same() -> None:
    assert make_receipt(KEYS, RECEIPT) == TEXT
    assert set(TEXT) <= set(ALPHABET)
    assert len(TEXT) < 220


def test_is_what_the_documentation_says() -> None:
    data = base64.urlsafe_b64decode(TEXT + "=" * (-len(TEXT) % 4))
    body, signature = data[:-64], data[-64:]
    assert (
        body
        == b"\x01" + RECEIPT.id + b"s" * 16 + (1_795_000_000_000).to_bytes(8) + b"l" * 32 + b"shop.example"
    )
    KEYS.public.verify(signature, CONTEXT + body)


def test_another_server_has_not_signed_it() -> None:
    assert read_receipt(new_keys(), TEXT) is None


def test_no_character_can_be_changed() -> None:
    for place, character in enumerate(TEXT):
        other = ALPHABET[(ALPHABET.index(character) + 1) % 64]
        assert read_receipt(KEYS, TEXT[:place] + other + TEXT[place + 1 :]) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "=",
        "A",
        TEXT[:-1],
        TEXT[:-4],
        TEXT + "A",
        TEXT + "=",
        TEXT + "==",
        f" {TEXT}",
        f"{TEXT}\n",
        TEXT * 9,
    ],
)
def test_another_spelling_is_none(text: str) -> None:
    assert read_receipt(KEYS, text) is None


@given(st.text())
def test_no_text_is_an_accident(text: str) -> None:
    assert read_receipt(KEYS, text) is None


@given(st.binary(max_size=400))
def test_no_bytes_are_an_accident(data: bytes) -> None:
    assert read_receipt(KEYS, base64.urlsafe_b64encode(data).rstrip(b"=").decode()) is None


def test_what_was_signed_for_another_purpose_is_none() -> None:
    body = base64.urlsafe_b64decode(TEXT + "=" * (-len(TEXT) % 4))[:-64]
    forged = base64.urlsafe_b64encode(body + KEYS.signing.sign(body)).rstrip(b"=").decode()
    assert read_receipt(KEYS, forged) is None
