"""All vectors, in the order of the page."""

from tests.banner.matrix import (
    vectors_elements,
    vectors_network,
    vectors_parser,
    vectors_realms,
    vectors_scripts,
    vectors_writes,
)
from tests.banner.matrix.vector import Vector

VECTORS: tuple[Vector, ...] = (
    *vectors_parser.VECTORS,
    *vectors_scripts.VECTORS,
    *vectors_elements.VECTORS,
    *vectors_network.VECTORS,
    *vectors_realms.VECTORS,
    *vectors_writes.VECTORS,
)
REQUESTS = tuple(vector for vector in VECTORS if vector.mechanism != "write")
WRITES = tuple(vector for vector in VECTORS if vector.mechanism == "write")
BY_ID = {vector.id: vector for vector in VECTORS}
