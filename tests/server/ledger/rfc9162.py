"""Checks of proofs as RFC 9162 has them, section 2.1.3.2 and 2.1.4.2; verify.py goes another way."""

from collections.abc import Sequence

from consentinel.server.ledger.merkle import EMPTY_ROOT, node_hash


def verify_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root_hash: bytes) -> bool:
    """Say whether the path leads from this leaf hash to this root (RFC 9162, section 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    node, last, found = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if node & 1 or node == last:
            found = node_hash(sibling, found)
            shift = _trailing_zeros(node)
            node, last = node >> shift, last >> shift
        else:
            found = node_hash(found, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and found == root_hash


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]) -> bool:
    """Say whether the new tree begins with the leaves of the old one (RFC 9162, section 2.1.4.2)."""
    if old in {0, new}:
        return not path and old_root == (new_root if old else EMPTY_ROOT)
    if not 0 < old < new:
        return False
    steps = [old_root, *path] if old.bit_count() == 1 else list(path)
    if not steps:
        return False
    shift = _trailing_zeros(~(old - 1))
    return _meet(steps, (old - 1) >> shift, (new - 1) >> shift) == (old_root, new_root)


def _meet(steps: list[bytes], node: int, last: int) -> tuple[bytes, bytes] | None:
    """Return the roots of the old and the new tree, both computed from the steps of a proof."""
    old_root = new_root = steps[0]
    for step in steps[1:]:
        if last == 0:
            return None
        if node & 1 or node == last:
            old_root, new_root = node_hash(step, old_root), node_hash(step, new_root)
            shift = _trailing_zeros(node)
            node, last = node >> shift, last >> shift
        else:
            new_root = node_hash(new_root, step)
        node, last = node >> 1, last >> 1
    return (old_root, new_root) if last == 0 else None


def _trailing_zeros(number: int) -> int:
    """Return by how much a number is shifted until it is odd; 0 for 0."""
    return max((number & -number).bit_length() - 1, 0)
