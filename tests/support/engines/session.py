"""What a test can do with a browser, whichever engine it has."""

from contextlib import AbstractContextManager
from typing import Any, Protocol


class Session(Protocol):
    """One window of a fresh profile."""

    def goto(self, url: str) -> None:
        """Open `url` and wait for its load event."""

    def run(self, body: str) -> Any:
        """Run the body of an async function in the page; return what it returns, as JSON can say it.

        Raises EngineError for what it throws, and where the page goes away meanwhile.
        """


class Engine(Protocol):
    """A browser that is installed here."""

    @property
    def name(self) -> str:
        """chromium, firefox or webkit."""

    def session(self) -> AbstractContextManager[Session]:
        """Return a context manager that opens a window of a fresh profile, and closes it."""
