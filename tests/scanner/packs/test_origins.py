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
    with pytest.raises(InputError, match="only http:// and https://"):
        origin_from("ftp://mirror.example/")


def test_a_directory_holds_files_under_their_names(tmp_path: Path) -> None:
    (tmp_path / "easylist.txt").write_bytes(FILES["easylist.txt"])
    found = Directory(tmp_path).fetch(SOURCES[2:], {})
    assert found["easylist"] == Download(EASYLIST.url, FILES["easylist.txt"])
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
