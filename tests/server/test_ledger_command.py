"""`consentinel ledger …` on both databases."""

import csv
import io
import json
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import Result

from consentinel.scanner.errors import OutputError
from consentinel.server import clock
from consentinel.server.commands.streaming import write_stream
from consentinel.server.keys import load_keys
from consentinel.server.ledger import verify
from consentinel.server.ledger.restore import WAY_ON
from consentinel.server.ledger.shards import Head
from consentinel.server.storage.database import Database
from consentinel.server.storage.tables import payloads
from tests.server.ledger.histories import (
    DAY_MS,
    HALF_A_YEAR_MS,
    OTHER,
    SITE,
    Books,
    Times,
    consent,
    erase_and_crash,
)
from tests.support.cli import run_cli

LONG_AGO_MS = 1_600_000_000_000


@pytest.fixture
def books(database: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Books:
    """A ledger that the commands find by their environment."""
    monkeypatch.setenv("CONSENTINEL_DATA", str(tmp_path))
    monkeypatch.setenv("CONSENTINEL_DATABASE", database_url)
    monkeypatch.setenv("CONSENTINEL_PUBLIC_URL", "https://ledger.example")
    monkeypatch.chdir(tmp_path)
    return Books(database, tmp_path, keys=load_keys(tmp_path / "keys.json"))


def ledger(line: str, *, code: int = 0) -> Result:
    """Run a command; it has to end as told."""
    result = run_cli("ledger", *shlex.split(line))
    assert result.exit_code == code, result.output + result.stderr
    return result


# --- verify ---


def test_the_whole_database_is_verified(books: Books) -> None:
    books.fill(3)
    books.fill(2, site=OTHER)
    assert ledger("verify").stdout == "valid: 5 entries in 2 shards\n"


def test_where_the_database_is_is_told(books: Books) -> None:
    """From another folder it may be another one; what is told has no password."""
    books.fill(1)
    place = f"consentinel: the database is {books.database.place}\n"
    assert "@" not in place
    for line in ("verify", f"export {SITE}", "prune", "checkpoint"):
        assert ledger(line).stderr.startswith(place)


def test_a_database_without_any_entry_is_told_as_such(books: Books) -> None:
    assert ledger("verify").stdout == f"nothing has been recorded in {books.database.place}\n"


def test_what_is_wrong_is_printed_and_is_status_1(books: Books) -> None:
    books.fill(60)
    with books.database.write() as connection:
        connection.execute(sa.delete(payloads))
    lines = ledger("verify", code=1).stdout.splitlines()
    assert lines[0] == f"ledger.example/{SITE}/2026Q4: entry 0: its content is missing"
    assert lines[-1] == "NOT VALID: 60 problems in 60 entries of 1 shard"
    assert len(lines) == 51


def test_one_of_all_is_told_as_one(books: Books) -> None:
    first = books.add_one()
    assert ledger("verify").stdout == "valid: 1 entry in 1 shard\n"
    with books.database.write() as connection:
        connection.execute(sa.delete(payloads))
    assert ledger("verify", code=1).stdout.splitlines()[-1] == "NOT VALID: 1 problem in 1 entry of 1 shard"
    assert ledger(f"erase {SITE} {first.id.hex()} --yes").stdout == "erased: 1 record\n"


def test_an_export_is_verified_with_all_that_is_known(books: Books) -> None:
    books.fill(2)
    ledger("checkpoint -o note.txt")
    books.fill(1)
    ledger(f"export {SITE} -o export.ndjson")
    key = books.keys.public_bytes.hex()
    told = ledger(f"verify export.ndjson --public-key {key} --checkpoint note.txt").stdout
    assert told.startswith(
        f"valid\n{SITE}: 3 entries in 1 shard\nProved: complete up to each checkpoint.\n"
        "Proved: signed by the owner of the given public key"
    )
    assert "Proved: it goes on from older checkpoints" in told
    assert "Not proved: that a human clicked" in told


def test_without_a_key_or_checkpoints_less_is_proved(books: Books) -> None:
    books.fill(2)
    ledger(f"export {SITE} -o export.ndjson")
    told = ledger("verify export.ndjson").stdout
    assert "FILE'S OWN (unproved whose that is: give --public-key)" in told
    assert "Not proved (give --checkpoint): it goes on" in told


def test_the_command_and_the_stand_alone_file_say_the_same(books: Books) -> None:
    books.fill(2)
    data = ledger(f"export {SITE}").stdout_bytes
    Path("export.ndjson").write_bytes(data)
    Path("cut.ndjson").write_bytes(data[:-1])
    for name, code in (("export.ndjson", 0), ("cut.ndjson", 1), ("missing.ndjson", 2)):
        alone = subprocess.run(
            [sys.executable, verify.__file__, name], capture_output=True, text=True, check=False
        )
        same = ledger(f"verify {name}", code=code)
        assert (alone.returncode, alone.stdout, alone.stderr) == (code, same.stdout, same.stderr)


def test_an_export_comes_from_standard_input_too(books: Books) -> None:
    books.fill(1)
    data = ledger(f"export {SITE}").stdout_bytes
    ended = subprocess.run(
        [sys.executable, verify.__file__, "-"], input=data, capture_output=True, check=True
    )
    assert ended.stdout.startswith(b"valid\n")


@pytest.mark.parametrize("line", ["--public-key 00", "--checkpoint x", "--receipt x"])
def test_what_belongs_to_an_export_needs_one(line: str) -> None:
    assert "belong to an EXPORT" in ledger(f"verify {line}", code=2).stderr


def test_a_lost_history_is_status_1(books: Books) -> None:
    books.fill(1)
    books.anchor.remember([lost_head(9)])
    told = ledger("verify", code=1)
    assert "it had 9 entries, the database has 1" in told.stdout
    assert told.stderr.endswith(f"consentinel: {WAY_ON}\n")


def lost_head(size: int) -> Head:
    return Head(f"ledger.example/{SITE}/2026Q4", size, bytes(32))


# --- export ---


def test_the_file_is_there_in_full_and_for_its_owner_alone(books: Books) -> None:
    books.fill(3)
    ledger(f"export {SITE} -o export.ndjson")
    file = Path("export.ndjson")
    assert file.read_bytes() == ledger(f"export {SITE}").stdout_bytes
    assert file.stat().st_mode & 0o077 == 0


def test_an_export_that_fails_leaves_the_old_file(books: Books) -> None:
    books.fill(3)
    ledger(f"export {SITE} -o export.ndjson")
    before, names = Path("export.ndjson").read_bytes(), sorted(Path().iterdir())
    with books.database.write() as connection:
        connection.execute(sa.delete(payloads))
    assert (
        "is missing: run consentinel ledger verify"
        in ledger(f"export {SITE} -o export.ndjson", code=2).stderr
    )
    assert Path("export.ndjson").read_bytes() == before
    assert sorted(Path().iterdir()) == names


@pytest.mark.parametrize("line", ["-o people.csv", "--format csv -o people.txt", "--format csv"])
def test_csv_by_name_or_by_format(books: Books, line: str) -> None:
    books.fill(2)
    out = ledger(f"export {SITE} {line}").stdout
    text = out or Path(line.rpartition(" ")[2]).read_text("utf-8")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [row["type"] for row in rows] == ["refused", "refused"]


def test_an_unknown_site_is_told(books: Books) -> None:
    assert (
        "nobody.example: the ledger has no records of this site"
        in ledger("export nobody.example", code=2).stderr
    )


@pytest.mark.parametrize("target", ["missing/export", "."])
def test_a_place_that_cannot_be_written_is_told(books: Books, target: str) -> None:
    books.fill(1)
    assert "choose a place that can be written" in ledger(f"export {SITE} -o {target}", code=2).stderr


def test_a_full_disk_leaves_no_half_of_a_file(tmp_path: Path) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"first"
        raise OSError(28, "No space left on device")

    with pytest.raises(OutputError, match=r"out: No space left on device"):
        write_stream(tmp_path / "out", pieces())
    assert list(tmp_path.iterdir()) == []


# --- erase, prune ---


def test_a_visitor_is_erased_and_the_rest_stays_provable(books: Books) -> None:
    books.fill(1)
    first = books.add_one()
    books.add_one("changed", after=first)
    assert ledger(f"erase {SITE} {first.id.hex()} --yes").stdout == "erased: 2 records\n"
    assert ledger("verify").stdout.startswith("valid")
    ledger(f"export {SITE} -o export.ndjson")
    assert f"{SITE}: 4 entries in 1 shard, 2 erased (request)" in ledger("verify export.ndjson").stdout
    told = ledger(f"erase {SITE} {first.id.hex()} --yes", code=2).stderr
    assert f"{SITE} has no record {first.id.hex()}, or it was erased before" in told


def test_an_erasure_that_was_interrupted_is_done_by_the_next(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the rest of the chain the record that is named tells nothing any more."""
    first = books.add_one()
    second, third = (books.add_one("changed", after=first) for _ in range(2))
    erase_and_crash(books, monkeypatch, first, 2)
    ledger(f"erase {SITE} {second.id.hex()} --yes", code=2)
    assert third.leaf in {each.leaf for each in books.anchor.contents().erased}
    assert ledger("verify").stdout.startswith("valid")


def test_nothing_is_erased_without_a_yes(books: Books) -> None:
    first = books.add_one()
    ledger(f"erase {SITE} {first.id.hex()}", code=2)
    assert "erased" not in ledger(f"export {SITE}").stdout


@pytest.mark.parametrize("key", ["", "12", "zz" * 16, "00" * 17])
def test_what_is_no_id_is_told(key: str) -> None:
    assert "32 hex digits were expected" in ledger(f"erase {SITE} '{key}' --yes", code=2).stderr


def test_old_records_are_pruned(database: Database, books: Books) -> None:
    fill_long_ago(database, books)
    assert ledger("prune --dry-run").stdout == "would erase: 3 records\n"
    assert ledger("prune --proof-days 99999").stdout == "erased: 0 records\n"
    assert ledger("prune --yes").stdout == "erased: 3 records\n"
    assert ledger("prune").stdout == "erased: 0 records\n"
    assert ledger("verify").stdout.startswith("valid")


def fill_long_ago(database: Database, books: Books) -> None:
    old = Books(database, books.folder, Times(LONG_AGO_MS), books.keys)
    old.add(*(consent("refused", expires_ms=LONG_AGO_MS + HALF_A_YEAR_MS) for _ in range(3)))


def test_a_clock_that_is_far_ahead_of_the_ledger_erases_nobody(database: Database, books: Books) -> None:
    fill_long_ago(database, books)
    told = ledger("prune", code=2).stderr
    assert "days ahead of the newest entry of the ledger" in told
    assert "--yes" in told
    assert ledger("prune --dry-run").stdout == "would erase: 3 records\n"


def test_a_clock_that_is_right_needs_no_yes(
    database: Database, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill_long_ago(database, books)
    monkeypatch.setattr(clock, "now_ms", lambda: LONG_AGO_MS + 400 * DAY_MS)
    assert ledger("prune --proof-days 100").stdout == "erased: 3 records\n"


# --- checkpoint ---


def test_checkpoints_of_all_shards(books: Books) -> None:
    books.fill(2)
    books.clock.now_ms += 100 * DAY_MS
    books.fill(1)
    books.fill(1, site=OTHER)
    result = ledger("checkpoint")
    assert result.stdout.count("\n\n\u2014 ledger.example/") == 3
    assert result.stderr.endswith(f"\npublic key: {books.keys.public_bytes.hex()}\n")
    Path("notes.txt").write_text(result.stdout, "utf-8")
    assert len(verify.read_notes("notes.txt", [books.keys.public_bytes])) == 3
    assert ledger("checkpoint").stdout == result.stdout


def test_nothing_is_signed_while_something_is_lost(books: Books) -> None:
    books.fill(1)
    books.anchor.remember([lost_head(9)])
    assert "nothing is signed" in ledger("checkpoint", code=2).stderr


def test_nothing_is_erased_while_something_is_lost(books: Books) -> None:
    first = books.add_one()
    books.anchor.remember([lost_head(9)])
    assert "nothing is erased: " in ledger(f"erase {SITE} {first.id.hex()} --yes", code=2).stderr
    assert "nothing is erased: " in ledger("prune", code=2).stderr


# --- a restored backup ---


def test_a_damaged_anchor_is_one_of_the_problems(books: Books) -> None:
    books.fill(2)
    Path("anchor.ndjson").write_bytes(b"?\n")
    with books.database.write() as connection:
        connection.execute(sa.delete(payloads))
    lines = ledger("verify", code=1).stdout.splitlines()
    assert "anchor.ndjson: damaged" in lines[0]
    assert lines[-1] == "NOT VALID: 3 problems in 2 entries of 1 shard"


def test_a_missing_anchor_is_shown_and_accepted(books: Books) -> None:
    books.fill(1)
    Path("anchor.ndjson").unlink()
    assert "the anchor is missing" in ledger("verify", code=1).stdout
    assert "the anchor is missing" in ledger("accept-restore", code=2).stdout
    assert ledger("accept-restore --yes").stdout.startswith("the anchor is missing")
    assert ledger("verify").stdout == "valid: 2 entries in 2 shards\n"


def test_a_loss_is_shown_and_accepted(books: Books) -> None:
    books.fill(1)
    books.anchor.remember([lost_head(9)])
    loss = f"ledger.example/{SITE}/2026Q4: it had 9 entries, the database has 1"
    assert loss in ledger("accept-restore", code=2).stdout
    assert ledger("accept-restore --yes").stdout.splitlines()[0] == loss
    assert ledger("accept-restore").stdout == "nothing is lost\n"
    assert ledger("verify").stdout == "valid: 2 entries in 2 shards\n"
    events = [json.loads(line).get("event", {}) for line in ledger(f"export {SITE}").stdout.splitlines()]
    assert [event["action"] for event in events if event.get("type") == "history-lost"] == ["accept-restore"]


# --- what is not there ---


def test_a_wrong_data_directory_makes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = ledger(f"verify --data {tmp_path / 'other'}", code=2)
    assert f"error: the database {tmp_path / 'other' / 'consentinel.db'} cannot be opened" in result.stderr
    assert not (tmp_path / "other").exists()


def test_an_empty_database_is_told(empty_url: str, tmp_path: Path) -> None:
    told = ledger(f"verify --database {empty_url} --data {tmp_path}", code=2).stderr
    assert "consentinel db upgrade" in told or "no database" in told.lower() or "not there" in told


def test_no_keys_are_made_by_an_export(books: Books) -> None:
    books.fill(1)
    Path("keys.json").unlink()
    assert "no keys here" in ledger(f"export {SITE}", code=2).stderr
    assert not Path("keys.json").exists()
