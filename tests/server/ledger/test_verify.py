"""The stand-alone verifier against what the server writes, and against everything else.

Its signatures are compared with those of `cryptography`, its proofs with those of the ledger.
"""

import ast
import base64
import json
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import example, given
from hypothesis import strategies as st

from consentinel.server.keys import new_keys
from consentinel.server.ledger import merkle, verify
from consentinel.server.ledger.checkpoint import signed_note
from consentinel.server.ledger.events import canonical
from consentinel.server.ledger.merkle import consistency_path
from consentinel.server.ledger.notes import NoteKey
from consentinel.server.ledger.shards import Head
from tests.server.ledger.trees import nodes, range_root, root

FILE = Path(verify.__file__)
# RFC 8032, section 7.1: secret key, public key, message, signature.
VECTORS = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
        "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
        "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]
ORIGIN = "ledger.example/shop.example/2026Q4"
ORDER = 2**252 + 27742317777372353535851937790883648493
# The points of small order, each as RFC 8032 writes it.
SMALL = [
    (1).to_bytes(32, "little"),
    (2**255 - 20).to_bytes(32, "little"),
    bytes(32),
    bytes(31) + b"\x80",
    bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
    bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85"),
    bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
    bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa"),
]


# --- Ed25519 ---


@pytest.mark.parametrize(("secret", "public", "message", "signature"), VECTORS)
def test_the_vectors_of_the_rfc(secret: str, public: str, message: str, signature: str) -> None:
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(secret))
    assert key.sign(bytes.fromhex(message)).hex() == signature
    assert verify.is_signed(*map(bytes.fromhex, (public, message, signature)))


def signed(message: bytes) -> tuple[bytes, bytes]:
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    return key.public_key().public_bytes_raw(), key.sign(message)


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=300))
def test_what_cryptography_signs_is_signed(secret: bytes, message: bytes) -> None:
    key = Ed25519PrivateKey.from_private_bytes(secret)
    public, signature = key.public_key().public_bytes_raw(), key.sign(message)
    assert verify.is_signed(public, message, signature)
    assert not verify.is_signed(public, message + b"x", signature)


def test_no_bit_of_a_signature_or_key_may_change() -> None:
    public, signature = signed(b"checkpoint")
    for bit in range(0, 512, 3):
        changed = (int.from_bytes(signature, "little") ^ 1 << bit).to_bytes(64, "little")
        assert not verify.is_signed(public, b"checkpoint", changed)
    for bit in range(0, 256, 7):
        changed = (int.from_bytes(public, "little") ^ 1 << bit).to_bytes(32, "little")
        assert not verify.is_signed(changed, b"checkpoint", signature)


def test_a_number_is_written_in_one_way_alone() -> None:
    """S + L would be the same number to a verifier that does not look (RFC 8032, section 5.1.7)."""
    public, signature = signed(b"m")
    s = int.from_bytes(signature[32:], "little") + ORDER
    assert not verify.is_signed(public, b"m", signature[:32] + s.to_bytes(32, "little"))


@pytest.mark.parametrize("length", [0, 1, 31, 32, 63, 65, 96])
def test_a_signature_of_another_length_is_none(length: int) -> None:
    public, signature = signed(b"m")
    assert not verify.is_signed(public, b"m", (signature + bytes(64))[:length])


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_key_of_another_length_is_none(length: int) -> None:
    public, signature = signed(b"m")
    assert not verify.is_signed((public + b"\0")[:length], b"m", signature)


@pytest.mark.parametrize("key", SMALL, ids=range(8))
def test_keys_of_small_order_sign_nothing(key: bytes) -> None:
    """With such a key one signature fits many messages: R = S*B, or R a point of small order and S = 0."""
    for commitment in SMALL:
        for message in (b"a", b"b", b"c", b"d"):
            assert not verify.is_signed(key, message, commitment + bytes(32))


@pytest.mark.parametrize("value", [2**255 - 19, 2**255 - 18, 2**255 - 1, 2, 7])
def test_what_is_no_point_or_not_its_only_form_is_no_key(value: int) -> None:
    _, signature = signed(b"m")
    assert not verify.is_signed(value.to_bytes(32, "little"), b"m", signature)


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=64, max_size=64))
@example(bytes(32), bytes(64))
def test_noise_is_no_signature(key: bytes, signature: bytes) -> None:
    assert not verify.is_signed(key, b"m", signature)


# --- the tree, canonical JSON, notes ---


def test_roots_are_those_of_the_ledger() -> None:
    peaks: list[bytes] = []
    frontier = merkle.Frontier()
    for size in range(1, 300):
        leaf = merkle.leaf_hash(bytes([size % 251]))
        verify.grow(peaks, size, leaf)
        frontier = frontier.extend([leaf])[0]
        assert verify.root_of(peaks) == frontier.root()
    assert verify.root_of([]) == merkle.EMPTY_ROOT


def test_every_inclusion_proof_leads_to_the_root() -> None:
    leaves = [merkle.leaf_hash(bytes([number])) for number in range(40)]
    nodes = {(0, at): leaf for at, leaf in enumerate(leaves)}
    for node in merkle.Frontier().extend(leaves)[1]:
        nodes[node.level, node.position] = node.hash
    for size in range(1, 41):
        whole = root(leaves[:size])
        for index in range(size):
            path = merkle.inclusion_path(index, size, lambda level, position: nodes[level, position])
            part = root(leaves[: index + 1])
            assert verify.climb(leaves[index], index, size, path) == (whole, part)
            for wrong in ([*path, bytes(32)], path[:-1], [bytes(32), *path]):
                assert not leads_to(leaves[index], index, size, wrong, whole)


def leads_to(leaf: bytes, index: int, size: int, path: list[bytes], root: bytes) -> bool:
    try:
        return size > 1 and verify.climb(leaf, index, size, path)[0] == root
    except verify.InvalidError:
        return False


def test_every_consistency_proof_joins_two_trees() -> None:
    for new in range(1, 41):
        for old in range(1, new + 1):
            path = consistency_path(old, new, nodes(new))
            older, newer = (verify.Checkpoint(ORIGIN, size, range_root(0, size)) for size in (old, new))
            assert joins(older, newer, path)
            if old < new:
                assert not joins(older._replace(root=bytes(32)), newer, path)
                assert not joins(older, newer._replace(root=bytes(32)), path)
                for wrong in ([*path, bytes(32)], path[:-1], [bytes(32), *path], [*path[:-1], bytes(32)]):
                    assert not joins(older, newer, wrong)


def joins(old: verify.Checkpoint, new: verify.Checkpoint, path: list[bytes]) -> bool:
    try:
        return verify.goes_on(old, new, path)
    except (verify.InvalidError, *verify._MALFORMED):
        return False


@pytest.mark.parametrize(("old", "new"), [(0, 5), (6, 5), (8, 5)])
def test_no_proof_joins_what_is_no_older_tree(old: int, new: int) -> None:
    older, newer = verify.Checkpoint(ORIGIN, old, bytes(32)), verify.Checkpoint(ORIGIN, new, bytes(32))
    assert not any(joins(older, newer, [bytes(32)] * number) for number in range(5))


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
NAMES = st.text(st.characters(codec="ascii"), max_size=12)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(NAMES, VALUES, max_size=6))
@example({"\x7f": '\u2028 "\\\b\f\n\r\t\x01\x7f€\U0001f36a', "a": [], "A": {}, "": None})
def test_canonical_json_is_that_of_the_ledger(event: dict[str, object]) -> None:
    assert verify.canonical(event) == canonical(event)  # type: ignore[arg-type]  # what Hypothesis makes is JSON


def test_a_note_of_the_server_is_read() -> None:
    keys = new_keys()
    head = Head(ORIGIN, 12, bytes(range(32)))
    assert verify.read_checkpoint(signed_note(head, keys), [keys.public_bytes]) == (
        ORIGIN,
        12,
        bytes(range(32)),
    )


def test_a_witness_may_sign_as_well() -> None:
    keys = new_keys()
    note = signed_note(Head(ORIGIN, 1, bytes(32)), keys)
    assert verify.read_checkpoint(note + "\u2014 witness.example AAAAAA==\n", [keys.public_bytes]).size == 1
    alone = note.partition("\u2014")[0] + "\u2014 witness.example AAAAAA==\n"
    with pytest.raises(verify.InvalidError, match="not signed with the public key"):
        verify.read_checkpoint(alone, [keys.public_bytes])


def test_no_byte_of_a_note_may_change() -> None:
    keys = new_keys()
    note = signed_note(Head(ORIGIN, 7, bytes(range(32))), keys).encode()
    for at in range(len(note)):
        changed = note[:at] + bytes([note[at] ^ 1]) + note[at + 1 :]
        with pytest.raises(verify.InvalidError):
            verify.read_checkpoint(changed.decode(errors="replace"), [keys.public_bytes])


@pytest.mark.parametrize(
    "note", ["", "\n\n", "a\n1\n\n", "a\n1\nAAAA\n\n\u2014 a AAAA\n", "a\n01\n=\n\nx\n", None, 3]
)
def test_what_is_no_note_is_told(note: object) -> None:
    with pytest.raises(verify.InvalidError):
        verify.read_checkpoint(note, [bytes(32)])


# --- keys ---


def test_a_public_key_may_be_written_in_many_ways(tmp_path: Path) -> None:
    keys = new_keys()
    raw = keys.public_bytes
    url = base64.urlsafe_b64encode(raw).decode().rstrip("=")
    jwks = json.dumps({"keys": [{"kty": "OKP", "crv": "Ed25519", "x": url, "kid": "1"}]})
    (tmp_path / "key").write_text(f"{raw.hex()}\n")
    ways = [raw.hex(), base64.b64encode(raw).decode(), url, jwks, NoteKey(ORIGIN, keys.public).vkey]
    assert all(verify.read_key(way) == [raw] for way in [*ways, str(tmp_path / "key")])


@pytest.mark.parametrize("text", ["", "none", "00" * 31, "zz" * 32, '{"keys": []}'])
def test_what_is_no_key_is_told(text: str) -> None:
    with pytest.raises((verify.UnreadableError, ValueError)):
        verify.read_key(text)


# --- as a file of its own ---


def test_it_imports_nothing_but_the_standard_library() -> None:
    tree = ast.parse(FILE.read_text("utf-8"), feature_version=(3, 8))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in names} <= sys.stdlib_module_names


def test_a_copy_runs_alone(tmp_path: Path) -> None:
    copy = tmp_path / "verify.py"
    copy.write_bytes(FILE.read_bytes())
    (tmp_path / "export.ndjson").write_text("{}")
    command = [sys.executable, "-I", "-S", str(copy), "export.ndjson"]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == "cannot verify: neither an export nor a proof of a consentinel ledger\n"
