"""How many files and sockets the process may have open, and what that leaves for connections (T20)."""

from resource import RLIM_INFINITY, RLIMIT_NOFILE, getrlimit, setrlimit

# More than that many connections cost memory (some KB each), and help nobody behind a reverse proxy.
MOST_CONNECTIONS = 10_000
MOST_FILES = 16_384
# How many asyncio accepts at a time, which it does three times until it has closed what the first of them
# pushed out; the system's queue of those that wait for it is longer (listening.py).
ACCEPTED_AT_ONCE = 32
_RESERVE = 3 * ACCEPTED_AT_ONCE + 128  # the database's files or connections, the anchor, the keys, the log


def make_room() -> int:
    """Raise the limit of open files as far as it helps and may be; return how many connections fit in."""
    soft, hard = getrlimit(RLIMIT_NOFILE)
    wanted = MOST_FILES if hard == RLIM_INFINITY else min(MOST_FILES, hard)
    if soft != RLIM_INFINITY and soft < wanted:
        setrlimit(RLIMIT_NOFILE, (wanted, hard))
        soft = wanted
    return room_for(MOST_FILES if soft == RLIM_INFINITY else soft)


def room_for(files: int) -> int:
    """Return how many connections a limit of open files leaves room for."""
    return min(MOST_CONNECTIONS, max(files - _RESERVE, files // 8))
