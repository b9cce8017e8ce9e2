"""What the server's commands work with, without a server: the same database, ledger, anchor and keys."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

from consentinel.server.clock import now_ms
from consentinel.server.errors import ServerError
from consentinel.server.keys import Keys, load_keys
from consentinel.server.ledger.anchor import Anchor
from consentinel.server.ledger.writer import Ledger
from consentinel.server.settings import ServerSettings
from consentinel.server.storage.database import Database
from consentinel.server.storage.migrate import needs_upgrade, upgrade


@dataclass(frozen=True, kw_only=True)
class Opened:
    """The parts of a server that is not running, or runs beside this command."""

    settings: ServerSettings
    database: Database
    ledger: Ledger
    anchor: Anchor
    makes_keys: bool

    @property
    def keys(self) -> Keys:
        """The server's keys; raises ServerError where there are none, unless this command may make them."""
        file = self.settings.keys_file
        if not self.makes_keys and not file.exists():
            raise ServerError(
                f"{file}: no keys here: name the server's with CONSENTINEL_KEYS or CONSENTINEL_DATA"
            )
        return load_keys(file)


@contextmanager
def opened(settings: ServerSettings, *, create: bool = False) -> Iterator[Opened]:
    """Open what the settings name, and close it at the end.

    create: make or upgrade the database, as the server does at its start; otherwise that is a ServerError.
    Raises StorageError.
    """
    with closing(Database(settings.address)) as database:
        if create:
            upgrade(database, data=settings.data)
        elif needs_upgrade(database):
            raise ServerError("the database has an older schema: run consentinel db upgrade first")
        anchor = Anchor.of(settings)
        ledger = Ledger(database, name=settings.ledger_name, clock=now_ms, anchor=anchor)
        yield Opened(settings=settings, database=database, ledger=ledger, anchor=anchor, makes_keys=create)
