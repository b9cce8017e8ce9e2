"""Base64url without padding: one text for some bytes, and those bytes for that text alone."""

import base64
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentinel.server.base64url import decoded, encoded

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@given(st.binary(max_size=100))
def test_is_the_standard_librarys_without_padding(data: bytes) -> None:
    """base64.urlsafe_b64encode as oracle."""
    text = encoded(data)
    assert text == base64.urlsafe_b64encode(data).decode().rstrip("=")
    assert decoded(text) == data


@given(st.text(st.sampled_from(f"{ALPHABET}+/=.é \n"), max_size=12) | st.text())
def test_a_text_is_refused_or_the_only_one(text: str) -> None:
    try:
        data = decoded(text)
    except ValueError:
        return
    assert re.fullmatch(r"[A-Za-z0-9_-]*", text)
    assert encoded(data) == text


@pytest.mark.parametrize(
    "text",
    [
        "A",  # no number of bytes has so many letters
        "AAAAA",
        "AA==",  # padding
        "AA=",
        "=",
        "AAAA=",
        "AB",  # bits that say nothing are not zero
        "AAB",
        "+/+/",  # the other alphabet
        "AA A",
        "AAAA\n",
        "AAA\u0391",
    ],
)
def test_another_spelling_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="base64url"):
        decoded(text)


@given(st.binary(min_size=1, max_size=100).filter(lambda data: len(data) % 3 != 0))
def test_the_last_letter_has_no_spare_bits(data: bytes) -> None:
    text = encoded(data)
    with pytest.raises(ValueError, match="base64url"):
        decoded(text[:-1] + ALPHABET[ALPHABET.index(text[-1]) ^ 1])
