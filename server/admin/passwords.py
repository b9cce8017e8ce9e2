"""Passwords: argon2id with the parameters that RFC 9106 recommends second (64 MiB, 3 passes, 4 lanes)."""

from dataclasses import dataclass

import anyio
from anyio import to_thread
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# NIST SP 800-63B: length counts, not which characters. The upper end keeps the server from being kept busy.
LEAST_LENGTH = 12
MOST_LENGTH = 1_024
# Each costs 64 MiB and a core for some 50 ms: a flood of logins shall not take more.
_AT_ONCE = 2


class Passwords:
    """Hashes and checks passwords beside the event loop, a few at a time."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        """hasher: cheaper ones are for tests."""
        self._hasher = hasher or PasswordHasher()
        self._limiter: anyio.CapacityLimiter | None = None

    async def hash(self, password: str) -> str:
        """Return what to store."""
        return await to_thread.run_sync(self._hasher.hash, password, limiter=self._at_once)

    async def fits(self, password: str, stored: str | None) -> bool:
        """Say whether a password is the stored one. None: of nobody; it takes as long, and never fits."""
        return await to_thread.run_sync(self._fits, password, stored, limiter=self._at_once)

    def _fits(self, password: str, stored: str | None) -> bool:
        if stored is None:
            self._hasher.hash(password)
            return False
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False

    @property
    def _at_once(self) -> anyio.CapacityLimiter:
        if self._limiter is None:  # it belongs to the loop that runs
            self._limiter = anyio.CapacityLimiter(_AT_ONCE)
        return self._limiter


@dataclass(frozen=True)
class Complaint:
    """What is wrong with a form. fields: the names of those that have to be filled in anew."""

    text: str
    fields: tuple[str, ...]


def complaint(name: str, password: str, again: str) -> Complaint | None:
    """Return what is wrong with a new password, typed twice; None where nothing is."""
    if password != again:
        return Complaint("The two passwords differ.", ("password", "again"))
    problem = _weakness(name, password)
    return Complaint(problem, ("password",)) if problem else None


def _weakness(name: str, password: str) -> str:
    if len(password) < LEAST_LENGTH:
        return f"The password needs at least {LEAST_LENGTH} characters."
    if len(password) > MOST_LENGTH:
        return f"The password has more than {MOST_LENGTH} characters."
    if len(set(password)) < 4 or password.casefold().strip() == name.casefold():
        return "The password is too easy to guess: take several words that do not belong together."
    return ""
