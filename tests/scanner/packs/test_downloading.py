import gzip
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from consentinel.scanner.addresses import EgressPolicy, HostMapping
from consentinel.scanner.errors import PackError
from consentinel.scanner.packs import downloading
from consentinel.scanner.packs.downloading import Download, Downloader
from consentinel.scanner.packs.manifest import Installed
from consentinel.scanner.packs.sources import SOURCES, Source
from tests.conftest import MakeTlsFiles, Serve
from tests.scanner.packs.conftest import FILES, FileServer, record

PRIVATE = EgressPolicy(allow_private=True)
EASYLIST = SOURCES[2]

Result = Download | PackError | None
Get = Callable[..., Result]


@pytest.fixture
def get(serve: Serve, files: FileServer) -> Get:
    """Fetch EasyList from the server of `files`."""
    address = serve(files).address

    def fetch(
        downloader: Downloader | None = None,
        known: Installed | None = None,
        source: Source = EASYLIST,
        path: str = "",
    ) -> Result:
        url = f"http://{address}/{path}{source.file}"
        installed = {source.id: msgspec.structs.replace(known, url=url)} if known else {}
        return (downloader or Downloader(PRIVATE)).get_all([(source, url)], installed)[source.id]

    return fetch


def known(*, etag: str | None = None, last_modified: str | None = None) -> Installed:
    held = record(EASYLIST, FILES["easylist.txt"])
    return msgspec.structs.replace(held, etag=etag, last_modified=last_modified)


def test_a_file_comes_with_what_the_server_says_of_it(get: Get, files: FileServer) -> None:
    files.headers = {"etag": '"1"', "last-modified": "Sat, 31 Jan 2026 00:00:00 GMT"}
    found = get()
    assert isinstance(found, Download)
    assert found.data == FILES["easylist.txt"]
    assert (found.etag, found.last_modified) == ('"1"', "Sat, 31 Jan 2026 00:00:00 GMT")
    assert files.asked[0][1]["user-agent"].startswith("consentinel/")


def test_what_is_known_is_asked_for_with_a_condition(get: Get, files: FileServer) -> None:
    files.headers = {"etag": '"1"'}
    assert get(known=known(etag='"1"', last_modified="Sat, 31 Jan 2026 00:00:00 GMT")) is None
    assert files.asked[0][1]["if-modified-since"] == "Sat, 31 Jan 2026 00:00:00 GMT"


def test_a_newer_file_comes_in_spite_of_the_condition(get: Get, files: FileServer) -> None:
    files.headers = {"etag": '"2"'}
    assert isinstance(get(known=known(etag='"1"')), Download)


def test_another_address_is_asked_without_condition(serve: Serve, files: FileServer) -> None:
    files.headers = {"etag": '"1"'}
    url = f"http://{serve(files).address}/easylist.txt"
    found = Downloader(PRIVATE).get_all([(EASYLIST, url)], {"easylist": known(etag='"1"')})
    assert isinstance(found["easylist"], Download)


def test_a_packed_file_is_unpacked(get: Get, files: FileServer) -> None:
    files.files["easylist.txt"] = gzip.compress(FILES["easylist.txt"])
    files.headers = {"content-encoding": "gzip"}
    found = get()
    assert isinstance(found, Download)
    assert found.data == FILES["easylist.txt"]


@pytest.mark.parametrize("name", ["gzip", "GZIP", "x-gzip"])
def test_a_file_packed_in_pieces_is_unpacked_to_its_end(get: Get, files: FileServer, name: str) -> None:
    files.files["easylist.txt"] = gzip.compress(FILES["easylist.txt"]) + gzip.compress(b"||more.example^\n")
    files.headers = {"content-encoding": name}
    found = get()
    assert isinstance(found, Download)
    assert found.data == FILES["easylist.txt"] + b"||more.example^\n"


@pytest.mark.parametrize("behind", [b"more", b"\0", b"\x1f"])
def test_something_behind_a_packed_file_is_a_failure(get: Get, files: FileServer, behind: bytes) -> None:
    files.files["easylist.txt"] = gzip.compress(FILES["easylist.txt"]) + behind
    files.headers = {"content-encoding": "gzip"}
    fails(get(), "is not packed as it should be")


def fails(result: Result, reason: str) -> None:
    assert isinstance(result, PackError)
    message = str(result)
    assert message.startswith("easylist: http")
    assert reason in message
    assert message.endswith(": try again, or get the file and give its directory with --from")
    assert "\n" not in message


@pytest.mark.parametrize("status", [404, 403, 500, 206, 304])
def test_another_status_is_a_failure(get: Get, files: FileServer, status: int) -> None:
    files.status = status
    files.files["easylist.txt"] = b"" if status == 304 else b"no"
    fails(get(), f"answered {status}")


def test_a_truncated_file_is_a_failure(get: Get, files: FileServer) -> None:
    files.declared = 5_000
    fails(get(), "broke off")


def test_a_truncated_packed_file_is_a_failure(get: Get, files: FileServer) -> None:
    files.files["easylist.txt"] = gzip.compress(FILES["easylist.txt"])[:-12]
    files.headers = {"content-encoding": "gzip"}
    fails(get(), "is not packed as it should be")


def test_a_broken_packed_file_is_a_failure(get: Get, files: FileServer) -> None:
    files.headers = {"content-encoding": "gzip"}
    fails(get(), "is not packed as it should be")


def test_an_encoding_that_was_not_asked_for_is_a_failure(get: Get, files: FileServer) -> None:
    files.headers = {"content-encoding": "br"}
    fails(get(), "is packed as br")


@pytest.mark.parametrize("packed", [False, True])
def test_a_file_that_is_too_big_is_a_failure(get: Get, files: FileServer, packed: bool) -> None:
    data = b"x" * 3_000_000
    files.files["easylist.txt"] = gzip.compress(data) if packed else data
    files.headers = {"content-encoding": "gzip"} if packed else {}
    fails(get(source=replace(EASYLIST, max_bytes=2 * 1024 * 1024)), "is larger than 2 MB")


def test_a_server_that_says_nothing_is_a_failure(get: Get, files: FileServer) -> None:
    files.delay_s = 5
    fails(get(Downloader(PRIVATE, quiet_s=0.2)), "sent nothing for 0.2 seconds")
    fails(get(Downloader(PRIVATE, total_s=0.2)), "did not end within 0.2 seconds")


def test_a_server_that_is_not_there_is_a_failure() -> None:
    url = "http://127.0.0.1:1/easylist.txt"
    fails(
        Downloader(PRIVATE).get_all([(EASYLIST, url)], {})["easylist"],
        "cannot be had from 127.0.0.1 (connection-refused)",
    )


def test_private_addresses_are_not_reached_for_published_lists(get: Get, files: FileServer) -> None:
    fails(get(Downloader()), "cannot be had from 127.0.0.1 (not-global)")
    assert files.asked == []


def test_a_redirect_is_followed(get: Get, files: FileServer, serve: Serve) -> None:
    target = serve(FileServer(dict(FILES))).address
    files.status, files.headers = 302, {"location": f"http://{target}/easylist.txt"}
    found = get(Downloader(EgressPolicy(allow_private=True)))
    assert isinstance(found, Download)
    assert found.url.startswith("http://127.0.0.1")
    assert target not in found.url


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("easylist.txt", "redirects more than 5 times"),
        ("ftp://acme.example/", "redirects to an address without https"),
        ("http://[", "redirects to what is no address"),
        ("http://127.0.0.1:99999/x", "redirects to what is no address"),
        ("http://127.0.0.1:-1/", "redirects to what is no address"),
        ("http://127.0.0.1:0/", "redirects to what is no address"),
        ("http://[::1]:x/", "redirects to what is no address"),
        ("http://a_b@127.0.0.1/", "redirects to what is no address"),
        ("http://169.254.169.254/", "cannot be had from 169.254.169.254 (not-global)"),
    ],
)
def test_a_redirect_to_nowhere_is_a_failure(get: Get, files: FileServer, location: str, reason: str) -> None:
    files.status, files.headers = 302, {"location": location}
    fails(get(), reason)


@pytest.fixture
def secure(serve: Serve, files: FileServer, tls_files: MakeTlsFiles, monkeypatch: pytest.MonkeyPatch) -> Get:
    """Fetch EasyList over HTTPS; the environment names the authority that signed the server's certificate."""
    tls = tls_files("lists.example")
    port = serve(files, tls=tls).port
    monkeypatch.setenv("SSL_CERT_FILE", str(tls.ca))
    policy = EgressPolicy(resolve={"lists.example": HostMapping("127.0.0.1", port)})

    def fetch() -> Result:
        url = "https://lists.example/easylist.txt"
        return Downloader(policy).get_all([(EASYLIST, url)], {})["easylist"]

    return fetch


def test_https_works_with_an_authority_of_ones_own(secure: Get) -> None:
    assert isinstance(secure(), Download)


def test_a_certificate_that_nobody_vouches_for_is_a_failure(
    secure: Get, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    fails(secure(), "broke off (ConnectError)")


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_an_authority_that_is_none_is_one_clear_line(
    secure: Get, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str | None
) -> None:
    if content:
        (tmp_path / "ca.pem").write_text(content)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    with pytest.raises(PackError, match=r"^the certificates to trust cannot be read .*: check SSL_CERT_FILE"):
        secure()


def test_https_is_never_left_for_http(secure: Get, files: FileServer) -> None:
    files.status, files.headers = 301, {"location": "http://lists.example/easylist.txt"}
    fails(secure(), "redirects to an address without https")


def test_one_failure_does_not_cost_the_others(serve: Serve, files: FileServer) -> None:
    del files.files["easylist.txt"]
    address = serve(files).address
    found = Downloader(PRIVATE).get_all(
        [(source, f"http://{address}/{source.file}") for source in SOURCES], {}
    )
    assert [type(found[source.id]) for source in SOURCES] == [Download, Download, PackError, Download]


@pytest.mark.parametrize("error", [RuntimeError("mistake"), ValueError("Port out of range"), OverflowError()])
def test_a_mistake_with_one_pack_does_not_cost_the_others(
    serve: Serve, files: FileServer, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    follow = downloading._Run._follow

    async def fail(run: downloading._Run, source: Source, *arguments: Any) -> Download | None:
        if source is EASYLIST:
            raise error
        return await follow(run, source, *arguments)

    monkeypatch.setattr(downloading._Run, "_follow", fail)
    address = serve(files).address
    wanted = [(source, f"http://{address}/{source.file}") for source in SOURCES]
    found = Downloader(PRIVATE).get_all(wanted, {})
    fails(found["easylist"], f"could not be fetched ({type(error).__name__})")
    assert [type(found[source.id]) for source in SOURCES] == [Download, Download, PackError, Download]


@pytest.mark.parametrize("bad", [b'"\xe9\xff"', b'"' + b"x" * 2_000 + b'"', b'"a\tb"', b""])
def test_what_cannot_be_sent_back_is_not_kept(get: Get, files: FileServer, bad: bytes) -> None:
    files.headers = {"etag": bad.decode("latin-1"), "last-modified": bad.decode("latin-1")}
    found = get()
    assert isinstance(found, Download)
    assert (found.etag, found.last_modified) == (None, None)


@pytest.mark.parametrize("bad", ["\u00e9", "a\nb: c", "\ud800", " ", "x" * 2_000])
def test_what_cannot_be_sent_back_is_not_sent(get: Get, files: FileServer, bad: str) -> None:
    assert isinstance(get(known=known(etag=bad, last_modified=bad)), Download)
    assert not {"if-none-match", "if-modified-since"} & files.asked[0][1].keys()


def test_a_private_mirror_opens_no_other_private_address(serve: Serve, files: FileServer) -> None:
    other, mirror = FileServer(dict(FILES)), FileServer(dict(FILES))
    base = f"http://{serve(mirror).address}/"
    mirror.status, mirror.headers = 302, {"location": f"http://{serve(other).address}/easylist.txt"}
    found = Downloader(mirror=base).get_all([(EASYLIST, f"{base}easylist.txt")], {})["easylist"]
    fails(found, "cannot be had from 127.0.0.1 (not-global)")
    assert (len(mirror.asked), other.asked) == (1, [])


def test_a_public_mirror_opens_no_private_address(serve: Serve, files: FileServer) -> None:
    private = FileServer(dict(FILES))
    files.status, files.headers = 302, {"location": f"http://{serve(private).address}/easylist.txt"}
    policy = EgressPolicy(resolve={"mirror.example": HostMapping("127.0.0.1", serve(files).port)})
    base = "http://mirror.example/"
    found = Downloader(policy, mirror=base).get_all([(EASYLIST, f"{base}easylist.txt")], {})["easylist"]
    fails(found, "cannot be had from 127.0.0.1 (not-global)")
    assert private.asked == []


def test_a_private_mirror_may_redirect_to_itself(serve: Serve, files: FileServer) -> None:
    base = f"http://{serve(files).address}/"
    files.status, files.headers = 302, {"location": "/easylist.txt"}
    found = Downloader(mirror=base).get_all([(EASYLIST, f"{base}easylist.txt")], {})["easylist"]
    fails(found, "redirects more than 5 times")
