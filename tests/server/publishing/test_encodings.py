import gzip

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentinel.server.publishing.encodings import IDENTITY, chosen, encoded

CONTENT = b"/* a script */" * 50


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("", "identity"),
        ("identity", "identity"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("*", "br"),
        ("*;q=0", "identity"),
        ("gzip;q=1.0, *;q=0", "gzip"),
        ("BR", "br"),
        ("br;q=nonsense", "identity"),
        (" , ,gzip", "gzip"),
    ],
)
def test_the_encoding_that_is_asked_for(accepted: str, encoding: str) -> None:
    assert chosen(accepted) == encoding


@given(st.text())
def test_any_header_has_an_answer(accepted: str) -> None:
    assert chosen(accepted) in {"br", "gzip", IDENTITY}


def test_all_bodies_are_the_same_file() -> None:
    file = encoded("text/javascript", "ab" * 32, CONTENT)
    assert brotli.decompress(file.bodies["br"]) == CONTENT
    assert gzip.decompress(file.bodies["gzip"]) == CONTENT
    assert file.bodies[IDENTITY] == CONTENT


def test_the_same_file_gives_the_same_bytes() -> None:
    first, second = (encoded("text/javascript", "ab" * 32, CONTENT) for _ in range(2))
    assert first == second


def test_each_encoding_has_its_own_strong_validator() -> None:
    file = encoded("text/javascript", "ab" * 32, CONTENT)
    tags = {file.etag(encoding) for encoding in file.bodies}
    assert len(tags) == 3
    assert all(tag.startswith('"') and tag.endswith('"') for tag in tags)
