"""One mode in one engine: what left the page before, after and again without consent."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tests.banner.matrix.expected import IN_ORDER, known, to_release
from tests.banner.matrix.modes import Mode, Pages
from tests.banner.matrix.server import SITE_HOST, Matrix
from tests.banner.matrix.vector import Vector
from tests.banner.matrix.vectors import VECTORS
from tests.support.engines.session import Engine, Session
from tests.support.engines.webdriver import EngineError

# Read on a page without any script of ours, so nobody stands between the question and the answer.
_WRITTEN = """
const databases = (await indexedDB.databases()).map((database) => database.name);
const cookies = document.cookie.split('; ').map((pair) => pair.split('=')[0]);
return [...cookies, ...Object.keys(localStorage), ...Object.keys(sessionStorage), ...databases];
"""


@dataclass
class Outcome:
    """What one mode did in one engine; sets and counts are of vector ids.

    requested, ran, written: before any choice. broken: the site's own twins that did not arrive or write.
    failed: what the calls threw. fetched: by the page that then accepts. arrived, started, order: after
    that. violations: of the policy, after accepting. again: requested after withdrawal.
    """

    requested: Counter[str] = field(default_factory=Counter)
    ran: Counter[str] = field(default_factory=Counter)
    written: set[str] = field(default_factory=set)
    broken: set[str] = field(default_factory=set)
    failed: dict[str, str] = field(default_factory=dict)
    fetched: Counter[str] = field(default_factory=Counter)
    arrived: Counter[str] = field(default_factory=Counter)
    started: Counter[str] = field(default_factory=Counter)
    order: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    again: Counter[str] = field(default_factory=Counter)


def measure(
    engine: Engine, mode: Mode, vectors: Sequence[Vector] = VECTORS, delays_s: Mapping[str, float] = {}
) -> Outcome:
    """Run all states of `mode` in a fresh profile of `engine`; `delays_s`: how long scripts take to come."""
    with Matrix(delays_s) as matrix, Pages(mode, vectors).on(matrix), engine.session() as session:
        run = _Run(session, matrix, [vector for vector in known(engine.name) if vector in vectors])
        run.before()
        if mode.asks:
            run.accept(to_release(engine.name, mode) & {vector.id for vector in vectors})
            run.withdraw()
    return run.outcome


class _Run:
    """The states one after the other, in one window."""

    def __init__(self, session: Session, matrix: Matrix, vectors: Sequence[Vector]) -> None:
        self._session, self._matrix = session, matrix
        self._twins = {vector.id for vector in vectors if vector.twin and vector.mechanism != "write"}
        self._keys = {vector.id for vector in vectors if vector.mechanism == "write"}
        self.outcome = Outcome()

    def before(self) -> None:
        """Visit without a choice, and look at what was written."""
        self._open()
        self.outcome.failed = self._session.run("return window.failed;")
        self._leave()
        names = set(self._session.run(_WRITTEN))
        self.outcome.requested = self._matrix.counts()
        self.outcome.ran = _foreign(self._matrix.ran())
        self.outcome.written = _ids(names, "trk_")
        self.outcome.broken = (self._twins - _own(self._matrix)) | (self._keys - _ids(names, "own_"))

    def accept(self, wanted: set[str]) -> None:
        """Visit again, accept, and wait until `wanted` was requested and its scripts have run."""
        self._open()
        outcome, matrix = self.outcome, self._matrix
        outcome.fetched = matrix.counts()
        matrix.clear(same_page=True)
        self._session.run("setTimeout(() => consentinel.accept(), 0);")
        scripts = wanted.intersection(IN_ORDER)
        matrix.settle(
            lambda: wanted - set(outcome.fetched) <= set(matrix.counts()) and scripts <= set(self._order())
        )
        outcome.arrived, outcome.started = matrix.counts(), _foreign(matrix.ran())
        outcome.order = self._order()
        outcome.violations = self._session.run("return window.violations;")

    def withdraw(self) -> None:
        """Withdraw, wait for the reload that this brings, and visit once more."""
        self._session.run("window.before = true; setTimeout(() => consentinel.withdraw(), 0);")
        self._matrix.settle(self._reloaded)
        self._leave()
        self._open()
        self._leave()
        self.outcome.again = self._matrix.counts()

    def _order(self) -> list[str]:
        """Return whose scripts have run in the page, one after the other."""
        try:
            names = self._session.run("return window.order ?? [];")
        except EngineError:
            return []  # between two pages
        return [name for name in names if not _is_own(name)]

    def _reloaded(self) -> bool:
        try:
            return bool(self._session.run("return !window.before && document.readyState === 'complete';"))
        except EngineError:
            return False  # between two pages

    def _open(self) -> None:
        """Open the page and wait until the site's own twins have arrived, and then nothing more."""
        self._matrix.clear()
        self._session.goto(f"{self._matrix.origin}/page")
        self._session.run("return await window.finished;")
        self._matrix.settle(lambda: self._twins <= _own(self._matrix))

    def _leave(self) -> None:
        """Go to a page without us: what waits for the page's end leaves now."""
        self._session.goto(f"{self._matrix.origin}/plain")
        self._matrix.settle()


def _own(matrix: Matrix) -> set[str]:
    return {name.removeprefix("own-") for name in matrix.counts(SITE_HOST)}


def _foreign(ran: Counter[str]) -> Counter[str]:
    return Counter({name: times for name, times in ran.items() if not _is_own(name)})


def _is_own(name: str) -> bool:
    return name.startswith("own-")


def _ids(names: Iterable[str], prefix: str) -> set[str]:
    return {name.removeprefix(prefix) for name in names if name.startswith(prefix)}
