"""Hashes are made beside the event loop, and of nobody's password as often as of somebody's."""

import asyncio
import threading
from typing import Literal

import pytest
from argon2 import PasswordHasher

from consentinel.server.admin.passwords import Passwords


class Counting(PasswordHasher):
    """Remembers in which threads it worked."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.threads: list[int] = []

    def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
        self.threads.append(threading.get_ident())
        return super().hash(password, salt=salt)

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002 - argon2's signature
        self.threads.append(threading.get_ident())
        return super().verify(hash, password)


@pytest.mark.parametrize(
    ("password", "is_known", "fits"), [("right", True, True), ("wrong", True, False), ("right", False, False)]
)
def test_t22_each_check_is_one_round_beside_the_loop(password: str, is_known: bool, fits: bool) -> None:
    hasher = Counting()
    stored = Counting().hash("right") if is_known else None
    assert asyncio.run(Passwords(hasher).fits(password, stored)) is fits
    assert len(hasher.threads) == 1
    assert threading.get_ident() not in hasher.threads
