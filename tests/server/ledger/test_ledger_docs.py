"""What docs/ledger.md says of events, exports and commands is what the code does."""

import hashlib
import json
import re
from pathlib import Path

import click
import msgspec

from consentinel.server.commands.ledger import command, verify_command
from consentinel.server.consent_events import ConsentEvent
from consentinel.server.ledger import verify
from consentinel.server.ledger.erasure import ERASED_AT_ONCE, PRUNED_AT_ONCE, VISITOR, erase
from consentinel.server.ledger.events import WRITERS_OWN
from consentinel.server.ledger.export import FORMAT, export_site
from consentinel.server.settings import ServerSettings
from consentinel.server.storage.database import Database
from tests.server.ledger.histories import SITE, Books
from tests.support.documents import ROOT, Document, table_rows

LEDGER = Document(ROOT / "docs" / "ledger.md")


def names(text: str) -> list[str]:
    return re.findall(r"`([^`]+)`", text)


def first_cells(title: str) -> list[str]:
    return [name for row in table_rows(LEDGER.section(title)) for name in names(row[0])]


def test_the_fields_are_those_of_the_event() -> None:
    fields = {field.encode_name for field in msgspec.structs.fields(ConsentEvent)}
    assert set(first_cells("What is recorded")) == fields | WRITERS_OWN


def test_the_lines_of_an_export_are_as_told(sqlite_database: Database, tmp_path: Path) -> None:
    books = Books(sqlite_database, tmp_path)
    erase(books.database, books.ledger, SITE, books.add_one().id, VISITOR)
    with books.database.read() as connection:
        lines = [
            json.loads(line) for line in b"".join(export_site(connection, books.keys, SITE)).splitlines()
        ]
    header, erased, tombstone, checkpoint = lines
    told = [names(row[1]) for row in table_rows(LEDGER.section("Export"))]
    assert sorted(header) == [name for name in told[0] if name not in ("origin", "size")]
    assert sorted(header["shards"][0]) == ["origin", "size"]
    assert (sorted(tombstone), sorted(erased)) == (told[1][:4], told[1][4:])
    assert list(checkpoint) == told[2]
    assert f"`{FORMAT}`" in LEDGER.text
    body = tombstone["event"].keys() - WRITERS_OWN
    assert body == {"by", "origin", "positions", "reason"}
    for word in (*body, *(tombstone["event"][name] for name in ("type", "reason", "by"))):
        assert f"`{word}`" in LEDGER.section("Erasure")


def test_the_commands_are_those_of_the_program() -> None:
    assert [name.split()[-1] for name in first_cells("Commands")] == [
        "verify",
        "export",
        "checkpoint",
        "erase",
        "prune",
        "accept-restore",
    ]
    assert isinstance(command, click.Group)
    assert {name.split()[-1] for name in first_cells("Commands")} == command.commands.keys()


def test_the_options_and_statuses_of_the_verifier() -> None:
    cells = first_cells("Verify")
    flags = {flag for option in verify_command.params for flag in option.opts if flag.startswith("--")}
    assert {cell for cell in cells if cell.startswith("--")} <= flags
    statuses = [row[0] for row in table_rows(LEDGER.section("Verify")) if row[0].isdigit()]
    assert statuses == ["0", "1", "2"]


def test_the_years_are_those_of_the_settings() -> None:
    assert ServerSettings.proof_days == 3 * 365
    assert "three years by default" in LEDGER.text
    assert ServerSettings.checkpoint_s == 60
    assert "every minute (`checkpoint` of the settings)" in " ".join(LEDGER.text.split())


def test_the_formula_of_a_leaf_is_that_of_the_code() -> None:
    inner = hashlib.sha256(b"consentinel/1" + b"\0" + bytes(32) + b"{}").digest()
    assert verify.leaf_hash(bytes(32), {}) == hashlib.sha256(b"\0" + inner).digest()
    assert 'SHA-256(0x00 || SHA-256("consentinel/1" || 0x00 || salt || event))' in LEDGER.text


def test_the_steps_of_an_erasure_are_as_large_as_told() -> None:
    told = " ".join(LEDGER.section("Erasure").split())
    assert f"one for up to {ERASED_AT_ONCE} records" in told
    assert (PRUNED_AT_ONCE, "a hundred records at a time" in told) == (100, True)
