"""Which answers of a traced server came before what they promise was on the disk.

Reads what `strace -f -y` writes for a process: when a request came in on a connection, when a file was
synced, when an answer went out on that connection.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

SYSTEM_CALLS = "recvfrom,sendto,fsync,fdatasync"
STRACE = ("strace", "-f", "-D", "-qq", "-y", "-s", "64", "-e", f"trace={SYSTEM_CALLS}")
_LINE = re.compile(r"(?P<thread>\d+) +(?P<call>.+)")
_CALL = re.compile(r"(?P<name>\w+)\((?P<file>\d+<[^>]*>)(?P<rest>.*)")
_RESUMED = re.compile(r"<\.\.\. (?P<name>\w+) resumed>(?P<rest>.*)")
_REQUEST = '"POST /v1/consents'
_ANSWER = '"HTTP/1.1 201'


@dataclass
class Trace:
    """syncs: those that ended well. answers: all of 201. early: connections whose answer no sync preceded."""

    syncs: int = 0
    answers: int = 0
    early: list[str] = field(default_factory=list)
    _asked: dict[str, int] = field(default_factory=dict)
    _begun: dict[str, tuple[str, str, int]] = field(default_factory=dict)
    _latest_start: int = -1
    _moment: int = 0

    def read(self, lines: Iterable[str]) -> "Trace":
        """Take the lines in their order."""
        for self._moment, line in enumerate(lines):
            if found := _LINE.match(line):
                self._take(found["thread"], found["call"])
        return self

    def _take(self, thread: str, call: str) -> None:
        if resumed := _RESUMED.match(call):
            name, file, since = self._begun.pop(thread, (resumed["name"], "", self._moment))
            self._done(name, file, resumed["rest"], since)
        elif begun := _CALL.match(call):
            if begun["rest"].endswith("<unfinished ...>"):
                self._begun[thread] = (begun["name"], begun["file"], self._moment)
                self._sent(begun["name"], begun["file"], begun["rest"])
            else:
                self._sent(begun["name"], begun["file"], begun["rest"])
                self._done(begun["name"], begun["file"], begun["rest"], self._moment)

    def _done(self, name: str, file: str, rest: str, since: int) -> None:
        if name == "recvfrom" and _REQUEST in rest:
            self._asked[file] = self._moment
        elif name in ("fsync", "fdatasync") and rest.rstrip().endswith("= 0"):
            self.syncs += 1
            self._latest_start = max(self._latest_start, since)

    def _sent(self, name: str, file: str, rest: str) -> None:
        """A sync counts for an answer if it began after the request had come, and has ended by now."""
        if name == "sendto" and _ANSWER in rest:
            self.answers += 1
            if self._latest_start <= self._asked.pop(file, self._moment):
                self.early.append(file)
