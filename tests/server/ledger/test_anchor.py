"""The anchor: what it remembers outlives crashes, other processes and old copies of the database."""

import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentinel.server.errors import LedgerError, Unavailable
from consentinel.server.ledger.anchor import MANY_LINES, Anchor, Contents, many_outdated
from consentinel.server.ledger.line_file import LineFile
from consentinel.server.ledger.shards import Erased, Head
from consentinel.server.settings import ServerSettings
from tests.server.ledger.histories import DAY_MS, START_MS, Times
from tests.server.ledger.restoring import no_space

SHARD, SECOND = "l.example/shop.example/2026Q4", "l.example/blog.example/2026Q4"


def head(size: int, origin: str = SHARD) -> Head:
    return Head(origin, size, bytes([size % 256]) * 32)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "anchor.ndjson"


@pytest.fixture
def anchor(file: Path) -> Anchor:
    return Anchor(LineFile(file), Times())


def again(file: Path) -> Anchor:
    """Return the anchor as another process sees it."""
    return Anchor(LineFile(file), Times())


def test_nothing_is_remembered_at_first(anchor: Anchor, file: Path) -> None:
    assert anchor.remembered() == []
    assert anchor.remembered_ms() is None
    anchor.remember([])
    assert not file.exists()


def test_what_has_grown_is_remembered(anchor: Anchor, file: Path) -> None:
    anchor.remember([head(3), head(1, SECOND)])
    anchor.remember([head(2), head(5, SECOND)])
    assert again(file).remembered() == [head(1, SECOND), head(5, SECOND), head(3)]
    assert anchor.remembered_ms() == Times().now_ms


def test_no_head_of_another_process_takes_the_place_of_one(anchor: Anchor, file: Path) -> None:
    anchor.remember([head(9)])
    again(file).remember([head(4)])
    again(file).remember([Head(SHARD, 9, bytes(32))])
    again(file).remember([head(12)])
    assert anchor.remembered() == [head(4), Head(SHARD, 9, bytes(32)), head(9), head(12)]


def test_what_is_no_larger_is_not_written(anchor: Anchor, file: Path) -> None:
    anchor.remember([head(3)])
    before = file.read_bytes()
    anchor.remember([head(3)])
    anchor.remember([head(2)])
    assert file.read_bytes() == before


@settings(max_examples=20)
@given(st.lists(st.tuples(st.sampled_from([SHARD, SECOND]), st.integers(1, 50)), max_size=8))
def test_all_are_there_in_any_order(
    tmp_path_factory: pytest.TempPathFactory, told: list[tuple[str, int]]
) -> None:
    file = tmp_path_factory.mktemp("anchor") / "anchor.ndjson"
    for origin, size in told:
        again(file).remember([head(size, origin)])
    assert again(file).remembered() == [head(size, origin) for origin, size in sorted(set(told))]


@pytest.mark.parametrize("cut", [1, 2, 40, 100])
def test_a_line_that_a_crash_has_cut_is_no_line(anchor: Anchor, file: Path, cut: int) -> None:
    anchor.remember([head(3)])
    first = file.read_bytes()
    anchor.remember([head(4)])
    file.write_bytes(file.read_bytes()[: len(first) + cut])
    assert again(file).remembered() == [head(3)]
    again(file).remember([head(5)])
    assert file.read_bytes().startswith(first)
    assert again(file).remembered() == [head(3), head(5)]


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{}",
        b"\0" * 40,
        b'{"kind":"head","origin":"a","size":-1,"root":"","time_ms":1}',
        b'{"kind":"erased","origin":"a","position":1,"leaf":"00","time_ms":1}',
        b'{"kind":"erased","origin":"a","position":1%040d,"leaf":"%064d","time_ms":1}' % (0, 0),
        b'{"kind":"none","origin":"a"}',
        *(
            b'{"kind":"head","origin":"%s","size":1,"root":"%064d","time_ms":1}' % (origin, 0)
            for origin in (
                b"a",
                b"a/b",
                b"/b/2026Q4",
                b"a/b/2026Q4.x",
                b"a/b/c/2026Q4",
                b"a/b/2026Q4.99999999999",
            )
        ),
        b"[1]",
        b'"\xff"',
    ],
)
def test_a_damaged_line_is_an_error_and_not_silence(anchor: Anchor, file: Path, line: bytes) -> None:
    anchor.remember([head(3)])
    file.write_bytes(line + b"\n" + file.read_bytes())
    with pytest.raises(LedgerError, match=r"anchor\.ndjson: damaged .*put your copy of it back"):
        again(file).remembered()


@settings(max_examples=30)
@given(st.binary(max_size=200))
def test_any_bytes_are_an_anchor_or_an_error(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    file = tmp_path_factory.mktemp("anchor") / "anchor.ndjson"
    file.write_bytes(data)
    if b"\n" in data:
        with pytest.raises(LedgerError):
            again(file).remembered()
    else:
        assert again(file).remembered() == []


def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="has to be readable"):
        again(tmp_path).remembered()


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "full").write_text("no folder")
    with pytest.raises(Unavailable, match=r"full/anchor\.ndjson: .*anchor cannot be written$"):
        again(tmp_path / "full" / "anchor.ndjson").remember([head(1)])


def test_a_full_disk_is_told_and_a_later_head_is_kept(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    anchor = again(file)
    with monkeypatch.context() as patched:
        patched.setattr(LineFile, "append", no_space)
        with pytest.raises(Unavailable, match="No space left"):
            anchor.remember([head(1)])
    anchor.remember([head(1)])
    assert again(file).remembered() == [head(1)]


def test_accepting_replaces_what_was_larger_and_drops_doubts(anchor: Anchor, file: Path) -> None:
    anchor.remember([head(9), head(2, SECOND)])
    anchor.doubt("shop.example", START_MS)
    anchor.accept([head(4)], anchor.remembered())
    assert again(file).remembered() == [head(2, SECOND), head(4)]
    assert anchor.contents().doubts == {}
    anchor.remember([head(5)])
    assert again(file).remembered() == [head(2, SECOND), head(4), head(5)]


def test_accepting_keeps_what_came_after_the_comparison(anchor: Anchor, file: Path) -> None:
    anchor.remember([head(9)])
    compared = anchor.remembered()
    again(file).remember([head(10)])
    anchor.accept([head(4)], compared)
    assert again(file).remembered() == [head(4), head(10)]


def test_doubts_are_kept_once_for_each_site(anchor: Anchor, file: Path) -> None:
    for site, received_ms in (("b.example", 3), ("a.example", 2), ("b.example", 1)):
        anchor.doubt(site, received_ms)
    assert again(file).contents().doubts == {"a.example": 2, "b.example": 3}
    assert anchor.remembered() == []


def test_what_was_compared_is_forgotten_but_for_the_largest(
    anchor: Anchor, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("consentinel.server.ledger.anchor.MANY_LINES", 20)
    for size in range(1, 60):
        anchor.remember([head(size), head(size, SECOND)])
        anchor.confirm([head(size - 3), head(size - 2)])
        anchor.confirm([head(size, SECOND)])
    assert file.read_bytes().count(b"\n") <= 40
    found = again(file).remembered()
    assert {head(59, SECOND), head(57), head(58), head(59)} <= set(found)


def test_the_file_is_not_written_anew_for_a_few_lines(anchor: Anchor, file: Path) -> None:
    for size in range(1, 20):
        anchor.remember([head(size)])
    before = file.read_bytes()
    anchor.confirm([head(19)])
    assert file.read_bytes() == before
    assert MANY_LINES > 19


def test_doubts_outlive_what_is_forgotten(anchor: Anchor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("consentinel.server.ledger.anchor.MANY_LINES", 1)
    anchor.doubt("shop.example", START_MS)
    anchor.remember([head(1)])
    anchor.remember([head(2)])
    anchor.confirm(anchor.remembered())
    assert anchor.contents() == Contents([head(2)], {"shop.example": START_MS}, [])


def gone(position: int, leaf: int = 0, origin: str = SHARD) -> Erased:
    return Erased(origin, position, bytes([leaf]) * 32)


def test_the_erased_outlive_what_is_forgotten_and_accepted(
    anchor: Anchor, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("consentinel.server.ledger.anchor.MANY_LINES", 1)
    anchor.remember([head(1)])
    anchor.remember_erased([gone(7), gone(2)])
    anchor.remember_erased([gone(7), gone(2, 1), gone(0, origin=SECOND)])
    anchor.remember([head(2)])
    anchor.confirm(anchor.remembered())
    anchor.accept([head(1)], anchor.remembered())
    expected = [gone(0, origin=SECOND), gone(2), gone(2, 1), gone(7)]
    assert again(file).contents() == Contents([head(1)], {}, expected)


def test_of_an_erasure_the_day_is_kept_alone(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("consentinel.server.ledger.anchor.MANY_LINES", 1)
    anchor = again(file)
    anchor.remember_erased([gone(1)])
    anchor.remember([head(1), head(2)])
    anchor.confirm([head(2)])
    lines = [json.loads(line) for line in file.read_bytes().splitlines()]
    day = START_MS - START_MS % DAY_MS
    assert [line["time_ms"] for line in lines if line["kind"] == "erased"] == [day]
    assert {line["time_ms"] for line in lines if line["kind"] != "erased"} == {START_MS}


def test_that_it_was_begun_outlives_what_is_forgotten_and_accepted(
    anchor: Anchor, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("consentinel.server.ledger.anchor.MANY_LINES", 1)
    for database in ("1" * 32, "0" * 32, "1" * 32):
        anchor.begin(database)
    anchor.remember([head(1), head(2)])
    anchor.confirm([head(2)])
    anchor.accept([head(1)], anchor.remembered())
    assert again(file).contents() == Contents([head(1)], {}, [], ["0" * 32, "1" * 32])


def test_a_file_that_was_read_is_not_begun_anew(anchor: Anchor, file: Path) -> None:
    anchor.remember([head(1)])
    other = again(file)
    assert other.remembered() == [head(1)]
    file.unlink()
    with pytest.raises(Unavailable, match="the anchor is missing"):
        other.remember([head(2)])


def test_many_are_outdated_where_the_file_is_worth_writing_anew() -> None:
    heads = [head(size) for size in range(MANY_LINES)] + [head(1, SECOND)]
    assert not many_outdated(heads)
    assert many_outdated([*heads, head(MANY_LINES)])


def test_a_file_that_was_deleted_is_not_begun_anew(anchor: Anchor, file: Path) -> None:
    anchor.remember([head(1)])
    file.unlink()
    with pytest.raises(Unavailable, match="the anchor is missing"):
        anchor.remember([head(2)])
    anchor.accept([head(1)], anchor.remembered())
    assert again(file).remembered() == [head(1)]


def grow(anchor: Anchor, origin: str) -> None:
    for size in range(1, 12):
        anchor.remember([head(size, origin)])
        anchor.confirm([head(size, origin)])


def test_threads_lose_nothing(anchor: Anchor, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("consentinel.server.ledger.anchor.MANY_LINES", 7)
    names = [f"l.example/{number}.example/2026Q4" for number in range(8)]
    threads = [threading.Thread(target=grow, args=(anchor, name)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [found for found in again(file).remembered() if found.size == 11] == [
        head(11, name) for name in names
    ]


def test_processes_lose_nothing(file: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from consentinel.server.ledger import anchor as a;"
        "from consentinel.server.ledger.line_file import LineFile;"
        "from consentinel.server.ledger.shards import Head;"
        "a.MANY_LINES = 9; anchor = a.Anchor(LineFile(Path(sys.argv[1])));"
        "heads = [Head(sys.argv[2], n, bytes(32)) for n in range(1, 40)];"
        "[(anchor.remember([head]), anchor.confirm([head])) for head in heads]"
    )
    started = [subprocess.Popen([sys.executable, "-c", code, str(file), name]) for name in (SHARD, SECOND)]
    assert [process.wait(60) for process in started] == [0, 0]
    largest = {found.origin: found.size for found in again(file).remembered()}
    assert largest == {SHARD: 39, SECOND: 39}


def test_the_settings_say_where_it_is(tmp_path: Path) -> None:
    inside = Anchor.of(ServerSettings(data=tmp_path))
    inside.remember([head(1)])
    outside = Anchor.of(ServerSettings(data=tmp_path, anchor=tmp_path / "other" / "kept"))
    outside.remember([head(2)])
    assert again(tmp_path / "anchor.ndjson").remembered() == [head(1)]
    assert again(tmp_path / "other" / "kept").remembered() == [head(2)]


def test_a_doubt_whose_time_was_not_kept_is_of_the_day_it_was_written(anchor: Anchor, file: Path) -> None:
    file.parent.mkdir(parents=True)
    file.write_bytes(b'{"kind":"unknown-record","time_ms":1795000000000,"site":"shop.example"}\n')
    assert anchor.contents().doubts == {"shop.example": 1_795_000_000_000}
