import asyncio
import gzip
from collections.abc import AsyncIterator
from itertools import pairwise

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentinel.scanner.fetching import Body, BodyError, Fetcher, read_body
from consentinel.scanner.sitemap import Fetched
from consentinel.scanner.tab_options import TabOptions
from tests.conftest import Serve
from tests.scanner.packs.conftest import FileServer

ONE, TWO = b"one " * 100, b"two " * 100


def read(*chunks: bytes, encoding: str | None = "gzip", most: int = 10_000) -> Body:
    async def stream() -> AsyncIterator[bytes]:
        for chunk in chunks:
            yield chunk

    headers = {} if encoding is None else {"content-encoding": encoding}
    return asyncio.run(read_body(httpx2.Response(200, headers=headers, content=stream()), most))


@pytest.mark.parametrize("encoding", [None, "", "identity", "Identity"])
def test_a_plain_body(encoding: str | None) -> None:
    assert read(ONE, TWO, encoding=encoding) == Body(ONE + TWO, whole=True)
    assert read(ONE, TWO, encoding=encoding, most=500) == Body((ONE + TWO)[:501], whole=False)


@pytest.mark.parametrize("encoding", ["gzip", "GZip", "x-gzip", " gzip "])
def test_a_packed_body_in_any_spelling(encoding: str) -> None:
    assert read(gzip.compress(ONE), encoding=encoding) == Body(ONE, whole=True)


def test_all_members_are_unpacked_wherever_the_chunks_end() -> None:
    packed = gzip.compress(ONE) + gzip.compress(b"") + gzip.compress(TWO)
    assert read(packed) == Body(ONE + TWO, whole=True)
    assert read(*(packed[at : at + 1] for at in range(len(packed)))) == Body(ONE + TWO, whole=True)


@pytest.mark.parametrize("behind", [b"more", b"\0\0\0", b"\x1f", b"x"])
def test_what_follows_the_last_member_is_told(behind: bytes) -> None:
    assert read(gzip.compress(ONE) + behind) == Body(ONE, whole=False)
    assert read(gzip.compress(ONE), behind) == Body(ONE, whole=False)


def test_a_cut_body_is_told() -> None:
    assert read(gzip.compress(ONE)[:-4]) == Body(ONE, whole=False)
    assert read(b"") == Body(b"", whole=False)


@pytest.mark.parametrize("members", [1, 4])
def test_a_bomb_is_unpacked_no_further_than_allowed(members: int) -> None:
    packed = gzip.compress(b"x" * 5_000_000)
    assert read(packed * members, most=1_000) == Body(b"x" * 1_001, whole=False)


def test_endless_empty_members_end() -> None:
    assert read(gzip.compress(b"") * 2_000, most=100_000).whole is False


def test_more_packed_bytes_than_allowed_are_not_taken() -> None:
    assert read(gzip.compress(b"") * 40, most=100).whole is False


@pytest.mark.parametrize(("body", "encoding"), [(b"no gzip", "gzip"), (b"x", "br"), (b"x", "gzip, gzip")])
def test_what_cannot_be_unpacked_is_refused(body: bytes, encoding: str) -> None:
    with pytest.raises(BodyError):
        read(body, encoding=encoding)


@given(st.binary(), st.lists(st.integers(0, 400), max_size=5))
def test_any_bytes_are_unpacked_or_refused(data: bytes, cuts: list[int]) -> None:
    packed = gzip.compress(ONE) + data
    ends = [0, *sorted(cuts), len(packed)]
    found = read(*(packed[start:end] for start, end in pairwise(ends)))
    assert found.data.startswith(ONE)
    assert found.whole or data


@pytest.mark.parametrize(
    ("body", "encoding", "fetched"),
    [
        (gzip.compress(ONE, mtime=0) + gzip.compress(TWO, mtime=0), "GZIP", Fetched(200, ONE + TWO)),
        (gzip.compress(ONE, mtime=0) + b"\0\0", "gzip", Fetched(200, ONE)),
        (b"no gzip", "gzip", Fetched(None)),
        (b"x", "br", Fetched(None)),
    ],
)
def test_files_of_a_site_are_taken_as_far_as_they_go(
    serve: Serve, body: bytes, encoding: str, fetched: Fetched
) -> None:
    server = serve(FileServer({"robots.txt": body}, headers={"content-encoding": encoding}))
    fetcher = Fetcher(f"http://{server.address}", TabOptions(user_agent="x", locale="en"))
    assert asyncio.run(fetcher.get("http://site.example/robots.txt")) == fetched
