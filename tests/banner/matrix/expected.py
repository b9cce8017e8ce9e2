"""What has to happen: which vectors an engine knows, and which of them accepting releases."""

from tests.banner.matrix.modes import Mode
from tests.banner.matrix.vector import Vector
from tests.banner.matrix.vectors import VECTORS

# WebKit asks for the icon once, when the page has loaded, and takes from its memory what it has preloaded.
WEBKIT_ONCE = frozenset({"link-icon", "link-preload", "link-preload-srcset"})

# Blocking ones, then those that wait for the end of the document.
IN_ORDER = (
    "script-head",
    "script-body",
    "script-svg",
    "script-svg-xlink",
    "script-late",
    "script-defer",
    "script-module",
)


def known(engine: str) -> list[Vector]:
    """Return the vectors that `engine` has the API for, and surely comes to."""
    return [vector for vector in VECTORS if engine not in (*vector.lacks, *vector.lazy)]


def to_release(engine: str, mode: Mode) -> set[str]:
    """Return what has to arrive after accepting: after the reload of strict everything."""
    return {
        vector.id for vector in known(engine) if _arrives(vector, mode) and not _is_over(vector, engine, mode)
    }


def _is_over(vector: Vector, engine: str, mode: Mode) -> bool:
    """Whether the engine does it once in a page, and the page is not loaded anew."""
    return engine == "webkit" and mode.script == "standard" and vector.id in WEBKIT_ONCE


def _arrives(vector: Vector, mode: Mode) -> bool:
    if vector.mechanism == "write" or not mode.asks:
        return False
    if mode.script == "strict":
        # what the page's own code did to a tag of the HTML is not done again for a gated one
        return vector.replay or not (mode.gated and vector.mechanism == "parser")
    return vector.replay and vector.mechanism not in ("import", "outside")
