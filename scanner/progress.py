"""What a scan is doing, on standard error: a line for each page, and on a terminal a live one below."""

import sys
from types import TracebackType
from typing import Self, TextIO

from rich.console import Console
from rich.progress import Progress as LiveLine
from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

from consentinel.scanner.catalogue.taxonomy import State
from consentinel.scanner.observations import Observation
from consentinel.scanner.plural import plural
from consentinel.scanner.rendering.escaping import shorten
from consentinel.scanner.rendering.terminal import safe
from consentinel.scanner.shapes import collapse_name, public_url
from consentinel.scanner.visit import VisitResult

_URL_CHARS = 200


class Progress:
    """Context manager that says on `stream` (standard error) how a scan goes on; with `quiet` nothing."""

    def __init__(self, doing: str = "", *, quiet: bool = False, stream: TextIO | None = None) -> None:
        self._quiet = quiet
        stream = stream or sys.stderr
        self._console = Console(file=stream, force_terminal=stream.isatty(), highlight=False, soft_wrap=True)
        self._is_live = stream.isatty() and not self._console.is_dumb_terminal and not quiet
        self._line = _live_line(self._console)
        self._task = self._line.add_task(safe(doing).plain, total=None)

    def __enter__(self) -> Self:
        """Show the live line, where there is a terminal."""
        if self._is_live:
            self._line.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the live line away."""
        self.stop()

    def stop(self, why: str = "") -> None:
        """Take the live line away, give the cursor back, and say why; other lines may follow."""
        if self._is_live:
            self._line.stop()
            self._is_live = False
        if why:
            self.say(why, "yellow")

    def say(self, text: str, style: str = "") -> None:
        """Write one line, unless quiet; a standard error that is closed or full is no reason to stop."""
        if not self._quiet:
            self._print(safe(text, style))

    def doing(self, text: str) -> None:
        """Change the live line."""
        self._line.update(self._task, description=safe(text).plain)

    def _print(self, text: Text) -> None:
        try:
            if self._is_live:
                self._console.print(text, soft_wrap=False, no_wrap=True, overflow="ellipsis")
            else:
                self._console.print(text)
        except OSError:
            self._quiet = True


class PageProgress:
    """Count the pages of one scan and say each: `visited` is what `scan` calls.

    max_pages: the most that the first state visits. The others visit the same pages, and the start page once
    more where a choice is made there.
    """

    def __init__(self, progress: Progress, *, max_pages: int) -> None:
        self._progress = progress
        self._most = max_pages
        self._state: State | None = None
        self._pages: set[str] = set()
        self._count = 0
        self._chooses = False
        self._requests = 0
        self._found: set[tuple[str, str, str]] = set()

    def visited(self, result: VisitResult) -> None:
        """Say what came of a page; of a start page that cannot be scanned, the error says it."""
        if self._state is None and (result.wall or result.failure):
            return
        if result.plan.state != self._state:
            self._begin_state(result)
        self._pages.add(result.plan.url)
        self._count += 1
        self._requests += len(result.exchanges)
        found = {_same(observation) for observation in result.observations}
        self._found |= found
        gaps = _gaps(result)
        counted = f"[{result.plan.state} {self._count}/{self._most + self._chooses}]"
        self._progress.say(f"{counted} {_facts(result, len(found))}{gaps}", "yellow" if gaps else "")
        self._progress.doing(f"{result.plan.state} · {self._sum()}")

    def _begin_state(self, result: VisitResult) -> None:
        if self._state is not None:
            self._most = len(self._pages)
        self._state, self._count, self._chooses = result.plan.state, 0, result.plan.choose

    def _sum(self) -> str:
        counts = ((self._count, "page"), (self._requests, "request"), (len(self._found), "finding"))
        return " · ".join(plural(count, noun) for count, noun in counts)


def _live_line(console: Console) -> LiveLine:
    spinner = "dots" if console.encoding.startswith("utf") else "line"
    columns = (SpinnerColumn(spinner), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    return LiveLine(*columns, console=console, transient=True)


def _same(observation: Observation) -> tuple[str, str, str]:
    """Return about what makes observations one finding; the report knows exactly."""
    return observation.kind, observation.host, collapse_name(observation.name)


def _facts(result: VisitResult, found: int) -> str:
    url = shorten(public_url(result.plan.url), _URL_CHARS)
    counts = [plural(len(result.exchanges), "request"), plural(found, "finding"), f"{result.watched_s:.1f} s"]
    return " · ".join([f"{url} {result.status or 'failed'}", *counts])


def _gaps(result: VisitResult) -> str:
    kinds = [gap.kind for gap in result.gaps]
    kinds += [result.wall.kind] if result.wall else _first_line(result.failure)
    if result.plan.choose and not (result.reached and result.reached.reached):
        kinds.append("state-not-reached")
    return f" · gap: {', '.join(dict.fromkeys(kinds))}" if kinds else ""


def _first_line(failure: str | None) -> list[str]:
    return failure.splitlines()[:1] if failure else []
