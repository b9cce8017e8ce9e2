"""Challenges: fresh, of this site, of this server (T17)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentinel.server.challenge import LIFE_MS, make_challenge, read_challenge

KEY = b"k" * 32
NOW_MS = 1_795_000_000_000
TEXT = make_challenge(KEY, "shop.example", NOW_MS)


def test_gives_its_nonce_while_it_is_fresh() -> None:
    nonce = read_challenge(KEY, "shop.example", TEXT, NOW_MS)
    assert nonce is not None
    assert nonce.hex() == TEXT.split(".")[1]
    assert read_challenge(KEY, "shop.example", TEXT, NOW_MS + LIFE_MS - 1) == nonce


def test_each_is_another() -> None:
    assert len({make_challenge(KEY, "shop.example", NOW_MS) for _ in range(100)}) == 100


@pytest.mark.parametrize("now_ms", [NOW_MS + LIFE_MS, NOW_MS + 2 * LIFE_MS, NOW_MS - 1])
def test_runs_out(now_ms: int) -> None:
    assert read_challenge(KEY, "shop.example", TEXT, now_ms) is None


def test_belongs_to_one_site_and_one_server() -> None:
    assert read_challenge(KEY, "evil.example", TEXT, NOW_MS) is None
    assert read_challenge(b"K" * 32, "shop.example", TEXT, NOW_MS) is None


def test_no_character_can_be_changed() -> None:
    for place, character in enumerate(TEXT):
        changed = TEXT[:place] + chr(ord(character) ^ 1) + TEXT[place + 1 :]
        assert read_challenge(KEY, "shop.example", changed, NOW_MS) is None


@given(st.text())
def test_no_text_is_an_accident(text: str) -> None:
    assert read_challenge(KEY, "shop.example", text, NOW_MS) is None
