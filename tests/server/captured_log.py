"""The log of the whole process, as `serve` writes it."""

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager

from consentinel.server.logs import start_logging, stop_logging


@contextmanager
def captured_log() -> Iterator[io.StringIO]:
    """Collect what is logged in this block."""
    root, stream = logging.getLogger(), io.StringIO()
    handlers, level = root.handlers[:], root.level
    start_logging(stream)
    try:
        yield stream
    finally:
        stop_logging()
        root.handlers[:] = handlers
        root.setLevel(level)
