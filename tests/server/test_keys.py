"""The keys: made once, for one owner, and never silently made anew."""

import base64
import errno
import json
import os
import stat
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentinel.server.errors import ServerError
from consentinel.server.keys import load_keys, new_keys
from tests.support.at_once import at_once


def test_made_at_the_first_start_and_the_same_at_the_next(tmp_path: Path) -> None:
    file = tmp_path / "new" / "keys.json"
    first, second = load_keys(file), load_keys(file)
    assert first.public_bytes == second.public_bytes
    assert (first.cookie, first.key_id) == (second.cookie, second.key_id)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["keys.json"]


def test_two_are_different() -> None:
    one, other = new_keys(), new_keys()
    assert (one.cookie, one.key_id) != (other.cookie, other.key_id)
    assert len(one.key_id) == 16


def test_they_are_not_shown() -> None:
    keys = new_keys()
    assert repr(keys) == "Keys()"


def test_of_several_first_starts_all_use_the_same(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    code = (
        "from pathlib import Path\n"
        "from consentinel.server.keys import load_keys\n"
        "together()\n"
        "print(load_keys(Path(sys.argv[1])).key_id)\n"
    )
    names = at_once(code, str(file), number=4)
    assert names == [load_keys(file).key_id] * 4
    assert list(tmp_path.iterdir()) == [file]


def test_a_disk_that_is_full_is_left_without_half_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ServerError, match=r"keys\.json: No space left .*CONSENTINEL_KEYS"):
        load_keys(tmp_path / "keys.json")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_was_damaged_stays_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    load_keys(file)
    whole = file.read_bytes()
    for damaged in (b"", b"[]", b"{}", b"null", b"\xff", whole[:-20], whole.replace(b"signing", b"singing")):
        file.write_bytes(damaged)
        with pytest.raises(ServerError, match=r"keys\.json: no keys of this server .*put your backup"):
            load_keys(file)
        assert file.read_bytes() == damaged


@given(
    found=st.dictionaries(
        st.sampled_from(("signing", "cookie")),
        st.none()
        | st.integers()
        | st.text()
        | st.binary(max_size=40).map(lambda raw: base64.b64encode(raw).decode()),
    )
)
def test_whatever_is_in_the_file_there_are_keys_or_one_line(
    tmp_path_factory: pytest.TempPathFactory, found: dict[str, object]
) -> None:
    file = tmp_path_factory.mktemp("keys") / "keys.json"
    file.write_text(json.dumps(found))
    with suppress(ServerError):
        keys = load_keys(file)
        assert (len(keys.public_bytes), len(keys.cookie)) == (32, 32)


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ServerError, match=r"file/keys\.json: .*CONSENTINEL_KEYS"):
        load_keys(tmp_path / "file" / "keys.json")


def test_a_file_whose_name_is_too_long(tmp_path: Path) -> None:
    with pytest.raises(ServerError, match=r"name too long: .*CONSENTINEL_KEYS"):
        load_keys(tmp_path / ("k" * 300))


def test_a_file_that_cannot_be_read_is_said_without_a_number(tmp_path: Path) -> None:
    with pytest.raises(ServerError, match=rf"^{tmp_path}: Is a directory: .*CONSENTINEL_KEYS"):
        load_keys(tmp_path)
