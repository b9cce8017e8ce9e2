"""asyncio beside Playwright's sync API in one process."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_loop_of_playwright() -> Iterator[None]:
    """Let `asyncio.run` and `asyncio.Runner` work inside, whatever tests ran before in this process.

    Playwright's sync API keeps a loop of its own "running" in the main thread until the session ends.
    """
    loop = asyncio.events._get_running_loop()
    asyncio.events._set_running_loop(None)
    try:
        yield
    finally:
        asyncio.events._set_running_loop(loop)
