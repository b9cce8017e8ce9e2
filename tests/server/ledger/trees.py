"""Trees as RFC 6962 defines them, word for word and slow: what the fast code is compared with."""

from collections.abc import Sequence
from functools import cache

from consentinel.server.ledger.merkle import EMPTY_ROOT, Frontier, Nodes, leaf_hash, node_hash

LEAVES = tuple(leaf_hash(number.to_bytes(4)) for number in range(700))


def root(leaves: Sequence[bytes]) -> bytes:
    """Return the root over any leaf hashes."""
    return Frontier().extend(leaves)[0].root()


def split(size: int) -> int:
    """Return the largest power of two smaller than `size`."""
    power = 1
    while power * 2 < size:
        power *= 2
    return power


@cache
def range_root(begin: int, end: int) -> bytes:
    """Return MTH(LEAVES[begin:end]), RFC 6962 section 2.1."""
    if begin == end:
        return EMPTY_ROOT
    if end - begin == 1:
        return LEAVES[begin]
    middle = begin + split(end - begin)
    return node_hash(range_root(begin, middle), range_root(middle, end))


def path(index: int, begin: int, end: int) -> list[bytes]:
    """Return PATH(index, LEAVES[begin:end]), RFC 6962 section 2.1.1."""
    if end - begin == 1:
        return []
    middle = begin + split(end - begin)
    if index < middle:
        return [*path(index, begin, middle), range_root(middle, end)]
    return [*path(index, middle, end), range_root(begin, middle)]


def proof(old: int, begin: int, end: int, *, known: bool = True) -> list[bytes]:
    """Return SUBPROOF(old, LEAVES[begin:end], known), RFC 6962 section 2.1.2; old: counted from `begin`."""
    if old == end - begin:
        return [] if known else [range_root(begin, end)]
    middle = begin + split(end - begin)
    if old <= middle - begin:
        return [*proof(old, begin, middle, known=known), range_root(middle, end)]
    return [*proof(old - (middle - begin), middle, end, known=False), range_root(begin, middle)]


def nodes(size: int, leaves: Sequence[bytes] = LEAVES) -> Nodes:
    """Return the nodes of a tree; asked for more than it has, it complains."""

    def node(level: int, position: int) -> bytes:
        begin, end = position << level, (position + 1) << level
        assert end <= size <= len(leaves), "a node that the tree does not have"
        return range_root(begin, end)

    return node
