"""What each mode promises, held against an outcome."""

from collections.abc import Iterable, Iterator

from tests.banner.matrix.expected import known, to_release
from tests.banner.matrix.measuring import Outcome
from tests.banner.matrix.modes import Mode
from tests.banner.matrix.rows import in_order, others, released, tags, tags_run, twice
from tests.banner.matrix.vectors import VECTORS, WRITES

# What a policy leaves open: preconnect is no fetch, and a worker from a file has the policy of its own answer
# and not the meta of the page.
OUTSIDE_HEADER = frozenset({"link-preconnect"})
OUTSIDE_META = OUTSIDE_HEADER | {"own-worker-file"}
# Firefox holds the preload of a srcset against the policy that the page has just then, and its scanner may be
# ahead of the meta.
FIREFOX_META = frozenset({"link-preload-srcset", "img-srcset", "picture"})
# In Chromium a document of another site has a process of its own, which on a busy machine may be ahead of
# whoever stops it in this one.
FRAMES_OF_HTML = frozenset({"iframe", "object", "embed"})
# The text of a style sheet in the HTML is its own, gated or not.
LEFT_BY_THE_GATE = frozenset({"style-import"})
# What only the patches hold back where there is a policy: without them Chromium prefetches.
POLICY_ALONE = frozenset({"link-preconnect", "link-preconnect-dynamic", "speculation-rules"})


def broken_promises(engine: str, mode: Mode, outcome: Outcome) -> list[str]:
    """Return what `mode` promises and did not keep in `engine`; empty is good."""
    return [f"{promise}: {_said(names)}" for promise, names in _checks(engine, mode, outcome) if names]


def _said(names: Iterable[str]) -> str:
    return " ".join(names if isinstance(names, list) else sorted(names))


def _checks(engine: str, mode: Mode, outcome: Outcome) -> Iterator[tuple[str, Iterable[str]]]:
    yield "broken of the site's own", outcome.broken
    if not mode.asks:
        yield from _nobody_asks(engine, mode, outcome)
        return
    yield "ran before a choice", tags_run(outcome) - (FRAMES_OF_HTML if may_race(engine, mode) else set())
    yield "written before a choice", outcome.written
    yield "requested before a choice", _not_allowed(engine, mode, outcome.requested)
    yield "not released by accepting", to_release(engine, mode) - released(outcome)
    yield "released twice", twice(outcome)
    yield "out of order", [] if in_order(outcome) else outcome.order or ["no script"]
    yield "violations of the policy after accepting", outcome.violations
    yield "requested after withdrawal", _not_allowed(engine, mode, outcome.again)


def _nobody_asks(engine: str, mode: Mode, outcome: Outcome) -> Iterator[tuple[str, Iterable[str]]]:
    """Check that without us, or where nothing is blocked, everything arrives: the vectors are real."""
    if mode.policy:
        yield "requested in spite of the policy", set(outcome.requested) - POLICY_ALONE - {"own-worker-file"}
        return
    arriving = {vector.id for vector in known(engine) if vector.mechanism != "write"}
    lazy = {vector.id for vector in VECTORS if engine in vector.lazy}
    writing = {vector.id for vector in WRITES if engine not in vector.lacks}
    yield "did not arrive", arriving - set(outcome.requested)
    yield "arrived although the engine is said to lack it", set(outcome.requested) - arriving - lazy
    yield "was not written", writing - outcome.written


def _not_allowed(engine: str, mode: Mode, requested: Iterable[str]) -> set[str]:
    if mode.script == "standard":
        return others(requested) | (tags(requested) - LEFT_BY_THE_GATE if mode.gated else set())
    allowed = OUTSIDE_META if mode.policy == "meta" else OUTSIDE_HEADER
    ahead = FIREFOX_META if engine == "firefox" and mode.policy == "meta" and not mode.gated else frozenset()
    return set(requested) - allowed - ahead


def may_race(engine: str, mode: Mode) -> bool:
    """Return whether a frame of the HTML may run before it is stopped."""
    return engine == "chromium" and mode.script == "standard" and not mode.gated
