import os
from dataclasses import replace
from pathlib import Path

import pytest

from consentinel.scanner.errors import InputError, PackError
from consentinel.scanner.packs.downloading import Download
from consentinel.scanner.packs.origins import Directory, Mirror, Published, origin_from
from consentinel.scanner.packs.sources import SOURCES
from tests.conftest import Serve
from tests.scanner.packs.conftest import FILES, FileServer

EASYLIST = SOURCES[2]


def test_what_from_names(tmp_path: Path) -> None:
    assert isinstance(origin_from(None), Published)
    assert origin_from(str(tmp_path)) == Directory(tmp_path)
    mirror = origin_from("https://mirror.example/lists/")
    assert isinstance(mirror, Mirror)
    assert mirror.base == "https://mirror.example/lists/"


def test_from_nowhere_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PackError, match="there is no such directory: name one, or an address"):
        origin_from(str(tmp_path / "no"))
    for empty in ("", " "):
        with pytest.raises(PackError, match="--from is empty: name a directory, or an address"):
            origin_from(empty)
    with pytest.raises(PackError, match="there is no such directory"):
        origin_from("x" * 5_000)
    with pytest.raises(InputError, match="only http:// and https://"):
        origin_from("ftp://mirror.example/")


def test_a_directory_holds_files_under_their_names(tmp_path: Path) -> None:
    (tmp_path / "easylist.txt").write_bytes(FILES["easylist.txt"])
    found = Directory(tmp_path).fetch(SOURCES[2:], {})
    address = (tmp_path / "easylist.txt").as_uri()
    assert found["easylist"] == Download(address, FILES["easylist.txt"])
    missing = found["easyprivacy"]
    assert isinstance(missing, PackError)
    assert "easyprivacy.txt: No such file or directory: put the file there" in str(missing)


def test_a_directory_does_not_hold_endless_files(tmp_path: Path) -> None:
    (tmp_path / "easylist.txt").write_bytes(FILES["easylist.txt"])
    found = Directory(tmp_path).fetch([replace(EASYLIST, max_bytes=10)], {})["easylist"]
    assert isinstance(found, PackError)
    assert "is larger than 10 bytes" in str(found)


@pytest.mark.parametrize("slash", ["", "/"])
def test_a_mirror_may_be_private_and_on_any_port(serve: Serve, files: FileServer, slash: str) -> None:
    origin = origin_from(f"http://{serve(files).address}/lists{slash}")
    assert isinstance(origin.fetch([EASYLIST], {})["easylist"], Download)
    assert [path for path, _ in files.asked] == ["/lists/easylist.txt"]


def test_published_lists_come_from_their_own_addresses(serve: Serve, files: FileServer) -> None:
    source = replace(EASYLIST, url=f"http://{serve(files).address}/x/easylist.txt")
    found = Published().fetch([source], {})["easylist"]
    assert isinstance(found, PackError)
    assert "127.0.0.1 (not-global)" in str(found)


def test_a_directory_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "easylist.txt")
    (tmp_path / "easyprivacy.txt").mkdir()
    found = Directory(tmp_path).fetch(SOURCES[2:], {})
    for source in SOURCES[2:]:
        assert str(found[source.id]).endswith("is no regular file: put the file there, or leave the pack out")


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "easylist.txt").open("wb") as stream:
        stream.truncate(10**13)
    assert "is larger than" in str(Directory(tmp_path).fetch([EASYLIST], {})["easylist"])


def test_a_mirror_does_not_lead_into_the_network(serve: Serve, files: FileServer) -> None:
    private = FileServer(dict(FILES))
    files.status, files.headers = 302, {"location": f"http://{serve(private).address}/easylist.txt"}
    found = origin_from(f"http://{serve(files).address}/lists").fetch([EASYLIST], {})["easylist"]
    assert "127.0.0.1 (not-global)" in str(found)
    assert private.asked == []
