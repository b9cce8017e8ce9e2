import json
from base64 import b64encode, urlsafe_b64encode
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentinel.scanner.behaviours.pieces import MAX_CHARS, pieces

ID = "7f3a9c1e5b8d2f4a"


@pytest.mark.parametrize(
    "text",
    [
        ID,
        f"uid={ID}&v=1",
        f"v1.{ID}.x",
        f"v1|{ID}|x",
        f"uid_{ID}",
        json.dumps({"user": {"id": ID}}),
        quote(json.dumps({"id": ID})),
        quote(quote(f"a b&id={ID}")),
        b64encode(f"uid={ID}&v=1".encode()).decode(),
        urlsafe_b64encode(json.dumps([ID, "?>?>?>"]).encode()).decode().rstrip("="),
        f"https://x.example/r?to=https%3A%2F%2Fy.example%2F%3Fuid%3D{ID}",
    ],
)
def test_a_value_is_found_in_compounds_and_encodings(text: str) -> None:
    assert ID in set(pieces(text))


def test_joined_numbers_lose_what_stands_before_them() -> None:
    assert {"1.1098115397.1700000000", "1098115397.1700000000"} <= set(pieces("GA1.1.1098115397.1700000000"))
    assert "1700000000000.1098115397" in set(pieces("fb.1.1700000000000.1098115397"))


def test_base64_with_signs_of_its_own_stays_whole() -> None:
    value = "q8Zk+3/abcdEFGH12345zw"
    assert value in set(pieces(f"id={value}=="))


def test_text_in_base64_is_not_a_piece_itself() -> None:
    header = b64encode(b'{"alg":"HS256","typ":"JWT"}').decode().rstrip("=")
    assert header not in set(pieces(f"{header}.x"))


def test_only_the_beginning_of_a_long_value_counts() -> None:
    assert ID not in set(pieces(" " * MAX_CHARS + ID))


@pytest.mark.parametrize("text", ["1" * 20_000, "1." * 10_000, "a/" * 10_000, "a" * 20_000, "%25" * 9_000])
def test_hostile_texts_have_no_more_pieces_than_characters(text: str) -> None:
    assert len(list(pieces(text))) <= len(text)


@given(st.text(alphabet="0123456789abcdef", min_size=16, max_size=64), st.sampled_from(["", ";", "&b=", " "]))
def test_what_is_sent_is_taken_apart_like_what_is_stored(value: str, mark: str) -> None:
    assert value in set(pieces(f"x={quote(value + mark)}"))
