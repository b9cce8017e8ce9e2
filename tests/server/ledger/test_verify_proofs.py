"""Proofs of single records and of a visitor's chain, as the stand-alone verifier takes or refuses them."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
import sqlalchemy as sa
from hypothesis import example, given
from hypothesis import strategies as st

from consentinel.server.keys import new_keys
from consentinel.server.ledger import export as export_module
from consentinel.server.ledger import verify
from consentinel.server.ledger.checkpoint import signed_note
from consentinel.server.ledger.events import Json, NewEvent
from consentinel.server.ledger.export import PROOFS_BEGIN, PROOFS_END, Proofs, subject_page
from consentinel.server.ledger.proofs import inclusion
from consentinel.server.ledger.shards import Head
from consentinel.server.ledger.writer import Recorded
from consentinel.server.storage.tables import records
from tests.server.ledger.histories import OTHER, SITE, Books, erase_one
from tests.server.ledger.verifying import (
    INVALID,
    UNREADABLE,
    VALID,
    exported,
    keep_notes,
    lively,
    proof_of,
    receipt_for,
    status,
)


def test_a_proof_is_valid_with_and_without_content(books: Books) -> None:
    lively(books)
    mine = books.add_one()
    key = books.keys.public_bytes.hex()
    code, told = status(proof_of(books, mine), key=key, receipts=[receipt_for(books, mine)])
    assert code == VALID
    assert mine.id.hex() in told
    erase_one(books, mine)
    code, told = status(proof_of(books, mine), key=key, receipts=[receipt_for(books, mine)])
    assert code == VALID
    assert "erased (request)" in told
    assert status(proof_of(books, mine))[0] == VALID


def test_no_field_of_a_proof_may_lie(books: Books) -> None:
    lively(books)
    one, two = json.loads(proof_of(books, books.add_one())), json.loads(proof_of(books, books.add_one()))
    for field in ("origin", "index", "leaf", "path", "salt", "event", "id", "site"):
        lie = one | {field: two[field] if two[field] != one[field] else "x"}
        assert status(json.dumps(lie).encode())[0] == INVALID, field
    for field in ("size", "index", "path", "checkpoint", "leaf", "event", "salt"):
        for value in json.loads('[null, -1, "", [], 1000000000000000000000, {"a": 1}]'):
            assert status(json.dumps(one | {field: value}).encode())[0] == INVALID, (field, value)


def test_erased_content_needs_its_own_tombstone(books: Books) -> None:
    first, second = books.add_one(), books.add_one()
    erase_one(books, first)
    erase_one(books, second)
    one, two = json.loads(proof_of(books, first)), json.loads(proof_of(books, second))
    tombstones: list[Any] = [None, two["tombstone"], {}, one]
    for tombstone in tombstones:
        code, _ = status(json.dumps(one | {"tombstone": tombstone}).encode())
        assert code == INVALID
    assert status(proof_of(books, first), receipts=[receipt_for(books, second)])[0] == INVALID


def test_a_proof_and_a_checkpoint_of_the_same_tree_have_one_root(books: Books, tmp_path: Path) -> None:
    mine = books.add_one()
    proof = proof_of(books, mine)
    assert status(proof, notes=[keep_notes(books, tmp_path / "same.txt")])[0] == VALID
    origin = json.loads(proof)["origin"]
    split = tmp_path / "split.txt"
    split.write_text(signed_note(Head(origin, 1, bytes(32)), books.keys), "utf-8")
    assert "two histories" in status(proof, notes=[split])[1]
    books.fill(1)
    assert status(proof, notes=[keep_notes(books, tmp_path / "later.txt")])[0] == UNREADABLE


def test_a_proof_goes_on_from_a_checkpoint_that_somebody_kept(books: Books, tmp_path: Path) -> None:
    books.fill(5)
    mine = books.add_one()
    kept = keep_notes(books, tmp_path / "kept.txt")
    books.fill(9)
    assert status(proof_of(books, mine), notes=[kept])[0] == UNREADABLE
    proof = proof_of(books, mine, since=6)
    assert status(proof)[0] == status(proof, notes=[kept])[0] == VALID
    path = json.loads(proof)["consistency"]
    for lie in (None, [], path[:-1], [*path, path[0]], [*path[:-1], "00" * 32], 3, "x"):
        changed = json.dumps(json.loads(proof) | {"consistency": lie}).encode()
        assert status(changed, notes=[kept])[0] == INVALID, lie
    origin = json.loads(proof)["origin"]
    other = tmp_path / "other.txt"
    other.write_text(signed_note(Head(origin, 6, bytes(32)), books.keys), "utf-8")
    assert status(proof, notes=[other]) == (
        INVALID,
        "one tree was signed with two roots: the ledger shows two histories",
    )


def test_no_field_is_left_unread(books: Books) -> None:
    """Another reader may show what the verifier has not looked at."""
    lively(books)
    proof = json.loads(proof_of(books, books.add_one(), since=3))
    other = new_keys()
    lies: list[dict[str, Any]] = [
        *(
            {name: value}
            for name in proof.keys() - {"format"}
            for value in ("x", 3.5, True, [["x"]], {"a": 1})
        ),
        {"erased": "request"},
        {"tombstone": proof},
        {"since": None},
        {"consistency": None},
        {"since": proof["size"] + 1},
        {"public_key": other.public_bytes.hex()},
        {"note": "more"},
    ]
    for lie in lies:
        assert status(json.dumps(proof | lie).encode(), key=books.keys.public_bytes.hex())[0] == INVALID, lie
    for name in proof.keys() - {"format"}:
        lacking = {key: value for key, value in proof.items() if key != name}
        assert status(json.dumps(lacking).encode(), key=books.keys.public_bytes.hex())[0] == INVALID, name


def test_a_field_that_is_told_twice_is_refused(books: Books) -> None:
    proof = proof_of(books, books.add_one())
    event = json.dumps(json.loads(proof)["event"] | {"locale": "de"})
    twice = b'{"event":' + event.encode() + b"," + proof[1:]
    assert status(twice) == (INVALID, "a name stands twice in it: event")


def test_a_proof_stands_once_in_a_list(books: Books) -> None:
    proofs = json.loads(proofs_of(books, books.add_one()))
    proofs["proofs"] *= 2
    assert status(json.dumps(proofs).encode())[0] == INVALID


def test_a_checkpoint_that_is_larger_than_the_proof_proves_nothing(books: Books, tmp_path: Path) -> None:
    """A tree from which entries were cut off would look like that."""
    books.fill(5)
    mine = books.add_one()
    file = keep_notes(books, tmp_path / "notes.txt")
    books.fill(3)
    proof = proof_of(books, mine, since=6)
    origin, size = json.loads(proof)["origin"], json.loads(proof)["size"]
    assert status(proof, notes=[file])[0] == VALID
    file.write_text(
        file.read_text("utf-8") + signed_note(Head(origin, size + 1, bytes(32)), books.keys), "utf-8"
    )
    code, told = status(proof, notes=[file])
    assert code == UNREADABLE
    assert f"of size {size + 1}" in told


def test_two_roots_of_one_size_are_two_histories(books: Books, tmp_path: Path) -> None:
    books.fill(5)
    mine = books.add_one()
    file = keep_notes(books, tmp_path / "notes.txt")
    books.fill(3)
    proof = proof_of(books, mine, since=6)
    forks = [Head(json.loads(proof)["origin"], 3, bytes([each]) * 32) for each in (1, 2)]
    split = "".join(signed_note(head, books.keys) for head in forks)
    file.write_text(file.read_text("utf-8") + split, "utf-8")
    assert status(proof, notes=[file])[1] == (
        "one tree was signed with two roots: the ledger shows two histories"
    )


def test_checkpoints_that_were_not_compared_are_named(
    books: Books, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    books.fill(3)
    early = keep_notes(books, tmp_path / "early.txt")
    mine = books.add_one()
    kept = keep_notes(books, tmp_path / "kept.txt")
    books.fill(3)
    file = tmp_path / "proof.json"
    file.write_bytes(proof_of(books, mine, since=4))
    assert verify.main([str(file), "--checkpoint", str(kept), "--checkpoint", str(early)]) == 0
    told = capsys.readouterr().out
    assert "\nNot compared: the older checkpoint of size 3 (get the proof with ?since=3)\n" in told
    assert "\nProved in part: it goes on from older checkpoints" in told


def test_a_file_does_not_say_where_its_key_is(books: Books, tmp_path: Path) -> None:
    (tmp_path / "key").write_text(books.keys.public_bytes.hex(), "utf-8")
    proof = json.loads(proof_of(books, books.add_one())) | {"public_key": str(tmp_path / "key")}
    assert status(json.dumps(proof).encode())[0] == UNREADABLE


def proofs_of(books: Books, record: Recorded, site: str = SITE) -> bytes:
    """Return what `GET /v1/consents/{id}/export` sends, page by page."""
    pages, last = list[bytes](), 0
    with books.database.read() as connection:
        while True:
            page, last = subject_page(connection, books.keys, site, record.id, last)
            if not page:
                return PROOFS_BEGIN + b",".join(pages) + PROOFS_END
            pages.append(page)


@pytest.mark.parametrize("at_once", [1, 2, 3, 500])
def test_what_a_data_subject_gets_is_all_and_valid(
    books: Books, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(export_module, "PROOFS_A_PAGE", at_once)
    chain = lively(books)
    receipts = [receipt_for(books, record) for record in chain]
    for record in chain:
        found = proofs_of(books, record)
        told = json.loads(found)
        assert list(told) == list(Proofs.__struct_fields__)
        assert told["format"] == Proofs(proofs=[]).format
        assert [proof["id"] for proof in told["proofs"]] == [each.id.hex() for each in chain]
        assert status(found, receipts=receipts)[0] == VALID
    assert json.loads(proofs_of(books, chain[0], OTHER))["proofs"] == []


def test_only_a_tombstone_says_what_was_erased(books: Books) -> None:
    """What a visitor or an administrator does is recorded, too, and may be named `erased`."""
    first, second = books.add_one(), books.add_one()
    erase_one(books, first)
    body: dict[str, Json] = {
        "origin": f"ledger.example/{SITE}/2026Q4",
        "positions": [[1, 1]],
        "reason": "request",
    }
    books.add(NewEvent(site=SITE, kind="audit", type="erased", event_id=str(UUID(int=7)), body=body))
    assert status(exported(books))[0] == VALID
    lie = json.loads(proof_of(books, second)) | {"event": None, "salt": None, "erased": "request"}
    with books.database.read() as connection:
        audit = connection.execute(sa.select(records.c.id).where(records.c.kind == "audit")).scalar_one()
        told = inclusion(connection, books.keys, SITE, audit)
    lie["tombstone"] = json.loads(msgspec.json.encode(told))
    assert status(json.dumps(lie).encode()) == (
        INVALID,
        "its content is missing, and no tombstone says that it was erased",
    )


@pytest.mark.parametrize("with_more", [False, True])
def test_the_summary_says_no_more_than_was_checked(
    books: Books, tmp_path: Path, capsys: pytest.CaptureFixture[str], with_more: bool
) -> None:
    mine = books.add_one()
    more = [
        "--receipt",
        receipt_for(books, mine),
        "--checkpoint",
        str(keep_notes(books, tmp_path / "note.txt")),
    ]
    told = list[str]()
    for name, data in (("proof.json", proof_of(books, mine)), ("export.ndjson", exported(books))):
        (tmp_path / name).write_bytes(data)
        assert verify.main([str(tmp_path / name), *(more if with_more else [])]) == 0
        told.append(capsys.readouterr().out)
    assert ["complete" in text for text in told] == [False, True]
    receipts = "Proved" if with_more else "Not asked (give --receipt)"
    assert all(f"\n{receipts}: what the receipts are for is in it, or was erased.\n" in text for text in told)


def test_a_tombstone_that_erases_without_end_takes_no_time(books: Books) -> None:
    erase_one(books, books.add_one())
    proof = json.loads(proof_of(books, books.add_one()))
    body = {"kind": "tombstone", "type": "erased", "origin": "x", "reason": "request"}
    for positions in ([[0, 2**62]], [[0, 2**70]], [[0]], 3, [["a", "b"]]):
        event = body | {"positions": positions}
        lie = proof | {"event": None, "tombstone": {"event": event}}
        assert status(json.dumps(lie).encode())[0] == INVALID


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["format", "public_key", "shards", "site", "origin", "size", "proofs", "checkpoint", "path"]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=12,
)


@given(st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
def test_anything_else_is_refused_in_words(data: bytes) -> None:
    assert status(data)[0] in {INVALID, UNREADABLE}


@given(JSON, st.sampled_from([verify.EXPORT, verify.PROOF, verify.PROOFS]))
@example({"proofs": []}, verify.PROOFS)
def test_a_document_of_the_right_name_and_another_shape_is_refused_in_words(value: object, kind: str) -> None:
    document = value if isinstance(value, dict) else {"shards": value}
    document = {"public_key": "07" * 32, **document, "format": kind}  # no proofs at all are none, too
    for data in (verify.canonical(document) + b"\n", json.dumps(document).encode()):
        assert status(data, key="07" * 32)[0] in {INVALID, UNREADABLE}


@pytest.mark.parametrize(
    "data", [b"", b"{}", b"[]", b"null", b"\xff", b'{"format":"consentinel/ledger/2"}', b"{" * 9999]
)
def test_what_is_no_export_at_all_is_told(data: bytes) -> None:
    assert status(data)[0] == UNREADABLE
