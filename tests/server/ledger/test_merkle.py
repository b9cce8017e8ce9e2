"""The tree against RFC 6962 word for word, against pymerkle, and against proofs that are wrong."""

import hashlib

import pymerkle
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentinel.server.ledger.merkle import (
    EMPTY_ROOT,
    Frontier,
    consistency_path,
    inclusion_path,
    leaf_hash,
    node_hash,
    tree_root,
)
from tests.server.ledger.rfc9162 import verify_consistency, verify_inclusion
from tests.server.ledger.trees import LEAVES, nodes, path, proof, range_root, root

MOST = 256
# The inputs and roots with which implementations of Certificate Transparency are tested.
INPUTS = ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)


def test_roots_of_certificate_transparency() -> None:
    leaves = [leaf_hash(bytes.fromhex(entry)) for entry in INPUTS]
    assert [root(leaves[:size]).hex() for size in range(1, 9)] == list(ROOTS)


def test_the_root_of_nothing_is_the_hash_of_nothing() -> None:
    assert root([]) == tree_root(0, nodes(0)) == hashlib.sha256(b"").digest() == EMPTY_ROOT


def test_a_leaf_is_no_node() -> None:
    assert leaf_hash(LEAVES[0] + LEAVES[1]) != node_hash(LEAVES[0], LEAVES[1])


def test_roots_equal_those_of_pymerkle() -> None:
    tree, frontier = pymerkle.InmemoryTree(algorithm="sha256"), Frontier()
    for number in range(MOST):
        tree.append_entry(number.to_bytes(4))
        frontier = frontier.extend([LEAVES[number]])[0]
        assert frontier.root() == tree.get_root() == range_root(0, number + 1)


def test_every_inclusion_path_is_that_of_the_rfc_and_verifies() -> None:
    for size in range(1, MOST + 1):
        node, whole = nodes(size), range_root(0, size)
        for index in range(size):
            found = inclusion_path(index, size, node)
            assert found == path(index, 0, size)
            assert verify_inclusion(LEAVES[index], index, size, found, whole)


def test_every_consistency_path_is_that_of_the_rfc_and_verifies() -> None:
    for new in range(1, MOST + 1):
        node, whole = nodes(new), range_root(0, new)
        for old in range(1, new + 1):
            found = consistency_path(old, new, node)
            assert found == proof(old, 0, new)
            assert verify_consistency(old, new, range_root(0, old), whole, found)


def test_pymerkle_accepts_our_inclusion_paths() -> None:
    tree = pymerkle.InmemoryTree.init_from_entries([number.to_bytes(4) for number in range(MOST)])
    for size in (1, 2, 3, 7, 8, 100, 129, 255, 256):
        for index in range(size):
            theirs = tree.prove_inclusion(index + 1, size)
            assert theirs.path == [LEAVES[index], *inclusion_path(index, size, nodes(size))]
            pymerkle.verify_inclusion(LEAVES[index], range_root(0, size), theirs)


def test_our_check_and_that_of_pymerkle_agree_on_consistency() -> None:
    tree = pymerkle.InmemoryTree.init_from_entries([number.to_bytes(4) for number in range(64)])
    for new in range(1, 65):
        for old in range(1, new + 1):
            pymerkle.verify_consistency(
                range_root(0, old), range_root(0, new), tree.prove_consistency(old, new)
            )
            assert verify_consistency(
                old, new, tree.get_root(old), tree.get_root(new), consistency_path(old, new, nodes(new))
            )


@given(st.integers(0, 400), st.integers(0, 300))
def test_a_frontier_grows_the_same_in_one_go_and_leaf_by_leaf(first: int, second: int) -> None:
    whole, full = Frontier().extend(LEAVES[: first + second])
    begun, before = Frontier().extend(LEAVES[:first])
    grown, after = begun.extend(LEAVES[first : first + second])
    assert grown == whole
    assert before + after == full
    assert all(node.hash == nodes(first + second)(node.level, node.position) for node in full)
    assert Frontier.from_bytes(whole.size, whole.to_bytes()) == whole


@pytest.mark.parametrize(("size", "hashes"), [(1, b""), (3, bytes(32)), (0, bytes(32)), (2, bytes(33))])
def test_a_frontier_of_another_size_is_refused(size: int, hashes: bytes) -> None:
    with pytest.raises(ValueError, match="another number"):
        Frontier.from_bytes(size, hashes)


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0), (9, 3)])
def test_a_leaf_outside_of_the_tree_has_no_path(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="has no leaf"):
        inclusion_path(index, size, nodes(size))
    assert not verify_inclusion(LEAVES[0], index, size, [], LEAVES[0])


@pytest.mark.parametrize(("old", "new"), [(4, 3), (-1, 3)])
def test_trees_do_not_shrink(old: int, new: int) -> None:
    with pytest.raises(ValueError, match="was never"):
        consistency_path(old, new, nodes(3))
    assert not verify_consistency(old, new, range_root(0, max(old, 0)), range_root(0, new), [])


def test_the_empty_tree_begins_every_tree_without_a_proof() -> None:
    assert consistency_path(0, 5, nodes(5)) == consistency_path(5, 5, nodes(5)) == []
    assert verify_consistency(0, 5, EMPTY_ROOT, range_root(0, 5), [])
    assert not verify_consistency(0, 5, LEAVES[0], range_root(0, 5), [])
    assert not verify_consistency(5, 5, range_root(0, 4), range_root(0, 5), [])
    assert not verify_consistency(5, 5, range_root(0, 5), range_root(0, 5), [LEAVES[0]])
    assert not verify_consistency(3, 5, range_root(0, 3), range_root(0, 5), [])


@given(st.integers(2, 300), st.data())
def test_a_changed_inclusion_proof_is_refused(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    found, whole = inclusion_path(index, size, nodes(size)), range_root(0, size)
    place = data.draw(st.integers(0, len(found) - 1))
    wrong = [*found[:place], hashlib.sha256(found[place]).digest(), *found[place + 1 :]]
    assert not verify_inclusion(LEAVES[index], index, size, wrong, whole)
    assert not verify_inclusion(LEAVES[index], index, size, found[:-1], whole)
    assert not verify_inclusion(LEAVES[index], index, size, [*found, LEAVES[0]], whole)
    assert not verify_inclusion(LEAVES[index + 1], index, size, found, whole)
    assert not verify_inclusion(LEAVES[index], (index + 1) % size, size, found, whole)


@given(st.integers(2, 300), st.data())
def test_a_changed_history_has_no_consistency_proof(new: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, new - 1))
    found, before, after = consistency_path(old, new, nodes(new)), range_root(0, old), range_root(0, new)
    place = data.draw(st.integers(0, len(found) - 1))
    wrong = [*found[:place], hashlib.sha256(found[place]).digest(), *found[place + 1 :]]
    assert not verify_consistency(old, new, before, after, wrong)
    assert not verify_consistency(old, new, before, after, found[:-1])
    assert not verify_consistency(old, new, before, after, [*found, LEAVES[0]])
    assert not verify_consistency(old, new, hashlib.sha256(before).digest(), after, found)
    assert not verify_consistency(old, new, before, hashlib.sha256(after).digest(), found)
