"""The Merkle tree of RFC 6962, section 2.1: leaves, roots, proofs. Pure: hashes in, hashes out."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256().digest()

Nodes = Callable[[int, int], bytes]
"""`node(level, position)`: the root of the 2**level leaves that begin at leaf `position * 2**level`."""


class Node(NamedTuple):
    """The root of a subtree that is full."""

    level: int
    position: int
    hash: bytes


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of a leaf: SHA-256(0x00 || entry)."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of a node: SHA-256(0x01 || left || right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True)
class Frontier:
    """All that a tree needs to grow: its size and the roots of its full subtrees, largest first."""

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if len(self.hashes) != self.size.bit_count():
            raise ValueError(f"a tree of {self.size} leaves has another number of full subtrees")

    def extend(self, leaves: Iterable[bytes]) -> tuple["Frontier", list[Node]]:
        """Return the tree with more leaf hashes, and the subtrees of two and more that became full."""
        size, stack, full = self.size, list(self.hashes), list[Node]()
        for leaf in leaves:
            size, found = size + 1, leaf
            for level in range(1, (size & -size).bit_length()):
                found = node_hash(stack.pop(), found)
                full.append(Node(level, (size >> level) - 1, found))
            stack.append(found)
        return Frontier(size, tuple(stack)), full

    def root(self) -> bytes:
        """Return the root of the tree; that of no leaf is SHA-256 of nothing."""
        return _joined(self.hashes) if self.hashes else EMPTY_ROOT

    def to_bytes(self) -> bytes:
        """Return the hashes in one piece."""
        return b"".join(self.hashes)

    @classmethod
    def from_bytes(cls, size: int, hashes: bytes) -> "Frontier":
        """Read what `to_bytes` wrote; raises ValueError where it is not of a tree of that size."""
        pieces = range(0, len(hashes), HASH_BYTES)
        return cls(size, tuple(hashes[start : start + HASH_BYTES] for start in pieces))


def tree_root(size: int, node: Nodes) -> bytes:
    """Return the root of the first `size` leaves."""
    return _range_root(0, size, node) if size else EMPTY_ROOT


def inclusion_path(index: int, size: int, node: Nodes) -> list[bytes]:
    """Return PATH(index, D[size]) of RFC 6962, section 2.1.1; raises ValueError for a leaf outside of it."""
    if not 0 <= index < size:
        raise ValueError(f"a tree of {size} leaves has no leaf {index}")
    path, begin, end = list[bytes](), 0, size
    while end - begin > 1:
        middle = begin + _split(end - begin)
        if index < middle:
            path.append(_range_root(middle, end, node))
            end = middle
        else:
            path.append(_range_root(begin, middle, node))
            begin = middle
    return path[::-1]


def consistency_path(old: int, new: int, node: Nodes) -> list[bytes]:
    """Return PROOF(old, D[new]), RFC 6962 section 2.1.2; empty for the empty and for the same tree.

    Raises ValueError for an old tree that is larger than the new one.
    """
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {new} leaves was never one of {old}")
    if old in {0, new}:
        return []
    path, begin, end = list[bytes](), 0, new
    while end != old:
        middle = begin + _split(end - begin)
        if old <= middle:
            path.append(_range_root(middle, end, node))
            end = middle
        else:
            path.append(_range_root(begin, middle, node))
            begin = middle
    if begin:  # the old tree is no subtree of the new one, so its last part is told
        path.append(_range_root(begin, end, node))
    return path[::-1]


def _split(size: int) -> int:
    """Return the largest power of two below `size`, which is two or more."""
    return 1 << ((size - 1).bit_length() - 1)


def _range_root(begin: int, end: int, node: Nodes) -> bytes:
    """Return the root of the leaves from `begin`, which a subtree of this size may begin at, to `end`."""
    pieces = list[bytes]()
    while begin < end:
        level = (end - begin).bit_length() - 1
        pieces.append(node(level, begin >> level))
        begin += 1 << level
    return _joined(pieces)


def _joined(pieces: Sequence[bytes]) -> bytes:
    """Return the root over full subtrees that stand side by side, largest first."""
    found = pieces[-1]
    for piece in reversed(pieces[:-1]):
        found = node_hash(piece, found)
    return found
