import base64
import random
import string
import uuid
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentinel.scanner.behaviours.identifiers import is_identifier
from consentinel.scanner.behaviours.pieces import pieces
from consentinel.scanner.behaviours.words import is_wordy

CHANCE = random.Random(7)
UUID = "550e8400-e29b-41d4-a716-446655440000"


def drawn(alphabet: str, length: int) -> str:
    return "".join(CHANCE.choices(alphabet, k=length))


def has_identifier(value: str) -> bool:
    return any(map(is_identifier, pieces(value)))


BASE36 = string.ascii_lowercase + string.digits
MAKERS: dict[str, Callable[[], str]] = {
    "uuid": lambda: str(uuid.UUID(int=CHANCE.getrandbits(128), version=4)),
    "hexadecimal": lambda: f"{CHANCE.getrandbits(128):032x}",
    "Math.random in base 36": lambda: drawn(BASE36, 11),
    "nanoid": lambda: drawn(string.ascii_letters + string.digits + "_-", 21),
    "base64": lambda: base64.b64encode(CHANCE.randbytes(16)).decode(),
    "Google's client id": lambda: f"GA1.1.{CHANCE.randrange(10**8, 2**31)}.1700000000",
    "Meta's browser id": lambda: f"fb.1.1700000000000.{CHANCE.randrange(10**8, 10**9)}",
    "long number": lambda: str(CHANCE.randrange(10**18, 10**19)),
    "in a query": lambda: f"v=1&uid={CHANCE.getrandbits(64):016x}&t=1700000000",
    "in JSON": lambda: f'{{"distinct_id":"{CHANCE.getrandbits(64):016x}","n":1}}',
    "in encoded JSON": lambda: f"%7B%22id%22%3A%22{CHANCE.getrandbits(64):016x}%22%7D",
    "in base64": lambda: base64.b64encode(f"uid={CHANCE.getrandbits(64):016x}".encode()).decode(),
}


@pytest.mark.parametrize("maker", MAKERS)
def test_values_of_one_shape_are_all_identifiers(maker: str) -> None:
    values = [MAKERS[maker]() for _ in range(400)]
    missed = [value for value in values if not has_identifier(value)]
    assert len(missed) <= 2, missed


@pytest.mark.parametrize(
    "value",
    [
        "", "1", "true", "a1b2c3d", "en-US", "zh-Hant-TW", "undefined", "returningUser", "campaign2024",
        "checkout_step_2", "dark-mode-enabled", "accepted:necessary,functional", "Europe/Berlin",
        "application/json", "organic|google|cpc", "Mozilla/5.0 (X11; Linux x86_64) Chrome/126.0.0.0",
        "1700000000", "1700000000000", "1700000000000000", "2024-01-15", "2024-01-15T10:30:00.000Z",
        "20240115T103000Z", "192.168.100.100", "1920x1080x24", "12.4.1-beta.2", "52.5200066,13.404954",
        "2147483647", "00000000-0000-0000-0000-000000000000", "aaaaaaaaaaaaaaaa", "G-ABC123DEF4",
        "GTM-ABC123D", "UA-12345678-1", "AW-123456789",
        "CPXxRfAPXxRfAAfKABENB-CgAAAAAAAAAAYgAAAAAAAA", "DBABMA~CPXxRfAPXxRfAAfKABENB-CgAAAAAAAAAAYgAAAAAAAA",
        '{"cookie_consent":true,"locale":"de-DE","items":[]}',
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9",
    ],
)  # fmt: skip
def test_ordinary_values_are_none(value: str) -> None:
    assert [piece for piece in pieces(value) if is_identifier(piece)] == []


def test_numbers_on_the_edge_of_what_chance_gives_are_none() -> None:
    assert not any(has_identifier(str(CHANCE.getrandbits(32))) for _ in range(400))
    assert not any(has_identifier(f"{CHANCE.getrandbits(32):08x}") for _ in range(400))


@pytest.mark.parametrize("word", ["subscription", "Einstellungen", "performance", "isReturningVisitor"])
def test_words_are_told_from_what_was_drawn_by_lot(word: str) -> None:
    assert is_wordy(word)
    assert not is_wordy("xk3v9qz1w7")
    assert not is_wordy("")


@given(st.text())
def test_no_text_is_too_odd(text: str) -> None:
    for piece in pieces(text):
        is_identifier(piece)
