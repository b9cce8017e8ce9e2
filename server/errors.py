"""What the server raises on purpose; the base class is in scanner/errors.py.

ConsentinelError
├── InputError
│   └── ServerError        a setting, a file or an address that the server cannot use
├── StorageError           the database cannot be used: the reason in one line
│   └── Unavailable        not now (locked, full, gone, too busy): the same again after `retry_after_s`
└── LedgerError            the ledger does not hold what it promised (lost history, a proof that does not fit)
"""

from consentinel.scanner.errors import ConsentinelError, InputError

__all__ = ["LedgerError", "ServerError", "StorageError", "Unavailable"]


class ServerError(InputError):
    """The server cannot start with what it was given."""


class StorageError(ConsentinelError):
    """The database cannot be used."""


class Unavailable(StorageError):  # noqa: N818 - it says what the database is
    """Not now; the same request may succeed after `retry_after_s` seconds. Nothing was acknowledged."""

    def __init__(self, problem: str, *, retry_after_s: int = 2) -> None:
        super().__init__(problem)
        self.retry_after_s = retry_after_s


class LedgerError(ConsentinelError):
    """The ledger does not hold what it promised."""
