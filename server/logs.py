"""The server's log: one JSON object a line, without anything of a visitor (T21).

Messages are fixed words and fields are chosen one by one. Of an exception only its type and the places in the
code are told: its text may hold what a visitor sent. Lines of ours do not pass through `logging`, which costs
more than many a request; what other packages say there is added, without their words.
"""

import json
import logging
import sys
import threading
import time
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import Literal, TextIO

import msgspec

Level = Literal["info", "warning", "error"]
# From warnings on; these tell of each request otherwise.
_OTHERS = ("uvicorn", "uvicorn.error", "uvicorn.access", "asyncio", "alembic", "sqlalchemy", "multipart")
_MOST_FRAMES = 12
_QUIET_S = 60
_ENCODER = msgspec.json.Encoder(enc_hook=str)


class _Lines:
    """Where lines go; nowhere before `start_logging`."""

    def __init__(self) -> None:
        self.stream: TextIO | None = None
        self._one_at_a_time = threading.Lock()

    def write(self, level: str, event: str, fields: dict[str, object]) -> None:
        stream = self.stream
        if stream is None:
            return
        time = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = {"time": time, "level": level, "event": event, **fields}
        text = _ENCODER.encode(line).decode()
        if not text.isascii():  # other signs end a line for some readers of logs
            text = json.dumps(line, separators=(",", ":"), default=str)
        with self._one_at_a_time:
            stream.write(f"{text}\n")
            stream.flush()


_LINES = _Lines()


class _Others(logging.Handler):
    """Adds what other packages log: who and where, not their words, which may quote a request.

    What they say again within a minute is counted and not written (T20): visitors can make them say it.
    """

    def __init__(self) -> None:
        """Start with nothing said."""
        super().__init__()
        # By a line and the places in the code: there are no more of them than code has.
        self._said: dict[str, tuple[float, int]] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record, or count it."""
        fields: dict[str, object] = {}
        if record.exc_info and record.exc_info[0]:
            fields = described(record.exc_info[0], record.exc_info[2])
        event = f"{record.name}: {record.filename}:{record.lineno}"
        line, now_s = f"{event} {fields}", time.monotonic()
        when_s, more = self._said.get(line, (float("-inf"), 0))
        if now_s - when_s < _QUIET_S:
            self._said[line] = (when_s, more + 1)
            return
        self._said[line] = (now_s, 0)
        _LINES.write(record.levelname.lower(), event, fields | ({"more": more} if more else {}))


def log(level: Level, event: str, /, **fields: object) -> None:
    """Write one line. event: fixed words; fields: numbers, names of routes, sites and tasks."""
    _LINES.write(level, event, fields)


def log_exception(event: str, error: BaseException, /, **fields: object) -> None:
    """Write one line about an exception that nobody expected."""
    _LINES.write("error", event, fields | described(type(error), error.__traceback__))


def described(kind: type[BaseException], trace: TracebackType | None) -> dict[str, object]:
    """Return what may be told of an exception: its type, and the innermost places in the code."""
    frames = traceback.extract_tb(trace)[-_MOST_FRAMES:]
    places = [f"{_module(frame.filename)}:{frame.lineno}:{frame.name}" for frame in frames]
    return {"error": kind.__qualname__, "trace": places}


def start_logging(stream: TextIO | None = None) -> None:
    """Send the log to a stream, by default standard output; of other packages, from warnings on."""
    _LINES.stream = stream or sys.stdout
    root = logging.getLogger()
    root.handlers[:] = [_Others()]
    root.setLevel(logging.WARNING)
    for name in _OTHERS:
        logging.getLogger(name).setLevel(logging.WARNING)


def stop_logging() -> None:
    """Write no more lines; for tests."""
    _LINES.stream = None


def _module(filename: str) -> str:
    """Return the end of a path: the rest is of this machine."""
    return "/".join(filename.replace("\\", "/").split("/")[-2:])
