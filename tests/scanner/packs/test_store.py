import os
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest

from consentinel.scanner.errors import PackError
from consentinel.scanner.packs import store as store_module
from consentinel.scanner.packs.manifest import Manifest
from consentinel.scanner.packs.sources import SOURCES
from consentinel.scanner.packs.store import Store
from tests.scanner.packs.conftest import FILES, manifest_of

FILE_OF = {"easylist": "easylist.txt"}


def filled(directory: Path, *lists: bytes) -> Store:
    """A store with one generation for each easylist.txt."""
    store = Store(directory)
    for data in lists:
        install(store, data)
    return store


def install(store: Store, data: bytes = FILES["easylist.txt"]) -> Path:
    with store.locked():
        return store.install({"easylist.txt": data}, manifest_of({"easylist.txt": data}))


def list_of(number: int) -> bytes:
    return FILES["easylist.txt"] + f"||n{number}.example^\n".encode()


def in_use(store: Store) -> bytes:
    generation = store.current()
    assert generation is not None
    return generation.read(generation.manifest.packs[0], "easylist.txt")


def generations(store: Store) -> list[str]:
    return sorted(path.name for path in (store.path / "generations").iterdir())


def test_an_empty_store_has_nothing(tmp_path: Path) -> None:
    assert Store(tmp_path).current() is None
    assert list(tmp_path.iterdir()) == []


def test_what_is_installed_is_in_use(tmp_path: Path) -> None:
    store = filled(tmp_path, list_of(1))
    assert in_use(store) == list_of(1)
    assert generations(store) == ["0001"]


def test_the_previous_generation_is_kept_and_older_ones_go(tmp_path: Path) -> None:
    store = filled(tmp_path, list_of(1), list_of(2), list_of(3))
    assert in_use(store) == list_of(3)
    assert generations(store) == ["0002", "0003"]


def test_rollback_goes_back_and_forth(tmp_path: Path) -> None:
    store = filled(tmp_path, list_of(1), list_of(2))
    for number in (1, 2):
        with store.locked():
            store.rollback(FILE_OF)
        assert in_use(store) == list_of(number)


def test_after_a_rollback_an_update_keeps_what_was_in_use(tmp_path: Path) -> None:
    store = filled(tmp_path, list_of(1), list_of(2))
    with store.locked():
        store.rollback(FILE_OF)
    install(store, list_of(3))
    with store.locked():
        store.rollback(FILE_OF)
    assert in_use(store) == list_of(1)


def test_there_may_be_nothing_to_go_back_to(tmp_path: Path) -> None:
    for store in (Store(tmp_path / "empty"), filled(tmp_path, list_of(1))):
        with pytest.raises(PackError, match="no earlier generation"), store.locked():
            store.rollback(FILE_OF)


STEPS = ("write_file", "sync_directory", "replace_file")


@pytest.mark.parametrize("step", STEPS)
def test_a_crash_between_steps_leaves_the_old_generation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    store = filled(tmp_path, list_of(1))

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(store_module, step, crash)
    with pytest.raises(KeyboardInterrupt):
        install(store, list_of(2))
    assert in_use(store) == list_of(1)
    monkeypatch.undo()
    install(store, list_of(3))
    assert in_use(store) == list_of(3)
    assert len(generations(store)) == 2


@pytest.mark.parametrize("target", [os, Path])
def test_a_full_disk_is_one_clear_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, target: object
) -> None:
    store = filled(tmp_path, list_of(1))

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(target, "fsync" if target is os else "replace", fail)
    with pytest.raises(PackError, match="No space left on device: choose a data directory"):
        install(store, list_of(2))
    assert in_use(store) == list_of(1)


def test_a_directory_that_cannot_be_made_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(PackError, match="Not a directory: choose a data directory"),
        Store(tmp_path / "file").locked(),
    ):
        pass


@pytest.mark.parametrize("damage", [b"", b"other", None])
def test_a_damaged_file_is_seen(tmp_path: Path, damage: bytes | None) -> None:
    store = filled(tmp_path, list_of(1))
    file = store.path / "generations" / "0001" / "easylist.txt"
    file.unlink() if damage is None else file.write_bytes(damage)
    with pytest.raises(PackError, match=r"^easylist: easylist.txt .*: run `consentinel catalogue update`"):
        in_use(store)


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("current", b""),
        ("current", b'{"current": 1}'),
        ("current", b'{"current": "0009"}'),
        ("current", b'{"current": "../../0001"}'),
        ("current", b'{"current": ".."}'),
        ("current", b'{"current": ""}'),
        ("current", b'{"current": "\\u0000"}'),
        ("current", b'{"current": "\\u0660\\u0660\\u0660\\u0661"}'),
        ("current", b'{"current": "0001\\n"}'),
        ("current", b"[" * 5_000_000),
        ("generations/0001/manifest.json", b"{"),
        ("generations/0001/manifest.json", b'{"packs": [], "schema": "consentinel/packs/9"}'),
    ],
)
def test_damaged_records_are_seen_and_an_update_repairs_them(
    tmp_path: Path, file: str, content: bytes
) -> None:
    store = filled(tmp_path, list_of(1))
    (store.path / file).write_bytes(content)
    with pytest.raises(PackError, match="run `consentinel catalogue update`"):
        store.current()
    install(store, list_of(2))
    assert in_use(store) == list_of(2)


def test_two_updates_at_once_are_refused(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with (
        store.locked(),
        pytest.raises(PackError, match="another update is running: wait until it has ended"),
        Store(tmp_path).locked(),
    ):
        pass
    with store.locked():
        pass


def test_amending_renews_the_records_only(tmp_path: Path) -> None:
    store = filled(tmp_path, list_of(1))
    generation = store.current()
    assert generation is not None
    with store.locked():
        store.amend(generation, {"conflicts.json": b"[]"}, Manifest(generation.manifest.packs[:0]))
    again = store.current()
    assert again is not None
    assert again.manifest.packs == ()
    assert (again.path / "conflicts.json").read_bytes() == b"[]"
    assert generations(store) == ["0001"]


@pytest.mark.parametrize("name", ["..", "", "\0"])
def test_a_damaged_pointer_does_not_lead_rollback_out_of_the_store(tmp_path: Path, name: str) -> None:
    store = filled(tmp_path, list_of(1), list_of(2))
    (store.path / "manifest.json").write_bytes((store.path / "generations/0001/manifest.json").read_bytes())
    (store.path / "current").write_bytes(msgspec.json.encode({"current": "0002", "previous": name}))
    with store.locked(), pytest.raises(PackError, match="run `consentinel catalogue update`"):
        store.rollback(FILE_OF)
    assert in_use(store) == list_of(2)


def test_rollback_does_not_go_to_what_is_damaged(tmp_path: Path) -> None:
    store = filled(tmp_path, list_of(1), list_of(2))
    (store.path / "generations" / "0001" / "easylist.txt").write_bytes(list_of(1) + b"\n")
    with (
        store.locked(),
        pytest.raises(PackError, match=r"^generation 0001 was not taken: easylist: easylist.txt is damaged"),
    ):
        store.rollback(FILE_OF)
    assert in_use(store) == list_of(2)


def test_a_lock_of_what_does_not_exist_makes_nothing(tmp_path: Path) -> None:
    with (
        pytest.raises(PackError, match="no packs are installed there"),
        Store(tmp_path / "none").locked(create=False),
    ):
        pass
    assert list(tmp_path.iterdir()) == []


def test_an_error_of_the_body_is_not_taken_for_another_update(tmp_path: Path) -> None:
    with pytest.raises(BlockingIOError), Store(tmp_path).locked():
        raise BlockingIOError


def test_a_file_system_without_locks_is_one_clear_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(37, "No locks available")

    monkeypatch.setattr("fcntl.flock", fail)
    with pytest.raises(PackError, match="No locks available: choose a data"), Store(tmp_path).locked():
        pass


def test_a_data_directory_that_no_system_could_name(tmp_path: Path) -> None:
    with pytest.raises(PackError, match="is no directory: choose"):
        Store(tmp_path / "a\0b")


def test_a_stored_file_that_has_become_a_pipe_is_seen(tmp_path: Path) -> None:
    store = filled(tmp_path, list_of(1))
    file = store.path / "generations" / "0001" / "easylist.txt"
    file.unlink()
    os.mkfifo(file)
    with pytest.raises(PackError, match=r"^easylist: easylist.txt is no regular file"):
        in_use(store)


def test_records_are_found_in_spite_of_damage(tmp_path: Path) -> None:
    store = filled(tmp_path, list_of(1), list_of(2))
    assert [pack.sha256 for pack in store.records() or ()] == [sha256(list_of(2)).hexdigest()]
    (store.path / "generations" / "0002" / "manifest.json").write_bytes(b"{")
    assert [pack.sha256 for pack in store.records() or ()] == [sha256(list_of(1)).hexdigest()]
    (store.path / "generations" / "0001" / "manifest.json").write_bytes(b"{")
    assert store.records() is None
    assert Store(tmp_path / "none").records() == ()


def test_every_pack_that_may_be_fetched_can_be_read_back() -> None:
    assert max(source.max_bytes for source in SOURCES) <= store_module._MAX_FILE
