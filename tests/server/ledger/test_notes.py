"""Notes against examples of the specification and of Go's package, and against damage."""

import base64
import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from consentinel.server.errors import LedgerError
from consentinel.server.ledger.notes import (
    CheckpointText,
    NoteKey,
    parse_checkpoint,
    sign_note,
    verify_note,
)
from tests.server.ledger.checking import read_vkey

# The example of c2sp.org/signed-note.
SPEC_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
SPEC_NOTE = (
    "This is an example message.\n\n\u2014 example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
# The example of golang.org/x/mod/sumdb/note, with its private key.
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_SECRET = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
GO_TEXT = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
)
GO_NOTE = (
    GO_TEXT + "\n\u2014 PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
SECRET = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEY = NoteKey("ledger.example/shop.example/2026Q4", SECRET.public_key())
TEXT = CheckpointText(KEY.name, 3, bytes(range(32))).format()
NOTE = sign_note(TEXT, KEY.name, SECRET)


def test_the_example_of_the_specification_verifies() -> None:
    assert verify_note(SPEC_NOTE, read_vkey(SPEC_KEY)) == "This is an example message.\n"
    assert read_vkey(SPEC_KEY).vkey == SPEC_KEY


def test_we_sign_as_go_does() -> None:
    secret = Ed25519PrivateKey.from_private_bytes(base64.b64decode(GO_SECRET)[1:])
    assert NoteKey("PeterNeumann", secret.public_key()).vkey == GO_KEY
    assert sign_note(GO_TEXT, "PeterNeumann", secret) == GO_NOTE
    assert verify_note(GO_NOTE, read_vkey(GO_KEY)) == GO_TEXT


def test_a_checkpoint_checked_by_hand() -> None:
    """The specification read once more, without a line of ours."""
    name, size, root, gap, line, end = NOTE.split("\n")
    dash, signer, encoded = line.split(" ")
    public = SECRET.public_key().public_bytes_raw()
    data = base64.b64decode(encoded)
    assert (name, size, gap, dash, signer, end) == (KEY.name, "3", "", "\u2014", KEY.name, "")
    assert base64.b64decode(root) == bytes(range(32))
    assert data[:4] == hashlib.sha256(name.encode() + b"\x0a\x01" + public).digest()[:4]
    SECRET.public_key().verify(data[4:], f"{name}\n{size}\n{root}\n".encode())


def test_signatures_of_others_are_ignored() -> None:
    other = sign_note(TEXT, "witness.example", Ed25519PrivateKey.generate()).splitlines(keepends=True)[-1]
    assert verify_note(NOTE + other, KEY) == TEXT
    assert verify_note(NOTE.replace("\n\u2014", f"\n{other}\u2014", 1), KEY) == TEXT


def test_sixteen_signatures_are_read_and_no_more() -> None:
    line = sign_note(TEXT, "witness.example", Ed25519PrivateKey.generate()).splitlines(keepends=True)[-1]
    assert verify_note(NOTE + 15 * line, KEY) == TEXT
    with pytest.raises(LedgerError, match="more than 16"):
        verify_note(NOTE + 16 * line, KEY)


def test_a_text_may_have_empty_lines() -> None:
    note = sign_note("one\n\ntwo\n", KEY.name, SECRET)
    assert verify_note(note, KEY) == "one\n\ntwo\n"


@given(st.integers(0, len(NOTE.encode()) - 1), st.integers(1, 255))
def test_a_note_with_one_byte_changed_is_refused(place: int, change: int) -> None:
    data = bytearray(NOTE.encode())
    data[place] ^= change
    with pytest.raises((LedgerError, UnicodeDecodeError)):
        verify_note(data.decode(), KEY)


@given(st.text())
def test_any_text_is_a_note_or_an_error(text: str) -> None:
    for parse in (parse_checkpoint, lambda note: verify_note(note, KEY)):
        with pytest.raises(LedgerError):
            parse(text)


@pytest.mark.parametrize("text", ["", "no newline", "tab\there\n", "\x00\n", "carriage\r\n"])
def test_an_unfit_text_is_not_signed(text: str) -> None:
    with pytest.raises(LedgerError, match="control characters"):
        sign_note(text, KEY.name, SECRET)


@pytest.mark.parametrize("name", ["", "two words", "a+b", "new\nline", "no\u00a0break"])
def test_a_name_has_no_spaces_and_no_plus(name: str) -> None:
    with pytest.raises(LedgerError, match="no name of a key"):
        NoteKey(name, SECRET.public_key())


@given(st.integers(0, 10**18), st.binary(min_size=32, max_size=32))
def test_checkpoints_are_read_as_they_were_written(size: int, root: bytes) -> None:
    text = CheckpointText("ledger.example/a", size, root)
    assert parse_checkpoint(text.format()) == text
    assert parse_checkpoint(text.format() + "an extension\n") == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a\n1\n",
        TEXT.replace("\n3\n", "\n03\n"),
        TEXT.replace("\n3\n", "\n-3\n"),
        TEXT.replace("\n3\n", "\n\u0663\n"),
        TEXT.replace("\n3\n", "\n3 \n"),
        TEXT.replace("=\n", "\n"),
        TEXT.replace("=\n", "==\n"),
        TEXT.replace("8=\n", "9=\n"),
        TEXT + "\n",
        "\n" + TEXT,
    ],
)
def test_what_only_looks_like_a_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(LedgerError, match="no checkpoint"):
        parse_checkpoint(text)
